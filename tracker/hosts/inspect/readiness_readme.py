"""What a README says that bears on the marks of readiness: commands, links to weights, and results; pure.

Strangers write READMEs: a bounded part is read, each pattern in linear time, and nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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
    r"(?<![\w.])(?!(?:classifier|clf|logreg|scaler|pca|kmeans|lr)\.)\w{1,40}\.(?:fit|train_model|learn)\(|\bfit!\(|\btrainer\.train\(|\b\w{2,40}\([^()~]{1,80}~[^()~]{1,80}\bdata\s?="
)
_EVALUATES = re.compile(
    r"^(?:\w*acc(?:uracy)?|\w*score|auc|rmse|metrics?|results?)\s?=\s?\w|\.evaluate\(|\.score\(|\beval_model\(",
    re.IGNORECASE,
)
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
_DECIMAL_CELL = re.compile(r"\|[^|\w]{0,12}\d{1,6}\.\d{1,6}(?:[^|\w]|\d){0,60}(?=\||$)")
_FEWEST_ROWS = 2
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{1,500}\)|<img\b[^>\n]{1,500}", re.IGNORECASE)
_BADGE = re.compile(
    r"shields\.io|badge|\.svg|star-history|logo|youtube|colab|github\.com/[\w./-]*/workflows", re.IGNORECASE
)
_RESULT_IMAGE = re.compile(
    r"result|performance|benchmark|scores?\b|accuracy|leaderboard|quantitative|\btable\d|效果|结果", re.IGNORECASE
)
_RESULT_SECTION = re.compile(
    r"\bresults?\b|performance|benchmark|ablation|experiments?\b|效果|结果|結果|성능|resultado|résultat|результат",
    re.IGNORECASE,
)
_NO_RESULT = re.compile(r"demo|teaser|overview|architecture|framework|pipeline|model\.|method", re.IGNORECASE)
_SEPARATOR = re.compile(r"\|?[\s:|-]{3,400}\|?")


def find_marks(readme: str, repository: str, owner: str) -> dict[Mark, str]:
    """The marks that a README shows, each with the line that shows it."""
    lines = list(read_lines(readme))
    install = _find_install(lines)
    training = _find_command(lines, TRAINING) or _find_code(lines, _FITS)
    evaluation = _find_command(lines, EVALUATION) or _find_code(lines, _EVALUATES)
    run = training or evaluation or _find_any_run(lines)
    found = {
        Mark.DEPENDENCIES: install,
        Mark.TRAINING: training,
        Mark.EVALUATION: evaluation,
        Mark.WEIGHTS: find_weights(lines, repository, owner),
        Mark.RESULTS: _find_results(lines) if run else "",
    }
    return {mark: " ".join(line.split()) for mark, line in found.items() if line}


def _find_install(lines: Sequence[ReadmeLine]) -> str:
    return next((line.text for line in lines if _INSTALL.search(line.text)), "")


def _find_command(lines: Sequence[ReadmeLine], wanted: frozenset[str]) -> str:
    """The first command that names what is wanted, else the first one below a heading that does."""
    below = ""
    for line in lines:
        for command in line.commands():
            is_run = RUN.search(command) or SCRIPT.fullmatch(command)
            if not is_run or _INSTALL.search(command) or _TEST_RUNNER.search(command):
                continue
            if has_word(_script(command), PREPARATION):
                continue
            if has_word(words(command), wanted) and RUN.search(command):
                return command
            around = f"{line.nearest} {line.before if line.code else line.text}"
            if not below and has_word(words(around), wanted):
                below = command
    return below


def _script(command: str) -> list[str]:
    match = SCRIPT.search(command)
    return words(match[0].rpartition(".")[0]) if match else []


def _find_code(lines: Sequence[ReadmeLine], pattern: re.Pattern[str]) -> str:
    return next((line.text for line in lines if line.code and pattern.search(line.text)), "")


def _find_any_run(lines: Sequence[ReadmeLine]) -> str:
    return next(
        (
            command
            for line in lines
            for command in line.commands()
            if RUN.search(command) and not _INSTALL.search(command)
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
    return next(
        (
            line.text
            for line in lines
            if not line.code and any(_shows_results(image, line) for image in _IMAGE.findall(line.text))
        ),
        "",
    )


def _shows_results(image: str, line: ReadmeLine) -> bool:
    """Whether a picture shows results: its name or its heading says so."""
    if _BADGE.search(image) or _NO_RESULT.search(image):
        return False
    return bool(_RESULT_IMAGE.search(image) or _RESULT_SECTION.search(line.headings))


def _result_row(table: Sequence[ReadmeLine]) -> str:
    """The head of a table that holds figures; empty for any other table."""
    rows = [line.text for line in table if not _SEPARATOR.fullmatch(line.text)]
    numeric = [len(_NUMBER_CELL.findall(row)) for row in rows[1:]]
    if sum(cells >= 1 for cells in numeric) < _FEWEST_ROWS:
        return ""
    head = rows[0]
    named = _RESULT_WORDS.search(" ".join([head, *words(head), *rows[1:4]]))
    figures = sum(len(_DECIMAL_CELL.findall(row)) >= _FEWEST_ROWS for row in rows[1:]) >= _FEWEST_ROWS
    return head if named or figures or _RESULT_HEADING.search(table[0].headings) else ""
