"""Every link of a text, however it was written or broken; in time linear in the text.

Nothing is searched with a pattern over the whole text. Each link holds a slash, or one of a few literal
names, so `str.find` walks from anchor to anchor, and bounded windows around an anchor decide. That also
keeps plain text, which is nearly all of it, at the speed of `memchr`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from tracker.detect.links.known_domains import LINK_HOSTS, TLDS, is_link_host, lacks_segments
from tracker.detect.links.link_cleanup import CHARACTER_MAP, clean_address, ends_in_next_sentence, undo_tex

MAX_LENGTH = 2_000
"""Characters of one link; a longer run is cut there."""


class FoundLink(NamedTuple):
    """One link: `raw` is `text[start:end]`, `url` the address it means, with a scheme."""

    start: int
    end: int
    raw: str
    url: str


# Where a host may stand without any slash: `www.`, the ends of well-known page hosts, and domains under the
# few top levels that sentences rarely hold otherwise.
_SLASH = re.compile("/")
_LINK_BEFORE = re.compile(r"[.:]")
_BARE = re.compile(
    r"\.(?=[A-Za-z0-9])(?:(?<=www\.)|(?:com|org|net|edu|io|ai|dev|app|space)(?![A-Za-z0-9_@/-]|\.[A-Za-z0-9]))"
)
# What leads to such a domain when it is meant as a link.
_LEADS = re.compile(
    r"(?:\b(?:at|via|from|visit|on|see|link|website|webpage|homepage|page|demo|code|online|url|site)|:)"
    r"[\s:({\[]{1,4}(?:\\(?:url|href|texttt|path)\{)?\Z",
    re.IGNORECASE,
)

# What an address is made of; `\` only as a TeX escape. Braces and brackets end it, save as TeX around an
# underscore. Typographic hyphens, ligatures and the tilde operator come from PDF conversions.
_SIGN = r"A-Za-z0-9\-._~:/?#@!$&*+,;=%()\u00ad\u200b\u2010\u2011\u223c\ufb00-\ufb04"
_TEX = (
    r"\\[_%#&~\-$/,.](?:\{\})?|\$\\sim\$|\\(?:allowbreak|linebreak|break|discretionary|slash|hfill)(?![A-Za-z]) ?|"
    r"\\(?:textunderscore|textasciitilde|sim|_|~)(?![A-Za-z])(?: |\{\})?|\{\\(?:_|~|textasciitilde|textunderscore)\}|\{[-_.~]\}"
)
_RUN = re.compile(rf"(?:[{_SIGN}]|{_TEX}){{1,{MAX_LENGTH}}}+")
# An address without anything odd, behind which neither a gap nor a sign could belong to it: what most look
# like. The last characters of a text are left to `_joint`, and so is what ends in a slash before a gap.
_AFTER = r"[).,;:!?]{0,3}(?:[\]}>\"'<]|\s{0,20}\Z)"
_AFTER_GAP = r"\s{1,20}[^\s/].{160}"
_CLEAN = re.compile(
    r"//(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z0-9-]{1,62}[A-Za-z0-9](?:/[A-Za-z0-9._/~%+=?&#-]{0,300}"
    rf"(?:(?<=[A-Za-z0-9])(?={_AFTER}|[).,;:!?]{{0,3}}{_AFTER_GAP})|(?<=/)(?={_AFTER}|[).,;:!?]{{1,3}}{_AFTER_GAP}))"
    rf"|(?={_AFTER}))",
    re.DOTALL,
)
_GAP = re.compile(r"[^\S\n]{0,8}(?:\n[^\S\n]{0,8})?")
_SCHEME = re.compile(
    r"(?:h{1,2}t{1,3}p{1,2}s?|htpps?|(?<![A-Za-z])t{1,2}ps?|ssh|git)[^\S\n]?[:;\uff1a][^\S\n]{0,2}\n?[^\S\n]{0,2}\Z|\bhttps?[^\S\n]?\Z",
    re.IGNORECASE,
)
_WEB = re.compile(r"(?:https?://)*?(https?)://(?!https?://)", re.IGNORECASE)
_SPACE_LIKE = re.compile(r"[\x00-\x20\x7f<>\"]")
_SCHEME_SLIP = re.compile(r"https?[^\S\n]?:[^\S\n]?\Z", re.IGNORECASE)
_HOST_END = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,6}\.?\Z")
# A word that lost the space before a host: `available atgithub.com/…`.
_GLUED = re.compile(r"(?:at|on|in|is|via|from|here|link|code|see|\d{1,2})(?=(?:github|gitlab|huggingface)\Z)")
# DOIs of archives, which are written without a resolver as often as with one.
_ARCHIVE_DOI = re.compile(r"(?:10\.5281/zenodo\.\d+|10\.6084/m9\.figshare\.[\dcv.]*\d)", re.IGNORECASE)
# An identifier of Software Heritage where no address holds it (its documentation, "SWHIDs").
_SWH = re.compile(r"(?<![/\w])swh:1:(?:cnt|dir|rel|rev|snp):[0-9a-f]{40}(?![0-9a-f])")
_TOKEN = re.compile(r"[A-Za-z0-9_~][A-Za-z0-9_.~-]{0,120}")
_HOST_START = re.compile(r"(?:[A-Za-z0-9-]{1,63}[^\S\n]?\.[^\S\n]?\n?){1,5}[A-Za-z]{2,12}(?![A-Za-z])")
_HOST_REST = re.compile(r"[a-z]{1,20}\.[a-z]{2,12}(?=/)")
_SPACED_PATH = re.compile(r"/ ?[\w-][\w.-]{0,99} ?/ ?[\w-]")
_SSH = re.compile(
    r"(?<![\w.@-])git@([A-Za-z0-9-]{1,60}\.[A-Za-z0-9.-]{2,60}):([\w-]{1,60}/[\w./-]{1,200})", re.ASCII
)
_TLD_START = re.compile(r"[a-z]{2,12}(?=[/\s).,;}]|\Z)")
_SCHEME_BEFORE = re.compile(r"(?:https?|git)\Z", re.IGNORECASE)
_MAX_GAPS = 8
_UNHYPHENATED = "\x00"
"""The joint that takes a hyphen away."""
# Words that go on with the sentence after a link, so never a part of it.
_WORDS_TEXT = """a about above accepted access accessed after all also an and anonymously any are as at available be been
    below but by can code codes comments contact data dataset datasets demo details due each easily feel for free
    freely from further github has have here homepage html however if in including into is it its later link links
    many model models more no not now of on once online only open or other our page pages paper please project
    provided public publicly published repo repository respectively see soon source submitted supplementary
    that the their there these this those through to today together under until upon using via video videos was
    we webpage website well were when where which while will with within work you your"""
_WORDS = frozenset(_WORDS_TEXT.split())
_UNDERSCORES = frozenset({"github.com", "gitlab.com", "huggingface.co", "gitee.com"})
_TAIL = 20
_AN_ABSTRACT = 400
"""Characters from which a text is no short comment, so that a stray last word belongs to the link before it."""
# What may be the rest of a name whose underscore was lost: a written-together name, or one of the words with
# which repositories are named; a year or a venue is neither.
_LAST_WORD = re.compile(
    r"(?:pytorch|torch|tensorflow|tf\d?|jax|keras|matlab|python|cpp|official|release|main|master|v\d+)|"
    r"(?!(?:[A-Z][a-z]+)?[A-Z]{2,6}(?:19|20)?\d\d\b)(?=\w*[a-z])(?=\w*[A-Z0-9]\w*[A-Z0-9])\w+"
)


def find_links(text: str, text_format: str = "text") -> list[FoundLink]:
    """All links of `text` in order, none overlapping.

    `text_format` is `html`, `tex`, `pdf-text` or `text`; in `pdf-text` a line end inside a link is likelier.
    The same characters mean the same link whatever stands around them. Never raises.
    """
    links: list[FoundLink] = []
    end = 0
    # The search for one sign is many times quicker than that for a word.
    if ":" in text and ("@" in text or "swh:1:" in text) and (named := _find_identifiers(text)):
        return find_links_between(text, named, text_format)
    dots = [found.start() for found in _BARE.finditer(text)] if _BARE.search(text) else []
    if not dots and "/" not in text:
        return links
    broken_lines = text_format == "pdf-text"
    slashes = [found.start() for found in _SLASH.finditer(text)]
    for anchor in sorted(dots + slashes) if dots else slashes:
        if anchor < end:
            continue
        span = _clean_link_at(text, anchor, end) if not broken_lines and text[anchor - 1] == ":" else None
        if span is None:
            span = _link_at(text, anchor, end, broken_lines)
        if span is not None:
            links.append(span)
            end = span.end
    return links


def find_links_between(text: str, known: Sequence[FoundLink], text_format: str) -> list[FoundLink]:
    """`known` and the links that stand between them, in order; `known` ascend and do not overlap."""
    links: list[FoundLink] = []
    at = 0
    for one in known:
        links += _shift(find_links(text[at : one.start], text_format), at)
        links.append(one)
        at = one.end
    return links + _shift(find_links(text[at:], text_format), at)


def _shift(links: list[FoundLink], by: int) -> list[FoundLink]:
    return [FoundLink(one.start + by, one.end + by, one.raw, one.url) for one in links] if by else links


def parse_address(written: str) -> str:
    """The address that stands alone in an attribute or an argument, where it begins and ends with it.

    White space in it means nothing; TeX's escapes are undone. Empty where it is no address of the web.
    """
    text = "".join(undo_tex(written[: 2 * MAX_LENGTH]).split()).translate(CHARACTER_MAP)
    found = _WEB.match(text)
    if found is None:
        alone = find_links(text)
        return alone[0].url if alone and alone[0].start == 0 else ""
    rest = clean_address(_SPACE_LIKE.sub("", text[found.end() : found.end() + MAX_LENGTH]), "")[0]
    host = rest.split("/", 1)[0]
    return f"{found[1].lower()}://{rest}" if "." in host or ":" in host else ""


def _clean_link_at(text: str, anchor: int, floor: int) -> FoundLink | None:
    """What `_link_at` says of a link that has a scheme and nothing odd in it, in a fraction of the time."""
    start = anchor - 6 if text.startswith("https:", anchor - 6) else anchor - 5
    if start < floor or not text.startswith(("https:", "http:"), start) or text[start - 1 : start] in ("h", "H"):
        return None
    found = _CLEAN.match(text, anchor)
    if found is None or ends_in_next_sentence(text, found.end()):
        return None
    url = text[start : found.end()]
    return FoundLink(start, found.end(), url, url)


def _link_at(text: str, anchor: int, floor: int, broken_lines: bool) -> FoundLink | None:
    """The link that shows itself at `anchor` and starts at or after `floor`."""
    if text[anchor] == "/":
        if text[anchor + 1 : anchor + 2] != "/" and not _LINK_BEFORE.search(text, max(0, anchor - 16), anchor):
            return None
        if (doi := _archive_doi_at(text, anchor, floor)) is not None:
            return doi
        begin = _begin_at_slash(text, anchor, floor)
    else:
        begin = _begin_without_slash(text, anchor, floor)
    if begin is None:
        return None
    start, host_at = begin
    end, body = _run(text, host_at, broken_lines)
    bare = start == host_at
    url, dropped = clean_address(body, text[start - 1] if start else "")
    if "." not in url or (bare and "." not in url.split("/", 1)[0]):
        return None
    end = max(end - dropped, host_at)
    scheme = "http" if text[start:host_at].lower().startswith(("http:", "ttp:", "http ")) else "https"
    return FoundLink(start, end, text[start:end], f"{scheme}://{url}")


def _begin_at_slash(text: str, slash: int, floor: int) -> tuple[int, int] | None:
    """(start of the link, start of its host) when this slash belongs to a link."""
    left = text[max(floor, slash - 12) : slash]
    if text.startswith("//", slash):
        scheme = _SCHEME.search(left)
        if scheme is None:
            return None
        after = slash + 2 + text.startswith(":", slash + 2)
        gap = _GAP.match(text, after)
        skip = gap.end() if gap else after
        if skip > after and not _HOST_START.match(text, skip):
            return None
        return slash - (len(left) - scheme.start()), skip
    slip = _SCHEME_SLIP.search(left)
    if slip is not None:
        gap = _GAP.match(text, slash + 1)
        skip = gap.end() if gap else slash + 1
        if text.startswith("/", skip):
            gap = _GAP.match(text, skip + 1)
            skip = gap.end() if gap else skip + 1
        return (slash - len(left) + slip.start(), skip) if _HOST_START.match(text, skip) else None
    return _begin_of_bare(text, slash, floor)


def _archive_doi_at(text: str, slash: int, floor: int) -> FoundLink | None:
    start = slash - 7
    if start < floor or text[start:slash] not in ("10.5281", "10.6084"):
        return None
    found = _ARCHIVE_DOI.match(text, start)
    if found is None or text[start - 1 : start].isdigit():
        return None
    return FoundLink(start, found.end(), found.group(), f"https://doi.org/{found.group()}")


def _find_identifiers(text: str) -> list[FoundLink]:
    """Identifiers of Software Heritage and clone addresses (`git@HOST:OWNER/NAME`), which are no web addresses."""
    links = []
    if "swh:1:" in text:
        for one in _SWH.finditer(text):
            links.append(FoundLink(*one.span(), one[0], f"https://archive.softwareheritage.org/{one[0]}"))  # noqa: PERF401  a comprehension would not fit
    if "@" in text:
        for one in _SSH.finditer(text):
            path, dropped = clean_address(one[2], "")
            end = one.end() - dropped
            links.append(FoundLink(one.start(), end, text[one.start() : end], f"https://{one[1]}/{path}"))
    return sorted(links)


def _begin_without_slash(text: str, dot: int, floor: int) -> tuple[int, int] | None:
    """A host that stands alone: `www.…`, a well-known page host, or one that the words before it call a link."""
    begin = _begin_of_host(text, dot, floor)
    if begin is None or text[dot - 1].isspace():
        return None
    start = begin[0]
    end = _HOST_START.match(text, start)
    host = text[start : end.end()] if end else ""
    if host[:4] == "www." or (is_link_host(host) and host not in LINK_HOSTS):
        return begin
    return begin if host and host.islower() and _LEADS.search(text[max(0, start - 24) : start]) else None


def _begin_of_bare(text: str, slash: int, floor: int) -> tuple[int, int] | None:
    """A host without a scheme that ends at this slash; spaces inside only where the host is well known."""
    dot = text.rfind(".", max(floor, slash - 14), slash)
    if dot <= floor - 1 or dot < 1:
        return None
    last = text[dot + 1 : slash]
    tld = last.strip()
    if tld.lower() not in TLDS and not (tld.isalpha() and "www." in text[max(floor, dot - 64) : dot]):
        return None
    begin = _begin_of_host(text, dot, floor)
    if begin is None:
        return None
    start = begin[0]
    host = text[start:dot].lower() + "." + tld.lower()
    if is_link_host(host):
        return start, start
    if host.startswith("www."):
        return start, start
    if tld != last or not tld.islower() or not text[slash + 1 : slash + 2].strip():
        return None
    return start, start


def _begin_of_host(text: str, dot: int, floor: int) -> tuple[int, int] | None:
    """Start of the host whose last or only dot before its end is at `dot`."""
    low = max(floor, dot - 100)
    window = text[low:dot].rstrip() if text[max(low, dot - 1) : dot].isspace() else text[low:dot]
    found = _HOST_END.search(window[-80:])
    if found is None:
        return None
    start = low + max(0, len(window) - 80) + found.start()
    before = text[start - 1] if start else ""
    glued = _GLUED.match(text, start, dot)
    if glued is not None:
        return glued.end(), glued.end()
    # `name@host` is an address of mail, and a name that goes on to the left is no host.
    return None if before in ("@", "_", "/") or before.isalnum() else (start, start)


def _run(text: str, at: int, broken_lines: bool) -> tuple[int, str]:
    """(end, characters) of the address that begins at `at`, over the gaps that were put into it."""
    so_far = ""
    end = at
    stop = _next_link(text, at)
    for _ in range(_MAX_GAPS):
        run = _RUN.match(text, end, stop)
        if run is None:
            break
        so_far += run.group()
        end = run.end()
        gap = _GAP.match(text, end, stop)
        after = gap.end() if gap else end
        if after == end or after >= stop:
            break
        joint = _joint(so_far, text, after, "\n" in text[end:after], broken_lines)
        if joint is None:
            break
        so_far = so_far[:-1] if joint == _UNHYPHENATED else so_far + joint
        end = after
    return end, so_far


def _next_link(text: str, at: int) -> int:
    """Where the address at `at` ends at the latest: at the next scheme that is no part of its own path."""
    colon = text.find("://", at, at + MAX_LENGTH)
    if colon < 0:
        return min(len(text), at + MAX_LENGTH)
    scheme = _SCHEME_BEFORE.search(text, max(at, colon - 5), colon)
    if scheme is None or (scheme.start() > at and text[scheme.start() - 1] in "/="):
        return min(len(text), at + MAX_LENGTH)
    return scheme.start()


def _joint(so_far: str, text: str, after: int, new_line: bool, broken_lines: bool) -> str | None:
    """What joins `so_far` to what stands after a gap: nothing, a lost underscore, or None for no joint."""
    host, slash, path = so_far.partition("/")
    host = host.lower().removeprefix("www.")
    if not slash:
        if host.endswith("-"):
            rest = _HOST_REST.match(text, after)
            return _UNHYPHENATED if rest and is_link_host(host[:-1] + rest.group()) else None
        return "" if _host_goes_on(host, text, after) else None
    token = _TOKEN.match(text, after)
    if token is None:
        next_sign = text[after + 1 : after + 3].lstrip(" ")[:1]
        goes_on = text[after] == "/" and next_sign.isalnum() and lacks_segments(host, path)
        return "" if goes_on else None
    word = token.group()
    if word.lower().rstrip(".") in _WORDS or text.startswith(("://", ":/"), token.end()):
        return None
    if so_far[-1] in "-_" and path.strip("-_"):
        return ""
    if broken_lines and new_line and path and lacks_segments(host, path) and text.startswith("/", token.end()):
        return ""
    if so_far[-1] == "/" and (lacks_segments(host, path) or (broken_lines and new_line)):
        return ""
    if (
        host in _UNDERSCORES
        and len(text) >= _AN_ABSTRACT
        and not new_line
        and len(text) - token.end() <= _TAIL
        and not text[token.end() :].strip(" .\n)}")
        and path[-1:].isalnum()
        and not lacks_segments(host, path)
        and _LAST_WORD.fullmatch(word.rstrip("."))
    ):
        return "_"
    return None


def _host_goes_on(host: str, text: str, after: int) -> bool:
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
