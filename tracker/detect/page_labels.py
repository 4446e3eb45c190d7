"""What the label of a link or button on a web page says; pure."""

from __future__ import annotations

import re
from typing import Literal

from lxml import html

_MAX_LABEL = 80
_MAX_NAME = 400
_BUTTON_NAMES = frozenset({"a", "button"})
_BUTTON_CLASS = re.compile(
    r"(?:^|[\s_-])(?:btn|button|external-link)(?![\w-]{0,40}(?:group|container|wrap|toolbar|row|list|bar|s\b))",
    re.IGNORECASE,
)
_WORD_NAMES = (
    "aria-label",
    "alt",
    "title",
    "data-original-title",
    "data-tooltip",
    "data-bs-original-title",
    "data-tippy-content",
)
_ICON_NAMES = (
    "class",
    "data-icon",
    "icon",
    "name",
    "data-feather",
    "data-lucide",
    "src",
    "data-src",
    "xlink:href",
    "href",
)
_ICON = re.compile(
    r"(?<![a-z])(github|gitlab|bitbucket|hugging-?face|database|dataset|file-code|code|zenodo|kaggle)(?![a-z])"
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*|[\w-]{1,60}(?:\.[\w-]{1,60}){1,5}/\S*", re.IGNORECASE)
# What the rules of labels in `config/roles.toml` read over.
_SIGNS = re.compile(r"[^\w &/()'-]+")
_EDGES = re.compile(r"^(?:(?!\()[\W_])+|(?:(?!\))[\W_])+$")
_ENGLISH = re.compile(
    r"\b(?:codes?|github|gitlab|repo|repository|software|implementation|data|datasets?|models?|weights|checkpoints?|demo)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]{2,}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# Words that lead somewhere and do not say where.
_POINTERS_TEXT = """click here this link links at it view visit see more details download open go to the page on our from out
    check star stars fork forks watch follow us hier ici aquí aqui qui здесь ссылка lien enlace 这里 链接 点击 点击这里
    こちら 여기 링크"""
_POINTERS = frozenset(_POINTERS_TEXT.split())
Subject = Literal["code", "data", "model", "demo"]
_SUBJECTS: dict[Subject, re.Pattern[str]] = {
    "code": re.compile(
        r"\b(?:codes?|code ?base|github|git ?hub|gitlab|repo|repository|source|sources|implementation|software|toolkit|package|library"
        r"|code source|código|codigo|quell(?:code|text)|codice|код|исходный)\b|代码|代碼|源码|源碼|程式碼|コード|ソース|코드|소스",
        re.IGNORECASE,
    ),
    "data": re.compile(
        r"\b(?:data|data ?sets?|benchmarks?|corpus|corpora|données|datos|daten(?:satz|sätze)?|dati|dados|данные|датасет)\b"
        r"|数据|數據|資料集|データ|데이터",
        re.IGNORECASE,
    ),
    "model": re.compile(
        r"\b(?:models?|weights|checkpoints?|modèles?|modelos?|modelle?|modelli|pesos|модел[ьи]|веса)\b|模型|权重|權重|モデル|모델|가중치",
        re.IGNORECASE,
    ),
    "demo": re.compile(r"\b(?:demos?|spaces?|playground|démo|демо)\b|演示|デモ|데모", re.IGNORECASE),
}


def is_button(element: html.HtmlElement) -> bool:
    """Whether an element is a link or a button, also one that leads nowhere."""
    if element.tag == "a":
        return bool(element.get("href") is not None or _looks_pressed(element))
    if element.tag == "input":
        return element.get("type", "").lower() in ("button", "submit")
    return element.tag == "button" or (element.tag in ("span", "div", "li", "p") and _looks_pressed(element))


def _looks_pressed(element: html.HtmlElement) -> bool:
    return (
        element.get("role") == "button" or _BUTTON_CLASS.search(element.get("class", "")[:_MAX_NAME]) is not None
    )


def picture_words(element: html.HtmlElement) -> str:
    """What a picture, or an icon by its name or its file, says instead of words; empty where it says nothing."""
    for name in _WORD_NAMES:
        if words := " ".join((element.get(name) or "")[:_MAX_NAME].split()):
            return words
    if element.tag in ("a", "area"):
        return ""
    for name in _ICON_NAMES:
        if icon := _ICON.search((element.get(name) or "")[-_MAX_NAME:].lower()):
            return icon[1]
    return ""


def clean_label(label: str) -> str:
    """A label without signs and pictures at its ends; empty where it is an address."""
    label = " ".join(label.split())[: 2 * _MAX_LABEL]
    if _ADDRESS.fullmatch(label):
        return ""
    return " ".join(_EDGES.sub("", _SIGNS.sub(" ", label)).split())[:_MAX_LABEL].strip()


def says_something(label: str) -> bool:
    """Whether the words say more than where to click."""
    words = _WORD.findall(clean_label(label).casefold())
    return any(word not in _POINTERS for word in words)


def label_subjects(label: str) -> tuple[Subject, ...]:
    """What a label names, in any of the languages that pages are written in: code, data, a model, a demo."""
    return tuple(subject for subject, pattern in _SUBJECTS.items() if pattern.search(label[: 2 * _MAX_LABEL]))


def english_label(label: str) -> str:
    """A label with what it names in English behind it, where it is in another language: `代码 (code)`."""
    subjects = label_subjects(label)
    return f"{label} ({subjects[0]})" if subjects and not _ENGLISH.search(label) else label
