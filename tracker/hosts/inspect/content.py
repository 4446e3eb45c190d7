"""What a repository holds (code, data, weights or nothing yet), by its file paths and its README; pure.

Whether a repository is a placeholder is decided here: `classify_repository` and `promises_release`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import PurePosixPath

from tracker.domain.terms import Content, Fact


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Suffixes of the languages in which research code is written. Shell, web pages, TeX and configuration are left out:
# a script that downloads weights, a project page or the source of a paper is not the paper's code.
_CODE = _words("""
    .adb .agda .asm .bas .c .cc .cl .clj .cpp .cs .cu .cuh .cxx .dart .do .elm .erl .ex .exs .f .f03 .f08
    .f77 .f90 .f95 .for .fs .gd .go .groovy .h .hh .hip .hpp .hs .hxx .ipynb .java .jl .js .jsx .kt .kts
    .lagda .lean .lisp .lua .m .metal .mjs .ml .mlx .mm .mojo .nb .nim .php .pl .pro .py .pyx .qmd .r .rb
    .rkt .rmd .rs .s .sas .scala .scm .sol .stan .sv .swift .thy .ts .tsx .v .vb .vhd .vhdl .vue .wl .wls
    .zig
""")
# Code by suffix only: packaging, documentation and build set-up around code that may be missing.
_SET_UP = re.compile(
    r"setup\.py|conf\.py|noxfile\.py|versioneer\.py|__init__\.py|gulpfile\.js|gruntfile\.js|\.?[\w-]+\.config\.[cm]?[jt]s"
    r"|build\.gradle\.kts|settings\.gradle\.kts|.*\.min\.js|.*\.d\.ts"
)
_SCRIPT = frozenset({".js", ".mjs"})
_WEB = frozenset({".html", ".htm", ".css", ".scss"})
# Folders that are not part of the work. The host modules do not open them either, so that a tree that was listed
# whole and one that was listed level by level are judged alike.
ASIDE = _words("""
    asset assets doc docs fig figs figure figures image images img imgs media node_modules static third_party
    vendor
""")

_WEIGHTS = frozenset(
    {".safetensors", ".pt", ".pth", ".ckpt", ".gguf", ".ggml", ".onnx", ".tflite", ".keras", ".pdparams"}
)
_HUB_WEIGHTS = _WEIGHTS | {".bin", ".h5", ".msgpack", ".npz", ".mlmodel", ".nemo", ".joblib", ".pkl", ".engine"}
_DATA = _words("""
    .7z .arrow .bz2 .conll .conllu .csv .db .dcm .dta .edf .feather .geojson .gz .h5 .hdf5 .jsonl .lmdb .mat
    .nc .ndjson .nii .npy .npz .ods .parquet .pcd .pickle .pkl .ply .rar .rds .sav .sqlite .tar .tfrecord
    .tgz .tif .tiff .tsv .xls .xlsx .xz .zip .zst
""")
# Data in a repository without code, where they cannot be configuration …
_PERHAPS_DATA = frozenset({".json", ".xml"})
# … and data only in a folder named after data.
_DATA_IN_FOLDER = frozenset({".txt", ".yaml", ".yml"})
_RECORDING = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".wav", ".flac", ".mp3", ".ogg", ".mp4", ".avi", ".mid"}
)
_DATA_FOLDER = re.compile(
    r"(?:.*[_\-. ])?(?:data|datas|dataset|datasets|corpus|corpora|benchmark|benchmarks|annotation|annotations|samples|prompts)"
    r"(?:[_\-. ].*)?"
)
_WEIGHTS_FOLDER = re.compile(
    r"(?:pre[-_]?trained|model)?[-_]?(?:checkpoints?|ckpts?|weights)|pre[-_]?trained(?:[-_]models?)?"
)
_SET_UP_TEXT = re.compile(
    r"(?:package(?:-lock)?|tsconfig|composer|manifest|pyrightconfig|renovate|vercel|netlify|now|codemeta|\.zenodo)\.json"
    r"|(?:environment|conda|env|docker-compose|compose|mkdocs|_config|citation|action|codecov|pnpm-lock)\.ya?ml|pom\.xml"
    r"|(?:requirements|cmakelists|licen[sc]e|copying|notice|readme|robots|citation|authors|changelog|todo|install)[\w.-]*\.txt"
)
_README = re.compile(r"readme(?:[._-][\w.-]+)?", re.IGNORECASE)
LICENCE_FILE = re.compile(
    r"(?:un)?licen[sc]e(?:[._-][\w.-]*)?|copying(?:[._-][\w.-]*)?|[\w.]+[-_]licen[sc]e(?:\.(?:md|txt|rst))?"
    # SIL's file name for the Open Font License, and the folder of the REUSE specification 3.
    r"|ofl\.txt|licenses/[\w.+-]+\.txt",
    re.IGNORECASE,
)

_MOST_PATH = 1_000
MOST_README = 20_000
"""Characters of a README that are read."""
_MOST_PROMISES = 50
_SOON = re.compile(
    r"""\b(?: coming \s+ (?:very\s+)? soon | stay \s+ tuned | work \s+ in \s+ progress | under \s+ construction
    | (?:will|shall|to|should) \s+ be \s+ (?:\w+\s+){0,2}?
      (?:released | available | open[\s-]?sourced? | published | uploaded | public | provided | shared | updated | added)
    | (?:will|plan \s+ to | going \s+ to | about \s+ to | intend \s+ to) \s+ (?:\w+\s+){0,2}?
      (?:release | publish | upload | open[\s-]?source | share | provide | update | make)
    | (?:released?|available|uploaded?|published?|updated?|here|out) \s+ (?:very\s+)? soon | soon \s+ (?:to\s+be|be) \b
    | (?:code|data|dataset|models?|weights|checkpoints?|repo(?:sitory)?) \s* (?:\(|:|-|–|—)? \s* (?:soon|tbd|tba|to \s+ come)
    | upon \s+ (?:acceptance|publication) | (?:after|once) \s+ (?:the\s+)? (?:paper|review|acceptance|publication)
    | in \s+ preparation | being \s+ (?:prepared|cleaned) | not \s+ yet \s+ (?:released|available|public)
    | 敬请期待 | 即将 )""",
    re.IGNORECASE | re.VERBOSE,
)


def classify_repository(
    paths: Iterable[str], readme: str | None, *, complete: bool = True
) -> tuple[Content, tuple[Fact, ...]]:
    """The content of a code repository, and the facts that its files show.

    `paths` are the paths of its files, relative and with `/`; `readme` is the README's text, None where it was not
    read. `complete` is False when only part of the tree was listed: then missing code makes the content unknown.
    """
    files = [PurePosixPath(path) for path in paths if len(path) <= _MOST_PATH]
    visible = [file for file in files if not _aside(file)]
    code = _holds_code(visible)
    # Where there is code, deeper files belong to tests, baselines and examples.
    near = [file for file in visible if len(file.parts) == 1 or _in_side_folder(file)] if code else visible
    weights = any(file.suffix.lower() in _WEIGHTS for file in near)
    data = any(_is_data(file, anywhere=not code) and (not code or len(file.parts) > 1) for file in near)
    holds = tuple(fact for fact, seen in ((Fact.CODE, code), (Fact.WEIGHTS, weights), (Fact.DATA, data)) if seen)
    if code:
        return Content.CODE, holds
    if not complete:
        return Content.UNKNOWN, holds
    if data or weights:
        return Content.DATA_ONLY, holds
    if not files:
        return Content.EMPTY, ()
    return (Content.PLACEHOLDER if promises_release(readme) else Content.README_ONLY), ()


def classify_hub_artifact(kind: str, paths: Iterable[str]) -> tuple[Content, tuple[Fact, ...]]:
    """The content of a `model`, `dataset` or `space` of a hub of models, and the facts that its files show.

    The kind says what such a repository is for, so that any file but a card or a licence counts.
    """
    all_files = [PurePosixPath(path) for path in paths if len(path) <= _MOST_PATH]
    if not all_files:
        return Content.EMPTY, ()
    files = [file for file in all_files if not _about(file)]
    code = _holds_code(files)
    if kind == "space":
        return (Content.CODE, (Fact.DEMO,)) if files else (Content.README_ONLY, ())
    if kind == "dataset":
        if (
            any(_is_hub_data(file) for file in files)
            or sum(file.suffix.lower() in _RECORDING for file in files) >= _PICTURES
        ):
            return Content.DATA_ONLY, (Fact.DATA,)
        return (Content.CODE if code else Content.README_ONLY), ()
    weights = any(file.suffix.lower() in _HUB_WEIGHTS and file.name.lower() not in _NO_WEIGHTS for file in files)
    holds = tuple(fact for fact, seen in ((Fact.CODE, code), (Fact.WEIGHTS, weights)) if seen)
    if code:
        return Content.CODE, holds
    return (Content.DATA_ONLY if weights else Content.README_ONLY), holds


# From this number on, pictures or recordings are a data set; fewer may illustrate a card.
_PICTURES = 10
# Files that trainers and tokenizers write beside the weights.
_NO_WEIGHTS = frozenset(
    {"training_args.bin", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "optimizer.pt"}
)


def promises_release(readme: str | None) -> bool:
    """Whether a README announces what is not in the repository yet: then a repository without content is a placeholder."""
    return bool(readme and _SOON.search(" ".join(readme[:MOST_README].split())))


_OF_CODE = re.compile(r"\b(?:code|codes|codebase|implementation|scripts?|source)\b|代码", re.IGNORECASE)
_ABOUT = 80
"""Characters before and after an announcement within which the code must be named."""
_STUB_LINES = 5
_NO_STATEMENT = re.compile(r"#|//|/\*|\*|%|--|(?:import|from|pass)\b|\.\.\.$|\"{3}|'{3}")


def promises_code(readme: str | None) -> bool:
    """Whether a README announces the code itself, and not only models or data."""
    text = " ".join((readme or "")[:MOST_README].split())
    return any(
        _OF_CODE.search(text, max(0, match.start() - _ABOUT), match.end() + _ABOUT)
        for match in islice(_SOON.finditer(text), _MOST_PROMISES)
    )


def find_lone_script(paths: Iterable[str]) -> str | None:
    """The only file of code of a repository, where it is in the top folder and no other folder could hold code.

    Where the README announces the code (`promises_code`), the text of this file decides whether it counts as code
    (`is_stub`). None in every other case; a notebook always counts.
    """
    files = [file for path in paths if len(path) <= _MOST_PATH and not _aside(file := PurePosixPath(path))]
    if not _holds_code(files) or any(len(file.parts) > 1 for file in files):
        return None
    sources = [file for file in files if file.suffix.lower() in _CODE]
    return sources[0].name if len(sources) == 1 and sources[0].suffix.lower() != ".ipynb" else None


def is_stub(script: str) -> bool:
    """Whether a script has fewer than five lines beside comments and imports."""
    lines = (line.strip() for line in script[:MOST_README].splitlines())
    return sum(1 for line in lines if line and not _NO_STATEMENT.match(line)) < _STUB_LINES


def is_readme(name: str) -> bool:
    """Whether a file of the top folder is a README, by its name."""
    return bool(_README.fullmatch(name))


def find_licence_files(names: Iterable[str], most: int = 8) -> list[str]:
    """The paths that are named like licences (in the top folder or REUSE's), the plainest first, at most `most`."""
    licences = [name for name in names if len(name) <= 100 and LICENCE_FILE.fullmatch(name)]
    return sorted(licences, key=lambda name: ("/" in name, len(PurePosixPath(name).stem), len(name), name))[:most]


def is_worth_opening(folder: str) -> bool:
    """Whether a folder of this name may hold code, data or weights of a paper."""
    return not folder.startswith(".") and folder.lower() not in ASIDE


def is_side_folder(name: str) -> bool:
    """Whether a folder of the top is named after data or weights."""
    return bool(_DATA_FOLDER.fullmatch(name.lower()) or _WEIGHTS_FOLDER.fullmatch(name.lower()))


def has_programming_language(languages: Iterable[str]) -> bool:
    """Whether any of `languages`, as GitHub names them, is a programming language."""
    return any(language.lower() not in _NO_CODE_LANGUAGES for language in languages)


_NO_CODE_LANGUAGES = frozenset(
    {
        "batchfile",
        "bibtex style",
        "css",
        "dockerfile",
        "html",
        "less",
        "makefile",
        "markdown",
        "postscript",
        "powershell",
    }
    | {"rich text format", "roff", "sass", "scss", "shell", "svg", "tex", "text", "xslt", "yaml"}
)


def _aside(file: PurePosixPath) -> bool:
    return not all(is_worth_opening(folder) for folder in file.parts[:-1])


def _about(file: PurePosixPath) -> bool:
    name = file.name.lower()
    hidden = any(part.startswith(".") for part in file.parts)
    return hidden or is_readme(name) or bool(LICENCE_FILE.fullmatch(name))


def _is_hub_data(file: PurePosixPath) -> bool:
    return file.suffix.lower() not in (_CODE | _RECORDING | {".md", ".pdf"}) and not _SET_UP_TEXT.fullmatch(
        file.name.lower()
    )


def _holds_code(files: Iterable[PurePosixPath]) -> bool:
    sources = [file for file in files if file.suffix.lower() in _CODE and not _SET_UP.fullmatch(file.name.lower())]
    if any(file.suffix.lower() not in _SCRIPT for file in sources):
        return True
    if not sources:
        return False
    # Scripts beside a web page, without a package of their own, belong to the page.
    names = {file.name.lower() for file in files}
    page = any(file.suffix.lower() in _WEB for file in files)
    return "package.json" in names or not page


def _in_side_folder(file: PurePosixPath) -> bool:
    return len(file.parts) == 2 and is_side_folder(file.parts[0])


def _in_data_folder(file: PurePosixPath) -> bool:
    return any(_DATA_FOLDER.fullmatch(folder.lower()) for folder in file.parts[:-1])


def _is_data(file: PurePosixPath, *, anywhere: bool) -> bool:
    name, ending = file.name.lower(), file.suffix.lower()
    if name.startswith(".") or _SET_UP_TEXT.fullmatch(name):
        return False
    if ending in _DATA:
        return True
    if not anywhere:
        return False
    if ending in _PERHAPS_DATA:
        return True
    return ending in (_DATA_IN_FOLDER | _RECORDING) and _in_data_folder(file) and not is_readme(name)
