"""Which of the seven marks of readiness a repository shows, with the file or the line of the README that shows each; pure.

The marks follow the ML Code Completeness Checklist of Papers with Code (dependencies, training, evaluation, weights,
results), with tests and containers beside them. A mark that is not found was not seen: it is never said to be missing,
for the tree may be listed in part and the README read in part. Copies of others' work and documents do not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from tracker.domain.terms import Mark
from tracker.hosts.inspect import readiness_readme
from tracker.hosts.inspect.code_files import MOST_PATH, Sizes
from tracker.hosts.inspect.content import LICENCE_FILE
from tracker.hosts.inspect.data_files import is_in_data_folder, is_weights
from tracker.hosts.inspect.known_files import is_pretrained_model
from tracker.hosts.inspect.readiness_lines import EVALUATION, TRAINING, has_word, words
from tracker.hosts.inspect.readiness_scripts import (
    EVALUATES,
    EVALUATION_FOLDERS,
    TRAINING_FOLDERS,
    TRAINS,
    find_article_script,
    find_script,
    is_source,
)
from tracker.hosts.inspect.readiness_tests import TEST_FOLDERS, find_tests, is_in_folder

MOST_EVIDENCE = 120
"""Characters of the evidence of a mark."""
MOST_FILES = 100_000
_SMALLEST_WEIGHTS = 1_000
_SHORT_LICENCE = 5_000
"""Bytes: MIT and BSD, which name their holder; the text of Apache-2.0 is the same for everybody."""

_MARKS_OF_COPIES = (Mark.TRAINING, Mark.EVALUATION, Mark.WEIGHTS)
_INSTALLED_COPY = re.compile(
    r"\binstall (?:-e|--editable) \S{1,200}|\bcd \S{1,200}\s{1,4}(?:pip3? install|python3? setup\.py) [^\n]{1,200}"
)
"""What a README says of a copy that is only installed."""
_FOREIGN = frozenset(
    [
        "3rdparty", "3rd_party", "bower_components", "contrib", "deps", "extern", "external", "externals", "libs",
        "node_modules", "site-packages", "submodule", "submodules", "third-party", "third_party", "thirdparty", "vendor",
        "vendored", "venv",
    ]
)  # fmt: skip
"""Folders of other people's work."""
_DOCUMENTS = frozenset({"doc", "docs", "website", "static", "assets", "site", "_site", "man", "javadoc"})
_VISIBLE = frozenset({".devcontainer", ".docker", ".ci"})
_DEPENDENCY_FILE = re.compile(
    r"(?:[\w.-]*[_.-])?(?:requirements?|reqs?)(?:[_.-][\w.-]*)?\.(?:txt|in|pip|ya?ml|lock)|pyproject\.toml|setup\.(?:py|cfg)"
    r"|pipfile(?:\.lock)?|(?:poetry|uv|pixi|pdm|conda-lock|renv|cargo)\.(?:lock|toml)|conda-lock\.ya?ml"
    r"|(?:[\w.-]*[_.-])?(?:environment|environments|env|conda|condaenv)(?:[_.-][\w.-]*)?\.ya?ml|(?:julia)?(?:project|manifest)\.toml"
    r"|description|go\.mod|package\.json|pom\.xml|build\.(?:gradle(?:\.kts)?|sbt)|[\w-]+\.cabal|stack\.yaml|gemfile"
    r"|package\.xml|vcpkg\.json|conanfile\.(?:txt|py)|flake\.nix|shell\.nix|spack\.yaml|[\w-]+\.rockspec|install_packages\.[rm]|opam"
    r"|install(?:[_-][\w-]*)?\.sh|(?:setup|create)[_-](?:conda|env|environment|venv)[\w-]*\.sh",
    re.IGNORECASE,
)
_CONTAINER_FILE = re.compile(
    r"(?:[\w-]+\.)?(?:docker|container)file(?:[._-][\w.-]+)?|(?:apptainer|singularity)(?:file)?(?:\.[\w.-]+)?|devcontainer\.json"
    r"|\.devcontainer\.json|[\w.-]*(?:singularity|apptainer)[\w.-]*\.(?:def|recipe)",
    re.IGNORECASE,
)
_MODEL_FOLDERS = frozenset(
    {
        "model",
        "models",
        "weights",
        "checkpoints",
        "checkpoint",
        "ckpt",
        "ckpts",
        "pretrained",
        "pre_trained",
        "trained_models",
        "trained_model",
        "pretrained_models",
        "learned_models",
        "saved_models",
        "model_zoo",
    }
)
_SURE_MODEL_FOLDERS = _MODEL_FOLDERS - {"model", "models"}
"""Folders of weights even among data."""
_OTHER_WEIGHTS = frozenset({".mat", ".h5", ".hdf5", ".pkl", ".pickle", ".joblib", ".npz", ".caffemodel", ".weights", ".t7", ".bin", ".tar",
                            ".jld2", ".bson", ".rds", ".params", ".msgpack", ".mlmodel"})  # fmt: skip
"""Formats in which a folder of models holds weights, and others anything."""
_TENSORFLOW_CHECKPOINT = re.compile(r"[\w.=-]{1,200}\.(?:data-\d{5}-of-\d{5}|ckpt\.meta|ckpt-\d{1,9}\.meta)")
_SAVED_NAMES = frozenset({"checkpoint", "ckpt", "weights"})
_FEWEST_PARTS = 2
_DOWNLOAD_FOLDERS = _MODEL_FOLDERS | {
    "script",
    "scripts",
    "tool",
    "tools",
    "bin",
    "download",
    "downloads",
    "shell",
    "sh",
}
_OTHERS_MODELS = frozenset({"pretrained", "pt", "hf"})
_DOWNLOADED = frozenset({"model", "models", "checkpoint", "checkpoints", "ckpt", "ckpts", "weights", "params"})


def find_readiness(sizes: Sizes, readme: str | None, *, repository: str = "", owner: str = "") -> dict[Mark, str]:
    """The marks that a repository shows, in their order, each with its evidence: a path, or `README: ` and a line of it.

    `sizes` has its files by path, `readme` is the README's text (None where it was not read); `owner` and `repository`
    are the two words of its name.
    """
    files, copied = _files_that_count(sizes)
    led_to = _INSTALLED_COPY.sub("", readme or "")
    marks: dict[Mark, str] = {}
    for mark, finder in _TREE.items():
        path = finder(files, sizes, repository)
        if not path and mark in _MARKS_OF_COPIES and led_to:
            # A copy of another project that the README leads to was made the paper's own.
            path = finder(
                [file for file in copied if f"{file.parts[0]}/{file.parts[1]}" in led_to], sizes, repository
            )
        if path:
            marks[mark] = _shorten(path)

    places = {str(place) for file in files for place in (file, *file.parents[:-1])} if readme else set()
    for mark, line in readiness_readme.find_marks(readme or "", repository, owner, places).items():
        marks.setdefault(mark, _shorten(f"README: {line}"))
    return {mark: marks[mark] for mark in Mark if mark in marks}


def folders_to_open(folders: Sequence[str], sizes: Sizes, repository: str = "") -> list[str]:
    """The folders whose files may show a mark that the files listed so far do not, the likeliest first.

    `folders` are the paths of folders that were not listed, of which the last word decides.
    """
    files, _ = _files_that_count(sizes)
    missing = {mark for mark, finder in _TREE.items() if not finder(files, sizes, repository)}
    likely = [(mark, names) for mark, names in _LIKELY_FOLDERS if mark in missing]
    scripts = missing & {Mark.TRAINING, Mark.EVALUATION}
    package = "".join(words(repository))

    def rank(folder: str) -> int | None:
        name = folder.rpartition("/")[2].lower()
        found = next((place for place, (_, names) in enumerate(likely) if name in names), None)
        if found is None and scripts:
            named = "".join(words(name)) == package or has_word(words(name), TRAINING | EVALUATION)
            return len(likely) + (0 if named else 1)
        return found

    ranked = [(place, folder) for folder in folders if (place := rank(folder)) is not None]
    return [folder for _, folder in sorted(ranked)]


def _shorten(text: str) -> str:
    return text if len(text) <= MOST_EVIDENCE else f"{text[: MOST_EVIDENCE - 1]}…"


def _files_that_count(sizes: Sizes) -> tuple[list[PurePosixPath], list[PurePosixPath]]:
    """The files that are not empty and not in others' work, in documents or in hidden folders, and those of them in copies
    of other projects; the nearest first."""
    paths = [path for path, size in sizes.items() if len(path) <= MOST_PATH and size != 0][:MOST_FILES]
    copies = _copied_projects(paths, sizes)
    files: list[PurePosixPath] = []
    copied: list[PurePosixPath] = []
    for path in paths:
        file = PurePosixPath(path)
        folders = [folder.lower() for folder in file.parts[:-1]]
        if any(folder in _FOREIGN or folder in _DOCUMENTS for folder in folders):
            continue
        if any(folder.startswith(".") and folder not in _VISIBLE for folder in folders):
            continue
        inside = copies and any("/".join(file.parts[:depth]) in copies for depth in range(1, len(file.parts)))
        (copied if inside else files).append(file)
    return sorted(files, key=_nearness), sorted(copied, key=_nearness)


def _nearness(file: PurePosixPath) -> tuple[int, int, str]:
    return len(file.parts), len(str(file)), str(file)


def _copied_projects(paths: Sequence[str], sizes: Sizes) -> frozenset[str]:
    """Folders that have a licence file and a README of their own: copies of other projects. Not R packages, which need
    one, and not parts under the repository's own licence: a short licence of the same length names the same holder."""
    licensed, described = set(), set()
    short = {
        path: sizes[path]
        for path in paths
        if LICENCE_FILE.fullmatch(path.rpartition("/")[2]) and (sizes[path] or _SHORT_LICENCE) < _SHORT_LICENCE
    }
    own = {size for path, size in short.items() if "/" not in path}
    for path in paths:
        folder, _, name = path.rpartition("/")
        if folder and LICENCE_FILE.fullmatch(name):
            if short.get(path) not in own:
                licensed.add(folder)
        elif folder and name.lower().startswith("readme"):
            described.add(folder)
    packages = {path.rpartition("/")[0] for path in paths if path.endswith("/DESCRIPTION")}
    return frozenset((licensed & described) - packages)


def _find_dependencies(files: Sequence[PurePosixPath], _: Sizes, __: str) -> str:
    return next(
        (
            str(file)
            for file in files
            if _DEPENDENCY_FILE.fullmatch(file.name) or _CONTAINER_FILE.fullmatch(file.name)
        ),
        "",
    )


def _find_container(files: Sequence[PurePosixPath], _: Sizes, __: str) -> str:
    return next(
        (
            str(file)
            for file in files
            if (_CONTAINER_FILE.fullmatch(file.name) and file.suffix not in (".py", ".md", ".sh", ".yml", ".yaml"))
            or (
                file.suffix == ".def"
                and {part.lower() for part in file.parts[:-1]}
                & {"singularity", "apptainer", "containers", "container"}
            )
        ),
        "",
    )


def _find_tests(files: Sequence[PurePosixPath], _: Sizes, __: str) -> str:
    return next((str(file) for file in find_tests(files)), "")


def _find_training(files: Sequence[PurePosixPath], _: Sizes, repository: str) -> str:
    return find_script(_without_tests(files), TRAINS, repository)


def _find_evaluation(files: Sequence[PurePosixPath], _: Sizes, repository: str) -> str:
    scripts = list(_without_tests(files))
    return find_script(scripts, EVALUATES, repository) or find_article_script(scripts)


def _without_tests(files: Sequence[PurePosixPath]) -> Iterator[PurePosixPath]:
    """The files that are no tests. Where there are tests, `test_of_something` elsewhere is taken for one more."""
    tests = set(find_tests(files))
    for file in files:
        stray = tests and "test" in words(file.stem)[:-1]
        if not stray and file not in tests and not is_in_folder(file, TEST_FOLDERS):
            yield file


def _find_weights(files: Sequence[PurePosixPath], sizes: Sizes, repository: str) -> str:
    for file in files:
        size = sizes.get(str(file))
        if _is_weights(file, repository) and (size is None or size >= _SMALLEST_WEIGHTS):
            return str(file)
    for file in files:
        found = set(words(file.stem))
        near = len(file.parts) < 2 or file.parts[-2].lower() in _DOWNLOAD_FOLDERS
        if near and "download" in found and _DOWNLOADED & found and not _OTHERS_MODELS & found and is_source(file):
            return str(file)
    return ""


def _is_weights(file: PurePosixPath, repository: str) -> bool:
    named = not _SAVED_NAMES.isdisjoint(words(file.stem))
    sure = is_in_folder(file, _SURE_MODEL_FOLDERS)
    if is_in_data_folder(file) and not sure and not (named and is_in_folder(file, _MODEL_FOLDERS)):
        return False
    if is_in_folder(file, TEST_FOLDERS):
        return False
    if is_weights(file, repository):
        return True
    if len(file.parts) < _FEWEST_PARTS:
        return False
    in_models = sure or file.parts[0].lower() in _MODEL_FOLDERS
    if _TENSORFLOW_CHECKPOINT.fullmatch(file.name):
        return in_models
    other = file.suffix.lower() in _OTHER_WEIGHTS and not is_pretrained_model(file, repository)
    return other and (in_models or named)


_TREE: Mapping[Mark, Callable[[Sequence[PurePosixPath], Sizes, str], str]] = {
    Mark.DEPENDENCIES: _find_dependencies,
    Mark.TRAINING: _find_training,
    Mark.EVALUATION: _find_evaluation,
    Mark.WEIGHTS: _find_weights,
    Mark.TESTS: _find_tests,
    Mark.CONTAINER: _find_container,
}
_SCRIPT_FOLDERS = frozenset(
    {"script", "scripts", "tools", "src", "code", "codes", "exp", "exps", "bin", "examples", "example"}
)
_LIKELY_FOLDERS = (
    (Mark.TESTS, TEST_FOLDERS),
    (
        Mark.CONTAINER,
        frozenset({"docker", ".devcontainer", "container", "containers", "singularity", "apptainer"}),
    ),
    (Mark.TRAINING, TRAINING_FOLDERS | _SCRIPT_FOLDERS),
    (Mark.EVALUATION, EVALUATION_FOLDERS | _SCRIPT_FOLDERS),
    (Mark.WEIGHTS, _MODEL_FOLDERS),
)
"""The folders that usually show each mark."""
