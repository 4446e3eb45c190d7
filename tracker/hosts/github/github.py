"""GitHub: repositories, owners and gists. Repositories are checked, and only through GitHub's API.

With a token `graphql_check` checks many at once; without one `rest_check` checks them one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from tracker.domain.artifacts import Check, Reference
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Outcome
from tracker.hosts.base import Host, split_url
from tracker.hosts.github import graphql_check, rest_check

UPSTREAM = "github_api"

# First path segments that are pages of GitHub itself and are never names of accounts.
_OWN_PAGES = """
    about account advisories apps assets blog business careers codespaces collections contact copilot
    customer-stories dashboard discussions enterprise events explore features fluidicon.png gist git-guides
    github-copilot home issues join login logout maintenance marketplace mobile new newsroom nonprofit
    notifications open-source organizations orgs partners password_reset payments plans premium-support
    pricing pulls readme resources robots.txt search security sessions settings showcases signup site
    site-map solutions sponsors stars status subscriptions support team terms topics tos trending
    user-attachments users watching why-github workspaces
"""
RESERVED = frozenset(_OWN_PAGES.split())
_NAMES_AN_OWNER = frozenset({"orgs", "organizations", "users"})
_PAGES = frozenset({"github.com", "m.github.com", "github.dev", "ssh.github.com"})
# Hosts that serve a repository's files below /OWNER/NAME/.
_FILES = frozenset({"raw.githubusercontent.com", "raw.github.com", "codeload.github.com"})
# Hosts that serve them below one further folder, by the name of that folder.
_BELOW = {"api.github.com": "repos", "media.githubusercontent.com": "media"}
_GISTS = frozenset({"gist.github.com", "gist.githubusercontent.com"})
_GIST_PAGES = frozenset({"discover", "forked", "join", "login", "mine", "search", "starred"})
_GIST_ID = re.compile(r"[0-9a-f]{5,64}|[0-9]+", re.IGNORECASE | re.ASCII)

# What GitHub accepts today, and what older accounts still have (a trailing or double hyphen; the underscore of
# enterprise-managed users).
_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
_MOST_OWNER = 39
_MOST_NAME = 100
# Tabs of a profile, which come below /OWNER/ like repositories.
_PROFILE_TABS = frozenset({"followers", "following"})


def match(url: str) -> Reference | None:
    """The repository, owner or gist that `url` names, deep links included; None for any other page."""
    parts = split_url(url)
    if parts is None:
        return None
    host, segments = parts.host, parts.segments
    if host in _GISTS:
        return _gist(segments)
    if host in _PAGES:
        return _page(segments)
    if host in _FILES:
        return _repository(segments)
    if host in _BELOW and segments[:1] == (_BELOW[host],):
        return _repository(segments[1:])
    return None


def repository_reference(name_with_owner: str) -> Reference:
    """The reference of `OWNER/NAME` as GitHub itself writes it."""
    return Reference(f"github:{name_with_owner}", "github", "repository", f"https://github.com/{name_with_owner}")


def _page(segments: tuple[str, ...]) -> Reference | None:
    if not segments:
        return None
    first = segments[0].lower()
    if first in _NAMES_AN_OWNER:
        return _owner(segments[1]) if len(segments) > 1 else None
    if first in RESERVED:
        return None
    if len(segments) == 1 or segments[1].lower() in _PROFILE_TABS:
        return _owner(segments[0])
    return _repository(segments) or _owner(segments[0])


def _owner(name: str) -> Reference | None:
    if not _OWNER.fullmatch(name) or name.lower() in RESERVED:
        return None
    return Reference(f"github-org:{name}", "github", "organisation", f"https://github.com/{name}")


def _repository(segments: tuple[str, ...]) -> Reference | None:
    if len(segments) < 2 or not _OWNER.fullmatch(segments[0]) or segments[0].lower() in RESERVED:
        return None
    prefix = _NAME.match(segments[1])
    name = prefix.group() if prefix else ""
    # Only the suffix, and once: stripping its letters would damage every eighth real name.
    if name.lower().endswith(".git"):
        name = name[:-4]
    if name.strip(".") == "":
        return None
    return repository_reference(f"{segments[0]}/{name}")


def _gist(segments: tuple[str, ...]) -> Reference | None:
    if not segments or segments[0].lower() in _GIST_PAGES:
        return None
    if len(segments) > 1 and _OWNER.fullmatch(segments[0]):
        number = segments[1].removesuffix(".git")
        if _GIST_ID.fullmatch(number):
            path = f"{segments[0]}/{number}"
            return Reference(f"gist:{path}", "github", "gist", f"https://gist.github.com/{path}")
    number = segments[0].removesuffix(".git")
    if len(number) >= 20 and _GIST_ID.fullmatch(number):
        return Reference(f"gist:{number}", "github", "gist", f"https://gist.github.com/{number}")
    return _owner(segments[0])


def check(target: Reference, fetch: Fetch) -> Check:
    """Check one reference. Raises UpstreamStopped when GitHub may not be asked now."""
    return next(check for _, check in check_all([target], fetch))


def check_all(
    references: Sequence[Reference], fetch: Fetch, known: Mapping[str, str] | None = None, batch: int = 100
) -> Iterator[tuple[Reference, Check]]:
    """Check many references, in any order; yields (reference, check) pairs.

    With a token one request holds up to `batch` (1 to 100) questions; without one they are checked one by one.
    `known` maps a folded reference to the commit at which the repository was last read whole: with a token, a
    repository that still shows it costs only the question for its facts. Without a token the commit is not known and
    everything is read again. Raises UpstreamStopped as soon as GitHub may not be asked; what was not yielded until
    then is still due.
    """
    due: list[Reference] = []
    for target in references:
        check = _check_name(target)
        if check is None:
            due.append(target)
        else:
            yield target, check
    if fetch.has_token(UPSTREAM):
        yield from graphql_check.check_all(due, fetch, batch, known)
    else:
        for target in due:
            yield target, rest_check.check(target, fetch)


def _check_name(target: Reference) -> Check | None:
    """The check that follows from the reference alone; None where GitHub must be asked."""
    scheme, _, path = target.key.partition(":")
    if scheme != "github":
        return Check(outcome=Outcome.UNKNOWN, reason="owners and gists are not checked")
    owner, _, name = path.partition("/")
    valid = (
        _OWNER.fullmatch(owner)
        and _NAME.fullmatch(name)
        and len(owner) <= _MOST_OWNER
        and len(name) <= _MOST_NAME
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
