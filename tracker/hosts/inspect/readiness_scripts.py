"""Which file of a tree trains the model of a repository, and which one evaluates it, by names alone; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from tracker.hosts.inspect.languages import FileKind, language_table
from tracker.hosts.inspect.readiness_lines import EVALUATION, PREPARATION, TRAINING, has_word, words

TRAINING_FOLDERS = frozenset(
    {"train", "training", "trainer", "trainers", "pretrain", "pretraining", "finetune", "finetuning", "retraining"}
)
EVALUATION_FOLDERS = frozenset(
    [
        "eval", "evals", "evaluate", "evaluation", "evaluations", "benchmark", "benchmarks", "analysis", "analyses",
        "experiment", "experiments", "plots", "plotting", "figures", "figure_notebooks",
    ]
)  # fmt: skip
_SHOWN = frozenset(
    [
        "figure", "figures", "fig", "plot", "plots", "plotting", "analysis", "analyse", "analyze", "result", "results", "experiment",
        "experiments", "metric", "metrics",
    ]
)  # fmt: skip
"""Words of what evaluation shows: names that say that they evaluate come first."""
_DRAWN = _SHOWN - {"metric", "metrics"}
_HELPERS = frozenset(
    [
        "util", "utils", "utility", "utilities", "helper", "helpers", "lib", "libs", "common", "misc", "visualization", "visualisation",
        "visualizer", "logging", "gui", "ui",
    ]
)  # fmt: skip
"""Folders of parts that scripts use: a part that plots or lists experiments makes no figure of a paper by itself."""
_ASIDE = frozenset({"android", "ios", "webapp", "frontend", "ci", "ci_scripts"})
"""Folders of applications and of continuous integration."""
_APPLICATION_LANGUAGES = frozenset(
    {".java", ".kt", ".swift", ".cs", ".js", ".jsx", ".ts", ".tsx", ".vue", ".html", ".dart"}
)
_VAGUE = _DRAWN | {"fit", "fitting", "test", "tester", "testing", "validate", "validation", "reproduce"}
"""Words that name parts of a user interface as well (`AutoFitView`, `ResultsView`)."""
_ARTICLE_HELPERS = frozenset({"paths", "utils", "__init__"})
_PARTS_OF_DATA = frozenset({"train", "test", "dev", "val", "valid", "validation"})
_PIECES_OF_DATA = frozenset({"tasks", "samples", "examples", "questions", "problems", "prompts", "instances"})
_BUILD_FILES = frozenset({".cmake", ".mk", ".am", ".gradle", ".bat"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What tells that a file does something: words of its name, and folders that it lies in."""

    names: frozenset[str]
    folders: frozenset[str]
    weak: frozenset[str]
    """The names that count after all others."""


TRAINS = Wanted(TRAINING | {"learn"}, TRAINING_FOLDERS, frozenset({"learn"}))
EVALUATES = Wanted(EVALUATION, EVALUATION_FOLDERS, _SHOWN)


def is_source(file: PurePosixPath) -> bool:
    """Whether a file holds a program or a notebook; files that build others do not."""
    if file.suffix.lower() in _BUILD_FILES:
        return False
    return file.suffix.lower() == ".ipynb" or language_table().kind(file.name) in (
        FileKind.PROGRAM,
        FileKind.AUXILIARY,
    )


def find_script(files: Iterable[PurePosixPath], wanted: Wanted, repository: str) -> str:
    """The path of the first script whose name says that it does what is wanted, else of one in a folder whose name does,
    else of one whose name says so weakly; empty where there is none. `files` are the nearest first, without tests."""
    by_rank: dict[int, str] = {}
    package = "".join(words(repository))
    for file in files:
        rank = _rank(file, wanted, package) if file.name != "__init__.py" and is_source(file) else None
        if rank == 0:
            return str(file)
        if rank is not None:
            by_rank.setdefault(rank, str(file))
    return by_rank[min(by_rank)] if by_rank else ""


def find_article_script(files: Iterable[PurePosixPath]) -> str:
    """A script of an article that showyourwork builds from its figures: each draws one, or makes what one shows
    (show-your.work/en/latest/layout)."""
    scripts = ""
    is_article = False
    for file in files:
        is_article = is_article or file.name == "showyourwork.yml"
        if not scripts and file.parts[-3:-1] == ("src", "scripts") and file.stem not in _ARTICLE_HELPERS:
            scripts = str(file) if is_source(file) else ""
    return scripts if is_article else ""


def is_part_of_data(stem: str) -> bool:
    """Whether a name says which part of some data a file has: `tasks_test`, `questions_train`."""
    found = words(stem)
    return len(found) > 1 and found[-1] in _PARTS_OF_DATA and found[-2] in _PIECES_OF_DATA


def _rank(file: PurePosixPath, wanted: Wanted, package: str) -> int | None:
    """How surely a file does what is wanted, 0 the most; None where nothing says so."""
    found, folders = words(file.stem), file.parts[:-1]
    if (
        has_word(found, PREPARATION)
        or is_part_of_data(file.stem)
        or any(folder.lower() in _ASIDE for folder in folders)
    ):
        return None
    names = wanted.names - _VAGUE if _is_part(file) else wanted.names
    helper = any(has_word(_folder_words(folder), _HELPERS) for folder in folders)
    if has_word(found, names - wanted.weak):
        return 1 if helper else 0
    # In the package that the repository is named after, modules that plot or measure are for its users.
    in_package = any("".join(_folder_words(folder)) == package for folder in folders[:2])
    if any(_says(folder, wanted) and not (in_package and folder in _DRAWN) for folder in folders):
        return 2
    if in_package:
        return None
    if has_word(found, (names - _DRAWN if helper else names) & wanted.weak):
        return 4 if helper else 3
    return None


def _is_part(file: PurePosixPath) -> bool:
    """Whether a file is a part of an application or of an R package, where a test is one of statistics."""
    return file.suffix.lower() in _APPLICATION_LANGUAGES or file.parts[-2:-1] == ("R",)


def _says(folder: str, wanted: Wanted) -> bool:
    if folder.lower() in wanted.folders:
        return True
    named = _folder_words(folder)
    return has_word(named, wanted.folders & TRAINING_FOLDERS) and not has_word(named, PREPARATION)


@lru_cache(maxsize=4_096)
def _folder_words(folder: str) -> tuple[str, ...]:
    return tuple(words(folder))
