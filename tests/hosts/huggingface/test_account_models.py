"""Which of an account's models are releases without a paper."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tracker.domain.errors import UpstreamError
from tracker.domain.protocols import Response
from tracker.hosts.huggingface.account_models import MOST_MODELS, choose_releases, list_new_models

SINCE = datetime(2026, 6, 10, tzinfo=UTC)
GOOD = {
    "id": "Lab/large",
    "createdAt": "2026-06-16T00:00:00.000Z",
    "private": False,
    "tags": ["safetensors", "license:mit", "region:us", "8-bit"],
}


@pytest.mark.parametrize(
    ("changes", "is_release"),
    [
        ({}, True),
        ({"id": "lab/large"}, True),  # names compare without case
        ({"gated": "manual", "tags": []}, True),
        ({"createdAt": "2026-06-10T00:00:00.000Z"}, True),
        ({"createdAt": "2026-06-09T23:59:59.000Z"}, False),
        ({"createdAt": None}, False),
        ({"createdAt": "soon"}, False),
        ({"private": True}, False),  # shown to the operator's token alone
        ({"private": None}, False),
        ({"tags": None}, False),  # whether it names a paper is not known
        ({"tags": "arxiv:2606.00001"}, False),
        ({"tags": ["arxiv:2606.00001"]}, False),
        ({"tags": ["arxiv:2606.00001v2", 7]}, False),
        ({"tags": ["base_model:Lab/small", "base_model:finetune:Lab/small"]}, False),
        ({"tags": ["base_model:quantized:other/large"]}, False),
        ({"cardData": {"base_model": "other/large"}}, False),
        ({"tags": ["GGUF"]}, False),
        ({"tags": ["peft", "lora"]}, False),
        ({"tags": ["mergekit"]}, False),
        ({"id": "stranger/large"}, False),
        ({"id": "Lab-2/large"}, False),
        ({"id": "Lab"}, False),
        ({"id": "Lab/"}, False),
        ({"id": "Lab/<script>alert(1)</script>"}, False),
        ({"id": "Lab/large/../../x"}, False),
        ({"id": f"Lab/{'x' * 97}"}, False),
        ({"id": "Lab/large\n"}, False),
        ({"id": 7}, False),
    ],
)
def test_what_is_a_release_without_a_paper(changes: dict[str, Any], is_release: bool) -> None:
    assert bool(choose_releases([{**GOOD, **changes}], "lab", SINCE)) is is_release


def test_releases_come_oldest_first_and_once() -> None:
    records = [{**GOOD, "id": f"Lab/m{day}", "createdAt": f"2026-06-{day}T00:00:00.000Z"} for day in (18, 17, 17)]
    assert [link.key for link in choose_releases(records, "Lab", SINCE)] == [
        "hf-model:Lab/m17",
        "hf-model:Lab/m18",
    ]


class Hub:
    """Answers every request with the same body, and keeps the questions."""

    def __init__(self, body: Any, status: int = 200) -> None:
        self.body, self.status, self.asked = json.dumps(body).encode(), status, list[dict[str, str]]()

    def get(self, _upstream: str, path: str, *, params: Any = None, headers: Any = None) -> Response:
        assert path == "/api/models"
        self.asked.append(dict(params))
        return Response(self.status, {}, self.body, path)


def test_one_request_reads_the_newest_of_a_namespace_and_no_more() -> None:
    hub = Hub([7, None, *({**GOOD, "id": f"Lab/m{number}"} for number in range(500))])
    assert len(list_new_models("Lab", SINCE, hub)) == MOST_MODELS - 2
    [asked] = hub.asked
    assert (asked["author"], asked["sort"], asked["direction"], asked["limit"]) == (
        "Lab", "createdAt", "-1", str(MOST_MODELS),
    )  # fmt: skip


@pytest.mark.parametrize(("body", "status"), [({"error": "no"}, 200), ([], 500), ([], 404)])
def test_an_answer_that_is_no_list_is_an_error(body: Any, status: int) -> None:
    with pytest.raises(UpstreamError, match="the models of Lab could not be listed"):
        list_new_models("Lab", SINCE, Hub(body, status))
