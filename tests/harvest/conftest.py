"""A small arXiv: it answers the API's query over a list of papers, and misbehaves once for each fault in its list."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.stand_ins import Memory
from tracker.harvest.api import ArxivApi
from tracker.settings import Settings, load_settings

NAMESPACES = (
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns="http://www.w3.org/2005/Atom"'
)


@dataclass
class Paper:
    id: str
    submitted: datetime
    title: str = "A title"
    abstract: str = "An abstract."
    comment: str | None = None
    categories: tuple[str, ...] = ("cs.CL",)
    authors: tuple[str, ...] = ("Ada Lovelace",)
    version: int = 1
    doi: str | None = None

    def entry(self) -> str:
        when = self.submitted.strftime("%Y-%m-%dT%H:%M:%SZ")
        terms = "".join(
            f'<category term="{escape(term)}" scheme="http://arxiv.org/schemas/atom"/>' for term in self.categories
        )
        people = "".join(f"<author><name>{escape(name)}</name></author>" for name in self.authors)
        comment = f"<arxiv:comment>{escape(self.comment)}</arxiv:comment>" if self.comment else ""
        doi = f"<arxiv:doi>{self.doi}</arxiv:doi>" if self.doi else ""
        return (
            f"<entry><id>http://arxiv.org/abs/{self.id}v{self.version}</id><title>{escape(self.title)}</title>"
            f"<updated>{when}</updated><published>{when}</published><summary>{escape(self.abstract)}</summary>{terms}"
            f'{comment}<arxiv:primary_category term="{self.categories[0]}"/>{people}{doi}</entry>'
        )


def feed(entries: list[str], total: int, start: int = 0) -> bytes:
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><feed {NAMESPACES}><id>x</id><title>arXiv Query</title>"
        f"<opensearch:itemsPerPage>{len(entries)}</opensearch:itemsPerPage>"
        f"<opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>{''.join(entries)}</feed>"
    ).encode()


Fault = Callable[[list[Paper], int, int], tuple[int, dict[str, str], bytes] | None]


@dataclass
class Arxiv:
    address: str = ""
    papers: list[Paper] = field(default_factory=list)
    faults: list[Fault | None] = field(default_factory=list)
    """One entry for each coming request; None means a good response."""
    asked: list[dict[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)

    def answer(self, url: str) -> tuple[int, dict[str, str], bytes]:
        query = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        self.asked.append(query)
        start, size = int(query["start"]), int(query["max_results"])
        since, until = (
            datetime.strptime(part, "%Y%m%d%H%M").replace(tzinfo=UTC)
            for part in query["search_query"].partition("[")[2].rstrip("]").split(" TO ")
        )
        end = until + timedelta(seconds=59)
        matching = sorted((p for p in self.papers if since <= p.submitted <= end), key=lambda p: p.submitted)
        if query["sortOrder"] == "descending":
            matching.reverse()
        fault = self.faults.pop(0) if self.faults else None
        broken = fault(matching, start, size) if fault else None
        if broken is not None:
            return broken
        page = [paper.entry() for paper in matching[start : start + size]]
        return 200, {"Content-Type": "application/atom+xml"}, feed(page, len(matching), start)


class Time:
    def __init__(self) -> None:
        self.moment = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def ticks() -> Time:
    return Time()


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def paper() -> type[Paper]:
    return Paper


@pytest.fixture
def as_feed() -> Callable[..., bytes]:
    return feed


@pytest.fixture
def arxiv() -> Iterator[Arxiv]:
    stand_in = Arxiv()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, headers, body = stand_in.answer(self.path)
            stand_in.agents.append(self.headers.get("User-Agent", ""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = "Content-Length" in headers

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's own name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.address = f"http://127.0.0.1:{server.server_address[1]}/api/query"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield stand_in
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def settings(tmp_path: Path, arxiv: Arxiv) -> Settings:
    return load_settings(
        environ={
            "TRACKER_DATA_DIR": str(tmp_path / "data"),
            "TRACKER_UPSTREAMS__ARXIV_API": arxiv.address,
            "TRACKER_HARVEST__PAGE_SIZE": "4",
            "TRACKER_HARVEST__CATEGORIES": "cs.CL,cs.LG",
        }
    )


@pytest.fixture
def api(settings: Settings, memory: Memory, ticks: Time) -> Iterator[ArxivApi]:
    source = ArxivApi(settings, memory, ticks, sleep=ticks.sleep, jitter=lambda: 0.0)
    yield source
    source.close()
