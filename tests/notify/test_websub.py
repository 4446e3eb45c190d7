"""The WebSub hub is notified of each changed feed once; whatever it responds, the cycle goes on and no feed is lost."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from tracker import settings
from tracker.domain.errors import Cancelled, SettingsError, UpstreamError, UpstreamStopped
from tracker.domain.protocols import Response
from tracker.notify import deliveries, websub
from tracker.pipeline.context import Cycle
from tracker.pipeline.websub import announce_changed_feeds
from tracker.store import stage_status

NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
SITE = "https://papers.example.org/ai"


def announced(hub) -> list[str]:
    return [parse_qs(body)["hub.url"][0].removeprefix(f"{SITE}/") for _, _, body in hub.asked]


def announce(worker) -> list[str]:
    cycle = Cycle(worker, NOW)
    announce_changed_feeds(cycle)
    return [str(outcome) for outcome in cycle.troubles]


def test_each_changed_feed_is_announced_once_and_the_main_one_first(worker, hub, write):
    write(
        "feeds/cs.CL.xml",
        "feed.xml",
        "feed.atom",
        "feed.json",
        "feeds/licence/MIT.atom",
        "index.html",
        "feeds.opml",
    )
    running = worker(TRACKER_NOTIFY__WEBSUB_HUB=f"{hub.address}/publish")
    assert announce(running) == []
    assert announced(hub) == ["feed.atom", "feed.json", "feed.xml", "feeds/cs.CL.xml", "feeds/licence/MIT.atom"]
    path, headers, body = hub.asked[0]
    assert path == "/publish"
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in headers
    assert parse_qs(body) == {"hub.mode": ["publish"], "hub.url": [f"{SITE}/feed.atom"]}
    announce(running)
    assert len(hub.asked) == 5
    write("feeds/cs.CL.xml")
    announce(running)
    assert announced(hub)[5:] == ["feeds/cs.CL.xml"]


def test_without_a_hub_nothing_is_announced_and_old_trouble_ends(worker, hub, write, store, troubles):
    write("feed.xml")
    stage_status.record_stage_failed(store, "websub", "the WebSub hub was not notified", None, NOW)
    announce(worker())
    assert hub.asked == []
    assert troubles() == {}
    assert not (worker().settings.data_dir / deliveries.FILE_NAME).exists()


def test_another_hub_or_address_is_notified_of_everything(worker, listener, write):
    write("feed.xml")
    first, second = listener(), listener()
    announce(worker(TRACKER_NOTIFY__WEBSUB_HUB=first.address))
    announce(worker(TRACKER_NOTIFY__WEBSUB_HUB=second.address))
    announce(worker(TRACKER_NOTIFY__WEBSUB_HUB=second.address, TRACKER_PUBLIC_URL="https://new.example.org"))
    assert [len(first.asked), len(second.asked)] == [1, 2]


def test_a_hub_that_is_down_is_trouble_and_is_notified_after_a_restart(
    worker, hub, nobody, write, troubles, caplog
):
    write("feed.xml", "feeds/cs.CL.xml")
    with caplog.at_level(logging.WARNING, logger="tracker"):
        assert announce(worker(TRACKER_NOTIFY__WEBSUB_HUB=f"http://{nobody}/")) == [
            "websub: the WebSub hub was not notified: no connection"
        ]
    assert "the WebSub hub was not notified: no connection" in caplog.text
    assert troubles() == {"websub": "the WebSub hub was not notified: no connection"}
    announce(worker(TRACKER_NOTIFY__WEBSUB_HUB=hub.address))
    assert announced(hub) == ["feed.xml", "feeds/cs.CL.xml"]
    assert troubles() == {}


def test_only_a_refused_feed_is_announced_again(worker, hub, write):
    write("feed.xml", "feeds/a.xml", "feeds/b.xml")
    hub.statuses = [204, 404, 202]
    running = worker(TRACKER_NOTIFY__WEBSUB_HUB=hub.address)
    assert announce(running) == ["websub: the WebSub hub answered 404 to feeds/a.xml"]
    assert announce(running) == []
    assert announced(hub) == ["feed.xml", "feeds/a.xml", "feeds/b.xml", "feeds/a.xml"]


def test_a_hub_that_refuses_everything_is_left_alone(worker, hub, write):
    write(*(f"feeds/{number}.xml" for number in range(9)))
    hub.statuses = [403]
    assert announce(worker(TRACKER_NOTIFY__WEBSUB_HUB=hub.address)) == [
        "websub: the WebSub hub answered 403 to feeds/2.xml"
    ]
    assert len(hub.asked) == websub.MOST_REFUSED


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_failing_hub_gets_one_request_a_cycle(worker, hub, write, status):
    write("feed.xml", "feeds/a.xml")
    hub.statuses = [status]
    assert announce(worker(TRACKER_NOTIFY__WEBSUB_HUB=hub.address)) == [
        f"websub: the WebSub hub was not notified: it answered {status}"
    ]
    assert len(hub.asked) == 1
    hub.statuses = [204]


def test_a_hub_with_retry_after_is_not_requested_earlier(worker, hub, write, store):
    write("feed.xml")
    hub.statuses, hub.headers = [429, 204], {"Retry-After": "600"}
    running = worker(TRACKER_NOTIFY__WEBSUB_HUB=hub.address)
    announce(running)
    assert "too many requests" in announce(running)[0]
    assert len(hub.asked) == 1
    (trouble,) = stage_status.load_stages(store)[1]
    assert trouble.next_try is not None
    assert timedelta(minutes=9) < trouble.next_try - NOW < timedelta(minutes=11)


@pytest.mark.parametrize("status", [301, 307, 308])
def test_redirects_are_not_followed(worker, hub, listener, write, status):
    write("feed.xml")
    elsewhere = listener()
    hub.statuses, hub.headers = [status], {"Location": f"{elsewhere.address}/"}
    assert announce(worker(TRACKER_NOTIFY__WEBSUB_HUB=hub.address)) == [
        f"websub: the WebSub hub answered {status} to feed.xml"
    ]
    assert elsewhere.asked == []


def test_a_slow_hub_costs_no_more_than_the_bound(worker, hub, write):
    write("feed.xml", "feeds/a.xml")
    hub.released.clear()
    running = worker(TRACKER_NOTIFY__WEBSUB_HUB=hub.address, TRACKER_NOTIFY__SECONDS="0.05")
    assert announce(running) == ["websub: the WebSub hub was not notified: no response in time"]
    assert len(hub.asked) <= 1
    hub.released.set()
    hub.asked.clear()
    running = worker(TRACKER_NOTIFY__WEBSUB_HUB=hub.address)
    announce(running)
    assert announced(hub) == ["feed.xml", "feeds/a.xml"]


def test_a_moved_clock_notifies_nothing_outside_this_machine(worker, write):
    write("feed.xml")
    (trouble,) = announce(worker(TRACKER_NOTIFY__WEBSUB_HUB="https://hub.example.org/"))
    assert "the clock is moved" in trouble


class Hub:
    """Accepts each announcement after `seconds`, or raises `error`."""

    def __init__(self, seconds: float = 0.0, error: UpstreamError | None = None) -> None:
        self.moment, self.seconds, self.error = 0.0, seconds, error
        self.waited: list[float] = []

    def post_form(self, url, fields, *, seconds):
        self.waited.append(seconds)
        self.moment += self.seconds
        if self.error:
            raise self.error
        return Response(204, {}, b"", url)

    def announce(self, count: int, **more):
        feeds = [(f"{number}.xml", f"{SITE}/{number}.xml") for number in range(count)]
        return websub.announce_feeds(
            self,
            "https://hub.example.org/",
            feeds,
            **{"seconds": 20.0, "check_cancelled": lambda: None, "monotonic": lambda: self.moment, **more},
        )


def test_feeds_that_do_not_fit_into_the_time_wait():
    hub = Hub(seconds=4.0)
    result = hub.announce(9)
    assert result.done == [f"{number}.xml" for number in range(5)]
    assert result.reason == "4 feeds were not announced in time and wait"
    assert hub.waited == [5.0, 5.0, 5.0, 5.0, 4.0]


def test_a_stop_has_its_next_try():
    until = NOW + timedelta(hours=1)
    result = Hub(error=UpstreamStopped("hub", "too many requests (429)", until)).announce(3)
    assert (result.done, result.next_try) == ([], until)


def test_a_service_that_stops_announces_no_more():
    def stop() -> None:
        raise Cancelled("The service is stopping.")

    hub = Hub()
    with pytest.raises(Cancelled):
        hub.announce(3, check_cancelled=stop)
    assert hub.waited == []


def test_a_kill_between_writing_and_announcing_loses_nothing(worker, hub, write, monkeypatch):
    write("feed.xml")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    running = worker(TRACKER_NOTIFY__WEBSUB_HUB=hub.address)
    with monkeypatch.context() as patch:
        patch.setattr(websub, "announce_feeds", killed)
        with pytest.raises(KeyboardInterrupt):
            announce(running)
    announce(worker(TRACKER_NOTIFY__WEBSUB_HUB=hub.address))
    assert announced(hub) == ["feed.xml"]


def test_a_bug_in_announcing_does_not_end_the_cycle(worker, hub, write, monkeypatch):
    write("feed.xml")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("with a secret in it")

    monkeypatch.setattr(websub, "announce_feeds", broken)
    assert announce(worker(TRACKER_NOTIFY__WEBSUB_HUB=hub.address)) == ["websub: broke off (RuntimeError)"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"hub": 1}', b'{"hub":"","site":"","feeds":[],"told":{}}', b"\xff"]
)
def test_a_damaged_file_starts_empty(tmp_path, content, caplog):
    (tmp_path / deliveries.FILE_NAME).write_bytes(content)
    assert deliveries.load_deliveries(tmp_path) == deliveries.Deliveries()
    assert "damaged" in caplog.text


def test_deliveries_are_read_back(tmp_path):
    delivered = deliveries.Deliveries(
        "https://hub.example.org/", SITE, {"feed.xml": 7}, {"0a": {"arxiv:1": "2026"}}
    )
    deliveries.save_deliveries(tmp_path, delivered)
    assert deliveries.load_deliveries(tmp_path) == delivered
    assert [path.name for path in tmp_path.iterdir() if "told" in path.name] == [deliveries.FILE_NAME]


def test_feeds_that_are_gone_are_forgotten(worker, hub, write, tmp_path):
    write("feed.xml", "feeds/a.xml")
    running = worker(TRACKER_NOTIFY__WEBSUB_HUB=hub.address)
    announce(running)
    (tmp_path / "public/feeds/a.xml").unlink()
    announce(running)
    assert list(deliveries.load_deliveries(tmp_path).feeds) == ["feed.xml"]


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        (
            {"TRACKER_NOTIFY__WEBSUB_HUB": "https://hub.example.org/", "TRACKER_PUBLIC_URL": ""},
            "needs `public_url`",
        ),
        ({"TRACKER_NOTIFY__WEBSUB_HUB": "hub.example.org"}, "is not an http address"),
        ({"TRACKER_NOTIFY__WEBSUB_HUB": "ftp://hub.example.org/"}, "is not an http address"),
        ({"TRACKER_NOTIFY__WEBSUB_HUB": "https://[hub/"}, "is not an http address"),
        ({"TRACKER_NOTIFY__WEBSUB_HUB": "https://ann:hunter2@hub.example.org/"}, "every feed would show"),
        ({"TRACKER_NOTIFY__FACTS": "code,models"}, "notify.facts"),
        ({"TRACKER_NOTIFY__SECONDS": "0"}, "notify.seconds"),
    ],
)
def test_invalid_settings_are_refused_in_one_sentence(environ, says):
    with pytest.raises(SettingsError) as caught:
        settings.load_settings(environ={"TRACKER_PUBLIC_URL": SITE, **environ})
    assert says in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)
