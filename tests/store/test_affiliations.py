"""Affiliations: stored as arXiv gives them, and matched to organisations by their listed names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from tests.store.conftest import fetch_rows
from tracker.config_files import Organisation
from tracker.domain.organisation_figures import Belonging
from tracker.domain.terms import EventKind
from tracker.publish.feed_filters import belongs_to
from tracker.store import api_queries, items, organisations, papers
from tracker.store.engine import Store
from tracker.store.organisation_figures import count_organisations

Add = Callable[..., str]
LABS = [
    Organisation(name="Ann's", github=("ann",), affiliations=("Ann Lab",)),
    Organisation(name="Bo's", github=("bo",), affiliations=("Bo Lab",)),
]
BELONGING = "SELECT arxiv_id, affiliation, organisation FROM affiliations ORDER BY 1, 2, 3"


def give(store: Store, arxiv_id: str, now: datetime, *names: str, n: int = 1) -> None:
    """Harvest a stored paper again, with affiliations."""
    version = papers.load_newest_versions(store, [arxiv_id])[arxiv_id]
    papers.save_versions(store, [replace(version, n=n, affiliations=names)], {}, now)


def test_a_paper_belongs_by_affiliation_too(store: Store, add: Add, now: datetime) -> None:
    organisations.sync_organisations(store, LABS)
    add("2606.00001", events=((EventKind.RELICENSED, now),))
    add("2606.00002", link="eve/tool")
    add("2606.00003", link="eve/other")
    both = "Ann Lab and Bo Lab, <b>Paris</b>"
    give(store, "2606.00001", now, "Bo Lab", "Lund")
    give(store, "2606.00002", now, both)
    give(store, "2606.00003", now, "Ann Laboratory", "github:ann/tool")
    of = {each.name: each for each in count_organisations(store)}
    assert [(work.arxiv_id, work.reasons) for work in of["Ann's"].newest] == [
        ("2606.00002", ((Belonging.AFFILIATION, both),)),
        ("2606.00001", ((Belonging.OWNER, "github:ann/tool"),)),
    ]
    assert [(work.arxiv_id, work.reasons) for work in of["Bo's"].newest] == [
        ("2606.00002", ((Belonging.AFFILIATION, both),)),
        ("2606.00001", ((Belonging.AFFILIATION, "Bo Lab"),)),
    ]
    assert [(each.papers, each.by_affiliation) for each in (of["Ann's"], of["Bo's"])] == [(2, 1), (2, 2)]
    assert [len(each.relicensed) for each in (of["Ann's"], of["Bo's"])] == [1, 0], (
        "of an artifact under the accounts"
    )
    counted = fetch_rows(store, "SELECT name, papers, affiliations FROM organisations ORDER BY name")
    assert counted == [("Ann's", 1, '["Ann Lab"]'), ("Bo's", 0, '["Bo Lab"]')], "under the accounts alone"

    second = items.load_item(store, "arxiv:2606.00002")
    assert second is not None
    assert second.affiliations == (("Ann's", both), ("Bo's", both))
    assert [belongs_to(second, lab) for lab in LABS] == [True, True]
    third = items.load_item(store, "arxiv:2606.00003")
    assert third is not None
    assert third.affiliations == ()
    with store.read() as connection:
        listed, _ = api_queries.list_papers(connection, {"org": "bo's"})
        paper = api_queries.load_paper(connection, "2606.00001")
    assert [row["arxiv_id"] for row in listed] == ["2606.00002", "2606.00001"]
    assert paper is not None
    assert [(row["affiliation"], row["organisation"]) for row in paper["affiliations"]] == [
        ("Bo Lab", "Bo's"), ("Lund", None),
    ]  # fmt: skip


def test_affiliations_are_those_of_the_newest_version_that_has_some(store: Store, add: Add, now: datetime) -> None:
    organisations.sync_organisations(store, LABS)
    add("2606.00001")
    give(store, "2606.00001", now, "Ann Lab")
    give(store, "2606.00001", now)
    assert fetch_rows(store, BELONGING) == [("2606.00001", "Ann Lab", "Ann's")], "RSS gives none"
    give(store, "2606.00001", now + timedelta(days=1), "Bo Lab", n=2)
    assert fetch_rows(store, BELONGING) == [("2606.00001", "Bo Lab", "Bo's")]
    papers.save_versions(
        store,
        [
            replace(
                papers.load_newest_versions(store, ["2606.00001"])["2606.00001"], n=1, affiliations=("Ann Lab",)
            )
        ],
        {},
        now,
    )
    assert fetch_rows(store, BELONGING) == [("2606.00001", "Bo Lab", "Bo's")], "an older version"


def test_stored_affiliations_are_matched_anew_when_the_names_change(store: Store, add: Add, now: datetime) -> None:
    add("2606.00001")
    give(store, "2606.00001", now, "Ann Lab", "Lund")
    assert {row[2] for row in fetch_rows(store, BELONGING)} == {None}
    organisations.sync_organisations(store, LABS)
    assert fetch_rows(store, BELONGING)[0] == ("2606.00001", "Ann Lab", "Ann's")
    organisations.sync_organisations(store, [LABS[0].model_copy(update={"affiliations": ("Lund",)})])
    assert fetch_rows(store, BELONGING) == [("2606.00001", "Ann Lab", None), ("2606.00001", "Lund", "Ann's")]
