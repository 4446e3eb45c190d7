"""Which files of a repository hold code of its own, by their paths and sizes; pure.

A file that is empty, that sets a package up, or that belongs to a web page does not count as code of a paper.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import PurePosixPath

from tracker.hosts.inspect.languages import FileKind, language_table

Sizes = Mapping[str, int | None]
"""The size in bytes of each file by its path; None where the host does not state it."""

MOST_PATH = 1_000
"""Characters of a path that is read."""
SETTLED_BYTES = 2_000
"""Bytes of code from which on no announcement makes a repository a placeholder."""
TINY_BYTES = 400
"""Bytes of code below which the text is read before it counts: a file of this size may be comments alone."""
MOST_SCRIPTS, MOST_UNSIZED = 4, 3
"""Files of code that are read before they count: where the host states sizes, and where it states none."""
SMALL_SITE = 15
"""Files of code up to which a project made with a site builder may be no more than the page of the paper."""

# Code by name only: packaging, documentation and build set-up around code that may be missing.
_SET_UP = re.compile(
    r"setup\.py|conf\.py|noxfile\.py|versioneer\.py|__init__\.py|gulpfile\.js|gruntfile\.js|\.?[\w-]+\.config\.[cm]?[jt]s"
    r"|build\.gradle\.kts|settings\.gradle\.kts|.*\.min\.js|.*\.d\.ts|sidebars\.[jt]s|reportwebvitals\.[jt]s|setuptests\.[jt]s"
)
# Scripts that fetch or install something.
_FETCHES = re.compile(
    r"(?:\w*[_-])?(?:down[_-]?loads?|get|fetch|install|setup|set[_-]up|env|environment|wget|curl)(?:[_.-].*)?"
)
_UNUSED = frozenset(
    {"dockerfile", "containerfile", "gradlew", "gradlew.bat", "mvnw", "mvnw.cmd", "cmakelists.txt"}
)
_SCRIPT = frozenset({".js", ".mjs", ".cjs"})
_PAGE = frozenset({".html", ".htm", ".css", ".scss"})
# Folders that are not part of the work: pages, pictures and documents …
_BESIDE = frozenset(
    [
        "asset",
        "assets",
        "doc",
        "docs",
        "fig",
        "figs",
        "figure",
        "figures",
        "image",
        "images",
        "img",
        "imgs",
        "media",
        "static",
        "website",
    ]
)
# … and copies of other people's work.
_FOREIGN = frozenset({"node_modules", "third_party", "third-party", "thirdparty", "vendor", "bower_components"})
_SITE_MARKS = frozenset({"index.html", "_config.yml", "cname", "_config.yaml"})
_SITE_BUILDER = re.compile(
    r"(?:vite|next|astro|gatsby|nuxt|svelte|vue|remix|docusaurus|eleventy|\.eleventy)[.-]config\.(?:[cm]?[jt]s|json)|angular\.json|\.eleventy\.js"
)
_SITE_APP = re.compile(r"App\.(?:[jt]sx?|vue|svelte)")
_PAGE_NAME = re.compile(
    r".*\.github\.io|(?:.*[-_.])?(?:page|pages|website|webpage|homepage|projectpage|site)", re.IGNORECASE
)
_NO_STATEMENT = re.compile(
    r"#|//|/\*|\*|%|--|;|!|(?:import|from|using|#include|package|module|library|require)\b|pass\b|\.\.\.$|\"{3}|'{3}|[\[\](){};,]*$"
    r"|raise NotImplementedError|return(?: None)?;?$|(?:def|class|function|func|fn)\b.*[:{]$|if __name__|main\(\)"
    r"|(?:print|puts|echo|console\.log|disp)\b.{0,80}\b(?:soon|todo|tbd|hello|placeholder|release|work in progress|wip)\b",
    re.IGNORECASE,
)
_ONE_LINE_BODY = re.compile(r"(?:def|class)\b[^:]{0,200}:\s*(?:pass|\.\.\.)$")
_STUB_LINES = 5
_MOST_TEXT = 20_000
_NOTEBOOK = ".ipynb"


class CodeFinding(Enum):
    """Whether the files of a repository hold code of its own."""

    CODE = auto()
    DOUBT = auto()
    """They may, and it is not known."""
    HOLLOW = auto()
    """There are files of code, and nothing is in them."""
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of a repository that count, by what they are."""

    programs: tuple[PurePosixPath, ...]
    web: tuple[PurePosixPath, ...]
    auxiliary: tuple[PurePosixPath, ...]
    hollow: int
    """How many files of code are empty or were read and do nothing."""


def find_code(
    sizes: Sizes,
    *,
    language: str | None = None,
    counted: Collection[str] = (),
    repository: str = "",
    hollow: Collection[str] = (),
) -> tuple[CodeFinding, str]:
    """Whether these files hold code, and why that is not known where it is not.

    `language` is the main language of the repository as the host counts it, `counted` the languages that it counted in
    these very files, `repository` the name of the repository, `hollow` the paths of scripts that were read and do
    nothing.
    """
    files = _sort_files(sizes, language, hollow)
    if files.programs:
        if repository.lower().endswith(".github.io") and _is_site(sizes, ""):
            return (
                CodeFinding.DOUBT,
                "it is the source of a web site, and whether its code is the paper's is not known",
            )
        return CodeFinding.CODE, ""
    if files.web and (finding := _judge_web(sizes, files.web, repository))[0] is not CodeFinding.NOTHING:
        return finding
    if files.auxiliary and _is_mostly_auxiliary(sizes, files.auxiliary, language):
        return CodeFinding.CODE, ""
    if files.hollow:
        return CodeFinding.HOLLOW, "its files of code hold next to nothing"
    if _is_beside(sizes, language):
        return CodeFinding.CODE, ""
    if any(_is_unexplained(sizes, name) for name in counted):
        return CodeFinding.CODE, ""
    return CodeFinding.NOTHING, ""


def is_settled(sizes: Sizes, language: str | None = None) -> bool:
    """Whether so much code was found that nothing else in the repository can change it, so that the search may end."""
    programs = _sort_files(sizes, language, ()).programs
    known = [sizes[str(file)] for file in programs]
    return any(size is None for size in known) or sum(size or 0 for size in known) >= SETTLED_BYTES


def scripts_to_read(sizes: Sizes, *, promised: bool, language: str | None = None) -> list[str]:
    """The files of code whose text decides whether they count, at most `MOST_SCRIPTS`: so small that they may be
    stubs. `promised` says that the README announces the code."""
    files = _sort_files(sizes, language, ())
    sources = [*files.programs, *files.web]
    if not sources or len(sources) > MOST_SCRIPTS:
        return []
    known = [sizes[str(file)] for file in sources]
    if any(size is None for size in known):
        is_readable = len(sources) <= MOST_UNSIZED and all(file.suffix != _NOTEBOOK for file in sources)
        return [str(file) for file in sources] if promised and is_readable else []
    bound = SETTLED_BYTES if promised else TINY_BYTES
    return [str(file) for file in sources] if sum(size or 0 for size in known) < bound else []


_UNTOUCHED = re.compile(r"\bEdit <code>|\bsave to (?:reload|test HMR)\b", re.IGNORECASE)
"""What the templates of Create React App and Vite ask of who has not changed them yet."""


def is_stub(script: str, path: str = "", *, promised: bool = True) -> bool:
    """Whether a script does nothing: no statement beside comments, imports and empty bodies, or a template's text; where
    the code is announced (`promised`), fewer than five statements."""
    if path.lower().endswith(_NOTEBOOK):
        script = _notebook_code(script)
    if _UNTOUCHED.search(script[:_MOST_TEXT]):
        return True
    lines = (line.strip() for line in script[:_MOST_TEXT].splitlines())
    done = sum(
        1 for line in lines if line and not _NO_STATEMENT.match(line) and not _ONE_LINE_BODY.match(line[:300])
    )
    return done < (_STUB_LINES if promised else 1)


def is_worth_opening(folder: str) -> bool:
    """Whether a folder of this name may hold code, data or weights of a paper."""
    return not folder.startswith(".") and folder.lower() not in _BESIDE | _FOREIGN


def is_beside(folder: str) -> bool:
    """Whether a folder of this name holds pages, pictures or documents: it is opened where no other folder has code."""
    return folder.lower() in _BESIDE


def is_visible(file: PurePosixPath) -> bool:
    """Whether a file is outside hidden folders, documents, pictures and copies of other people's work."""
    return all(is_worth_opening(folder) for folder in file.parts[:-1])


def has_programming_language(languages: Iterable[str]) -> bool:
    """Whether any of `languages`, as GitHub names them, is one in which programs are written."""
    kinds = (language_table().kind_of_language(language) for language in languages)
    return any(kind in (FileKind.PROGRAM, FileKind.WEB) for kind in kinds)


def _sort_files(sizes: Sizes, language: str | None, hollow: Collection[str]) -> _Files:
    table, empty = language_table(), 0
    kinds: dict[FileKind, list[PurePosixPath]] = {kind: [] for kind in FileKind}
    for path, size in sizes.items():
        file = PurePosixPath(path)
        # Git holds no path with an empty part or `.`: it would be another file by its normal name.
        if len(path) > MOST_PATH or not is_visible(file) or "{{" in path or str(file) != path:
            continue
        kind = table.kind(file.name, language)
        if kind is FileKind.OTHER or _is_set_up(file):
            continue
        if size == 0 or path in hollow:
            empty += kind is not FileKind.AUXILIARY
        else:
            kinds[kind].append(file)
    return _Files(
        tuple(kinds[FileKind.PROGRAM]), tuple(kinds[FileKind.WEB]), tuple(kinds[FileKind.AUXILIARY]), empty
    )


def _is_set_up(file: PurePosixPath) -> bool:
    name = file.name.lower()
    # What is known by its whole name alone (Gemfile, SConstruct) builds or installs; a Snakefile is the work itself.
    return (
        bool(_SET_UP.fullmatch(name))
        or name in _UNUSED
        or any(part.startswith("_") for part in file.parts[:-1] if part in _JEKYLL)
        or ("." not in name and name != "snakefile" and "makefile" not in name)
    )


_JEKYLL = frozenset({"_plugins", "_includes", "_layouts", "_sass", "_site", "_posts", "_pages", "_data"})


def _judge_web(sizes: Sizes, files: Collection[PurePosixPath], repository: str) -> tuple[CodeFinding, str]:
    """Files in languages of web pages: a program, or no more than a page."""
    names = {file.name.lower() for file in map(PurePosixPath, sizes) if is_visible(file)}
    page = any(PurePosixPath(path).suffix.lower() in _PAGE for path in sizes if is_visible(PurePosixPath(path)))
    if "package.json" not in names and page and all(file.suffix.lower() in _SCRIPT for file in files):
        # Scripts beside a web page, without a package of their own, belong to the page.
        return CodeFinding.NOTHING, ""
    built = any(_SITE_BUILDER.fullmatch(name) for name in names)
    app = "index.html" in names and any(_SITE_APP.fullmatch(file.name) for file in files)
    site = built or ("package.json" in names and app) or (page and bool(_PAGE_NAME.fullmatch(repository)))
    if site and (len(files) <= SMALL_SITE or _PAGE_NAME.fullmatch(repository)):
        return (
            CodeFinding.DOUBT,
            "its only code is that of a web page, which may be no more than the page of the paper",
        )
    return CodeFinding.CODE, ""


def _is_mostly_auxiliary(sizes: Sizes, files: Collection[PurePosixPath], language: str | None) -> bool:
    """Whether scripts that run programs are what the repository is about: the host says so, and they do not only fetch
    or install something, or build a text."""
    if language is None or language_table().kind_of_language(language) is not FileKind.AUXILIARY:
        return False
    if any(path.lower().endswith(".tex") for path in sizes):
        return False
    return any(not _FETCHES.fullmatch(file.name.lower()) for file in files)


def _is_site(sizes: Sizes, folder: str) -> bool:
    return any(
        file.name.lower() in _SITE_MARKS and "/".join(file.parts[:-1]) in ("", folder)
        for file in map(PurePosixPath, sizes)
    )


def _is_searched_beside(file: PurePosixPath) -> bool:
    """Whether a file lies in a folder of documents or pictures, no deeper than these are opened."""
    return 2 <= len(file.parts) <= 3 and is_beside(file.parts[0])


def _is_beside(sizes: Sizes, language: str | None) -> bool:
    """Whether programs lie only in a folder of documents or pictures, of a repository that is not a web site."""
    table = language_table()
    for path, size in sizes.items():
        file = PurePosixPath(path)
        if (
            not _is_searched_beside(file)
            or size == 0
            or _is_set_up(file)
            or any(part.lower() in _FOREIGN for part in file.parts)
        ):
            continue
        if table.kind(file.name, language) is FileKind.PROGRAM and not _is_site(sizes, file.parts[0]):
            return True
    return False


def _is_unexplained(sizes: Sizes, language: str) -> bool:
    """Whether no listed file explains why the host counts this programming language: then one without a known
    extension does. Linguist, too, leaves out hidden folders of GitHub's own and copies of others' work."""
    table = language_table()
    if table.kind_of_language(language) is not FileKind.PROGRAM:
        return False
    files = (file for file in map(PurePosixPath, sizes) if is_visible(file) or _is_searched_beside(file))
    return not any(language in table.claims(file.name) for file in files)


def _notebook_code(text: str) -> str:
    """The code cells of a notebook; the text itself if it is not a notebook."""
    try:
        notebook = json.loads(text)
        cells = notebook["cells"] if isinstance(notebook["cells"], list) else []
        sources = [cell.get("source", "") for cell in cells if cell.get("cell_type") == "code"]
        return "\n".join("".join(source) if isinstance(source, list) else str(source) for source in sources)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return text
