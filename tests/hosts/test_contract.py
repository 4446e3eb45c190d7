"""Every host with all examples and with every odd response: a Check or an upstream error, nothing else."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.artifacts import Check
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.protocols import Response
from tracker.domain.terms import Outcome
from tracker.hosts.resolve import HOSTS, resolve_url

EXAMPLES = [(host, url, key) for host in HOSTS for url, key in host.examples]
CHECKED = {
    host.name: (host, reference)
    for host in HOSTS
    if host.checked_kinds and host.name not in ("github", "huggingface", "page")
    for url, _ in host.examples
    if (reference := resolve_url(url)) is not None and reference.kind in host.checked_kinds
}


class Responses:
    """Gives the same bytes for each request, or raises."""

    def __init__(self, status: int = 200, body: bytes = b"", error: Exception | None = None) -> None:
        self.status, self.body, self.error = status, body, error
        self.asked: list[str] = []

    def get(self, upstream, path, *, params=None, headers=None) -> Response:
        self.asked.append(f"{upstream} {path}")
        return self._answer()

    def page(self, url: str) -> Response:
        assert url.startswith("https://")
        self.asked.append(url)
        return self._answer()

    def _answer(self) -> Response:
        if self.error:
            raise self.error
        return Response(self.status, {}, self.body, "")


@pytest.mark.parametrize(("host", "url", "key"), EXAMPLES)
def test_an_example_matches_its_own_host_alone(host, url, key):
    assert host.match(url).key == key
    others = [each.name for each in HOSTS if each not in (host, HOSTS[-1]) and each.match(url)]
    assert others == []


@pytest.mark.parametrize("name", CHECKED)
@pytest.mark.parametrize(
    ("status", "outcome"),
    [(404, "absent"), (410, "absent"), (451, "blocked"), (401, "unknown"), (403, "unknown"), (418, "unknown")],
)
def test_a_plain_refusal(name, status, outcome):
    host, target = CHECKED[name]
    fetch = Responses(status)
    check = host.check(target, fetch)
    assert (check.outcome, bool(check.reason), len(fetch.asked)) == (Outcome(outcome), True, 1)


@pytest.mark.parametrize("name", CHECKED)
def test_failures_and_stops(name):
    host, target = CHECKED[name]
    check = host.check(target, Responses(error=UpstreamError("x", "server error (503)")))
    assert (check.outcome, check.reason) == (Outcome.UNKNOWN, "server error (503)")
    with pytest.raises(UpstreamStopped):
        host.check(target, Responses(error=UpstreamStopped("x", "429", datetime(2026, 7, 1, tzinfo=UTC))))


def test_kaggle_is_not_requested():
    host = next(host for host in HOSTS if host.name == "kaggle")
    fetch = Responses()
    assert host.check(resolve_url("https://kaggle.com/datasets/a/b"), fetch).outcome is Outcome.UNKNOWN
    assert fetch.asked == []


KEYS = """id path_with_namespace full_name license key default_branch empty tree files entries metadata data attributes
type path name size content Data Files Id CreatedTime values commit hash mainbranch created created_at uuid relationships
resource_type access rights languages license licenses links is_embargoed""".split()  # noqa: SIM905 # reads as a list
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=8),
    st.sampled_from(["owner/name", "group/name", "a\x00b", "\ud800", "../..", "blob", "file", "software", "README.md", "LICENSE"]),
)  # fmt: skip
HOSTILE = st.recursive(
    ODD, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8), max_leaves=25
)  # fmt: skip


@pytest.mark.parametrize("name", CHECKED)
@settings(max_examples=60, deadline=None)
@given(document=HOSTILE)
def test_hostile_json_is_only_ever_a_check(name, document):
    host, target = CHECKED[name]
    fetch = Responses(body=json.dumps(document).encode("utf-8", "replace"))
    assert isinstance(host.check(target, fetch), Check)
    assert len(fetch.asked) <= 5
