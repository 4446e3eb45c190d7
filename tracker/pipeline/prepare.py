"""What comes before the stages of a cycle: what files and other processes may have changed since the last one."""

from __future__ import annotations

from tracker.config_files import load_watchlist
from tracker.hosts.resolve import HOSTS, resolve_url
from tracker.pipeline.context import Cycle
from tracker.pipeline.corrections import apply_corrections
from tracker.store import judgements, organisations, releases

CHECKED_KINDS = frozenset((host.name, kind) for host in HOSTS for kind in host.checked_kinds)
"""The (host, kind) pairs of the artifacts that can be checked."""


def prepare(cycle: Cycle) -> None:
    """Bring the operator's files into the store, and queue what was read or judged by older rules."""
    apply_corrections(cycle)
    judgements.queue_changed_rules(cycle.store, cycle.rules.roles.version, cycle.rules.judge_version)
    watchlist = load_watchlist()
    organisations.sync_organisations(cycle.store, watchlist.organisation)
    for release in watchlist.release:
        links = [link for url in release.links if (link := resolve_url(url)) is not None]
        if links:
            releases.save_release(
                cycle.store,
                release.name,
                links,
                f"listed in watch.toml: {release.source}",
                cycle.rules.roles.version,
                CHECKED_KINDS,
                cycle.now,
            )
