"""The state of the installation: what the status line, `/health` and `/metrics` show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem that hinders a stage: shown on the page, in the log and in `/health`."""

    what: str
    reason: str
    since: datetime
    next_try: datetime | None = None


ARXIV_STAGES = {"harvest": "API", "versions": "OAI-PMH", "rss": "RSS"}
"""The stages that ask arXiv, and which of its sources each asks, as people read their names."""
_ALARMS = ("upstream arxiv_api", "upstream arxiv_oai")
_UNREACHED = ("no connection", "no response")


def describe_outage(reasons: Mapping[str, str]) -> str:
    """One sentence, without its full stop, where neither the API nor OAI-PMH could be read; else empty. `reasons`
    are those of the stages that failed, by name. Times of a next try in them are left out."""
    if not {"harvest", "versions"} <= reasons.keys():
        return ""
    causes = {
        source: reasons[stage].partition("; next try")[0].rpartition(": ")[2].partition(",")[0]
        for stage, source in ARXIV_STAGES.items()
        if stage in reasons
    }
    is_unreached = all(cause.startswith(_UNREACHED) for cause in causes.values())
    what = f"arXiv cannot be {'reached' if is_unreached else 'read'}"
    if len(set(causes.values())) == 1:
        return f"{what} ({causes['API']})"
    return f"{what} ({'; '.join(f'{source}: {cause}' for source, cause in causes.items())})"


def join_arxiv_troubles(troubles: Sequence[Trouble], next_harvest: datetime | None) -> tuple[Trouble, ...]:
    """The troubles, where those of an outage of arXiv are one: with the earliest start, and the next harvest as the
    next try of all its sources."""
    by_name = {trouble.what: trouble for trouble in troubles}
    outage = describe_outage({name: trouble.reason for name, trouble in by_name.items() if name in ARXIV_STAGES})
    if not outage:
        return tuple(troubles)
    joined = [trouble for trouble in troubles if trouble.what in (*ARXIV_STAGES, *_ALARMS)]
    since = min(trouble.since for trouble in joined)
    outage_trouble = Trouble("harvest", outage, since, next_harvest or by_name["harvest"].next_try)
    return (outage_trouble, *(trouble for trouble in troubles if trouble not in joined))


@dataclass(frozen=True, slots=True)
class Backlog:
    """The papers that wait to be read further: records, full texts, project pages."""

    papers: int = 0
    oldest: datetime | None = None
    """Since when the one that waits longest does."""
    seconds: float | None = 0.0
    """About how long reading them takes; None where it is not known."""
    slowed_by: str = ""
    """What makes it take so long, as a clause; empty where nothing waits."""

    def describe(self, now: datetime) -> str:
        """The backlog as a sentence without its full stop."""
        if not self.papers:
            return "no paper waits to be read further"
        parts = [f"{self.papers} {'paper waits' if self.papers == 1 else 'papers wait'} to be read further"]
        if self.seconds is not None:
            parts.append(f"which takes about {format_duration(self.seconds)}")
        if self.oldest is not None:
            parts.append(f"the oldest since {format_duration((now - self.oldest).total_seconds())}")
        return f"{', '.join(parts)}; {self.slowed_by}"


def format_duration(seconds: float) -> str:
    """A time in minutes, hours or days, as people say it."""
    if seconds < 90 * 60:
        return f"{max(1, round(seconds / 60))} min"
    return f"{seconds / 3600:.1f} hours" if seconds < 48 * 3600 else f"{seconds / 86_400:.1f} days"


@dataclass(frozen=True, slots=True)
class Leader:
    """Who works among the services that share a store on a server."""

    name: str
    """As `HOST:PROCESS`; empty where nobody leads."""
    is_self: bool
    """Whether that is the process that reports."""
    since: datetime | None = None
    seconds_left: float = 0.0
    """Until another may lead, unless the lease is renewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of the installation at `now`: counts, stages and troubles."""

    version: str
    now: datetime
    papers: int
    read_papers: int = 0
    """Papers read as far as is needed: their own code was found, or else their full text was read."""
    open_papers: int
    checks_waiting: int
    scans_waiting: int
    """Papers of which something waits to be read."""
    backlog: Backlog = Backlog()
    github_token: bool
    stages: Mapping[str, datetime | None]
    """Time of the last good run of each stage."""
    troubles: tuple[Trouble, ...] = ()
    next_harvest: datetime | None = None
    demo: bool = False
    leader: Leader | None = None
    """None where one machine has the store alone."""
