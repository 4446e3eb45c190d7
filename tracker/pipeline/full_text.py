"""The stage that reads full texts, of papers whose metadata leave open where their code is.

Nothing of a text is kept but the sentences around its links.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tracker.detect.detect import find_full_text_mentions
from tracker.detect.roles.decision import decide_roles
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.mentions import Mention
from tracker.domain.papers import Paper
from tracker.domain.terms import Source
from tracker.harvest.full_text import read_full_text
from tracker.hosts.resolve import resolve_url
from tracker.pipeline.context import Cycle
from tracker.pipeline.scan_results import saved_in_batches, strongest_mentions
from tracker.store import paper_queue
from tracker.store.scans import ScanResult

BATCH = 10
"""Full texts that are committed at once: each takes seconds to get."""
MOST_REFERENCES = 100
"""References of one full text that are stored."""
LIKELY = 0.5
"""A page or a DOI of a full text is stored only if it is at least this likely the authors' own: most are
citations."""


def read_full_texts(cycle: Cycle) -> None:
    """Read the full text of papers that show no code of their own; cheapest format first, new papers first."""
    if not cycle.settings.may_ask("arxiv_site"):
        return
    with cycle.stage("full_text") as stage, saved_in_batches(cycle, BATCH) as add_scan:
        waiting = paper_queue.works_for_full_text(cycle.store, cycle.settings.limits.full_texts, cycle.now)
        for paper in stage.each(waiting):
            add_scan(_scan_text(cycle, paper))
            cycle.counts.full_texts += 1


def _scan_text(cycle: Cycle, paper: paper_queue.PaperToRead) -> ScanResult:
    """What one paper's text links. A file that cannot be had is that paper's trouble alone."""
    scan = partial(ScanResult, work=paper.work, version=paper.version)
    try:
        answer = read_full_text(cycle.fetch, paper.paper.arxiv_id)
    except UpstreamStopped:
        raise
    except UpstreamError as error:
        return scan(source=Source.PDF, outcome="unknown", reason=error.reason)
    if answer.text is None:
        return scan(source=Source.PDF, outcome=answer.outcome, reason=answer.reason)
    mentions = find_full_text_mentions(answer.text.text, answer.text.format, resolve_url)
    return scan(source=answer.text.source, mentions=_select_mentions(mentions, paper.paper, cycle.rules.roles))


def _select_mentions(mentions: Sequence[Mention], paper: Paper, rules: RoleRules) -> tuple[Mention, ...]:
    """The mentions of a full text that matter, the likeliest first if they are many."""
    probabilities = {
        decision.reference.folded: decision.probability for decision in decide_roles(mentions, paper, rules)
    }
    likely = sorted(
        (key for key, probability in probabilities.items() if probability >= LIKELY or _names_artifact(key)),
        key=lambda key: -probabilities[key],
    )
    selected = frozenset(likely[:MOST_REFERENCES])
    return strongest_mentions(
        [mention for mention in mentions if mention.reference.folded in selected], paper, rules
    )


def _names_artifact(key: str) -> bool:
    return not key.startswith(("page:", "doi:"))
