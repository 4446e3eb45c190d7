"""The page of the API says what its description says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import html

from tracker.publish.api_page import describe_schema, render_api
from tracker.settings import Settings


def test_every_address_parameter_and_field_is_on_the_page(configured: Callable[..., Settings]) -> None:
    parsed = html.fromstring(render_api(configured()))
    words = {code.text_content() for code in parsed.iter("code")}
    assert {"GET /api/papers", "GET /api/papers/{arxiv_id}", "category", "code_licence", "paper_licence"} <= words
    assert not list(parsed.iter("script"))
    assert parsed.xpath("//a/@href[contains(., 'openapi.json')]") == ["../api/openapi.json"]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"$ref": "#/components/schemas/Paper"}, "Paper"),
        ({"type": ["string", "null"], "enum": ["a", None]}, "one of a, null"),
        ({"type": "array", "items": {"type": "string"}}, "list of string"),
        ({"type": "integer", "minimum": 1, "maximum": 9}, "integer, 1 to 9"),
        ({"type": "string", "examples": ["cs.CL"]}, "string, like cs.CL"),
        ({"type": ["string", "null"]}, "string or null"),
    ],
)
def test_a_schema_is_described_in_a_few_words(schema: dict[str, object], words: str) -> None:
    assert describe_schema(schema) == words
