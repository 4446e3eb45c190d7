"""The titles of papers in the prose of a README: in quotes, in emphasis, in links, and after words such as "code for".

Which title is which paper's is decided elsewhere, by comparison. Parts of a README about others' work, such as its
acknowledgements and its lists of papers, are left out by the caller (`own_parts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import islice

from tracker.hosts.inspect.headings import find_headings, split_lines, visible_text

_MOST_PARAGRAPHS = 200
_MOST_PARAGRAPH = 2_500
_MOST_SPANS = 40
_LEAST_WORDS, _MOST_WORDS = 4, 40
_LEAST_SIGNS = 8
"""Characters of a title in a script without spaces."""
_HEAD_PARAGRAPHS = 6
"""Paragraphs at the top of a README in which a line in emphasis may be the title."""
_FEW = 5
"""So many different papers in the lines of one section are a list of papers, not those that the repository is of."""

_OF_OTHERS = re.compile(
    r"^\W*(?:related\b|acknowledge?ments?\b|acknowledging|credits?\b|thanks\b|similar\b|see also|concurrent\b|baselines?\b|compar(?:ed|isons?)\b|built (?:with|on|upon)\b|based on\b"
    r"|inspired by\b|(?:other|more|previous|prior|further) (?:\w+ )?(?:works?|projects?|papers?|research|links?|publications?|reading|implementations?)\b|third[- ]party\b|community\b"
    r"|used by\b|who uses|projects? using|works? using|papers? using|citing|model zoo|supported (?:methods|models|algorithms)|awesome\b|reading list|paper list"
    r"|相关(?:工作|论文|项目)|致谢|鸣谢|参考(?:项目|仓库)|相關|関連|謝辞|관련|감사|danksagung|verwandte|remerciements|travaux connexes|agradecimientos|trabajos relacionados"
    r"|ringraziamenti|lavori correlati|благодарности|связанные|agradecimentos|trabalhos relacionados)",
    re.IGNORECASE,
)
_PAPER_ID = re.compile(
    r"\b\d{4}\.\d{4,5}(?!\d)|openreview\.net/\S{5,60}|aclanthology\.org/\S{5,40}|doi\.org/10\.\S{5,60}",
    re.IGNORECASE,
)
_PAPER_HOST = re.compile(
    r"arxiv\.org|openreview\.net|aclanthology\.org|doi\.org|thecvf\.com|mlr\.press|neurips\.cc|nips\.cc|ieee\.org|acm\.org|springer\.com|nature\.com|sciencedirect\.com|biorxiv\.org"
    r"|medrxiv\.org|isca-archive\.org|jmlr\.org|huggingface\.co/papers|semanticscholar\.org|ssrn\.com|hal\.science|mdpi\.com|wiley\.com|science\.org|ecva\.net|aaai\.org|usenix\.org"
    r"|iop\.org|oup\.com|tandfonline\.com|frontiersin\.org|plos\.org|techrxiv\.org|\.pdf",
    re.IGNORECASE,
)
_LINKED = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]{0,60}\]){12,400})\]\(\s?<?([^()\s]{4,400})")
_ANCHORED = re.compile(r"<a\b([^<>]{4,400})>((?:[^<]|<(?!/?a\b)){12,400}?)</a>", re.IGNORECASE)
_QUOTED = re.compile(
    r"(?<![=\w])[\"\u201c\u201d\u201e]([^\"\u201c\u201d\u201e\n]{12,300})[\"\u201c\u201d]|``([^`\n]{12,300})''|[\u00ab\u300a\u300e\u300c]([^\u00bb\u300b\u300f\u300d\n]{8,300})[\u00bb\u300b\u300f\u300d]|(?<!\w)['\u2018]([^'\u2018\n]{12,300})['\u2019](?!\w)"
)
_CODE_SPAN = re.compile(r"(?<!`)`([^`\n]{1,200})`(?!`)")
_CODE_SIGN = re.compile(r"[=/\\_\"<>{}$]|--|\.\w")
_STRESSED = re.compile(
    r"(?<![*\w])\*{1,3}([^*\n]{12,300})\*{1,3}(?![*\w])|(?<![_\w])_{1,3}([^_\n]{12,300})_{1,3}(?![_\w])"
    r"|<(?:i|em|b|strong|u|font|big|h\d)\b[^<>]{0,120}>((?:[^<>]|<br ?/?>|<a\b[^<>]{0,300}>|</a>){12,400}?)</(?:i|em|b|strong|u|font|big|h\d)>",
    re.IGNORECASE,
)
_THINGS = r"(?:implementations?|re-?implementation|codes?|codebase|source code|repositor(?:y|ies)|repo|data(?:set)?s?|scripts?|software|supplement\w*|materials?|models?|release|project page|website|notebooks?|artifacts?|package|benchmark|companion|webpage)"
_PAPERS = (
    r"(?:papers?|articles?|preprint|manuscript|publication|study|thesis|submission|work|technical report|report)"
)
_LEADS = re.compile(
    rf"\b{_THINGS}\b(?:\s\(?[\w/-]+\)?){{0,4}}?\s(?:for|of|to|from|in|accompanying|supporting|behind|associated with|used in|described in|presented in|that accompanies)(?:\s?:)?\s(?-i:the\s|our\s|my\s|this\s|an?\s)?(?:[\w'\u2019.-]+\s){{0,4}}?(?:{_PAPERS}\b\s?(?:titled|entitled|called|on|-|\u2013)?\s?)?[:,]?\s?(?=\S)"
    rf"|\b(?:{_PAPERS}|title|titled|entitled)\b\s?(?:titled|entitled|called|is|-|\u2013)?\s?[:,]?\s?(?=\S)"
    r"|(?:论文|文章|論文)(?:标题|名)?[:：]?\s?(?=\S)",
    re.IGNORECASE,
)
_CUE = re.compile(
    rf"\b(?:{_PAPERS}|official|implementation|code for|code of|accompan\w+|titled|entitled|cite|citation|repository|repo|presented|published|accepted|codes?|scripts?|results|reproduc\w+|experiments|supplement\w*)\b|论文|論文|代码|コード|논문|코드",
    re.IGNORECASE,
)
# Where a title without any mark may end: each end is tried.
_ENDS = re.compile(
    r"\.(?=\s|$)|[!?](?=\s+[A-Z(\[]|$)|\s?[(\[|\u2022]|,\s|;\s|\s[-\u2013\u2014]\s|\s(?:by|accepted|published|presented|appear(?:s|ed|ing)|which|that|submitted|to appear|available)\b|\s(?:in|at|from|@)\s(?=(?:the\s)?(?:[A-Z][A-Za-z]*[A-Z]|Proc|Conf|Journal|IEEE|ACM|Inter|Advances|Nature|Science))"
)
_PAPER_WORD = re.compile(rf"\b{_PAPERS}[\s:,]*$", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_REFERENCE_GAP = re.compile(
    r"(?<=[a-z)\d])[.?!]\s|\)[.,:]?\s|,\s(?=[\"\u201c]?[A-Z])|(?<=[A-Z])\.\s(?=[A-Z][a-z]+ [a-z])"
)
_PLACE = re.compile(
    r"\b(?:universit\w+|institut\w+|department|laborator\w+|college|academy|school of|faculty|inc|corporation|conference on|proceedings|journal of|transactions on|workshop on|licen[sc]ed?)\b|@",
    re.IGNORECASE,
)
_MOST_ENDS = 4
_HEADING_LEAD = re.compile(
    rf"(?:(?:the|an?|official|unofficial|pytorch|tensorflow|jax|supplementary|source|python|matlab|r|julia)\s){{0,4}}{_THINGS}\s?(?:for|of|to|accompanying)?\s?(?:the\s)?(?:{_PAPERS})?[\s:\"'\u201c]{{1,4}}(?=\S)",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"^\W*(?:install\w*|usage|use|getting|quick|requirements?|news|updates?|abstract|introduction|overview|set-?up|about|table of|contents?|features?|how|todo|to-do|highlights?|environment|preparation|data|demo|examples?)\b",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\[[^\[\]]{0,100}\]|\([^()]{0,100}\)|【[^【】]{0,100}】")
_WORD = re.compile(r"[^\W_][\w'\u2019-]*")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "is",
        "of",
        "on",
        "or",
        "the",
        "to",
        "via",
        "vs",
        "with",
        "without",
        "through",
        "over",
        "under",
        "using",
        "beyond",
        "towards",
        "toward",
        "are",
        "do",
        "does",
        "can",
        "be",
        "its",
        "it",
    ]
)


def own_parts(readme: str) -> str:
    """A README without HTML comments, the sections about others' work, and lists of papers."""
    lines = split_lines(readme)
    headings = list(find_headings(lines))
    kept: list[str] = lines[: headings[0].start] if headings else lines
    hidden_below = 99
    for place, heading in enumerate(headings):
        if heading.level <= hidden_below:
            hidden_below = heading.level if _OF_OTHERS.search(visible_text(heading.text)) else 99
        if hidden_below == 99:
            end = headings[place + 1].start if place + 1 < len(headings) else len(lines)
            kept += [*lines[heading.start : heading.end], *_without_lists(lines[heading.end : end])]
    return "\n".join(kept)


def _without_lists(lines: Sequence[str]) -> list[str]:
    """The lines of a section without its items and rows, where these name many papers."""
    listed = [
        line
        for line in lines
        if line.lstrip()[:1] in ("-", "*", "+", "|", "<") or line.lstrip()[:2].rstrip(".)").isdigit()
    ]
    papers = {found[0].lower() for line in listed for found in _PAPER_ID.finditer(line)}
    return list(lines) if len(papers) <= _FEW else [line for line in lines if not _PAPER_ID.search(line)]


def prose_titles(text: str) -> Iterator[str]:
    """What may be the title of a paper in the prose of a README, the likeliest first in each paragraph.

    `text` is what `own_parts` returns. Titles in BibTeX and in headings are not looked for here.
    """
    for number, paragraph in enumerate(_paragraphs(text)):
        if number >= _MOST_PARAGRAPHS:
            return
        yield from _titles_of(_CODE_SPAN.sub(_keep_words, unescape(paragraph)), head=number < _HEAD_PARAGRAPHS)


def first_heading_titles(text: str) -> Iterator[str]:
    """The first heading that has words: whole, and again without what is in brackets (a venue, a year)."""
    for title in _first_headings(text)[:1]:
        yield from dict.fromkeys((title, " ".join(_BRACKETED.sub(" ", title).split())))


def heading_variants(text: str) -> Iterator[str]:
    """What else of the first headings may be a title: the next ones, two together as title and subtitle, and those
    that follow words such as `Code for`."""
    words = _first_headings(text)
    for place, title in enumerate(words):
        if place and (not _is_title_case(title) or _GENERIC.search(title)):
            continue
        bare = " ".join(_BRACKETED.sub(" ", title).split()).lstrip("\"'\u201c")
        if place == 1:
            yield f"{words[0]} {title}"
        if place and _is_long_enough(title):
            yield from dict.fromkeys((title, bare))
        if lead := _LEADS.match(bare) or _HEADING_LEAD.match(bare):
            yield bare[lead.end() :]


def _first_headings(text: str) -> list[str]:
    headings = (heading for heading in find_headings(split_lines(text)) if heading.level <= 6)
    return list(islice((title for heading in headings if (title := _plain(heading.text))), 3))


def _paragraphs(text: str) -> Iterator[str]:
    paragraph: list[str] = []
    fenced = False
    for line in [*text.split("\n"), ""]:
        stripped = line.strip().lstrip("> \t")
        if stripped.startswith(("```", "~~~")):
            fenced, stripped = not fenced, ""
        begins = stripped[:2] in ("- ", "* ", "+ ") or stripped.startswith(("|", "#", "@"))
        if (not stripped or fenced or begins) and paragraph:
            yield " ".join(paragraph)[:_MOST_PARAGRAPH]
            paragraph = []
        if stripped and not fenced and not stripped.startswith(("#", "@")):
            paragraph.append(stripped)


def _titles_of(paragraph: str, *, head: bool) -> Iterator[str]:
    plain = _plain(paragraph)
    cue = _CUE.search(plain) is not None
    spans = [*_linked_spans(paragraph)]
    for pattern in (_QUOTED, _STRESSED):
        strict = pattern is _STRESSED or not cue
        found = islice(pattern.finditer(paragraph), _MOST_SPANS) if pattern is _QUOTED or cue or head else ()
        spans += [(next(group for group in match.groups() if group is not None), strict) for match in found]
    for span, strict in [*spans, *([(plain, True)] if head else [])]:
        title = _plain(span).strip(" .,:;\"'*_")
        if _is_long_enough(title) and (_is_title(title) if strict else not title[:1].islower()):
            yield title
            if (bare := _BRACKETED.sub(" ", title)) != title:
                yield bare
    yield from _led_titles(plain)
    yield from _cited_titles(plain)


def _keep_words(code: re.Match[str]) -> str:
    """What is set as code: its words where these are a title, else nothing."""
    return f'"{code[1]}"' if _is_title(code[1]) and not _CODE_SIGN.search(code[1]) else " "


def _linked_spans(paragraph: str) -> Iterator[tuple[str, bool]]:
    """The words of links to places where papers are."""
    for match in islice(_LINKED.finditer(paragraph), _MOST_SPANS):
        if _PAPER_HOST.search(match[2]):
            yield match[1], False
    for match in islice(_ANCHORED.finditer(paragraph), _MOST_SPANS):
        if _PAPER_HOST.search(match[1]):
            yield match[2], False


def _led_titles(plain: str) -> Iterator[str]:
    """Titles without any mark, after words such as `code for the paper`; with each end that they may have."""
    for number, lead in enumerate(_LEADS.finditer(plain)):
        if number >= _MOST_SPANS:
            return
        rest = plain[lead.end() : lead.end() + 320].lstrip(" \"'\u201c\u2018*_:")
        if not rest[:1].isalnum():
            continue
        said = lead[0].rstrip().endswith((":", "titled", "entitled")) or (
            _PAPER_WORD.search(lead[0]) is not None and rest[:1].isupper()
        )
        ends = [end.start() for end in _ENDS.finditer(rest)][:6] + ([len(rest)] if len(rest) < 300 else [])
        tried = 0
        for end in reversed(ends):
            title = rest[:end].strip(" \"'\u201d\u2019*_,.:;")
            if tried < _MOST_ENDS and _is_long_enough(title) and (said or _is_title(title)):
                tried += 1
                yield title


def _cited_titles(plain: str) -> Iterator[str]:
    """Titles within a reference as bibliographies write it: between authors and venue."""
    if not _YEAR.search(plain) or len(plain) > 4 * _MOST_WORDS * 10:
        return
    for piece in islice(_REFERENCE_GAP.split(plain), _MOST_SPANS):
        title = piece.strip(" \"'\u201c\u201d*_,.:;()")
        if _is_long_enough(title) and title[:1].isupper() and _joins_words(title) and not _PLACE.search(title):
            yield title


def _plain(text: str) -> str:
    return (
        visible_text(unescape(text).replace("<br>", " ").replace("<br/>", " ").replace("<br />", " "))
        .replace("**", "")
        .replace("`", "")
    )


def _is_long_enough(title: str) -> bool:
    if _PAPER_ID.search(title):
        return False
    words = len(title.split())
    return (_LEAST_WORDS <= words <= _MOST_WORDS) or len(_WIDE.findall(title)) >= _LEAST_SIGNS


def _is_title(title: str) -> bool:
    """Whether words are written as a title is, and are no list of names or of places."""
    return _is_title_case(title) and (_joins_words(title) or "," not in title) and not _PLACE.search(title)


def _joins_words(title: str) -> bool:
    """Whether words are joined as in a phrase, where names stand side by side."""
    return ":" in title or any(word.lower() in _SMALL and word.lower() != "and" for word in _WORD.findall(title))


def _is_title_case(title: str) -> bool:
    """Whether most words that titles write large are so written; scripts without capitals always are."""
    words = [word for word in _WORD.findall(title) if word.lower() not in _SMALL]
    large = sum(1 for word in words if not word[0].islower())
    return len(words) >= 2 and large * 10 >= len(words) * 6
