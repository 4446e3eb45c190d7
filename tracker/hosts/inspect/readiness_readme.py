"""What a README says that bears on the marks of readiness: commands, links to weights, and results; pure.

Strangers write READMEs: a bounded part is read, each pattern in linear time, and nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from tracker.domain.terms import Mark
from tracker.hosts.inspect.readiness_lines import (
    EVALUATION,
    INSTALL,
    PREPARATION,
    RUN,
    SCRIPT,
    TRAINING,
    ReadmeLine,
    has_word,
    read_lines,
    words,
)
from tracker.hosts.inspect.readiness_results import find_results
from tracker.hosts.inspect.readiness_weights import find_weights

_TEST_RUNNER = re.compile(
    r"\bpytest\b|\bunittest\b|\bcargo test\b|\bgo test\b|\bctest\b|\bmake (?:test|check)\b|\bPkg\.test\b|\btox\b"
)
_TESTS_WITHIN = re.compile(r"\bcargo test\b")
_FITS = re.compile(
    r"(?<![\w.])(?!(?:classifier|clf|logreg|scaler|pca|tsne|umap|vectorizer|kmeans|lr)\.)\w{1,40}\.(?:fit|fit_transform|train_model|learn)\(|\bfit!\(|\btrainer\.train\(|\b\w{2,40}\([^()~]{1,80}~[^()~]{1,80}\bdata\s?="
)
_EVALUATES = re.compile(
    r"^(?:\w*acc(?:uracy)?|\w*score|auc|rmse|metrics?|results?)\s?=\s?\w|\.evaluate\(|\.score\(|\beval_model\(",
    re.IGNORECASE,
)
_PLACE = re.compile(r"[`(](?:\./)?([\w.-]{1,60}(?:/[\w.-]{1,60}){0,5})/?[`)]")
_SHORTEST_OWN = 3
_MAKING_DATA = frozenset(
    {
        "constructing",
        "construction",
        "collecting",
        "collection",
        "annotation",
        "annotating",
        "creation",
        "preparation",
        "preprocessing",
        "dataset",
        "datasets",
    }
)
"""Words of headings and sentences about how a benchmark is made, not run."""
_SHOWING = frozenset(
    {
        "demo",
        "demos",
        "example",
        "examples",
        "quickstart",
        "serve",
        "server",
        "gui",
        "app",
        "webui",
        "download",
        "docker",
        "tests",
    }
)
"""Words of commands that show what a program does, and compute no figure of a paper."""
_CODE_WORDS = frozenset({"script", "scripts", "code", "notebook", "notebooks", "command", "commands"})
_PROMISED = re.compile(r"\b(?:will be|coming|soon|todo|not yet)\b", re.IGNORECASE)
_NEAR = 120
"""Characters before the name of a place that say what lies there."""
_TRAINED = re.compile(
    r"(?<!your )\b(?:networks?|models?|agents?|polic(?:y|ies)) (?:is|are|was|were) trained\b|\bto train\b|\btraining (?:takes|runs|time)\b",
    re.IGNORECASE,
)
_MAIN = re.compile(r"\bmain\.(?:py|lua|jl|m|R)\b")


def find_marks(readme: str, repository: str, owner: str, places: Collection[str]) -> dict[Mark, str]:
    """The marks that a README shows, each with the line that shows it; `places` are the paths of the files and
    folders of the tree."""
    lines = list(read_lines(readme))
    weights = find_weights(lines, repository, owner)
    own = "".join(words(repository)[:1])
    training = (
        _find_command(lines, TRAINING, own) or _find_code(lines, _FITS) or _find_place(lines, TRAINING, places)
    )
    if not training and not weights:
        training = _find_main_of_trained(lines)
    evaluation = (
        _find_command(lines, EVALUATION, own)
        or _find_code(lines, _EVALUATES)
        or _find_place(lines, EVALUATION, places)
    )
    run = training or evaluation or _find_any_run(lines)
    found = {
        Mark.DEPENDENCIES: _find_install(lines),
        Mark.TRAINING: training,
        Mark.EVALUATION: evaluation,
        Mark.WEIGHTS: weights,
        Mark.RESULTS: find_results(lines) if run else "",
        # Tests of Rust stand in the files that they test.
        Mark.TESTS: _find_tests_within(lines) if "Cargo.toml" in places else "",
    }
    return {mark: " ".join(line.split()) for mark, line in found.items() if line}


def _find_install(lines: Sequence[ReadmeLine]) -> str:
    return next((line.text for line in lines if INSTALL.search(line.text)), "")


def _find_command(lines: Sequence[ReadmeLine], wanted: frozenset[str], own: str) -> str:
    """The first command that names what is wanted, else the first one below a heading that does. `own` is the first word
    of the repository's name, with which the commands that its package installs begin."""
    below = ""
    for line in lines:
        for command in line.commands():
            installed = line.code and _is_own_command(command, own)
            if installed and has_word(words(command.split()[0]), wanted):
                return command
            is_run = installed or RUN.search(command) or SCRIPT.fullmatch(command)
            if not is_run or INSTALL.search(command) or _TEST_RUNNER.search(command):
                continue
            if has_word(_script(command), PREPARATION) or "installation" in command:
                continue
            if has_word(words(command), wanted) and RUN.search(command):
                return command
            around = f"{line.nearest} {line.before if line.code else line.text}"
            if not below and has_word(words(around), wanted) and not has_word(words(line.nearest), _MAKING_DATA):
                below = command
    return below


def _is_own_command(command: str, own: str) -> bool:
    first, _, rest = command.partition(" ")
    return len(own) >= _SHORTEST_OWN and bool(rest) and "".join(words(first)).startswith(own) and "(" not in first


def _script(command: str) -> list[str]:
    match = SCRIPT.search(command)
    return words(match[0].rpartition(".")[0]) if match else []


def _find_code(lines: Sequence[ReadmeLine], pattern: re.Pattern[str]) -> str:
    return next((line.text for line in lines if line.code and pattern.search(line.text)), "")


def _find_tests_within(lines: Sequence[ReadmeLine]) -> str:
    commands = (command for line in lines for command in line.commands())
    return next((command for command in commands if _TESTS_WITHIN.search(command)), "")


def _find_place(lines: Sequence[ReadmeLine], wanted: frozenset[str], places: Collection[str]) -> str:
    """A sentence that says where the scripts for what is wanted lie, such as "Training scripts are in `scripts/`"."""
    for line in lines:
        if line.code or _PROMISED.search(line.text):
            continue
        for match in _PLACE.finditer(line.text):
            said = words(line.text[max(0, match.start() - _NEAR) : match.start()])
            if has_word(said, _MAKING_DATA):
                continue
            stem, _, ending = match[1].rpartition("/")[2].rpartition(".")
            guide = ending == "md" and has_word(words(stem), wanted)
            if (guide or (has_word(said, wanted) and not _CODE_WORDS.isdisjoint(said))) and match[1] in places:
                return line.text
    return ""


def _find_main_of_trained(lines: Sequence[ReadmeLine]) -> str:
    """The command that runs `main`, where the text says that networks are trained."""
    if not any(_TRAINED.search(line.text) for line in lines if not line.code):
        return ""
    for line in lines:
        for command in line.commands():
            if (
                RUN.search(command)
                and _MAIN.search(command)
                and not has_word(words(command), EVALUATION | _SHOWING)
            ):
                return command
    return ""


def _find_any_run(lines: Sequence[ReadmeLine]) -> str:
    return next(
        (
            command
            for line in lines
            for command in line.commands()
            if RUN.search(command) and not INSTALL.search(command) and not has_word(words(command), _SHOWING)
        ),
        "",
    )
