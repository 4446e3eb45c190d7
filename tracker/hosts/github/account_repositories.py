"""The newest repositories of one organisation on GitHub, and when each is checked as a possible release without a paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tracker.domain.artifacts import Check, Reference
from tracker.domain.errors import UpstreamError
from tracker.domain.history import Licence
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Fact, LicenceClass, Mark, Outcome
from tracker.hosts import json_fields
from tracker.hosts.github.github import UPSTREAM, repository_reference
from tracker.hosts.github.names import NAME

MOST_REPOSITORIES = 100
"""Repositories that are read of one account: the newest. One request gives them."""
CHECK_AGES = (timedelta(days=1), timedelta(days=7), timedelta(days=14))
"""The ages at which a new repository is checked: many are made public first, and filled and licensed later."""
_TERMS = frozenset({LicenceClass.OSI, LicenceClass.OPEN_CONTENT, LicenceClass.RESTRICTED})
_OF_A_MODEL = frozenset({Mark.WEIGHTS, Mark.TRAINING})


def list_due_repositories(
    account: str, first: datetime, last: datetime, now: datetime, fetch: Fetch
) -> tuple[Reference, ...]:
    """The repositories of an account, created since its watch began (`first`), that reached an age of `CHECK_AGES` after
    they were last listed (`last`); the oldest first. For an account that is not an organisation on GitHub it returns none.

    All times are aware. Raises UpstreamStopped and UpstreamError.
    """
    params = {"type": "sources", "sort": "created", "direction": "desc", "per_page": str(MOST_REPOSITORIES)}
    response = fetch.get(UPSTREAM, f"/orgs/{account}/repos", params=params)
    if response.status == 404:
        return ()
    listed = json_fields.parse_body(response)
    if response.status != 200 or not isinstance(listed, list):
        raise UpstreamError(
            UPSTREAM, f"the repositories of {account} could not be listed (status {response.status})"
        )
    created = choose_candidates(map(json_fields.as_mapping, listed[:MOST_REPOSITORIES]), account, first)
    due = [link for link, at in created.items() if any(last < at + age <= now for age in CHECK_AGES)]
    return tuple(sorted(due, key=lambda link: (created[link], link.key)))


def choose_candidates(
    records: Iterable[Mapping[str, Any]], account: str, since: datetime
) -> dict[Reference, datetime]:
    """Those of GitHub's records of repositories that may be releases, with when they were created: public, of the account,
    created at or after `since`, and neither a fork, a template, archived nor disabled. A record that does not state one of
    these is left out."""
    chosen: dict[Reference, datetime] = {}
    for info in records:
        owner, _, name = (json_fields.as_text(info.get("full_name")) or "").partition("/")
        created = json_fields.as_time(info.get("created_at"))
        flags = [info.get(flag) for flag in ("private", "fork", "is_template", "archived", "disabled")]
        if created is None or created < since or any(flag is not False for flag in flags):
            continue
        if owner.casefold() == account.casefold() and NAME.fullmatch(name):
            chosen.setdefault(repository_reference(f"{owner}/{name}"), created)
    return chosen


def why_release(check: Check, licence: Licence) -> str:
    """What a check shows of a released model, as a clause; empty where the repository does not count as a release without a paper.

    It is one if it holds code or weights under a licence that was recognised, names no arXiv id and nothing that it was
    made from, and holds weights or has the mark `weights` or `training` (`docs/method.md`): most new repositories of an account
    are tools, samples and sites.
    """
    if check.outcome is not Outcome.PRESENT or check.fork or check.archived or check.derived_from:
        return ""
    # Titles are among the names, too: a heading may be one.
    if check.papers_named is None or any(name.startswith("arxiv:") for name in check.papers_named):
        return ""
    if licence.class_ not in _TERMS or not {Fact.CODE, Fact.WEIGHTS} & {*check.holds}:
        return ""
    if Fact.WEIGHTS in check.holds:
        return "it holds weights"
    shown = [f"{mark.value}: {evidence}" for mark, evidence in check.readiness or () if mark in _OF_A_MODEL]
    return f"it shows {'; '.join(shown)}" if shown else ""
