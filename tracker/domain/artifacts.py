"""Artifacts: the canonical reference of a link's target, and what a host reports about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker.domain.terms import Content, Fact, Mark, Outcome


@dataclass(frozen=True, slots=True)
class Reference:
    """Canonical name of a link's target.

    `key` is `scheme:rest` as in `github:owner/name`, in the case in which it was written; keys compare
    without case through `folded`. `host` names the module of `tracker.hosts`; `kind` is what the target
    is (`repository`, `model`, `dataset`, `space`, `page`, `doi`, …); `url` is its https address. `path` is the
    branch and folder of a repository that the link names, joined as in its address (`main/src/method`), empty where
    the link names the whole: it says what is judged, and does not belong to the name.
    """

    key: str
    host: str
    kind: str
    url: str
    path: str = ""

    @property
    def folded(self) -> str:
        """The key for comparison."""
        return self.key.casefold()

    @property
    def target(self) -> str:
        """What is judged, for comparison: the folded key, and the branch and folder where the link names them."""
        return f"{self.folded} {self.path}" if self.path else self.folded

    @property
    def account(self) -> str:
        """Who controls the target, as `site/owner` in lower case; empty where its address names no account.

        A page at `OWNER.github.io` belongs to the account `OWNER` on GitHub, one at `OWNER.gitlab.io` to that on
        GitLab (both sites document it so).
        """
        scheme, _, rest = self.folded.partition(":")
        if scheme == "page":
            return _page_account(rest.removeprefix("https://").partition("/")[0])
        if scheme in ("kaggle", "modelscope"):
            rest = rest.partition("/")[2]
        first, _, second = rest.partition("/")
        if scheme in ("gitlab", "forgejo") and "." in first:
            return f"{first}/{second.partition('/')[0]}" if second else ""
        site = _SITES.get(scheme)
        return f"{site}/{first}" if site and first and (second or scheme.endswith("-org")) else ""


_SITES = {
    **dict.fromkeys(("github", "github-org", "gist"), "github"),
    **dict.fromkeys(("hf-model", "hf-dataset", "hf-space", "hf-collection", "hf-org"), "huggingface"),
    **{site: site for site in ("gitlab", "bitbucket", "gitee", "kaggle", "modelscope")},
}
"""The site of a reference's account, by the scheme of the reference."""
_PAGE_SITES = {".github.io": "github", ".gitlab.io": "gitlab", ".codeberg.page": "codeberg.org"}


def _page_account(domain: str) -> str:
    owner, dot, rest = domain.partition(".")
    site = _PAGE_SITES.get(dot + rest)
    return f"{site}/{owner}" if site and owner else ""


@dataclass(frozen=True, slots=True)
class LicenceFile:
    """A licence text as found at `path`; used to recognise the licence, never stored."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a host reports about one reference. A field that the host did not give is None or empty."""

    outcome: Outcome
    reason: str = ""
    """Why the outcome is not `present`, as a sentence; never empty for `unknown` and `blocked`."""
    reference: Reference | None = None
    """The name as the host writes it now (differs from the requested one after a rename)."""
    host_id: str | None = None
    """The host's own id, which survives renames."""
    content: Content = Content.UNKNOWN
    holds: tuple[Fact, ...] = ()
    """Which of the four facts it holds."""
    licence_claimed: str | None = None
    """The licence id as the host states it (GitHub's SPDX id, the Hub's licence tag)."""
    licence_checked: bool = False
    """True if the host was asked for a licence: then no licence found means that the artifact has no licence."""
    licence_files: tuple[LicenceFile, ...] = ()
    archived: bool | None = None
    gated: bool | None = None
    fork: bool | None = None
    created_at: datetime | None = None
    pushed_at: datetime | None = None
    commit: str | None = None
    languages: tuple[str, ...] = ()
    unchanged: bool = False
    """True if the commit is the one that the caller knew: content, licence and named papers are as last read."""
    rewritten: bool = False
    """True if the host says that the commit which the caller knew from its publication is no longer in its history; False
    too where the host was not asked or does not say."""
    licence_statements: tuple[LicenceFile, ...] = ()
    """Weaker statements of its licence, which count where there is no licence file: `path` is `README.md` (the text
    is its section on the licence) or a file of package metadata (the text is `SPDX-License-Identifier: ID`)."""
    papers_named: tuple[str, ...] | None = None
    """The papers that its README, CITATION.cff or card name, as `arxiv:ID` and `title:KEY` (`title_key` of a title
    in BibTeX or CITATION.cff), at most 50; None if none of these files was read."""
    derived_from: tuple[str, ...] = ()
    """The artifacts from which it was made by its own statement, named as the host names them."""
    readiness: tuple[tuple[Mark, str], ...] | None = None
    """The marks of readiness that were seen, each with its evidence; None if its files were not looked through."""
