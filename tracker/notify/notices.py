"""Notices of what newly entered the feed: which papers, in which words, and sending them through apprise.

Whatever goes wrong is told by the place of an address in TRACKER_NOTIFY_URLS and the name of its service, never by the
address, which holds passwords and tokens.
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

from tracker.domain.errors import SettingsError
from tracker.settings import Settings

MISSING = "TRACKER_NOTIFY_URLS is set, but apprise is not installed; pip install 'arxiv-code-tracker[notify]', or unset it."
_SENDER = Path(__file__).parent / "apprise_sender.py"
_POLL_SECONDS = 0.1
_BETWEEN = re.compile(r"[\s,]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~-])")
_MENTION = re.compile(r"(?<!\w)@(?=\w)|<(?=[@!#&])")
"""What Slack, Discord and their like take for a call to everyone: titles are written by strangers."""
_JOINER = "\u2060"
_HERE = "127.0.0.1,localhost,::1"


class Result(Enum):
    """What became of a notice; `unknown` where its service had not answered when time was up."""

    SENT = "sent"
    FAILED = "failed"
    UNUSABLE = "unusable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class News:
    """One paper of a notice: a title in plain text, where to read on, and what shipped, like `code (MIT), weights`."""

    title: str
    url: str
    shipped: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A digest in both forms."""

    title: str
    text: str
    markdown: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the notice to one service; `service` is its name, empty where it is not known."""

    service: str
    result: Result


def urls(settings: Settings) -> tuple[str, ...]:
    """The addresses of TRACKER_NOTIFY_URLS, in order and each once. Secrets: for `identity` and `send` alone."""
    secret = settings.notify_urls
    text = secret.get_secret_value().strip() if secret else ""
    return tuple(dict.fromkeys(_BETWEEN.split(text))) if text else ()


def require(settings: Settings) -> None:
    """To be called at start: SettingsError when notices are wanted and apprise is not installed."""
    if urls(settings) and find_spec("apprise") is None:
        raise SettingsError(MISSING)


def identity(url: str) -> str:
    """A name for an address that tells nothing of it: 32 bits of a digest, too few to try out passwords against."""
    return hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:8]


def digest(news: Sequence[News], count: int, more_at: str = "") -> Notice:
    """A notice of `count` papers: those of `news` are written out, the others counted; `more_at` is where all stand."""
    rest = count - len(news)
    title = "1 paper shipped open code" if count == 1 else f"{count} papers shipped open code"
    text, markdown = [], []
    for one in news:
        name = _calm(one.title)
        text.append("\n".join(part for part in (f"• {name}", f"  {one.shipped}", f"  {one.url}") if part.strip()))
        link = f"[{_escaped(name)}](<{_address(one.url)}>)" if one.url else _escaped(name)
        markdown.append(f"- {link}" + (f": {_escaped(one.shipped)}" if one.shipped else ""))
    if rest > 0:
        text.append(f"and {rest} more" + (f": {more_at}" if more_at else ""))
        markdown.append(f"\n[and {rest} more](<{_address(more_at)}>)" if more_at else f"\nand {rest} more")
    return Notice(title, "\n\n".join(text), "\n".join(markdown))


def send(
    notices: Sequence[tuple[str, Notice]],
    *,
    seconds: float,
    is_cancelled: Callable[[], bool],
    command: Sequence[str] = (sys.executable, "-P", str(_SENDER)),
) -> list[Sent]:
    """Send each notice to its address, all at once, within `seconds`; returns what became of each, in order.

    Never raises. What had not ended when time was up, or when the service is stopping, is unknown: it may have arrived.
    """
    asked = {
        "notices": [
            {"url": url, "title": one.title, "text": one.text, "markdown": one.markdown} for url, one in notices
        ]
    }
    # A proxy of the environment is never asked for what is on this machine.
    around = ",".join(filter(None, [os.environ.get("NO_PROXY") or os.environ.get("no_proxy", ""), _HERE]))
    try:
        child = subprocess.Popen(  # noqa: S603 # our own file, run by the same Python
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "NO_PROXY": around, "no_proxy": around},
        )
    except OSError:
        return [Sent("", Result.FAILED) for _ in notices]
    output = _output(child, json.dumps(asked).encode(), seconds, is_cancelled)
    ended = child.returncode == 0
    found = _read(output)
    # A process that broke off by itself before it said anything of a service may still have reached it.
    return [
        found.get(number, Sent("", Result.FAILED if ended else Result.UNKNOWN)) for number in range(len(notices))
    ]


def _output(
    child: subprocess.Popen[bytes], asked: bytes, seconds: float, is_cancelled: Callable[[], bool]
) -> bytes:
    until = time.monotonic() + seconds
    content: bytes | None = asked
    while True:
        try:
            return child.communicate(content, timeout=_POLL_SECONDS)[0]
        except subprocess.TimeoutExpired:
            # What was begun to be written goes on.
            content = None
            if time.monotonic() >= until or is_cancelled():
                child.kill()
                return child.communicate()[0]


def _read(output: bytes) -> dict[int, Sent]:
    found = {}
    for line in output.splitlines():
        try:
            one = json.loads(line)
            found[int(one["n"])] = Sent(str(one["service"]), Result(one["result"]))
        except (ValueError, KeyError, TypeError):
            # The last line of a process that was ended.
            continue
    return found


def _calm(text: str) -> str:
    return _MENTION.sub(lambda found: found.group() + _JOINER, text)


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _address(url: str) -> str:
    """An address that cannot end its angle brackets (CommonMark 6.3)."""
    return "".join(letter for letter in url if letter > " " and letter not in "<>\\")
