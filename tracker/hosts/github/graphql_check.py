"""Checks of many GitHub repositories at once, for installations with a token.

One GraphQL request holds up to a hundred questions. Each repository needs several rounds of questions (facts, file
lists, texts); every request is filled with the next questions of all repositories that are being read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from tracker.domain.artifacts import Check, LicenceFile, Reference
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Outcome
from tracker.hosts import json_fields
from tracker.hosts.github import graphql, questions
from tracker.hosts.github.names import repository_reference
from tracker.hosts.github.questions import Subject, all_languages, branch_names, newest_commit, valid_full_name
from tracker.hosts.github.reading import RepositoryReading, Step
from tracker.hosts.github.rounds import claim_that_counts, claimed_here, next_steps, own_licences
from tracker.hosts.inspect.code_files import is_stub
from tracker.hosts.inspect.package_metadata import read_package_licence

MOST_TEXT = 100_000
"""Characters of a text that are kept."""


def check_all(
    references: Sequence[Reference],
    fetch: Fetch,
    batch: int,
    known: Mapping[str, str] | None = None,
    published: Mapping[str, str] | None = None,
) -> Iterator[tuple[Reference, Check]]:
    """Check repositories with at most `batch` (1 to 100) questions a request; each reference is `github:owner/name`.

    `known` maps the target of a reference to the commit at which the repository was last read whole: where it still shows
    that commit, only its facts are asked and the check is `unchanged`. `published` maps it to the commit that a changed
    repository is compared with. Yields each repository as soon as it is read;
    what was begun is finished before more is begun. Raises UpstreamStopped as soon as GitHub may not be asked; what
    was not yielded until then was not checked.
    """
    client = graphql.GraphqlClient(fetch, batch)
    fresh = (
        RepositoryReading(link, (known or {}).get(link.target), (published or {}).get(link.target))
        for link in references
    )
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
    reading = step.repository
    if step.what is Subject.FACTS:
        _take_facts(reading, answer)
        return
    if step.what in (Subject.PARENT, Subject.COMPARED):
        _take_parent(reading, step, answer.node or {})
        return
    if step.compares and answer.node is not None:
        reading.rewritten = questions.is_rewritten(answer.node)
    # A commit that GitHub no longer has is an error of the comparison alone, and proves no rewriting.
    is_listed = step.compares and bool((answer.node or {}).get("object"))
    if answer.node is None or (answer.errors and not is_listed):
        what = step.path or "the list of its files"
        reading.failure = reading.failure or f"{what} could not be read: {answer.reason}"
        return
    if step.what is Subject.BRANCHES:
        reading.branches = branch_names(answer.node) or []
        return
    node = json_fields.as_mapping(answer.node.get("object"))
    match step.what:
        case Subject.ROOT | Subject.OUTER:
            reading.add_outer(step.path, node)
        case Subject.CANDIDATE:
            if isinstance(node.get("entries"), list):
                reading.candidates[step.ref] = node
        case Subject.FOLDER:
            reading.add(_inside(reading, step.path), node)
        case _:
            text = node.get("text")
            if isinstance(text, str):
                _keep(reading, step, (json_fields.as_text(text) or "")[:MOST_TEXT])


def _inside(reading: RepositoryReading, path: str) -> str:
    """A path from the top of the branch as one from the folder that is judged."""
    return path.removeprefix(f"{reading.folder}/") if reading.folder else path


def _keep(reading: RepositoryReading, step: Step, text: str) -> None:
    contents, path = reading.contents, _inside(reading, step.path)
    match step.what:
        case Subject.LICENCE:
            # A licence around the judged folder is named by its file alone, like one of the folder itself.
            name = path if path in contents.sizes else path.rpartition("/")[2]
            contents.licences += [LicenceFile(name, text)] if text else []
        case Subject.README:
            contents.readme = text
        case Subject.OUTER_README:
            contents.outer_readme = text
        case Subject.CITATION:
            contents.citation = text
        case Subject.SCRIPT:
            reading.scripts_read.add(path)
            if text and is_stub(text, path, promised=contents.promised):
                contents.hollow.add(path)
        case _:
            if licence := read_package_licence(path, text):
                contents.packages.append(LicenceFile(path, f"SPDX-License-Identifier: {licence}"))


def _take_parent(reading: RepositoryReading, step: Step, node: Mapping[str, Any]) -> None:
    """Whether a fork has commits of its own; where GitHub does not say, it is taken to have some, as it was pushed to."""
    if step.what is Subject.COMPARED:
        comparison = json_fields.as_mapping(json_fields.as_mapping(node.get("ref")).get("compare"))
        reading.unchanged_fork = comparison.get("status") in ("IDENTICAL", "BEHIND")
        return
    branch = node.get("defaultBranchRef")
    reading.parent_branch = json_fields.as_text(json_fields.as_mapping(branch).get("name")) or ""
    commit = newest_commit(reading.node.get("defaultBranchRef"))
    reading.unchanged_fork = commit is not None and newest_commit(branch) == commit


def _take_facts(reading: RepositoryReading, answer: graphql.GraphqlAnswer) -> None:
    """Take the facts: they finish the check, or say what to read next."""
    node = answer.node
    if node is None:
        reading.answer = _check_absence(answer)
        return
    reading.node = node
    name = valid_full_name(node.get("nameWithOwner"))
    if node.get("isDisabled") is True:
        reading.answer = Check(outcome=Outcome.BLOCKED, reason="disabled by GitHub")
    elif answer.errors or name is None:
        reading.answer = Check(outcome=Outcome.UNKNOWN, reason=f"GitHub answered only in part: {answer.reason}")
    else:
        reading.name = name
        if reading.known is None:
            reading.add_outer("", node.get("object"))
        elif _commit(reading) == reading.known:
            reading.answer = replace(_facts(reading), unchanged=True)


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


def _facts(reading: RepositoryReading) -> Check:
    """The check of a present repository as far as its facts go, without content and licence texts."""
    node, number = reading.node, reading.node.get("databaseId")
    return Check(
        outcome=Outcome.PRESENT,
        reference=repository_reference(reading.name, reading.reference.path),
        host_id=str(number) if isinstance(number, int) else None,
        licence_claimed=claimed_here(reading),
        licence_checked=True,
        archived=json_fields.as_bool(node.get("isArchived")),
        fork=json_fields.as_bool(node.get("isFork")),
        created_at=json_fields.as_time(node.get("createdAt")),
        pushed_at=json_fields.as_time(node.get("pushedAt")),
        commit=_commit(reading),
        languages=all_languages(node),
        rewritten=reading.rewritten,
    )


def _commit(reading: RepositoryReading) -> str | None:
    """The commit of the branch that the link names, None where that is not known."""
    node = reading.node
    return newest_commit(node.get("ref" if reading.reference.path else "defaultBranchRef"))


def _check(reading: RepositoryReading) -> Check:
    if reading.failure:
        return Check(outcome=Outcome.UNKNOWN, reason=reading.failure)
    contents = reading.contents
    contents.licences = own_licences(reading)
    check = contents.finish(
        replace(_facts(reading), licence_claimed=claim_that_counts(reading)), reading=reading.result
    )
    if reading.default is None or contents is reading.default:
        return check
    # Another branch than the default one was judged: it may change while the default branch stays.
    return replace(check, commit=None, reason=f"the default branch holds no code; the branch {reading.ref} does")
