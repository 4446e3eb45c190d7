"""What Software Heritage's answers to requests to archive mean, and which address it is asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tracker.domain.errors import UpstreamError
from tracker.domain.protocols import Response
from tracker.hosts import swh_save
from tracker.hosts.swh_save import SaveState, SaveStatus

SNAPSHOT = "swh:1:snp:" + "a1" * 20
NOW = datetime(2026, 6, 17, 5, tzinfo=UTC)
ORIGIN = "https://github.com/ann/tool"
DONE = {
    "id": 7, "save_request_status": "accepted", "save_task_status": "succeeded", "visit_status": "full",
    "snapshot_swhid": SNAPSHOT, "save_request_date": "2026-06-17T05:00:00+00:00",
}  # fmt: skip


class Answers:
    """Gives one answer to every request."""

    def __init__(self, status: int, document: object) -> None:
        self.status, self.body = status, json.dumps(document).encode()
        self.asked: list[str] = []

    def get(self, upstream: str, path: str) -> Response:
        self.asked.append(f"GET {upstream} {path}")
        return Response(self.status, {}, self.body, path)

    def post(self, upstream: str, path: str, *, json: object) -> Response:
        self.asked.append(f"POST {upstream} {path}")
        return Response(self.status, {}, self.body, path)


@pytest.mark.parametrize(
    ("reference", "origin"),
    [
        ("github:ann/Tool", "https://github.com/ann/Tool"),
        ("gitlab:group/sub/name", "https://gitlab.com/group/sub/name"),
        ("gitlab:git.example.edu/group/name", "https://git.example.edu/group/name"),
        ("forgejo:codeberg.org/ann/tool", "https://codeberg.org/ann/tool"),
        ("bitbucket:ann/tool", "https://bitbucket.org/ann/tool"),
        ("gitee:ann/tool", "https://gitee.com/ann/tool"),
        ("github-org:ann", None),
        ("github:ann", None),
        ("hf-model:ann/weights", None),
        ("zenodo:10.5281/zenodo.1", None),
        ("page:https://x.example/a/b", None),
    ],
)
def test_the_address_to_clone(reference: str, origin: str | None) -> None:
    assert swh_save.origin_url(reference) == origin


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, SaveState.ARCHIVED),
        ({"snapshot_swhid": None}, SaveState.WAITING),
        ({"snapshot_swhid": "swh:1:rev:" + "a1" * 20}, SaveState.WAITING),
        ({"visit_status": "partial"}, SaveState.FAILED),
        ({"visit_status": "not_found"}, SaveState.FAILED),
        ({"save_task_status": "failed", "visit_status": None}, SaveState.FAILED),
        ({"save_task_status": "running", "visit_status": None, "snapshot_swhid": None}, SaveState.WAITING),
        ({"save_task_status": "not created", "save_request_status": "pending", "visit_status": None}, SaveState.WAITING),
        ({"save_request_status": "rejected", "save_task_status": "not created"}, SaveState.REFUSED),
        ({"save_task_status": "a new word", "visit_status": None}, None),
        ({"save_request_status": "a new word"}, None),
        ({"id": "7"}, None),
        ({"id": True}, None),
    ],
)  # fmt: skip
def test_what_a_status_means(changes: dict[str, object], state: SaveState | None) -> None:
    status = swh_save.read_status(DONE | changes)
    assert (status.state if status else None) is state
    assert bool(status and status.swhid) is (state is SaveState.ARCHIVED), "only what is whole has a SWHID"


def test_no_answer_breaks_the_reading() -> None:
    for key in (*DONE, "note"):
        for odd in (None, True, -1, 0, 2**70, 1.5, "", "\x00" * 999, [], {}, [[]]):
            status = swh_save.read_status(DONE | {key: odd})
            assert status is None or (status.number == 7 and len(status.reason) <= 400), (key, odd)


def test_requests_and_their_answers() -> None:
    fetch = Answers(200, DONE | {"save_task_status": "pending", "visit_status": None, "snapshot_swhid": None})
    assert swh_save.request_save("https://git.example.edu/a b/é?x#y", fetch) == SaveStatus(SaveState.WAITING, 7)
    assert fetch.asked == [
        "POST software_heritage /origin/save/git/url/https://git.example.edu/a%20b/%C3%A9%3Fx%23y/"
    ]
    blocked = Answers(403, {"exception": "ForbiddenExc", "reason": "The origin url is blacklisted"})
    assert swh_save.request_save(ORIGIN, blocked).reason == "The origin url is blacklisted"
    assert swh_save.follow_save(7, Answers(200, DONE)) == SaveStatus(SaveState.ARCHIVED, 7, SNAPSHOT)
    assert swh_save.follow_save(7, Answers(404, {})).state is SaveState.FAILED
    assert swh_save.find_save(ORIGIN, NOW, Answers(404, {})) is None
    assert swh_save.find_save(ORIGIN, NOW, Answers(200, [])) is None


@pytest.mark.parametrize(
    "answer", [Answers(200, "a page"), Answers(302, {}), Answers(200, [[]]), Answers(200, {})]
)
def test_an_answer_that_is_none_is_an_error_and_no_refusal(answer: Answers) -> None:
    with pytest.raises(UpstreamError, match="not understood"):
        swh_save.request_save(ORIGIN, answer)
    with pytest.raises(UpstreamError, match="not understood"):
        swh_save.follow_save(7, answer)


def test_a_request_of_others_years_ago_is_not_taken_for_ours() -> None:
    old = DONE | {"id": 3, "save_request_date": (NOW - timedelta(days=900)).isoformat()}
    assert swh_save.find_save(ORIGIN, NOW, Answers(200, [old])) is None
    found = swh_save.find_save(ORIGIN, NOW, Answers(200, [old, DONE, "noise"]))
    assert found == SaveStatus(SaveState.ARCHIVED, 7, SNAPSHOT)
