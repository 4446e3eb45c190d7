"""The stage that checks artifacts: what is really there behind the links.

New papers' artifacts are asked about first, then what is promised, then what has settled; a host that refuses is
left alone for as long as it says, and hinders no other. Each host is a stage of its own, such as `check.github`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import takewhile

from tracker.domain.artifacts import Check, Reference
from tracker.domain.errors import BudgetSpent, TrackerError
from tracker.domain.history import Licence
from tracker.domain.terms import Content, Fact, Outcome
from tracker.fetch.response_policy import TOKEN_REFUSED
from tracker.hosts.base import Host
from tracker.hosts.huggingface import huggingface
from tracker.hosts.resolve import HOSTS
from tracker.judge import licences, openness, recheck
from tracker.judge.licence_classes import LicenceRules
from tracker.pipeline import check_budget
from tracker.pipeline.base_models import bound_by_bases
from tracker.pipeline.context import Cycle
from tracker.pipeline.judge import judge_works
from tracker.pipeline.stage import Stage, public_reason
from tracker.store import artifact_queue, artifacts, upstreams

log = logging.getLogger(__name__)

READING = "4"
"""Counts the changes in how hosts are read: what was read by older rules is read again at its next check."""
FEW = 3
"""So many checks in a row whose outcomes are all unknown are the host's trouble, not the artifacts'."""


def check_artifacts(cycle: Cycle) -> None:
    """Check every artifact that is due, host by host."""
    for host in HOSTS:
        if host.checked_kinds:
            with cycle.stage(f"check.{host.name}") as stage:
                _check_host(cycle, host, stage)


def check_backfilled(cycle: Cycle) -> None:
    """Check artifacts that only backfilled papers link, after everything else, and judge what that changed: at each
    host as many in an hour as `check.backfill_share` of its budget allows."""
    counts, memory = cycle.counts.checks, upstreams.StoredUpstreams(cycle.store)
    before = counts.total()
    for host in HOSTS:
        if not artifact_queue.count_due(cycle.store, host.name, cycle.now, backfilled=True):
            continue
        quota = check_budget.backfill_quota(cycle.settings, host.name)

        def may_check(name: str = f"backfill:{host.name}", quota: int | None = quota) -> bool:
            now = cycle.clock.now()
            return quota is None or memory.spend(name, quota, check_budget.HOUR_SECONDS, now) is None

        with cycle.stage(f"check_backfilled.{host.name}") as stage:
            _check_host(cycle, host, stage, may_check)
    if counts.total() > before:
        judge_works(cycle)


def _check_host(cycle: Cycle, host: Host, stage: Stage, may_check: Callable[[], bool] | None = None) -> None:
    """Check what is due at one host, batch by batch, until nothing is due or the host says nothing.

    `may_check` takes one check from the quota of what only backfilled papers link, and False ends it; without it,
    everything else is checked.
    """
    most, rules, backfilled = cycle.settings.limits.github_batch, _reading_rules(cycle), may_check is not None
    checks = cycle.counts.checks
    waiting = artifact_queue.count_due(cycle.store, host.name, cycle.now, backfilled=backfilled)
    if not waiting:
        return
    total = checks[host.name] + waiting
    while not cycle.is_late:
        batch = (
            most if may_check is None else sum(takewhile(bool, (may_check() for _ in range(min(most, waiting)))))
        )
        due = artifact_queue.due_artifacts(cycle.store, host.name, cycle.now, batch, rules, backfilled=backfilled)
        if not due:
            return
        results: list[artifacts.CheckResult] = []
        try:
            for result in _check_batch(cycle, host, due):
                results.append(result)
                checks[host.name] += 1
                stage.report_progress(checks[host.name], max(checks[host.name], total))
                cycle.check_cancelled()
        except BudgetSpent as spent:
            # `/health` counts the checks that wait; nothing is wrong.
            log.info("%s", spent)
            return
        finally:
            artifacts.save_checks(
                cycle.store, results, partial(recheck.next_check, plan=cycle.settings.check), cycle.now
            )
        reasons = [result.check.reason for result in results if result.check.outcome is Outcome.UNKNOWN]
        is_refused = any(TOKEN_REFUSED in reason for reason in reasons)
        if len(reasons) == len(results) and (is_refused or not results or len(results) >= FEW):
            reason = reasons[0] if reasons else "no response"
            stage.fail(f"none of {len(due)} checks had a result: {reason}")
            return


def _check_batch(
    cycle: Cycle, host: Host, due: Sequence[artifact_queue.DueArtifact]
) -> Iterator[artifacts.CheckResult]:
    by_key = {artifact.reference.target: artifact for artifact in due}
    commits = {key: artifact.commit for key, artifact in by_key.items() if artifact.commit}
    published = {key: artifact.published for key, artifact in by_key.items() if artifact.published}
    links = [artifact.reference for artifact in by_key.values()]
    for link, answered in _ask(cycle, host, links, commits, published):
        artifact, check = by_key[link.target], answered
        if check.unchanged and check.host_id != artifact.host_id:
            # A stranger's copy under the old name shows the commit too; nothing of it was read.
            ((_, check),) = _ask(cycle, host, [link])
        try:
            result = _check_result(cycle, artifact, check)
        except TrackerError:
            raise
        except Exception as error:  # noqa: BLE001 # an error in reading one artifact is that artifact's trouble alone
            result = _check_result(cycle, artifact, _broken_off(link, error))
        yield result


def _ask(
    cycle: Cycle, host: Host, links: Sequence[Reference], *known: Mapping[str, str]
) -> Iterator[tuple[Reference, Check]]:
    """What the host says of links; each is asked alone where this program breaks off at what it says of several."""
    left = {link.target: link for link in links}
    try:
        for link, check in host.check_references(links, cycle.fetch, *known):
            left.pop(link.target, None)
            yield link, check
    except TrackerError:
        raise
    except Exception as error:  # noqa: BLE001 # as above: the other links of the batch are asked all the same
        for link in left.values():
            if len(links) == 1:
                yield link, _broken_off(link, error)
            else:
                yield from _ask(cycle, host, [link], *known)


def _broken_off(link: Reference, error: Exception) -> Check:
    """A check that this program could not read: nothing is known, and the log has the place in the program."""
    reason = f"the program {public_reason(error)}"
    log.error("checking %s: %s; please report it with this name", link.key, reason, exc_info=error)
    return Check(outcome=Outcome.UNKNOWN, reason=reason)


def _reading_rules(cycle: Cycle) -> str:
    """The name of today's rules of reading: licences are decided while reading, since texts are not kept."""
    return f"{READING}.{cycle.rules.reading_version}"


def _check_result(cycle: Cycle, due: artifact_queue.DueArtifact, check: Check) -> artifacts.CheckResult:
    fact = _fact_of(due.reference)
    on_hub = due.reference.host == huggingface.HOST.name
    rules = cycle.rules.licences
    licence = decide_check_licence(check, due.reference, rules)
    by_fact = licences.licences_by_fact(
        check.licence_files, rules, statements=check.licence_statements, claimed=check.licence_claimed
    )
    beside = [(of_fact, other) for of_fact, other in by_fact if of_fact is not fact]
    whole = _is_read_whole(check)
    if on_hub and fact is Fact.WEIGHTS and check.derived_from and not check.unchanged:
        bound = bound_by_bases(cycle, check, licence)
        # What is unknown is asked again: then nothing of the model counts as read whole.
        whole = whole and bound.is_known
        beside += [(fact, bound.licence)] if bound.licence is not licence else []
    return artifacts.CheckResult(
        artifact=due.artifact,
        requested=due.reference,
        check=check,
        licence=licence,
        licences_beside=tuple(beside),
        rules=_reading_rules(cycle),
        whole=whole,
    )


def decide_check_licence(check: Check, link: Reference, rules: LicenceRules) -> Licence:
    """The licence of what a check saw at a link, from the host's claim and the files."""
    on_hub = link.host == huggingface.HOST.name
    return licences.decide_licence(
        check.licence_claimed,
        check.licence_checked,
        check.licence_files,
        rules,
        _fact_of(link),
        "its card on the Hub" if on_hub else "the host's licence field",
        statements=check.licence_statements,
        claim_is_of_file=link.kind == "repository" and not on_hub,
    )


def _fact_of(link: Reference) -> Fact:
    return next((fact for fact, kinds in openness.KIND_OF_FACT.items() if link.kind in kinds), Fact.CODE)


def _is_read_whole(check: Check) -> bool:
    return check.outcome is Outcome.PRESENT and check.commit is not None and check.content is not Content.UNKNOWN
