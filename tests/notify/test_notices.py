"""People are notified of each paper once, in harmless text; the addresses of notices stay secret."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from sqlalchemy import inspect

from tracker import settings
from tracker.domain.errors import SettingsError
from tracker.domain.terms import Fact
from tracker.notify import deliveries, notices
from tracker.notify.notices import NewsItem, Notice, NoticeOutcome, NoticeResult
from tracker.pipeline.context import Counts, Cycle
from tracker.pipeline.notices import send_notices
from tracker.store import stage_status

NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
SECRET = "hunter2-is-no-password"


def notify(worker, entered: int = 0, now: datetime = NOW) -> list[str]:
    cycle = Cycle(worker, now, Counts(entered=entered))
    send_notices(cycle)
    return [str(outcome) for outcome in cycle.troubles]


def url(address: str) -> str:
    return f"{address.replace('http://', 'json://ann:' + SECRET + '@')}/{SECRET}"


def received(hook) -> list[dict[str, str]]:
    return [json.loads(body) for _, _, body in hook.asked]


def test_a_notice_lists_what_entered_and_nothing_twice(worker, hub, enter):
    enter(1, 2)
    environ = {"TRACKER_NOTIFY_URLS": url(hub.address)}
    assert notify(worker(**environ), entered=2) == []
    (notice,) = received(hub)
    assert notice["title"] == "2 papers shipped open code"
    assert notice["message"] == (
        "• Paper 1 on things\n  code\n  https://papers.example.org/ai/paper/2606.00001\n\n"
        "• Paper 2 on things\n  code\n  https://papers.example.org/ai/paper/2606.00002"
    )
    notify(worker(**environ), entered=2)
    assert len(hub.asked) == 1
    # Entered at an earlier second than the notice before, as within one cycle or after a large one.
    enter(3, seconds=500)
    notify(worker(**environ))
    assert [notice["title"] for notice in received(hub)] == [
        "2 papers shipped open code",
        "1 paper shipped open code",
    ]


def test_a_new_service_is_notified_of_this_cycle_alone(worker, listener, enter):
    first, second = listener(), listener()
    enter(1, 2, seconds=900)
    enter(3)
    notify(worker(TRACKER_NOTIFY_URLS=url(first.address)), entered=1)
    assert "Paper 3" in received(first)[0]["message"]
    assert "Paper 1" not in received(first)[0]["message"]
    enter(4, seconds=10)
    notify(worker(TRACKER_NOTIFY_URLS=f"{url(first.address)} {url(second.address)}"), entered=0)
    assert [len(first.asked), len(second.asked)] == [2, 0]


def test_off_until_an_address_is_set(worker, enter, store, troubles):
    enter(1)
    stage_status.record_stage_failed(store, "notices", "service 1 did not take it", None, NOW)
    running = worker()
    assert notify(running, entered=1) == []
    assert troubles() == {}
    assert "notices" in stage_status.load_stages(store)[0]
    assert not (running.settings.data_dir / deliveries.FILE_NAME).exists()


def test_many_papers_are_counted(worker, hub, enter):
    enter(*range(1, 8))
    notify(worker(TRACKER_NOTIFY_URLS=url(hub.address), TRACKER_NOTIFY__ITEMS="3"), entered=7)
    (notice,) = received(hub)
    assert notice["title"] == "7 papers shipped open code"
    assert notice["message"].count("•") == 3
    assert notice["message"].endswith("\n\nand 4 more: https://papers.example.org/ai")


@pytest.mark.parametrize(
    ("environ", "numbers"),
    [
        ({"CATEGORIES": "cs.CL,cs.CV"}, [2]),
        ({"FACTS": "code,weights"}, [3]),
        ({"KEYWORDS": "Diffusion,nothing"}, [4]),
        ({"KEYWORDS": "transformers", "CATEGORIES": "cs.LG"}, [1, 3, 4]),
        ({"KEYWORDS": "transform"}, []),
    ],
)
def test_filters(worker, hub, enter, environ, numbers):
    enter(1)
    enter(2, seconds=1, categories=("cs.CL", "cs.LG2"))
    enter(3, seconds=2, facts=(Fact.CODE, Fact.WEIGHTS))
    enter(4, seconds=3, title="Paper {} on diffusion")
    chosen = {f"TRACKER_NOTIFY__{key}": value for key, value in environ.items()}
    notify(worker(TRACKER_NOTIFY_URLS=url(hub.address), **chosen), entered=4)
    message = "".join(notice["message"] for notice in received(hub))
    assert [number for number in range(1, 5) if f"Paper {number} " in message] == numbers


def test_markdown_where_a_service_takes_it(worker, hub, enter):
    enter(1, title="Paper {} is *all* [you](http://evil.example/) need")
    notify(worker(TRACKER_NOTIFY_URLS=f"{url(hub.address)}?format=markdown"), entered=1)
    message = received(hub)[0]["message"]
    html = MarkdownIt().render(message)
    assert '<a href="https://papers.example.org/ai/paper/2606.00001">' in html
    assert html.count("<a ") == 1
    assert "<em>" not in html


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503, 302])
def test_a_refused_notice_is_sent_again(worker, listener, enter, troubles, status):
    good, bad, elsewhere = listener(), listener(), listener()
    enter(1)
    bad.statuses, bad.headers = [status], {"Location": f"{elsewhere.address}/{SECRET}"}
    environ = {"TRACKER_NOTIFY_URLS": f"{url(good.address)}\n{url(bad.address)}"}
    reason = "service 2 of TRACKER_NOTIFY_URLS (json) did not take the notice; it is sent again in the next cycle"
    assert notify(worker(**environ), entered=1) == [f"notices: {reason}"]
    assert troubles() == {"notices": reason}
    enter(2, seconds=5)
    bad.statuses = [200]
    assert notify(worker(**environ), entered=1) == []
    assert troubles() == {}
    assert [notice["title"] for notice in received(good)] == ["1 paper shipped open code"] * 2
    assert received(bad)[-1]["title"] == "2 papers shipped open code"
    assert [len(good.asked), len(bad.asked), len(elsewhere.asked)] == [2, 2, 0]


def test_a_service_that_hangs_is_ended_and_not_notified_twice(worker, listener, enter, troubles):
    good, slow = listener(), listener()
    slow.released.clear()
    enter(1)
    environ = {"TRACKER_NOTIFY_URLS": f"{url(slow.address)}, {url(good.address)}", "TRACKER_NOTIFY__SECONDS": "5"}
    assert notify(worker(**environ), entered=1) == [
        "notices: service 1 of TRACKER_NOTIFY_URLS did not answer in time; the notice may have arrived and is not sent again"
    ]
    slow.released.set()
    assert notify(worker(**environ)) == []
    assert [len(good.asked), len(slow.asked)] == [1, 1]
    assert troubles() == {}


def test_a_kill_while_sending_sends_nothing_twice(worker, hub, enter, monkeypatch):
    enter(1)
    environ = {"TRACKER_NOTIFY_URLS": url(hub.address)}

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(notices, "send_notices", killed)
        with pytest.raises(KeyboardInterrupt):
            notify(worker(**environ), entered=1)
    notify(worker(**environ), entered=1)
    assert hub.asked == []
    enter(2, seconds=9)
    notify(worker(**environ))
    assert [notice["title"] for notice in received(hub)] == ["1 paper shipped open code"]


def test_an_old_entry_is_not_notified(worker, hub, enter):
    enter(1, seconds=4 * 86_400)
    environ = {"TRACKER_NOTIFY_URLS": url(hub.address)}
    notify(worker(**environ), entered=1)
    assert hub.asked == []


def test_secrets_are_in_no_log_table_file_or_error(worker, hub, nobody, enter, store, tmp_path, caplog, capfd):
    enter(1)
    hub.statuses = [500]
    environ = {
        "TRACKER_NOTIFY_URLS": f"{url(hub.address)} {url(f'http://{nobody}')} nonsense://{SECRET} discord://{SECRET}",
        "TRACKER_NOW": "",
    }
    running = worker(**environ)
    with caplog.at_level(logging.DEBUG):
        (trouble,) = notify(running, entered=1)
    assert trouble.count("service") == 4
    assert "service 3 of TRACKER_NOTIFY_URLS has an address that apprise does not know" in trouble
    shown = [caplog.text, trouble, repr(running.settings), str(running.settings.model_dump()), *capfd.readouterr()]
    shown += [path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()]
    with store.read() as connection:
        for name in [*inspect(connection).get_table_names(), "papers"]:
            shown += [repr(tuple(row)) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')]
    assert "2606.00001" in "".join(shown)
    assert not [text for text in shown if SECRET in text]


def test_nothing_is_sent_elsewhere_while_the_clock_is_moved(worker, enter, monkeypatch):
    enter(1)
    sent: list[object] = []
    monkeypatch.setattr(notices, "send_notices", lambda *arguments, **_: sent.append(arguments) or [])
    assert notify(worker(TRACKER_NOTIFY_URLS="json://hook.example.org/"), entered=1) == []
    assert sent == []


def test_without_apprise_one_sentence_says_what_to_do(worker, make_settings, enter, monkeypatch):
    enter(1)
    monkeypatch.setattr(notices, "find_spec", lambda _: None)
    notices.require_apprise(make_settings())
    running = worker(TRACKER_NOTIFY_URLS=url("http://127.0.0.1:1"))
    with pytest.raises(SettingsError, match=r"pip install '\.\[notify\]'"):
        notices.require_apprise(running.settings)
    (trouble,) = notify(running, entered=1)
    assert "pip install" in trouble


def test_apprise_is_not_loaded_by_notifying():
    import subprocess  # noqa: PLC0415 # only here

    code = "import sys, tracker.pipeline.notices; print('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"


def test_the_secret_comes_from_the_environment_alone(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(f'notify_urls = "json://{SECRET}"\n')
    with pytest.raises(SettingsError, match="TRACKER_NOTIFY_URLS") as caught:
        settings.load_settings(file, environ={})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("", []),
        ("  ", []),
        ("json://a/b", ["json://a/b"]),
        ("json://a json://a\n slack://x/y/z", ["json://a", "slack://x/y/z"]),
        ("mailtos://u:p@h?to=a@x,b@y, json://a", ["mailtos://u:p@h?to=a@x,b@y", "json://a"]),
    ],
)
def test_addresses_are_parted_by_white_space(make_settings, text, urls):
    assert list(notices.notify_urls(make_settings(TRACKER_NOTIFY_URLS=text))) == urls


def test_the_digest_of_an_address_reveals_little():
    assert notices.hash_url("json://a") != notices.hash_url("json://b")
    assert len(notices.hash_url("json://\udcff")) == 8


def test_a_title_mentions_nobody():
    notice = notices.build_notice(
        [NewsItem("@everyone <!channel> see <@U123> pass@10", "https://example.org/", "")], 1
    )
    for text in (notice.text, notice.markdown):
        assert "@everyone" not in text
        assert "<!" not in text
        assert "<@" not in text
    assert "pass@10" in notice.text


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40), st.integers(1, 9))
def test_any_title_stays_text(title, address, shipped, count):
    news = NewsItem(" ".join(title.split()), f"https://example.org/{address}", " ".join(shipped.split()))
    notice = notices.build_notice([news], count, "https://example.org/")
    html = MarkdownIt().render(notice.markdown)
    assert html.count("<a ") == 1 + (count > 1)
    assert not [tag for tag in ("<em>", "<strong>", "<img", "<code>", "<h1") if tag in html]


def command(code: str) -> list[str]:
    return [sys.executable, "-c", code]


NOTICES = [("json://127.0.0.1/", Notice("t", "x", "x"))]


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ('print(\'{"n": 0, "service": "json", "result": "sent"}\')', NoticeResult("json", NoticeOutcome.SENT)),
        (
            'print(\'what is this\', [], \'\\n[]\\n{}\\n{"n": 0, "service": 1, "result": "?"}\')',
            NoticeResult("", NoticeOutcome.FAILED),
        ),
        ("", NoticeResult("", NoticeOutcome.FAILED)),
        ("raise SystemExit(3)", NoticeResult("", NoticeOutcome.UNKNOWN)),
        ("import os; os.kill(os.getpid(), 9)", NoticeResult("", NoticeOutcome.UNKNOWN)),
    ],
)
def test_the_output_of_the_sender(code, result):
    assert notices.send_notices(NOTICES, seconds=20, is_cancelled=lambda: False, command=command(code)) == [result]


def test_a_service_that_stops_ends_the_sender():
    hanging = command("import sys, threading; sys.stdin.read(); threading.Event().wait()")
    results = notices.send_notices(NOTICES, seconds=600, is_cancelled=lambda: True, command=hanging)
    assert results == [NoticeResult("", NoticeOutcome.UNKNOWN)]


def test_a_sender_that_cannot_be_started():
    results = notices.send_notices(NOTICES, seconds=1, is_cancelled=lambda: False, command=["/nowhere/at/all"])
    assert results == [NoticeResult("", NoticeOutcome.FAILED)]
