"""The models' arithmetic: frames and arrays in, fitted pipelines, metrics, tables and figures out.

What belongs here: features, metrics, fitting, naming, plotting. What does not: orchestration, tracking, storage,
environment, clock, network. Time and randomness arrive as arguments.
"""
