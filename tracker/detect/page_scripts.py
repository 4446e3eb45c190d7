"""Links that a page's scripts hold as data (`__NEXT_DATA__`, JSON-LD, lists of buttons in JavaScript); pure.

A page that is drawn by its scripts has its buttons in such data. Neither JSON nor JavaScript is parsed: in both a
value is `"name": "text"`, and the values of one button are between the same braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_MOST_SCRIPT = 1_000_000
_MOST_PAIRS = 20_000
_MOST_LINKS = 100
_PAIR = re.compile(
    r"(?P<brace>[{}\[\]])|[\"']?(?P<key>(?<![\w$-])[A-Za-z_@][\w-]{0,40})[\"']?\s{0,4}:\s{0,4}"
    r"(?:\"(?P<double>(?:[^\"\\\n]|\\.){0,2000})\"|'(?P<single>(?:[^'\\\n]|\\.){0,2000})')"
)
_LABEL_KEYS = frozenset(
    {"label", "title", "text", "name", "children", "type", "kind", "icon", "caption", "content"}
)
_CODE_KEY = re.compile(r"code|github|gitlab|repo|source|data_?set|model|weights|demo|hugging_?face", re.IGNORECASE)
_WEB = re.compile(r"(?:https?:)?//[^\s\"'<>]{4,}|github\.com/\S{3,}", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_JUMP = re.compile(
    r"\blocation(?:\.href)?\s{0,3}=(?!=)\s{0,3}[\"']([^\"'\s<>]{8,2000})[\"']|\blocation\.(?:replace|assign)\(\s{0,3}[\"']([^\"'\s<>]{8,2000})[\"']"
)
_MOST_JUMP = 2_000


def find_script_links(script: str) -> Iterator[tuple[str, str]]:
    """(address, label) of the links in one script. The label is the name or the text beside the address, may be empty."""
    script = script[:_MOST_SCRIPT]
    if '\\":' in script:
        # Data within a string, as React's server components are sent.
        script = script.replace('\\"', '"')
    if "//" not in script and "\\/" not in script and "\\u002" not in script and "github.com" not in script:
        return
    if (
        len(script) <= _MOST_JUMP
        and (jump := _JUMP.search(script))
        and "onclick" not in script
        and "function" not in script
    ):
        yield _address(jump[1] or jump[2]), "The project page leads to"
        return
    found = 0
    for pairs in _groups(script):
        label = next((text for key, text in pairs if key.lower() in _LABEL_KEYS and not _WEB.match(text)), "")
        for key, text in pairs:
            if _WEB.match(text):
                yield _address(text), _words_of(key) if _CODE_KEY.search(key) else label[:80]
                found += 1
        if found >= _MOST_LINKS:
            return


def _groups(script: str) -> Iterator[list[tuple[str, str]]]:
    """The pairs of each pair of braces, without those of the braces inside."""
    stack: list[list[tuple[str, str]]] = [[]]
    for number, match in enumerate(_PAIR.finditer(script)):
        if number >= _MOST_PAIRS:
            break
        if match["brace"] in ("{", "["):
            stack.append([])
        elif match["brace"]:
            if pairs := stack.pop():
                yield pairs
            stack = stack or [[]]
        else:
            value = match["double"] if match["double"] is not None else match["single"]
            stack[-1].append((match["key"], _unescape(value)))
    yield from (pairs for pairs in reversed(stack) if pairs)


def _unescape(value: str) -> str:
    return (
        _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)) if escape[1] else escape[2], value)
        if "\\" in value
        else value
    )


def _address(text: str) -> str:
    return f"https:{text}" if text.startswith("//") else text if "://" in text else f"https://{text}"


def _words_of(key: str) -> str:
    """The words of a name such as `codeUrl` or `github_link`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]", " ", key).strip().capitalize()
