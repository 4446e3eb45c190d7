"""The lines of a README with the headings above them, and the words by which scripts, commands and headings say that they
train or evaluate a model, in several languages; pure, in time linear in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tracker.hosts.inspect.headings import find_headings, split_lines, visible_text

MOST_TEXT = 400
"""Characters of a name or a line whose words are compared."""

TRAINING = frozenset(
    [
        "train", "trains", "training", "trainer", "trainers", "retrain", "retraining", "pretrain", "pretraining", "finetune", "finetuning", "fit",
        "fitting", "sft", "dpo", "ppo", "grpo", "rlhf", "distill", "distillation", "entrenamiento", "entrenar", "entrainement",
        "treinamento", "обучение", "обучения", "训练", "訓練", "微调", "微調", "学習", "학습", "훈련",
    ]
)  # fmt: skip
EVALUATION = frozenset(
    [
        "eval", "evals", "evaluate", "evaluates", "evaluating", "evaluation", "evaluations", "evaluator", "test", "testing",
        "tester", "validate", "validation", "benchmark", "benchmarks", "benchmarking", "metric", "metrics", "reproduce",
        "reproducing", "reproducibility", "reproduction", "figure", "figures", "fig", "plot", "plots", "plotting", "analysis",
        "analyse", "analyze", "results", "result", "ablation", "ablations", "roc", "auc", "experiment", "experiments", "evaluacion",
        "測試", "测试", "评估", "評估", "评测", "验证", "評価", "テスト", "평가", "оценка",
    ]
)  # fmt: skip
PREPARATION = frozenset(
    [
        "data", "dataset", "datasets", "dataloader", "loader", "prepare", "preparing", "process", "preprocess", "preprocessing", "split",
        "download", "convert", "tokenizer", "demo", "setup", "install", "env", "environment",
    ]
)  # fmt: skip
"""Words of scripts that prepare what training or evaluation needs."""

_FINE_TUNE = re.compile(r"fine[-_ ]?tun(?:e|ing)", re.IGNORECASE)
_PRE_TRAIN = re.compile(r"pre[-_ ]?train(?=ing|ed|(?![a-z]))", re.IGNORECASE)
_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])")
_BETWEEN = re.compile(r"[\W_]+")
_CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


def words(text: str) -> list[str]:
    """The words of a name or a line in lower case; `fineTune`, `fine-tune` and `fine_tune` are one word."""
    text = _PRE_TRAIN.sub(" pretrain", _FINE_TUNE.sub(" finetune ", text[:MOST_TEXT]))
    return [word for word in _BETWEEN.split(_CASE.sub(" ", text).lower()) if word]


def has_word(found: Iterable[str], wanted: frozenset[str]) -> bool:
    """Whether one of `found` is wanted. Languages without spaces are searched inside the words."""
    return any(
        word in wanted or (_CJK.search(word) and any(each in word for each in wanted if _CJK.match(each)))
        for word in found
    )


_MOST_LINE = 1_000
_FENCE = re.compile(r" {0,8}(?:```|~~~)")
_PROMPT = re.compile(r"(?:[$>!%]|>>>)\s{1,4}")
_INLINE = re.compile(r"`{1,3}([^`\n]{3,400})`{1,3}")
RUN = re.compile(
    r"(?:^|[\s;&|`])(?:python[0-9.]{0,4}|torchrun|accelerate|deepspeed|bash|sh|mpirun|mpiexec|srun|sbatch|julia|Rscript|matlab|octave"
    r"|make|snakemake|nextflow|dvc|cargo|go|uv run|poetry run|fairseq-train|colossalai|horovodrun|allennlp|rasa|lm_eval|ns-train|th|luajit)\s"
    r"|(?:^|[\s;&|])\./[\w./-]{0,200}[\w-](?=[\s`;&|<>]|$)",
)
INSTALL = re.compile(
    r"(?:\bpip3?|\buv pip|-m pip) install\b|\b(?:conda|mamba|micromamba) (?:install|(?:env )?create|env update)\b|\bpoetry (?:install|add)\b"
    r"|\buv (?:sync|add)\b|\bpixi install\b|\binstall\.packages\(|\b(?:devtools|remotes|pak|pacman|BiocManager)::|\bPkg\.(?:add|instantiate|develop|build)\b"
    r"|\bapt(?:-get)? (?:-y )?install\b|\bbrew install\b|\bnpm (?:install|i|ci)\b|\byarn (?:install|add)\b|\bpython3? setup\.py (?:install|develop)\b"
    r"|\b(?:cargo|go|stack|cabal|luarocks|easy_install|gem|opam) (?:install|build|get|add)\b|(?:\bbash|\bsh|\bsource|^\.|\./)\s?(?:[\w./-]{0,80}/)?(?:install|setup)[\w-]*\.sh\b"
    r"|\]\s?add [A-Z]\w+",
)
"""A command that installs what a repository needs."""
SCRIPT = re.compile(r"[\w./\[\]{},<>*-]{1,200}\.(?:py|sh|jl|R|m|lua|ipynb)\b")


@dataclass(frozen=True, slots=True)
class ReadmeLine:
    """A line of a README: its text, the headings above it joined, the nearest last, and whether it stands in code."""

    text: str
    headings: str
    nearest: str
    code: bool
    before: str = ""
    """The last line of prose above it, below the same heading."""

    def commands(self) -> Iterator[str]:
        """What is written in it as a command."""
        if self.code or (RUN.match(self.text) and not self.text.startswith("`")):
            yield _PROMPT.sub("", self.text, count=1)
        else:
            written = (match[1].strip() for match in _INLINE.finditer(self.text))
            yield from (command for command in written if RUN.search(command) or SCRIPT.fullmatch(command))


def read_lines(readme: str) -> Iterator[ReadmeLine]:
    """The lines of a README that are not empty, without HTML comments and the marks of code fences."""
    lines = split_lines(readme)
    above: list[tuple[int, str]] = []
    headings = {heading.start: heading for heading in find_headings(lines)}
    fenced, before = False, ""
    for number, line in enumerate(lines):
        if heading := headings.get(number):
            before = ""
            while above and above[-1][0] >= heading.level:
                above.pop()
            above.append((heading.level, visible_text(heading.text)))
        if _FENCE.match(line) and line.count("```") < 2:
            fenced = not fenced
            continue
        text = line.strip()[:_MOST_LINE]
        if text:
            indented = line.startswith(("    ", "\t")) and not text.startswith(("-", "*", "|"))
            code = fenced or indented or text.startswith(("$ ", "> python", "> bash"))
            nearest = above[-1][1] if above else ""
            yield ReadmeLine(text, " / ".join(title for _, title in above[-4:]), nearest, code, before)
            if not code and heading is None and any(map(str.isalnum, text)):
                before = text
