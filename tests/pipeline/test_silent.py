"""Papers whose links lead to this machine, in a whole cycle: no listener there may get a connection.

Each notation and each redirect is tested in tests/fetch/test_tricks.py; here the stages send the requests.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.world import World
from tracker.fetch import guard
from tracker.fetch.client import Client
from tracker.fetch.clock import MovedClock
from tracker.pipeline import check, cycle, reading
from tracker.pipeline.context import Cycle
from tracker.store import enum_columns
from tracker.store.upstreams import StoredUpstreams

pytestmark = pytest.mark.usefixtures("without_site")

OPEN = "127.0.0.2"
"""The one address of this machine that counts as public, to show that public addresses are requested."""


def _open_listeners() -> list[socket.socket]:
    """Listeners at one port of all addresses; another program may have the port at one of them."""
    other_addresses = [(OPEN, socket.AF_INET), *([("::1", socket.AF_INET6)] if socket.has_ipv6 else [])]
    for _ in range(100):
        listeners = [socket.create_server(("127.0.0.1", 0))]
        try:
            for address, family in other_addresses:
                listeners.append(socket.create_server((address, listeners[0].getsockname()[1]), family=family))
        except OSError:
            for server in listeners:
                server.close()
        else:
            return listeners
    raise AssertionError("no port is free at all addresses")


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, list[str]]]:
    """(port, the addresses of this machine that were connected to)."""
    hits: list[str] = []
    listeners = _open_listeners()
    port = listeners[0].getsockname()[1]
    stop = threading.Event()

    def listen(listener: socket.socket) -> None:
        listener.settimeout(0.02)
        with listener:
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                hits.append(listener.getsockname()[0])
                connection.close()

    threads = [threading.Thread(target=listen, args=(opened,)) for opened in listeners]
    for thread in threads:
        thread.start()
    is_public = guard.is_public
    monkeypatch.setattr(guard, "PORTS", frozenset({port}))
    monkeypatch.setattr(
        guard, "is_public", lambda address: address == ipaddress.ip_address(OPEN) or is_public(address)
    )
    yield port, hits
    stop.set()
    for thread in threads:
        thread.join()


LINKS = [
    "http://127.0.0.1:{}/deep", "https://127.0.0.1.nip.io:{}/", "http://ann@127.0.0.1:{}/", "http://ann.example.net@127.0.0.1:{}/", "https://home.ann.net:{}/deep",
    "http://169.254.169.254:{}/latest/meta-data/", "https://metadata.google.internal:{}/x", "http://0x7f.1:{}/", "http://[::1]:{}/deep", "http://localhost:{}/deep",
    "https://both.ann.net:{}/", "https://mapped.ann.net:{}/", "https://nat.ann.net:{}/", "https://none.ann.net:{}/", "http://2130706433:{}/deep", "https://ann.net:{}#@127.0.0.1/",
    "https://127.0.0.1:{}\\@ann.net/", "https://gitlab.home.net:{}/ann/deep", "https://gitlab.home.net/ann/deep", "https://rebound.ann.net:{}/deep",
]  # fmt: skip
NAMES = {
    "both.ann.net": [[OPEN, "127.0.0.1"]],
    "mapped.ann.net": [["::ffff:127.0.0.1"]],
    "nat.ann.net": [["64:ff9b::127.0.0.1"]],
    "none.ann.net": [["0.0.0.0", "::"]],
    "rebound.ann.net": [[OPEN], ["127.0.0.1"]],
}


def test_no_link_of_a_paper_leads_to_this_machine(world: World, start_run: StartRun, reached: Any) -> None:
    port, hits = reached
    resolved: list[str] = []
    names = {host: list(answers) for host, answers in NAMES.items()}

    def resolve(host: str, _: int) -> list[str]:
        resolved.append(host)
        answers = names.get(host, [["127.0.0.1", "::1"]])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    for number, link in enumerate(LINKS, 1):
        url = link.format(port)
        paper = world.paper(
            number, f"We study things. Project page: {url} . Code: {url} .", title=f"Deep {number}"
        )
        world.html(
            paper,
            f'<h1>Deep {number}</h1><p>{"We study things. " * 200}Project page: <a href="{url}">here</a>.</p>',
        )
    with start_run(TRACKER_LIMITS__PAGES_PER_DAY="0") as run:
        now = run.worker.now()
        cycle.run_cycle(run.worker)
        assert run.states().keys() >= {f"2606.{number:05}" for number in range(1, len(LINKS) + 1)}
        # Without a set clock and a stand-in for the web, the hosts of links are requested directly.
        upstreams = run.worker.settings.upstreams.model_copy(update={"web": ""})
        limits = run.worker.settings.limits.model_copy(
            update={"pages_per_day": 100, "full_texts_per_day": 0, "hub_records_per_day": 0}
        )
        real = run.worker.settings.model_copy(update={"now": None, "upstreams": upstreams, "limits": limits})
        with closing(
            Client(
                real,
                StoredUpstreams(run.worker.store),
                run.worker.clock,
                sleep=lambda _: None,
                resolve=resolve,
            )
        ) as fetch:
            worker = dataclasses.replace(run.worker, settings=real, fetch=fetch)
            for at in (now, now + timedelta(days=2)):
                moved = dataclasses.replace(worker, clock=MovedClock(at))
                reading.read_further(Cycle(moved, at))
                check.check_artifacts(Cycle(moved, at))
        pages = run.rows(
            f"SELECT sentences FROM scan JOIN shared_text ON id = shared_text WHERE {enum_columns.SOURCE.sql('source')} = 'page'"
        )
    assert len(pages) >= 10, "the pages were tried"
    assert {"home.ann.net", "both.ann.net", "mapped.ann.net", "nat.ann.net", "none.ann.net"} <= set(resolved)
    assert resolved.count("rebound.ann.net") == 2
    assert hits, "an address that looks public is requested"
    assert set(hits) == {OPEN}
