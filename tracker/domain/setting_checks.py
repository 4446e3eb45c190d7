"""Checks of single settings: whether a text can be what its key says; pure.

Each raises ValueError, whose text is the end of a sentence that names file and key (`config_files.describe_error`).
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import urlsplit

TOKEN = re.compile(r"[!#-&(-~]+", re.ASCII)
"""Printable ASCII without quotes and spaces, as a header takes it."""
_WEBHOOK_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_TARGET = re.compile(
    r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,200}){0,20}/?", re.ASCII
)
_REGION = re.compile(r"[a-z0-9-]{0,40}", re.ASCII)
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


def check_webhook_name(name: str) -> str:
    """A name by which logs and pages may call a webhook, in place of its address."""
    if not _WEBHOOK_NAME.fullmatch(name):
        raise ValueError("must be of lower-case letters, digits and hyphens, like lab-chat")
    return name


def parse_webhook_secrets(text: str) -> dict[str, tuple[str, ...]]:
    """The secrets of each webhook by its name, from `NAME=whsec_…` separated by white space; a name with two has a new
    one and an old one.

    Raises ValueError, whose text repeats no secret, where one is not as the Standard Webhooks specification 1.0.0
    demands: `whsec_`, and 24 to 64 bytes in base64.
    """
    found: dict[str, tuple[str, ...]] = {}
    for number, part in enumerate(text.split(), 1):
        name, equals, secret = part.partition("=")
        if not equals or not _WEBHOOK_NAME.fullmatch(name):
            raise ValueError(f"has no name at its entry {number}; write NAME=whsec_…")
        try:
            size = len(b64decode(secret.removeprefix("whsec_"), validate=True))
        except ValueError:
            size = 0
        if not secret.startswith("whsec_") or not 24 <= size <= 64:
            raise ValueError(f"has no secret for {name}: it is whsec_ and 24 to 64 random bytes in base64")
        found[name] = (*found.get(name, ()), secret)
    return found


def check_bucket(target: str) -> str:
    """The address of a bucket with a prefix, or an empty text. It is not repeated, because somebody may have put a
    password into it."""
    if target and not _TARGET.fullmatch(target):
        raise ValueError(
            "is not the address of a bucket; write s3://BUCKET/PREFIX, with lower-case letters, digits, hyphens and dots "
            "in the bucket's name"
        )
    return target


def check_region(region: str) -> str:
    """The name of a region, or an empty text."""
    if not _REGION.fullmatch(region):
        raise ValueError("is not the name of a region, like eu-central-1")
    return region


def check_database_url(url: str) -> str:
    """SQLAlchemy's address of a database, or an empty text. It is not repeated, because it may hold a password."""
    if url and url.partition("://")[0].partition("+")[0] not in ("sqlite", "postgresql"):
        raise ValueError(
            "is not the address of a database; write postgresql://USER@HOST/DATABASE, or leave it empty for SQLite"
        )
    return url
