"""A version as if it had been registered with another tag."""

import json

from mlflow import MlflowClient

from eshop_dagster.adapters.registry.recording import SEAL_TAG, values_sha256
from eshop_dagster.stages.platform import Platform


def register_with_tag(platform: Platform, model: str, version: int, tag: str, value: str) -> None:
    """Set a tag of a registered version and seal its tags again: nobody has changed it, it was always so."""
    client = MlflowClient(platform.registry.tracking_uri)
    tags = dict(client.get_model_version(model, str(version)).tags)
    seals = json.loads(tags[SEAL_TAG])
    names, _ = seals["tags"]
    assert tag in names
    seals["tags"] = [names, values_sha256({**{name: tags[name] for name in names}, tag: value})]
    for name, text in ((tag, value), (SEAL_TAG, json.dumps(seals))):
        client.set_model_version_tag(model, str(version), name, text)
