"""What belongs to an organisation, and what of it is open under which terms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from benchmarks.trend_figures import run_queries
from tracker.config_files import Organisation
from tracker.domain.artifacts import Reference
from tracker.domain.organisation_figures import Belonging, PromiseState, TermsCount
from tracker.domain.terms import EventKind, Fact, Role, State
from tracker.store import organisations, releases
from tracker.store.engine import Store
from tracker.store.organisation_figures import count_organisations

Add = Callable[..., str]


def test_works_belong_by_their_own_artifacts_alone(store: Store, add: Add, now: datetime) -> None:
    watched = [
        Organisation(name="None", huggingface=("n",)),
        Organisation(name="Ann's", github=("Ann",), huggingface=("ann",)),
    ]
    organisations.sync_organisations(store, watched)
    add(
        "2606.00001",
        title="Ours",
        at=now - timedelta(days=400),
        events=((EventKind.PROMISED, now), (EventKind.SHIPPED, now)),
    )
    add("2606.00002", link="ann/base", role=Role.MENTION)
    add("2606.00003", link="annabel/tool")
    add(
        "2606.00004",
        link="ann/gone",
        code=State.GONE,
        events=((EventKind.PROMISED, now), (EventKind.RELICENSED, now)),
    )
    model = Reference("hf-model:ann/large", "huggingface", "model", "https://huggingface.co/ann/large")
    releases.save_release(store, "Large", [model], "listed", "r1", set(), now)
    ours, nobody = count_organisations(store)
    assert (ours.name, ours.accounts) == (
        "Ann's", (("github.com/Ann", "https://github.com/Ann"), ("huggingface.co/ann", "https://huggingface.co/ann")),
    )  # fmt: skip
    assert [(work.arxiv_id, work.reasons) for work in ours.newest] == [
        ("2606.00004", ((Belonging.OWNER, "github:ann/gone"),)), ("2606.00001", ((Belonging.OWNER, "github:ann/tool"),)),
    ]  # fmt: skip
    assert [(work.title, work.code, work.reasons) for work in ours.releases] == [
        ("Large", State.UNKNOWN, ((Belonging.NAMESPACE, "hf-model:ann/large"),))
    ]
    assert [count for count in ours.terms if count.fact is Fact.CODE] == [
        TermsCount("2025", Fact.CODE, State.OPEN, "osi", 1, 0), TermsCount("2026", Fact.CODE, State.GONE, "", 1, 0),
        TermsCount("2026", Fact.CODE, State.UNKNOWN, "", 0, 1),
    ]  # fmt: skip
    assert (ours.papers, ours.released, ours.years) == (2, 1, ["2025", "2026"])
    # The second paper's promise is not in its text any more.
    assert {promise.arxiv_id: promise.state for promise in ours.promises} == {
        "2606.00001": PromiseState.KEPT, "2606.00004": PromiseState.DROPPED,
    }  # fmt: skip
    assert ours.promises_by_state == {PromiseState.KEPT: 1, PromiseState.DROPPED: 1}
    assert ours.licence_changes == 1
    assert [(event.reference, event.at) for event in ours.relicensed] == [("github:ann/gone", now)]
    assert (nobody.name, nobody.papers, nobody.terms) == ("None", 0, ())


@pytest.mark.sqlite_only("the queries of the method are in the SQL of SQLite")
def test_the_query_of_the_method_counts_what_befell_own_links_alone(store: Store, add: Add, now: datetime) -> None:
    organisations.sync_organisations(store, [Organisation(name="Ann's", github=("Ann",))])
    changed = (EventKind.RELICENSED, now)
    add("2606.00001", link="ann/tool", events=(changed,))
    add("2606.00002", link="ann/base", role=Role.MENTION, events=(changed,))
    # Seen to be kept at the moment at which the promise was read.
    kept = (EventKind.PROMISED, now), (EventKind.SHIPPED, now)
    add("2606.00003", link="bob/tool", at=now - timedelta(days=30), events=kept)
    (ours,) = count_organisations(store)
    queries = run_queries(store.url)
    assert [row["relicensed"] for row in queries["Organisations"]] == [ours.licence_changes] == [1]
    assert [(row["kept"], row["share"]) for row in queries["Promises"]][:2] == [(1, 1.0), (1, None)]
