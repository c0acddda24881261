"""What each stage of the platform reads, computes and writes: the one core behind two drivers.

Dagster's assets and the commands that `dvc.yaml` runs both call these functions and hold no logic of their own, so
that a
scheduled run and `dvc repro` cannot differ. That is why this layer stands between the entry points and the adapters.
"""
