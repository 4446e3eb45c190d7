"""Which files of a repository are data, trained weights or archives that nobody opened, by their paths; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from tracker.hosts.inspect.known_files import is_known_benchmark, is_plain_list, is_pretrained_model

WEIGHTS = frozenset(
    {".safetensors", ".pt", ".pth", ".ckpt", ".gguf", ".ggml", ".onnx", ".tflite", ".keras", ".pdparams"}
)
DATA = frozenset(
    [
        ".arrow",
        ".bz2",
        ".conll",
        ".conllu",
        ".csv",
        ".db",
        ".dcm",
        ".dta",
        ".edf",
        ".feather",
        ".geojson",
        ".gz",
        ".h5",
        ".hdf5",
        ".jsonl",
        ".lmdb",
        ".mat",
        ".nc",
        ".ndjson",
        ".nii",
        ".npy",
        ".npz",
        ".ods",
        ".parquet",
        ".pcd",
        ".pickle",
        ".pkl",
        ".ply",
        ".rds",
        ".sav",
        ".sqlite",
        ".tfrecord",
        ".tif",
        ".tiff",
        ".tsv",
        ".xls",
        ".xlsx",
        ".xz",
        ".zst",
    ]
)
RECORDING = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".wav", ".flac", ".mp3", ".ogg", ".mp4", ".avi", ".mid"}
)
# Data in a repository without code, where they cannot be configuration …
_PERHAPS_DATA = frozenset({".json", ".xml"})
# … and data only in a folder named after data.
_DATA_IN_FOLDER = frozenset({".txt", ".yaml", ".yml"})
_DATA_WORDS = (
    r"data|datas|dataset|datasets|corpus|corpora|benchmark|benchmarks|annotation|annotations|samples|prompts"
)
_DATA_FOLDER = re.compile(rf"(?:.*[_\-. ])?(?:{_DATA_WORDS})(?:[_\-. ].*)?")
_WEIGHTS_FOLDER = re.compile(
    r"(?:pre[-_]?trained|model)?[-_]?(?:checkpoints?|ckpts?|weights)|pre[-_]?trained(?:[-_]models?)?"
)
_SET_UP_TEXT = re.compile(
    r"(?:package(?:-lock)?|tsconfig|composer|manifest|pyrightconfig|renovate|vercel|netlify|now|codemeta|\.zenodo)\.json"
    r"|(?:environment|conda|env|docker-compose|compose|mkdocs|_config|citation|action|codecov|pnpm-lock)\.ya?ml|pom\.xml"
    r"|(?:requirements|cmakelists|licen[sc]e|copying|notice|readme|robots|citation|authors|changelog|todo|install)[\w.-]*\.txt"
)
_ARCHIVE = re.compile(
    r"(.*?)\.(?:zip|rar|7z|tar|tgz|tbz2?|txz|tar\.(?:gz|bz2|xz|zst|lzma|z)|zip\.\d{3}|z\d{2}|part\d+\.rar|whl|jar|egg|mltbx)"
)
_ARCHIVED_DATA = frozenset(
    [
        "annotation",
        "annotations",
        "audio",
        "audios",
        "benchmark",
        "benchmarks",
        "checkpoint",
        "checkpoints",
        "ckpt",
        "ckpts",
        "clips",
        "corpora",
        "corpus",
        "csv",
        "data",
        "dataset",
        "datasets",
        "dev",
        "docs",
        "document",
        "documents",
        "embeddings",
        "features",
        "figures",
        "figs",
        "frames",
        "image",
        "images",
        "imgs",
        "images",
        "labels",
        "mask",
        "masks",
        "model",
        "models",
        "paper",
        "pdf",
        "pdfs",
        "photos",
        "pictures",
        "pretrained",
        "raw",
        "recordings",
        "results",
        "sample",
        "samples",
        "scans",
        "slides",
        "test",
        "testset",
        "tests",
        "texts",
        "train",
        "training",
        "trainset",
        "val",
        "valid",
        "validation",
        "video",
        "videos",
        "weights",
    ]
)
_ARCHIVED_CODE = frozenset(
    [
        "code",
        "codes",
        "codebase",
        "implementation",
        "program",
        "programs",
        "script",
        "scripts",
        "software",
        "source",
        "sources",
        "src",
    ]
)
_BETWEEN = re.compile(r"[^a-z0-9]+|(?<=[a-z])(?=[0-9])")


def is_weights(file: PurePosixPath, repository: str = "") -> bool:
    """Whether a file is a trained model that is not known as another's; `repository` is the name of the repository."""
    return file.suffix.lower() in WEIGHTS and not is_pretrained_model(file, repository)


def is_data(file: PurePosixPath, *, with_code: bool, repository: str = "") -> bool:
    """Whether a file belongs to a data set; in a repository `with_code` a smaller set of formats counts, and data sets of
    others that are kept for evaluation do not."""
    name, ending = file.name.lower(), file.suffix.lower()
    if name.startswith(".") or _SET_UP_TEXT.fullmatch(name) or is_plain_list(file):
        return False
    if is_archive(file):
        return not may_hold_code(file)
    if ending in DATA:
        return not (with_code and is_known_benchmark(file, repository))
    if with_code:
        return False
    if ending in _PERHAPS_DATA:
        return True
    readme = name.startswith("readme")
    return ending in (_DATA_IN_FOLDER | RECORDING) and is_in_data_folder(file) and not readme


def is_archive(file: PurePosixPath) -> bool:
    """Whether a file packs other files, by its name."""
    return bool(_ARCHIVE.fullmatch(file.name.lower()))


def is_named_after_code(file: PurePosixPath) -> bool:
    """Whether an archive is named after code."""
    return bool(_archive_words(file) & _ARCHIVED_CODE)


def _archive_words(file: PurePosixPath) -> set[str]:
    packed = _ARCHIVE.fullmatch(file.name.lower())
    return set(_BETWEEN.split(packed[1])) if packed else set()


def may_hold_code(file: PurePosixPath) -> bool:
    """Whether an archive may hold code: it is named after code, or nothing in its path says that it holds data."""
    words = _archive_words(file)
    if words & _ARCHIVED_CODE:
        return True
    return not (words & _ARCHIVED_DATA or is_in_data_folder(file) or _is_in_weights_folder(file))


def find_unopened_archive(files: Iterable[PurePosixPath]) -> PurePosixPath | None:
    """The first archive that may hold code, None if it does not exist."""
    return next((file for file in files if is_archive(file) and may_hold_code(file)), None)


def is_side_folder(name: str) -> bool:
    """Whether a folder of the top is named after data or weights."""
    return bool(_DATA_FOLDER.fullmatch(name.lower()) or _WEIGHTS_FOLDER.fullmatch(name.lower()))


def is_in_data_folder(file: PurePosixPath) -> bool:
    """Whether one of the folders of a file is named after data."""
    return any(_DATA_FOLDER.fullmatch(folder.lower()) for folder in file.parts[:-1])


def is_set_up_text(name: str) -> bool:
    """Whether a file of this name (in lower case) configures something or describes the repository."""
    return bool(_SET_UP_TEXT.fullmatch(name))


def _is_in_weights_folder(file: PurePosixPath) -> bool:
    return any(_WEIGHTS_FOLDER.fullmatch(folder.lower()) for folder in file.parts[:-1])
