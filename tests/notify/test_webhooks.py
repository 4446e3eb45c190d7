"""Webhooks: each event arrives, signed, with one id at every try, whatever the receiver does and wherever a kill falls."""

from __future__ import annotations

import base64
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from tests.docs.documents import every_block
from tracker.domain.errors import SettingsError
from tracker.domain.setting_checks import parse_webhook_secrets
from tracker.domain.terms import Fact
from tracker.notify import webhooks
from tracker.notify.webhooks import Answer, Attempt
from tracker.pipeline import webhooks as stage
from tracker.pipeline.context import Cycle
from tracker.pipeline.webhooks import send_webhooks, sync_webhooks
from tracker.pipeline.worker import Worker
from tracker.store import stage_status
from tracker.store import webhooks as stored

NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
MINUTES = timedelta(minutes=1)


def secret(name: str) -> str:
    return "whsec_" + base64.b64encode(name.encode().ljust(32, b"-")).decode()


def run(worker: Worker, now: datetime = NOW) -> list[str]:
    cycle = Cycle(worker, now)
    sync_webhooks(cycle)
    send_webhooks(cycle)
    return [outcome.reason for outcome in cycle.troubles]


def ids(listener: Any) -> list[str]:
    return [headers["webhook-id"] for _, headers, _ in listener.asked]


def titles(listener: Any) -> list[str]:
    return [json.loads(body)["data"]["title"] for _, _, body in listener.asked]


@pytest.fixture
def hooked(worker, tmp_path) -> Callable[..., Worker]:
    """Makes workers with webhooks, by name: an address, and where it is a pair also more keys. `at`: the time."""

    def make(hooks: dict[str, Any], at: datetime = NOW, **environ: str) -> Worker:
        tables = []
        for name, hook in hooks.items():
            address, keys = hook if isinstance(hook, tuple) else (hook, "")
            tables.append(f'[[notify.webhook]]\nname = "{name}"\nurl = "{address}/hook"\n{keys}\n')
        file = tmp_path / "hooks.toml"
        file.write_text("\n".join(tables))
        return worker(
            TRACKER_CONFIG=str(file),
            TRACKER_NOW=f"{at:%Y-%m-%dT%H:%M:%SZ}",
            TRACKER_PACE__WEBHOOK="0",
            **{"TRACKER_WEBHOOK_SECRETS": " ".join(f"{name}={secret(name)}" for name in hooks), **environ},
        )

    return make


def test_an_event_arrives_once_and_its_signature_verifies(hooked, hub, enter):
    running = hooked({"lab": hub.address})
    assert run(running) == []
    enter(1, 2, facts=(Fact.CODE, Fact.WEIGHTS))
    assert run(running) == []
    assert run(hooked({"lab": hub.address})) == []
    assert len(set(ids(hub))) == len(hub.asked) == 2
    path, headers, body = hub.asked[0]
    assert (path, headers["content-type"]) == ("/hook", "application/json")
    assert Verifier(secret("lab")).verify(body, headers) == json.loads(body)
    with pytest.raises(WebhookVerificationError):
        Verifier(secret("other")).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(secret("lab")).verify(body.replace("open", "none"), headers)
    event = json.loads(body)
    assert (event["type"], event["timestamp"]) == ("code.opened", "2026-06-17T04:59:59Z")
    data = event["data"]
    assert data["url"] == "https://papers.example.org/ai/paper/2606.00002"
    assert {name: fact["state"] for name, fact in data["facts"].items()} == {
        "code": "open", "weights": "open", "data": "unknown", "demo": "unknown",
    }  # fmt: skip
    assert all(set(fact) >= {"state", "reasons", "licence_class"} for fact in data["facts"].values())


def test_a_receiver_that_is_down_for_an_hour_gets_everything_once(hooked, listener, enter, troubles):
    lab, good = listener(), listener()
    hooks = {"lab": lab.address, "good": good.address}
    run(hooked(hooks))
    enter(*range(1, 6))
    lab.statuses = [503]
    for minutes in (0, 15, 30, 45):
        at = NOW + minutes * MINUTES
        assert run(hooked(hooks, at), at) != []
        assert "webhook lab: " in troubles()["webhooks"]
    assert len(good.asked) == 5
    failed = len(lab.asked)
    assert failed <= 4, "one try in a cycle"
    lab.statuses = [204]
    for minutes in (60, 75, 120):
        at = NOW + minutes * MINUTES
        run(hooked(hooks, at), at)
    assert troubles() == {}
    assert sorted(titles(lab)[failed:]) == [f"Paper {number} on things" for number in range(1, 6)]
    assert len(set(ids(lab))) == 5
    assert not set(ids(lab)) & set(ids(good)), "an id is of one webhook"


@pytest.mark.parametrize(
    ("status", "headers", "first", "reason"),
    [
        (500, {}, 1, "it answered 500"),
        (429, {"Retry-After": "1200"}, 1, "it answered 429"),
        (302, {"Location": "http://127.0.0.1:9/"}, 3, "it answered 302, and redirects are not followed"),
        (400, {}, 3, "it answered 400"),
        (410, {}, 1, "it answered 410 and gets nothing more; change its address or remove it"),
    ],
)
def test_what_an_answer_means(hooked, hub, enter, status, headers, first, reason):
    hooks = {"lab": hub.address}
    run(hooked(hooks))
    enter(*range(1, 6))
    hub.statuses, hub.headers = [status], headers
    assert run(hooked(hooks)) == [f"webhook lab: {reason}"]
    assert len(hub.asked) == first
    hub.statuses = [200]
    soon, later = NOW + 6 * MINUTES, NOW + 21 * MINUTES
    run(hooked(hooks, soon), soon)
    wants_to_wait = status in (410, 429)
    assert len(hub.asked) == (first if wants_to_wait else first + 5)
    run(hooked(hooks, later), later)
    assert len(hub.asked) == (first if status == 410 else first + 5)
    assert len(set(ids(hub))) == (1 if status == 410 else 5)


def test_a_receiver_that_is_gone_is_asked_again_at_a_new_address_only(hooked, listener, enter, troubles):
    old, new = listener(), listener()
    old.statuses = [410]
    run(hooked({"lab": old.address}))
    enter(1)
    run(hooked({"lab": old.address}))
    enter(2, seconds=5)
    later = NOW + 60 * MINUTES
    assert "410" in run(hooked({"lab": old.address}, later), later)[0]
    assert run(hooked({"lab": new.address}, later), later) == []
    enter(3, seconds=6)
    run(hooked({"lab": new.address}, later), later)
    assert (len(old.asked), titles(new)) == (1, ["Paper 3 on things"])
    assert run(hooked({"other": new.address}, later), later) == []
    assert [state.name for state in stored.load_webhooks(hooked({"other": new.address}).store)] == ["other"]


def test_a_kill_between_delivery_and_commit_sends_the_same_id_again(hooked, hub, enter, monkeypatch):
    hooks = {"lab": hub.address}
    run(hooked(hooks))
    enter(1)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for step in ("load_due_deliveries", "save_try"):
        with monkeypatch.context() as patch:
            patch.setattr(stored, step, killed)
            with pytest.raises(KeyboardInterrupt):
                run(hooked(hooks))
    assert run(hooked(hooks)) == []
    assert len(hub.asked) == 2
    assert len(set(ids(hub))) == 1
    assert len({body for *_, body in hub.asked}) == 1
    run(hooked(hooks))
    assert len(hub.asked) == 2


def test_only_what_the_filters_take_and_nothing_old(hooked, listener, enter):
    names = ("all", "cl", "weights", "words", "licence", "saved", "new")
    lists = {name: listener() for name in names}
    keys = {
        "all": "",
        "cl": 'query = "?cat=cs.CL"',
        "weights": 'query = "has=weights"',
        "words": 'query = "keyword=diffusion,-medical"',
        "licence": 'query = "licence=MIT"',
        "saved": 'query = "paper=2606.00002"',
        "new": 'events = ["weights.opened", "artifact.gone"]',
    }
    hooks = {name: (lists[name].address, keys[name]) for name in names}
    enter(9, seconds=900)
    run(hooked(hooks))
    enter(1)
    enter(2, seconds=1, categories=("cs.CL", "cs.LG"))
    enter(3, seconds=2, facts=(Fact.CODE, Fact.WEIGHTS))
    enter(4, seconds=3, title="Paper {} on diffusion")
    assert run(hooked(hooks)) == []
    got = {name: {int(title.split()[1]) for title in titles(lists[name])} for name in names}
    assert got == {
        "all": {1, 2, 3, 4}, "cl": {2}, "weights": {3}, "words": {4}, "licence": set(), "saved": {2}, "new": set(),
    }  # fmt: skip
    run(hooked({name: lists[name].address for name in names}))
    assert {name: len(lists[name].asked) for name in names} == {name: len(got[name]) for name in names}, (
        "a changed filter brings back nothing old"
    )


def test_a_wrong_query_stops_its_webhook_alone_until_it_is_mended(hooked, listener, enter):
    lab, good = listener(), listener()
    wrong = {"lab": (lab.address, 'query = "cat=cs.XX"'), "good": good.address}
    run(hooked(wrong))
    enter(1)
    (reason,) = run(hooked(wrong))
    assert reason.startswith('the query of the webhook lab is wrong: cat has no value "cs.xx"; known: ')
    assert (len(lab.asked), len(good.asked)) == (0, 1)
    assert run(hooked({"lab": lab.address, "good": good.address})) == []
    assert (len(lab.asked), len(good.asked)) == (1, 1)


@pytest.mark.parametrize(
    ("seconds", "answer", "tried"),
    [(99.0, Answer.DOWN, 1), (4.0, Answer.TAKEN, 3)],
    ids=["hangs until its timeout", "slow, and well"],
)
def test_a_slow_receiver_holds_up_nobody(hooked, listener, enter, monkeypatch, seconds, answer, tried):
    """The time is that of requests alone: 20 seconds a cycle, and half of them for each of two."""
    slow, good = listener(), listener()
    hooks = {"a-slow": slow.address, "good": good.address}
    run(hooked(hooks))
    enter(*range(1, 9))
    moment, slow_ones = 1000.0, []
    send = webhooks.send_message

    def send_message(fetch: Any, webhook: Any, message: Any, secrets: Any, left: float) -> Attempt:
        nonlocal moment
        assert left >= 1.0, "a receiver that does well must not seem slow"
        if webhook.name == "good":
            moment += 0.1
            return send(fetch, webhook, message, secrets, 15.0)
        moment += min(seconds, left, webhooks.REQUEST_SECONDS)
        slow_ones.append(message.id)
        return Attempt(answer, "" if answer is Answer.TAKEN else "no response in time")

    monkeypatch.setattr(webhooks, "send_message", send_message)
    monkeypatch.setattr(stage, "time", SimpleNamespace(monotonic=lambda: moment))
    (reason,) = run(hooked(hooks))
    assert moment <= 1020.0
    assert len(slow_ones) == tried
    assert len(good.asked) == 8
    assert (
        reason
        == "webhook a-slow: "
        + {
            Answer.DOWN: "no response in time",
            Answer.TAKEN: "5 events did not fit into the time and wait",
        }[answer]
    )


def test_what_never_arrives_ends_after_a_day_and_a_pause_of_the_service_ends_nothing(
    hooked, hub, enter, caplog, store
):
    hooks = {"lab": hub.address}
    run(hooked(hooks))
    enter(1, 2)
    hub.statuses = [500]
    run(hooked(hooks))
    assert titles(hub) == ["Paper 2 on things"]
    late = NOW + timedelta(days=3)
    hub.statuses = [200, 500]
    with caplog.at_level(logging.WARNING, logger="tracker"):
        run(hooked(hooks, late), late)
    assert titles(hub)[1:] == ["Paper 2 on things", "Paper 1 on things"], "each has a try after its day"
    assert "webhook lab: 1 of its events did not arrive within a day" in caplog.text
    (state,) = stored.load_webhooks(store)
    assert (state.ended, state.waiting, state.reason) == (1, 0, "it answered 500")
    later = late + timedelta(days=1)
    assert run(hooked(hooks, later), later) == ["webhook lab: it answered 500"], "until something arrives"
    assert len(hub.asked) == 3


def test_no_secret_and_no_address_is_in_a_table_a_log_or_a_reason(hooked, hub, enter, store, caplog):
    hooks = {"lab": f"{hub.address}/private-token"}
    with caplog.at_level(logging.DEBUG, logger="tracker"):
        run(hooked(hooks))
        enter(1)
        hub.statuses = [500]
        reasons = run(hooked(hooks))
    with store.read() as connection:
        tables = [
            str(tuple(row))
            for name in ("webhook", "webhook_delivery", "upstream", "stage")
            for row in connection.execute(text(f"SELECT * FROM {name}"))
        ]
    for seen in (*tables, *reasons, caplog.text, repr(hooked(hooks).settings.webhook_secrets)):
        assert secret("lab") not in seen
        assert "private-token" not in seen


def test_an_old_secret_verifies_beside_the_new_one(hooked, hub, enter):
    both = {"TRACKER_WEBHOOK_SECRETS": f"lab={secret('new')} lab={secret('old')}"}
    run(hooked({"lab": hub.address}, **both))
    enter(1)
    run(hooked({"lab": hub.address}, **both))
    ((_, headers, body),) = hub.asked
    for name in ("new", "old"):
        Verifier(secret(name)).verify(body, headers)


def test_without_webhooks_nothing_is_stored_and_old_trouble_ends(worker, enter, store, troubles):
    enter(1)
    stage_status.record_stage_failed(store, "webhooks", "webhook lab: it answered 500", None, NOW)
    assert run(worker()) == []
    assert troubles() == {}
    assert stored.load_webhooks(store) == []


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("whsec_AAAA", "has no name at its entry 1"),
        ("Lab=whsec_AAAA", "has no name at its entry 1"),
        ("lab=whsec_AAAA", "has no secret for lab"),
        (f"lab={secret('x').removeprefix('whsec_')}", "has no secret for lab"),
        ("lab=whsec_" + base64.b64encode(b"x" * 65).decode(), "has no secret for lab"),
        ("lab=whsec_%%%", "has no secret for lab"),
    ],
)
def test_a_secret_that_is_none_is_named_and_not_repeated(hooked, hub, entry, reason):
    with pytest.raises(ValueError, match=reason) as error:
        parse_webhook_secrets(entry)
    assert "AAAA" not in str(error.value)
    (trouble,) = run(hooked({"lab": hub.address}, TRACKER_WEBHOOK_SECRETS=entry))
    assert trouble.startswith(f"TRACKER_WEBHOOK_SECRETS {reason}")
    assert run(hooked({"lab": hub.address}, TRACKER_WEBHOOK_SECRETS="")) == [
        "webhook lab: TRACKER_WEBHOOK_SECRETS has no secret for it; add lab=whsec_…"
    ]


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ('name = "My hook"\nurl = "https://x.example"', "must be of lower-case letters"),
        ('name = "lab"\nurl = "ftp://x.example"', "is not an http address"),
        ('name = "lab"\nurl = ""', "must not be empty"),
        ('name = "lab"\nurl = "https://ann:pw@x.example"', "has an address with a user name or password"),
        ('name = "lab"\nurl = "https://x.example"\nevents = ["opened"]', "must be 'code.opened'"),
        ('name = "lab"\nurl = "https://x.example"\nevents = []', "must have at least 1 value"),
        ('name = "lab"\nurl = "https://x.example"\n[[notify.webhook]]\nname = "lab"\nurl = "https://y.example"', "twice"),
    ],
)  # fmt: skip
def test_a_wrong_webhook_of_the_settings_is_one_sentence(make_settings, tmp_path, keys, reason):
    file = tmp_path / "hooks.toml"
    file.write_text(f"[[notify.webhook]]\n{keys}\n")
    with pytest.raises(SettingsError, match=reason) as error:
        make_settings(TRACKER_CONFIG=str(file))
    assert "webhook" in str(error.value)
    assert "pw" not in str(error.value)


@given(st.binary(min_size=4, max_size=4), st.integers(1, 20), st.integers(0, 100_000))
def test_retries_follow_the_schedule_and_end_after_a_day(tail, tries, seconds):
    now = NOW + timedelta(seconds=seconds)
    again = webhooks.plan_retry(f"msg_{tail.hex()}", tries, NOW, now)
    if now >= NOW + webhooks.LIFETIME:
        assert again is None
    else:
        assert again is not None
        assert now <= again <= NOW + webhooks.LIFETIME
        if tries <= 6 and again < NOW + webhooks.LIFETIME:
            delay = webhooks.RETRY_DELAYS[tries - 1]
            assert delay <= again - now <= delay * 1.1


@contextmanager
def receiver_of_the_document() -> Iterator[tuple[str, list[Any]]]:
    """The receiver of docs/webhooks.md with its secret, and what it printed."""
    (block,) = (block for block in every_block("python") if block.document == "docs/webhooks.md")
    names: dict[str, Any] = {"__name__": "receiver"}
    exec(compile(block.text, str(block), "exec"), names)
    printed: list[Any] = []
    names["print"] = lambda *values, **_: printed.append(values)
    names["Receiver"].log_message = lambda *_: None
    server = HTTPServer(("127.0.0.1", 0), names["Receiver"])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", printed
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_receiver_of_the_document_takes_what_is_signed_and_nothing_else(hooked, enter):
    (example,) = (line for line in next(
        block.text for block in every_block("sh") if block.document == "docs/webhooks.md" and "whsec_" in block.text
    ).splitlines() if "TRACKER_WEBHOOK_SECRETS=" in line)  # fmt: skip
    secrets = example.partition("=")[2].strip("\"'")
    with receiver_of_the_document() as (address, printed):
        run(hooked({"lab": address}, TRACKER_WEBHOOK_SECRETS=secrets))
        enter(1, 2)
        assert run(hooked({"lab": address}, TRACKER_WEBHOOK_SECRETS=secrets)) == []
        assert len(printed) == 2
        enter(3, seconds=9)
        assert run(hooked({"lab": address})) == ["webhook lab: it answered 401"]
        assert len(printed) == 2
