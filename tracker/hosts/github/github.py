"""GitHub: repositories, owners and gists. Repositories are checked, and only through GitHub's API.

With a token `graphql_check` checks many at once; without one `rest_check` checks them one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tracker.domain.artifacts import Check, Reference
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Outcome
from tracker.hosts.base import Host
from tracker.hosts.github import graphql_check, rest_check
from tracker.hosts.github.names import MOST_NAME, MOST_OWNER, NAME, OWNER, RESERVED, match, repository_reference

__all__ = ["HOST", "RESERVED", "check", "check_all", "match", "repository_reference"]

UPSTREAM = "github_api"


def check(target: Reference, fetch: Fetch) -> Check:
    """Check one reference. Raises UpstreamStopped when GitHub may not be asked now."""
    return next(check for _, check in check_all([target], fetch))


def check_all(
    references: Sequence[Reference],
    fetch: Fetch,
    known: Mapping[str, str] | None = None,
    published: Mapping[str, str] | None = None,
    batch: int = 100,
) -> Iterator[tuple[Reference, Check]]:
    """Check many references, in any order; yields (reference, check) pairs.

    With a token one request holds up to `batch` (1 to 100) questions; without one they are checked one by one.
    `known` maps the target of a reference to the commit at which the repository was last read whole: with a token, a
    repository that still shows it costs only the question for its facts. Without a token the commit is not known and
    everything is read again. `published` maps it to the commit at which
    it was published: whether that is still in the history is asked beside the files of a repository that has changed.
    Raises UpstreamStopped as soon as GitHub may not be asked; what was not yielded until
    then is still due.
    """
    due: list[Reference] = []
    for target in references:
        check = _check_name(target)
        if check is None:
            due.append(target)
        else:
            yield target, check
    done: set[str] = set()
    if fetch.has_token(UPSTREAM):
        for target, check in graphql_check.check_all(due, fetch, batch, known, published):
            if not fetch.has_token(UPSTREAM):
                break  # it was refused just now, so that this says nothing
            done.add(target.target)
            yield target, check
    for target in due:
        if target.target not in done:
            yield target, rest_check.check(target, fetch)


def _check_name(target: Reference) -> Check | None:
    """The check that follows from the reference alone; None where GitHub must be asked."""
    scheme, _, path = target.key.partition(":")
    if scheme != "github":
        return Check(outcome=Outcome.UNKNOWN, reason="owners and gists are not checked")
    owner, _, name = path.partition("/")
    valid = (
        OWNER.fullmatch(owner)
        and NAME.fullmatch(name)
        and len(owner) <= MOST_OWNER
        and len(name) <= MOST_NAME
        and name.strip(".")
    )
    return None if valid else Check(outcome=Outcome.ABSENT, reason="not a name that GitHub allows")


HOST = Host(
    name="github",
    match=match,
    examples=(
        ("https://github.com/owner/name", "github:owner/name"),
        ("github.com/Owner/Name.git", "github:Owner/Name"),
        ("http://www.github.com/owner/widget/", "github:owner/widget"),
        ("https://github.com/owner/name/tree/main/src/x", "github:owner/name"),
        ("https://github.com/owner/name/blob/main/README.md#use", "github:owner/name"),
        ("https://github.com/owner/name/issues/3", "github:owner/name"),
        ("https://github.com/owner/name/pull/12/files", "github:owner/name"),
        ("https://github.com/owner/name.github.io", "github:owner/name.github.io"),
        ("https://raw.githubusercontent.com/owner/name/main/a.py", "github:owner/name"),
        ("https://codeload.github.com/owner/name/zip/refs/heads/main", "github:owner/name"),
        ("https://api.github.com/repos/owner/name/contents", "github:owner/name"),
        ("https://github.com/owner", "github-org:owner"),
        ("https://github.com/owner?tab=repositories", "github-org:owner"),
        ("https://github.com/orgs/owner/repositories", "github-org:owner"),
        ("https://gist.github.com/owner/0123456789abcdef0123", "gist:owner/0123456789abcdef0123"),
        (
            "https://gist.githubusercontent.com/owner/0123456789abcdef0123/raw/x.py",
            "gist:owner/0123456789abcdef0123",
        ),
    ),
    counterexamples=(
        "https://github.com",
        "https://github.com/features/copilot",
        "https://github.com/topics/deep-learning",
        "https://github.com/settings/profile",
        "https://github.com/sponsors/owner",
        "https://github.com/orgs",
        "https://docs.github.com/en/rest",
        "https://owner.github.io/name",
        "https://github.com.example.org/owner/name",
        "https://gist.github.com/discover",
    ),
    check=check,
    check_all=check_all,
    checked_kinds=("repository",),
)
