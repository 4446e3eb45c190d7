"""What a README says of terms: its section on the licence, its badges, and the sentences elsewhere; pure.

Strangers write these texts, so each function reads a bounded part in linear time and never raises. What the words mean
is decided in `tracker.judge`; here they are only found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tracker.domain.artifacts import LicenceFile
from tracker.hosts.inspect.headings import MOST_TEXT, TAG, Heading, find_headings, split_lines, visible_text

MOST_SECTION = 2_000
MOST_PROSE = 4_000
"""Characters of sentences outside a section that are kept."""

_WORDS = re.compile(r"[^\W\d_]+")
_ABOUT_LICENCES = frozenset(
    {"license", "licence", "licenses", "licences", "licensing", "licencing", "copyright", "copyrights"}
    | {
        "lizenz",
        "lizenzen",
        "licencia",
        "licencias",
        "licenza",
        "licenze",
        "licença",
        "licenças",
        "лицензия",
        "лицензии",
    }
)
_ABOUT_TERMS = re.compile(
    r"\b(?:terms (?:of use|and conditions)|usage (?:restrictions?|terms|policy)|conditions of use|nutzungsbedingungen"
    r"|conditions d.utilisation|condiciones de uso|termos de uso|условия использования)\b"
    r"|许可|許可|授权|授權|版权|版權|使用条款|使用須知|使用须知|ライセンス|利用規約|利用条件|著作権|라이선스|라이센스|저작권|이용약관"
)
"""Headings in words that are no single word of `_ABOUT_LICENCES`, or in scripts without spaces."""
# A licence plate is an object to recognise, and a section on licences of dependencies is not about this work.
_OF_OTHERS = frozenset({"plate", "plates", "driver", "drivers", "third", "party", "dependencies", "dependency"})
_MOST_HEADING_WORDS, _MOST_HEADING = 6, 80


def _is_about_licence(heading: Heading) -> bool:
    title = visible_text(heading.text).casefold()
    words = _WORDS.findall(title)
    return (
        len(words) <= _MOST_HEADING_WORDS
        and len(title) <= _MOST_HEADING
        and (not _ABOUT_LICENCES.isdisjoint(words) or _ABOUT_TERMS.search(title) is not None)
        and _OF_OTHERS.isdisjoint(words)
    )


def extract_licence_section(readme: str) -> str:
    """The text of the sections headed License, Licence or Copyright, at most 2,000 characters; empty without any.

    Headings are those of Markdown (`#`, underlined, a line in bold), reStructuredText and HTML. A section includes
    its lower headings. Where a heading names more than the subject (`MIT License`), it is part of the text.
    """
    lines = split_lines(readme)
    all_headings = list(find_headings(lines))
    sections: list[str] = []
    reached = 0
    for place, heading in enumerate(all_headings):
        if heading.start < reached or not _is_about_licence(heading):
            continue
        later = (all_headings[number] for number in range(place + 1, len(all_headings)))
        ends = (following.start for following in later if following.level <= heading.level)
        reached = next(ends, len(lines))
        title = visible_text(heading.text)
        plain = _ABOUT_LICENCES.issuperset(_WORDS.findall(title.casefold())) or _ABOUT_TERMS.search(
            title.casefold()
        )
        more = [] if plain else [title]
        body = "\n".join([heading.rest, *lines[heading.end : reached]])[: 4 * MOST_SECTION]
        if text := "\n".join([*more, TAG.sub(_tag_to_address, body).strip()]).strip():
            sections.append(text)
        if sum(map(len, sections)) >= MOST_SECTION:
            break
    return "\n\n".join(sections)[:MOST_SECTION].strip()


_BADGE = re.compile(
    r"https?://(?:img\.)?(?:shields\.io|badgen\.net|custom-icon-badges\.demolab\.com)/(?:static/v1\?label=)?(?:badge/|github/)?[^\s)\]>\"'<]{0,80}licen[sc]e"
    r"[^\s)\]>\"'<]{0,200}",
    re.IGNORECASE,
)
_MOST_BADGES = 4


def find_licence_badges(readme: str) -> str:
    """The addresses of the badges on a licence, one a line; empty where there are none."""
    found = dict.fromkeys(match[0] for match in _BADGE.finditer(readme[:MOST_TEXT]))
    return "\n".join(list(found)[:_MOST_BADGES])


_HREF = re.compile(r"href\s{0,3}=\s{0,3}[\"']([^\"'<>]{1,300})[\"']", re.IGNORECASE)


def _tag_to_address(tag: re.Match[str]) -> str:
    """The replacement of an HTML tag: the address of a link, which may be that of the licence, or a space."""
    link = _HREF.search(tag[0])
    return f" {link[1]} " if link else " "


_TERMS = re.compile(
    r"commerci|comercia|kommerzi|gewerblich|коммерч|商用|商业|商業|营利|營利|盈利|牟利|営利|상업|상용|영리"
    r"|li[cz]en[cs]|licenza|licenç|лиценз|许可证|許可|授权|授權|ライセンス|라이선스|\bcc[- ]by\b|\b[al]?gpl|under the (?:terms|mit|apache|bsd)\b|non-?profit|military|weapon"
    r"|\bfree for\b|\b(?:compan(?:y|ies)|firms|businesses|industr\w{1,6}) (?:and|users|must|need|ha(?:s|ve) to|may not|cannot|should|pay)\b"
    r"|\b(?:may|must|shall) not be (?:used|copied|modified|redistributed|distributed|shared)\b|\bpermission\b",
    re.IGNORECASE,
)
"""Words of terms in the ten languages: a sentence with one of them may say who may use the work for what."""
_LIMITS = re.compile(
    r"\b(?:only|other than|except for|solely|exclusively|purely|strictly|limited|restricted|reserved|nur|ausschlie(?:ß|ss)lich|lediglich|uniquement|seulement"
    r"|exclusivement|strictement|réservée?s?|s[oó]lo|solamente|[uú]nicamente|exclusivamente|soltanto|esclusivamente|apenas|somente|só"
    r"|только|исключительно|лишь)\b|[仅僅只限]|以外|之外|のみ|だけ|만|한정|한하|이외",
    re.IGNORECASE,
)
_PURPOSES = re.compile(
    r"research|academ|akadem|académ|acadêm|accadem|universit|educat|educa[tc]i|scientific|científic|scholar|teach|personal|forschung|wissenschaft"
    r"|lehr|recherche|enseignement|investigac|pesquisa|investigaç|ricerca|didattic|docen|исследова|научн|учебн|образоват|академ"
    r"|学术|學術|学術|研究|科研|教育|教学|教學|学习|學習|个人|個人|交流|연구|학술|교육|개인|evaluation",
    re.IGNORECASE,
)
"""A purpose beside a word of `_LIMITS`."""
_QUOTE = re.compile(r"^[ \t]{0,8}(?:>[ \t]{0,4}){1,4}(?:\[![A-Za-z]{3,12}\])?")
_BEGINS = re.compile(r"^[ \t]{0,12}(?:[-*+•]|\d{1,2}[.)])[ \t]")
_FENCE = re.compile(r" {0,3}(?:```|~~~)|\s{0,20}@[A-Za-z]{3,20}\s?\{")


def find_terms(readme: str) -> str:
    """The paragraphs outside the sections on the licence that may speak of terms, at most 4,000 characters.

    Each comes as one line, below the line `# HEADING` of the heading that it stands under. The first line is the title
    of the README, `# TITLE`, which says how the work is called. Empty where no paragraph may speak of terms.
    """
    lines = split_lines(readme)
    headings = list(find_headings(lines))
    title = next((visible_text(heading.text) for heading in headings if not _is_about_licence(heading)), "")
    kept: list[str] = []
    size, last = 0, title
    for heading, text in _paragraphs(lines, headings):
        if size > MOST_PROSE or not (_TERMS.search(text) or (_LIMITS.search(text) and _PURPOSES.search(text))):
            continue
        if heading != last:
            kept.append(f"# {heading}")
            last = heading
        kept.append(text)
        size += len(text)
    return f"# {title}\n" + "\n".join(kept)[:MOST_PROSE] if kept else ""


def _paragraphs(lines: Sequence[str], headings: Sequence[Heading]) -> Iterator[tuple[str, str]]:
    """(heading, text) of each paragraph and list item outside code and outside the sections on the licence."""
    by_start = {heading.start: heading for heading in headings}
    heading, within, fence, place = "", 8, "", 0
    paragraph: list[str] = []
    while place < len(lines):
        line = _QUOTE.sub("", lines[place])
        if found := by_start.get(place):
            yield from _join_paragraph(heading, paragraph)
            paragraph = []
            if _is_about_licence(found):
                within = min(within, found.level)
            elif found.level <= within:
                within, heading = 8, visible_text(found.text)
                paragraph = [found.rest] if found.rest else []
            place = found.end
            continue
        place += 1
        if fence or _FENCE.match(line):
            yield from _join_paragraph(heading, paragraph)
            paragraph, fence = [], _next_fence(fence, line)
            continue
        if not line.strip() or _BEGINS.match(line) or line.lstrip().startswith("|"):
            yield from _join_paragraph(heading, paragraph)
            paragraph = []
        if within == 8 and line.strip():
            paragraph.append(_BEGINS.sub("", line))
    yield from _join_paragraph(heading, paragraph)


def _next_fence(fence: str, line: str) -> str:
    """What ends the block of code in which the next line stands, empty outside."""
    text = line.strip()
    if not fence:
        return "}" if text.startswith("@") else text[:3]
    return "" if text.startswith(fence) else fence


def _join_paragraph(heading: str, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    text = visible_text(" ".join(lines)[: 2 * MOST_SECTION])
    if text:
        yield heading, text.lstrip("#").replace("**", "").replace("__", "").replace("`", "")


def licence_statements(
    readme: str, outer: str = "", packages: Sequence[LicenceFile] = ()
) -> tuple[LicenceFile, ...]:
    """What states a licence outside licence files, as `Check.licence_statements` holds it.

    First the README's section, else that of the `outer` README around a folder, else package metadata, else badges;
    then the sentences elsewhere in the README, which count where they speak of terms.
    """
    own = extract_licence_section(readme)
    section = own or extract_licence_section(outer)
    badges = "" if section else find_licence_badges(readme)
    first = [LicenceFile("README.md", section)] if section else list(packages[:1])
    if badges and not first:
        first = [LicenceFile("README.md, badge", badges)]
    prose = find_terms(readme) or ("" if own else find_terms(outer))
    return (*first, *([LicenceFile("README.md, prose", prose)] if prose else []))
