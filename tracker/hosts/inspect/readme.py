"""What the texts of a repository say: which papers they name, and words on its licence; pure.

The texts are strangers': each function reads a bounded part, in time linear in it, and never raises.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from tracker.domain.papers import title_key
from tracker.hosts.inspect.headings import MOST_TEXT, TAG, Heading, find_headings, split_lines, visible_text

MOST_NAMES = 50
MOST_SECTION = 2_000

_MOST_TITLE = 1_000
_MOST_TRIES = 400
"""Beginnings of titles that are tried in one text."""
_SHORTEST_KEY, _LONGEST_KEY = 4, 400

_NEW_ID = r"[0-9]{2}(?:0[1-9]|1[0-2])\.[0-9]{4,5}"
_OLD_ID = r"[a-z][a-z-]{1,15}(?:\.[a-z]{2})?/[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3}"
_ARXIV = re.compile(
    # Addresses of a paper, at arXiv and at those who show its papers under its ids; its DOIs; `eprint = {…}`;
    # and the word itself, as in `arXiv:…`, `arXiv preprint …` and the badge `arXiv-…-b31b1b`.
    rf"""(?:arxiv\.org/(?:abs|pdf|html|e-print|format|ps|src)/ | alphaxiv\.org/(?:abs|pdf|overview)/
    | huggingface\.co/papers/ | 10\.48550/arxiv\. | \beprint\s{{0,4}}=\s{{0,4}}["{{]?
    | arxiv (?: [\s:_\[\](){{}}\#*-] | %3a | %20 | preprint ){{0,6}} )
    (?P<id> {_NEW_ID} | {_OLD_ID} ) (?![0-9])""",
    re.IGNORECASE | re.VERBOSE,
)
_ENTRY_OR_TITLE = re.compile(r'@[a-z]{2,20}\s{0,4}\{|(?<![\w-])title\s{0,4}=\s{0,4}(?=["{])', re.IGNORECASE)
_ACCENT = re.compile(r"""\\(["'`^~=.]|[cvuHkr](?=[\s{]))\s?\{?\\?([A-Za-z])\}?""")
_COMBINING = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a",
}  # fmt: skip
_LETTERS = {
    "ss": "ß",
    "o": "ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "aa": "å",
    "AA": "Å",
}
_LETTER = re.compile(r"\\(ss|ae|AE|oe|aa|AA|o|O|l|L)(?![A-Za-z])")
_FORMAT = re.compile(
    r"\\(?:text(?:bf|it|tt|sc|sf|rm|up|normal)|emph|underline|mbox|bf|it|tt|sc|rm|em|url|uppercase)(?![A-Za-z])"
)


def find_named_papers(readme: str, citation: str) -> tuple[str, ...]:
    """The papers that a README and a CITATION.cff name: `arxiv:ID` without version, `title:KEY`; at most 50.

    Titles are those of BibTeX entries, of CITATION.cff itself and its preferred citation, and the README's
    first heading; KEY is `domain.title_key` of it. Either text may be empty.
    """
    readme, citation = readme[:MOST_TEXT], citation[:MOST_TEXT]
    found: dict[str, None] = {}
    for name in _all_names(readme, citation):
        found[name] = None
        if len(found) >= MOST_NAMES:
            break
    return tuple(found)


def _all_names(readme: str, citation: str) -> Iterator[str]:
    titles = [*_citation_titles(citation), *_heading_titles(readme), *_bibtex_titles(readme)]
    for title in titles[: MOST_NAMES // 2]:
        key = title_key(unicodedata.normalize("NFC", title))
        if _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
            yield f"title:{key}"
    for text in (citation, readme):
        for match in _ARXIV.finditer(text):
            archive, slash, number = match["id"].lower().partition("/")
            # The subject class is no part of an old id (info.arxiv.org/help/arxiv_identifier).
            yield f"arxiv:{archive.partition('.')[0]}/{number}" if slash else f"arxiv:{archive}"


def _bibtex_titles(text: str) -> Iterator[str]:
    entry = False
    for tries, match in enumerate(_ENTRY_OR_TITLE.finditer(text)):
        if tries > _MOST_TRIES:
            return
        if match[0].startswith("@"):
            entry = True
        elif entry and (title := _value(text[match.end() : match.end() + _MOST_TITLE])):
            yield plain_title(title)


def _value(text: str) -> str:
    """The BibTeX value at the start of a text, without what encloses it; empty where it does not end."""
    depth, quoted = 0, text.startswith('"')
    for place, letter in enumerate(text):
        if letter == "{":
            depth += 1
        elif letter == "}":
            depth -= 1
            if not depth and not quoted:
                return text[1:place]
        elif letter == '"' and quoted and place and not depth and text[place - 1] != "\\":
            return text[1:place]
    return ""


def plain_title(title: str) -> str:
    """A BibTeX title without braces, accents written out; mathematics as they are, since arXiv keeps them too."""
    pieces = title.split("$")
    for place in range(0, len(pieces), 2):
        piece = _ACCENT.sub(lambda found: found[2] + _COMBINING[found[1]], pieces[place])
        piece = _LETTER.sub(lambda found: _LETTERS[found[1]], piece)
        pieces[place] = _FORMAT.sub("", piece)
    return " ".join("".join(pieces).replace("{", "").replace("}", "").split())


_CFF_KEY = re.compile(r"([ ]*)(?:-[ ]+)?([A-Za-z][\w-]{0,40}):(?:[ \t]+(.*))?$")
_BLOCK = frozenset({">", ">-", ">+", "|", "|-", "|+", ""})


def _citation_titles(text: str) -> Iterator[str]:
    """Titles of the work and of its preferred citation, not of what it refers to (Citation File Format 1.2)."""
    top, title, indent = "", None, 0
    for line in [*(line[:_MOST_TITLE] for line in text.splitlines()[:5_000]), "end:"]:
        key = _CFF_KEY.match(line)
        if title is not None:
            if line.strip() and len(line) - len(line.lstrip(" ")) > indent and len(title) < _MOST_TITLE:
                title = f"{title} {line.strip()}"
                continue
            yield title.strip("\"' ")
            title = None
        if key is None:
            continue
        if not key[1] and not line.startswith("-"):
            top = key[2].lower()
        if key[2].lower() == "title" and (
            top == "title" or (top == "preferred-citation" and 0 < len(key[1]) <= 4)
        ):
            said = (key[3] or "").strip()
            title, indent = "" if said in _BLOCK else said, len(key[1])


_IN_BRACKETS = re.compile(r"\[[^\[\]]{0,100}\]|\([^()]{0,100}\)|【[^【】]{0,100}】")


def _heading_titles(readme: str) -> Iterator[str]:
    """The first heading that has words, whole and without what stands in brackets (a venue, a year)."""
    for heading in find_headings(split_lines(readme)):
        if heading.level <= 6 and (title := visible_text(heading.text)):
            yield title
            bare = _IN_BRACKETS.sub(" ", title)
            if bare != title:
                yield bare
            return


_WORDS = re.compile(r"[a-z]+")
_ABOUT_LICENCES = frozenset(
    {"license", "licence", "licenses", "licences", "licensing", "licencing", "copyright", "copyrights"}
)
# A licence plate is a thing to recognise; the licences of others are no licence of this.
_OF_OTHERS = frozenset({"plate", "plates", "driver", "drivers", "third", "party", "dependencies", "dependency"})
_MOST_HEADING_WORDS = 6


def _is_about_licence(heading: Heading) -> bool:
    words = _WORDS.findall(visible_text(heading.text).casefold())
    return (
        len(words) <= _MOST_HEADING_WORDS
        and not _ABOUT_LICENCES.isdisjoint(words)
        and _OF_OTHERS.isdisjoint(words)
    )


def extract_licence_section(readme: str) -> str:
    """The text of the README's sections headed License, Licence or Copyright, at most 2,000 characters; or ''.

    Headings are Markdown's (`#`, underlined, a line in bold), reStructuredText's and HTML's. A section holds its
    own lesser headings. Where the heading says more than its subject (`MIT License`), its words belong to the text.
    """
    lines = split_lines(readme)
    every = list(find_headings(lines))
    found: list[str] = []
    reached = 0
    for place, heading in enumerate(every):
        if heading.start < reached or not _is_about_licence(heading):
            continue
        later = (every[number] for number in range(place + 1, len(every)))
        following = (one.start for one in later if one.level <= heading.level)
        reached = next(following, len(lines))
        said = visible_text(heading.text)
        more = [said] if not _ABOUT_LICENCES.issuperset(_WORDS.findall(said.casefold())) else []
        body = "\n".join([heading.rest, *lines[heading.end : reached]])[: 4 * MOST_SECTION]
        if text := "\n".join([*more, TAG.sub(_kept_link, body).strip()]).strip():
            found.append(text)
        if sum(map(len, found)) >= MOST_SECTION:
            break
    return "\n\n".join(found)[:MOST_SECTION].strip()


_HREF = re.compile(r"href\s{0,3}=\s{0,3}[\"']([^\"'<>]{1,300})[\"']", re.IGNORECASE)


def _kept_link(tag: re.Match[str]) -> str:
    """What is left of an HTML tag: where a link leads, which may be the licence's own address."""
    link = _HREF.search(tag[0])
    return f" {link[1]} " if link else " "
