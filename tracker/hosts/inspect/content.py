"""What a repository holds (code, data, weights or nothing yet), by its files and its README; pure.

Whether a repository is a placeholder is decided by `read_content`, from its files and from what `announcements.py` reads.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from tracker.domain.terms import Content, Fact
from tracker.hosts.inspect import data_files
from tracker.hosts.inspect.announcements import MOST_README, promises_code, promises_release
from tracker.hosts.inspect.code_files import MOST_PATH, CodeFinding, Sizes, find_code, is_visible

_README = re.compile(r"readme(?:[._-][\w.-]+)?", re.IGNORECASE)
LICENCE_FILE = re.compile(
    r"(?:un)?licen[sc]e(?:[._-][\w.-]*)?|copying(?:[._-][\w.-]*)?|[\w.]+[-_]licen[sc]e(?:\.(?:md|txt|rst))?"
    # SIL's file name for the Open Font License, and the folder of the REUSE specification 3.
    r"|ofl\.txt|licenses/[\w.+-]+\.txt",
    re.IGNORECASE,
)

_HEADING = re.compile(r"\s{0,9}#?\s{0,9}([^\n]{0,200})")
# The first heading of READMEs that come with a template and that nobody has changed, and sentences of site builders.
_TEMPLATE_HEADING = re.compile(
    r"(?:<|\{\{|\[)?\s*(?:project[ _-]?(?:title|name)|your[ _-](?:project|paper|repo)[\w _-]*|my[ _-]?(?:awesome[ _-])?"
    r"(?:project|paper title)|repo(?:sitory)?[ _-]name|paper title|title of (?:the|your) paper)\s*(?:>|\}\}|\])?",
    re.IGNORECASE,
)
_BOOTSTRAPPED = re.compile(
    r"bootstrapped with \W?(?:create react app|`?create-next-app)|this template (?:should help|provides a minimal setup)"
    r"|everything you need to build a svelte project|getting started with create react app",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ContentReading:
    """What a repository holds: its content, the facts that its files show, and why the content is not what it seems."""

    content: Content
    holds: tuple[Fact, ...] = ()
    reason: str = ""


def read_content(
    sizes: Sizes,
    readme: str | None,
    *,
    complete: bool = True,
    language: str | None = None,
    counted: Collection[str] = (),
    repository: str = "",
    hollow: Collection[str] = (),
) -> ContentReading:
    """The content of a code repository.

    `sizes` has its files by path, relative and with `/`; `readme` is the README's text, None where it was not read.
    `complete` is False when only part of the tree was listed: then missing code makes the content unknown. The other
    values are as `find_code` takes them.
    """
    finding, reason = find_code(sizes, language=language, counted=counted, repository=repository, hollow=hollow)
    if finding is CodeFinding.CODE and (doubt := _untouched_template(readme)):
        finding, reason = CodeFinding.DOUBT, doubt
    code = finding is CodeFinding.CODE
    beside = _facts_beside(sizes, repository, with_code=code)
    if code:
        return ContentReading(Content.CODE, (Fact.CODE, *beside))
    if finding is not CodeFinding.NOTHING and promises_code(readme):
        return ContentReading(Content.PLACEHOLDER, beside, reason)
    if finding is not CodeFinding.NOTHING:
        return ContentReading(Content.UNKNOWN, beside, reason)
    archive = data_files.find_unopened_archive(file for path in sizes if is_visible(file := PurePosixPath(path)))
    if archive is not None:
        return ContentReading(Content.UNKNOWN, beside, f"{archive} is an archive, which was not opened")
    if not complete:
        return ContentReading(Content.UNKNOWN, beside, "only part of its files was listed, and no code among them")
    if promises_code(readme) or (not beside and promises_release(readme)):
        return ContentReading(Content.PLACEHOLDER, beside)
    if beside:
        return ContentReading(Content.DATA_ONLY, beside)
    return ContentReading(Content.README_ONLY if sizes else Content.EMPTY)


def classify_repository(
    paths: Iterable[str], readme: str | None, *, complete: bool = True
) -> tuple[Content, tuple[Fact, ...]]:
    """The content and the facts of files whose sizes are not known: see `read_content`."""
    reading = read_content(dict.fromkeys(paths), readme, complete=complete)
    return reading.content, reading.holds


def _facts_beside(sizes: Sizes, repository: str, *, with_code: bool) -> tuple[Fact, ...]:
    """Weights and data, where there are some. Where there is code, deeper files belong to tests, baselines, examples."""
    files = [PurePosixPath(path) for path, size in sizes.items() if len(path) <= MOST_PATH and size != 0]
    near = [file for file in files if is_visible(file) and (not with_code or _is_near(file))]
    weights = any(data_files.is_weights(file, repository) for file in near)
    data = any(
        data_files.is_data(file, with_code=with_code, repository=repository)
        and (not with_code or len(file.parts) > 1)
        for file in near
    )
    return tuple(fact for fact, seen in ((Fact.WEIGHTS, weights), (Fact.DATA, data)) if seen)


def _is_near(file: PurePosixPath) -> bool:
    return len(file.parts) == 1 or (len(file.parts) == 2 and data_files.is_side_folder(file.parts[0]))


def _untouched_template(readme: str | None) -> str:
    """Why a README shows that the repository is a template without changes, empty where it does not."""
    text = (readme or "")[:MOST_README]
    heading = _HEADING.match(text)
    if heading and _TEMPLATE_HEADING.fullmatch(heading[1].strip(" #*=")):
        return "its README is that of a template, without changes"
    return "its README is that of a site builder, without changes" if _BOOTSTRAPPED.search(text) else ""


def is_readme(name: str) -> bool:
    """Whether a file of the top folder is a README, by its name."""
    return bool(_README.fullmatch(name))


def find_licence_files(names: Iterable[str], most: int = 8) -> list[str]:
    """The paths that are named like licences (in the top folder or REUSE's), the plainest first, at most `most`."""
    licences = [name for name in names if len(name) <= 100 and LICENCE_FILE.fullmatch(name)]
    return sorted(licences, key=lambda name: ("/" in name, len(PurePosixPath(name).stem), len(name), name))[:most]
