"""Log lines that programs can read, which show no secret, and to which foreign text cannot add a line of its own.

One filter on the root handler does both, so that the records of libraries (httpx, sqlalchemy, uvicorn,
apscheduler) pass it as ours do. A secret is every value that the settings or the environment hold as one, in the
spellings that requests and errors give it, and whatever has the form of one (a header, a token's prefix, the user
of an address).
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
"""Characters of a record: foreign text that an error quotes must not fill the disk."""
LEAST_SECRET = 4
"""Shorter values would hide half of every message; the forms below still hide them where they are sent."""
LEAST_PART = 8
"""Letters from which on a part of a notice's address is hidden by itself: other addresses repeat it."""
AWS_SECRETS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
)
"""Variables whose values are credentials of a bucket."""
PROXIES = ("http_proxy", "https_proxy", "all_proxy")

QUIET = (
    "httpx", "httpcore", "arxiv", "apscheduler", "alembic", "urllib3", "uvicorn.error", "uvicorn.access",
)  # fmt: skip
"""These libraries log every request and job at level INFO, where ours logs stages."""

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
"""What moves a cursor, ends a line for some reader, or turns the direction of text; not tab and line feed."""
_LINES = re.compile("[\t\n]")


class SecretFilter(logging.Filter):
    """Takes secrets and control characters out of every record: its message, its arguments, its traceback."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
        # The longest first: where a secret is part of another, the rest of the other must not stay.
        ordered = sorted(
            (text for text in spellings if len(text) >= LEAST_SECRET), key=lambda text: (-len(text), text)
        )
        self._values = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True; the record is changed in place, so that every formatter behind it is safe."""
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 # a wrong format string must not cost the line
            message = f"{record.msg!r} {record.args!r}"
        record.msg, record.args = one_line(self.hide(message)[:LONGEST_MESSAGE]), None
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
        # Forms first: they need the text around a value.
        for form, replacement in _FORMS:
            text = form.sub(replacement, text)
        return self._values.sub(HIDDEN, text) if self._values else text


_PLAIN = logging.Formatter()


def one_line(text: str) -> str:
    """`text` on one line: line ends and what steers a terminal are written as escapes."""
    return _LINES.sub(_escaped, _CONTROLS.sub(_escaped, text))


def _escaped(control: re.Match[str]) -> str:
    code = ord(control[0])
    return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code, f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


def _spellings(secret: str) -> Iterable[str]:
    """A secret as written in settings, in addresses, in Python and JSON literals, and in Basic credentials."""
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
    """All values that must not be shown: tokens, notices' addresses and their parts, passwords in addresses."""
    secrets: set[str] = set()
    for token in (settings.github_token, settings.hf_token):
        if token is not None:
            secrets.add(token.get_secret_value())
    if settings.webhook_secrets is not None:
        secrets |= {entry.partition("=")[2] for entry in settings.webhook_secrets.get_secret_value().split()}
    if settings.notify_urls is not None:
        for url in settings.notify_urls.get_secret_value().split():
            secrets.add(url)
            secrets |= _parts(url)
    secrets |= {environ.get(name, "").strip() for name in AWS_SECRETS}
    proxies = [environ.get(name, "") for variable in PROXIES for name in (variable, variable.upper())]
    for url in [
        settings.database_url,
        settings.notify.websub_hub,
        settings.publish.endpoint,
        *settings.upstreams.model_dump().values(),
        *proxies,
    ]:
        secrets |= _passwords(url)
    return secrets - {""}


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
    """One JSON object a line: time, level, stage (see `stage_of`), message, logger, and `error` for a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON, in ASCII."""
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "stage": stage_of(record),
            "message": record.getMessage(),
            "logger": record.name,
        }
        if record.exc_text or record.exc_info:
            fields["error"] = record.exc_text or self.formatException(record.exc_info)  # type: ignore[arg-type] # True is replaced by logging itself
        return json.dumps(fields, ensure_ascii=True)


class PlainLines(logging.Formatter):
    """Lines for people; those of a traceback are indented, so that none looks like a record."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        return super().format(record).replace("\n", "\n    ")


def stage_of(record: logging.LogRecord) -> str:
    """The stage that a record names by `extra={"stage": …}`. Else, of ours, the stage's module in `pipeline` or
    the folder; of a library, its name."""
    stage = getattr(record, "stage", None)
    if isinstance(stage, str):
        return one_line(stage)
    first, *rest = record.name.split(".")
    if first != "tracker":
        return first
    return rest[1] if rest[:1] == ["pipeline"] and len(rest) > 1 else rest[0] if rest else ""


def is_plain(settings: Settings) -> bool:
    """Whether log lines are for people."""
    return settings.log_format == "plain" or (settings.log_format == "auto" and sys.stderr.isatty())


def format_line(settings: Settings, text: str) -> str:
    """A text for standard output, in the form of the log lines beside it: programs read both as one stream."""
    if is_plain(settings):
        return text
    return JsonLines().format(logging.LogRecord("tracker", logging.INFO, "", 0, "%s", (text,), None))


def set_up(settings: Settings, *, quiet: bool = False, environ: Mapping[str, str] | None = None) -> None:
    """Log to standard error as `log_format` says: `plain`, `json`, or `auto` (plain on a terminal). `quiet` logs
    warnings only. Python's warnings and uncaught errors become records as well."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainLines() if is_plain(settings) else JsonLines())
    handler.addFilter(SecretFilter(secrets_of(settings, os.environ if environ is None else environ)))
    logging.basicConfig(level=logging.WARNING if quiet else logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    threading.excepthook = _thread_failed
    sys.excepthook = _failed
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _failed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("tracker").critical("uncaught error", exc_info=(kind, error, trace))


def _thread_failed(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_value is not None and not issubclass(failure.exc_type, SystemExit):
        _failed(failure.exc_type, failure.exc_value, failure.exc_traceback)
