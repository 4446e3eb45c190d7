"""What a README says that bears on the marks of readiness: commands, links to weights, and results; pure.

Strangers write READMEs: a bounded part is read, each pattern in linear time, and nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tracker.domain.terms import Mark
from tracker.hosts.inspect.readiness_lines import (
    EVALUATION,
    PREPARATION,
    RUN,
    SCRIPT,
    TRAINING,
    ReadmeLine,
    has_word,
    read_lines,
    words,
)
from tracker.hosts.inspect.readiness_weights import find_weights

_INSTALL = re.compile(
    r"(?:\bpip3?|\buv pip|-m pip) install\b|\b(?:conda|mamba|micromamba) (?:install|(?:env )?create|env update)\b|\bpoetry (?:install|add)\b"
    r"|\buv (?:sync|add)\b|\bpixi install\b|\binstall\.packages\(|\b(?:devtools|remotes|pak|pacman|BiocManager)::|\bPkg\.(?:add|instantiate|develop|build)\b"
    r"|\bapt(?:-get)? (?:-y )?install\b|\bbrew install\b|\bnpm (?:install|i|ci)\b|\byarn (?:install|add)\b|\bpython3? setup\.py (?:install|develop)\b"
    r"|\b(?:cargo|go|stack|cabal|luarocks|easy_install|gem|opam) (?:install|build|get|add)\b|(?:\bbash|\bsh|\bsource|^\.|\./)\s?(?:[\w./-]{0,80}/)?(?:install|setup)[\w-]*\.sh\b"
    r"|\]\s?add [A-Z]\w+",
)
_TEST_RUNNER = re.compile(
    r"\bpytest\b|\bunittest\b|\bcargo test\b|\bgo test\b|\bctest\b|\bmake (?:test|check)\b|\bPkg\.test\b|\btox\b"
)
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
_RESULT_HEADING = re.compile(
    r"result|performance|benchmark|leaderboard|score|accuracy|comparison|evaluation|experiment|headline|效果|结果|实验|結果|성능|결과|resultado|résultat|результат",
    re.IGNORECASE,
)
_RESULT_WORDS = re.compile(
    r"\b(?:acc(?:uracy)?|top-?[15]|f1|bleu|rouge|m?ap|miou|iou|fid|psnr|ssim|mse|mae|rmse|auc|auroc|em|ppl|perplexity|wer|cer|score|recall|precision|success|loss|error|sts|mrr|ndcg|hits|pass@\d|κ|kappa|win ?rate|speedup|results?)\b|准确率|精度",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.])\d{0,6}\.\d{1,5}(?![\w.])|\d{1,3}(?:\.\d+)?\s?%")
_NUMBER_CELL = re.compile(
    r"\|[^|\w]{0,12}(?:<b>|\[)?[^|\w]{0,4}\d{0,6}[.,]?\d{1,6}(?:</?b>|e[-+]?\d|[^|\w]|\d|std){0,60}(?=\||$)"
)
_DECIMAL_CELL = re.compile(r"\|[^|\w]{0,12}\d{1,6}\.\d{1,6}(?:[^|\w]|\d|\([^|()]{0,40}\)|&nbsp;){0,60}(?=\||$)")
_FEWEST_ROWS = 2
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{1,500}\)|<img\b[^>\n]{1,500}", re.IGNORECASE)
_BADGE = re.compile(
    r"shields\.io|badge|\.svg|star-history|logo|youtube|colab|github\.com/[\w./-]*/workflows", re.IGNORECASE
)
_RESULT_IMAGE = re.compile(
    r"result|performance|benchmark|scores?\b|accuracy|leaderboard|quantitative|\btable\d|(?<![a-z])roc(?![a-z])|效果|结果",
    re.IGNORECASE,
)
_RESULT_SECTION = re.compile(
    r"\bresults?\b|performance|benchmark|ablation|experiments?\b|效果|结果|結果|성능|resultado|résultat|результат",
    re.IGNORECASE,
)
_NO_RESULT = re.compile(r"demo|teaser|overview|architecture|framework|pipeline|model\.|method", re.IGNORECASE)
_SETTING = re.compile(
    r"\|?\s{0,8}[*_`]{0,3}(?:learning rate|lr|batch ?size|epochs?|optimi[sz]er|weight decay|warm-?up|dropout|seed)\b",
    re.IGNORECASE,
)
"""The head of a row that gives a setting of the training."""
_CAPTION = re.compile(r"(?:<\w{1,10}[^>]{0,80}>\s?){0,3}\W{0,4}(?:fig(?:ure)?|table)\.?\s?\d", re.IGNORECASE)
_MADE = re.compile(r"generated|output|samples?\b|curve|reconstruct|predict", re.IGNORECASE)
"""Words of a picture that the command right above it made."""
_MOST_BETWEEN = 200
"""Characters of a sentence between a command and the picture that it made."""
_SEPARATOR = re.compile(r"\|?[\s:|-]{3,400}\|?")


def find_marks(readme: str, repository: str, owner: str, is_there: Callable[[str], bool]) -> dict[Mark, str]:
    """The marks that a README shows, each with the line that shows it; `is_there` tells whether the tree has a path."""
    lines = list(read_lines(readme))
    weights = find_weights(lines, repository, owner)
    own = "".join(words(repository)[:1])
    training = (
        _find_command(lines, TRAINING, own) or _find_code(lines, _FITS) or _find_place(lines, TRAINING, is_there)
    )
    if not training and not weights:
        training = _find_main_of_trained(lines)
    evaluation = (
        _find_command(lines, EVALUATION, own)
        or _find_code(lines, _EVALUATES)
        or _find_place(lines, EVALUATION, is_there)
    )
    run = training or evaluation or _find_any_run(lines)
    found = {
        Mark.DEPENDENCIES: _find_install(lines),
        Mark.TRAINING: training,
        Mark.EVALUATION: evaluation,
        Mark.WEIGHTS: weights,
        Mark.RESULTS: _find_results(lines) if run else "",
    }
    return {mark: " ".join(line.split()) for mark, line in found.items() if line}


def _find_install(lines: Sequence[ReadmeLine]) -> str:
    return next((line.text for line in lines if _INSTALL.search(line.text)), "")


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
            if not is_run or _INSTALL.search(command) or _TEST_RUNNER.search(command):
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


def _find_place(lines: Sequence[ReadmeLine], wanted: frozenset[str], is_there: Callable[[str], bool]) -> str:
    """A sentence that says where the scripts for what is wanted lie, such as "Training scripts are in `scripts/`"."""
    for line in lines:
        if line.code or _PROMISED.search(line.text):
            continue
        for match in _PLACE.finditer(line.text):
            said = words(line.text[max(0, match.start() - _NEAR) : match.start()])
            if has_word(said, _MAKING_DATA):
                continue
            if has_word(said, wanted) and not _CODE_WORDS.isdisjoint(said) and is_there(match[1]):
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
            if RUN.search(command) and not _INSTALL.search(command) and not has_word(words(command), _SHOWING)
        ),
        "",
    )


def _find_results(lines: Sequence[ReadmeLine]) -> str:
    """A table of figures, or a picture of results."""
    table: list[ReadmeLine] = []
    for line in [*lines, ReadmeLine("", "", "", code=False)]:
        if "|" in line.text and not line.code and line.text.count("|") >= 2:
            table.append(line)
            continue
        if table and (found := _result_row(table)):
            return found
        table = []
        if (
            line.text.lower().startswith(("<td", "<tr"))
            and _NUMBER.search(line.text)
            and _RESULT_HEADING.search(line.headings)
        ):
            return line.text
    code = ""
    for place, line in enumerate(lines):
        images = [] if line.code else [image for image in _IMAGE.findall(line.text) if not _BADGE.search(image)]
        if any(_shows_results(image, line) or (code and _MADE.search(image)) for image in images):
            return line.text
        captions = [after.text for after in lines[place + 1 : place + 4] if images and _CAPTION.match(after.text)]
        if captions and _RESULT_IMAGE.search(captions[0]):
            return captions[0]
        if line.code:
            code = line.text if RUN.search(line.text) and not _INSTALL.search(line.text) else ""
        elif images or len(line.text) > _MOST_BETWEEN:
            code = ""
    return ""


def _shows_results(image: str, line: ReadmeLine) -> bool:
    """Whether a picture shows results: its name or its heading says so."""
    if _NO_RESULT.search(image):
        return False
    return bool(_RESULT_IMAGE.search(image) or _RESULT_SECTION.search(line.headings))


def _says_percent(row: str) -> bool:
    return bool(re.search(r"\d\s?%", row))


def _result_row(table: Sequence[ReadmeLine]) -> str:
    """The head of a table that holds figures; empty for any other table."""
    rows = [line.text for line in table if not _SEPARATOR.fullmatch(line.text)]
    numeric = [len(_NUMBER_CELL.findall(row)) or len(_DECIMAL_CELL.findall(row)) for row in rows[1:]]
    if sum(cells >= 1 for cells in numeric) < _FEWEST_ROWS:
        if _RESULT_SECTION.search(table[0].nearest) and sum(map(_says_percent, rows[1:])) >= _FEWEST_ROWS:
            return rows[0]
        return ""
    if sum(bool(_SETTING.match(row)) for row in rows) >= _FEWEST_ROWS:
        return ""
    head = rows[0]
    named = _RESULT_WORDS.search(" ".join([head, *words(head), *rows[1:4]]))
    figures = sum(len(_DECIMAL_CELL.findall(row)) >= _FEWEST_ROWS for row in rows[1:]) >= _FEWEST_ROWS
    return head if named or figures or _RESULT_HEADING.search(table[0].headings) else ""
