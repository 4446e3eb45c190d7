"""What can be checked of the container's files without an engine; `make container` does the rest."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.container.compose_here import adapt
from tracker.settings import load_settings

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


@pytest.fixture(
    scope="module", params=["requirements.lock", "requirements-build.lock", "requirements-parquet.lock"]
)
def lock(request: pytest.FixtureRequest) -> str:
    return (ROOT / request.param).read_text(encoding="utf-8")


def test_every_dependency_is_pinned_to_a_version_that_it_allows() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = {canonicalize_name(name): version for name, version in PIN.findall(text)}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needs = [Requirement(line) for line in project["dependencies"]]
    outdated = [
        str(need) for need in needs if not need.specifier.contains(pins.get(canonicalize_name(need.name), "0"))
    ]
    assert not outdated, "write requirements.lock again; its first lines say how"


def test_every_pin_has_hashes_and_no_registry_is_named(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", "\n".join(line for line in lock.splitlines() if not line.startswith("#")))
    assert entries
    for entry in entries:
        assert PIN.match(entry.strip()), entry
        assert "--hash=sha256:" in entry, entry
    assert not re.search(r"https?:|file:|--(extra-)?index|--find-links|--trusted", lock)


def test_every_base_image_is_the_same_by_its_digest() -> None:
    bases = [
        base
        for file in ("Dockerfile", "compose.yaml")
        for base in re.findall(
            r"^\s*(?:ARG BASE=|FROM )(\S+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE
        )
        if base != "${BASE}"
    ]
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert re.fullmatch(r"docker\.io/library/python:3\.\d+-slim@sha256:[0-9a-f]{64}", bases[0])


def test_compose_passes_what_an_operator_sets_and_knows_each_name() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["tracker"]
    passed = {f"${{{name}:-}}": name for name in service["environment"]}
    assert list(passed) == list(service["environment"].values())
    secrets = {"GITHUB_TOKEN", "HF_TOKEN", "TRACKER_NOTIFY_URLS", "TRACKER_WEBHOOK_SECRETS"}
    assert {"TRACKER_CONTACT", *secrets} <= set(service["environment"])
    empty = load_settings(environ=dict.fromkeys(service["environment"], ""))
    assert empty == load_settings(environ={}).model_copy(update={"chosen": empty.chosen}), (
        "empty is as good as unset"
    )


def test_the_build_sees_nothing_but_what_the_image_is_made_of() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    copied = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    names = {name for line in copied for name in line.split()}
    allowed = {line.removeprefix("!").rstrip("/") for line in ignored if line.startswith("!")}
    assert "*" in ignored
    assert names == allowed


def test_the_label_names_the_version_that_is_built() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f"\nARG VERSION={project['version']}\n" in dockerfile
    assert 'org.opencontainers.image.version="$VERSION"' in dockerfile


def test_each_profile_of_compose_builds_what_it_runs_and_mounts_what_is_there() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert {profile for service in services.values() for profile in service.get("profiles", ())} == {"datasette"}
    for name, service in services.items():
        assert "build" in service, name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        mounted = [volume.partition(":")[0] for volume in service["volumes"]]
        assert all(source == "data" or (ROOT / source).is_file() for source in mounted), name


def test_the_compose_file_of_the_container_test_is_that_of_operators_but_for_what_it_names() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    adapted = yaml.safe_load(adapt(text, "localhost/ours:test", "localhost/base", "9", {"TRACKER_NOW": "then"}))
    original = yaml.safe_load(text)
    assert adapted["volumes"] == original["volumes"]
    changed = {"ports", "network_mode", "image", "build", "environment", "volumes", "command"}
    for name, service in original["services"].items():
        kept = {key: value for key, value in adapted["services"][name].items() if key not in changed}
        assert kept == {key: value for key, value in service.items() if key not in changed}
    assert adapted["services"]["tracker"]["environment"] == {
        **original["services"]["tracker"]["environment"], "TRACKER_NOW": "then"}  # fmt: skip
    assert "--port 9 " in adapted["services"]["datasette"]["command"]
    assert "sha256" not in adapted["services"]["datasette"]["build"]["dockerfile_inline"]
