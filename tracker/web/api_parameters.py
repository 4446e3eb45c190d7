"""The parameters of the JSON API, checked against the schemas of `config/openapi.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from tracker.config_files import config_dir, load_category_names

LONGEST_QUERY = 5_000
"""Bytes of a query: 150 ids of the longest kind, from before April 2007, are 4,400."""


class ApiProblem(Exception):
    """A request that is answered with a problem document (RFC 9457). `parameter` names the one that is wrong."""

    def __init__(
        self, status: int, detail: str, parameter: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.parameter, self.headers = status, detail, parameter, headers or {}


@cache
def description() -> dict[str, Any]:
    """The OpenAPI 3.1 description, as `config/openapi.json` has it."""
    document: dict[str, Any] = json.loads((config_dir() / "openapi.json").read_text(encoding="utf-8"))
    return document


@cache
def _schemas(path: str) -> dict[str, dict[str, Any]]:
    parameters = description()["paths"][path]["get"].get("parameters", ())
    return {parameter["name"]: parameter["schema"] for parameter in parameters if parameter["in"] == "query"}


@cache
def pattern(text: str) -> re.Pattern[str]:
    """A schema's pattern, to be matched against the whole of a value."""
    return re.compile(text.removeprefix("^").removesuffix("$"))


def check_parameters(query_string: bytes, path: str) -> dict[str, str]:
    """The parameters of a request to this path of the description, each checked against its schema.

    Raises ApiProblem (400) that says what is wrong.
    """
    if len(query_string) > LONGEST_QUERY:
        raise ApiProblem(400, f"The query is longer than {LONGEST_QUERY:,} characters.")
    schemas = _schemas(path)
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=len(schemas) + 20
        )
    except ValueError:
        raise ApiProblem(400, "The query is not a list of name=value in UTF-8.") from None
    parameters: dict[str, str] = {}
    for name, given in pairs:
        shown = name[:40]
        if name not in schemas:
            known = ", ".join(schemas) or "none"
            raise ApiProblem(400, f"There is no parameter {shown!r}; known here: {known}.", shown)
        if name in parameters:
            raise ApiProblem(400, f"The parameter {name} is given twice.", name)
        if "\x00" in given:  # PostgreSQL takes no such text
            raise ApiProblem(400, f"The parameter {name} has the character NUL.", name)
        value = _fold(name, given, schemas[name])
        if name == "category" and value.casefold() not in _categories() and not _fault(value, schemas[name]):
            raise ApiProblem(400, f"{value} is not a category of arXiv.", name)
        if fault := _fault(value, schemas[name]):
            raise ApiProblem(400, f"The parameter {name} {fault}.", name)
        parameters[name] = value
    if "role" in parameters and "artifact" not in parameters:
        raise ApiProblem(400, "The parameter role needs artifact: it is what that is to a paper.", "role")
    if "code_licence" in parameters:
        # Both names mean the same for one version of the views.
        parameters["licence"] = parameters.pop("code_licence")
    return parameters


def _fold(name: str, value: str, schema: Mapping[str, Any]) -> str:
    """A value as it is written: terms and categories fold case."""
    if "enum" in schema:
        return next((term for term in schema["enum"] if term == value.casefold()), value)
    if name == "category":
        return _categories().get(value.casefold(), value)
    return value


@cache
def _categories() -> dict[str, str]:
    return {code.casefold(): code for code in load_category_names()}


def _fault(value: str, schema: Mapping[str, Any]) -> str:
    """What is wrong with a value by its schema; empty where nothing is."""
    if schema["type"] == "integer":
        low, high = schema["minimum"], schema["maximum"]
        fits = re.fullmatch(r"[0-9]{1,9}", value) is not None and low <= int(value) <= high
        return "" if fits else f"is a whole number from {low} to {high}"
    if "enum" in schema:
        return "" if value in schema["enum"] else f"is one of {', '.join(schema['enum'])}"
    if "pattern" in schema:
        return (
            "" if pattern(schema["pattern"]).fullmatch(value) else f"is not written like {schema['examples'][0]}"
        )
    fits = schema["minLength"] <= len(value) <= schema["maxLength"]
    return "" if fits else f"has {schema['minLength']} to {schema['maxLength']} characters"
