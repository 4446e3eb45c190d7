"""Checks of many GitHub repositories at once, for installations with a token.

One GraphQL request holds up to a hundred questions. Each repository needs several rounds of questions (facts, file
lists, texts); every request is filled with the next questions of all repositories that are being read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from tracker.domain.artifacts import Check, LicenceFile, Reference
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Content, Fact, Outcome
from tracker.hosts import json_fields
from tracker.hosts.github import graphql
from tracker.hosts.github.questions import (
    RepositoryReading,
    Step,
    Subject,
    claimed_licence,
    is_empty,
    newest_commit,
    next_steps,
    valid_full_name,
)
from tracker.hosts.inspect.content import classify_repository, has_programming_language, is_stub
from tracker.hosts.inspect.package_metadata import read_package_licence
from tracker.hosts.inspect.readme import extract_licence_section, find_named_papers

MOST_TEXT = 100_000
"""Characters of a text that are kept."""


def check_all(
    references: Sequence[Reference], fetch: Fetch, batch: int, known: Mapping[str, str] | None = None
) -> Iterator[tuple[Reference, Check]]:
    """Check repositories with at most `batch` (1 to 100) questions a request; each reference is `github:owner/name`.

    `known` maps a folded reference to the commit at which the repository was last read whole: where it still shows
    that commit, only its facts are asked and the check is `unchanged`. Yields each repository as soon as it is read;
    what was begun is finished before more is begun. Raises UpstreamStopped as soon as GitHub may not be asked; what
    was not yielded until then was not checked.
    """
    client = graphql.GraphqlClient(fetch, batch)
    fresh = (RepositoryReading(link, (known or {}).get(link.folded)) for link in references)
    waiting: deque[Step] = deque()
    while True:
        steps = [waiting.popleft() for _ in range(min(client.size, len(waiting)))]
        steps += [step for reading in islice(fresh, client.size - len(steps)) for step in next_steps(reading)]
        if not steps:
            return
        answers = client.ask([step.question() for step in steps])
        for step, answer in zip(steps, answers, strict=True):
            step.repository.waiting -= 1
            _take(step, answer)
        for repository in {id(step.repository): step.repository for step in steps}.values():
            if repository.waiting:
                continue
            waiting.extend(next_steps(repository))
            if not repository.waiting:
                yield repository.reference, repository.answer or _check(repository)


def _take(step: Step, answer: graphql.GraphqlAnswer) -> None:
    """Put the answer to one question into the reading that asked it."""
    repository = step.repository
    if step.what is Subject.FACTS:
        _take_facts(repository, answer)
        return
    if answer.node is None or answer.errors:
        what = step.path or "the list of its files"
        repository.failure = repository.failure or f"{what} could not be read: {answer.reason}"
        return
    node = json_fields.as_mapping(answer.node.get("object"))
    if step.what is Subject.FOLDER:
        if not step.path and not isinstance(node.get("entries"), list):
            repository.failure = "GitHub gave no list of its files"
        repository.add(step.path, node)
        return
    text = node.get("text")
    if isinstance(text, str):
        _keep(repository, step, (json_fields.as_text(text) or "")[:MOST_TEXT])


def _keep(repository: RepositoryReading, step: Step, text: str) -> None:
    if step.what is Subject.LICENCE:
        repository.licences += [LicenceFile(step.path, text)] if text else []
    elif step.what is Subject.README:
        repository.readme = text
    elif step.what is Subject.CITATION:
        repository.citation = text
    elif step.what is Subject.SCRIPT:
        repository.stub = step.path if is_stub(text) else None
    elif name := read_package_licence(step.path, text):
        repository.statements.append(LicenceFile(step.path, f"SPDX-License-Identifier: {name}"))


def _take_facts(repository: RepositoryReading, answer: graphql.GraphqlAnswer) -> None:
    """Take the facts: they finish the check, or say what to read next."""
    node = answer.node
    if node is None:
        repository.answer = _check_absence(answer)
        return
    repository.node = node
    name = valid_full_name(node.get("nameWithOwner"))
    if node.get("isDisabled") is True:
        repository.answer = Check(outcome=Outcome.BLOCKED, reason="disabled by GitHub")
    elif answer.errors or name is None:
        repository.answer = Check(outcome=Outcome.UNKNOWN, reason=f"GitHub answered only in part: {answer.reason}")
    else:
        repository.name = name
        _begin(repository)


def _begin(repository: RepositoryReading) -> None:
    if repository.known is not None:
        if newest_commit(repository.node) == repository.known:
            repository.answer = replace(_facts(repository), unchanged=True)
        return
    tree = json_fields.as_mapping(repository.node.get("object"))
    if not is_empty(repository) and not isinstance(tree.get("entries"), list):
        repository.answer = Check(outcome=Outcome.UNKNOWN, reason="GitHub gave no list of its files")
    elif not is_empty(repository):
        repository.add("", tree)


def _check_absence(answer: graphql.GraphqlAnswer) -> Check:
    kinds = {kind for kind, _ in answer.errors}
    message = answer.reason
    if "access blocked" in message.lower() or "dmca" in message.lower():
        return Check(outcome=Outcome.BLOCKED, reason=message)
    unresolved = answer.errors and all(
        message.startswith("Could not resolve to a Repository") for _, message in answer.errors
    )
    if kinds == {"NOT_FOUND"} or unresolved:
        return Check(outcome=Outcome.ABSENT, reason="not found on GitHub: never there, deleted, or private")
    return Check(outcome=Outcome.UNKNOWN, reason=message)


def _facts(repository: RepositoryReading) -> Check:
    """The check of a present repository as far as its facts go, without content and licence texts."""
    node, number = repository.node, repository.node.get("databaseId")
    return Check(
        outcome=Outcome.PRESENT,
        reference=Reference(
            f"github:{repository.name}", "github", "repository", f"https://github.com/{repository.name}"
        ),
        host_id=str(number) if isinstance(number, int) else None,
        licence_claimed=claimed_licence(node),
        licence_checked=True,
        archived=json_fields.as_bool(node.get("isArchived")),
        fork=json_fields.as_bool(node.get("isFork")),
        created_at=json_fields.as_time(node.get("createdAt")),
        pushed_at=json_fields.as_time(node.get("pushedAt")),
        commit=newest_commit(node),
        languages=_languages(node),
    )


def _check(repository: RepositoryReading) -> Check:
    if repository.failure:
        return Check(outcome=Outcome.UNKNOWN, reason=repository.failure)
    base = _facts(repository)
    holds: tuple[Fact, ...]
    paths = [path for path in repository.paths if path != repository.stub]
    content, holds = classify_repository(paths, repository.readme, complete=repository.complete)
    reason = ""
    if content is Content.UNKNOWN:
        if has_programming_language(base.languages):
            content, holds = Content.CODE, (Fact.CODE, *holds)
        else:
            reason = "only part of its files was listed, and no code among them"
    readme, citation = repository.readme, repository.citation
    section = extract_licence_section(readme or "")
    from_readme = [LicenceFile("README.md", section)] if section else []
    return replace(
        base,
        reason=reason,
        content=content,
        holds=holds,
        licence_files=tuple(repository.licences),
        licence_statements=(*from_readme, *repository.statements),
        papers_named=None
        if readme is None and citation is None
        else find_named_papers(readme or "", citation or ""),
    )


def _languages(node: Mapping[str, Any]) -> tuple[str, ...]:
    nodes = json_fields.as_list(json_fields.as_mapping(node.get("languages")).get("nodes"))
    names: Iterable[object] = [
        json_fields.as_mapping(node.get("primaryLanguage")).get("name"),
        *(json_fields.as_mapping(language).get("name") for language in nodes),
    ]
    return tuple(dict.fromkeys(text for name in names if (text := json_fields.as_text(name))))
