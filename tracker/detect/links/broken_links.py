"""The characters of an address whose host is known, over the gaps that a text put into it.

Conversions of PDFs break addresses at line ends, put spaces into them, hyphenate hosts and lose underscores.
"""

from __future__ import annotations

import re

from tracker.detect.links.known_domains import is_link_host, lacks_segments

MAX_LENGTH = 2_000
"""Characters of one link; a longer run is cut there."""
GAP = re.compile(r"[^\S\n]{0,8}(?:\n[^\S\n]{0,8})?")
"""A few spaces, at most one line end among them."""

# The characters of an address; `\` only as a TeX escape. Braces and brackets end it, except as TeX around an
# underscore. Typographic hyphens, ligatures and the tilde operator come from PDF conversions.
_SIGN = r"A-Za-z0-9\-._~:/?#@!$&*+,;=%()\u00ad\u200b\u2010\u2011\u223c\ufb00-\ufb04"
_TEX = (
    r"\\[_%#&~\-$/,.](?:\{\})?|\$\\sim\$|\\(?:allowbreak|linebreak|break|discretionary|slash|hfill)(?![A-Za-z]) ?|"
    r"\\(?:textunderscore|textasciitilde|sim|_|~)(?![A-Za-z])(?: |\{\})?|\{\\(?:_|~|textasciitilde|textunderscore)\}|\{[-_.~]\}"
)
_RUN = re.compile(rf"(?:[{_SIGN}]|{_TEX}){{1,{MAX_LENGTH}}}+")
_TOKEN = re.compile(r"[A-Za-z0-9_~][A-Za-z0-9_.~-]{0,120}")
_HOST_REST = re.compile(r"[a-z]{1,20}\.[a-z]{2,12}(?=/)")
_SPACED_PATH = re.compile(r"/ ?[\w-][\w.-]{0,99} ?/ ?[\w-]")
_TLD_START = re.compile(r"[a-z]{2,12}(?=[/\s).,;}]|\Z)")
_SCHEME_BEFORE = re.compile(r"(?:https?|git)\Z", re.IGNORECASE)
_MAX_GAPS = 8
_REMOVE_HYPHEN = "\x00"
"""The joint that takes a hyphen away."""
# Words with which the sentence goes on after a link, so that they are never a part of it.
_WORDS_TEXT = """a about above accepted access accessed after all also an and anonymously any are as at available be been
    below but by can code codes comments contact data dataset datasets demo details due each easily feel for free
    freely from further github has have here homepage html however if in including into is it its later link links
    many model models more no not now of on once online only open or other our page pages paper please project
    provided public publicly published repo repository respectively see soon source submitted supplementary
    that the their there these this those through to today together under until upon using via video videos was
    we webpage website well were when where which while will with within work you your"""
_WORDS = frozenset(_WORDS_TEXT.split())
# Words before which a hyphen at the end of an address is a dash; any other word is the rest of a hyphenated name.
_GRAMMAR = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "by",
        "can",
        "for",
        "from",
        "has",
        "have",
        "here",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "our",
        "that",
        "the",
        "their",
        "this",
        "to",
        "via",
        "was",
        "we",
        "were",
        "which",
        "with",
    ]
)
_UNDERSCORE_HOSTS = frozenset({"github.com", "gitlab.com", "huggingface.co", "gitee.com"})
_MAX_TAIL = 20
_MIN_ABSTRACT = 400
"""Characters from which a text is more than a short comment, so that a stray last word belongs to its last link."""
# What may be the rest of a name whose underscore was lost: a written-together name, or one of the words with
# which repositories are named; a year or a venue is neither.
_LAST_WORD = re.compile(
    r"(?:pytorch|torch|tensorflow|tf\d?|jax|keras|matlab|python|cpp|official|release|main|master|v\d+)|"
    r"(?!(?:[A-Z][a-z]+)?[A-Z]{2,6}(?:19|20)?\d\d\b)(?=\w*[a-z])(?=\w*[A-Z0-9]\w*[A-Z0-9])\w+"
)


def read_address(text: str, at: int, broken_lines: bool) -> tuple[int, str]:
    """(end, characters) of the address that begins at `at`, read across its gaps; `broken_lines` as in PDF text."""
    so_far = ""
    end = at
    stop = _next_link(text, at)
    for _ in range(_MAX_GAPS):
        run = _RUN.match(text, end, stop)
        if run is None:
            break
        so_far += run.group()
        end = run.end()
        gap = GAP.match(text, end, stop)
        after = gap.end() if gap else end
        if after == end or after >= stop:
            break
        joint = _joint(so_far, text, after, "\n" in text[end:after], broken_lines)
        if joint is None:
            break
        so_far = so_far[:-1] if joint == _REMOVE_HYPHEN else so_far + joint
        end = after
    return end, so_far


def _next_link(text: str, at: int) -> int:
    """Where the address at `at` ends at the latest: at the next scheme that is not part of its own path."""
    colon = text.find("://", at, at + MAX_LENGTH)
    if colon < 0:
        return min(len(text), at + MAX_LENGTH)
    scheme = _SCHEME_BEFORE.search(text, max(at, colon - 5), colon)
    if scheme is None or (scheme.start() > at and text[scheme.start() - 1] in "/="):
        return min(len(text), at + MAX_LENGTH)
    return scheme.start()


def _joint(so_far: str, text: str, after: int, new_line: bool, broken_lines: bool) -> str | None:
    """What joins `so_far` to the text after a gap: nothing, a lost underscore, or None where the address ends."""
    host, slash, path = so_far.partition("/")
    host = host.lower().removeprefix("www.")
    if not slash:
        if host.endswith("-"):
            rest = _HOST_REST.match(text, after)
            return _REMOVE_HYPHEN if rest and is_link_host(host[:-1] + rest.group()) else None
        return "" if _host_goes_on(host, text, after) else None
    token = _TOKEN.match(text, after)
    if token is None:
        next_character = text[after + 1 : after + 3].lstrip(" ")[:1]
        goes_on = text[after] == "/" and next_character.isalnum() and lacks_segments(host, path)
        return "" if goes_on else None
    word = token.group()
    hyphenated = so_far[-1] == "-" and so_far[-2:-1].isalnum() and path.strip("-_")
    if hyphenated and word.lower().rstrip(".") not in _GRAMMAR and not text.startswith(("://", ":/"), token.end()):
        return ""
    if word.lower().rstrip(".") in _WORDS or text.startswith(("://", ":/"), token.end()):
        return None
    if so_far[-1] in "-_" and path.strip("-_"):
        return ""
    if broken_lines and new_line and path and lacks_segments(host, path) and text.startswith("/", token.end()):
        return ""
    if so_far[-1] == "/" and (lacks_segments(host, path) or (broken_lines and new_line)):
        return ""
    complete = host in _UNDERSCORE_HOSTS and path[-1:].isalnum() and not lacks_segments(host, path)
    return "_" if complete and not new_line and _ends_text(text, token) else None


def _ends_text(text: str, token: re.Match[str]) -> bool:
    """Whether a word is the last one of an abstract and may be the rest of a name whose underscore was lost."""
    return (
        len(text) >= _MIN_ABSTRACT
        and len(text) - token.end() <= _MAX_TAIL
        and not text[token.end() :].strip(" .\n)}")
        and _LAST_WORD.fullmatch(token.group().rstrip(".")) is not None
    )


def _host_goes_on(host: str, text: str, after: int) -> bool:
    """Whether the text after a gap completes a host, or begins the path of a known one."""
    if host.endswith("."):
        tld = _TLD_START.match(text, after)
        return tld is not None and is_link_host(host + tld.group())
    if text[after] == ".":
        at = after + 1 + (text[after + 1 : after + 2] == " ")
        tld = _TLD_START.match(text, at)
        return tld is not None and is_link_host(f"{host}.{tld.group()}")
    if text[after] != "/" or not is_link_host(host):
        return False
    return text[after + 1 : after + 2].strip() != "" or _SPACED_PATH.match(text, after) is not None
