"""DataCite's lists of arXiv's DOIs are read whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.errors import UpstreamError
from tracker.domain.protocols import Response
from tracker.harvest import datacite

SINCE, UNTIL = datetime(2026, 6, 17, 0, tzinfo=UTC), datetime(2026, 6, 17, 10, tzinfo=UTC)
NEXT = "https://elsewhere.example/dois?page%5Bcursor%5D=abc&page%5Bsize%5D=500"


def record(name: str = "2606.00001", **changes: Any) -> dict[str, Any]:
    dates = [
        {"date": "2026-06-16T12:00:01Z", "dateType": "Submitted", "dateInformation": "v1"},
        {"date": "2026-06-15T12:00:01Z", "dateType": "Updated", "dateInformation": "v1"},
        {"date": "2026-06", "dateType": "Available", "dateInformation": "v1"},
    ]
    subjects = [{"subject": "Machine Learning (cs.LG)", "subjectScheme": "arXiv"}, {"subject": "FOS: Mathematics"}]
    return {"attributes": {"doi": f"10.48550/arXiv.{name}", "dates": dates, "subjects": subjects, **changes}}


class Pages:
    """Answers a request with the next of these bodies."""

    def __init__(self, *bodies: object) -> None:
        self.bodies, self.asked = list(bodies), list[Mapping[str, str]]()

    def get(self, upstream: str, path: str, *, params: Mapping[str, str]) -> Response:
        assert (upstream, path) == ("datacite", "")
        self.asked.append(params)
        body = self.bodies.pop(0)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Response(200, {}, content, "https://api.datacite.org/dois")


def read(*bodies: object) -> dict[str, datetime]:
    return datacite.read_registered(Pages(*bodies), SINCE, UNTIL, ("cs.LG", "cs.CL"))  # type: ignore[arg-type] # only `get` is called


def page(*records: object, total: object = 1, following: str | None = None) -> dict[str, Any]:
    return {"data": list(records), "meta": {"total": total}, "links": {"next": following}}


def test_pages_are_read_to_the_end_by_their_cursors() -> None:
    others = record("2606.00002", subjects=[{"subject": "Combinatorics (math.CO)"}])
    pages = Pages(page(record(), others, total=3, following=NEXT), page(record("math/0601001"), total=3))
    found = datacite.read_registered(pages, SINCE, UNTIL, ("cs.LG",))  # type: ignore[arg-type] # as above
    moment = datetime(2026, 6, 16, 12, 0, 1, tzinfo=UTC)
    assert found == {"2606.00001": moment, "math/0601001": moment}
    assert [asked["page[cursor]"] for asked in pages.asked] == ["1", "abc"]
    assert pages.asked[0]["query"] == "registered:[2026-06-17T00:00:00Z TO 2026-06-17T10:00:00Z]"


def test_no_paper_was_registered() -> None:
    assert read(page(total=0)) == {}


@pytest.mark.parametrize(
    "bodies",
    [
        [b""],
        [b"<html>We will be back soon</html>"],
        [b"[" * 100_000],
        [[]],
        [{"data": []}],
        [page(record(), total="1")],
        [page(record(), total=2)],
        [page(record(), total=2, following="https://x.example/dois")],
        [page(record(), total=2, following="https://[")],
        [page(record(), total=2, following=NEXT), page(total=2)],
        [page(record(), record("2606.00002"), total=1)],
        [page("no record")],
        [page(record(doi="10.1000/arxiv.2606.00001"))],
        [page(record("../../etc/passwd"))],
        [page(record(dates=[]))],
        [page(record(dates=[{"date": "2026-06-16", "dateType": "Submitted"}]))],
        [page(record(dates=[{"date": "9999-12-31T23:59:59-14:00", "dateType": "Submitted"}]))],
        [page(record(dates={"date": 1}))],
        [page(record(), total=999, following=NEXT)] * 30,
    ],
)
def test_a_list_that_is_not_whole_is_an_error(bodies: list[object]) -> None:
    with pytest.raises(UpstreamError, match="datacite: "):
        read(*bodies)


@given(st.recursive(st.none() | st.integers() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["data", "meta", "total", "links", "next", "attributes", "doi", "dates", "subjects", "date", "dateType"]), inner, max_size=4)))  # fmt: skip
def test_any_json_is_a_list_or_an_error(body: object) -> None:
    with suppress(UpstreamError):
        assert isinstance(read(body, body), dict)
