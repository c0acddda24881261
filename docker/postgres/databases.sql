-- Run once, by the Postgres image, in a fresh volume. POSTGRES_DB has made the database dagster already.
CREATE DATABASE mlflow;
