"""What is remembered of each upstream, what waits for it, and with `--online` whether it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from tracker.doctor.database import first_row
from tracker.doctor.findings import BAD, OK, WARN, Finding, clean_text
from tracker.doctor.installation import refused_token
from tracker.domain.errors import TrackerError
from tracker.fetch import pace
from tracker.fetch.client import Client
from tracker.fetch.clock import make_clock
from tracker.pipeline.backlog import read_backlog
from tracker.pipeline.check_budget import count_requests, upstream_of
from tracker.settings import Settings, is_loopback
from tracker.store import readonly_sql, times
from tracker.store.engine import open_reader
from tracker.store.upgrade import open_store, revisions
from tracker.store.upstreams import StoredUpstreams, UpstreamState

LONG_FAILING, LONG_WAIT = timedelta(days=1), timedelta(days=2)
MAX_PAGE_HOSTS = 10
"""Hosts of pages that are named; the others are counted."""
CHEAP_REQUESTS = {
    "arxiv_api": "?search_query=cat:cs.CL&max_results=1",
    "arxiv_oai": "?verb=Identify",
    "github_api": "/rate_limit",
    "huggingface": "/api/models?limit=1",
    "gitlab": "/projects?per_page=1&simple=true",
    "codeberg": "/version",
    "bitbucket": "/repositories?pagelen=1",
    "zenodo": "/records?size=1",
    "software_heritage": "/stat/counters/",
    "datacite": "?page[size]=0",
}
"""For each upstream, one request that costs it little."""


def check_upstreams(settings: Settings, states: Mapping[str, UpstreamState], now: datetime) -> Iterator[Finding]:
    """Address, pace, budget, stops and failures of each upstream, and of hosts of pages in trouble."""
    for name, url in settings.upstreams.model_dump().items():
        if name in ("arxiv_rss", "web") or not url:
            continue
        yield _check_upstream(settings, name, _public_address(url), states.get(name), now)
    web = settings.upstreams.web
    base = _public_address(web) if web else "every other host at its own address"
    yield _check_upstream(settings, "web", base, None, now)
    pages = [state for name, state in states.items() if name.startswith("web:")]
    troubled = [page for page in pages if page.failing_since or (page.stop_until and page.stop_until > now)]
    for page in troubled[:MAX_PAGE_HOSTS]:
        yield _check_upstream(settings, page.name, "", page, now)
    if pages:
        says = f"{len(pages)} asked recently, {len(troubled)} of them failing"
        yield Finding("upstreams", "hosts of pages", OK, says)


def _public_address(url: str) -> str:
    """An upstream's address without what may be a secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _check_upstream(
    settings: Settings, name: str, base: str, state: UpstreamState | None, now: datetime
) -> Finding:
    facts = [base] if base else []
    facts.append(f"{pace.interval_seconds(settings, name):g} s apart" + (" at each host" if name == "web" else ""))
    limit = pace.hourly_budget(settings, name)
    if limit is not None:
        facts.append(_describe_budget(limit, state, now))
    mark, todo = OK, ""
    if state and state.last_ok_at:
        facts.append(f"last good answer {state.last_ok_at:%Y-%m-%dT%H:%M:%SZ}")
    if state and state.failing_since:
        facts.append(f"failing since {state.failing_since:%Y-%m-%dT%H:%M:%SZ}: {clean_text(state.last_error)}")
        if now - state.failing_since > LONG_FAILING and ":" not in name:
            mark, todo = BAD, "Check whether this machine reaches it (`--online`), and its status page."
        else:
            mark, todo = WARN, "Nothing to do: it is retried automatically."
    if state and state.stop_until and state.stop_until > now:
        facts.append(f"not asked until {state.stop_until:%Y-%m-%dT%H:%M:%SZ}: {clean_text(state.stop_reason)}")
        if mark != BAD:
            mark, todo = WARN, "Nothing to do: requests resume automatically."
    return Finding("upstreams", name, mark, "; ".join(facts), todo)


def _describe_budget(limit: int, state: UpstreamState | None, now: datetime) -> str:
    since = state.budget_from if state else None
    if state is None or since is None or not since <= now < since + timedelta(hours=1):
        return f"{limit:,} an hour, none used"
    return f"{limit:,} an hour, {state.budget_used:,} used, refills {since + timedelta(hours=1):%H:%M:%SZ}"


def check_waiting(settings: Settings, now: datetime) -> Iterator[Finding]:
    """How many artifacts of each host are due, and how long their checks take within its budget."""
    sql = (
        "SELECT host, count(*) FROM artifacts WHERE next_check_at <= "  # noqa: S608 # a time of ours, no stranger's text
        f"'{times.format_utc(now)}' GROUP BY host ORDER BY count(*) DESC, host"
    )
    _, rows = readonly_sql.run_query(settings.store_url, sql)
    counts = [(str(host), int(count)) for host, count in rows]
    for host, count in counts:
        yield _check_queue(settings, host, count)
    if not counts:
        yield Finding("waiting", "artifacts", OK, "no artifact is due")


def check_reading(settings: Settings, now: datetime) -> Iterator[Finding]:
    """How many papers wait to be read further, for how long that takes, and what slows it."""
    [revision] = first_row(settings, "SELECT version_num FROM alembic_version")
    if revision != revisions()[-1]:
        return  # an older store is upgraded at the next start, and not here
    with closing(open_reader(settings.store_url)) as store:
        backlog = read_backlog(store, settings, now)
    says = clean_text(backlog.describe(now))
    if backlog.oldest is None or now - backlog.oldest < LONG_WAIT:
        yield Finding("waiting", "papers", OK, says)
        return
    todo = "Let the service run, or `tracker once` to its end each day; see limits.full_texts_per_day."
    yield Finding("waiting", "papers", WARN, says, todo)


def _check_queue(settings: Settings, host: str, count: int) -> Finding:
    upstream = upstream_of(host)
    requests = count_requests(settings, host, count)
    hours = pace.hours_needed(settings, upstream, requests)
    says = f"{count:,} artifacts due"
    if hours is not None:
        says += f"; about {_format_hours(hours)}"
        if hours <= 24.0:
            return Finding("waiting", host, OK, says)
    if upstream == "github_api" and settings.github_token is None:
        todo = "Set GITHUB_TOKEN."
    elif hours is None:
        todo = "The settings allow no request to it."
    else:
        todo = "Its budget is too small for this many."
    return Finding("waiting", host, WARN, says, todo)


def _format_hours(hours: float) -> str:
    if hours < 1.0:
        return f"{max(1, round(hours * 60))} min at most"
    return f"{hours:.1f} h at most" if hours < 48.0 else f"{hours / 24:.1f} days at most"


def probe_upstreams(settings: Settings, *, readable: bool) -> Iterator[Finding]:
    """Send one request to each upstream, with its pace, budget and stops as for any other request. They are
    counted in the store where it is `readable`."""
    with (
        closing(open_store(settings.store_url if readable else "sqlite://")) as store,
        Client(settings, StoredUpstreams(store), make_clock(settings)) as client,
    ):
        for name, path in CHEAP_REQUESTS.items():
            yield _probe(client, name, path, local=is_loopback(getattr(settings.upstreams, name)))
        for reason in client.refused_tokens():
            yield refused_token(reason)


def _probe(client: Client, name: str, path: str, *, local: bool) -> Finding:
    began = datetime.now(UTC)
    try:
        status = client.get(name, path).status
    except TrackerError as error:
        todo = "Check whether this machine reaches it: name, proxy, firewall."
        return Finding("online", name, BAD, clean_text(str(error)), todo)
    says = f"answered {status} in {(datetime.now(UTC) - began).total_seconds():.1f} s"
    # A stand-in need not know every request; that it answers is what matters.
    if status == 200 or (local and status == 404):
        return Finding("online", name, OK, says)
    todo = "Check its base address in `[upstreams]`, and the token if you set one."
    return Finding("online", name, WARN, says, todo)
