"""The page of the JSON API, made from its description `config/openapi.json`: no script, no content of other sites."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tracker.config_files import config_dir
from tracker.publish.page import render_page
from tracker.settings import Settings


def render_api(settings: Settings) -> bytes:
    """The addresses of the API with their parameters and responses, and the fields of what they give."""
    document: Mapping[str, Any] = json.loads((config_dir() / "openapi.json").read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    objects = {name: schema for name, schema in schemas.items() if "properties" in schema}
    return render_page(
        "api/docs.html",
        settings,
        document=document,
        objects=objects,
        describe=describe_schema,
        template="api.html.j2",
    )


def describe_schema(schema: Mapping[str, Any]) -> str:
    """The type of a value and what it may be, in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    kind = schema.get("type", "any")
    kinds = " or ".join(kind) if isinstance(kind, list) else str(kind)
    if "enum" in schema:
        return "one of " + ", ".join("null" if value is None else str(value) for value in schema["enum"])
    if kinds == "array" and "items" in schema:
        return f"list of {describe_schema(schema['items'])}"
    if "minimum" in schema and "maximum" in schema:
        return f"{kinds}, {schema['minimum']} to {schema['maximum']}"
    return f"{kinds}, like {schema['examples'][0]}" if schema.get("examples") else kinds
