"""Which line of a README shows results: a table of figures, a picture, or what a command prints; pure, in linear time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tracker.hosts.inspect.readiness_lines import INSTALL, RUN, ReadmeLine, words

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
_DECIMAL_CELL = re.compile(
    r"\|[^|\w]{0,12}\d{1,6}\.\d{1,6}"
    r"(?>\([^|()]{0,40}\)|\[[^\]\[|]{0,40}\]\([^()|]{1,400}\)|&nbsp;|\d|[^|\w]){0,60}(?=\||$)"
)
"""A figure with its deviation in brackets, or a link to what has it; each piece is read in one way."""
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
_OPTIONS = re.compile(r"\|\s{0,40}[*_`]{0,3}defaults?[*_`]{0,3}\s{0,40}(?:\||$)", re.IGNORECASE)
"""The head of a table of options."""
_PRINTED = re.compile(
    r"(?:[A-Za-z][\w.-]{0,40}[ \t]{1,20})?-?\d{1,6}\.\d{1,6}(?:[ \t,|±%]{1,20}-?\d{1,6}\.\d{1,6}){2,30}%?"
)
"""A row of figures that a command prints."""
_NOTED = re.compile(r"#\W{0,4}[A-Za-z][\w@ .-]{0,40}[:=]\s{0,3}\d{1,6}\.\d{1,6}")
"""A comment below a command that says what it gives."""
_CAPTION = re.compile(r"(?:<\w{1,10}[^>]{0,80}>\s?){0,3}\W{0,4}(?:fig(?:ure)?|table)\.?\s?\d", re.IGNORECASE)
_MADE = re.compile(r"generated|output|samples?\b|curve|reconstruct|predict", re.IGNORECASE)
"""Words of a picture that the command right above it made."""
_GIVES = re.compile(
    r"\byou (?:should|will|can)(?: now)? (?:get|see|obtain)\b|\b(?:gives|produces|yields)\b", re.IGNORECASE
)
"""What a sentence between a command and a picture says that shows what the command makes."""
_MOST_BETWEEN = 200
"""Characters of a sentence between a command and the picture that it made."""
_SEPARATOR = re.compile(r"\|?[\s:|-]{3,400}\|?")


def find_results(lines: Sequence[ReadmeLine]) -> str:
    """A table of figures, a picture of results, or figures that a command prints: the line that shows them."""
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
        if any(
            _shows_results(image, line) or (code and (_MADE.search(image) or _GIVES.search(line.before)))
            for image in images
        ):
            return line.text
        captions = [after.text for after in lines[place + 1 : place + 4] if images and _CAPTION.match(after.text)]
        if captions and _RESULT_IMAGE.search(captions[0]):
            return captions[0]
        if line.code:
            code = line.text if RUN.search(line.text) and not INSTALL.search(line.text) else ""
        elif images or len(line.text) > _MOST_BETWEEN:
            code = ""
    return _find_printed(lines)


def _find_printed(lines: Sequence[ReadmeLine]) -> str:
    """The head of figures that a command prints, or a comment below a command that gives its figure."""
    for above, line in pairwise(lines):
        if not (above.code and line.code):
            continue
        named = _RESULT_WORDS.search(above.text) and not _NUMBER.search(above.text)
        if named and _PRINTED.fullmatch(line.text):
            return above.text
        if RUN.search(above.text) and _NOTED.match(line.text) and _RESULT_WORDS.search(line.text):
            return line.text
    return ""


def _shows_results(image: str, line: ReadmeLine) -> bool:
    """Whether a picture shows results: its name or its heading says so."""
    if _NO_RESULT.search(image):
        return False
    introduced = line.before.endswith((":", "：")) and _RESULT_SECTION.search(line.before)
    return bool(_RESULT_IMAGE.search(image) or _RESULT_SECTION.search(line.headings) or introduced)


def _says_percent(row: str) -> bool:
    return bool(re.search(r"\d\s?%", row))


def _result_row(table: Sequence[ReadmeLine]) -> str:
    """The head of a table that holds figures; empty for any other table."""
    rows = [line.text for line in table if not _SEPARATOR.fullmatch(line.text)]
    if rows and _OPTIONS.search(rows[0]):
        return ""
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
