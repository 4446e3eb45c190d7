import json
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.detect import detect
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.artifacts import Reference
from tracker.domain.papers import Paper
from tracker.domain.terms import Place, Role

Resolve = Callable[[str], Reference | None]


def test_a_papers_mentions_roles_and_promise(rules: RoleRules, resolve: Resolve) -> None:
    paper = Paper(
        arxiv_id="2401.00001",
        title="StereoField",
        abstract="We build on https://github.com/other/tool. Our code is available at https://github.com/a/stereofield.",
        comment="Project page: https://a.github.io/x",
    )
    found = detect.detect_paper(paper, resolve, rules)
    assert [(link.reference.key, link.role, link.place) for link in found.roles] == [
        ("github:other/tool", Role.MENTION, Place.ABSTRACT),
        ("github:a/stereofield", Role.OWN, Place.ABSTRACT),
        ("page:https://a.github.io/x", Role.OWN_PAGE, Place.COMMENT),
    ]
    assert found.promise == "available"


def run(lines: list[str | bytes], resolve: Resolve, rules: RoleRules) -> list[dict[str, Any]]:
    return list(detect.detect_lines(lines, resolve, rules))


def test_lines_answer_in_order_and_go_on_after_a_bad_one(rules: RoleRules, resolve: Resolve) -> None:
    good = json.dumps(
        {"arxiv_id": "1", "comment": "Code: https://github.com/a/b", "unknown": 1, "authors": ["A B"]}
    )
    bad = [
        "{",
        "[]",
        '{"abstract": "x"}',
        '{"arxiv_id": "1", "abstract": 3}',
        '{"arxiv_id": 5}',
        "[" * 100_000,
        b"\xff\xfe",
    ]
    answers = run([good, *bad, "", good], resolve, rules)
    assert len(answers) == len(bad) + 2
    assert all(list(answer) == ["error"] and answer["error"] for answer in answers[1:-1])
    assert answers[0] == answers[-1]
    assert list(answers[0]) == ["arxiv_id", "links", "promise", "promise_evidence"]
    (link,) = answers[0]["links"]
    assert list(link) == ["url", "reference", "role", "probability", "place", "evidence"]
    assert (link["reference"], link["role"], link["place"]) == ("github:a/b", "own", "comment")


def test_limits(rules: RoleRules, resolve: Resolve) -> None:
    text = " ".join(f"https://github.com/owner/name{number}" for number in range(900))
    (answer,) = run([json.dumps({"arxiv_id": "1", "abstract": text})], resolve, rules)
    assert len(answer["links"]) == detect.MAX_REFERENCES
    assert all(len(link["evidence"]) <= 400 for link in answer["links"])
    assert len(answer["promise_evidence"]) <= 400


def test_own_only_at_or_above_the_threshold(rules: RoleRules, resolve: Resolve) -> None:
    text = "We follow https://github.com/a/b. Code: https://github.com/c/d. https://github.com/e/f https://example.org/x"
    (answer,) = run([json.dumps({"arxiv_id": "1", "abstract": text})], resolve, rules)
    for link in answer["links"]:
        assert (link["role"] in ("own", "own-page")) is (link["probability"] >= rules.publish_threshold)


@settings(max_examples=60)
@given(
    st.text(max_size=300), st.text(max_size=300), st.sampled_from(["", "html", "tex", "pdf-text", "text", "odd"])
)
def test_no_paper_raises(rules: RoleRules, resolve: Resolve, text: str, other: str, text_format: str) -> None:
    found = detect.detect_paper(Paper(arxiv_id="1", title=other, abstract=text, comment=other, authors=(other, text),
                              text=f"{text} https://github.com/a/b {other}", text_format=text_format), resolve, rules)  # fmt: skip
    json.dumps(detect.format_detection("1", found))


@given(st.binary(max_size=120))
def test_no_line_raises(rules: RoleRules, resolve: Resolve, line: bytes) -> None:
    run([line], resolve, rules)
