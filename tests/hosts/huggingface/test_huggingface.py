import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.protocols import Response
from tracker.domain.terms import Content, Fact, Outcome
from tracker.hosts.huggingface import huggingface
from tracker.hosts.huggingface.huggingface import HOST, match
from tracker.hosts.huggingface.metadata import make_reference

SINCE = datetime(2026, 6, 10, tzinfo=UTC)


class Hub:
    """Gives `answers` by path, or raises `error`."""

    def __init__(self) -> None:
        self.answers: dict[str, Response] = {}
        self.error: Exception | None = None
        self.asked: list[str] = []
        self.token = False

    def has_token(self, upstream: str) -> bool:
        return self.token

    def post(self, upstream: str, path: str, *, json: object) -> Response:
        raise AssertionError("the Hub is only read")

    def get(self, upstream: str, path: str, *, params: Any = None, headers: Any = None) -> Response:
        assert upstream == "huggingface"
        assert params is None
        self.asked.append(path)
        if self.error:
            raise self.error
        return self.answers.get(path, Response(404, {}, b'{"error":"Repository not found"}', path))

    def text(self, path: str, text: str) -> None:
        self.answers[path] = Response(200, {}, text.encode(), path)

    def say(self, path: str, body: Any, status: int = 200, **headers: str) -> None:
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        self.answers[path] = Response(status, named, json.dumps(body).encode(), path)


@pytest.fixture
def hub():
    return Hub()


def info(**more: Any) -> dict[str, Any]:
    return {
        "_id": "64a1",
        "id": "ns/name",
        "sha": "abc",
        "gated": False,
        "disabled": False,
        "createdAt": "2026-06-11T10:00:00.000Z",
        "lastModified": "2026-06-12T10:00:00.000Z",
        "siblings": [{"rfilename": "README.md"}, {"rfilename": "model.safetensors"}],
        "cardData": {"license": "apache-2.0"},
        "tags": ["license:apache-2.0", "arxiv:2606.00001"],
    } | more


@pytest.mark.parametrize(("url", "key"), HOST.examples)
def test_examples(url, key):
    reference = match(url)
    assert reference is not None
    assert (reference.key, reference.host) == (key, "huggingface")


@pytest.mark.parametrize("url", HOST.counterexamples)
def test_counterexamples(url):
    assert match(url) is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is not a failure
@given(st.text(max_size=80))
def test_any_address_gives_a_stable_reference_or_none(text):
    for url in (
        text,
        f"https://huggingface.co/{text}",
        f"https://hf.co/datasets/{text}",
        f"https://hf.co/collections/a/{text}",
    ):
        reference = match(url)
        assert reference is None or match(reference.url) == reference


def test_a_model(hub):
    hub.say("/api/models/ns/name", info())
    check = huggingface.check(make_reference("model", "ns/name"), hub)
    assert (check.outcome, check.content, check.holds) == (Outcome.PRESENT, Content.DATA_ONLY, (Fact.WEIGHTS,))
    assert (check.licence_claimed, check.licence_checked, check.gated) == ("apache-2.0", True, False)
    assert (check.host_id, check.commit, check.reference.key) == ("64a1", "abc", "hf-model:ns/name")
    assert check.created_at == datetime(2026, 6, 11, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "file", "word", "holds"),
    [
        ("dataset", "train.parquet", Content.DATA_ONLY, (Fact.DATA,)),
        ("space", "app.py", Content.CODE, (Fact.DEMO,)),
        ("model", "README.md", Content.README_ONLY, ()),
    ],
)
def test_kinds(hub, kind, file, word, holds):
    hub.say(f"/api/{kind}s/ns/name", info(siblings=[{"rfilename": file}]))
    check = huggingface.check(make_reference(kind, "ns/name"), hub)
    assert (check.outcome, check.content, check.holds) == (Outcome.PRESENT, word, holds)


@pytest.mark.parametrize(
    ("more", "licence"),
    [
        ({"cardData": {"license": ["mit", "cc-by-4.0"]}}, "mit AND cc-by-4.0"),
        ({"cardData": {"license": ["mit"]}}, "mit"),
        ({"cardData": {}, "tags": ["license:mit", "license:apache-2.0"]}, "mit AND apache-2.0"),
        ({"cardData": None}, "apache-2.0"),
        ({"cardData": {"license": "other", "license_name": "qwen-research"}}, "other:qwen-research"),
        ({"cardData": {"license": "other"}}, "other"),
        ({"cardData": {}, "tags": []}, None),
        ({"cardData": {"license": 7}, "tags": [7, None]}, None),
    ],
)
def test_licences(hub, more, licence):
    hub.say("/api/models/ns/name", info(**more))
    hub.text("/ns/name/raw/main/README.md", "# A model")
    check = huggingface.check(make_reference("model", "ns/name"), hub)
    assert (check.licence_claimed, check.licence_checked) == (licence, True)


@pytest.mark.parametrize(("gated", "expected"), [("auto", True), ("manual", True), (False, False), (True, True)])
def test_gates(hub, gated, expected):
    hub.say("/api/models/ns/name", info(gated=gated))
    assert huggingface.check(make_reference("model", "ns/name"), hub).gated is expected


def test_a_rename_is_reported(hub):
    hub.say("/api/models/old/name", info(id="new/name"))
    assert huggingface.check(make_reference("model", "old/name"), hub).reference.key == "hf-model:new/name"


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (404, {}, Outcome.ABSENT),
        (401, {}, Outcome.ABSENT),
        (401, {"x_error_code": "RepoNotFound"}, Outcome.ABSENT),
        (401, {"x_error_code": "GatedRepo"}, Outcome.PRESENT),
        (403, {"x_error_code": "GatedRepo"}, Outcome.PRESENT),
        (403, {"x_error_code": "DisabledRepo"}, Outcome.BLOCKED),
        (451, {}, Outcome.BLOCKED),
        (403, {}, Outcome.UNKNOWN),
        (418, {}, Outcome.UNKNOWN),
    ],
)
def test_refusals(hub, status, headers, outcome):
    hub.say("/api/models/ns/name", {"error": "said"}, status, **headers)
    check = huggingface.check(make_reference("model", "ns/name"), hub)
    assert check.outcome is outcome
    assert check.reason
    assert check.gated is (True if outcome is Outcome.PRESENT else None)


def test_a_disabled_repository_is_blocked(hub):
    hub.say("/api/models/ns/name", info(disabled=True))
    assert huggingface.check(make_reference("model", "ns/name"), hub).outcome is Outcome.BLOCKED


def test_a_failure_is_unknown_and_a_stop_is_raised(hub):
    hub.error = UpstreamError("huggingface", "no response in time")
    check = huggingface.check(make_reference("model", "ns/name"), hub)
    assert (check.outcome, check.reason) == (Outcome.UNKNOWN, "no response in time")
    hub.error = UpstreamStopped("huggingface", "too many requests", SINCE)
    with pytest.raises(UpstreamStopped):
        list(huggingface.check_all([make_reference("model", "ns/name")], hub))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b"[" * 100_000])
def test_a_strange_answer_is_unknown(hub, body):
    hub.answers["/api/models/ns/name"] = Response(200, {}, body, "")
    assert huggingface.check(make_reference("model", "ns/name"), hub).outcome is Outcome.UNKNOWN


def test_files_that_are_not_listed_are_unknown(hub):
    hub.say("/api/models/ns/name", {"id": "ns/name"})
    check = huggingface.check(make_reference("model", "ns/name"), hub)
    assert (check.outcome, check.content) == (Outcome.PRESENT, Content.UNKNOWN)


@pytest.mark.parametrize("url", ["https://huggingface.co/ns", "https://huggingface.co/collections/ns/x-1"])
def test_owners_and_collections_are_not_checked(hub, url):
    check = huggingface.check(match(url), hub)
    assert (check.outcome, hub.asked) == (Outcome.UNKNOWN, [])


def files(*names: str) -> list[dict[str, str]]:
    return [{"rfilename": name} for name in names]


CARD = "/ns/name/raw/main/README.md"


def test_a_space_is_never_unchanged_since_it_may_stop_without_a_commit(hub):
    target = make_reference("space", "ns/name")
    hub.say("/api/spaces/ns/name", info(siblings=files("app.py"), runtime={"stage": "PAUSED"}))
    [(_, found)] = huggingface.check_all([target], hub, {target.folded: "abc"})
    assert not found.unchanged


def test_a_gated_model_with_nothing_but_a_card_is_not_called_empty(hub):
    hub.say("/api/models/ns/name", info(siblings=files("README.md"), gated="manual", cardData={}, tags=[]))
    check = huggingface.check(make_reference("model", "ns/name"), hub)
    assert (check.content, check.gated, check.licence_checked) == (Content.UNKNOWN, True, False)
    assert hub.asked == ["/api/models/ns/name"]


def test_the_card_is_read_though_a_tag_states_the_licence(hub):
    hub.say("/api/models/ns/name", info())
    hub.text("/ns/name/raw/main/README.md", "---\nlicense: apache-2.0\n---\n## License\nWeights: CC BY-NC 4.0.\n")
    check = huggingface.check(make_reference("model", "ns/name"), hub)
    assert hub.asked == ["/api/models/ns/name", "/ns/name/raw/main/README.md"]
    assert [statement.text for statement in check.licence_statements] == ["Weights: CC BY-NC 4.0."]


def test_a_licence_file_is_read_beside_a_claim_so_that_a_conflict_is_seen(hub):
    hub.say("/api/models/ns/name", info(siblings=files("README.md", "LICENSE", "model.safetensors")))
    hub.text("/ns/name/raw/main/LICENSE", "Terms of our own.")
    check = huggingface.check(make_reference("model", "ns/name"), hub)
    assert check.licence_claimed == "apache-2.0"
    assert [(file.path, file.text) for file in check.licence_files] == [("LICENSE", "Terms of our own.")]


@pytest.mark.parametrize(("kind", "folder"), [("model", ""), ("dataset", "/datasets"), ("space", "/spaces")])
def test_texts_are_below_the_path_of_their_kind(hub, kind, folder):
    hub.say(f"/api/{kind}s/ns/name", info(cardData={}, tags=[], siblings=files("COPYING", "a b.txt", "x.bin")))
    hub.text(f"{folder}/ns/name/raw/main/COPYING", "Terms.")
    check = huggingface.check(make_reference(kind, "ns/name"), hub)
    assert [file.path for file in check.licence_files] == ["COPYING"]
    assert check.licence_checked


def test_at_most_three_licence_files_the_linked_one_first(hub):
    card = {"license": "other", "license_link": "https://huggingface.co/ns/name/blob/main/TERMS%20OF%20USE.md"}
    names = ["LICENSE", "LICENSE-CODE", "LICENSE-MODEL", "LICENSE-DATA", "TERMS OF USE.md"]
    hub.say("/api/models/ns/name", info(cardData=card, siblings=files(*names)))
    huggingface.check(make_reference("model", "ns/name"), hub)
    assert len(hub.asked) == 4
    assert hub.asked[1] == "/ns/name/raw/main/TERMS%20OF%20USE.md"


@pytest.mark.parametrize(
    "link", ["TERMS.md", "./TERMS.md", "https://hf.co/ns/name/resolve/main/TERMS.md?download=true"]
)
def test_links_to_its_own_licence(hub, link):
    hub.say("/api/models/ns/name", info(cardData={"license_link": link}, siblings=files("TERMS.md")))
    hub.text("/ns/name/raw/main/TERMS.md", "Terms.")
    assert [file.path for file in huggingface.check(make_reference("model", "ns/name"), hub).licence_files] == [
        "TERMS.md"
    ]


def silent(**more: Any) -> dict[str, Any]:
    return info(cardData={}, tags=[], siblings=files("README.md", "model.safetensors")) | more


def test_where_nothing_states_a_licence_the_card_is_read(hub):
    hub.say("/api/models/ns/name", silent())
    hub.text(
        CARD,
        "---\ntags: [x]\n---\n# Name\n[paper](https://arxiv.org/abs/2606.00001)\n\n## License\nMIT, see there.\n",
    )
    check = huggingface.check(make_reference("model", "ns/name"), hub)
    assert [(statement.path, statement.text) for statement in check.licence_statements] == [
        ("README.md", "MIT, see there.")
    ]
    assert "arxiv:2606.00001" in check.papers_named
    assert (check.licence_claimed, check.licence_checked) == (None, True)


def test_front_matter_is_not_a_licence_section(hub):
    hub.say("/api/models/ns/name", silent(cardData=None))
    hub.text(CARD, "---\nlicense: mit\n---\n# Name\n")
    check = huggingface.check(make_reference("model", "ns/name"), hub)
    assert (check.licence_claimed, check.licence_statements) == ("mit", ())


def test_a_missing_licence_is_reported_only_where_the_card_was_read(hub):
    target = make_reference("model", "ns/name")
    hub.say("/api/models/ns/name", silent())
    hub.text(CARD, "# Name\nNothing on terms.\n")
    check = huggingface.check(target, hub)
    assert (check.licence_checked, check.licence_statements, check.papers_named) == (True, (), ("title:name",))
    for status, headers in ((401, {"x-error-code": "GatedRepo"}), (403, {"x-error-code": "GatedRepo"}), (404, {})):
        hub.answers[CARD] = Response(status, headers, b"no", "")
        check = huggingface.check(target, hub)
        assert (check.outcome, check.licence_checked, check.papers_named) == (Outcome.PRESENT, False, None)
    hub.say("/api/models/ns/name", silent(siblings=files("model.safetensors")))
    assert huggingface.check(target, hub).licence_checked


@pytest.mark.parametrize("status", [403, 418, 500])
def test_a_text_that_fails_makes_all_unknown(hub, status):
    hub.say("/api/models/ns/name", info(siblings=files("README.md", "LICENSE", "model.safetensors")))
    hub.answers["/ns/name/raw/main/LICENSE"] = Response(status, {}, b"", "")
    check = huggingface.check(make_reference("model", "ns/name"), hub)
    assert (check.outcome, "LICENSE" in check.reason) == (Outcome.UNKNOWN, True)


@pytest.mark.parametrize("refusal", [(401, {"x-error-code": "GatedRepo"}), (404, {}), (200, {})])
def test_a_licence_file_that_is_not_shown_leaves_the_claim_or_nothing(hub, refusal):
    hub.answers["/ns/name/raw/main/LICENSE"] = Response(*refusal, b"", "")
    for card, checked in (({"license": "mit"}, True), ({}, False)):
        hub.say("/api/models/ns/name", info(cardData=card, tags=[], siblings=files("README.md", "LICENSE")))
        check = huggingface.check(make_reference("model", "ns/name"), hub)
        assert (check.licence_claimed, check.licence_checked, check.licence_files) == (
            card.get("license"),
            checked,
            (),
        )


def test_texts_of_a_gated_model_are_requested_only_with_an_account(hub):
    hub.say("/api/models/ns/name", info(gated="auto", siblings=files("LICENSE", "model.safetensors")))
    assert huggingface.check(make_reference("model", "ns/name"), hub).licence_claimed == "apache-2.0"
    assert len(hub.asked) == 1
    hub.token = True
    hub.text("/ns/name/raw/main/LICENSE", "Terms.")
    assert huggingface.check(make_reference("model", "ns/name"), hub).licence_files


def test_an_unchanged_commit_costs_one_request(hub):
    target = make_reference("model", "ns/name")
    hub.say("/api/models/ns/name", silent())
    [(_, found)] = huggingface.check_all([target], hub, {target.folded: "abc"})
    assert (found.unchanged, found.outcome, len(hub.asked)) == (True, Outcome.PRESENT, 1)
    [(_, found)] = huggingface.check_all([target], hub, {target.folded: "older"})
    assert (found.unchanged, len(hub.asked)) == (False, 3)


@pytest.mark.parametrize(
    ("more", "bases"),
    [
        ({"tags": ["base_model:a/b", "base_model:quantized:a/b"]}, ("a/b",)),
        ({"tags": ["base_model:finetune:a/b"]}, ("a/b",)),
        ({"tags": [], "cardData": {"base_model": ["a/b", "c/d"], "base_model_relation": "merge"}}, ("a/b", "c/d")),
        ({"tags": [], "cardData": {"base_model": "https://huggingface.co/a/b"}}, ("a/b",)),
        ({"tags": ["base_model:ns/name"], "cardData": {"base_model": "NS/Name"}}, ()),
        ({"tags": ["base_model:", "base_model:adapter:", "base_model:<b>"], "cardData": {"base_model": 7}}, ()),
    ],
)
def test_base_models(hub, more, bases):
    hub.say("/api/models/ns/name", info(**({"cardData": {"license": "mit"}} | more)))
    assert huggingface.check(make_reference("model", "ns/name"), hub).derived_from == bases


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is not a failure
@given(
    st.dictionaries(
        st.sampled_from(
            ["id", "tags", "cardData", "siblings", "gated", "disabled", "runtime", "sha", "createdAt", "_id"]
        ),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.text(max_size=20)
            | st.sampled_from(["base_model:x", "license:"]),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["license", "base_model", "license_link", "rfilename", "stage"]), inner
                )
            ),
        ),
    ),
    st.text(max_size=60),
)
def test_any_record_and_card_give_a_check(record, card):
    hub = Hub()
    for kind in ("model", "dataset", "space"):
        hub.say(f"/api/{kind}s/ns/name", record)
    hub.text(CARD, card)
    for kind in ("model", "dataset", "space"):
        assert huggingface.check(make_reference(kind, "ns/name"), hub).outcome in Outcome
