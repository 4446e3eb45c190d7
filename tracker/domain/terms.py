"""The closed lists of terms of the field, as the tables, views and feeds spell them."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a linked artifact is to the paper that links it."""

    OWN = "own"
    OWN_PAGE = "own-page"
    MENTION = "mention"
    COMMUNITY = "community"


class Place(StrEnum):
    """Where in a paper, or in a text about it, a link is."""

    TITLE = "title"
    ABSTRACT = "abstract"
    COMMENT = "comment"
    TITLE_FOOTNOTE = "title-footnote"
    SECTION = "section"
    FOOTNOTE = "footnote"
    CAPTION = "caption"
    BIBLIOGRAPHY = "bibliography"
    PAGE = "page"
    HUB = "hub"


class Source(StrEnum):
    """Which text or list a scan read."""

    METADATA = "metadata"
    HUB_RECORD = "hub-record"
    HUB_LIST = "hub-list"
    WATCH = "watch"
    HTML = "html"
    TEX = "tex"
    PDF = "pdf"
    PAGE = "page"
    ACCOUNT_LIST = "account-list"
    """What GitHub lists under an account of the operator's watch list."""
    IMPORT = "import"
    """Another tracker's list, which names links and proves none of them."""


class Promise(StrEnum):
    """What the authors say of the release of their code, data or weights."""

    AVAILABLE = "available"
    PROMISED = "promised"
    NONE = "none"


class Outcome(StrEnum):
    """The outcome of one check of an artifact. `unknown` is never read as absent."""

    PRESENT = "present"
    ABSENT = "absent"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


class Content(StrEnum):
    """What a present artifact holds."""

    CODE = "code"
    DATA_ONLY = "data-only"
    README_ONLY = "readme-only"
    PLACEHOLDER = "placeholder"
    EMPTY = "empty"
    UNKNOWN = "unknown"


class LicenceClass(StrEnum):
    """What a licence allows. `none`: checked, and there is no licence; `unknown`: not read or not recognised."""

    OSI = "osi"
    OPEN_CONTENT = "open-content"
    RESTRICTED = "restricted"
    NONE = "none"
    UNKNOWN = "unknown"


class Fact(StrEnum):
    """The four things a paper can ship."""

    CODE = "code"
    WEIGHTS = "weights"
    DATA = "data"
    DEMO = "demo"


class Mark(StrEnum):
    """What readies code for others to use, after the completeness checklist of Papers with Code."""

    DEPENDENCIES = "dependencies"
    TRAINING = "training"
    EVALUATION = "evaluation"
    WEIGHTS = "weights"
    RESULTS = "results"
    TESTS = "tests"
    CONTAINER = "container"


class State(StrEnum):
    """State of one fact of one paper."""

    OPEN = "open"
    AVAILABLE = "available"
    GATED = "gated"
    PROMISED = "promised"
    GONE = "gone"
    NONE = "none"
    UNKNOWN = "unknown"


class Lifecycle(StrEnum):
    """State of one artifact for one paper."""

    PROMISED = "promised"
    LINKED = "linked"
    PLACEHOLDER = "placeholder"
    SHIPPED = "shipped"
    GONE = "gone"
    LAPSED = "lapsed"


class EventKind(StrEnum):
    """What changed."""

    FOUND = "found"
    PROMISED = "promised"
    LINKED = "linked"
    PLACEHOLDER = "placeholder"
    SHIPPED = "shipped"
    OPENED = "opened"
    CLOSED = "closed"
    LICENSED = "licensed"
    RELICENSED = "relicensed"
    ARCHIVED = "archived"
    GONE = "gone"
    RESTORED = "restored"
    REPLACED = "replaced"
    MOVED = "moved"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    UNWITHDRAWN = "unwithdrawn"
    CORRECTED = "corrected"
    REWRITTEN = "rewritten"


class Cause(StrEnum):
    """Why an event exists. Only `world` events reach feeds."""

    WORLD = "world"
    RULE = "rule"
    BACKFILL = "backfill"
    CORRECTION = "correction"
    IMPORT = "import"


HOSTS = (
    "github", "huggingface", "gitlab", "forgejo", "bitbucket", "gitee", "zenodo", "osf", "doi", "swh", "kaggle",
    "modelscope", "anon4open", "page",
)  # fmt: skip
"""The hosts of artifacts. Codeberg's is `forgejo`, figshare's `doi`; `page` is every other site."""
REPOSITORY_HOSTS = ("github", "gitlab", "forgejo", "bitbucket", "gitee")
"""The hosts of repositories of code."""
HUB = "huggingface"
"""The host of the Hub."""
ARTIFACT_KINDS = {
    "repository": "a repository of code",
    "organisation": "an owner's page, of a user or an organisation",
    "gist": "a snippet at GitHub",
    "model": "weights: on the Hub, ModelScope or Kaggle",
    "dataset": "data: on the Hub, ModelScope or Kaggle",
    "space": "a demo on the Hub",
    "studio": "a demo on ModelScope",
    "collection": "a collection on the Hub or ModelScope",
    "code": "a notebook on Kaggle",
    "record": "a deposit with files: Zenodo's or figshare's",
    "doi": "any other DOI",
    "project": "a project at OSF",
    "archive": "an archived copy at Software Heritage",
    "page": "a page of the web",
}
"""The kinds of artifacts, with what each is."""
