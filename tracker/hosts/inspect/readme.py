"""The papers that a README and a CITATION.cff name; pure.

Strangers write these texts, so each function reads a bounded part in linear time and never raises.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from tracker.domain.papers import PROSE_MARK, title_key
from tracker.hosts.inspect.headings import MOST_TEXT
from tracker.hosts.inspect.titles import first_heading_titles, heading_variants, own_parts, prose_titles

MOST_NAMES = 50

_MOST_TITLE = 1_000
_MOST_TRIES = 400
"""BibTeX entries and titles of one text that are tried."""
_SHORTEST_KEY, _LONGEST_KEY = 4, 400
_MOST_IDS = 20
_MOST_TITLES = 16
_MANY_IDS = 10
"""A README with more ids than these is a list of papers, but for its top and its BibTeX."""
_TOP = 3_000
_ENTRY = re.compile(r"@[a-z]{2,20}\s{0,4}\{", re.IGNORECASE)
_GREEK = {letter: unicodedata.name(letter).rpartition(" ")[2].lower() for letter in "αβγδεζηθικλμνξπρστυφχψω"}
_GREEK["λ"] = "lambda"

_NEW_ID = r"[0-9]{2}(?:0[1-9]|1[0-2])\.[0-9]{4,5}"
_OLD_ID = r"[a-z][a-z-]{1,15}(?:\.[a-z]{2})?/[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3}"
_ARXIV = re.compile(
    # The addresses of a paper at arXiv and at sites that use arXiv's ids; arXiv's DOIs; `eprint = {…}`; and the
    # word itself, as in `arXiv:…`, `arXiv preprint …` and the badge `arXiv-…-b31b1b`.
    rf"""(?:arxiv\.org/(?:abs|pdf|html|e-print|format|ps|src)/ | alphaxiv\.org/(?:abs|pdf|overview)/
    | huggingface\.co/papers/ | 10\.48550/arxiv\. | \beprint\s{{0,4}}=\s{{0,4}}["{{]?
    | arxiv (?: [\s:_\[\](){{}}\#*-] | %3a | %20 | preprint ){{0,6}} )
    (?P<id> {_NEW_ID} | {_OLD_ID} ) (?![0-9])""",
    re.IGNORECASE | re.VERBOSE,
)
_ENTRY_OR_TITLE = re.compile(r'@[a-z]{2,20}\s{0,4}\{|(?<![\w-])title\s{0,30}=\s{0,12}(?=["{])', re.IGNORECASE)
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
    """The papers that a README and a CITATION.cff name, as `arxiv:ID` (without version) and `title:KEY`; at most 50.

    Titles come from CITATION.cff itself and its preferred citation, and from the README's first headings, its BibTeX
    entries and its prose; KEY is the `title_key` of the title. Those of prose come after `PROSE_MARK`, and may be given
    with several ends.
    Sections about others' work and lists of papers name no paper. Either text may be empty.
    """
    readme, citation = own_parts(readme[:MOST_TEXT]), citation[:MOST_TEXT]
    names: dict[str, None] = {}
    for name in _all_names(readme, citation):
        names[name] = None
        if len(names) >= MOST_NAMES:
            break
    return tuple(names)


def _all_names(readme: str, citation: str) -> Iterator[str]:
    ids = list(dict.fromkeys([*_arxiv_ids(citation), *_own_ids(readme)]))[:_MOST_IDS]
    certain = _distinct_keys(
        chain(_citation_titles(citation), first_heading_titles(readme), _bibtex_titles(readme)), _MOST_TITLES
    )
    prose = [
        key
        for key in _distinct_keys(chain(heading_variants(readme), prose_titles(readme)), 2 * _MOST_TITLES)
        if key not in certain
    ]
    yield from certain
    yield from ids
    if prose:
        yield PROSE_MARK
        yield from prose


def _distinct_keys(titles: Iterable[str], most: int) -> dict[str, None]:
    keys: dict[str, None] = {}
    for title in titles:
        keys.update(dict.fromkeys(f"title:{key}" for key in _title_keys(title)))
        if len(keys) >= most:
            break
    return keys


def _title_keys(title: str) -> Iterator[str]:
    """The key of a title as written, and of its plain letters where these differ: arXiv has both forms."""
    letters = (letter for letter in unicodedata.normalize("NFKD", title) if not unicodedata.combining(letter))
    for form in (unicodedata.normalize("NFC", title), "".join(_GREEK.get(letter, letter) for letter in letters)):
        key = title_key(form)
        if _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
            yield key


def _own_ids(readme: str) -> Iterator[str]:
    """The arXiv ids of a README; of one that names many, those at its top and in its BibTeX."""
    ids = list(_arxiv_ids(readme))
    if len(set(ids)) > _MANY_IDS:
        entries = [
            readme[match.start() : match.start() + _MOST_TITLE]
            for match in islice(_ENTRY.finditer(readme), _MANY_IDS)
        ]
        ids = [*_arxiv_ids(readme[:_TOP]), *(name for entry in entries for name in _arxiv_ids(entry))]
    yield from ids


def _arxiv_ids(text: str) -> Iterator[str]:
    for match in _ARXIV.finditer(text):
        archive, slash, number = match["id"].lower().partition("/")
        # The subject class is not part of an old id (info.arxiv.org/help/arxiv_identifier).
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
    """The BibTeX value at the start of a text, without its braces or quotes; empty where it does not end."""
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
    """A BibTeX title without braces and with accents as letters; mathematics stays, because arXiv keeps it too."""
    pieces = title.split("$")
    for place in range(0, len(pieces), 2):
        piece = _ACCENT.sub(lambda match: match[2] + _COMBINING[match[1]], pieces[place])
        piece = _LETTER.sub(lambda match: _LETTERS[match[1]], piece)
        pieces[place] = _FORMAT.sub("", piece)
    return " ".join("".join(pieces).replace("{", "").replace("}", "").split())


_CFF_KEY = re.compile(r"([ ]*)(?:-[ ]+)?([A-Za-z][\w-]{0,40}):(?:[ \t]+(.*))?$")
_BLOCK = frozenset({">", ">-", ">+", "|", "|-", "|+", ""})


def _citation_titles(text: str) -> Iterator[str]:
    """The titles of the work and of its preferred citation, not of its references (Citation File Format 1.2)."""
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
            value = (key[3] or "").strip()
            title, indent = "" if value in _BLOCK else value, len(key[1])
