"""When things run: assets, jobs, schedules and sensors. No formula and no SQL: each asset calls its stage."""
