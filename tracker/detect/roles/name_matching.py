"""Names compared: a repository's with the paper's title, an owner's with its authors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.domain.artifacts import Reference
from tracker.domain.papers import Paper

_WORD = re.compile(r"[A-Za-z0-9]+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_COINED = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{1,40}")
_PRESENTED = re.compile(
    r"\b(?:present|propose|introduce|develop|release|called|named|dubbed|termed|describe)s?,?\s+(?:\\?\w{0,8}\{)?([A-Z][\w.+-]{2,40})"
)
_REPOSITORY_NAME = re.compile(r"[A-Za-z0-9._-]{3,60}", re.ASCII)
_HEAD_END = re.compile(r"[:\u2013\u2014]|\s-\s|\?")
_IN_BRACKETS = re.compile(r"\(([A-Z][\w.+-]{2,24})\)")
_FILLERS_TEXT = """a an and for from in into is of on or the to towards toward via with without by as at using based code codes
    official pytorch tensorflow jax implementation paper papers project release public repo repository dataset data
    model models main page github io website web demo learning"""
_FILLERS = frozenset(_FILLERS_TEXT.split())
_SHARED = (
    ".github.io",
    ".gitlab.io",
    ".codeberg.page",
    ".gitee.io",
    ".vercel.app",
    ".netlify.app",
    ".pages.dev",
    ".hf.space",
)
# Words that people and groups add to their own name to make an account's.
_BESIDE_A_NAME_TEXT = "ai cs cv dev dr hf lab labs ml nlp official phd prof research team"
_BESIDE_A_NAME = frozenset(_BESIDE_A_NAME_TEXT.split())
_OPENING, _MIN_OPENING = 40, 20
"""Letters of a title by which an entry is known to repeat it."""
_MAX_ENTRY = 600
_MAX_OWNER = 40
_MAX_TITLE = 500
_MAX_ABSTRACT = 5_000
_MAX_AUTHORS = 60
_MAX_REPOSITORY_NAMES = 5


@dataclass(frozen=True, slots=True)
class PaperNames:
    """The names in a paper's title, abstract and authors, with which other names are compared."""

    words: frozenset[str]
    acronyms: frozenset[str]
    initials: str
    opening: str
    """The first letters of the title, folded."""
    authors: tuple[frozenset[str], ...]
    head: str = ""
    """The title up to its first colon or dash, folded; the whole title where it has none."""

    @classmethod
    def of_paper(cls, paper: Paper) -> PaperNames:
        """The names of one paper; any of its texts may be hostile."""
        title = paper.title[:_MAX_TITLE]
        written = _WORD.findall(_ascii(title))
        words = [word.lower() for word in written]
        humps = [hump.lower() for word in written for hump in _HUMP.findall(word) if len(hump) > 2]
        authors = tuple(_name_parts(author) for author in paper.authors[:_MAX_AUTHORS])
        return cls(
            words=frozenset(word for word in (*words, *humps) if word not in _FILLERS),
            acronyms=frozenset(_work_acronyms(title, paper.abstract[:_MAX_ABSTRACT])),
            initials="".join(word[0] for word in words),
            opening=fold_name(title)[:_OPENING],
            authors=authors,
            head=fold_name(_HEAD_END.split(title, maxsplit=1)[0]),
        )

    def is_head(self, name: str) -> bool:
        """Whether the title is `name`, or begins with it and a colon; a number after it may be missing, and the
        words of a technical report count for nothing."""
        folded, head = fold_name(name), self.head.removesuffix("technicalreport")
        return bool(folded) and folded in (head, head.rstrip("0123456789"))

    def shares_word(self, name: str) -> bool:
        """Whether a word of `name`, of more than three letters, is in the title."""
        parts = (part.lower() for part in _HUMP.findall(_ascii(name)))
        return any(len(part) > 3 and part not in _FILLERS and part in self.words for part in parts)

    def is_acronym(self, name: str) -> bool:
        """Whether `name` is, or contains, the name that the paper gives its work."""
        folded = fold_name(name)
        if len(folded) < 3:
            return False
        pieces = {fold_name(piece) for piece in re.split(r"[-_./]", name)}
        return any(
            folded == acronym or acronym in pieces or (len(acronym) >= 5 and acronym in folded)
            for acronym in self.acronyms
        )

    def names_work(self, text: str) -> bool:
        """Whether `text` has the name that the paper gives its work as a word of its own."""
        return bool(self.acronyms) and any(
            fold_name(token) in self.acronyms
            or any(fold_name(piece) in self.acronyms for piece in re.split(r"[-_/]", token))
            for token in _COINED.findall(text)
        )

    def is_own_entry(self, entry: str, title: str) -> bool:
        """Whether an entry of a bibliography is of the paper's own software, data or supplement.

        It has the paper's title, or its authors, and the name of their work in its own `title`, the sentence before
        the link.
        """
        entry = entry[:_MAX_ENTRY]
        found = {word.lower() for word in _WORD.findall(_ascii(entry))}
        titled = len(self.opening) >= _MIN_OPENING and self.opening in fold_name(title[:_MAX_ENTRY])
        authors = sum(bool(parts) and max(parts, key=len) in found for parts in self.authors)
        by_authors = authors >= min(2, len(self.authors)) > 0
        return titled or (by_authors and self.names_work(title[:_MAX_ENTRY]))

    def is_common(self, word: str) -> bool:
        """Whether a word in lower case is one of the title's, or an acronym that everybody uses."""
        return all(piece in self.words or piece in _COMMON for piece in _WORD.findall(word))

    def resembles(self, name: str) -> bool:
        """Whether most words of `name` are in the title, or it consists of the title's initials."""
        folded = fold_name(name)
        if len(folded) >= 4 and folded in self.initials:
            return True
        parts = [
            part.lower() for part in _HUMP.findall(_ascii(name)) if len(part) > 2 and part.lower() not in _FILLERS
        ]
        if not parts:
            return False
        shared = sum(
            1 for part in parts if part in self.words or any(_have_same_stem(part, word) for word in self.words)
        )
        return shared * 2 > len(parts) or (shared >= 2 and shared * 2 == len(parts))

    def is_author(self, owner: str) -> bool:
        """Whether `owner` is built from the name of one of the authors."""
        folded = re.sub(r"\d+", "", fold_name(owner))
        return len(folded) >= 3 and any(_is_built_from(folded, parts) for parts in self.authors)

    def is_author_alone(self, owner: str) -> bool:
        """Whether `owner` is the name of an author and nothing else: two parts of it, a long family name with initials,
        or a very long part. Narrower than `is_author`: of hundreds of strangers some share a family name."""
        pieces = [re.sub(r"\d+", "", fold_name(piece)) for piece in re.split(r"[-_.]", owner[:_MAX_OWNER])]
        letters = "".join(piece for piece in pieces if piece not in _BESIDE_A_NAME)
        return len(letters) >= 4 and any(_is_nothing_but(letters, parts) for parts in self.authors)


def owner_and_name(reference: Reference) -> tuple[str, str]:
    """(owner, name) in a reference's key, the owner in lower case; either is empty where the key has none."""
    scheme, _, rest = reference.key.partition(":")
    if scheme == "page":
        return _page_owner_and_name(rest)
    pieces = rest.split("/")
    if scheme in ("gitlab", "forgejo") and "." in pieces[0]:
        pieces = pieces[1:]
    if scheme in ("kaggle", "modelscope"):
        pieces = pieces[1:]
    if scheme in ("github-org", "hf-org"):
        return rest.lower(), ""
    if scheme in ("doi", "zenodo", "osf", "swh") or not pieces:
        return "", ""
    return (pieces[0].lower() if len(pieces) > 1 else ""), pieces[-1]


def fold_name(name: str) -> str:
    """The letters and digits of `name`, in lower case, without accents."""
    return "".join(_WORD.findall(_ascii(name))).lower()


def _page_owner_and_name(url: str) -> tuple[str, str]:
    host, _, path = url.removeprefix("https://").partition("/")
    pieces = [piece for piece in path.partition("?")[0].split("/") if piece]
    name = re.sub(r"\.(?:html?|php)$", "", pieces[-1]) if pieces else ""
    if pieces[:1] == ["view"] and len(pieces) > 1:
        name = pieces[1]
    labels = host.split(".")
    # A person's or group's own domain, or their subdomain of a shared one (`name.github.io`).
    owner = labels[0] if len(labels) == 2 or host.endswith(_SHARED) else host
    return owner, name or labels[0]


def _ascii(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _work_acronyms(title: str, abstract: str) -> set[str]:
    acronyms: set[str] = set()
    head = _HEAD_END.split(title, maxsplit=1)[0]
    if head != title and len(head.split()) <= 4:
        acronyms.add(fold_name(head))
    for text in (title, *_IN_BRACKETS.findall(abstract), *_PRESENTED.findall(abstract)):
        acronyms.update(fold_name(token) for token in _COINED.findall(text) if _is_coined(token))
    return {name for name in acronyms if len(name) >= 3 and name not in _COMMON}


def repository_names(paper: Paper) -> tuple[str, ...]:
    """Names that a repository of this paper may have, as the paper writes the name of its work; at most five."""
    title = paper.title[:_MAX_TITLE]
    candidates: dict[str, None] = {}
    head = _HEAD_END.split(title, maxsplit=1)[0].strip()
    if head != title and len(head.split()) <= 3:
        candidates[re.sub(r"\s+", "-", head)] = None
    candidates |= dict.fromkeys(token.rstrip(".-_") for token in _COINED.findall(title) if _is_coined(token))
    acronyms = PaperNames.of_paper(paper).acronyms
    names = (name for name in candidates if fold_name(name) in acronyms and _REPOSITORY_NAME.fullmatch(name))
    return tuple(names)[:_MAX_REPOSITORY_NAMES]


# Written like the acronym of one work, but used by everybody.
_COMMON_TEXT = """ai 3d 2d llm llms mllm mllms vlm vlms vla vlas lmm lmms rag nlp cnn cnns gnn gnns gan gans rnn lstm mlp vit vits
    clip sam nerf 3dgs gpt chatgpt gpt4 bert llama qwen lora moe rl rlhf grpo dpo ppo sft slm slms asr tts ocr vqa
    slam lidar rgb rgbd mri ct eeg ecg iot uav uavs api gpu gpus cpu pde pdes ode odes pinn pinns kan kans svm pca
    xai ood cot imagenet pytorch github huggingface arxiv zeroshot fewshot usa eu covid19 mamba ssm dnn dnns"""
_COMMON = frozenset(_COMMON_TEXT.split())


def _is_coined(token: str) -> bool:
    capitals = sum(letter.isupper() for letter in token)
    return capitals >= 2 or (capitals >= 1 and any(letter.isdigit() for letter in token)) or "++" in token


def _name_parts(author: str) -> frozenset[str]:
    return frozenset(part.lower() for part in re.split(r"[\s,.-]+", _ascii(author[:200])) if part)


def _is_built_from(owner: str, parts: frozenset[str]) -> bool:
    """Whether the owner contains a long part of a name, or consists of two parts, one perhaps as an initial."""
    letters = [re.sub(r"[^a-z]", "", part) for part in parts]
    if any(len(part) >= 5 and part in owner for part in letters):
        return True
    for first in letters:
        if len(first) < 2 or first not in owner:
            continue
        rest = owner.replace(first, "", 1)
        others = [part for part in letters if part and part != first]
        if rest and any(rest in (part, part[0]) or (len(part) > 1 and part in rest) for part in others):
            return True
        if rest and others and sorted(rest) == sorted(part[0] for part in others):
            return True
    return False


def _is_nothing_but(owner: str, parts: frozenset[str]) -> bool:
    letters = tuple(part for part in (re.sub(r"[^a-z]", "", part) for part in sorted(parts)) if part)[:4]
    return any(
        len(full) >= 2 or (len(full) == 1 and (len(full[0]) >= 7 or (initials and len(full[0]) >= 5)))
        for full, initials in _splits(owner, letters, (), 0)
    )


def _splits(
    rest: str, parts: tuple[str, ...], full: tuple[str, ...], initials: int
) -> Iterator[tuple[tuple[str, ...], int]]:
    """(whole parts, how many initials) of every way to spell `rest` with `parts`, each used at most once, whole or as
    an initial."""
    if not rest:
        yield full, initials
        return
    for at, part in enumerate(parts):
        others = parts[:at] + parts[at + 1 :]
        if len(part) >= 2 and rest.startswith(part):
            yield from _splits(rest[len(part) :], others, (*full, part), initials)
        if rest[0] == part[0]:
            yield from _splits(rest[1:], others, full, initials + 1)


def _have_same_stem(word: str, other: str) -> bool:
    short, long = sorted((word, other), key=len)
    return len(short) >= 4 and long.startswith(short[: max(4, len(short) - 2)]) and len(long) - len(short) <= 4
