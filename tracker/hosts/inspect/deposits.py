"""What a deposit in an archive of research files (Zenodo, OSF, figshare) holds, by its stated type and file names; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from tracker.domain.terms import Content, Fact
from tracker.hosts.inspect.content import classify_repository

_PACKED = re.compile(r"zip|tar|gz|tgz|bz2|xz|7z|rar|zst", re.IGNORECASE | re.ASCII)
_ABOUT = frozenset({".md", ".txt", ".pdf", ".docx", ".html", ".rst"})
_FACT = {"software": Fact.CODE, "dataset": Fact.DATA, "model": Fact.WEIGHTS}


def classify_deposit(
    kind: str, names: Sequence[str], *, complete: bool = True
) -> tuple[Content, tuple[Fact, ...]]:
    """The content of a deposit, and the facts that its files show.

    `kind` is the type that the depositor chose: `software`, `dataset`, `model`, or any other text. A packed file
    counts as what the type says; without one of these types its content is unknown, because it is never opened.
    """
    fact = _FACT.get(kind)
    material = [name for name in names if PurePosixPath(name).suffix.lower() not in _ABOUT]
    packed = [name for name in material if _PACKED.fullmatch(name.rpartition(".")[2])]
    others = sorted(set(names) - set(packed))
    content, facts = classify_repository(others, None, complete=complete and not packed)
    if fact is None or not material:
        return content, facts
    with_stated = tuple(dict.fromkeys((fact, *facts)))
    if fact is Fact.CODE:
        return (Content.CODE, with_stated) if packed or Fact.CODE in facts else (content, facts)
    return (Content.CODE if Fact.CODE in facts else Content.DATA_ONLY), with_stated
