"""What was read of a repository, or of the one folder that a link names, and the check that follows from it; pure.

All hosts of git repositories fill the same values, so that one repository is judged alike whichever API answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tracker.domain.artifacts import Check, LicenceFile
from tracker.domain.terms import Content
from tracker.hosts.inspect.announcements import promises_code
from tracker.hosts.inspect.code_files import scripts_to_read
from tracker.hosts.inspect.content import (
    ContentReading,
    find_licence_files,
    is_readme,
    read_content,
)
from tracker.hosts.inspect.readiness import find_readiness
from tracker.hosts.inspect.readme import find_named_papers
from tracker.hosts.inspect.stated_terms import extract_licence_section, licence_statements


@dataclass(slots=True)
class RepositoryContents:
    """The files and texts of one branch, or of one folder of it; paths are relative to that folder."""

    repository: str = ""
    """The name of the repository, without its owner."""
    owner: str = ""
    languages: Sequence[str] = ()
    """The languages that the host counted in the whole repository, the main one first."""
    whole: bool = True
    """Whether these are the files of all the default branch, in which the host counts languages."""
    sizes: dict[str, int | None] = field(default_factory=dict)
    """The size of each file in bytes, None where the host does not state it."""
    complete: bool = True
    """False where some files were not listed."""
    closed: bool = False
    """Whether there are folders that were not opened because they hold no part of the work."""
    readme: str | None = None
    outer_readme: str | None = None
    """The README of the repository, where a folder of it is read."""
    citation: str | None = None
    licences: list[LicenceFile] = field(default_factory=list)
    packages: list[LicenceFile] = field(default_factory=list)
    """What files of package metadata state of the licence."""
    hollow: set[str] = field(default_factory=set)
    """Scripts that were read and do nothing."""

    def top_files(self) -> list[str]:
        """The names of the files that lie in no folder."""
        return [path for path in self.sizes if "/" not in path]

    def licence_paths(self, most: int) -> list[str]:
        """The files that are named like licences, the plainest first: at most `most` of the top folder, and as many of
        the folder of the REUSE specification."""
        top = self.top_files()
        reuse = [path for path in self.sizes if path.lower().startswith("licenses/")]
        return find_licence_files(top, most=most) + find_licence_files(reuse, most=most)

    def readme_path(self) -> str | None:
        """The README of the top folder, None if it does not exist."""
        return pick_readme(self.top_files())

    def read(self) -> ContentReading:
        """What the files show."""
        counted = self.languages if self.whole else ()
        reading = read_content(
            self.sizes,
            self.readme,
            complete=self.complete,
            language=self.language,
            counted=counted[:1] if self.complete else counted,
            repository=self.repository,
            hollow=self.hollow,
        )
        if reading.content is Content.EMPTY and self.closed:
            return replace(reading, content=Content.README_ONLY)
        return reading

    @property
    def language(self) -> str | None:
        """The main language of the repository as the host counts it."""
        return self.languages[0] if self.languages else None

    @property
    def licence_section(self) -> str:
        """What the README says of the licence, else what that of the repository says; empty where neither does."""
        return extract_licence_section(self.readme or "") or extract_licence_section(self.outer_readme or "")

    @property
    def promised(self) -> bool:
        """Whether the README announces the code."""
        return promises_code(self.readme)

    def scripts(self) -> list[str]:
        """The files of code whose texts decide whether they count."""
        return scripts_to_read(self.sizes, promised=self.promised, language=self.language)

    def finish(self, base: Check, *, reading: ContentReading | None = None) -> Check:
        """`base` completed with the content, the texts that state a licence, the papers that are named, and the marks of
        readiness."""
        reading = reading or self.read()
        named = self.readme if self.readme is not None else self.outer_readme
        ready = find_readiness(self.sizes, self.readme, repository=self.repository, owner=self.owner)
        return replace(
            base,
            content=reading.content,
            holds=reading.holds,
            reason=reading.reason,
            licence_files=tuple(self.licences),
            licence_statements=licence_statements(self.readme or "", self.outer_readme or "", self.packages),
            papers_named=None
            if named is None and self.citation is None
            else find_named_papers(named or "", self.citation or ""),
            readiness=tuple(ready.items()),
        )


def pick_readme(names: Iterable[str]) -> str | None:
    """The README among the names of files of one folder, Markdown first; None if it does not exist."""
    return min(filter(is_readme, names), key=lambda name: (not name.lower().endswith(".md"), name), default=None)


def unchanged_fork(parent: str | None) -> ContentReading:
    """What a fork without a commit of its own holds: nothing that is known to be of its owner."""
    of = f" of {parent}" if parent else ""
    return ContentReading(
        Content.UNKNOWN, (), f"it is a fork{of} without a commit of its own, so that its code is not its owner's"
    )
