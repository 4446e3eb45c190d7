"""The stage that finds what organisations release without a paper: it lists what is new at watched accounts.

Only accounts of `watch.toml` are asked, each once a day: on the Hub for models, on GitHub for repositories. The watch of an
account begins with the first cycle that knows it, without a request: models and repositories that are older are left out.
GitHub is asked with a token alone: the 60 requests an hour without one are for what papers link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.config_files import Organisation, load_watchlist
from tracker.domain.artifacts import Reference
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.papers import WindowResult
from tracker.domain.terms import Place, Source
from tracker.hosts.github import github
from tracker.hosts.github.account_repositories import list_due_repositories, why_release
from tracker.hosts.huggingface.account_models import list_new_models
from tracker.pipeline.check import decide_check_licence
from tracker.pipeline.context import Cycle
from tracker.pipeline.prepare import CHECKED_KINDS
from tracker.pipeline.stage import Stage
from tracker.store import releases
from tracker.store.windows import begin_sources, close_window, load_spans

EVERY = timedelta(days=1)
"""The time between two requests for the list of one account."""
LATE = timedelta(days=14)
"""How far a list of models is read back behind the last request: a model is often created hidden, and shown later."""
MOST_TAKEN = 5
"""Models that are taken of one account at a time, the oldest first. The others follow at the next times, as far as
`LATE` and the length of the list allow."""
MOST_CHECKED = 40
"""Repositories of one account that are checked at a time, the oldest first."""
REASON = "an account of the operator's watch list published it"


_Found = tuple[Reference, str]
"""A release, and the sentence that says why it is one."""


@dataclass(frozen=True, slots=True)
class _Site:
    """A host whose accounts are watched."""

    accounts: Callable[[Organisation], Sequence[str]]
    prefix: str
    """The beginning of the name that an account has as a source of windows."""
    find: Callable[[Cycle, _Turn], Sequence[_Found]]
    most: int
    """Releases that are taken of one account at a time."""
    where: tuple[Place, Source]


@dataclass(frozen=True, slots=True)
class _Turn:
    """One account when its turn has come: since when it is watched, and when it was last listed."""

    site: _Site
    account: str
    organisation: str
    first: datetime
    last: datetime


def find_account_releases(cycle: Cycle) -> None:
    """List what is new at the accounts whose turn it is, and store what is a release without a paper."""
    watched, most = load_watchlist().organisation, cycle.settings.limits.account_lists
    with cycle.stage("account_releases") as stage:
        spans = load_spans(cycle.store, [_HUB.prefix, _GITHUB.prefix], cycle.now)
        turns = _list_due(cycle, _HUB, watched, spans)[:most]
        if cycle.fetch.has_token(github.UPSTREAM):
            turns += _list_due(cycle, _GITHUB, watched, spans)[:most]
        for turn in stage.each(turns):
            _read_account(cycle, stage, turn)


def _list_due(
    cycle: Cycle,
    site: _Site,
    watched: Sequence[Organisation],
    spans: Mapping[str, tuple[datetime, datetime]],
) -> list[_Turn]:
    """The accounts of a site whose turn has come, the longest waiting first. The watch of those that are new begins."""
    owners = {account: each.name for each in watched for account in site.accounts(each)}
    names = {account: f"{site.prefix}{account.casefold()}" for account in owners}
    begin_sources(cycle.store, [name for name in names.values() if name not in spans], cycle.now)
    due = [
        _Turn(site, account, owners[account], *spans[name])
        for account, name in names.items()
        if name in spans and spans[name][1] <= cycle.now - EVERY
    ]
    return sorted(due, key=lambda turn: (turn.last, turn.first, turn.account))


def _read_account(cycle: Cycle, stage: Stage, turn: _Turn) -> None:
    site = turn.site
    found: Sequence[_Found] = ()
    reason = ""
    try:
        found = site.find(cycle, turn)
        for link, evidence in found[: site.most]:
            releases.save_release(
                cycle.store,
                link.key.rpartition("/")[2],
                [link],
                evidence,
                cycle.rules.roles.version,
                CHECKED_KINDS,
                cycle.now,
                where=site.where,
                reason=REASON,
            )
    except UpstreamStopped:
        raise
    except UpstreamError as error:
        # The next request is tomorrow's, so that an account that cannot be read keeps no other one waiting.
        stage.fail_upstream(error)
        reason = str(error)
    result = WindowResult(
        since=turn.first,
        until=cycle.now,
        expected=len(found),
        got=min(len(found), site.most),
        complete=not reason,
        reason=reason,
    )
    close_window(cycle.store, f"{site.prefix}{turn.account.casefold()}", result, cycle.now)


def _find_models(cycle: Cycle, turn: _Turn) -> list[_Found]:
    listed = list_new_models(turn.account, max(turn.first, turn.last - LATE), cycle.fetch)
    evidence = (
        f"The Hugging Face Hub lists it among the newest models of {turn.account}, an account of {turn.organisation} in "
        "watch.toml, and its tags name no paper and no base model."
    )
    return [(link, evidence) for link in releases.find_unknown(cycle.store, listed)]


def _find_repositories(cycle: Cycle, turn: _Turn) -> list[_Found]:
    due = list_due_repositories(turn.account, turn.first, turn.last, cycle.now, cycle.fetch)
    unknown = releases.find_unknown(cycle.store, due)[:MOST_CHECKED]
    found = []
    for link, check in github.check_all(unknown, cycle.fetch, batch=cycle.settings.limits.github_batch):
        if why := why_release(check, decide_check_licence(check, link, cycle.rules.licences)):
            evidence = (
                f"GitHub lists it among the newest repositories of {turn.account}, an account of {turn.organisation} in "
                f"watch.toml; its README names no arXiv id, and {why}."
            )
            found.append((link, evidence))
    return found


_HUB = _Site(
    lambda organisation: organisation.huggingface,
    "hub-account:",
    _find_models,
    MOST_TAKEN,
    (Place.HUB, Source.HUB_LIST),
)
_GITHUB = _Site(
    lambda organisation: organisation.github,
    "github-account:",
    _find_repositories,
    MOST_CHECKED,
    (Place.PAGE, Source.ACCOUNT_LIST),
)
