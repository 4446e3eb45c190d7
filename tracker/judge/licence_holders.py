"""Which words of a licence text can be the name of a holder, a project or a paper; pure.

A name is made of capitalised words, addresses and a few small words; a word that could limit a right is never part of
one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from tracker.judge.licence_words import EMAIL, URL

MAX_HOLDER_WORDS = 80
"""Words of one copyright statement."""
MAX_NAME_WORDS = 30
"""Words of a name in a place that a standard text leaves open."""
MAX_SMALL = 2
"""Words in lower case, as nicknames, that a short name may have."""
_MAX_UNCASED = 24
"""Characters of a script without cases in one name."""

_SPELLED_EMAIL = (
    r"[\w.+-]{1,40}[ \t]{1,3}(?:at|[(\[]at[)\]])[ \t]{1,3}[\w-]{1,40}"
    r"(?:(?:\.|[ \t]{1,3}(?:dot|[(\[]dot[)\]])[ \t]{1,3})[a-z]{2,20}){1,3}(?!\w)"
)
"""An address with words for its signs, as in "jo at lab dot org"."""
_PLACE = (
    r"(?<![\w@.-])[a-z0-9-]{2,60}(?:\.[a-z0-9-]{2,60}){0,2}\.(?:com|org|net|io|dev|me|ai|edu|eu|de|fr|uk|cn|jp|kr|co|app|info)"
    r"(?:/[\w~-][\w./~-]{0,100})?(?<![./])(?![\w@-]|\.\w)"
)
"""An address without its scheme, as in "(github.com/jo)"."""
_PIECE = re.compile(
    rf"(?P<url>{URL}|{_PLACE})|(?P<email><?(?:{EMAIL}|{_SPELLED_EMAIL})>?)|(?P<word>[^\W_](?:[\w'-]|\.(?=[\w-]))*(?:\.(?=[,\s)]))?)|(?P<mark>[^\w\s])",
    re.IGNORECASE,
)
_YEARS = re.compile(
    r"\d{1,4}(?:[-.]\d{1,4})*|(?:19|20)\d\d-(?:present|now|today)|\d{1,2}(?:st|nd|rd|th)", re.IGNORECASE
)
_NAME_MARKS = ".,;:()<>[]{}&'\"*/|+-_©#!@~=$"
_SMALL = frozenset(
    "a and all as at by c co coordinated courtesy da de del della der des di do dos du e el et al etc for from fur für gmbh "  # noqa: SIM905 - words read better so
    "holder holders copyright owner owners name names full year yyyy years present now today date its his her their in inc iv la le li "
    "list los llc ltd of on or other others over represented respective see rev saint son st sub the to und unless through y "
    "affiliates affiliate subsidiaries subsidiary partners entities authors author author(s) contributors contributor "
    "committers maintainers maintainer developers developer individual individuals members team group groups project "
    "projects community organization organisation company corporation corp foundation lab labs laboratory university "
    "institute department school college contributing original portions parts additional modifications modified some "
    "bvba bv nv ab oy oü as aps sarl sas sa spa srl kg ohg ug ag pty plc pte ltda sp z o.o "
    "van von den ter ten zu zum zur bei im am van't with file files authors.txt authors.md contributors.txt "
    "git log history v later earlier indicated shown whose listed below above respectively various many several".split()
) - {"for", "unless", "modified", "modifications", "some", "indicated", "below", "above", "with", "to", "in"}
_BETWEEN = frozenset({"for", "with", "to", "in", "on", "from"})
"""Small words that are part of a name only before a capitalised word."""
_ENCODED = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[\w+/-]{16,}={0,2}", re.ASCII)
"""Letters of both cases with digits, as base64 has them: nobody reads what they say."""
_NEVER = re.compile(
    r"(?:non|not?|nor|none|never|only|sole|solely|except|unless|excluding|without|must|shall|may|might|can|cannot|should|will|"
    r"use|uses|used|using|user|users|usage|permi\w+|prohibit\w*|forbid\w*|forbidden|restrict\w*|limit\w*|allow\w*|disallow\w*|"
    r"grant\w*|licen[sc]e\w*|sublicen[sc]e\w*|purpose\w*|commercial\w*|non-?commercial\w*|noncommer\w*|(?:non-?)?comm?er[cs]i\w+|"
    r"academi[ac]\w{0,2}|evaluat\w+|trial|preview|edition|internal|confidential\w*|proprietary|secret|patent\w*|terms?|"
    r"conditions?|agree\w*|consent|fee|fees|pay\w*|paid|purchase\w*|subscription|royalt\w+|usd|eur|euros?|dollars?|free|"
    r"student\w*|teach\w*|militar\w+|weapon\w*|surveillance|government|distribut\w+|redistribut\w+|cop(?:y|ies|ying)|modif\w+|"
    r"sell(?:s|ing|ers?)?|sale|sold|expire\w*|until|after|before|if|when|provided|subject|please|contact|ask\w*|request\w*|require\w*|"
    r"approv\w+|obtain\w*|derivative\w*|warrant\w+|liab\w+|however|but|also|this|that|these|those|which|is|are|be|was|were|has|have|"
    r"you|your|we|our|i|it|any|anyone|everyone|rights?|reserved|permission|redistribution|notice|"
    r"nur|nicht|kein\w*|verboten|untersagt|gestattet|erlaubt|forschung\w*|lehre|kommerziell\w*|nichtkommerziell\w*|zwecke\w*|nutzung|"
    r"seulement|uniquement|pas|sans|interdit\w*|usage|fins|recherche|commerci\w+|autoris\w+|"
    r"s[oó]lo|solamente|[uú]nicamente|uso|prohib\w+|investigaci[oó]n|comercial\w*|fines|sin|"
    r"soltanto|esclusiv\w+|vietat\w+|ricerca|scop[oi]|senza|apenas|somente|exclusiv\w+|pesquisa|proibid\w+|sem|"
    r"только|исключительно|исследоват\w+|некоммерческ\w+|коммерческ\w+|запрещ\w+|использован\w+|целях|цели|без|не|для|"
    r"alleen|uitsluitend|tylko|jen|pouze|bara|endast|kun|sadece)",
    re.IGNORECASE,
)
"""Words of terms, in the languages in which papers' authors write them."""
_TERM = re.compile(
    r"(?:non|only|solely|without|permi(?:t|ssion)\w*|prohibit\w*|forbid\w*|restrict\w*|(?:non)?comm?er[cs]\w*|academi[ac]\w{0,2}|licen[sc]e\w*|terms|"
    r"purposes?|student\w*|must|shall|may|fees?|pay|paid|royalt\w+|purchase\w*|consent|evaluation-only|proprietary|confidential|usage|"
    r"nur|nicht|verboten|kommerziell\w*|nichtkommerziell\w*|seulement|uniquement|interdit\w*|s[oó]lo|[uú]nicamente|solamente|prohibid\w*|"
    r"vietat\w+|soltanto|apenas|somente|proibid\w*|comercial\w*|только|запрещ\w+|(?:не)?коммерческ\w+|лишь|alleen|tylko)",
    re.IGNORECASE,
)
"""Words of terms that are not even part of the title of a paper in a request to cite it."""
_GENERIC = frozenset(
    "research education teaching personal private community enterprise enterprises business universities companies industry "  # noqa: SIM905 - words read better so
    "europe eu us usa uk china countries scientists researchers hospitals medicine nonprofit nonprofits ngo ngos peace humanity "
    "public home hobby hobbyists individuals everyone nobody testing development production demo beta".split()
)
"""Words that are no name by themselves."""
_NEVER_IN = re.compile(
    "[仅僅不禁勿只限]|商业|商用|商業|使用|学术|學術|非营利|营利|營利|许可|許可|允许|未经|授权|授權|のみ|利用|目的|以外|ください|"
    "연구용|목적|금지|상업|비상업|사용|허가|한하|학술|교육용"
)
_STOPPED = re.compile(
    r"(?:the\s+)?(?:mit|bsd|isc|apache|gnu)\s+(?:software\s+)?(?:licen|general|lesser|affero|public)|all\s+rights?\b",
    re.IGNORECASE,
)
_ABBREVIATIONS = frozenset(
    "inc ltd co corp llc jr sr dr prof st univ dept inst al plc s.a a.s b.v e.v s.r.l s.p.a gmbh bros no vol intl assoc eds ed".split()  # noqa: SIM905
)
_ALSO_NAMES = frozenset(("Will", "Grant", "May", "Can", "Sem", "Pay", "Sale", "Sans", "Limited"))
"""Given names that are words of terms in lower case."""
_COMPANY = re.compile(r"(?:Limited|LIMITED)(?=[ \t]*(?:$|[\r\n),.<(|/;]|(?:and|&)[ \t]))")
"""The form of a company at the end of its name."""
_FREE_NAME = re.compile(r"free(?=\s+(?:software\s+foundation|university|electrons|universit))", re.IGNORECASE)


def names_end(text: str, start: int) -> int:
    """The end of the names and dates that begin there, on one line."""
    scan = _NameScan(text, start)
    for piece in _PIECE.finditer(text, start, min(len(text), start + 2_000)):
        if (
            "\n" in text[scan.reached : piece.start()]
            or _STOPPED.match(text, piece.start())
            or not scan.take(piece)
        ):
            break
    return scan.end


class _NameScan:
    """Reads names and dates word by word; `end` is where the last of them ended."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.end = self.reached = start
        self.words = self.small = self.uncased = 0

    def take(self, piece: re.Match[str]) -> bool:
        """Take the next word or mark; False where the names end before or with it."""
        if piece.lastgroup == "mark":
            return self._take_mark(piece)
        self.words += 1
        if piece.lastgroup in ("url", "email"):
            terms = any(_NEVER.fullmatch(part) for part in re.findall(r"[^\W\d_]+", piece[0])[1:])
            return not terms and self._accept(piece.end())
        verdict = _name_word(piece[0], self.text, piece.end())
        self.small += verdict == "unknown"
        self.uncased += len(piece[0]) if verdict == "uncased" else 0
        if verdict == "between":
            self.reached = piece.end()
            return True
        too_many = self.words > (MAX_SMALL * 2 + 2 if verdict == "unknown" else MAX_HOLDER_WORDS)
        hidden = self.uncased > _MAX_UNCASED or (verdict == "uncased" and _NEVER_IN.search(piece[0]))
        if verdict == "never" or too_many or self.small > MAX_SMALL or hidden:
            return False
        self._accept(piece.end())
        return not piece[0].endswith(".") or _abbreviates(piece[0])

    def _take_mark(self, piece: re.Match[str]) -> bool:
        mark = piece[0]
        if mark not in _NAME_MARKS or (mark == ";" and not self.words):
            return False
        if mark == "." and self.words and not self.text[piece.end() : piece.end() + 1].isalnum():
            self.end = piece.end()
            return False
        if self.reached == self.end:
            self._accept(piece.end())
        return True

    def _accept(self, end: int) -> bool:
        self.end = self.reached = end
        return True


def _abbreviates(word: str) -> bool:
    bare = word.rstrip(".").lower()
    return len(bare) < 2 or "." in bare or bare in _ABBREVIATIONS


def _name_word(word: str, text: str, end: int) -> str:
    """What a word can be in a name: `name`, `between` names, `uncased`, `unknown` or `never` a part of it."""
    bare = word.rstrip(".'").strip("'")
    folded = bare.lower()
    if _YEARS.fullmatch(bare):
        return "name"
    if _FREE_NAME.match(text, end - len(word)) or (_COMPANY.match(text, end - len(word)) and end > len(word)):
        return "name"
    if word in _ALSO_NAMES and re.match(r"[ \t]+[A-Z][a-z]", text[end : end + 8]):
        return "name"
    if _NEVER.fullmatch(folded) or any(map(_NEVER.fullmatch, re.split(r"[-/_.]", folded))):
        return "never"
    if folded in _BETWEEN:
        return "between"
    if _ENCODED.fullmatch(word):
        return "never"
    if bare[0].isupper() or any(letter.isdigit() for letter in bare) or folded in _SMALL:
        return "name" if _one_script(bare) else "never"
    if not bare[0].islower():
        return "uncased"
    if re.fullmatch(r"[a-z]+[A-Z]\w*", bare):
        return "name"
    if re.match(
        r"[ \t]+(?:contributors?|authors|developers|team|project|maintainers|community|foundation)\b",
        text[end : end + 16],
    ):
        return "name"
    return "unknown" if _one_script(bare) else "never"


def _one_script(word: str) -> bool:
    """Whether all letters of a word are of one alphabet: a mixture is a disguise."""
    scripts = {
        unicodedata.name(letter, "?").split()[0] for letter in word if letter.isalpha() and not letter.isascii()
    }
    latin = any(letter.isascii() and letter.isalpha() for letter in word)
    return not (scripts - {"LATIN"}) or (not latin and len(scripts) == 1) or scripts <= _EAST_ASIAN


_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "LATIN", "IDEOGRAPHIC"})


def is_project_name(text: str) -> bool:
    """Whether a line can be the name of a project alone: at most four words, one of them in the spelling of a name."""
    words = text.split()
    return (
        len(words) <= 4
        and ":" not in text
        and is_name(text)
        and not _GENERIC.intersection(text.lower().split())
        and any(re.search(r"[a-z][A-Z]|[A-Za-z]\d|\w[-/_.]\w", word) for word in words)
    )


def is_name(text: str, most: int = MAX_NAME_WORDS) -> bool:
    """Whether a piece of a text can be a name, or several: at most `most` words, none of which could be a term."""
    words = text.split()
    return 0 < len(words) <= most and names_end(text := " ".join(words), 0) >= len(text.rstrip(" .,;:)>]}\"'"))


_FILE_NAME = re.compile(
    r"(?:(?:un)?licen[sc]es?|notices?|copying|copyright|authors|contributors|readme|third)"
    r"(?:[-_./](?:3rd|third|party|licen[sc]es?|notices?|mit|apache2?|bsd[23]?|[la]?gpl(?:v?[23])?|mpl2?|isc|psf|cc0|zlib|boost"
    r"|unlicense|code|data|models?|weights|docs|txt|md|rst|html|2|0)){1,4}",
    re.IGNORECASE,
)
"""Names of files about licences, which a sentence may refer to."""


@lru_cache(maxsize=8192)
def name_slots(word: str) -> frozenset[str]:
    """The open places of a frame that one word may fill: `name` and `names`, `project`, `title`."""
    if _FILE_NAME.fullmatch(word):
        return frozenset(("name", "names", "project"))
    verdict = _name_word(word, word, len(word))
    slots: set[str] = set()
    if verdict == "uncased":
        verdict = "name" if len(word) <= _MAX_UNCASED // 2 and not _NEVER_IN.search(word) else "never"
    if verdict in ("name", "between"):
        slots |= {"names", "title"}
        if word.lower() not in _GENERIC and verdict == "name":
            # A generic word does not name anybody by itself.
            slots |= {"name", "project"}
    elif verdict == "unknown":
        slots.add("title")
        if re.search(r"[\d/@._-]", word):
            slots |= {"name", "names"}
        slots.add("project")
    elif not _TERM.fullmatch(word.lower()) and word.isascii():
        slots.add("title")
    return frozenset(slots)


def holds_term(text: str) -> bool:
    """Whether any word of a title or an address could limit a right."""
    return any(_TERM.fullmatch(word.lower()) for word in re.findall(r"[^\W\d_]+", text)) or bool(
        _NEVER_IN.search(text)
    )
