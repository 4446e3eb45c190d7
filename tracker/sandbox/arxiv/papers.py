"""The papers of a world: JSON Lines in, frozen values out, with plausible times if a line has no times.

A line is one version of a paper, or all of them: `versions` is a list of `n`, `submitted`, and whatever differs from the
line (`title`, `abstract`, `comments`, `authors`, `categories`, `license`, `withdrawn`, `datestamp`). Each is shown from its
own time on. Beyond the fields of the API, a line may have `license`, `withdrawn`, `datestamp` (the day of the last change of
any kind), and `hidden_from`: the upstreams that do not show the paper. `announced` (a New York day) says when
arXiv announced the paper, or a row of `versions` that version: no upstream shows it before 20:00 there. `cross_listed` maps
categories to the announcement that brought them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tracker.domain.errors import WorldError

NEW_ID = re.compile(r"(\d{2})(\d{2})\.(\d{4,5})", re.ASCII)
OLD_ID = re.compile(r"[a-z-]+(?:\.[A-Z]{2})?/(\d{2})(\d{2})(\d{3})", re.ASCII)
DEADLINE = time(18, tzinfo=UTC)
"""Submissions until 14:00 in New York are announced that evening (info.arxiv.org/help/availability); as UTC
of the summer half, which is precise enough for times that are plausible and not known."""
NEW_YORK = ZoneInfo("America/New_York")
LICENCE = "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"
"""The licence of a line without one."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class WorldPaper:
    """One version of one paper. `arxiv_id` carries no version; `updated` is when this version was submitted."""

    arxiv_id: str
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    """The categories, the primary one first."""
    comment: str | None
    published: datetime
    updated: datetime
    doi: str | None = None
    journal_ref: str | None = None
    licence: str | None = LICENCE
    withdrawn: bool = False
    listed: date | None = None
    """The listing day of its announcement list."""
    changed: date | None = None
    """The day of the last change of any kind, if the world states it."""
    hidden_from: frozenset[str] = frozenset()
    announced: date | None = None
    """The New York day of this version's announcement, if the world states it."""
    cross_listed: tuple[tuple[str, date], ...] = ()
    """Categories that came later, with the New York day of their announcement."""

    @property
    def appears(self) -> datetime:
        """From when on this version is shown."""
        return self.updated if self.announced is None else evening(self.announced)

    def listed_at(self, now: datetime) -> WorldPaper:
        """The paper without the categories that it does not have by then."""
        later = {name for name, day in self.cross_listed if evening(day) > now}
        return replace(self, categories=tuple(c for c in self.categories if c not in later)) if later else self

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Searchable text by query field, each word between single spaces, in lower case."""
        texts = {
            "ti": self.title,
            "abs": self.abstract,
            "au": " ; ".join(self.authors),
            "co": self.comment or "",
            "jr": self.journal_ref or "",
            "rn": "",
            "id": self.arxiv_id,
        }
        texts["all"] = " ; ".join([*texts.values(), *self.categories])
        return {name: fold_words(text) for name, text in texts.items()}


def fold_words(text: str) -> str:
    """Words in lower case with single spaces around them."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "


@dataclass(frozen=True)
class Papers:
    """All versions of all papers; `latest` is in the order of the files."""

    latest: tuple[WorldPaper, ...]
    versions: Mapping[str, Mapping[int, WorldPaper]]

    @cached_property
    def _steady(self) -> bool:
        return all(len(known) == 1 for known in self.versions.values()) and not any(
            paper.announced or paper.cross_listed for paper in self.latest
        )

    def at(self, now: datetime) -> Sequence[WorldPaper]:
        """The papers as they were at `now`: each in its newest version shown by then, or in its first one if the world
        does not state when it was announced."""
        if self._steady:
            return self.latest
        found = (self.versions[paper.arxiv_id][self.newest(paper.arxiv_id, now)] for paper in self.latest)
        return [paper.listed_at(now) for paper in found if paper.announced is None or paper.appears <= now]

    def newest(self, arxiv_id: str, now: datetime) -> int:
        """The number of the newest version shown by then, else of the first one; 0 for an unknown paper."""
        known = self.versions.get(arxiv_id, {})
        shown = [n for n, paper in known.items() if paper.appears <= now]
        return max(shown, default=min(known, default=0))


def evening(day: date) -> datetime:
    """When the announcement of a New York day is made, in UTC."""
    return datetime.combine(day, time(20), NEW_YORK).astimezone(UTC)


def announcement_day(paper: WorldPaper) -> date:
    """The New York day on which this version is announced: as the world states, else by arXiv's timetable without its
    holidays (submissions until 14:00 that evening; none on Fridays and Saturdays)."""
    if paper.announced is not None:
        return paper.announced
    local = paper.updated.astimezone(NEW_YORK)
    day = local.date() + timedelta(days=local.time() >= time(14))
    # What came by Friday's deadline is announced on Sunday, and all of the weekend on Monday.
    return day + timedelta(days={4: 2, 5: 2, 6: 1}.get(day.weekday(), 0))


def paper_files(world: Path) -> tuple[Path, ...]:
    """The files that hold papers: `*.jsonl` of the world's folder and of its `arxiv/`."""
    return (*sorted(world.glob("*.jsonl")), *sorted((world / "arxiv").glob("*.jsonl")))


def read_papers(world: Path) -> Papers:
    """All papers of a world. Raises WorldError, naming the file and line that cannot be used."""
    versions: dict[str, dict[int, WorldPaper]] = {}
    for path in paper_files(world):
        for paper in _file(path):
            versions.setdefault(paper.arxiv_id, {})[paper.version] = paper
    latest = []
    for known in versions.values():
        first = known[min(known)].published
        for n, paper in known.items():
            if paper.published > first:
                known[n] = replace(paper, published=first)
        latest.append(known[max(known)])
    return Papers(tuple(latest), versions)


def _file(path: Path) -> Iterator[WorldPaper]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError as error:
        raise WorldError(f"{path}: cannot be read ({error.strerror}).") from None
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    for place, (number, line) in enumerate(numbered):
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                raise TypeError
            guess = _guess(path.stem, str(record["arxiv_id"]), (place + 0.5) / len(numbered))
            listed = date.fromisoformat(path.stem) if _DAY.fullmatch(path.stem) else None
            yield from [_paper(each, guess, listed) for each in _lines(record)]
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
            wanted = "a JSON object with arxiv_id, title, abstract, authors and categories"
            raise WorldError(f"{path}, line {number}: is no paper; a line must be {wanted}.") from None


def _lines(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A line as one line for each of its versions."""
    rows = sorted(record.get("versions") or (), key=lambda row: int(row.get("n") or 1))
    if not rows:
        return [record]
    begun = rows[0].get("submitted") or record.get("published")
    silent = {"withdrawn": False, "datestamp": None}
    return [
        {
            **record,
            **(silent if row is not rows[-1] else {"withdrawn": False}),
            **({} if row is rows[0] else {"announced": None}),
            **row,
            "version": row.get("n") or 1,
            "published": begun,
            "updated": row.get("submitted") or begun,
            "unlisted": row is not rows[0],
        }
        for row in rows
    ]


def _paper(record: Mapping[str, Any], guess: datetime, listed: date | None) -> WorldPaper:
    arxiv_id = str(record["arxiv_id"])
    if not (NEW_ID.fullmatch(arxiv_id) or OLD_ID.fullmatch(arxiv_id)):
        raise ValueError(arxiv_id)
    categories = [str(category) for category in record["categories"]]
    primary = str(record.get("primary_category") or categories[0])
    published = _moment(record.get("published")) or guess
    return WorldPaper(
        arxiv_id=arxiv_id,
        version=int(record.get("version") or 1),
        title=_SPACE.sub(" ", str(record["title"])).strip(),
        abstract=str(record["abstract"]),
        authors=tuple(str(author) for author in record["authors"]),
        categories=(primary, *(category for category in dict.fromkeys(categories) if category != primary)),
        comment=_text(record.get("comments")),
        published=published,
        updated=max(published, _moment(record.get("updated")) or published),
        doi=_text(record.get("doi")),
        journal_ref=_text(record.get("journal_ref")),
        licence=_text(record.get("license", LICENCE)),
        withdrawn=bool(record.get("withdrawn")),
        listed=None if record.get("unlisted") else listed,
        changed=date.fromisoformat(str(record["datestamp"])[:10]) if record.get("datestamp") else None,
        hidden_from=frozenset(map(str, record.get("hidden_from") or ())),
        announced=date.fromisoformat(str(record["announced"])) if record.get("announced") else None,
        cross_listed=tuple(
            (str(name), date.fromisoformat(str(day))) for name, day in (record.get("cross_listed") or {}).items()
        ),
    )


def _text(value: object) -> str | None:
    text = _SPACE.sub(" ", str(value)).strip() if value is not None else ""
    return text or None


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(str(value))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def _guess(stem: str, arxiv_id: str, share: float) -> datetime:
    """A time that could be the submission's: within the window that led to the listing day which names the
    file, at `share` of it; else within the month that the id names, at the share that its number suggests."""
    try:
        begin, end = submission_window(date.fromisoformat(stem))
    except ValueError:
        found = NEW_ID.fullmatch(arxiv_id) or OLD_ID.fullmatch(arxiv_id)
        if found is None:
            raise
        year, month, number = int(found[1]), int(found[2]), found[3]
        begin = datetime(year + (1900 if year > 90 else 2000), month, 1, tzinfo=UTC)
        end = begin + timedelta(days=28)
        most = 25_000 if len(number) == 5 else 10 ** len(number)
        share = min(int(number) / most, 0.999)
    return (begin + (end - begin) * share).replace(microsecond=0)


def submission_window(listing: date) -> tuple[datetime, datetime]:
    """From which deadline to which the papers of a listing day were submitted: the list of a Tuesday holds
    what came from Friday's deadline to Monday's, that of a Monday what came until Friday's."""
    last = listing - timedelta(days=1)
    while last.weekday() > 4:
        last -= timedelta(days=1)
    first = last - timedelta(days=3 if last.weekday() == 0 else 1)
    return datetime.combine(first, DEADLINE), datetime.combine(last, DEADLINE)
