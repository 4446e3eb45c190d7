"""The files of one artifact of a world."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tracker.domain.errors import WorldError
from tracker.sandbox.file_tree import read_tree


def test_a_tree_is_the_union_of_names_own_files_and_shared_files(tmp_path: Path) -> None:
    folder = tmp_path / "github" / "ann" / "tool"
    (folder / "files").mkdir(parents=True)
    (tmp_path / "licences").mkdir()
    (tmp_path / "licences" / "MIT.txt").write_text("Permission is granted.")
    (folder / "files" / "README.md").write_text("# Tool")
    (folder / "tree.txt").write_text("src/tool.py\nLICENSE\n")
    (folder / "shared.json").write_text(json.dumps({"LICENSE": "../../../licences/MIT.txt"}))
    tree = read_tree(folder)
    assert {path: file.text for path, file in tree.items()} == {
        "LICENSE": "Permission is granted.", "README.md": "# Tool", "src/tool.py": None,
    }  # fmt: skip


def test_a_shared_file_must_exist(tmp_path: Path) -> None:
    (tmp_path / "shared.json").write_text('{"LICENSE": "../licences/none.txt"}')
    with pytest.raises(WorldError, match="is not a file"):
        read_tree(tmp_path)
