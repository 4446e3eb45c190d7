import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.sandbox.github.graphql_parser import GraphQLFault, parse_document

PIECES = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "$",
    "!",
    "...",
    "@",
    "=",
    "a",
    "on",
    "query",
    "fragment",
    "include",
    '"x"',
    "1",
    ",",
]


def names(source: str, **variables: object) -> list[str]:
    return [selection.field.key for selection in parse_document(source, variables)]


def test_operations_aliases_and_arguments() -> None:
    (selection,) = parse_document(
        'query Q($n: String = "d", $k: [Int!]) { x: f(a: $n, b: [1, 2.5], c: {d: true}, e: null, g: ENUM) { h } }',
        {},
    )
    assert (selection.field.key, selection.field.name, selection.on) == ("x", "f", None)
    assert selection.field.arguments == {"a": "d", "b": [1, 2.5], "c": {"d": True}, "e": None, "g": "ENUM"}
    assert selection.field.fields is not None
    assert (selection.field.line, selection.field.column) == (1, 41)
    assert names(
        "# a comment\nquery A { a } query B { b }",
    ) == ["a"]
    assert [s.field.key for s in parse_document("query A { a } query B { b }", {}, "B")] == ["b"]


def test_strings_are_read_as_json_and_in_blocks() -> None:
    (selection,) = parse_document('{ f(a: "q\\"\\u00e9\\n", b: """two "words" here""") }', {})
    assert selection.field.arguments == {"a": 'q"é\n', "b": 'two "words" here'}


def test_fragments_and_conditions() -> None:
    source = "query($yes: Boolean!) { a @include(if: $yes) b @skip(if: $yes) ... on T { c } ...F } fragment F on U { d }"
    assert [(s.on, s.field.key) for s in parse_document(source, {"yes": True})] == [
        (None, "a"),
        ("T", "c"),
        ("U", "d"),
    ]
    assert [s.field.key for s in parse_document(source, {"yes": False})] == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("source", "says"),
    [("", "query attribute"), ("{}", "Expected a selection"), ("{a", "Unexpected end"), ("subscription { a }", "Only queries"),
     ("{ a(b: $c) }", "not declared"), ("query($n: Int!) { a(b: $n) }", "invalid value"), ("{ ...F }", "not defined"),
     ("{ ...F } fragment F on T { ...F ...F }", "too deep"), ("{a" * 100 + "}" * 100, "too deep"), ("{ a(b: \\) }", "Parse error"),
     ("query($n: " + "[" * 5000 + "{ a }", "too deep"), ("{ a(b: " + "[" * 5000 + "}", "too deep"), ("{ a @odd }", "@odd")],
)  # fmt: skip
def test_a_query_that_cannot_be_parsed_is_refused_with_a_reason(source: str, says: str) -> None:
    with pytest.raises(GraphQLFault, match=says):
        parse_document(source, {})


@given(st.one_of(st.text(max_size=100), st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join)))
def test_any_query_is_parsed_or_refused(source: str) -> None:
    with contextlib.suppress(GraphQLFault):
        assert isinstance(parse_document(source, {}), tuple)
