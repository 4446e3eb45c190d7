"""The stage that looks: what is really there behind the links, and copies of what is gone.

New papers' artifacts are asked about first, then what is promised, then what has settled; a host that refuses is
left alone for as long as it says, and hinders no other.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from tracker.domain.artifacts import Check
from tracker.domain.errors import BudgetSpent, UpstreamError, UpstreamStopped
from tracker.domain.terms import Content, Fact, Outcome
from tracker.hosts import swh
from tracker.hosts.base import Host
from tracker.hosts.huggingface import huggingface
from tracker.hosts.resolve import HOSTS
from tracker.judge import licences, openness, recheck
from tracker.pipeline.context import Cycle, close_stage
from tracker.pipeline.timing import timed
from tracker.store import artifact_queue, artifacts

log = logging.getLogger(__name__)

READING = "1"
"""Counts the changes in how hosts are read: what was read by older rules is read again at its next look."""
FEW = 3
"""So many looks in a row that all tell nothing are the host's trouble, not theirs."""
COPIES = 25
"""Archived copies looked for in one cycle at most."""


@timed("check")
def check(cycle: Cycle) -> None:
    """Look at every artifact that is due."""
    for host in HOSTS:
        if host.checked_kinds:
            reason, next_try = _check_host(cycle, host)
            close_stage(cycle, f"checks at {host.name}", reason, next_try)


def _check_host(cycle: Cycle, host: Host) -> tuple[str, datetime | None]:
    batch, rules = cycle.settings.limits.github_batch, _read_rules(cycle)
    while due := artifact_queue.due_artifacts(cycle.store, host.name, cycle.now, batch, rules):
        asked = {one.reference.folded: one for one in due}
        known = {folded: one.commit for folded, one in asked.items() if one.commit}
        answers: list[artifacts.CheckResult] = []
        try:
            for link, found in host.check_references(
                [one.reference for one in asked.values()], cycle.fetch, known
            ):
                due_now = asked[link.folded]
                if found.unchanged and found.host_id != due_now.host_id:
                    # A stranger's copy under the old name shows the commit too; nothing of it was read.
                    ((_, found),) = host.check_references([link], cycle.fetch)  # noqa: PLW2901 # the whole answer instead
                answers.append(_answer(cycle, due_now, found))
                cycle.counts.checked += 1
                cycle.progress.step(f"checks at {host.name}", cycle.counts.checked)
                cycle.check_cancelled()
        except BudgetSpent as spent:
            # The checks that wait are told; nothing is wrong.
            log.info("%s", spent)
            return "", None
        except UpstreamStopped as stopped:
            return str(stopped), stopped.until
        except UpstreamError as error:
            return str(error), None
        finally:
            artifacts.save_checks(
                cycle.store, answers, partial(recheck.next_check, plan=cycle.settings.check), cycle.now
            )
        if not answers or (
            len(answers) >= FEW and all(answer.check.outcome is Outcome.UNKNOWN for answer in answers)
        ):
            reason = answers[0].check.reason if answers else "nothing was answered"
            return f"none of {len(asked)} looks told anything: {reason}", None
    return "", None


def _read_rules(cycle: Cycle) -> str:
    """The name of today's rules of reading: licences are decided while reading, since texts are not kept."""
    return f"{READING}.{cycle.rules.judge_version}"


def _answer(cycle: Cycle, due: artifact_queue.DueArtifact, found: Check) -> artifacts.CheckResult:
    fact = next((fact for fact, kinds in openness.KIND_OF_FACT.items() if due.reference.kind in kinds), Fact.CODE)
    on_hub = due.reference.host == huggingface.HOST.name
    rules = cycle.rules.licences
    licence = licences.decide_licence(
        found.licence_claimed,
        found.licence_checked,
        found.licence_files,
        rules,
        fact,
        "its card on the Hub" if on_hub else "the host's licence field",
        statements=found.licence_statements,
    )
    beside = licences.licences_by_fact(
        found.licence_files, rules, statements=found.licence_statements, claimed=found.licence_claimed
    )
    return artifacts.CheckResult(
        artifact=due.artifact,
        requested=due.reference,
        check=found,
        licence=licence,
        licences_beside=tuple((other, one) for other, one in beside if other is not fact),
        read_rules=_read_rules(cycle) if _is_read_whole(found) else "",
    )


def _is_read_whole(found: Check) -> bool:
    return found.outcome is Outcome.PRESENT and found.commit is not None and found.content is not Content.UNKNOWN


@timed("archived copies")
def copies(cycle: Cycle) -> None:
    """Look up archived copies of what is gone at Software Heritage."""
    if not cycle.settings.may_ask("software_heritage"):
        return
    reason, next_try = "", None
    for artifact, url in artifacts.artifacts_without_copy(cycle.store, cycle.now, COPIES):
        cycle.check_cancelled()
        try:
            found = swh.find_archived_copy(url, cycle.fetch)
        except UpstreamStopped as stopped:
            reason, next_try = str(stopped), stopped.until
            break
        except UpstreamError as error:
            reason = str(error)
            break
        artifacts.save_archived_copy(cycle.store, artifact, found.url if found else None, cycle.now)
    close_stage(cycle, "archived copies", reason, next_try)
