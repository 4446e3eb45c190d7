"""Files of one repository or Hub artifact of a world: names from `tree.txt`, bytes from `files/` and `shared.json`."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tracker.domain.errors import WorldError

UNKNOWN_SIZE = 1024
"""The size of a file that exists without bytes: its real size is not known, and it is not empty."""
_KEPT = 50_000


@dataclass(frozen=True)
class File:
    """One file; `source` is None if only its name is known."""

    path: str
    source: Path | None

    @property
    def name(self) -> str:
        """The last segment of the path."""
        return self.path.rpartition("/")[2]

    @cached_property
    def data(self) -> bytes | None:
        """The bytes; None if only the name is known or the file was just removed."""
        if self.source is None:
            return None
        try:
            return self.source.read_bytes()
        except OSError:
            return None

    @cached_property
    def size(self) -> int:
        """Bytes."""
        if self.source is None:
            return UNKNOWN_SIZE
        try:
            return self.source.stat().st_size
        except OSError:
            return UNKNOWN_SIZE

    @cached_property
    def text(self) -> str | None:
        """The bytes as UTF-8 text, None if they are binary or not known."""
        try:
            return None if self.data is None or b"\0" in self.data else self.data.decode()
        except UnicodeDecodeError:
            return None

    @cached_property
    def oid(self) -> str:
        """The object id that git gives these bytes (of the name, if they are not known)."""
        data = self.path.encode("utf-8", "replace") if self.data is None else self.data
        return sha1(f"blob {len(data)}\0".encode() + data)


def sha1(data: bytes) -> str:
    """Git's object ids are SHA-1; nothing is secured by it."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def read_tree(folder: Path) -> Mapping[str, File]:
    """Files by path, sorted; empty if the folder has none of `tree.txt`, `files/` and `shared.json`. Raises WorldError
    if `shared.json` cannot be used: it maps paths to files elsewhere in the world, relative to `folder`."""
    found: dict[str, File] = {}
    try:
        text = (folder / "tree.txt").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    for line in text.splitlines():
        if path := line.strip().strip("/"):
            found[path] = File(path, None)
    root = folder / "files"
    for place, _folders, names in os.walk(root):
        for name in names:
            source = Path(place, name)
            path = source.relative_to(root).as_posix()
            found[path] = File(path, source)
    for path, other in read_facts(folder / "shared.json").items():
        source = folder / str(other)
        if not source.is_file():
            raise WorldError(f"{folder / 'shared.json'}: {other} is not a file.")
        found[path] = File(path, source)
    return dict(sorted(found.items()))


_known: dict[Path, tuple[int, int, dict[str, Any]]] = {}


def read_facts(path: Path) -> dict[str, Any]:
    """A JSON object, empty if the file is absent; cached until it changes. Raises WorldError if it is not an object."""
    try:
        stat = path.stat()
        known = _known.get(path)
        if known and known[:2] == (stat.st_mtime_ns, stat.st_size):
            return known[2]
        facts = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise WorldError(f"{path}: cannot be read as JSON ({error}).") from None
    if not isinstance(facts, dict):
        raise WorldError(f"{path}: must hold a JSON object.")
    if len(_known) >= _KEPT:
        _known.clear()
    _known[path] = stat.st_mtime_ns, stat.st_size, facts
    return facts


def find_folder(root: Path, space: str, name: str) -> Path | None:
    """`root/space/name`, whatever the case, as GitHub and the Hub compare names; None if there is no such folder."""
    for part in (space, name):
        if part in ("", ".", "..") or not part.isprintable() or "/" in part or "\\" in part:
            return None
    try:
        exact = root / space / name
        if exact.is_dir():
            return exact
    except OSError:
        # The file system cannot have such a name.
        return None
    spaces = [found for found in list_folders(root) if found.name.casefold() == space.casefold()]
    names = (found for parent in spaces for found in list_folders(parent))
    return next((found for found in names if found.name.casefold() == name.casefold()), None)


def list_folders(folder: Path) -> list[Path]:
    """The folders in a folder, by name; empty if it is absent."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir())
    except OSError:
        return []
    return [folder / name for name in names]
