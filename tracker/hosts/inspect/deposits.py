"""What archives of research files have in common: a record of a stated type with a list of files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from tracker.domain.terms import Content, Fact
from tracker.hosts.inspect import content

_PACKED = re.compile(r"zip|tar|gz|tgz|bz2|xz|7z|rar|zst", re.IGNORECASE | re.ASCII)
_ABOUT = frozenset({".md", ".txt", ".pdf", ".docx", ".html", ".rst"})
_FACT = {"software": Fact.CODE, "dataset": Fact.DATA, "model": Fact.WEIGHTS}


def classify_deposit(
    kind: str, names: Sequence[str], *, complete: bool = True
) -> tuple[Content, tuple[Fact, ...]]:
    """The content of a record and which facts its files show.

    `kind` is the type that the depositor chose, in the words `software`, `dataset`, `model`, or any other. A
    packed file holds what the record says it is; where the record does not say, nobody can tell from outside.
    """
    fact = _FACT.get(kind)
    material = [name for name in names if PurePosixPath(name).suffix.lower() not in _ABOUT]
    packed = [name for name in material if _PACKED.fullmatch(name.rpartition(".")[2])]
    others = sorted(set(names) - set(packed))
    word, holds = content.classify_repository(others, None, complete=complete and not packed)
    if fact is None or not material:
        return word, holds
    held = tuple(dict.fromkeys((fact, *holds)))
    if fact is Fact.CODE:
        return (Content.CODE, held) if packed or Fact.CODE in holds else (word, holds)
    return (Content.CODE if Fact.CODE in holds else Content.DATA_ONLY), held
