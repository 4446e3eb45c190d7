"""The stage that reads the Hub's lists of newest repositories, for the papers that their cards name."""

from __future__ import annotations

from datetime import timedelta

from tracker.domain.artifacts import Reference
from tracker.domain.errors import UpstreamError
from tracker.domain.mentions import Mention
from tracker.domain.papers import WindowResult
from tracker.domain.terms import Place, Source
from tracker.hosts.huggingface import lists, metadata
from tracker.hosts.resolve import resolve_url
from tracker.pipeline.context import Cycle
from tracker.pipeline.stage import Stage
from tracker.store import hub_listings
from tracker.store.scans import ScanResult, save_scans
from tracker.store.windows import close_window, load_watermark

OVERLAP = timedelta(days=1)
"""How far a list is read back behind where it was read to, since repositories are tagged after they are made."""


def read_hub_lists(cycle: Cycle) -> None:
    """Read the Hub's lists of newest repositories, and give papers those whose tags name them."""
    with cycle.stage("hub_lists") as stage:
        for kind in metadata.PLURALS:
            try:
                _read_list(cycle, kind, stage)
            except UpstreamError as error:
                # The list of another kind may answer.
                stage.fail_upstream(error)
        _save_mentions(cycle)


def _read_list(cycle: Cycle, kind: str, stage: Stage) -> None:
    """Store the newest repositories of one kind, page by page, and what that proves."""
    source, most = f"hub-{kind}", cycle.settings.limits.hub_list_pages
    reached = load_watermark(cycle.store, source, cycle.now)
    since = reached - OVERLAP if reached else cycle.now - timedelta(days=cycle.settings.harvest.first_days)
    count, pages = 0, 0
    for page in lists.list_newest(kind, since, cycle.fetch, most):
        cycle.check_cancelled()
        listings = [(listed.reference, listed.papers, listed.created_at, listed.derived_from) for listed in page]
        hub_listings.save_listings(cycle.store, listings, cycle.now)
        count, pages = count + len(page), pages + 1
        stage.report_progress(count)
    result = WindowResult(
        since=since,
        until=cycle.now,
        expected=None,
        got=count,
        complete=pages < most,
        reason=f"more than {most} pages" if pages == most else "",
    )
    close_window(cycle.store, source, result, cycle.now)


def _save_mentions(cycle: Cycle) -> None:
    """Give the papers that new listings name a mention of each."""
    scans = []
    for (work, version), urls in hub_listings.works_with_new_listings(cycle.store).items():
        mentions = tuple(card_mention(work, link, url) for url in urls if (link := resolve_url(url)) is not None)
        scans.append(ScanResult(work=work, version=version, source=Source.HUB_LIST, mentions=mentions))
    if scans:
        save_scans(cycle.store, scans, cycle.rules.roles.version, cycle.now)


def card_mention(work: str, link: Reference, url: str) -> Mention:
    """The mention of a Hub repository whose card names a paper: that alone says that it cites it."""
    return Mention(
        reference=link,
        url=url,
        place=Place.HUB,
        source=Source.HUB_LIST,
        evidence=f"The card of {link.key} on the Hugging Face Hub names arXiv:{work.partition(':')[2]}.",
    )
