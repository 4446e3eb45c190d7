"""The stage that finds what organisations release without a paper: it lists the newest models of watched accounts.

Only accounts of `watch.toml` are asked, each once a day. The watch of an account begins with the first cycle that knows
it, without a request: models that were created before are history and are not taken.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tracker.config_files import load_watchlist
from tracker.domain.artifacts import Reference
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.papers import WindowResult
from tracker.domain.terms import Place, Source
from tracker.hosts.huggingface.account_models import list_new_models
from tracker.pipeline.context import Cycle
from tracker.pipeline.prepare import CHECKED_KINDS
from tracker.pipeline.stage import Stage
from tracker.store import releases
from tracker.store.windows import begin_sources, close_window, load_spans

PREFIX = "hub-account:"
"""The beginning of the name that an account has as a source of windows."""
EVERY = timedelta(days=1)
"""The time between two requests for the models of one account."""
LATE = timedelta(days=14)
"""How far a list is read back behind the last request: a model is often created hidden, and shown later."""
MOST_TAKEN = 5
"""Releases that are taken of one account at a time, the oldest first. The others follow at the next times, as far as
`LATE` and the length of the list allow."""
REASON = "an account of the operator's watch list published it"


def find_account_releases(cycle: Cycle) -> None:
    """Ask for the newest models of the accounts whose turn it is, and store those that are releases without a paper."""
    with cycle.stage("account_releases") as stage:
        owners = {
            account: organisation.name
            for organisation in load_watchlist().organisation
            for account in organisation.huggingface
        }
        spans = load_spans(cycle.store, PREFIX, cycle.now)
        begin_sources(cycle.store, [name for name in map(_source, owners) if name not in spans], cycle.now)
        due = [
            (last, first, account)
            for account in owners
            for first, last in [spans.get(_source(account), (cycle.now, cycle.now))]
            if last <= cycle.now - EVERY
        ]
        for last, first, account in stage.each(sorted(due)[: cycle.settings.limits.account_lists]):
            _read_account(cycle, stage, account, owners[account], first, max(first, last - LATE))


def _read_account(
    cycle: Cycle, stage: Stage, account: str, organisation: str, first: datetime, since: datetime
) -> None:
    """Store the releases of an account from `since` on; `first` is when its watch began."""
    found: tuple[Reference, ...] = ()
    reason = ""
    try:
        found = releases.find_unknown(cycle.store, list_new_models(account, since, cycle.fetch))
        for link in found[:MOST_TAKEN]:
            _save(cycle, link, account, organisation)
    except UpstreamStopped:
        raise
    except UpstreamError as error:
        # The next request is tomorrow's, so that an account that cannot be read keeps no other one waiting.
        stage.fail_upstream(error)
        reason = str(error)
    result = WindowResult(
        since=first,
        until=cycle.now,
        expected=len(found),
        got=min(len(found), MOST_TAKEN),
        complete=not reason,
        reason=reason,
    )
    close_window(cycle.store, _source(account), result, cycle.now)


def _save(cycle: Cycle, link: Reference, account: str, organisation: str) -> None:
    evidence = (
        f"The Hugging Face Hub lists it among the newest models of {account}, an account of {organisation} in watch.toml, "
        "and its tags name no paper and no base model."
    )
    releases.save_release(
        cycle.store,
        link.key.rpartition("/")[2],
        [link],
        evidence,
        cycle.rules.roles.version,
        CHECKED_KINDS,
        cycle.now,
        where=(Place.HUB, Source.HUB_LIST),
        reason=REASON,
    )


def _source(account: str) -> str:
    return f"{PREFIX}{account.casefold()}"
