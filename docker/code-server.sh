#!/bin/sh
# Start of the code server, the only container that holds the data home and the master key.
set -eu
python /app/docker/prepare_home.py
exec dagster code-server start --host 0.0.0.0 --port 4000 --module-name eshop_dagster.definitions --location-name eshop
