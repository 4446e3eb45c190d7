"""docs/architecture.md follows the tree: its map, its layers, its dependencies, and the names in the life of one paper."""

from __future__ import annotations

import re
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.docs.documents import ROOT, blocks, spans

TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MODULES = {
    path.relative_to(ROOT).as_posix() for path in (ROOT / "tracker").rglob("*.py") if path.name != "__init__.py"
}
FOLDERS = {f"{path.rpartition('/')[0]}/" for path in MODULES}


def section(text: str, heading: str) -> str:
    """A section with its sub-sections, without the heading."""
    level, _, _ = heading.partition(" ")
    _, found, rest = text.partition(f"{heading}\n")
    assert found, f"there is no section {heading!r}"
    return re.split(rf"^{level} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def named(text: str) -> set[str]:
    """Folders and files of a map: each heading names a folder, each row of the table below it a file of that folder."""
    found: set[str] = set()
    folder = ""
    for line in text.splitlines():
        if heading := re.match(r"### `([\w/]+/)`", line):
            folder = heading[1]
            found.add(folder)
        elif row := re.match(r"\| `(\w+\.py)` \| .{8}", line):
            found.add(folder + row[1])
    return found


def test_the_map_names_every_module_and_nothing_else() -> None:
    found = named(section(TEXT, "## The map"))
    assert sorted((MODULES | FOLDERS) - found) == [], "missing from the map"
    assert sorted(found - (MODULES | FOLDERS)) == [], "in the map and not in the tree"


def test_the_layers_are_those_that_import_linter_enforces() -> None:
    (contract,) = (c for c in PROJECT["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    (shown,) = (block for block in blocks(TEXT, "architecture.md") if block.language == "text")
    assert shown.text.splitlines() == contract["layers"]


def test_every_dependency_has_its_reason() -> None:
    project = PROJECT["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    names = {re.match(r"[\w-]+", name)[0] for name in wanted}  # type: ignore[index]
    reasons = [line for line in section(TEXT, "## Dependencies").splitlines() if line.startswith("| `")]
    given = {name for line in reasons for name in re.findall(r"`([\w-]+)`", line.split("|")[1])}
    assert names == given


def test_the_files_and_functions_that_the_text_names_exist() -> None:
    life = section(TEXT, "## The life of one paper")
    assert unknown_names(TEXT.partition("## The map")[0]) == []
    assert len(spans(life)) > 20


def test_the_paper_lives_as_it_is_described(seeded: Path) -> None:
    life = section(TEXT, "## The life of one paper")
    with closing(sqlite3.connect(f"file:{seeded}?mode=ro", uri=True)) as connection:
        ((abstract,),) = connection.execute("SELECT abstract FROM papers WHERE arxiv_id = '2606.00001'")
        ((role, place),) = connection.execute(
            "SELECT role, place FROM links WHERE arxiv_id = '2606.00001' AND reference = 'github:ann/parts'"
        )
        events = connection.execute("SELECT DISTINCT kind FROM events WHERE arxiv_id = '2606.00001'").fetchall()
    assert "Our code is available at https://github.com/ann/parts" in abstract
    assert (role, place) == ("own", "abstract")
    derived = re.search(r"derives the events (.*?), with the cause", " ".join(life.split()))
    assert derived is not None
    assert set(re.findall(r"`(\w+)`", derived[1])) == {kind for (kind,) in events}


def unknown_names(text: str) -> list[str]:
    """Files below `tracker/` that do not exist, and functions or classes that no module defines."""
    sources = "\n".join((ROOT / path).read_text(encoding="utf-8") for path in MODULES)
    defined = set(re.findall(r"(?:def|class) (\w+)", sources))
    return [
        span
        for span in spans(text)
        if (re.fullmatch(r"[\w/]+\.py", span) and f"tracker/{span}" not in MODULES)
        or (re.fullmatch(r"[\w.]+\(\)", span) and span[:-2].rpartition(".")[2] not in defined)
    ]


def test_each_kind_of_fault_is_found() -> None:
    text = "### `tracker/harvest/`\n\n| file | what |\n|---|---|\n| `api.py` | asks the API |\n| `rss.py` | |\n"
    assert named(text) == {"tracker/harvest/", "tracker/harvest/api.py"}
    assert unknown_names("`harvest/nothing.py` calls `no_such_function()` and `Store`.") == [
        "harvest/nothing.py",
        "no_such_function()",
    ]
    assert section("## A\n\na\n\n### B\n\nb\n\n## C\n", "## A") == "\na\n\n### B\n\nb\n\n"
