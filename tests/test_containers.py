"""The container files hold together and agree with the code. No engine is needed: none of this starts a container."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster._core.instance.ref import InstanceRef

from eshop_dagster.defs.instance import prepare_instance
from eshop_dagster.settings import EVENT_BATCH_SIZE, PROJECT_DIR, TELEMETRY_SWITCHES

TOOLS = Path(sys.executable).parent
INSTANCE_FILE = PROJECT_DIR / "docker" / "dagster.yaml"
COMPOSE_TEXT = (PROJECT_DIR / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(set(SERVICES) - {"postgres"})
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
SECRET_NAME = re.compile("PASSWORD|KEY|SECRET|TOKEN")
POSTGRES = {"HOST": "postgres", "PORT": "5432", "USER": "eshop", "PASSWORD": "p@ss/w:rd %41#x", "DB": "dagster"}

every_service = pytest.mark.parametrize("name", sorted(SERVICES))


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions, continued lines joined, such as `("RUN", "uv venv ...")`."""
    lines = [line for line in (PROJECT_DIR / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(line.split()[0], " ".join(line.split()[1:])) for line in joined if line.strip()]


def image_environment() -> dict[str, str]:
    """Return what the Dockerfile sets, the build stage's own included."""
    pairs = [pair.partition("=") for kind, text in instructions() if kind == "ENV" for pair in shlex.split(text)]
    return {name: value for name, _, value in pairs}


def copied_sources() -> list[str]:
    """Return every path that the Dockerfile copies from the project."""
    copies = [text.split() for kind, text in instructions() if kind == "COPY" and "--from=" not in text]
    return [source for words in copies for source in words[:-1] if not source.startswith("--")]


@every_service
def test_a_service_has_an_image_a_health_check_and_comes_back_after_a_crash(name: str) -> None:
    service = SERVICES[name]
    assert service.get("image") or service.get("build")
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["healthcheck"].keys() >= {"interval", "timeout", "retries", "start_period"}
    assert service["restart"] == "unless-stopped"


@every_service
def test_a_service_can_write_to_its_volumes_only_and_gain_no_rights(name: str) -> None:
    assert SERVICES[name]["read_only"] is True
    assert "/tmp" in SERVICES[name]["tmpfs"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in SERVICES[name]
    assert name == "postgres" or SERVICES[name]["cap_drop"] == ["ALL"]


@every_service
def test_a_port_is_published_to_this_machine_only(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert re.fullmatch(r"127\.0\.0\.1:\$\{\w+:-\d+\}:\d+", port), port


@every_service
def test_a_secret_comes_from_the_environment_and_has_no_default(name: str) -> None:
    for variable, value in SERVICES[name]["environment"].items():
        if SECRET_NAME.search(variable):
            assert re.fullmatch(r"\$\{\w+:\?set it in \.env\}", value), variable


@every_service
def test_a_service_waits_until_those_that_it_needs_are_healthy(name: str) -> None:
    expected = {"postgres": [], "mlflow": ["postgres"], "code": ["mlflow", "postgres"]}.get(name, ["code"])
    needed = SERVICES[name].get("depends_on", {})
    assert sorted(needed) == expected
    assert all(condition == {"condition": "service_healthy"} for condition in needed.values())


def test_postgres_is_on_a_network_without_a_way_out_and_publishes_no_port() -> None:
    assert SERVICES["postgres"]["networks"] == ["stores"] and "ports" not in SERVICES["postgres"]
    assert COMPOSE["networks"]["stores"] == {"internal": True}


def test_only_the_code_server_and_readers_see_the_data_home_and_only_the_first_the_master_key() -> None:
    seen = [name for name in OURS if "home:/data" in SERVICES[name].get("volumes", [])]
    assert sorted(seen) == ["code", "dashboard", "eshop-api"]
    assert [name for name in OURS if "ESHOP_MASTER_KEY" in SERVICES[name]["environment"]] == ["code"]


def test_every_named_volume_and_network_is_declared_and_used() -> None:
    sources = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert {source for source in sources if "/" not in source} == set(COMPOSE["volumes"])
    assert {network for service in SERVICES.values() for network in service["networks"]} == set(COMPOSE["networks"])
    assert [source for source in sources if "/" in source and not (PROJECT_DIR / source).is_dir()] == []


def test_the_volumes_cover_folders_that_the_image_gives_to_its_user() -> None:
    made = next(text for kind, text in instructions() if kind == "RUN" and "install --directory" in text)
    folders = made.partition("--group eshop ")[2].split()
    targets = {volume.split(":")[1] for name in OURS for volume in SERVICES[name].get("volumes", [])}
    assert targets <= set(folders)


def test_every_variable_is_explained_in_the_example_and_required_ones_are_empty_there() -> None:
    example = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", (PROJECT_DIR / ".env.example").read_text(), re.MULTILINE))
    used = {match[1]: (match[2], match[3]) for match in VARIABLE.finditer(COMPOSE_TEXT)}
    assert used.keys() == example.keys()
    assert {name for name, (operator, _) in used.items() if operator == "?"} == {
        "POSTGRES_PASSWORD",
        "ESHOP_MASTER_KEY",
    }
    assert {name: example[name] for name in used} == {
        name: default if operator == "-" else "" for name, (operator, default) in used.items()
    }


def test_everything_that_the_dockerfile_copies_exists_and_is_let_through() -> None:
    ignore = (PROJECT_DIR / ".dockerignore").read_text().splitlines()
    patterns = [line for line in ignore if line and not line.startswith("#")]
    assert patterns[0] == "*"
    for source in copied_sources():
        assert (PROJECT_DIR / source).exists(), source
        assert "!" + source.split("/")[0] in patterns


def test_no_key_no_data_and_no_history_can_reach_the_image() -> None:
    ignore = (PROJECT_DIR / ".dockerignore").read_text().splitlines()
    let_through = {line[1:] for line in ignore if line.startswith("!")}
    assert let_through == {source.split("/")[0] for source in copied_sources()}
    assert any(fnmatch("docker/.env.local", line.replace("**/", "*/")) for line in ignore)
    assert not [text for kind, text in instructions() if kind in ("ARG", "ENV") and SECRET_NAME.search(text)]


def test_packages_are_installed_from_the_lock_file_by_hash_and_never_built() -> None:
    runs = [text for kind, text in instructions() if kind == "RUN"]
    installs = [part.strip() for text in runs for part in text.split("&&") if "pip install" in part]
    assert [part.split(" ")[-1] for part in installs] == ["/tmp/uv.lock", "requirements.lock", "."]
    assert all("--no-deps" in part for part in installs)
    assert all("--require-hashes" in part for part in installs[:2])
    assert "--no-build " in installs[1]
    assert "--no-build-isolation --editable ." in installs[2]


def test_the_step_that_takes_uv_from_the_lock_file_takes_uv_alone() -> None:
    run = next(text for kind, text in instructions() if kind == "RUN" and text.startswith("awk"))
    command = ["awk", shlex.split(run)[1], str(PROJECT_DIR / "requirements.lock")]
    taken = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^(\S+?)==", taken, re.MULTILINE) == ["uv"]
    assert taken.count("--hash=sha256:") > 1


def test_the_image_runs_a_supported_python_as_a_user_without_rights() -> None:
    assert instructions().count(("USER", "eshop")) == 1
    assert ("ARG", "PYTHON_IMAGE=python:3.11-slim-bookworm") in instructions()


def test_the_image_switches_off_the_same_telemetry_as_the_code() -> None:
    environment = image_environment()
    assert {name: environment.get(name) for name in TELEMETRY_SWITCHES} == TELEMETRY_SWITCHES
    assert environment["DAGSTER_EVENT_BATCH_SIZE"] == EVENT_BATCH_SIZE
    assert environment["DAGSTER_HOME"] == environment["ESHOP_HOME"] + "/dagster"


def test_the_web_server_and_the_daemon_find_the_code_server() -> None:
    (location,) = yaml.safe_load((PROJECT_DIR / "docker" / "workspace.yaml").read_text())["load_from"]
    project = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text())["tool"]["dg"]["project"]
    name, module = project["code_location_name"], project["code_location_target_module"]
    assert location == {"grpc_server": {"host": "code", "port": 4000, "location_name": name}}
    start = (PROJECT_DIR / "docker" / "code-server.sh").read_text()
    assert f"--port 4000 --module-name {module} --location-name {name}" in start
    assert SERVICES["code"]["healthcheck"]["test"][-2:] == ["--port", "4000"]
    assert (PROJECT_DIR / "docker" / "code-server.sh").stat().st_mode & 0o111


@pytest.mark.parametrize("name", ["mlflow", "webserver", "daemon", "code", "dashboard"])
def test_a_command_uses_options_that_its_program_knows(name: str) -> None:
    command = list(SERVICES[name]["command"])
    if name == "code":
        command = shlex.split((PROJECT_DIR / "docker" / "code-server.sh").read_text().partition("exec ")[2])
    words = [word for word in command if not word.startswith("-")]
    subcommand = words[1:3] if name == "code" else words[1:2]
    done = subprocess.run(
        [TOOLS / words[0], *subcommand, "--help"], capture_output=True, text=True, timeout=120, check=True
    )
    options = {word.partition("=")[0] for word in command if word.startswith("--")}
    assert {option for option in options if option not in done.stdout} == set()


def test_mlflow_answers_the_containers_and_the_published_port_and_nobody_else() -> None:
    option = next(word for word in SERVICES["mlflow"]["command"] if word.startswith("--allowed-hosts="))
    allowed = VARIABLE.sub(lambda match: match[3], option.partition("=")[2]).split(",")
    hosts = ["mlflow:5000", "localhost:5000", "127.0.0.1:15000", "elsewhere.example:5000", "mlflow.example:5000"]
    question = "import json, sys; from mlflow.server.security_utils import is_allowed_host_header as ok; "
    question += "allowed, hosts = json.load(sys.stdin); print(json.dumps([ok(allowed, host) for host in hosts]))"
    answer = subprocess.run(
        [sys.executable, "-c", question], input=json.dumps([allowed, hosts]), capture_output=True, text=True, check=True
    )
    assert json.loads(answer.stdout) == [True, True, True, False, False]


def test_dagster_accepts_the_instance_file_and_reaches_postgres_by_psycopg2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in POSTGRES.items():
        monkeypatch.setenv(f"DAGSTER_POSTGRES_{name}", value)
    monkeypatch.setenv("DAGSTER_RUN_LOGS", str(tmp_path / "run-logs"))
    monkeypatch.syspath_prepend(PROJECT_DIR / "docker")
    content = yaml.safe_load(INSTANCE_FILE.read_text())
    for storage in ("run_storage", "event_log_storage", "schedule_storage"):
        # Only this keeps Dagster from connecting at once.
        content[storage]["config"]["should_autocreate_tables"] = False
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(content))
    ref: Any = InstanceRef.from_dir(str(tmp_path))
    for used in (ref.run_storage, ref.event_storage, ref.schedule_storage):
        assert used.postgres_url == "postgresql+psycopg2://eshop:p%40ss/w%3Ard%20%2541%23x@postgres:5432/dagster"
        assert used._engine.dialect.driver == "psycopg2"
    assert ref.run_coordinator.get_run_queue_config().max_concurrent_runs == 1
    assert ref.settings["telemetry"] == {"enabled": False}
    assert type(ref.event_storage).__name__ == "BatchingPostgresEventLogStorage"


def test_the_instance_file_is_left_alone_when_a_command_prepares_the_home(tmp_path: Path) -> None:
    (tmp_path / "dagster").mkdir()
    (tmp_path / "dagster" / "dagster.yaml").write_bytes(INSTANCE_FILE.read_bytes())
    prepare_instance(tmp_path)
    assert (tmp_path / "dagster" / "dagster.yaml").read_bytes() == INSTANCE_FILE.read_bytes()


def test_the_code_server_does_not_start_without_a_master_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESHOP_MASTER_KEY")
    command = [sys.executable, str(PROJECT_DIR / "docker" / "prepare_home.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert done.stderr.strip().startswith("error: ESHOP_MASTER_KEY is not set: put one into .env")


def test_the_documents_name_services_that_exist() -> None:
    text = (PROJECT_DIR / "docs" / "containers.md").read_text()
    named = set(re.findall(r"docker compose (?:exec|logs|restart|stop)(?: -\w+)* (\w+)", text))
    assert {"code", "postgres"} <= named <= set(SERVICES)
