"""Keys of works: one integer for each, the same on every database, in each of the dozen rows about the work.

The key of a paper is made of its arXiv id and fits into four bytes; the key of a release is a digest of its name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache

PAPER, RELEASE = "arxiv:", "release:"
_NUMBER = re.compile(r"(\d\d)(0[1-9]|1[0-2])\.(\d{4,5})", re.ASCII)
_OLD_NUMBER = re.compile(r"([a-z-]{2,12})(?:\.[A-Z]{2})?/(\d\d)(0[1-9]|1[0-2])(\d{3})", re.ASCII)
_ARCHIVES = (
    "acc-phys", "adap-org", "alg-geom", "ao-sci", "astro-ph", "atom-ph", "bayes-an", "chao-dyn", "chem-ph", "cmp-lg",
    "comp-gas", "cond-mat", "cs", "dg-ga", "funct-an", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math", "math-ph",
    "mtrl-th", "nlin", "nucl-ex", "nucl-th", "patt-sol", "physics", "plasm-ph", "q-alg", "q-bio", "q-fin", "quant-ph",
    "solv-int", "stat", "supr-con",
)  # fmt: skip
"""The archives that numbered their papers themselves until March 2007 (info.arxiv.org/help/arxiv_identifier.html). Every
store's keys depend on their order."""
_IN_A_MONTH = 100_000
_NEW_IDS, _FIVE_DIGITS = 195, 288
"""The months since January 1991 in which ids lost their archive (April 2007) and got a fifth digit (January 2015)."""


def arxiv_number(arxiv_id: str) -> int:
    """A number that grows with the month and the number of an arXiv id. Numbers of neighbours are close, so that indexes stay
    small and give the newest paper first. Any text that is not an id of arXiv gets a negative number."""
    if new := _NUMBER.fullmatch(arxiv_id):
        return _month(new[1], new[2]) * _IN_A_MONTH + int(new[3])
    if (old := _OLD_NUMBER.fullmatch(arxiv_id)) and old[1] in _ARCHIVES:
        return _month(old[2], old[3]) * _IN_A_MONTH + _ARCHIVES.index(old[1]) * 1000 + int(old[4])
    return _negative(arxiv_id)


def _negative(text: str) -> int:
    """A negative number made of a text: 63 bits of its digest."""
    return -(int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8]) >> 1) - 1


def _month(year: str, month: str) -> int:
    """Months since January 1991, when arXiv began."""
    return (int(year) - 91) % 100 * 12 + int(month) - 1


def arxiv_id_of(number: int) -> str:
    """The arXiv id of a number that is not negative."""
    month, rest = divmod(number, _IN_A_MONTH)
    when = f"{(91 + month // 12) % 100:02}{month % 12 + 1:02}"
    if month >= _NEW_IDS:
        return f"{when}.{rest:0{5 if month >= _FIVE_DIGITS else 4}}"
    archive, rest = divmod(rest, 1000)
    return f"{_ARCHIVES[archive]}/{when}{rest:03}" if archive < len(_ARCHIVES) else ""


@lru_cache(maxsize=16384)
def work_key(work: str) -> int:
    """The key of a work in every table: of a paper the number of its arXiv id, of a release a negative digest of its name.

    `work` is `arxiv:ID` or `release:REFERENCE`. A paper whose id is not one of arXiv's has a digest as well.
    """
    if work.startswith(PAPER):
        arxiv_id = work[len(PAPER) :]
        if (number := arxiv_number(arxiv_id)) >= 0 and arxiv_id_of(number) == arxiv_id:
            return number
    return _negative(work)


def keys_of(works: Iterable[str]) -> dict[int, str]:
    """Works by their keys, in the order given."""
    return {work_key(work): work for work in works}


def paper_work(arxiv_id: str) -> str:
    """The work of an arXiv paper."""
    return f"{PAPER}{arxiv_id}"


def paper_key(arxiv_id: str) -> int:
    """The key of an arXiv paper."""
    return work_key(paper_work(arxiv_id))
