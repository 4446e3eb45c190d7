"""Log lines that programs can read, in which no secret stands and no stranger can write a line of his own.

One filter on the root handler does both, so that libraries' records (httpx, sqlalchemy, uvicorn, apscheduler) pass it
as ours do. What is a secret: every value that the settings or the environment hold as one, in the spellings that
requests and errors give it, and whatever has the form of one (a header, a token's prefix, the user of an address).
"""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import sys
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from urllib.parse import quote, quote_plus, unquote, urlsplit

from tracker.settings import Settings

HIDDEN = "***"
LONGEST_MESSAGE, LONGEST_TRACEBACK = 4_000, 12_000
"""Characters: what a stranger makes an error quote must not fill the disk."""
LEAST_SECRET = 4
"""Shorter values would hide half of every message; the forms below still hide them where they are used."""
LEAST_PART = 8
"""Letters of a part of a notice's address, which stands in other addresses too, that is hidden by itself."""
PROXIES = ("http_proxy", "https_proxy", "all_proxy")

QUIET = (
    "httpx", "httpcore", "arxiv", "apscheduler", "alembic", "urllib3", "uvicorn.error", "uvicorn.access",
)  # fmt: skip
"""These libraries tell every request and job at the level of information; ours tells the stages."""

STAGES = {"detect": "read", "hosts": "check", "scheduler": "service"}
"""Folders and modules whose log lines carry the name of the stage that they work for, not their own."""

_FORMS = (
    (re.compile(r"(?i)\b((?:proxy-)?authorization)\b(['\"]?\s{0,3}[:=,]\s{0,3}b?['\"]?)[^\r\n'\"]{1,500}"), r"\1\2" + HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic) +[a-z0-9._~+/=-]{6,}"), r"\1 " + HIDDEN),
    (re.compile(r"\b(?:gh[pousr]_|github_pat_|hf_|glpat-)[A-Za-z0-9_-]{10,}"), HIDDEN),
    (re.compile(r"://[^\s/?#'\"<>]{1,300}@"), f"://{HIDDEN}@"),
    (re.compile(r"(?i)([?&;](?:[a-z_-]{0,20}token|api_?key|password|passwd|secret)=)[^\s&;#'\"]{1,500}"), r"\1" + HIDDEN),
)  # fmt: skip
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""What moves a terminal's cursor, ends a line for some reader, or turns the direction of text; tab and line feed apart."""
_LINES = re.compile("[\t\n]")


class Hidden(logging.Filter):
    """Takes secrets and control characters out of every record: its message, its arguments, its traceback."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        spelt = {spelling for secret in secrets for spelling in _spellings(secret)}
        # The longest first: a part must not leave the rest of the whole behind.
        ordered = sorted((one for one in spelt if len(one) >= LEAST_SECRET), key=lambda one: (-len(one), one))
        self._values = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True; the record is changed in place, so that every formatter behind it is safe."""
        try:
            told = record.getMessage()
        except Exception:  # noqa: BLE001 # a wrong format string must cost its words, not the line
            told = f"{record.msg!r} {record.args!r}"
        record.msg, record.args = one_line(self.hide(told)[:LONGEST_MESSAGE]), None
        if record.exc_info and not record.exc_text:
            record.exc_text = _PLAIN.formatException(record.exc_info)
        if record.exc_text:
            text = record.exc_text
            if len(text) > LONGEST_TRACEBACK:  # its end says most
                text = f"…{text[-LONGEST_TRACEBACK:]}"
            record.exc_text = _CONTROLS.sub(_escaped, self.hide(text))
        record.exc_info = None
        if record.stack_info:
            record.stack_info = _CONTROLS.sub(_escaped, self.hide(record.stack_info))
        return True

    def hide(self, text: str) -> str:
        """`text` without secrets."""
        # Forms first: they need what stands around a value.
        for form, instead in _FORMS:
            text = form.sub(instead, text)
        return self._values.sub(HIDDEN, text) if self._values else text


_PLAIN = logging.Formatter()


def one_line(text: str) -> str:
    """`text` on one line: what would begin another, or steer a terminal, as its escape."""
    return _LINES.sub(_escaped, _CONTROLS.sub(_escaped, text))


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code, f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


def _spellings(secret: str) -> Iterable[str]:
    """A secret as it stands in the settings, in addresses, in Python's own words and in Basic credentials."""
    yield secret
    yield secret.strip()
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield unquote(secret)
    yield repr(secret)[1:-1]
    yield json.dumps(secret)[1:-1]
    yield base64.b64encode(secret.encode(errors="replace")).decode().rstrip("=")


def secrets_of(settings: Settings, environ: Mapping[str, str]) -> set[str]:
    """All that must not be shown: tokens, the addresses of notices and their parts, passwords in addresses."""
    found: set[str] = set()
    for secret in (settings.github_token, settings.hf_token):
        if secret is not None:
            found.add(secret.get_secret_value())
    if settings.notify_urls is not None:
        for url in settings.notify_urls.get_secret_value().split():
            found.add(url)
            found |= _parts(url)
    proxies = [environ.get(name, "") for one in PROXIES for name in (one, one.upper())]
    for url in [
        settings.database_url,
        settings.notify.websub_hub,
        *settings.upstreams.model_dump().values(),
        *proxies,
    ]:
        found |= _passwords(url)
    return found - {""}


def _passwords(url: str) -> set[str]:
    """The password of an address, as written and as meant; the pair of user and password for Basic credentials."""
    try:
        user, password = urlsplit(url).username or "", urlsplit(url).password or ""
    except ValueError:
        return {url}
    if not password:
        return set()
    return {password, unquote(password), f"{user}:{password}", f"{unquote(user)}:{unquote(password)}"}


def _parts(url: str) -> set[str]:
    """The parts of a notice's address that a service's own addresses repeat: its tokens, not its host's name."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    parts = re.split(r"[/:@?&=#,]+", url.partition("://")[2])
    return _passwords(url) | {
        part for part in parts if len(part) >= LEAST_PART and not ("." in host and part.lower() == host)
    }


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, stage (empty where it belongs to none), message, logger; an error's
    traceback as a field of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON, in ASCII."""
        told = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "stage": stage_of(record),
            "message": record.getMessage(),
            "logger": record.name,
        }
        if record.exc_text or record.exc_info:
            told["error"] = record.exc_text or self.formatException(record.exc_info)  # type: ignore[arg-type] # asked for
        return json.dumps(told, ensure_ascii=True)


class PlainLines(logging.Formatter):
    """Lines for people; those of a traceback are indented, so that none can pass for a record."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        return super().format(record).replace("\n", "\n    ")


def stage_of(record: logging.LogRecord) -> str:
    """The stage of a record: the one in `extra={"stage": ...}`, else that of its logger's module, else the library's name."""
    named = getattr(record, "stage", None)
    if isinstance(named, str):
        return one_line(named)
    package, *modules = record.name.split(".")
    if package != "tracker":
        return package
    module = modules[1] if modules[0:1] == ["pipeline"] and len(modules) > 1 else "".join(modules[:1])
    return STAGES.get(module, module)


def set_up(settings: Settings, *, quiet: bool = False, environ: Mapping[str, str] | None = None) -> None:
    """Log to standard error as `log_format` says: `plain`, `json`, or `auto` (plain on a terminal). `quiet` keeps
    warnings only. Warnings of Python, and errors that nobody caught, become records as well."""
    form = settings.log_format
    plain = form == "plain" or (form == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainLines() if plain else JsonLines())
    handler.addFilter(Hidden(secrets_of(settings, os.environ if environ is None else environ)))
    logging.basicConfig(level=logging.WARNING if quiet else logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    threading.excepthook = _thread_failed
    sys.excepthook = _failed
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _failed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("tracker").critical("an error that nobody caught", exc_info=(kind, error, trace))


def _thread_failed(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not issubclass(told.exc_type, SystemExit):
        _failed(told.exc_type, told.exc_value, told.exc_traceback)
