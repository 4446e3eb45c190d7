"""The state of an installation: an outage of arXiv is one trouble, in one sentence, with one next try."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tracker.domain.status import Trouble, describe_outage, join_arxiv_troubles

NOW = datetime(2026, 6, 17, 5, tzinfo=UTC)
NEXT = NOW + timedelta(minutes=30)
WINDOW = "the window from 2026-06-16 is not complete: no connection, or it was cut off"


def test_an_outage_is_one_trouble_with_the_next_harvest() -> None:
    other = Trouble("check.github", "none of 3 checks had a result: no connection", NOW)
    troubles = [
        Trouble("harvest", WINDOW, NOW - timedelta(hours=1), None),
        other,
        Trouble(
            "versions", "arxiv_oai: no connection; next try 2026-06-17T09:00:00Z", NOW, NOW + timedelta(hours=4)
        ),
        Trouble("rss", "arxiv_rss: no connection", NOW),
        Trouble("upstream arxiv_oai", "no connection", NOW - timedelta(days=1)),
    ]
    outage, *rest = join_arxiv_troubles(troubles, NEXT)
    assert rest == [other]
    assert (outage.what, outage.since, outage.next_try) == ("harvest", NOW - timedelta(days=1), NEXT)
    assert outage.reason.startswith("arXiv cannot be reached (")
    assert "next try" not in outage.reason


def test_one_source_that_answers_is_no_outage() -> None:
    troubles = (Trouble("versions", "arxiv_oai: no connection", NOW), Trouble("rss", "no connection", NOW))
    assert join_arxiv_troubles(troubles, NEXT) == troubles
    assert describe_outage({"harvest": WINDOW}) == ""


def test_sources_with_different_reasons_are_named() -> None:
    reasons = {
        "harvest": "arxiv_api: server error (503)",
        "versions": "arxiv_oai: access denied (403); next try x",
    }
    assert (
        describe_outage(reasons) == "arXiv cannot be read (API: server error (503); OAI-PMH: access denied (403))"
    )
    same = dict.fromkeys(("harvest", "versions", "rss"), "no connection")
    assert describe_outage(same) == "arXiv cannot be reached (no connection)"
