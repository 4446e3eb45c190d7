"""A parser of GraphQL queries: operations, aliases, arguments, variables, fragments and their conditions.

Source: spec.graphql.org, October 2021, sections 2 (the language) and 3.13 (`@skip`, `@include`). Mutations,
subscriptions and types are not read.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

DEEPEST = 40
MOST_TOKENS = 200_000

_TOKEN = re.compile(
    r'(?P<block>"""(?:[^"\\]|\\.|"(?!""))*""")|(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<name>[_A-Za-z][_0-9A-Za-z]*)'
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<punctuation>\.\.\.|[!$&()\[\]{}:=@|])"
    r"|(?P<ignored>[\s,﻿]+|#[^\n]*)",
    re.DOTALL,
)


class GraphQLFault(ValueError):
    """The query cannot be parsed; the text says why, `line` and `column` say where (from 1)."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Field:
    """One field with the selections below it. `fields` is None for a leaf."""

    key: str
    """Alias, or the name."""
    name: str
    arguments: Mapping[str, Any]
    fields: tuple[FieldSelection, ...] | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class FieldSelection:
    """A field that counts only for objects of type `on` (None: of any type)."""

    on: str | None
    field: Field


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    place: int


def parse_document(
    source: str, variables: Mapping[str, Any], operation: str | None = None
) -> tuple[FieldSelection, ...]:
    """The selections of the operation, with fragments opened and variables filled in; raises GraphQLFault."""
    reader = _TokenReader(source, variables)
    chosen = reader.document(operation)
    if chosen is None:
        raise GraphQLFault("A query attribute must be specified and must be a string.")
    reader.place = chosen
    return tuple(reader.selections(0))


class _TokenReader:
    def __init__(self, source: str, variables: Mapping[str, Any]) -> None:
        self.variables = dict(variables)
        self.tokens = _tokens(source)
        self.place = 0
        self.fragments: dict[str, tuple[str, int]] = {}
        self.opened = 0
        self.line_ends = [-1, *(found.start() for found in re.finditer("\n", source))]

    def where(self, place: int) -> tuple[int, int]:
        """Line and column, both from 1."""
        line = bisect_left(self.line_ends, place)
        return line, place - self.line_ends[line - 1]

    def fault(self, message: str, token: _Token | None = None) -> GraphQLFault:
        return GraphQLFault(message, *self.where((token or self.tokens[self.place]).place))

    def next(self) -> _Token:
        token = self.tokens[self.place]
        if token.kind == "end":
            raise self.fault("Unexpected end of document")
        self.place += 1
        return token

    def at(self, text: str) -> bool:
        return self.tokens[self.place].kind in ("name", "punctuation") and self.tokens[self.place].text == text

    def take(self, text: str) -> bool:
        if not self.at(text):
            return False
        self.place += 1
        return True

    def want(self, text: str) -> None:
        if not self.take(text):
            raise self.fault(f"Expected {text}, actual: {self.tokens[self.place].text or 'end of document'}")

    def name(self) -> str:
        token = self.next()
        if token.kind != "name":
            raise self.fault(f"Expected a name, actual: {token.text}", token)
        return token.text

    def document(self, operation: str | None) -> int | None:
        """Parse all definitions; returns the position where the selections of the chosen operation begin."""
        chosen: int | None = None
        while self.tokens[self.place].kind != "end":
            if self.take("fragment"):
                name = self.name()
                self.want("on")
                self.fragments[name] = self.name(), self.place
                self.skip_directives()
            else:
                title = self.operation()
                if chosen is None if operation is None else title == operation:
                    chosen = self.place
            self.skip_block()
        return chosen

    def operation(self) -> str | None:
        if self.at("{"):
            return None
        if not self.take("query"):
            raise self.fault(f"Only queries are answered here, not {self.tokens[self.place].text}")
        title = None if self.at("{") or self.at("(") or self.at("@") else self.name()
        if self.take("("):
            while not self.take(")"):
                self.variable()
        self.skip_directives()
        return title

    def variable(self) -> None:
        self.want("$")
        name = self.name()
        self.want(":")
        required = self.type_is_required(0)
        if self.take("="):
            self.variables.setdefault(name, self.value(0))
        if self.variables.get(name) is None and required:
            raise self.fault(f"Variable ${name} of a required type was provided invalid value")
        self.variables.setdefault(name, None)

    def type_is_required(self, depth: int) -> bool:
        if depth > DEEPEST:
            raise self.fault("A type is too deep")
        if self.take("["):
            self.type_is_required(depth + 1)
            self.want("]")
        else:
            self.name()
        return self.take("!")

    def skip_directives(self) -> None:
        while self.take("@"):
            self.name()
            if self.take("("):
                while not self.take(")"):
                    self.next()

    def skip_block(self) -> None:
        if not self.at("{"):
            raise self.fault("Expected a selection")
        depth = 0
        while True:
            token = self.next()
            if token.kind == "punctuation":
                depth += (token.text == "{") - (token.text == "}")
            if not depth:
                return

    def selections(self, depth: int, on: str | None = None) -> Iterator[FieldSelection]:
        """Everything between braces, fragments opened in place."""
        self.opened += 1
        if depth > DEEPEST or self.opened > MOST_TOKENS:
            raise self.fault("Query is too deep or too large")
        if not self.at("{"):
            self.skip_directives()
        self.want("{")
        if self.at("}"):
            raise self.fault("Expected a selection")
        while not self.take("}"):
            if self.take("..."):
                yield from self.fragment(depth, on)
            else:
                found, shown = self.field(depth)
                if shown:
                    yield FieldSelection(on, found)

    def fragment(self, depth: int, outer: str | None) -> Iterator[FieldSelection]:
        if not (self.at("on") or self.at("{") or self.at("@")):
            name = self.name()
            shown = self.condition()
            if name not in self.fragments:
                raise self.fault(f"Fragment {name} was used, but not defined")
            on, place = self.fragments[name]
            back, self.place = self.place, place
            inner = list(self.selections(depth + 1, on))
            self.place = back
        else:
            on = self.name() if self.take("on") else outer or ""
            shown = self.condition()
            inner = list(self.selections(depth + 1, on or None))
        if shown:
            yield from inner

    def field(self, depth: int) -> tuple[Field, bool]:
        token = self.tokens[self.place]
        key = name = self.name()
        if self.take(":"):
            name = self.name()
        arguments: dict[str, Any] = {}
        if self.take("("):
            while not self.take(")"):
                argument = self.name()
                self.want(":")
                arguments[argument] = self.value(0)
        shown = self.condition()
        fields = tuple(self.selections(depth + 1)) if self.at("{") else None
        return Field(key, name, arguments, fields, *self.where(token.place)), shown

    def condition(self) -> bool:
        """Directives: whether `@skip` and `@include` keep the selection."""
        shown = True
        while self.take("@"):
            name = self.name()
            given: dict[str, Any] = {}
            if self.take("("):
                while not self.take(")"):
                    argument = self.name()
                    self.want(":")
                    given[argument] = self.value(0)
            if name not in ("skip", "include"):
                raise self.fault(f"Directive @{name} is not defined")
            shown = shown and bool(given.get("if")) == (name == "include")
        return shown

    def value(self, depth: int) -> Any:
        if depth > DEEPEST:
            raise self.fault("A value is too deep")
        token = self.next()
        if token.kind in ("string", "block", "number"):
            return self.literal(token)
        if token.kind == "name":
            return {"true": True, "false": False, "null": None}.get(token.text, token.text)
        if token.text == "$":
            name = self.name()
            if name not in self.variables:
                raise self.fault(f"Variable ${name} is used but not declared", token)
            return self.variables[name]
        if token.text == "[":
            items = []
            while not self.take("]"):
                items.append(self.value(depth + 1))
            return items
        if token.text == "{":
            record = {}
            while not self.take("}"):
                key = self.name()
                self.want(":")
                record[key] = self.value(depth + 1)
            return record
        raise self.fault(f"Unexpected {token.text}", token)

    def literal(self, token: _Token) -> Any:
        try:
            if token.kind == "block":
                return token.text[3:-3].strip().replace('\\"""', '"""')
            return json.loads(token.text)
        except ValueError:
            raise self.fault(f"Bad value {token.text[:40]}", token) from None


def _tokens(source: str) -> list[_Token]:
    found: list[_Token] = []
    place = 0
    while place < len(source):
        token = _TOKEN.match(source, place)
        if token is None or len(found) > MOST_TOKENS:
            before = source[:place]
            line, column = before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1
            raise GraphQLFault(f"Parse error on {source[place : place + 1]!r}", line, column)
        if token.lastgroup != "ignored":
            found.append(_Token(token.lastgroup or "", token[0], place))
        place = token.end()
    return [*found, _Token("end", "", len(source))]
