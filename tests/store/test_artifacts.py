"""What checks leave of an artifact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tracker.domain.artifacts import Check, Reference
from tracker.domain.history import Licence
from tracker.domain.terms import Content, Fact, LicenceClass, Outcome
from tracker.store import artifacts
from tracker.store.artifact_queue import due_artifacts, make_artifacts_due
from tracker.store.engine import Store
from tracker.store.histories import load_histories

Add = Callable[..., str]
REFERENCE = Reference("github:ann/tool", "github", "repository", "https://github.com/ann/tool")


def test_an_artifact_that_an_operator_names_is_due_at_once(store: Store, add: Add, now: datetime) -> None:
    add("2606.00001")
    assert due_artifacts(store, "github", now, 10) == []
    make_artifacts_due(store, [REFERENCE.key], now)
    assert [due.artifact for due in due_artifacts(store, "github", now, 10)] == [1]


def test_a_commit_counts_as_published_until_the_history_is_rewritten(
    store: Store, add: Add, now: datetime
) -> None:
    work = add("2606.00001")

    def check(day: int, commit: str, *, rewritten: bool = False) -> tuple[str | None, int]:
        """The commit of the publication and the number of rows after a check."""
        at, due = now + timedelta(days=day), now + timedelta(days=day + 1)
        seen = Check(
            outcome=Outcome.PRESENT, reference=REFERENCE, host_id="ann/tool", content=Content.CODE, holds=(Fact.CODE,),
            papers_named=(work,), commit=commit * 40, rewritten=rewritten,
        )  # fmt: skip
        licence = Licence(spdx="GPL-3.0-only", class_=LicenceClass.OSI, source="LICENSE")
        result = artifacts.CheckResult(artifact=1, requested=REFERENCE, check=seen, licence=licence)
        artifacts.save_checks(store, [result], lambda *_: due, at)
        (artifact,) = due_artifacts(store, "github", due, 10)
        checks = load_histories(store, [work])[0].history.links[0].checks
        assert [each.rewritten for each in checks].count(True) == (1 if day > 2 else 0)
        return artifact.published, len(checks)

    assert check(1, "a") == ("a" * 40, 2), "its licence changed"
    assert check(2, "b") == ("a" * 40, 2)
    assert check(3, "c", rewritten=True) == ("c" * 40, 3)
    assert check(4, "d") == ("c" * 40, 3)
