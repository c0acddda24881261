# One image for every service but Postgres: each runs another command of the same locked environment.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_PYTHON_DOWNLOADS=never
WORKDIR /app
COPY requirements.lock ./
# pip brings uv and nothing else: the version that the lock names, checked by its hash.
RUN awk '/^[^ ]/ { is_uv = /^uv==/ } is_uv' requirements.lock > /tmp/uv.lock \
    && pip install --no-cache-dir --no-deps --require-hashes -r /tmp/uv.lock
# --no-build: the slim image has no compiler, and a source archive would bring build tools that no hash vouches for.
RUN uv venv /opt/venv \
    && uv pip install --python /opt/venv/bin/python --no-deps --no-build --require-hashes -r requirements.lock
COPY README.md pyproject.toml params.yaml ./
COPY eshop_dagster ./eshop_dagster
COPY dbt_project ./dbt_project
COPY docker ./docker
# Editable: the code finds dbt_project/ and params.yaml beside its own folder.
RUN uv pip install --python /opt/venv/bin/python --no-deps --no-build-isolation --editable . \
    && /opt/venv/bin/python -m compileall -q eshop_dagster docker \
    && DO_NOT_TRACK=true /opt/venv/bin/python -c "from eshop_dagster.adapters.dbt import ensure_manifest; ensure_manifest()"

FROM ${PYTHON_IMAGE}
ARG GIT_COMMIT=""
LABEL org.opencontainers.image.title="E-Shop Brasil data platform" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${GIT_COMMIT}"
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONPATH=/app/docker \
    HOME=/tmp \
    ESHOP_HOME=/data \
    ESHOP_GIT_COMMIT="${GIT_COMMIT}" \
    DAGSTER_HOME=/data/dagster \
    DAGSTER_EVENT_BATCH_SIZE=1000 \
    GIT_PYTHON_REFRESH=quiet \
    DO_NOT_TRACK=true \
    DBT_SEND_ANONYMOUS_USAGE_STATS=false \
    DAGSTER_DISABLE_TELEMETRY=1 \
    MLFLOW_DISABLE_TELEMETRY=true \
    DVC_NO_ANALYTICS=1 \
    DVC_STUDIO_OFFLINE=true \
    STREAMLIT_BROWSER_GATHER_USAGE_STATS=false \
    MLFLOW_UV_AUTO_DETECT=false
# A named volume takes the owner of the folder that it first covers.
RUN groupadd --gid 10001 eshop \
    && useradd --uid 10001 --gid eshop --no-create-home --home-dir /tmp --shell /usr/sbin/nologin eshop \
    && install --directory --owner eshop --group eshop /data /data/dagster /mlflow /run-logs
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
# For the web server and the daemon, which see no data home; the code server writes its own copy into the home.
COPY docker/dagster.yaml /data/dagster/dagster.yaml
WORKDIR /app
USER eshop
CMD ["eshop", "--help"]
