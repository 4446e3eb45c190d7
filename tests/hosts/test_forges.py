"""The hosts that have their own upstream, over real HTTP from a small world."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stand_ins import Memory, Time
from tracker.config_files import config_dir
from tracker.domain.terms import Content, Fact, Outcome
from tracker.fetch.client import Client
from tracker.hosts.resolve import HOSTS, resolve_url
from tracker.sandbox.server import Sandbox
from tracker.settings import load_settings

MIT = (config_dir() / "licences" / "MIT.txt").read_text(encoding="utf-8")
FILES = {
    "code": {"README.md": "# Code", "LICENSE": "terms of our own", "src/run.py": "print()"},
    "mit": {"LICENSE": MIT, "run.py": "print()"},
    "soon": {"README.md": "Code coming soon."},
    "stubs": {"README.md": "Code coming soon.", "train.py": "import os\n", "src/net.py": "def net():\n    pass\n"},
    "data": {"README.md": "# Data", "train.jsonl": "{}"},
    "void": {},
}
CONTENT = {
    "code": Content.CODE,
    "mit": Content.CODE,
    "soon": Content.PLACEHOLDER,
    "stubs": Content.PLACEHOLDER,
    "data": Content.DATA_ONLY,
}
SITES = {
    "gitlab": "gitlab.com/a/b",
    "forgejo/codeberg.org": "codeberg.org/a",
    "bitbucket": "bitbucket.org/a",
    "gitlab/gitlab.inria.fr": "gitlab.inria.fr/t",
    "forgejo/gitea.com": "gitea.com/a",
}
RECORDS = {
    "1": {"metadata": {"resource_type": {"type": "software"}, "license": {"id": "mit"}}, "files": [{"key": "a.zip"}]},
    "2": {"metadata": {"resource_type": {"id": "dataset"}, "rights": [{"id": "cc-by-4.0"}]}, "files": {"entries": {"a.zip": {}}}},
    "3": {"metadata": {"resource_type": {"type": "dataset"}, "access_right": "restricted"}, "files": []},
    "4": {"status": 410},
    **{
        number: {"metadata": {"resource_type": {"type": kind}, "license": {"id": "mit"}}, "files": [{"key": "code.zip", "size": None}], **more}
        for number, kind, more in (("5", "software", {}), ("6", "software", {"lists_archives": False}), ("7", "other", {"lists_archives": False}),
            ("8", "software", {}), ("9", "software", {"lists_archives": False}), ("10", "software", {}), ("11", "software", {}), ("12", "dataset", {}))
    },
}  # fmt: skip
PROGRAM = {"tool-1.0/src/run.py": "print(1)\n" * 99, "tool-1.0/README.md": "# Tool"}
ARCHIVES = {
    "5": PROGRAM,
    "6": PROGRAM,
    "7": PROGRAM,
    "8": {"README.md": "# Soon"},
    "9": {f"src/{'x' * 200}{number}.py": "" for number in range(500)} | {"src/run.py": "print(1)\n" * 99},
    "10": PROGRAM,
    "11": {},
}
LISTINGS = {
    "10": {"entries": [{"key": "../../etc/run.py", "size": 99}, {"key": "/abs.py", "size": 99}], "total": 2},
    "12": {"entries": [{"key": "data.csv", "size": 9}], "total": 99_999, "truncated": True},
}


def pack(files: dict[str, str], comment: bytes = b"") -> bytes:
    """A zip of these texts."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.comment = comment
    return content.getvalue()


def write_deposits(folder: Path) -> None:
    """The records, their archives and listings."""
    folder.mkdir()
    for number, record in RECORDS.items():
        packed = pack(ARCHIVES[number]) if number in ARCHIVES else b""
        for file in record["files"] if packed else ():
            file["size"] = len(packed)
        (folder / f"{number}.json").write_text(json.dumps(record))
        if packed:
            (folder / number / "files").mkdir(parents=True)
            (folder / number / "files" / "code.zip").write_bytes(packed)
        if number in LISTINGS:
            (folder / number / "container").mkdir(parents=True)
            (folder / number / "container" / "code.zip.json").write_text(json.dumps(LISTINGS[number]))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    world = tmp_path_factory.mktemp("world")
    (world / "github").mkdir()
    for folder, site in SITES.items():
        for name, files in FILES.items():
            root = world / folder / site.partition("/")[2] / name
            root.mkdir(parents=True)
            (root / "repo.json").write_text('{"moved_from": ["a/b/old", "a/old"]}' if name == "code" else "{}")
            for path, text in files.items():
                (root / "files" / path).parent.mkdir(parents=True, exist_ok=True)
                (root / "files" / path).write_text(text)
    write_deposits(world / "zenodo")
    with Sandbox(world, clock=Time()) as box:
        values = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in box.upstreams.items()}
        values["TRACKER_DATA_DIR"] = str(tmp_path_factory.mktemp("data"))
        opened = Client(load_settings(environ=values), Memory(), Time(), sleep=lambda _: None)
        yield opened
        opened.close()


def check_url(client: Client, url: str):
    target = resolve_url(url)
    assert target is not None
    return next(host for host in HOSTS if host.name == target.host).check(target, client)


@pytest.mark.parametrize("site", SITES.values())
def test_the_content_of_a_repository(client, site):
    for name, content in CONTENT.items():
        check = check_url(client, f"https://{site}/{name}")
        assert (check.outcome, check.content) == (Outcome.PRESENT, content), check.reason
    assert check_url(client, f"https://{site}/void").content is Content.EMPTY
    assert check_url(client, f"https://{site}/none").outcome is Outcome.ABSENT
    assert [file.text for file in check_url(client, f"https://{site}/code").licence_files] == ["terms of our own"]


@pytest.mark.parametrize("site", ["gitlab.com/a/b", "codeberg.org/a"])
def test_a_rename_gives_the_new_name(client, site):
    old, new = check_url(client, f"https://{site}/old"), check_url(client, f"https://{site}/code")
    assert (old.reference, old.host_id) == (new.reference, new.host_id)


def test_gitlab_states_the_licence(client):
    check = check_url(client, "https://gitlab.com/a/b/mit")
    assert (check.licence_claimed, [file.path for file in check.licence_files]) == ("mit", ["LICENSE"])


@pytest.mark.parametrize(
    ("number", "content", "holds", "licence", "gated"),
    [
        (1, Content.UNKNOWN, set(), "mit", False),
        (2, Content.DATA_ONLY, {Fact.DATA}, "cc-by-4.0", False),
        (3, Content.UNKNOWN, set(), None, True),
        (5, Content.CODE, {Fact.CODE}, "mit", False),
        (6, Content.CODE, {Fact.CODE}, "mit", False),
        (7, Content.CODE, {Fact.CODE}, "mit", False),
        (8, Content.README_ONLY, set(), "mit", False),
        (9, Content.CODE, {Fact.CODE}, "mit", False),
        (10, Content.UNKNOWN, set(), "mit", False),
        (11, Content.EMPTY, set(), "mit", False),
        (12, Content.DATA_ONLY, {Fact.DATA}, "mit", False),
    ],
)
def test_zenodo(client, number, content, holds, licence, gated):
    check = check_url(client, f"https://zenodo.org/records/{number}")
    assert (check.content, check.licence_claimed, check.gated) == (content, licence, gated)
    assert set(check.holds) == holds


def test_an_archive_that_nobody_opened_says_so(client):
    check = check_url(client, "https://zenodo.org/records/1")
    assert check.reason == "a.zip is an archive, which was not opened"


def test_a_record_that_was_removed(client):
    assert check_url(client, "https://zenodo.org/records/4").outcome is Outcome.ABSENT
