"""Whether a README links the fitted parameters of its own work, and not those of a model that it builds on; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tracker.hosts.inspect.readiness_lines import RUN, SCRIPT, ReadmeLine, has_word, words

_URL = re.compile(r"https?://[^\s)>\]\"'`|]{4,400}")
_WEIGHTS_HOST = re.compile(
    r"https?://(?:www\.)?(?:huggingface\.co/(?!datasets/|spaces/|papers/|docs/|blog/|posts/|transformers/|models(?![\w.-])|learn|join|settings)[\w.-]+(?:/[\w.-]+)?"
    r"|hf\.co/(?!datasets/|spaces/|papers/)[\w.-]+|hf-mirror\.com/(?!datasets/)[\w.-]+/[\w.-]+|drive\.google\.com/|docs\.google\.com/uc|(?:www\.)?dropbox\.com/"
    r"|1drv\.ms/|[\w-]+\.sharepoint\.com/|onedrive\.live\.com/|pan\.baidu\.com/|zenodo\.org/|doi\.org/10\.5281/|(?:www\.)?modelscope\.cn/models"
    r"|figshare\.com/|[\w.-]*amazonaws\.com/|storage\.googleapis\.com/|console\.cloud\.google\.com/storage/|dl\.fbaipublicfiles\.com/|[\w./-]*/releases/|mega\.nz/|osf\.io/"
    r"|cloud\.tsinghua\.edu\.cn/|box\.|[\w.-]*box\.com/|wandb\.ai/|tfhub\.dev/|kaggle\.com/models|openaipublic)",
    re.IGNORECASE,
)
_HUB_DATA = re.compile(r"https?://(?:huggingface\.co|hf\.co|hf-mirror\.com)/datasets/", re.IGNORECASE)
_WEIGHTS_FILE = re.compile(
    r"\.(?:pth?|ckpt|safetensors|pth\.tar|gguf|onnx|h5|npz|pkl|pdparams|caffemodel|weights|bin|tar\.gz|zip|t7|joblib|msgpack|bson|jld2)(?:\?|$)",
    re.IGNORECASE,
)
_WEIGHTS_ALONE = re.compile(
    r"\.(?:pth?|ckpt|safetensors|pth\.tar|gguf|pdparams|caffemodel|t7)(?:\?|$)", re.IGNORECASE
)
"""Formats that hold weights and nothing else."""
_HUB_MODEL = re.compile(
    r"(?:from_pretrained|load|load_model|from_hub|hf_hub_download|snapshot_download|pipeline|\b[A-Z]\w{2,40})\(\s{0,3}(?:repo_id=)?"
    r"[\"']([\w.-]{2,80})/([\w.-]{2,100})[\"']|huggingface\.co/(?:collections/)?([\w.-]{2,80})/([\w.-]{2,100})"
    r"|(?:model_path|model_name\w{0,10}|repo_id|--model\w{0,14}|download)[ =]{1,3}[\"']?([\w.-]{2,80})/([\w.-]{2,100})"
)
_WEIGHTS_WORDS = frozenset(
    [
        "weights", "weight", "checkpoint", "checkpoints", "ckpt", "ckpts", "pretrained", "model", "models", "zoo", "vectors", "parameters", "adapter",
        "adapters", "lora", "模型", "权重", "モデル", "모델", "modelo", "modelos", "discriminator", "generator",
    ]
)  # fmt: skip
_STRONG_WEIGHTS = frozenset(
    {"weights", "weight", "checkpoint", "checkpoints", "ckpt", "ckpts", "pretrained", "zoo", "权重"}
)
_OWN = re.compile(
    r"\b(?:ours?(?!\s(?:experiments?|work|code|codebase|setup|evaluation|analysis|results?|repo|repository)\b)|trained (?:with|on|using|by)|fine-?tuned|released?|this paper|proposed"
    r"|we (?:also |have |here )?(?:release|provide|share|publish|upload|open|train|fine-?tune|host|offer|make)"
    r"|(?:model|checkpoint)s? (?:from|in|of) (?:the|our) paper)\b",
    re.IGNORECASE,
)
_BASE = re.compile(
    r"\b(?:imagenet|resnet|vgg|llama|vicuna|qwen|mistral|gemma|stable[- ]?diffusion|sdxl?|bert|roberta|gpt-?[234j]|opt-|t5|clip|vit-|swin|deit|dinov?2?|sam\b|mae\b"
    r"|glove|word2vec|fasttext|inception|googlenet|alexnet|densenet|mobilenet|squeezenet|i3d|wav2vec|hubert|whisper|efficientnet|yolo|smplx?|mano|flame|raft|midas|arcface|deepseek|phi-|pythia|bloom|base models?|backbone|from (?:the )?official|third[- ]party"
    r"|(?:audio|face|feature|image|language|motion|speech|text|video|vision|visual) (?:encoder|extractor|detector|evaluator)s?\b)",
    re.IGNORECASE,
)
"""Models that others build on, and parts for which models of others are taken."""
_WEIGHTS_HEADING = re.compile(
    r"model ?zoo|(?:pre-?)?trained (?:models?|weights|checkpoints?|networks?)|checkpoints?|weights|models? (?:list|download|release|card|summary|checkpoint)|released? models?|model weights"
    r"|^\W*(?:\d+\.?\s)?models?\W*$|available .{0,20}models|download (?:link|the )?.{0,20}models?|模型下载|模型权重|预训练模型|모델|学習済み",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\]\((?:[\w.-]{1,60}/){0,6}(?:model[_-]?zoo|(?:\w{1,30}_and_)?(?:(?:pre-?)?trained|released|available|saved)?[_-]?(?:models?|checkpoints?|weights|networks))(?:\.(?!py\b)\w{1,8}|/)?(?:#[\w-]{0,60})?\)",
    re.IGNORECASE,
)
_RELATIVE_FOLDER = re.compile(r"\]\((?:\./)?models?/?\)", re.IGNORECASE)
"""A folder that may as well hold the code of models."""
_WEIGHTS_PLACE = re.compile(
    r"https?://(?!(?:www\.)?(?:github|gitlab)\.com/)[^\s)>\]\"'`|]{4,200}/(?:pre-?trained|checkpoints?|ckpts?|weights|saved[_-]models?|trained[_-]models?)(?:[/?)]|$)",
    re.IGNORECASE,
)
"""A folder of weights on a host of any kind."""
_GIVEN = re.compile(
    r"\bmodels?\b.{0,80}\b(?:can be|is|are) (?:(?:also|all|publicly|now) ){0,2}(?:found|downloaded|obtained|available|published|provided|uploaded)\b",
    re.IGNORECASE,
)
_MEASURED = re.compile(r"\|[^|\w]{0,12}\d{1,3}\.\d{1,4}[^|\w]{0,12}(?:\||$)")
"""A cell with a figure: a row of a table that measures a model links that model."""
_FEWEST_BARS = 3
_PAPER_OF_OTHERS = re.compile(r"arxiv\.org/|\.pdf\b|openreview\.net/|doi\.org/", re.IGNORECASE)
_CODE_OF = re.compile(r"github\.com/([\w.-]{1,60})/[\w.-]{1,100}", re.IGNORECASE)
_TRAINED = re.compile(r"trained (?:\w{1,20} )?(?:models?|networks?|weights|checkpoints?)\b", re.IGNORECASE)
_HERE = re.compile(
    r"\[\W{0,4}(?:here|(?:this |download )?link|download)\W{0,4}\]\((?!https?://(?:www\.)?(?:github|gitlab|arxiv)\.)https?://[^\s)]{4,300}(?<!\.pdf)(?<!\.html)\)",
    re.IGNORECASE,
)
"""A link to a host of any kind whose text is a word like "here"."""
_ANY_HOST = re.compile(
    r"\b(?:at|from|in|on)\W{1,4}\[[^\]\n]{1,100}\]\((?!https?://(?:www\.)?(?:github|gitlab|arxiv)\.)https?://[^\s)]{4,300}(?<!\.pdf)(?<!\.html)\)",
    re.IGNORECASE,
)
"""A link to a host of any kind as the place at which something is given."""
_FETCHED = re.compile(
    r"\bautomatically download\w{0,3}\b.{0,60}\b(?:checkpoints?|weights|models?)\b"
    r"|\b(?:checkpoints?|weights|models?)\b.{0,60}\b(?:downloaded automatically|automatically downloaded)\b",
    re.IGNORECASE,
)
"""What code says that fetches the parameters by itself."""
_FETCH = re.compile(r"\b(?:wget|curl|gdown|aria2c)\b")
_IMPORT = re.compile(r"from ([\w.]{1,80}) import ([\w, ]{1,200})")
_LOADED = re.compile(r"\b(\w{1,80})\.from_pretrained\(\s{0,3}[\"'][\w./-]{1,100}[\"']")
_LOADS = re.compile(r"\b(?:(\w{1,80})\.)?(load(?:_\w{1,80})?)\(\s{0,3}[\"']\w[\w./-]{0,100}[\"']")
"""A function that loads a model by its name."""
_LOADED_WORDS = ("", "model", "pretrained", "weights", "checkpoint")
_REFERENCE = re.compile(r"\[([^\[\]]{1,80})\]:\s{1,8}<?(https?://[^\s>]{4,400})")
_REFERRED = re.compile(r"\]\[([^\[\]]{1,80})\]")
_MOST_REFERENCES = 8
"""References of a line whose addresses are put in."""
_CONTAINS = re.compile(r"\b(?:contains?|includes?|including|holds?)\b", re.IGNORECASE)
_NEAR = 180
"""Characters before a link that say what it leads to."""
_NEAR_START = 40
"""Characters at the start of a sentence in which its subject stands."""
_SHORTEST_NAME = 3
_AFTER = 240
"""Characters after a link in which a sentence says what it holds."""


def find_weights(lines: Sequence[ReadmeLine], repository: str, owner: str) -> str:
    """A link to the fitted parameters of this work, the name by which code loads them, or the command that fetches them."""
    release = f"github.com/{owner}/{repository}/releases/download/".lower()
    for line in lines:
        if any(
            _is_named_after(names, repository, owner) for names in _hub_models(line.text)
        ) and not _DATA_REPOSITORY.search(line.text):
            return line.text
        if owner and any(release in url.lower() and _WEIGHTS_FILE.search(url) for url in _URL.findall(line.text)):
            return line.text
    introduced = _with_context(lines)
    for line, whole in zip(lines, introduced, strict=True):
        if not whole.code and not _lists_others(whole.text, owner) and _is_weights_link(whole, repository):
            return line.text
    return _find_loaded(lines, repository) or next(
        (line.text for line, whole in zip(lines, introduced, strict=True) if _is_fetched(whole, repository)), ""
    )


def _with_context(lines: Sequence[ReadmeLine]) -> list[ReadmeLine]:
    """The lines with the addresses that their references stand for; before the items of a list stands what introduces it."""
    urls = {match[1].lower(): match[2] for line in lines if (match := _REFERENCE.match(line.text))}
    whole: list[ReadmeLine] = []
    introduction = ReadmeLine("", "", "", code=False)
    for line in lines:
        text = _REFERRED.sub(
            lambda match: f"]({url})" if (url := urls.get(match[1].lower())) else match[0],
            line.text,
            _MOST_REFERENCES,
        )
        if line.text.startswith(("- ", "* ")):
            listed = introduction.text.endswith((":", "：")) and introduction.headings == line.headings
            whole.append(replace(line, text=text, before=introduction.text if listed else line.before))
        else:
            introduction = line
            whole.append(replace(line, text=text))
    return whole


def _find_loaded(lines: Sequence[ReadmeLine], repository: str) -> str:
    """The code that loads fitted parameters by a class or a function of the package that the repository is named after."""
    own, classes = "".join(words(repository)), set[str]()
    for line in lines:
        if not line.code:
            continue
        if (match := _IMPORT.search(line.text)) and "".join(words(match[1].partition(".")[0])) == own:
            classes.update(name.strip() for name in match[2].split(","))
        if (match := _LOADED.search(line.text)) and match[1] in classes:
            return line.text
        match = _LOADS.search(line.text)
        if match and "".join(words(match[2])[1:]) in {own, *_LOADED_WORDS}:
            of_own = match[2] in classes if match[1] is None else "".join(words(match[1])) == own
            if of_own:
                return line.text
    return ""


def _is_fetched(line: ReadmeLine, repository: str) -> bool:
    """Whether a sentence or a command fetches the parameters of this work."""
    if _BASE.search(line.text):
        return False
    if not line.code:
        said = words(line.text)
        by_script = "download" in " ".join(said) and SCRIPT.search(line.text) and has_word(said, _STRONG_WEIGHTS)
        return bool(_OWN.search(line.text) and (by_script or _FETCHED.search(line.text)))
    said = words(line.before)
    if _BASE.search(line.before) or not has_word(said, _STRONG_WEIGHTS) or "download" not in " ".join(said):
        return False
    if _FETCH.search(line.text):
        return _is_weights_link(replace(line, text=f"{line.before} {line.text}"), repository)
    return bool(RUN.search(line.text) and "download" in words(line.text))


_DATA_REPOSITORY = re.compile(r"repo[-_]type[ =]{1,3}[\"']?(?:dataset|space)|load_dataset", re.IGNORECASE)


def _hub_models(text: str) -> Iterator[tuple[str, str]]:
    for match in _HUB_MODEL.finditer(text):
        namespace, name = [group for group in match.groups() if group][:2]
        if namespace not in ("datasets", "spaces", "papers", "docs", "blog", "collections"):
            yield namespace, name


def _is_named_after(names: tuple[str, str], repository: str, owner: str) -> bool:
    namespace, name = ("".join(words(each)) for each in names)
    own, mine = "".join(words(repository)), "".join(words(owner))
    return (bool(mine) and namespace == mine) or (len(own) >= 4 and own in name)


def _lists_others(text: str, owner: str) -> bool:
    """Whether a line lists the work of others: their paper with their code."""
    owners = {match[1].lower() for match in _CODE_OF.finditer(text)} - {owner.lower()}
    listed = _PAPER_OF_OTHERS.search(text) or (text.startswith("|") and "[code]" in text.lower())
    return bool(owner and owners and listed) and not _OWN.search(text)


def _is_weights_link(line: ReadmeLine, repository: str) -> bool:
    text = line.text
    links = [
        match
        for match in _URL.finditer(text)
        if (_WEIGHTS_HOST.match(match[0]) or _WEIGHTS_FILE.search(match[0]) or _WEIGHTS_PLACE.match(match[0]))
        and not _HUB_DATA.match(match[0])
    ] or [match for match in _RELATIVE.finditer(text) if not _RELATIVE_FOLDER.fullmatch(match[0])]
    if not links:
        links = [
            link for link in _HERE.finditer(text) if _OWN.search(text) and _TRAINED.search(text[: link.start()])
        ] or [
            link
            for link in _ANY_HOST.finditer(text)
            if _GIVEN.search(text) and _TRAINED.search(text[:_NEAR_START])
        ]
    if not links:
        return False
    near = " ".join(text[max(0, match.start() - _NEAR) : match.start()] for match in links[:20])
    announced = text.startswith(("- ", "* ")) and line.before.endswith((":", "："))
    continued = text[:1].islower() and not text.startswith("http")
    if announced or continued or text.startswith(("[", "- [", "* [", "http")):
        near = f"{line.before[-_NEAR:]} {near}"
    said = words(near if not text.startswith("|") else text)
    name = "".join(words(repository))
    own = bool(_OWN.search(text)) or (len(name) >= _SHORTEST_NAME and name in "".join(said)) or _names(text, name)
    said += [word for match in links[:20] for word in _words_of_the_end(match)]
    strong = has_word(said, _STRONG_WEIGHTS) or bool(_TRAINED.search(near))
    alone = any(_WEIGHTS_ALONE.search(match[0]) for match in links)
    if has_word(said, frozenset({"dataset", "datasets"})) and not strong and not alone:
        return False
    heading = bool(_WEIGHTS_HEADING.search(line.nearest))
    own = own or (heading and bool(_OWN.search(line.before)))
    if text.count("|") >= _FEWEST_BARS and alone and _MEASURED.search(text):
        return True
    others = _BASE.search(text) or ((announced or continued) and _BASE.search(line.before[-_NEAR:]))
    if others and not own and not (heading and text.startswith("|")):
        return False
    if heading:
        return True
    return strong or (has_word(said, _WEIGHTS_WORDS) and (own or bool(_GIVEN.search(text))))


def _names(text: str, name: str) -> bool:
    """Whether a text speaks of the weights of `name`, the letters of a repository's name: "weights of Name"."""
    found = words(text)
    return len(name) >= _SHORTEST_NAME and any(
        word in _WEIGHTS_WORDS and "".join(found[place + 2 : place + 8]).startswith(name)
        for place, word in enumerate(found[:-2])
        if found[place + 1] in ("of", "for")
    )


def _words_of_the_end(link: re.Match[str]) -> list[str]:
    """What the name of a file says that a link leads to, and a sentence after it that says what it contains."""
    name = words(link[0].rstrip("/").rpartition("/")[2])
    if _WEIGHTS_PLACE.match(link[0]) or ("models" in name and not {"saved", "trained"}.isdisjoint(name)):
        name.append("pretrained")
    after = link.string[link.end() : link.end() + _AFTER]
    return name + (words(after) if _CONTAINS.search(after) else [])
