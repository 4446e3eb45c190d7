"""What a deposit in an archive of research files (Zenodo, OSF, figshare) holds, by its stated type and its files; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from tracker.domain.terms import Content, Fact
from tracker.hosts.inspect import data_files
from tracker.hosts.inspect.code_files import Sizes, scripts_to_read
from tracker.hosts.inspect.content import ContentReading, read_content
from tracker.hosts.inspect.zip_listing import ZipListing

_PACKED = re.compile(r"zip|tar|gz|tgz|bz2|xz|7z|rar|zst", re.IGNORECASE | re.ASCII)
_ABOUT = frozenset({".md", ".txt", ".pdf", ".docx", ".html", ".rst"})
_FACT = {"software": Fact.CODE, "dataset": Fact.DATA, "model": Fact.WEIGHTS}


def read_deposit(
    kind: str, sizes: Sizes, opened: Mapping[str, ZipListing] | None = None, *, complete: bool = True
) -> ContentReading:
    """The content of a deposit, the facts that its files show, and why the content is not known.

    `kind` is the type that the depositor chose: `software`, `dataset`, `model`, or any other text. `sizes` has the
    files by name, `opened` the entries of those archives that were listed, by name. An archive that was not listed
    is never code, whatever the type or its name says; data and weights are what the type says they are, unless the
    archive is named after code.
    """
    opened = opened or {}
    files, unopened = dict(sizes), list[str]()
    for name in sizes:
        if not is_packed(name):
            continue
        del files[name]
        if name in opened:
            folder = "" if len(sizes) == 1 or len(opened) == 1 else f"{PurePosixPath(name).stem}/"
            files |= {
                folder + path: size for path, size in opened[name].sizes.items() if folder + path not in files
            }
            complete = complete and opened[name].complete
        else:
            unopened.append(name)
    seen = read_content(files, None, complete=complete and not unopened)
    if seen.content is Content.CODE and scripts_to_read(files, promised=False):
        # In a repository they would be read; a deposit's files are known by their sizes alone.
        holds = tuple(fact for fact in seen.holds if fact is not Fact.CODE)
        seen = ContentReading(Content.UNKNOWN, holds, "its files of code are so small that they may hold nothing")
    stated = _stated_fact(kind, files, unopened)
    held = tuple(dict.fromkeys((*seen.holds, *((stated,) if stated else ()))))
    content = seen.content if seen.content is Content.CODE or not stated else Content.DATA_ONLY
    reason = seen.reason
    if content is Content.UNKNOWN and unopened:
        reason = f"{unopened[0][:100]} is an archive, which was not opened"
    return ContentReading(content, held, reason)


def is_packed(name: str) -> bool:
    """Whether a file packs others, by the ending of its name."""
    return bool(_PACKED.fullmatch(name.rpartition(".")[2]))


def _stated_fact(kind: str, files: Sizes, unopened: list[str]) -> Fact | None:
    """The data or weights that the depositor's type states, where there are files that may be these."""
    fact = _FACT.get(kind)
    if fact is None or fact is Fact.CODE:
        return None
    material = [name for name in files if PurePosixPath(name).suffix.lower() not in _ABOUT]
    packed = [name for name in unopened if not data_files.is_named_after_code(PurePosixPath(name))]
    return fact if material or packed else None
