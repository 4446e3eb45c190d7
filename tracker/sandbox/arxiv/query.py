"""The query language of arXiv's API: `(cat:cs.AI OR ti:"open code") ANDNOT submittedDate:[… TO …]`.

Source: info.arxiv.org/help/api/user-manual, and for what it leaves open arXiv's own parser (arXiv/arxiv-search):
a missing operator means OR, and `lastUpdatedDate:` is another name of `submittedDate:`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from tracker.sandbox.arxiv.papers import WorldPaper, fold_words

Predicate = Callable[[WorldPaper], bool]
MOST_TOKENS = 2000
DEEPEST = 50

_TOKEN = re.compile(
    r"(?P<paren>[()])|(?:(?P<field>[A-Za-z]+):)?(?:\"(?P<phrase>[^\"]*)\"|\[(?P<range>[^\]]*)\]|(?P<word>[^\s()\"\[\]]+))"
)
_TEXT_FIELDS = frozenset({"ti", "au", "abs", "co", "jr", "rn", "id", "all"})
_DATE_FIELDS = frozenset({"submittedDate", "lastUpdatedDate"})
_RANGE = re.compile(r"\s*(\d{4,14})\s+TO\s+(\d{4,14})\s*", re.ASCII)
_OPERATORS = frozenset({"AND", "OR", "ANDNOT"})


class QueryFault(ValueError):
    """The query cannot be parsed; the text says why."""


def compile_query(text: str) -> Predicate:
    """A test of papers; raises QueryFault."""
    tokens = _tokens(text)
    if not tokens:
        return lambda _paper: False
    predicate, rest = _either(tokens, 0, 0)
    if rest != len(tokens):
        raise QueryFault("unbalanced parentheses")
    return predicate


def _tokens(text: str) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        token = _TOKEN.match(text, place)
        if token is None or len(found) >= MOST_TOKENS:
            raise QueryFault(f"malformed search_query at character {place}")
        found.append(token)
        place = token.end()
    return found


def _operator(tokens: list[re.Match[str]], place: int) -> str:
    """The operator at this position, `)` or nothing at an end, and `` (empty) before a term."""
    if place >= len(tokens):
        return ")"
    token = tokens[place]
    if token["paren"] == ")":
        return ")"
    return token[0] if token[0] in _OPERATORS else ""


def _either(tokens: list[re.Match[str]], place: int, depth: int) -> tuple[Predicate, int]:
    """OR binds weaker than AND; terms side by side are joined with OR."""
    if depth > DEEPEST:
        raise QueryFault("too many nested parentheses")
    first, place = _both(tokens, place, depth)
    parts = [first]
    while (operator := _operator(tokens, place)) != ")":
        part, place = _both(tokens, place + (operator == "OR"), depth)
        parts.append(part)
    return (first if len(parts) == 1 else lambda paper: any(part(paper) for part in parts)), place


def _both(tokens: list[re.Match[str]], place: int, depth: int) -> tuple[Predicate, int]:
    wanted: list[Predicate] = []
    unwanted: list[Predicate] = []
    operator = "AND"
    if _operator(tokens, place) == "ANDNOT":
        operator, place = "ANDNOT", place + 1
    while True:
        part, place = _one(tokens, place, depth)
        (wanted if operator == "AND" else unwanted).append(part)
        operator = _operator(tokens, place)
        if operator not in ("AND", "ANDNOT"):
            break
        place += 1
    if len(wanted) == 1 and not unwanted:
        return wanted[0], place
    return (lambda paper: all(p(paper) for p in wanted) and not any(p(paper) for p in unwanted)), place


def _one(tokens: list[re.Match[str]], place: int, depth: int) -> tuple[Predicate, int]:
    if place >= len(tokens) or _operator(tokens, place):
        raise QueryFault("an operator without a term in search_query")
    token = tokens[place]
    if token["paren"]:
        inner, place = _either(tokens, place + 1, depth + 1)
        if place >= len(tokens):
            raise QueryFault("unbalanced parentheses")
        return inner, place + 1
    return _term(token), place + 1


def _term(token: re.Match[str]) -> Predicate:
    name = token["field"] or "all"
    if token["range"] is not None:
        if name not in _DATE_FIELDS:
            raise QueryFault(f"a range needs the field submittedDate, not {name}")
        return _between(token["range"])
    value = token["phrase"] if token["phrase"] is not None else token["word"]
    if name == "cat":
        return _category(value.strip())
    if name not in _TEXT_FIELDS:
        raise QueryFault(f"unknown field {name} in search_query")
    words = fold_words(value)
    return lambda paper: words in paper.words[name]


def _category(value: str) -> Predicate:
    wanted = value.casefold()
    if wanted.endswith("*"):
        start = wanted.rstrip("*")
        return lambda paper: any(category.casefold().startswith(start) for category in paper.categories)
    return lambda paper: any(category.casefold() == wanted for category in paper.categories)


def _between(text: str) -> Predicate:
    """Both ends included, on the submission of the first version; a partial date is filled up."""
    found = _RANGE.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        begin, end = _moment(found[1], "0101000000"), _moment(found[2], "1231235959")
    except ValueError:
        raise QueryFault(f"malformed date range [{text}]") from None
    return lambda paper: begin <= paper.published <= end


def _moment(digits: str, filler: str) -> datetime:
    """`filler` is the rest of a date after the year: `MMDDhhmmss`."""
    if len(digits) % 2:
        raise ValueError
    whole = digits + filler[len(digits) - 4 :]
    day = int(whole[6:8])
    for latest in range(day, 27 if len(digits) < 8 else day - 1, -1):
        # Only a day that was filled up may be shortened to its month's end.
        try:
            moment = datetime(int(whole[:4]), int(whole[4:6]), latest, tzinfo=UTC)
        except ValueError:
            continue
        return moment.replace(hour=int(whole[8:10]), minute=int(whole[10:12]), second=int(whole[12:14]))
    raise ValueError
