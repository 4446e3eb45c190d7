"""What the machine and the operator give: configuration, disk, clock and tokens."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tracker.config_files import PREFIX, config_dir
from tracker.doctor.database import first_row
from tracker.doctor.findings import BAD, OK, WARN, Finding, clean_text, format_bytes
from tracker.domain.errors import SettingsError
from tracker.pipeline import corrections_file, rulebook
from tracker.regular_files import how_to_own
from tracker.settings import Settings
from tracker.store import times
from tracker.store.upstreams import UpstreamState

FULL_BYTES, SCARCE_BYTES = 200_000_000, 1_000_000_000
"""Free disk below which a store cannot work on safely, and below which it soon cannot."""
CLOCK_SLACK = timedelta(hours=1)


def check_configuration(file: Path | None, environ: Mapping[str, str], settings: Settings) -> Iterator[Finding]:
    """Who runs this, where the settings come from, and whether rules and corrections can be read."""
    section = "configuration"
    if settings.contact.strip():
        yield Finding(section, "contact", OK, clean_text(settings.contact))
    else:
        todo = "Set TRACKER_CONTACT to your e-mail address or a page of yours, so that upstreams and readers reach you."
        yield Finding(section, "contact", WARN, "not set: requests name the program and its version alone", todo)
    yield Finding(section, "built-in file", OK, f"{config_dir() / 'tracker.toml'}: read")
    says = f"{file}: read" if file else "none; --config or TRACKER_CONFIG can name one"
    yield Finding(section, "your file", OK, says)
    variables = sorted(name for name in environ if name.startswith(PREFIX))
    yield Finding(section, "environment", OK, ", ".join(variables) or f"no {PREFIX}… variable is set")
    try:
        rulebook.load_rules()
        corrections_file.read_corrections(settings)
    except SettingsError as error:
        todo = "Correct the file; the worker does not start with it."
        yield Finding(section, "rules", BAD, clean_text(str(error)), todo)
    else:
        yield Finding(section, "rules", OK, "roles, openness, licences and corrections can be read")


def refused_token(reason: str) -> Finding:
    """The finding of a token that an upstream refuses."""
    todo = "Make a new one, set it, and restart the service; the program works without it meanwhile, more slowly."
    return Finding("tokens", "refused", BAD, clean_text(reason), todo)


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Whether the data folder can be written, and how much room is left."""
    folder = settings.data_dir
    existing = folder.absolute()
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        hint = how_to_own(existing)
        todo = f"{hint[0].upper()}{hint[1:]}"
        yield Finding("disk", "data_dir", BAD, f"{folder}: cannot be written", todo)
    elif not folder.exists():
        yield Finding("disk", "data_dir", OK, f"{folder}: is created at the first start")
    else:
        yield Finding("disk", "data_dir", OK, f"{folder}: can be written")
    free = shutil.disk_usage(existing if existing.is_dir() else existing.parent).free
    mark = BAD if free < FULL_BYTES else WARN if free < SCARCE_BYTES else OK
    todo = "" if mark == OK else "Make room, or move TRACKER_DATA_DIR."
    yield Finding("disk", "free", mark, format_bytes(free), todo)


def check_clock(
    settings: Settings, now: datetime, states: Mapping[str, UpstreamState], *, readable: bool
) -> Iterator[Finding]:
    """Whether the clock is set, against what the store holds; `readable`: it can be asked."""
    if settings.now is not None:
        todo = "Unset it, unless this is a trial against stand-ins."
        yield Finding(
            "clock", "TRACKER_NOW", WARN, f"the clock is moved to {settings.now:%Y-%m-%dT%H:%M:%SZ}", todo
        )
    zone = settings.schedule.timezone
    yield Finding("clock", "time zone", OK, f"{zone}: now {now.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}")
    stored = [state.last_ok_at for state in states.values() if state.last_ok_at]
    if readable:
        [checked] = first_row(settings, "SELECT max(checked_at) FROM artifacts")
        stored += [moment] if (moment := times.parse_utc(checked)) else []
    if stored and max(stored) > now + CLOCK_SLACK:
        says = f"{now:%Y-%m-%dT%H:%M:%SZ}, earlier than what is stored ({max(stored):%Y-%m-%dT%H:%M:%SZ})"
        yield Finding("clock", "system clock", BAD, says, "Set the clock of this machine (NTP).")
    else:
        yield Finding("clock", "system clock", OK, f"{now:%Y-%m-%dT%H:%M:%SZ}, not before what is stored")


def check_tokens(settings: Settings, *, readable: bool) -> Iterator[Finding]:
    """Which tokens are set, by what they change, and which of them the service found refused; never the tokens.
    `readable`: the store can be asked."""
    if readable:
        [refused] = first_row(settings, "SELECT trouble FROM stage WHERE name = 'tokens'")
        if refused:
            yield refused_token(str(refused))
    anonymous = settings.limits.github_anonymous_per_hour
    batch = f"each for up to {settings.limits.github_batch} repositories"
    if settings.github_token is not None:
        yield Finding("tokens", "GITHUB_TOKEN", OK, f"set: 5,000 requests an hour, {batch}")
    else:
        todo = f"With one, {anonymous} requests an hour become 5,000, {batch}."
        yield Finding("tokens", "GITHUB_TOKEN", WARN, f"not set: {anonymous} requests an hour", todo)
    if settings.hf_token is not None:
        yield Finding("tokens", "HF_TOKEN", OK, "set: 1,000 requests in 5 minutes")
    else:
        todo = "With one, 500 requests in 5 minutes become 1,000."
        yield Finding("tokens", "HF_TOKEN", WARN, "not set: 500 requests in 5 minutes", todo)
