"""What the log shows: no secret, whoever logs it and however, and no line that foreign text made."""

from __future__ import annotations

import base64
import io
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import logs, settings

GITHUB, HUB = "ghs-shaped-like-nothing-known-1", "hub+secret/with=signs"
PASSWORD = "p@ss/w:rd%1"
NOTICE = "tgram://123456789:AAtoken-of-a-bot/-100200300400"
SIGNING = "whsec_" + base64.b64encode(b"a key that signs the webhooks 42").decode()
MAIL = "mailtos://ann:mail%20word9@mail.example.org?to=bob@example.net"
ENVIRON = {
    "GITHUB_TOKEN": GITHUB,
    "HF_TOKEN": HUB,
    "TRACKER_NOTIFY_URLS": f"{NOTICE} {MAIL}",
    "TRACKER_WEBHOOK_SECRETS": f"lab={SIGNING}",
    "TRACKER_DATABASE_URL": f"postgresql+psycopg://tracker:{quote(PASSWORD, safe='')}@db.example.org/tracker",
    "HTTPS_PROXY": "http://me:proxy-word@proxy.example.org:3128",
}
SECRETS = {
    "github": GITHUB,
    "hub": HUB,
    "hub in an address": quote(HUB, safe=""),
    "a notice's address": NOTICE,
    "a bot's token in its service's own address": "https://api.telegram.org/bot123456789:AAtoken-of-a-bot/sendMessage",
    "a webhook's secret": SIGNING,
    "a mail password": "mail word9",
    "a mail address": MAIL,
    "the database's address": ENVIRON["TRACKER_DATABASE_URL"],
    "the database's password": PASSWORD,
    "the proxy's password": "proxy-word",
    "basic credentials": base64.b64encode(f"tracker:{PASSWORD}".encode()).decode(),
    "an unknown bearer": "Authorization: Bearer of-somebody-else-1234",
    "a header as a dictionary": str({"authorization": "Bearer of-somebody-else-1234", "accept": "x"}),
    "a header as httpx shows it": str([(b"Authorization", b"token of-somebody-else-1234")]),
    "userinfo": "http://joe:of-somebody-else-1234@host.example/path",
    "a token by its form": "ghp_abcdefghijklmnopqrstuvwxyz012345",
    "a hub token by its form": "hf_abcdefghijklmnopqrstuvwx",
    "a token in a query": "https://host.example/?access_token=of-somebody-else-1234",
}
SHOWN = (
    GITHUB, HUB, SIGNING, quote(HUB, safe=""), "AAtoken-of-a-bot", "mail word9", "mail%20word9", PASSWORD, quote(PASSWORD, safe=""),
    "proxy-word", "of-somebody-else-1234", "abcdefghijklmnopqrstuvwx", "dHJhY2tlcjpwQHNz",
)  # fmt: skip
LOGGERS = ("tracker.fetch.client", "httpx", "sqlalchemy.engine", "uvicorn.error", "apscheduler.executors.default")


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], io.StringIO]]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook
    levels = {name: logging.getLogger(name).level for name in logs.QUIET}

    def begin(form: str) -> io.StringIO:
        stream = io.StringIO()
        monkeypatch.setattr(sys, "stderr", stream)
        root.handlers[:] = []
        logs.set_up(settings.load_settings(environ={**ENVIRON, "TRACKER_LOG_FORMAT": form}), environ=ENVIRON)
        return stream

    yield begin
    logging.captureWarnings(capture=False)
    root.handlers[:], sys.excepthook, threading.excepthook = before[0], before[2], before[3]
    root.setLevel(before[1])
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize("form", ["plain", "json"])
@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_no_secret_is_shown_by_any_logger_in_any_way(output: Any, secret: str, form: str) -> None:
    stream = output(form)
    for name in LOGGERS:
        log = logging.getLogger(name)
        log.warning(f"asked with {secret}")
        log.warning("asked with %s and %r", secret, {"it": secret})
        try:
            try:
                raise ValueError(secret)
            except ValueError as error:
                raise RuntimeError(f"again: {secret}") from error
        except RuntimeError:
            log.exception("broke off: %s", secret, stack_info=True)
    text = stream.getvalue()
    assert text.count("RuntimeError: again") == len(LOGGERS), "the tracebacks are there"
    assert not [secret for secret in SHOWN if secret in text]
    assert logs.HIDDEN in text


def test_errors_that_nobody_caught_and_warnings_pass_the_filter(output: Any) -> None:
    stream = output("json")
    thread = threading.Thread(target=lambda: [][GITHUB])  # type: ignore[call-overload] # it is to fail
    thread.start()
    thread.join()
    sys.excepthook(ValueError, ValueError(HUB), None)
    logging.getLogger("py.warnings").warning("a warning that quotes %s", GITHUB)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["level"] for line in lines] == ["critical", "critical", "warning"]
    assert not [secret for secret in SHOWN if secret in stream.getvalue()]


def test_a_json_line_has_time_level_stage_and_message(output: Any) -> None:
    stream = output("json")
    logging.getLogger("tracker.pipeline.harvest").info("a page of %d", 3)
    logging.getLogger("tracker.pipeline.stage").warning("records: 503", extra={"stage": "hub_records"})
    logging.getLogger("tracker.hosts.github.github").warning("odd")
    logging.getLogger("apscheduler.scheduler").error("late")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["level"], line["stage"], line["message"]) for line in lines] == [
        ("info", "harvest", "a page of 3"),
        ("warning", "hub_records", "records: 503"),
        ("warning", "hosts", "odd"),
        ("error", "apscheduler", "late"),
    ]
    assert all(line["time"].endswith("Z") and "T" in line["time"] for line in lines)


def test_what_is_no_secret_stays(output: Any) -> None:
    stream = output("plain")
    logging.getLogger("tracker").info("asked https://mail.example.org/a?page=2 for ann/tool at db.example.org")
    assert "https://mail.example.org/a?page=2 for ann/tool at db.example.org" in stream.getvalue()


FORGED = "12:00:00 CRITICAL all is lost"


@pytest.mark.parametrize(
    "end", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x1b[2K\r"]
)
@pytest.mark.parametrize("form", ["plain", "json"])
def test_a_title_cannot_forge_a_line_nor_steer_a_terminal(output: Any, form: str, end: str) -> None:
    stream = output(form)
    logging.getLogger("tracker.pipeline.read").warning("%s: no link", f"A title{end}{FORGED}\u202e")
    assert len(stream.getvalue().splitlines()) == 1
    assert not set(stream.getvalue()) & set("\x1b\r\x0b\x0c\x1c\x85\u2028\u2029\u202e")


@pytest.mark.parametrize("form", ["plain", "json"])
def test_an_exceptions_text_cannot_forge_a_line(output: Any, form: str) -> None:
    stream = output(form)
    try:
        raise ValueError(f"bad\n{FORGED}\r{FORGED}")
    except ValueError:
        logging.getLogger("tracker").exception("broke off")
    assert not [line for line in stream.getvalue().splitlines() if line.startswith(("12:00", FORGED))]


def test_a_wrong_format_string_or_a_flood_costs_one_short_line(output: Any) -> None:
    stream = output("json")
    logging.getLogger("httpx").warning("%d", "no number")
    logging.getLogger("tracker").warning("x" * 1_000_000)
    try:
        raise ValueError("y" * 1_000_000)
    except ValueError:
        logging.getLogger("tracker").exception("broke off")
    first, *rest = stream.getvalue().splitlines()
    assert "no number" in json.loads(first)["message"]
    assert [len(line) < 20_000 for line in rest] == [True, True]


@given(st.text(max_size=300), st.text(max_size=40))
def test_any_text_is_one_line_that_json_can_read(text: str, stage: str) -> None:
    hidden = logs.SecretFilter([GITHUB])
    record = logging.LogRecord("tracker.x", logging.INFO, "", 0, text + GITHUB + text, None, None)
    record.stage = stage
    assert hidden.filter(record)
    assert GITHUB not in record.getMessage() or GITHUB in text
    assert len(logs.PlainLines().format(record).splitlines()) == 1
    assert json.loads(logs.JsonLines().format(record))["level"] == "info"


@pytest.mark.parametrize("piece", ["://", "Authorization: ", "Bearer ", "?token=", "ghp_", "a@", "://a"])
def test_hostile_text_takes_no_longer_than_its_length_asks(piece: str) -> None:
    import time  # noqa: PLC0415 # only here

    hidden, text = logs.SecretFilter([GITHUB]), piece * 40_000
    began = time.process_time()
    hidden.hide(text)
    assert time.process_time() - began < 2.0


def test_a_line_on_standard_output_has_the_form_of_the_log() -> None:
    plain, lines = (settings.load_settings(environ={"TRACKER_LOG_FORMAT": form}) for form in ("plain", "json"))
    assert logs.format_line(plain, "Serving x") == "Serving x"
    assert json.loads(logs.format_line(lines, "Serving x"))["message"] == "Serving x"
