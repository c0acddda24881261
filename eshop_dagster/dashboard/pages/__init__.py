"""The pages, one file each: they ask, hand figures to the charts, and say what the numbers mean."""
