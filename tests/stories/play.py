"""Helpers of the stories: the real store and the real judging rules; only the results of checks are made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tracker.domain.artifacts import Check, Reference
from tracker.domain.history import Licence
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.papers import Version
from tracker.domain.terms import Content, Fact, LicenceClass, Outcome, Place, Promise, Role, Source
from tracker.judge import lifecycle, openness
from tracker.store import (
    artifact_queue,
    artifacts,
    corrections,
    feed_entries,
    histories,
    judgements,
    keys,
    paper_queue,
    papers,
    roles,
    scans,
)
from tracker.store.dialect import fetch_stored
from tracker.store.engine import Store

START = datetime(2026, 6, 16, 12, 0, tzinfo=UTC)
RULES = openness.OpennessRules({fact: frozenset({LicenceClass.OSI}) for fact in Fact})
LAPSE = timedelta(days=730)
CHECKED = {("github", "repository"), ("huggingface", "model")}
MIT = Licence(spdx="MIT", class_=LicenceClass.OSI, source="LICENSE")
UNLICENSED = Licence(spdx=None, class_=LicenceClass.NONE, source="no licence file")


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def repo(name: str) -> Reference:
    return Reference(f"github:{name}", "github", "repository", f"https://github.com/{name}")


def parse_reference(name: str) -> Reference:
    """`owner/name` is a repository, `model:ns/name` a model on the Hub."""
    if name.startswith("model:"):
        path = name.removeprefix("model:")
        return Reference(f"hf-model:{path}", "huggingface", "model", f"https://huggingface.co/{path}")
    return repo(name)


def code(name: str, host_id: str) -> Check:
    return Check(
        outcome=Outcome.PRESENT,
        reference=repo(name),
        host_id=host_id,
        content=Content.CODE,
        holds=(Fact.CODE,),
        licence_checked=True,
        archived=False,
    )


ABSENT = Check(outcome=Outcome.ABSENT, reason="404")


@dataclass
class World:
    """Plays time forward on one store."""

    store: Store

    def paper(
        self,
        arxiv_id: str,
        at: datetime,
        links: tuple[str, ...],
        *,
        n: int = 1,
        categories: tuple[str, ...] = ("cs.LG",),
        promise: Promise = Promise.NONE,
        submitted: datetime | None = None,
        withdrawn: bool = False,
    ) -> None:
        first = submitted or at - timedelta(hours=8)
        version = Version(
            arxiv_id=arxiv_id,
            n=n,
            title="T",
            abstract="A",
            authors=("Ann",),
            categories=categories,
            primary_category=categories[0],
            comment=None,
            submitted_at=first,
            updated_at=at,
            withdrawn=withdrawn,
        )
        papers.save_versions(self.store, [version], {arxiv_id: first}, at)
        work = keys.paper_work(arxiv_id)
        mentions = tuple(
            Mention(
                reference=parse_reference(name),
                url=parse_reference(name).url,
                place=Place.ABSTRACT,
                source=Source.METADATA,
                evidence="Our code.",
            )
            for name in links
        )
        scans.save_scans(
            self.store,
            [scans.ScanResult(work=work, version=n, source=Source.METADATA, mentions=mentions, promise=promise)],
            "r1",
            at,
        )
        self.decide(work, at)

    def decide(self, work: str, at: datetime) -> None:
        """Every link is the authors' own, unless a correction says otherwise."""
        corrected = corrections.load_corrected_roles(self.store, [work])[work]
        decided = []
        for mention in roles.load_mentions(self.store, [work])[work]:
            role, reason = corrected.get(mention.reference.folded, (Role.OWN, "assumed"))
            decided.append(
                RoleDecision(
                    reference=mention.reference,
                    url=mention.url,
                    role=role,
                    probability=0.99 if role is Role.OWN else 0.0,
                    place=mention.place,
                    source=mention.source,
                    evidence=mention.evidence,
                    reasons=(reason,),
                )
            )
        roles.save_roles(self.store, {work: decided}, "r1", CHECKED, at)

    def correct(self, at: datetime, *statements: corrections.CorrectionStatement) -> None:
        """Replace the operator's corrections."""
        corrections.sync_corrections(self.store, statements, at)
        for paper in paper_queue.papers_to_scan(self.store, 100):
            self.decide(paper.work, at)

    def check(self, at: datetime, *checks: tuple[str, Check, Licence]) -> None:
        """Check every due artifact; `checks` gives results by name, any other artifact is absent."""
        results = {parse_reference(name).folded: (check, licence) for name, check, licence in checks}
        checked: set[tuple[str, str]] = set()
        while due := [
            artifact
            for host in ("github", "huggingface")
            for artifact in artifact_queue.due_artifacts(self.store, host, at, 50)
            if (artifact.artifact, artifact.reference.folded) not in checked
        ]:
            checked |= {(artifact.artifact, artifact.reference.folded) for artifact in due}
            saved = [
                artifacts.CheckResult(
                    artifact=artifact.artifact, requested=artifact.reference, check=check, licence=licence
                )
                for artifact in due
                for check, licence in [results.get(artifact.reference.folded, (ABSENT, UNLICENSED))]
            ]
            artifacts.save_checks(self.store, saved, _daily, at)
        self.judge(at)

    def judge(self, at: datetime) -> None:
        works = judgements.works_to_judge(self.store, 100, at)
        judged = {}
        for stored in histories.load_histories(self.store, works):
            judged[stored.history.work] = judgements.Judgement(
                verdicts=openness.judge_facts(stored.history, RULES, at),
                events=lifecycle.derive_events(
                    stored.history,
                    RULES,
                    window=timedelta(days=7),
                    lapse=LAPSE,
                    now=at,
                    judged_at=stored.judged_at,
                ),
                lifecycles=lifecycle.artifact_states(stored.history, LAPSE, at),
                next_judgement_at=lifecycle.next_judgement(stored.history, LAPSE, at),
            )
        judgements.save_judgements(self.store, judged, "j1", at)
        feed_entries.add_new_entries(self.store, at)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with self.store.read() as connection:
            return [tuple(row) for row in fetch_stored(connection, sql)]

    def state(self, arxiv_id: str) -> object:
        return self.rows(f"SELECT code FROM papers WHERE arxiv_id = '{arxiv_id}'")[0][0]

    def entries(self) -> list[tuple[object, ...]]:
        return self.rows(
            "SELECT 'arxiv:' || arxiv_id, entered_at FROM feed_entry JOIN work ON id = work WHERE feed = 'main' ORDER BY entered_at"
        )


def _daily(key: str, check: Check, content: Content, first: datetime, now: datetime, times: int) -> datetime:
    return now + timedelta(days=1)


def _day_of(moment: str) -> int:
    return (datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) - START).days


def event_days(world: World, arxiv_id: str) -> dict[str, int]:
    rows = world.rows(f"SELECT kind, happened_at FROM events WHERE arxiv_id = '{arxiv_id}'")
    return {str(kind): _day_of(str(at)) for kind, at in rows}
