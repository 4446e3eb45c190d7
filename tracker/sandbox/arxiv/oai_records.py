"""The records of arXiv's OAI-PMH: what a world's papers look like there from a day on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from tracker.sandbox.arxiv import papers
from tracker.sandbox.arxiv.papers import WorldPaper

UPSTREAM = "arxiv_oai"
EARLIEST = date(2005, 9, 16)
_PHYSICS = frozenset(
    {
        "astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin", "nucl-ex",
        "nucl-th", "physics", "quant-ph",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DatedVersion:
    """One version: its number, when it was submitted, and whether it is withdrawn."""

    n: int
    submitted: datetime
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class WorldRecord:
    """A paper as OAI-PMH shows it from `datestamp` on: its newest version's texts, and the dates of all versions so far."""

    paper: WorldPaper
    versions: tuple[DatedVersion, ...]
    datestamp: date

    @property
    def sets(self) -> tuple[str, ...]:
        """Names of its sets, one for each category."""
        return tuple(dict.fromkeys(map(set_name, self.paper.categories)))


def read_records(world: Path) -> tuple[tuple[WorldRecord, ...], ...]:
    """All papers of a world that OAI-PMH shows, each as its records in order, one for each version in the world.
    Raises WorldError, naming the line that cannot be used."""
    known = papers.read_papers(world)
    shown = (paper for paper in known.latest if UPSTREAM not in paper.hidden_from)
    return tuple(tuple(_records_of(known.versions[paper.arxiv_id])) for paper in shown)


def _records_of(lines: Mapping[int, WorldPaper]) -> Iterator[WorldRecord]:
    numbers = sorted(lines)
    last, first = lines[numbers[-1]], lines[numbers[0]].published
    # The dates of the versions between the first and the newest are not known: they are spread evenly.
    step = (last.updated - first) / max(1, last.version - 1)
    versions = [
        DatedVersion(
            n,
            lines[n].updated if n in lines and n > 1 else first + step * (n - 1),
            n in lines and lines[n].withdrawn,
        )
        for n in range(1, last.version + 1)
    ]
    stamped = []
    for n in numbers:
        paper = lines[n]
        day = (paper.announced or versions[n - 1].submitted.date()) + timedelta(days=1)
        stamped.append((max(paper.changed or max(day, paper.listed or EARLIEST), EARLIEST), n))
    for came in sorted({day + timedelta(days=1) for _, day in lines[numbers[-1]].cross_listed}):
        stamped += [(came, max(n for day, n in stamped if day <= came))] if stamped[0][0] < came else []
    for datestamp, n in sorted(stamped):
        shown = lines[n].listed_at(datetime.combine(datestamp, time(12), UTC))
        yield WorldRecord(shown, tuple(versions[:n]), datestamp)


def set_name(category: str) -> str:
    """The set of a category: `cs.AI` is `cs:cs:AI`, `hep-th` is `physics:hep-th`."""
    archive, _, subject = category.partition(".")
    names = ["physics" if archive in _PHYSICS else archive, archive, subject]
    return ":".join(name for n, name in enumerate(names) if name and (n != 1 or subject or name != names[0]))
