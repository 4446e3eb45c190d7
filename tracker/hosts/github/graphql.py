"""Many questions to GitHub's GraphQL API, in as few requests as it answers.

Each question has its own alias (`r0: repository(owner:, name:)`), so that a missing or broken repository does not
harm the other answers of the request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.protocols import Fetch
from tracker.hosts import json_fields

UPSTREAM = "github_api"
PATH = "/graphql"
GROWS_AFTER = 3
"""Good answers in a row after which a halved batch is doubled again."""
MOST_LONE_FAILURES = 3
"""So many single questions that fail in a row mean that GitHub itself fails."""
_LASTING = frozenset({"NOT_FOUND", "FORBIDDEN"})


def quote_string(value: str) -> str:
    """`value` as a GraphQL string; its escapes are those of JSON (spec.graphql.org, October 2021, 2.9.4)."""
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Question:
    """A question for one repository; `selection` lists its fields in GraphQL."""

    owner: str
    name: str
    selection: str

    def text(self, alias: str) -> str:
        """The field of the query that asks this question."""
        return f"{alias}: repository(owner:{quote_string(self.owner)}, name:{quote_string(self.name)}){{{self.selection}}}"


@dataclass(frozen=True, slots=True)
class GraphqlAnswer:
    """GitHub's answer to one question: a node, or errors as (type, message), or `failure` where the request failed."""

    node: Mapping[str, Any] | None = None
    errors: tuple[tuple[str, str], ...] = ()
    failure: str = ""

    @property
    def reason(self) -> str:
        """Why there is no node, in GitHub's own words where there are any."""
        return self.failure or "; ".join(message for _, message in self.errors) or "GitHub gave no response for it"

    @property
    def is_temporary(self) -> bool:
        """Whether asking again may help: an error that is neither a refusal nor an absence."""
        return self.node is None and any(kind not in _LASTING for kind, _ in self.errors)


class GraphqlClient:
    """Asks questions in as few requests as GitHub answers; `most` (1 to 100) bounds the questions of one request."""

    def __init__(self, fetch: Fetch, most: int) -> None:
        self._fetch = fetch
        self._most = max(1, min(most, 100))
        self._size = self._most
        self._failures = 0
        self._good = 0

    @property
    def size(self) -> int:
        """How many questions the next request may hold."""
        return self._size

    def ask(self, questions: Sequence[Question]) -> list[GraphqlAnswer]:
        """One answer per question, in order. A question with a temporary error is asked once more.

        Raises UpstreamStopped.
        """
        answers = self._ask(questions)
        again = [place for place, answer in enumerate(answers) if answer.is_temporary]
        if self._failures < MOST_LONE_FAILURES:
            for place, answer in zip(again, self._ask([questions[place] for place in again]), strict=True):
                answers[place] = answer
        return answers

    def _ask(self, questions: Sequence[Question]) -> list[GraphqlAnswer]:
        """The answers in order. The batch is halved whenever a whole request fails, and grows again afterwards."""
        answers: list[GraphqlAnswer] = []
        while len(answers) < len(questions):
            batch = questions[len(answers) : len(answers) + self._size]
            result = self._request(batch)
            if not isinstance(result, str):
                self._failures = 0
                self._good += 1
                if self._good % GROWS_AFTER == 0:
                    self._size = min(self._most, self._size * 2)
                answers += result
                continue
            self._good = 0
            if len(batch) > 1:
                self._size = len(batch) // 2
                continue
            self._failures += 1
            lost = len(questions) - len(answers) if self._failures >= MOST_LONE_FAILURES else 1
            answers += [GraphqlAnswer(failure=result)] * lost
        return answers

    def _request(self, batch: Sequence[Question]) -> list[GraphqlAnswer] | str:
        """The answers to one request, or the reason why there are none."""
        parts = [question.text(f"r{number}") for number, question in enumerate(batch)]
        query = f"query{{{' '.join(parts)} rateLimit{{cost remaining resetAt}}}}"
        try:
            response = self._fetch.post(UPSTREAM, PATH, json={"query": query})
        except UpstreamStopped:
            raise
        except UpstreamError as error:
            return error.reason
        body = json_fields.as_mapping(json_fields.parse_body(response))
        data = body.get("data")
        errors, general = _errors(body)
        if response.status != 200 or not isinstance(data, dict):
            message = general or json_fields.as_line(body.get("message"))
            return f"GitHub answered {response.status}" + (f": {message}" if message else "")
        answers = []
        for number in range(len(batch)):
            node, own = data.get(f"r{number}"), tuple(errors.get(f"r{number}", ()))
            failure = "" if own or node is not None else general
            answers.append(GraphqlAnswer(node if isinstance(node, dict) else None, own, failure))
        if all(answer.node is None and not answer.errors for answer in answers):
            return general or "GitHub answered without data"
        return answers


def _errors(body: Mapping[str, Any]) -> tuple[dict[str, list[tuple[str, str]]], str]:
    """The errors as (type, message) by alias, and the first message that names no alias."""
    by_alias: dict[str, list[tuple[str, str]]] = {}
    general = ""
    for error in map(json_fields.as_mapping, json_fields.as_list(body.get("errors"))):
        path = json_fields.as_list(error.get("path"))
        message = json_fields.as_line(error.get("message")) or "an error without a message"
        if path and isinstance(path[0], str):
            by_alias.setdefault(path[0], []).append((str(error.get("type") or ""), message))
        else:
            general = general or message
    return by_alias, general
