"""Everything outside the process: one module per outside system, and one per source."""
