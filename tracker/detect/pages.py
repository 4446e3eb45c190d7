"""The artifacts that a project page links as its own work's, with the label of each and the words around it; pure."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from tracker.detect import detect
from tracker.detect.links import urls
from tracker.detect.links.link_context import MAX_BEFORE, MAX_EVIDENCE, collapse_spaces
from tracker.detect.page_labels import clean_label, english_label, label_subjects, says_something
from tracker.detect.page_links import PageLink, find_page_links
from tracker.domain.artifacts import Reference
from tracker.domain.mentions import Mention
from tracker.domain.papers import title_key
from tracker.domain.terms import Place, Source

Resolve = Callable[[str], Reference | None]

MAX_LINKS = 2_000
"""Links of one page that are read."""
MAX_MENTIONS = 60
"""Artifacts of one page that are returned."""
_MAX_AROUND = 240
_MAX_NEAR, _MAX_AFTER, _MAX_NAME = 120, 100, 40
_NOT_ARTIFACTS = frozenset({"page", "doi", "organisation"})
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff\ue000\ue001]"
)
_IS_HTML = re.compile(r"<(?:!doctype|html|head|body|a|div|p|table|center|h1|meta|script)\b", re.IGNORECASE)
# What a page says of itself: whose template it is made from, and where its own source is.
_SITE = r"(?:web ?site|web ?page|home ?page|page|site)"
_ABOUT_ITSELF = re.compile(
    rf"\b(?:{_SITE}(?: \w{{1,20}}){{0,2}} template|template (?:of|for|from|by) (?:th(?:is|e) )?(?:{_SITE})?|template (?:is|was) "
    rf"|{_SITE}['\u2019]?s? (?:source|code|design|layout|theme)|(?:source )?code (?:of|for|behind) (?:this|the) {_SITE}"
    rf"|this {_SITE}['\u2019]?s? (?:is|was|has been|uses?|builds?)\b|{_SITE} (?:is|was) (?:powered|hosted|built|licen[cs]ed|adapted|based|adopted|borrowed|modified|inspired)"
    rf"|borrow(?:ed|ing)? (?:from|the source|this)|powered by|built (?:with|using|from) the|(?:design|style|layout|theme) (?:by|from|of|inspired|borrowed|adapted)"
    rf"|edit (?:this|the) {_SITE}|improve this {_SITE}|view (?:the )?{_SITE} source|made with|adapted from (?:the )?{_SITE})",
    re.IGNORECASE,
)
# Headings of what others made, in the languages that pages are written in.
_OF_OTHERS = re.compile(
    r"^\W*(?:related\b|acknowledge?ments?\b|acknowledging|credits?\b|thanks\b|references?\b|bibliography|concurrent\b|similar\b|see also|further reading"
    r"|(?:our |my )?(?:other|more|previous|prior|past|earlier|follow-?up)\b.{0,30}\b(?:works?|projects?|papers?|research|links?|publications?|methods?|approaches|repos\w*|code)\b"
    r"|more (?:from|by|like)\b|you (?:may|might) also|baselines?\b|compar(?:ed|ison)s?\b|citing\b|cited by|built (?:with|on|upon)|powered by"
    r"|works? (?:that|using|built)|community\b|third[- ]party|unofficial"
    r"|相关(?:工作|链接|项目|论文)|致谢|参考|鸣谢|相關|関連|謝辞|参考文献|관련|감사|참고|danksagung|verwandte|remerciements|travaux (?:connexes|liés)"
    r"|agradecimientos|trabajos relacionados|ringraziamenti|lavori correlati|благодарности|связанные|похожие|agradecimentos|trabalhos relacionados)",
    re.IGNORECASE,
)
# Sentences that give others their due.
_THANKS = re.compile(
    r"\b(?:thank(?:s|ful)?|acknowledge\w*|grateful|gratitude|credits? (?:to|goes)|inspired by|courtesy|kudos|borrow(?:s|ed|ing)?|adapt(?:s|ed|ing)? from"
    r"|(?:built|based|builds?|implemented) (?:heavily |largely |mainly |partly |up)?(?:on|upon|over|on top of)|forked from|derived from|modified from"
    r"|(?:their|his|her|others['\u2019]|the authors['\u2019]) (?:\w+ ){0,2}(?:code|repo\w*|implementation|work|project))\b",
    re.IGNORECASE,
)
_MARKDOWN_HEADING = re.compile(r"^#{1,6}[ \t]([^\n]{1,120})", re.MULTILINE)
_MARKDOWN_LINK = re.compile(r"!?\[[^\[\]]{0,300}\]\([^()\s]{0,500}\)")
_NAMED_BEFORE = re.compile(r"\w\s?[:\uff1a]\s*$")
_IN_SENTENCE = re.compile(
    r"\b(?:use[ds]?|using|follow(?:s|ed|ing)?|employ(?:s|ed|ing)?|adopt(?:s|ed|ing)?|extend(?:s|ed|ing)?|compar(?:e|ed|ing)|evaluat(?:e|ed|ing)"
    r"|outperform\w*|unlike|such as|as in|similar to)\b",
    re.IGNORECASE,
)
# Labels of what the work is made from, or of what others made from it.
_OTHERS_LABEL = re.compile(
    r"^\W*(?:base(?:line)?|backbone|teacher|original|parent|pre-?trained backbone|initial) (?:models?|code|methods?|repo\w*|implementation|weights|llms?|checkpoints?)\b"
    r"|\b(?:unofficial|third[- ]party|community)[ -](?:\w+ ){0,2}(?:re-?)?(?:implementation|code|port|version|repo\w*)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?](?<!\bal\.)(?<!\bvs\.)(?<!e\.g\.)[)\]\"'\u2019\u201d]{0,2}\s")
# Repositories that hold a web site by their names: that of a user or an organisation, and those called a page.
_SITE_NAME = re.compile(
    r".*\.(?:github|gitlab|gitee)\.io|(?:.+[-_.])?(?:web-?)?(?:pages?|sites?|homepage)", re.IGNORECASE
)
_SOURCE_ONLY = re.compile(r".*\.(?:github|gitlab|gitee)\.io", re.IGNORECASE)
# Links that the templates of project pages come with, and that authors forget to replace.
_TEMPLATE_LINKS = frozenset(
    {
        "google/nerfies",
        "google/hypernerf",
        "eliahuhorwitz/academic-project-page-template",
        "richzhang/webpage-template",
        "elliottwu/website",
        "romanhauksson/academic-project-astro-template",
        "romanhauksson/academic-project-page-next",
        "junyaohu/academic-project-page-template-vue",
        "denkiwakame/academic-project-template",
        "mmistakes/minimal-mistakes",
        "alshedivat/al-folio",
        "academicpages/academicpages.github.io",
        "yenchenlin/awesome-nerf",
        "yourname/yourrepo",
    }
)
_LIST_OF_WORKS = 3
"""So many repositories of different names under one and the same label make a page a list of several works."""


@dataclass(frozen=True, slots=True)
class _Found:
    """One link of the page that leads to an artifact."""

    reference: Reference
    link: PageLink
    label: str

    @property
    def rank(self) -> int:
        """How much the label says: more for what names the work's parts than for other words."""
        return 2 if label_subjects(self.label) else 1 if self.label else 0


def find_page_mentions(body: bytes, page: Reference, page_url: str, resolve: Resolve) -> list[Mention]:
    """The artifacts that a page links, each once, in the order of the page.

    `page` is the page as the paper names it, `page_url` its address after all redirects. Left out are pages, DOIs and
    profiles; links about the page itself (its template, its licence, its own source); and links under headings, or in
    sentences, that are about others' work. Never raises.
    """
    text = _CONTROL.sub(" ", decode_page(body))
    links = find_page_links(text, page_url) if _IS_HTML.search(text[:50_000]) else _text_links(text)
    found = [item for link in islice(links, MAX_LINKS) if (item := _read_link(link, page, resolve))]
    own_site = {site for url in (page.url, page_url) if (site := _site_source(url))}
    about_page = {
        item.reference.folded
        for item in found
        if _is_about_page(item, own_site, page_url) and not _shares_owner(item.reference, own_site)
    }
    best: dict[str, _Found] = {}
    for item in found:
        key = item.reference.folded
        if key in about_page or _is_about_page(item, own_site, page_url) or _is_about_others(item.link):
            continue
        if key not in best and len(best) >= MAX_MENTIONS:
            continue
        if key not in best or item.rank > best[key].rank:
            best[key] = item
    return [_build_mention(item, page) for item in _without_other_works(list(best.values()), page_url)]


def _without_other_works(found: list[_Found], page_url: str) -> list[_Found]:
    """The links without those of a list of several works, of which only the one that the page is named after is kept."""
    labels = Counter(item.label.casefold() for item in found if item.label and item.reference.kind == "repository")
    named = title_key(page_url)
    return [
        item
        for item in found
        if item.reference.kind != "repository"
        or labels[item.label.casefold()] < _LIST_OF_WORKS
        or ((name := title_key(item.reference.key.rpartition("/")[2])) and name in named)
    ]


def decode_page(body: bytes) -> str:
    """The text of a page, read as UTF-16 where its first bytes say so, else as UTF-8; never raises."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    return body.decode("utf-8", "replace")


def _read_link(link: PageLink, page: Reference, resolve: Resolve) -> _Found | None:
    reference = resolve(link.address)
    if reference is None or reference.kind in _NOT_ARTIFACTS or reference.folded == page.folded:
        return None
    label = clean_label(link.label)
    if not says_something(label):
        label = _label_beside(link)
    return _Found(reference, link, label)


def _label_beside(link: PageLink) -> str:
    """The label of a link whose own words say nothing (`here`): a short name before it, else the heading above it."""
    name = clean_label(link.before)
    if len(name) <= _MAX_NAME and label_subjects(name) and len(link.before) <= 2 * _MAX_NAME:
        return name
    return next((heading for heading in link.headings[-1:] if label_subjects(heading)), "")


def _site_source(url: str) -> str:
    """The repository that serves a page of GitHub or GitLab, as `owner/name` in lower case; empty for other pages."""
    split = urlsplit(url)
    owner, _, domain = (split.hostname or "").lower().partition(".")
    if domain not in ("github.io", "gitlab.io"):
        return ""
    name = next(iter(split.path.strip("/").lower().split("/")), "")
    return f"{owner}/{name or f'{owner}.{domain}'}"


def _shares_owner(reference: Reference, sites: set[str]) -> bool:
    owner = reference.folded.partition(":")[2].partition("/")[0]
    return any(site.partition("/")[0] == owner for site in sites) and not _is_site_source(reference)


def _is_site_source(reference: Reference) -> bool:
    return reference.kind == "repository" and _SOURCE_ONLY.fullmatch(reference.key) is not None


def _is_about_page(item: _Found, own_site: set[str], page_url: str) -> bool:
    """Whether a link leads to the source of this page or to its template."""
    reference, link = item.reference, item.link
    if _is_site_source(reference):
        return True
    name = reference.folded.partition(":")[2]
    if name in _TEMPLATE_LINKS and name.rpartition("/")[2] not in page_url.casefold():
        return True
    called_site = reference.kind == "repository" and _SITE_NAME.fullmatch(name) is not None
    if called_site and (name in own_site or "code" not in label_subjects(item.label)):
        return True
    near = f"{link.before[-_MAX_NEAR:]} {link.label} {link.after[:_MAX_AFTER]}"
    return _ABOUT_ITSELF.search(near) is not None


def _is_about_others(link: PageLink) -> bool:
    """Whether a link is under a heading, or in a sentence, about the work of others."""
    if any(map(is_heading_of_others, link.headings)):
        return True
    words = f"{_last_sentence(link.before[-_MAX_AROUND:])} {link.label}".strip()
    return _THANKS.search(words) is not None or _OTHERS_LABEL.search(words) is not None


def is_heading_of_others(heading: str) -> bool:
    """Whether what is under a heading is about the work of others."""
    return _OF_OTHERS.search(heading) is not None


def _last_sentence(text: str) -> str:
    ends = [end.end() for end in _SENTENCE_END.finditer(text)]
    return text[ends[-1] if ends else 0 :]


def _build_mention(item: _Found, page: Reference) -> Mention:
    link, label = item.link, item.label
    words = _last_sentence(_clean_text(link.before)[-_MAX_AROUND:]).strip()
    if label == clean_label(words):
        words = ""
    elif not label_subjects(label) and _NAMED_BEFORE.search(words) and label_subjects(words[-_MAX_NAME:]):
        # `Code: lab/name` is labelled already.
        label = ""
    # In `we use the code of X`, the words of the link are part of the sentence and no label.
    sign = "" if _IN_SENTENCE.search(words) else ":"
    before = f"{words} {_clean_text(english_label(label))}{sign} ".lstrip() if label else words
    before = f"{before} " if before.endswith(":") else before
    after = f" {_clean_text(link.after)[:_MAX_AFTER]}".rstrip()
    return Mention(
        reference=item.reference,
        url=link.address,
        place=Place.PAGE,
        source=Source.PAGE,
        evidence=f"{before}{link.address}{after} (on the project page {page.url})"[:MAX_EVIDENCE],
        before=before[-MAX_BEFORE:],
    )


def _text_links(text: str) -> Iterator[PageLink]:
    """The links of a page without markup or in Markdown."""
    titles = deque(
        (title.start(), title[1].strip()) for title in _MARKDOWN_HEADING.finditer(text[: detect.MAX_TEXT])
    )
    passed: list[str] = []
    for link in urls.find_links(text[: detect.MAX_TEXT], "text"):
        while titles and titles[0][0] < link.start:
            passed = [titles.popleft()[1]]
        start = max(text.rfind("\n", 0, link.start) + 1, link.start - 2 * _MAX_AROUND)
        end = text.find("\n", link.end, link.end + _MAX_AFTER)
        before, label = text[start : link.start], ""
        if before.endswith("](") and (opened := before.rfind("[")) >= 0:
            before, label = before[:opened], before[opened + 1 : -2]
        before = collapse_spaces(_MARKDOWN_LINK.sub(" ", before)).lstrip("#*>- ").rstrip("([<")
        after = _MARKDOWN_LINK.sub(" ", text[link.end : end if end >= 0 else link.end + _MAX_AFTER])
        yield PageLink(link.url, label, before, collapse_spaces(after.lstrip(")>]")), tuple(passed))


def _clean_text(text: str) -> str:
    return collapse_spaces(_CONTROL.sub("", text.encode("utf-8", "replace").decode()))
