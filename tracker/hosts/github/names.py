"""Which repository, owner or gist of GitHub a URL names, and which branch and folder of a repository; pure."""

from __future__ import annotations

import re
from urllib.parse import quote

from tracker.domain.artifacts import Reference
from tracker.hosts.base import split_url
from tracker.hosts.inspect.linked_place import place_of_link

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
_RAW = _FILES - {"codeload.github.com"}
# Hosts that serve them below one further folder, by the name of that folder.
_BELOW = {"api.github.com": "repos", "media.githubusercontent.com": "media"}
_GISTS = frozenset({"gist.github.com", "gist.githubusercontent.com"})
_GIST_PAGES = frozenset({"discover", "forked", "join", "login", "mine", "search", "starred"})
_GIST_ID = re.compile(r"[0-9a-f]{5,64}|[0-9]+", re.IGNORECASE | re.ASCII)

# What GitHub accepts today, and what older accounts still have (a trailing or double hyphen; the underscore of
# enterprise-managed users).
OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)
NAME = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
MOST_OWNER = 39
MOST_NAME = 100
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
        return _repository(segments, files=host in _RAW)
    if host in _BELOW and segments[:1] == (_BELOW[host],):
        return _repository(segments[1:])
    return None


def repository_reference(name_with_owner: str, path: str = "") -> Reference:
    """The reference of `OWNER/NAME` as GitHub itself writes it; `path` is the branch and folder that a link names."""
    url = f"https://github.com/{name_with_owner}"
    if path:
        url = f"{url}/tree/{quote(path)}"
    return Reference(f"github:{name_with_owner}", "github", "repository", url, path)


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
    if not OWNER.fullmatch(name) or name.lower() in RESERVED:
        return None
    return Reference(f"github-org:{name}", "github", "organisation", f"https://github.com/{name}")


def _repository(segments: tuple[str, ...], *, files: bool = False) -> Reference | None:
    if len(segments) < 2 or not OWNER.fullmatch(segments[0]) or segments[0].lower() in RESERVED:
        return None
    prefix = NAME.match(segments[1])
    name = prefix.group() if prefix else ""
    # Only the suffix, and once: stripping its letters would damage every eighth real name.
    if name.lower().endswith(".git"):
        name = name[:-4]
    if name.strip(".") == "":
        return None
    return repository_reference(f"{segments[0]}/{name}", _place(segments[2:], files=files))


def _place(rest: tuple[str, ...], *, files: bool) -> str:
    """The branch and folder named after the repository; `files` where the host serves files below the branch."""
    if files:
        return place_of_link(rest, is_file=True)
    if len(rest) < 2 or rest[0] not in ("tree", "blob", "raw"):
        return ""
    return place_of_link(rest[1:], is_file=rest[0] != "tree")


def _gist(segments: tuple[str, ...]) -> Reference | None:
    if not segments or segments[0].lower() in _GIST_PAGES:
        return None
    if len(segments) > 1 and OWNER.fullmatch(segments[0]):
        number = segments[1].removesuffix(".git")
        if _GIST_ID.fullmatch(number):
            path = f"{segments[0]}/{number}"
            return Reference(f"gist:{path}", "github", "gist", f"https://gist.github.com/{path}")
    number = segments[0].removesuffix(".git")
    if len(number) >= 20 and _GIST_ID.fullmatch(number):
        return Reference(f"gist:{number}", "github", "gist", f"https://gist.github.com/{number}")
    return _owner(segments[0])
