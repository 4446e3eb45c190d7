import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tracker.domain.errors import WorldError
from tracker.sandbox.server import DEMO_WORLD, Sandbox

ALONE = """
import sys
from pathlib import Path
from tracker.sandbox.server import RealClock, serve
serve(Path(sys.argv[1]), "127.0.0.1", 0, RealClock(), lambda text: print(text.splitlines()[1], flush=True))
"""


@pytest.mark.parametrize(
    ("line", "says"),
    [("{", "line 2: is no paper"), ('{"arxiv_id": "x"}', "line 2: is no paper"), ("[]", "line 2: is no paper"),
     ('{"arxiv_id": "../etc", "title": "", "abstract": "", "authors": [], "categories": ["a"]}', "line 2: is no paper")],
)  # fmt: skip
def test_a_bad_world_is_reported_in_one_clear_sentence(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "bad.jsonl").write_text(f"\n{line}\n")
    with pytest.raises(WorldError, match=says), Sandbox(tmp_path):
        pass


def test_no_world_and_no_port(tmp_path: Path, world: Path, sandbox: Sandbox) -> None:
    with pytest.raises(WorldError, match="is not a folder"), Sandbox(tmp_path / "none"):
        pass
    (tmp_path / "void").mkdir()
    with pytest.raises(WorldError, match="is not a world"), Sandbox(tmp_path / "void"):
        pass
    with pytest.raises(WorldError, match="choose another port"), Sandbox(world, sandbox.port):
        pass


@pytest.mark.skipif(not DEMO_WORLD.is_dir(), reason="the demo's world is absent")
def test_every_repository_of_the_demo_is_served() -> None:
    with Sandbox(DEMO_WORLD) as running:

        def get(url: str, body: Any = None) -> Any:
            data = None if body is None else json.dumps(body).encode()
            request = urllib.request.Request(url, data, {"User-Agent": "test", "Authorization": "Bearer t"})
            with urllib.request.urlopen(request, timeout=20) as response:
                return json.load(response)

        names = sorted(
            f"{path.parent.name}/{path.name}" for path in (DEMO_WORLD / "github").glob("*/*") if path.is_dir()
        )
        parts = [f'r{n}: repository(owner:"{name.split("/")[0]}",name:"{name.split("/")[1]}"){{nameWithOwner databaseId licenseInfo{{spdxId}}}}'
                 for n, name in enumerate(names)]  # fmt: skip
        repositories = get(running.upstreams["github_api"] + "/graphql", {"query": "{" + " ".join(parts) + "}"})[
            "data"
        ]
        assert [repository["nameWithOwner"] for repository in repositories.values()] == names
        assert len({repository["databaseId"] for repository in repositories.values()}) == len(names)
        for name in names:
            assert get(f"{running.upstreams['github_api']}/repos/{name}")["full_name"] == name
        for kind in ("models", "datasets", "spaces"):
            for record in get(f"{running.upstreams['huggingface']}/api/{kind}?full=true"):
                assert (
                    get(f"{running.upstreams['huggingface']}/api/{kind}/{quote(record['id'])}")["id"]
                    == record["id"]
                )


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_alone_it_ends_cleanly_on_a_signal(world: Path, ending: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ALONE, str(world)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        line = process.stdout.readline().decode().strip()
        name, _equals, url = line.partition("=")
        assert name == "TRACKER_UPSTREAMS__ARXIV_API"
        with urllib.request.urlopen(f"{url}?id_list=2506.00001", timeout=10) as answer:
            assert b"2506.00001v1" in answer.read()
        process.send_signal(ending)
        _out, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (0, b"")
