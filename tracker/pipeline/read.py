"""The stages that read: what papers say, what the Hub says of them, their full texts, and their project pages.

Metadata comes first and for every paper. The others are asked only for papers that show no code of their own
by then, new papers first, each within a bound for the cycle; nothing of a text is kept but the sentences
around its links.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from tracker.detect import detect, pages
from tracker.detect.roles import decision, role_rules
from tracker.domain.artifacts import Reference
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.papers import Paper, WindowResult
from tracker.domain.terms import Place, Role, Source
from tracker.harvest import full_text
from tracker.hosts.huggingface import lists, metadata
from tracker.hosts.resolve import resolve_url
from tracker.pipeline.context import CHECKED, Cycle, close_stage
from tracker.pipeline.timing import timed
from tracker.store import corrections, hub_listings, paper_queue, roles, stage_status
from tracker.store.scans import ScanResult, save_scans
from tracker.store.windows import close_window, load_watermark

HUB_LISTS = "hub"
SCAN_BATCH, RECORD_BATCH, TEXT_BATCH = 500, 25, 10
LISTING_OVERLAP = timedelta(days=1)
MOST_KEPT = 100
"""References of one full text that are kept."""
LIKELY = 0.5
"""A page or a DOI of a full text is kept only if it is at least this likely the authors' own: most are citations."""
PAGES_OF_A_PAPER = 2


@timed("read")
def read(cycle: Cycle) -> None:
    """Find links and promises in papers whose texts are new, and decide the roles of all their links."""
    rules = cycle.rules.roles
    while papers := paper_queue.papers_to_scan(cycle.store, SCAN_BATCH):
        cycle.check_cancelled()
        found = [(one, detect.detect_paper(one.paper, resolve_url, rules)) for one in papers]
        save_scans(
            cycle.store,
            [
                ScanResult(
                    work=one.work,
                    version=one.version,
                    source=Source.METADATA,
                    mentions=_strongest(detection.mentions, one.paper, rules),
                    promise=detection.promise,
                    promise_evidence=detection.promise_evidence,
                )
                for one, detection in found
            ],
            rules.version,
            cycle.now,
        )
        roles.save_roles(
            cycle.store,
            _decided(cycle, papers),
            rules.version,
            CHECKED,
            cycle.now,
        )
        cycle.counts.read_papers += len(papers)
        cycle.progress.step("read", cycle.counts.read_papers)
    stage_status.record_stage_done(cycle.store, "read", cycle.now)


def _decided(cycle: Cycle, papers: Sequence[paper_queue.PaperToRead]) -> dict[str, list[RoleDecision]]:
    """The role of every link of these papers; the operator's word counts before the rules'."""
    works = [one.work for one in papers]
    mentions, known = roles.load_mentions(cycle.store, works), roles.load_standings(cycle.store, works)
    corrected = corrections.load_corrected_roles(cycle.store, works)
    made = {}
    for one in papers:
        decided = decision.decide_roles(mentions[one.work], one.paper, cycle.rules.roles, known.get(one.work, {}))
        said = corrected.get(one.work, {})
        made[one.work] = [
            _corrected(decision, *said[decision.reference.folded])
            if decision.reference.folded in said
            else decision
            for decision in decided
        ]
    return made


def _corrected(decision: RoleDecision, role: Role, words: str) -> RoleDecision:
    sure = 1.0 if role in (Role.OWN, Role.OWN_PAGE) else 0.0
    return replace(decision, role=role, probability=sure, reasons=(words, *decision.reasons))


@timed("hub lists")
def listings(cycle: Cycle) -> None:
    """Read the Hub's lists of newest repositories, and give papers those whose tags name them."""
    reason, next_try = "", None
    most = cycle.settings.limits.hub_list_pages
    for kind in metadata.PLURALS:
        source = f"{HUB_LISTS}-{kind}"
        reached = load_watermark(cycle.store, source, cycle.now)
        since = (
            reached - LISTING_OVERLAP if reached else cycle.now - timedelta(days=cycle.settings.harvest.first_days)
        )
        try:
            got, pages = 0, 0
            for page in lists.list_newest(kind, since, cycle.fetch, most):
                cycle.check_cancelled()
                found = [(one.reference, one.papers, one.created_at, one.derived_from) for one in page]
                hub_listings.save_listings(cycle.store, found, cycle.now)
                got, pages = got + len(page), pages + 1
                cycle.progress.step("hub lists", got)
            close_window(
                cycle.store,
                source,
                WindowResult(
                    since=since,
                    until=cycle.now,
                    expected=None,
                    got=got,
                    complete=pages < most,
                    reason=f"more than {most} pages" if pages == most else "",
                ),
                cycle.now,
            )
        except UpstreamError as error:
            reason, next_try = str(error), getattr(error, "until", None)
    close_stage(cycle, "hub lists", reason, next_try)
    _give_listings(cycle)


def _give_listings(cycle: Cycle) -> None:
    found = hub_listings.works_with_new_listings(cycle.store)
    scans = []
    for (work, version), urls in found.items():
        mentions = tuple(_listing(work, link, url) for url in urls if (link := resolve_url(url)) is not None)
        scans.append(ScanResult(work=work, version=version, source=Source.HUB_LIST, mentions=mentions))
    if scans:
        save_scans(cycle.store, scans, cycle.rules.roles.version, cycle.now)


@timed("hub records")
def records(cycle: Cycle) -> None:
    """Ask the Hub's paper record, once, for papers that show no artifact of their own; new papers first."""
    waiting = paper_queue.works_for_hub_record(cycle.store, cycle.settings.limits.hub_records, cycle.now)
    reason, next_try = "", None
    batch: list[ScanResult] = []
    try:
        for number, one in enumerate(waiting):
            cycle.progress.step("hub records", number, len(waiting))
            cycle.check_cancelled()
            batch.append(_record(cycle, one))
            if len(batch) >= RECORD_BATCH:
                save_scans(cycle.store, batch, cycle.rules.roles.version, cycle.now)
                batch = []
    except UpstreamError as error:
        reason, next_try = str(error), getattr(error, "until", None)
    finally:
        if batch:
            save_scans(cycle.store, batch, cycle.rules.roles.version, cycle.now)
    cycle.progress.step("hub records", len(waiting), len(waiting))
    close_stage(cycle, "hub records", reason, next_try)


def _record(cycle: Cycle, one: paper_queue.PaperToRead) -> ScanResult:
    """What the Hub's record of a paper says is its own, and what it lists as citing it."""
    found = lists.read_record(one.paper.arxiv_id, cycle.fetch)
    said = [
        Mention(
            reference=link,
            url=url,
            place=Place.HUB,
            source=Source.HUB_RECORD,
            evidence=lists.RECORD_SENTENCES.get(how, how),
        )
        for url, how in (found.links if found else ())
        if (link := resolve_url(url)) is not None
    ]
    listed = [_listing(one.work, each.reference, each.reference.url) for each in (found.listed if found else ())]
    return ScanResult(
        work=one.work,
        version=one.version,
        source=Source.HUB_RECORD,
        mentions=(*said, *listed),
        outcome="absent" if found is None else "read",
    )


def _listing(work: str, link: Reference, url: str) -> Mention:
    """A Hub repository whose card names a paper: that alone says that it cites it."""
    return Mention(
        reference=link,
        url=url,
        place=Place.HUB,
        source=Source.HUB_LIST,
        evidence=f"The card of {link.key} on the Hugging Face Hub names arXiv:{work.partition(':')[2]}.",
    )


@timed("full texts")
def full_texts(cycle: Cycle) -> None:
    """Read the full text of papers that show no code of their own; cheapest format first, new papers first."""
    if not cycle.settings.may_ask("arxiv_site"):
        return
    reason, next_try = "", None
    batch: list[ScanResult] = []
    waiting = paper_queue.works_for_full_text(cycle.store, cycle.settings.limits.full_texts, cycle.now)
    try:
        for number, one in enumerate(waiting):
            cycle.progress.step("full texts", number, len(waiting))
            cycle.check_cancelled()
            batch.append(_text_scan(cycle, one))
            cycle.counts.texts += 1
            if len(batch) >= TEXT_BATCH:
                save_scans(cycle.store, batch, cycle.rules.roles.version, cycle.now)
                batch = []
    except UpstreamStopped as stopped:
        reason, next_try = str(stopped), stopped.until
    finally:
        if batch:
            save_scans(cycle.store, batch, cycle.rules.roles.version, cycle.now)
    close_stage(cycle, "full texts", reason, next_try)


def _text_scan(cycle: Cycle, one: paper_queue.PaperToRead) -> ScanResult:
    """What one paper's text links. A file that cannot be had is that paper's trouble alone."""
    scanned = partial(ScanResult, work=one.work, version=one.version)
    try:
        answer = full_text.read_full_text(cycle.fetch, one.paper.arxiv_id)
    except UpstreamStopped:
        raise
    except UpstreamError as error:
        return scanned(source=Source.PDF, outcome="unknown", reason=error.reason)
    if answer.text is None:
        return scanned(source=Source.PDF, outcome=answer.outcome, reason=answer.reason)
    found = detect.find_full_text_mentions(answer.text.text, answer.text.format, resolve_url)
    return scanned(source=answer.text.source, mentions=_worth_keeping(found, one.paper, cycle.rules.roles))


def _worth_keeping(found: Sequence[Mention], paper: Paper, rules: role_rules.RoleRules) -> tuple[Mention, ...]:
    """The mentions of a full text that matter, the likeliest first if they are many."""
    chances = {one.reference.folded: one.probability for one in decision.decide_roles(found, paper, rules)}
    likely = sorted(
        (key for key, chance in chances.items() if chance >= LIKELY or _names_artifact(key)),
        key=lambda key: -chances[key],
    )
    kept = frozenset(likely[:MOST_KEPT])
    return _strongest([one for one in found if one.reference.folded in kept], paper, rules)


def _names_artifact(key: str) -> bool:
    return not key.startswith(("page:", "doi:"))


def _strongest(found: Sequence[Mention], paper: Paper, rules: role_rules.RoleRules) -> tuple[Mention, ...]:
    """For each reference and place the mention that says most: the store keeps one of each."""
    best: dict[tuple[str, Place], Mention] = {}
    for one in found:
        known = best.setdefault((one.reference.folded, one.place), one)
        if known is not one and _chance(one, paper, rules) > _chance(known, paper, rules):
            best[one.reference.folded, one.place] = one
    return tuple(best.values())


def _chance(mention: Mention, paper: Paper, rules: role_rules.RoleRules) -> float:
    return decision.decide_roles([mention], paper, rules)[0].probability


@timed("project pages")
def project_pages(cycle: Cycle) -> None:
    """Follow the project pages of papers that show no code of their own, one hop."""
    if not cycle.settings.may_ask("web"):
        return
    reason, next_try = "", None
    waiting = paper_queue.works_with_pages(cycle.store, cycle.settings.limits.pages, cycle.now)
    for number, (one, links) in enumerate(waiting):
        cycle.progress.step("project pages", number, len(waiting))
        cycle.check_cancelled()
        try:
            scanned = _pages_scan(cycle, one, links[:PAGES_OF_A_PAPER])
        except UpstreamStopped as stopped:
            reason, next_try = str(stopped), stopped.until
            break
        save_scans(cycle.store, [scanned], cycle.rules.roles.version, cycle.now)
        cycle.counts.pages += 1
    close_stage(cycle, "project pages", reason, next_try)


def _pages_scan(cycle: Cycle, one: paper_queue.PaperToRead, links: Sequence[Reference]) -> ScanResult:
    """What the pages of one paper link. A page that cannot be had is that page's trouble alone."""
    found: list[Mention] = []
    outcome, reason = "unknown", ""
    for link in links:
        try:
            response = cycle.fetch.page(link.url)
        except UpstreamStopped:
            raise
        except UpstreamError as error:
            reason = f"{link.url}: {error.reason}"
            continue
        if response.status == 200 and not response.body.strip():
            # A host in trouble answers so; no page is empty.
            reason = f"{link.url} answered with nothing"
        elif response.status == 200:
            outcome = "read"
            found += pages.find_page_mentions(response.body, link, response.url, resolve_url)
        elif outcome == "unknown":
            outcome, reason = "absent", f"{link.url} answered {response.status}"
    return ScanResult(
        work=one.work,
        version=one.version,
        source=Source.PAGE,
        mentions=_strongest(found, one.paper, cycle.rules.roles),
        outcome=outcome,
        reason="" if outcome == "read" else reason,
    )
