"""What a model, dataset or Space of the Hub holds, by its file names and its runtime; pure.

On the Hub the kind says what a repository is for, so file names say more than on a code host: a file of a dataset is
data unless it is a card or set-up, and `pytorch_model.bin` is weights.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from tracker.domain.terms import Content, Fact
from tracker.hosts import json_fields
from tracker.hosts.inspect.content import LICENCE_FILE, classify_repository, is_readme

MOST_FILES = 20_000
_MOST_PATH = 1_000
_MOST_NAME = 120
# Suffixes of weights; some of them mean nothing, or something else, on a code host.
_WEIGHTS_TEXT = """.bin .ckpt .distcp .engine .ggml .gguf .h5 .joblib .keras .mlmodel .msgpack .nemo .npz .onnx .ot .params
    .pb .pdparams .pkl .pickle .pt .pth .safetensors .tflite .torchscript .zarr .llamafile .skops .fst .npy .index"""
_WEIGHTS = frozenset(_WEIGHTS_TEXT.split())
# Files that trainers and tokenizers write beside the weights.
_NO_WEIGHTS = re.compile(
    r"(?:training_args|optimizer|scheduler|scaler|rng_state\w*|tokenizer|vocab|sentencepiece\.bpe|spiece|merges)[\w.-]*"
    r"|.*\.index\.json|events\.out\.tfevents.*"
)
# Checkpoints in shards without a suffix are in a folder of such a name (JAX, Orbax, DeepSpeed).
_SHARDS = re.compile(r"(?:ckpts?|checkpoints?|params|weights|model|tensorstore|ocdbt)(?:[-_.]?\w{1,20})?")
_SHARD = re.compile(r"(?:tensor|shard|part|model|params?|layer|mp_rank|[\d._-])[\w.-]*|_METADATA|manifest\.ocdbt")
# Code by which the Hub runs a model that transformers does not know. It belongs to the weights and trains nothing.
_GLUE = re.compile(
    r"(?:.*[_-])?(?:modell?ing|configuration|config|tokeni[sz]ation|processing|image_processing|feature_extraction|handler|pipeline"
    r"|generation|generation_utils|quantization|conversation|processor|cache|custom_generate|requirements)(?:[_-].*)?\.py"
)
_PICTURES = 10
"""From this number on, pictures or recordings are a data set; fewer may illustrate a card."""
_RECORDINGS_TEXT = (
    """.bmp .flac .gif .jpeg .jpg .m4a .mid .mkv .mov .mp3 .mp4 .ogg .opus .png .tif .tiff .avi .wav .webm .webp"""
)
_RECORDINGS = frozenset(_RECORDINGS_TEXT.split())
_NO_DATA_TEXT = """.bib .cff .cfg .css .dockerfile .html .ini .ipynb .jl .js .lock .md .pdf .py .r .rst .sh .svg .tex .toml .ts .yaml
    .yml"""
_NO_DATA = frozenset(_NO_DATA_TEXT.split())
_SET_UP = re.compile(
    r"(?:dataset_infos?|dataset_dict|state|croissant|metadata|package(?:-lock)?|tsconfig|codemeta|\.zenodo)\.json"
    r"|requirements[\w.-]*\.txt|dockerfile|makefile"
)
_APP = re.compile(
    r"(?:(?:app|main|streamlit_app|gradio_app|server|demo|run)\.\w{2,4}|index\.html|dockerfile|package\.json)"
)
_NOT_RUNNING = {
    "PAUSED": "its owner paused it",
    "STOPPED": "it is stopped",
    "DELETING": "it is being deleted",
    "NO_APP_FILE": "it has no application file",
    "CONFIG_ERROR": "its configuration is wrong",
    "BUILD_ERROR": "it failed to build",
    "RUNTIME_ERROR": "it failed to run",
}
_STARTING = frozenset({"BUILDING", "APP_STARTING"})


@dataclass(frozen=True, slots=True)
class HubContent:
    """What a repository of the Hub holds. `reason` says, in words, what is missing or unknown; empty without either."""

    content: Content
    holds: tuple[Fact, ...] = ()
    reason: str = ""


def listed_paths(siblings: object) -> list[str] | None:
    """The paths of the files that the Hub lists (`siblings` of a record), None where there is no list."""
    if not isinstance(siblings, list):
        return None
    paths = (json_fields.as_text(json_fields.as_mapping(file).get("rfilename")) for file in siblings[:MOST_FILES])
    return [path for path in paths if path and len(path) <= _MOST_PATH]


def classify_files(
    kind: str, files: Sequence[str] | None, *, gated: bool, runtime: object = None, weights_found: bool = False
) -> HubContent:
    """What a `model`, `dataset` or `space` holds.

    `files` are its paths, None where the Hub did not list them; `gated` says that the files are shown on request only;
    `runtime` is the runtime in the record of a Space; `weights_found` says that the Hub itself found weights in a
    model.
    """
    if kind == "model" and weights_found:
        held = _model([PurePosixPath(path) for path in files or ()])
        if Fact.WEIGHTS not in held.holds:
            content = Content.CODE if held.content is Content.CODE else Content.DATA_ONLY
            return HubContent(content, (*held.holds, Fact.WEIGHTS))
        return held
    if files is None:
        return HubContent(Content.UNKNOWN, reason="the Hub did not list its files")
    if not files and not gated:
        return HubContent(Content.EMPTY)
    all_files = [PurePosixPath(path) for path in files]
    material = [file for file in all_files if not _about(file)]
    if gated and not material:
        return HubContent(Content.UNKNOWN, reason="gated: only its card is shown")
    match kind:
        case "space":
            return _space(material, runtime)
        case "dataset":
            return _dataset(material)
    return _model(material)


def _about(file: PurePosixPath) -> bool:
    """Whether a file is a card, a licence or a hidden file."""
    hidden = any(part.startswith(".") for part in file.parts)
    return hidden or is_readme(file.name.lower()) or bool(LICENCE_FILE.fullmatch(file.name))


def _model(files: Sequence[PurePosixPath]) -> HubContent:
    weights = any(_is_weights(file) for file in files)
    code, _ = classify_repository([str(file) for file in files if not _is_glue(file)], None)
    holds = tuple(fact for fact, seen in ((Fact.CODE, code is Content.CODE), (Fact.WEIGHTS, weights)) if seen)
    if code is Content.CODE:
        return HubContent(Content.CODE, holds)
    if weights:
        return HubContent(Content.DATA_ONLY, holds)
    return HubContent(Content.README_ONLY, reason="" if not files else "no file of weights is among its files")


def _is_glue(file: PurePosixPath) -> bool:
    return len(file.name) <= _MOST_NAME and bool(_GLUE.fullmatch(file.name.lower()))


def _is_weights(file: PurePosixPath) -> bool:
    name, folder = file.name.lower(), file.parent.name.lower()
    if _NO_WEIGHTS.fullmatch(name):
        return False
    if file.suffix.lower() in _WEIGHTS:
        return True
    top = file.parts[0].lower() if len(file.parts) > 1 else ""
    return bool(
        (_SHARDS.fullmatch(folder) or _SHARDS.fullmatch(top)) and not file.suffix and _SHARD.fullmatch(file.name)
    )


def _dataset(files: Sequence[PurePosixPath]) -> HubContent:
    if any(_is_data(file) for file in files):
        return HubContent(Content.DATA_ONLY, (Fact.DATA,))
    if sum(file.suffix.lower() in _RECORDINGS for file in files) >= _PICTURES:
        return HubContent(Content.DATA_ONLY, (Fact.DATA,))
    script = any(file.suffix.lower() == ".py" for file in files)
    if script:
        return HubContent(Content.CODE, reason="it holds a script, and no file of data")
    return HubContent(Content.README_ONLY, reason="" if not files else "no file of data is among its files")


def _is_data(file: PurePosixPath) -> bool:
    ending = file.suffix.lower()
    return ending not in _NO_DATA and ending not in _RECORDINGS and not _SET_UP.fullmatch(file.name.lower())


def _space(files: Sequence[PurePosixPath], runtime: object) -> HubContent:
    """A Space holds a demo while it runs or sleeps, because the Hub wakes a sleeping one for a visitor."""
    stage = json_fields.as_line(json_fields.as_mapping(runtime).get("stage"))
    if not files:
        return HubContent(Content.README_ONLY, reason=_NOT_RUNNING["NO_APP_FILE"])
    if stage in _NOT_RUNNING:
        return HubContent(Content.CODE, reason=f"the Space does not run: {_NOT_RUNNING[stage]}")
    if stage in _STARTING:
        return HubContent(Content.UNKNOWN, reason="the Space is just being built")
    if stage or any(_APP.fullmatch(file.name.lower()) for file in files):
        return HubContent(Content.CODE, (Fact.DEMO,))
    return HubContent(Content.UNKNOWN, reason="the Hub does not say whether the Space runs")
