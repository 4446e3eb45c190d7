"""What a repository of a hub of models holds, by its file paths; pure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from tracker.domain.terms import Content, Fact
from tracker.hosts.inspect.code_files import MOST_PATH, CodeFinding, find_code
from tracker.hosts.inspect.content import LICENCE_FILE, is_readme
from tracker.hosts.inspect.data_files import RECORDING, WEIGHTS, is_set_up_text
from tracker.hosts.inspect.languages import FileKind, language_table

_HUB_WEIGHTS = WEIGHTS | {".bin", ".h5", ".msgpack", ".npz", ".mlmodel", ".nemo", ".joblib", ".pkl", ".engine"}


def classify_hub_artifact(kind: str, paths: Iterable[str]) -> tuple[Content, tuple[Fact, ...]]:
    """The content of a `model`, `dataset` or `space` of a hub of models, and the facts that its files show.

    The kind says what such a repository is for, so that any file but a card or a licence counts.
    """
    all_files = [PurePosixPath(path) for path in paths if len(path) <= MOST_PATH]
    if not all_files:
        return Content.EMPTY, ()
    files = [file for file in all_files if not _about(file)]
    code = find_code({str(file): None for file in files})[0] is CodeFinding.CODE
    if kind == "space":
        return (Content.CODE, (Fact.DEMO,)) if files else (Content.README_ONLY, ())
    if kind == "dataset":
        if (
            any(_is_hub_data(file) for file in files)
            or sum(file.suffix.lower() in RECORDING for file in files) >= _PICTURES
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


def _about(file: PurePosixPath) -> bool:
    name = file.name.lower()
    hidden = any(part.startswith(".") for part in file.parts)
    return hidden or is_readme(name) or bool(LICENCE_FILE.fullmatch(name))


def _is_hub_data(file: PurePosixPath) -> bool:
    name, ending = file.name.lower(), file.suffix.lower()
    program = language_table().kind(file.name) in (FileKind.PROGRAM, FileKind.WEB)
    return not program and ending not in RECORDING | {".md", ".pdf"} and not is_set_up_text(name)
