"""Notices of papers that newly entered the feed: their text, and sending them through apprise.

A failure names an address by its position in TRACKER_NOTIFY_URLS and the name of its service, never by the address,
which holds passwords and tokens.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

from tracker.domain.errors import SettingsError, how_to_install
from tracker.settings import Settings

MISSING = f"TRACKER_NOTIFY_URLS is set, but apprise is not installed: {how_to_install('notify')}; or unset it."
_SENDER = Path(__file__).parent / "apprise_sender.py"
_POLL_SECONDS = 0.1
_BETWEEN = re.compile(r"[\s,]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~-])")
_MENTION = re.compile(r"(?<!\w)@(?=\w)|<(?=[@!#&])")
"""What Slack, Discord and similar services read as a call to everyone: titles are written by strangers."""
_JOINER = "\u2060"
_HERE = "127.0.0.1,localhost,::1"


class NoticeOutcome(Enum):
    """The outcome of a notice; `unknown` if its service had not answered when time was up."""

    SENT = "sent"
    FAILED = "failed"
    UNUSABLE = "unusable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One paper of a notice: title in plain text, address of its page, and what shipped, like `code (MIT), weights`."""

    title: str
    url: str
    shipped: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as plain text and as Markdown."""

    title: str
    text: str
    markdown: str


@dataclass(frozen=True, slots=True)
class NoticeResult:
    """The result of the notice to one service; `service` is its name, empty if it is not known."""

    service: str
    result: NoticeOutcome


def notify_urls(settings: Settings) -> tuple[str, ...]:
    """The addresses of TRACKER_NOTIFY_URLS, in order and each once. Secrets: only for `hash_url` and `send_notices`."""
    secret = settings.notify_urls
    text = secret.get_secret_value().strip() if secret else ""
    return tuple(dict.fromkeys(_BETWEEN.split(text))) if text else ()


def require_apprise(settings: Settings) -> None:
    """Raise SettingsError if notices are configured and apprise is not installed; to be called at start."""
    if notify_urls(settings) and find_spec("apprise") is None:
        raise SettingsError(MISSING)


def hash_url(url: str) -> str:
    """A name for an address that reveals nothing of it: 32 bits of a digest, too few to test passwords against."""
    return hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:8]


def build_notice(news: Sequence[NewsItem], count: int, more_at: str = "") -> Notice:
    """A notice of `count` papers: those of `news` are written out, the others counted; `more_at` is the address of all."""
    rest = count - len(news)
    title = "1 paper shipped open code" if count == 1 else f"{count} papers shipped open code"
    text, markdown = [], []
    for paper in news:
        name = _calm(paper.title)
        text.append(
            "\n".join(part for part in (f"• {name}", f"  {paper.shipped}", f"  {paper.url}") if part.strip())
        )
        link = f"[{_escaped(name)}](<{_address(paper.url)}>)" if paper.url else _escaped(name)
        markdown.append(f"- {link}" + (f": {_escaped(paper.shipped)}" if paper.shipped else ""))
    if rest > 0:
        text.append(f"and {rest} more" + (f": {more_at}" if more_at else ""))
        markdown.append(f"\n[and {rest} more](<{_address(more_at)}>)" if more_at else f"\nand {rest} more")
    return Notice(title, "\n\n".join(text), "\n".join(markdown))


def send_notices(
    notices: Sequence[tuple[str, Notice]],
    *,
    seconds: float,
    is_cancelled: Callable[[], bool],
    command: Sequence[str] = (sys.executable, "-P", str(_SENDER)),
) -> list[NoticeResult]:
    """Send each notice to its address, all at once, within `seconds`; returns the result of each, in order.

    Never raises. A notice that had not ended when time was up, or when the service stopped, is unknown: it may have
    arrived.
    """
    request = {
        "notices": [
            {"url": url, "title": notice.title, "text": notice.text, "markdown": notice.markdown}
            for url, notice in notices
        ]
    }
    # A proxy of the environment is never used for addresses on this machine.
    no_proxy = ",".join(filter(None, [os.environ.get("NO_PROXY") or os.environ.get("no_proxy", ""), _HERE]))
    try:
        child = subprocess.Popen(  # noqa: S603 # our own file, run by the same Python
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "NO_PROXY": no_proxy, "no_proxy": no_proxy},
        )
    except OSError:
        return [NoticeResult("", NoticeOutcome.FAILED) for _ in notices]
    output = _communicate(child, json.dumps(request).encode(), seconds, is_cancelled)
    ended = child.returncode == 0
    results = _parse(output)
    # A process that broke off before it reported on a service may still have reached it.
    return [
        results.get(number, NoticeResult("", NoticeOutcome.FAILED if ended else NoticeOutcome.UNKNOWN))
        for number in range(len(notices))
    ]


def _communicate(
    child: subprocess.Popen[bytes], request: bytes, seconds: float, is_cancelled: Callable[[], bool]
) -> bytes:
    until = time.monotonic() + seconds
    content: bytes | None = request
    while True:
        try:
            return child.communicate(content, timeout=_POLL_SECONDS)[0]
        except subprocess.TimeoutExpired:
            # A repeated call continues the writing that was begun.
            content = None
            if time.monotonic() >= until or is_cancelled():
                child.kill()
                return child.communicate()[0]


def _parse(output: bytes) -> dict[int, NoticeResult]:
    results = {}
    for line in output.splitlines():
        try:
            row = json.loads(line)
            results[int(row["n"])] = NoticeResult(str(row["service"]), NoticeOutcome(row["result"]))
        except (ValueError, KeyError, TypeError):
            # The last line of a process that was ended.
            continue
    return results


def _calm(text: str) -> str:
    return _MENTION.sub(lambda match: match.group() + _JOINER, text)


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _address(url: str) -> str:
    """An address that cannot end its angle brackets (CommonMark 6.3)."""
    return "".join(letter for letter in url if letter > " " and letter not in "<>\\")
