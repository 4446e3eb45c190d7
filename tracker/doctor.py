"""`tracker doctor`: whether an installation is fine, line by line, with what to do where it is not.

It reads and never writes: a damaged or newer store is looked at as it lies. Only `--online` makes requests.
Each examination stands alone, so that whatever is broken costs its own line and no other.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from tracker import settings as configuration
from tracker.config_files import config_dir
from tracker.domain.errors import SettingsError, TrackerError
from tracker.fetch import pace
from tracker.fetch.client import Client
from tracker.fetch.clock import make_clock
from tracker.pipeline import context
from tracker.settings import PREFIX, Settings, is_loopback
from tracker.store import readonly_sql, times, upgrade, upstreams, views

OK, WARN, BAD = "ok", "warn", "bad"
MEGABYTE = 1_000_000
FULL_BYTES, SCARCE_BYTES = 200 * MEGABYTE, 1_000 * MEGABYTE
"""Free disk below which a store cannot work on safely, and below which it soon cannot."""
LONG_LOG_BYTES = 256 * MEGABYTE  # a write-ahead log is folded in every 16 MB: one so long is held open by a reader
LONG_FAILING = timedelta(days=1)
CLOCK_SLACK = timedelta(hours=1)
MOST_PAGES = 10  # hosts of pages that are named one by one
REQUESTS_A_LOOK = 3  # at most, where a host has no batches (`hosts.trees.MOST_REQUESTS`)
UPSTREAM_OF = {
    "github": "github_api",
    "huggingface": "huggingface",
    "gitlab": "gitlab",
    "forgejo": "codeberg",
    "bitbucket": "bitbucket",
    "zenodo": "zenodo",
    "swh": "software_heritage",
}
CHEAP = {  # one question to each upstream that costs it little
    "arxiv_api": "?search_query=cat:cs.CL&max_results=1",
    "arxiv_oai": "?verb=Identify",
    "github_api": "/rate_limit",
    "huggingface": "/api/models?limit=1",
    "gitlab": "/projects?per_page=1&simple=true",
    "codeberg": "/version",
    "bitbucket": "/repositories?pagelen=1",
    "zenodo": "/records?size=1",
    "software_heritage": "/stat/counters/",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. `mark` is `ok`, `warn` or `bad`; `todo` is a sentence, empty where nothing is to be done."""

    section: str
    name: str
    mark: str
    says: str
    todo: str = ""


def examine(file: Path | None, environ: dict[str, str], *, online: bool = False) -> list[Line]:
    """All findings, in the order to read them. Never raises but for an end that the user asks for."""
    lines: list[Line] = []
    found: list[Settings] = []
    lines += _safely("configuration", lambda: _configuration(file, environ, found))
    if not found:
        return lines
    settings = found[0]
    now = make_clock(settings).now()
    lines += _safely("disk", lambda: _disk(settings))
    database = list(_safely("database", lambda: _database(settings)))
    lines += database
    readable = all(line.mark != BAD for line in database) and _has_store(settings)
    known: dict[str, upstreams.UpstreamState] = {}
    if readable:
        lines += _safely("database", lambda: _remember(settings, known))
    lines += _safely("clock", lambda: _clock(settings, now, known, readable))
    lines += _safely("upstreams", lambda: _upstreams(settings, known, now))
    lines += _safely("tokens", lambda: _tokens(settings))
    if readable:
        lines += _safely("waiting", lambda: _waiting(settings, now))
    if online:
        lines += _safely("online", lambda: _online(settings, readable))
    return lines


def table(lines: Sequence[Line]) -> Iterator[str]:
    """The findings as aligned lines of text."""
    wide = max((len(line.name) for line in lines), default=0)
    section = ""
    for line in lines:
        if line.section != section:
            section = line.section
            yield section
        yield f"  {line.mark:<4}  {line.name:<{wide}}  {line.says}"
        if line.todo:
            yield f"{'':<{wide + 10}}→ {line.todo}"


def as_json(lines: Sequence[Line]) -> dict[str, Any]:
    """The findings as a JSON document."""
    return {"bad": is_bad(lines), "findings": [asdict(line) for line in lines]}


def is_bad(lines: Iterable[Line]) -> bool:
    """Whether anything is bad."""
    return any(line.mark == BAD for line in lines)


def _safely(section: str, work: Callable[[], Iterator[Line]]) -> Iterator[Line]:
    try:
        yield from work()
    except TrackerError as error:
        yield Line(
            section,
            "fault",
            BAD,
            _plain(str(error)),
            "Do what the sentence says, then run `tracker doctor` again.",
        )
    except Exception as error:  # noqa: BLE001 # whatever is broken here is a finding, not a crash
        said = _plain(str(error))
        yield Line(
            section, "fault", BAD, f"could not be examined ({type(error).__name__}: {said})", "Please report it."
        )


def _plain(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:500]


def _configuration(file: Path | None, environ: dict[str, str], found: list[Settings]) -> Iterator[Line]:
    part = "configuration"
    named = file or (Path(environ["TRACKER_CONFIG"]) if environ.get("TRACKER_CONFIG") else None)
    try:
        settings = configuration.load_settings(named, environ)
    except SettingsError as error:
        yield Line(part, "settings", BAD, _plain(str(error)), "Correct it; nothing else can be examined before.")
        return
    found.append(settings)
    yield Line(part, "built-in file", OK, f"{config_dir() / 'tracker.toml'}: read")
    yield Line(
        part, "your file", OK, f"{named}: read" if named else "none; --config or TRACKER_CONFIG would name one"
    )
    variables = sorted(name for name in environ if name.startswith(PREFIX))
    yield Line(part, "environment", OK, ", ".join(variables) or f"no {PREFIX}… variable is set")
    try:
        context.load_rules()
        context.read_corrections(settings)
    except SettingsError as error:
        yield Line(part, "rules", BAD, _plain(str(error)), "Correct the file; the worker does not start with it.")
    else:
        yield Line(part, "rules", OK, "roles, openness, licences and corrections can be read")
    if not settings.contact:
        yield Line(part, "contact", WARN, "empty", "Set TRACKER_CONTACT, so that an upstream can reach you.")


def _disk(settings: Settings) -> Iterator[Line]:
    folder, there = settings.data_dir, settings.data_dir.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    todo = "Let TRACKER_DATA_DIR be a folder that this user may write."
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield Line("disk", "data_dir", BAD, f"{folder}: cannot be written", todo)
    elif not folder.exists():
        yield Line("disk", "data_dir", OK, f"{folder}: is made at the first start")
    else:
        yield Line("disk", "data_dir", OK, f"{folder}: can be written")
    free = shutil.disk_usage(there if there.is_dir() else there.parent).free
    mark = BAD if free < FULL_BYTES else WARN if free < SCARCE_BYTES else OK
    yield Line("disk", "free", mark, _size(free), "" if mark == OK else "Make room, or move TRACKER_DATA_DIR.")


def _size(count: float) -> str:
    return f"{count / MEGABYTE / 1000:,.1f} GB" if count >= 1000 * MEGABYTE else f"{count / MEGABYTE:,.1f} MB"


def _file(settings: Settings) -> Path | None:
    """The SQLite file of the store, None where the store is a server."""
    scheme, _, path = settings.store_url.partition(":///")
    return Path(path.partition("?")[0]) if scheme.partition("+")[0] == "sqlite" else None


def _has_store(settings: Settings) -> bool:
    path = _file(settings)
    return path is None or path.is_file()


def _database(settings: Settings) -> Iterator[Line]:
    part, path = "database", _file(settings)
    if path is None:
        [revision] = _one(settings, "SELECT version_num FROM alembic_version")
        yield Line(part, "server", OK, f"answers; schema {revision}")
        return
    if not path.exists():
        yield Line(part, "file", WARN, f"{path}: there is none yet", "Run `tracker once` or `tracker run`.")
        return
    yield Line(part, "file", OK, f"{path}: {_size(path.stat().st_size)}")
    restore = "Restore a backup, or move the file away to begin anew."
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            application, version = (
                connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
            )
            fault = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        yield Line(part, "quick_check", BAD, f"damaged, no database, or not readable ({error})", restore)
        return
    if application != views.APPLICATION_ID:
        yield Line(part, "version", BAD, "a database of another program", "Choose another TRACKER_DATA_DIR.")
    elif version > views.VERSION:
        says = f"views {version}, this program knows {views.VERSION}"
        yield Line(part, "version", BAD, says, "Upgrade the program.")
    else:
        [revision] = _one(settings, "SELECT version_num FROM alembic_version")
        fresh = version == views.VERSION and revision == upgrade.REVISIONS[-1]
        says = f"views {version}, schema {revision}" + ("" if fresh else "; the next start upgrades it")
        yield Line(part, "version", OK if fresh else WARN, says, "" if fresh else "Make a backup before it.")
    yield Line(part, "quick_check", *((OK, "ok", "") if fault == "ok" else (BAD, _plain(str(fault)), restore)))
    log = path.with_name(f"{path.name}-wal")
    size = log.stat().st_size if log.exists() else 0
    long = size > LONG_LOG_BYTES
    todo = "A reader holds it: end long queries, or restart the service." if long else ""
    yield Line(part, "write-ahead log", WARN if long else OK, _size(size), todo)


def _remember(settings: Settings, known: dict[str, upstreams.UpstreamState]) -> Iterator[Line]:
    known.update((one.name, one) for one in upstreams.load_upstreams(settings.store_url))
    return iter(())


def _one(settings: Settings, sql: str) -> Sequence[Any]:
    _, rows = readonly_sql.run_query(settings.store_url, sql)
    return next(iter(list(rows)), (None,))


def _clock(
    settings: Settings, now: datetime, known: dict[str, upstreams.UpstreamState], readable: bool
) -> Iterator[Line]:
    if settings.now is not None:
        todo = "Unset it, unless this is a trial against stand-ins."
        yield Line("clock", "TRACKER_NOW", WARN, f"the clock is moved to {settings.now:%Y-%m-%dT%H:%M:%SZ}", todo)
    zone = settings.schedule.timezone
    try:
        yield Line("clock", "time zone", OK, f"{zone}: now {now.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}")
    except (OSError, ValueError, LookupError):
        todo = "Install the time zone data (package tzdata), or correct `schedule.timezone`."
        yield Line("clock", "time zone", BAD, f"{zone}: is not known here", todo)
    newest = [one.last_ok_at for one in known.values() if one.last_ok_at]
    if readable:
        [checked] = _one(settings, "SELECT max(checked_at) FROM artifacts")
        newest += [moment] if (moment := times.parse_utc(checked)) else []
    if newest and max(newest) > now + CLOCK_SLACK:
        says = f"{now:%Y-%m-%dT%H:%M:%SZ}, earlier than what is stored ({max(newest):%Y-%m-%dT%H:%M:%SZ})"
        yield Line("clock", "system clock", BAD, says, "Set the clock of this machine (NTP).")
    else:
        yield Line("clock", "system clock", OK, f"{now:%Y-%m-%dT%H:%M:%SZ}, not before what is stored")


def _upstreams(settings: Settings, known: dict[str, upstreams.UpstreamState], now: datetime) -> Iterator[Line]:
    for name, url in settings.upstreams.model_dump().items():
        if name in ("arxiv_rss", "web"):
            continue
        yield _upstream(settings, name, _address(url), known.get(name), now)
    base = _address(settings.upstreams.web) if settings.upstreams.web else "every other host at its own address"
    yield _upstream(settings, "web", base, None, now)
    pages = [one for name, one in known.items() if name.startswith("web:")]
    troubled = [one for one in pages if one.failing_since or (one.stop_until and one.stop_until > now)]
    for one in troubled[:MOST_PAGES]:
        yield _upstream(settings, one.name, "", one, now)
    if pages:
        yield Line(
            "upstreams", "hosts of pages", OK, f"{len(pages)} asked lately, {len(troubled)} of them in trouble"
        )


def _address(url: str) -> str:
    """An upstream's address without what may be a secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _upstream(
    settings: Settings, name: str, base: str, one: upstreams.UpstreamState | None, now: datetime
) -> Line:
    facts = [base] if base else []
    facts.append(f"{pace.interval_seconds(settings, name):g} s apart" + (" at each host" if name == "web" else ""))
    limit = pace.hourly_budget(settings, name)
    if limit is not None:
        facts.append(_budget(limit, one, now))
    if one is not None and one.last_ok_at:
        facts.append(f"last good answer {one.last_ok_at:%Y-%m-%dT%H:%M:%SZ}")
    mark, todo = OK, ""
    if one is not None and one.failing_since:
        facts.append(f"failing since {one.failing_since:%Y-%m-%dT%H:%M:%SZ}: {_plain(one.last_error)}")
        long = now - one.failing_since > LONG_FAILING and ":" not in name
        mark = BAD if long else WARN
        todo = (
            "See whether it can be reached from here (`--online`), and its status page."
            if long
            else "It is tried again."
        )
    if one is not None and one.stop_until and one.stop_until > now:
        facts.append(f"left alone until {one.stop_until:%Y-%m-%dT%H:%M:%SZ}: {_plain(one.stop_reason)}")
        mark = mark if mark == BAD else WARN
        todo = todo if mark == BAD else "Nothing: it is asked again by itself."
    return Line("upstreams", name, mark, "; ".join(facts), todo)


def _budget(limit: int, one: upstreams.UpstreamState | None, now: datetime) -> str:
    since = one.budget_from if one else None
    if since is None or not since <= now < since + timedelta(hours=1):
        return f"{limit:,} an hour, none used"
    used = one.budget_used if one else 0
    return f"{limit:,} an hour, {used:,} used, refills {since + timedelta(hours=1):%H:%M:%SZ}"


def _tokens(settings: Settings) -> Iterator[Line]:
    anonymous = settings.limits.github_anonymous_per_hour
    batch = settings.limits.github_batch
    would = f"{anonymous} requests an hour become 5,000, each for up to {batch} repositories"
    if settings.github_token is not None:
        yield Line(
            "tokens", "GITHUB_TOKEN", OK, f"set: 5,000 requests an hour, each for up to {batch} repositories"
        )
    else:
        yield Line("tokens", "GITHUB_TOKEN", WARN, f"not set: {anonymous} requests an hour", f"With one, {would}.")
    if settings.hf_token is not None:
        yield Line("tokens", "HF_TOKEN", OK, "set: 1,000 requests in 5 minutes")
    else:
        todo = "With one, 500 requests in 5 minutes become 1,000."
        yield Line("tokens", "HF_TOKEN", WARN, "not set: 500 requests in 5 minutes", todo)


def _waiting(settings: Settings, now: datetime) -> Iterator[Line]:
    sql = (
        "SELECT host, count(*) FROM artifacts WHERE next_check_at <= "  # noqa: S608 # a time of ours, no stranger's text
        f"'{times.format_utc(now)}' GROUP BY host ORDER BY count(*) DESC, host"
    )
    _, rows = readonly_sql.run_query(settings.store_url, sql)
    counted = [(str(host), int(count)) for host, count in rows]
    for host, count in counted:
        upstream = UPSTREAM_OF.get(host, "web")
        hours = _hours(settings, upstream, count)
        says = (
            f"{count:,} artifacts due; about {_span(hours)}" if hours is not None else f"{count:,} artifacts due"
        )
        long = hours is None or hours > 24.0
        todo = (
            "The settings allow no request to it." if hours is None else "Its budget is too small for this many."
        )
        if upstream == "github_api" and settings.github_token is None:
            todo = "Set GITHUB_TOKEN."
        yield Line("waiting", host, WARN if long else OK, says, todo if long else "")
    if not counted:
        yield Line("waiting", "artifacts", OK, "none is due")


def _hours(settings: Settings, upstream: str, count: int) -> float | None:
    batched = upstream == "github_api" and settings.github_token is not None
    requests = -(-count // settings.limits.github_batch) if batched else count * REQUESTS_A_LOOK
    return pace.hours_needed(settings, upstream, requests)


def _span(hours: float) -> str:
    if hours < 1.0:
        return f"{max(1, round(hours * 60))} min at most"
    return f"{hours:.1f} h at most" if hours < 48.0 else f"{hours / 24:.1f} days at most"


def _online(settings: Settings, readable: bool) -> Iterator[Line]:
    """One question to each upstream, with its pace, budget and stops as for any other request."""
    with (
        closing(upgrade.open_store(settings.store_url if readable else "sqlite://")) as store,
        Client(settings, upstreams.StoredUpstreams(store), make_clock(settings)) as client,
    ):
        for name, path in CHEAP.items():
            yield _asked(client, name, path, local=is_loopback(getattr(settings.upstreams, name)))


def _asked(client: Client, name: str, path: str, *, local: bool) -> Line:
    began = datetime.now(UTC)
    try:
        answer = client.get(name, path)
    except TrackerError as error:
        return Line(
            "online", name, BAD, _plain(str(error)), "See whether this machine reaches it: name, proxy, firewall."
        )
    seconds = (datetime.now(UTC) - began).total_seconds()
    # A stand-in need not know every question; that it answers is what matters.
    good = answer.status == 200 or (local and answer.status == 404)
    todo = "" if good else "Check its base address in `[upstreams]`, and the token if you set one."
    return Line("online", name, OK if good else WARN, f"answered {answer.status} in {seconds:.1f} s", todo)
