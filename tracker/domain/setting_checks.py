"""Checks of single settings: whether a text can be what its key says; pure.

Each raises ValueError, whose text is the end of a sentence that names file and key (`config_files.describe_error`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

TOKEN = re.compile(r"[!#-&(-~]+", re.ASCII)
"""Printable ASCII without quotes and spaces, as a header takes it."""
_QUOTES = ("'", '"')
_ADDRESS = re.compile(r"[\w.-]{1,253}(?::\d{1,5})?(?:/\S*)?", re.ASCII)


def is_quoted(text: str) -> bool:
    """Whether a text is in quotes of its own, as files of variables leave them: `docker run --env-file` and systemd
    do not take away what a shell would."""
    text = text.strip()
    return len(text) > 1 and text[0] in _QUOTES and text[-1] == text[0] and text[0] not in text[1:-1]


def check_category(code: str, names: Mapping[str, str]) -> str:
    """A code of arXiv's taxonomy; `names` has all by code (https://arxiv.org/category_taxonomy)."""
    if code in names:
        return code
    by_folded = {name.casefold(): name for name in names}
    near = by_folded.get(code.casefold())
    if near is None:
        from difflib import get_close_matches  # noqa: PLC0415 # only for a mistake

        near = next((by_folded[match] for match in get_close_matches(code.casefold(), by_folded, 1, 0.7)), None)
    hint = f"did you mean {near}?" if near else "https://arxiv.org/category_taxonomy lists them, like cs.CL"
    raise ValueError(f"names an unknown category, {code!r}; {hint}")


def check_address(address: str) -> str:
    """An address of the web, or an empty text. It is not repeated, because it may hold a password."""
    try:
        parts = urlsplit(address)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_address = False
    if address and not is_address:
        lacks_scheme = _ADDRESS.fullmatch(address) and "." in address
        raise ValueError(
            "is not an http address" + (f"; write it with its scheme: https://{address}" if lacks_scheme else "")
        )
    return address


def check_database_url(url: str) -> str:
    """SQLAlchemy's address of a database, or an empty text. It is not repeated, because it may hold a password."""
    if url and url.partition("://")[0].partition("+")[0] not in ("sqlite", "postgresql"):
        raise ValueError(
            "is not the address of a database; write postgresql://USER@HOST/DATABASE, or leave it empty for SQLite"
        )
    return url
