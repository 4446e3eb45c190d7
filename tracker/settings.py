"""Settings: the built-in `config/tracker.toml`, the operator's file over it, and `TRACKER_*` over both.

The result is frozen. A mistake is one sentence that names the key and the file or variable.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError

from tracker.config_files import ConfigTable, config_dir, describe_error, read_toml
from tracker.domain.errors import SettingsError
from tracker.domain.terms import Fact

PREFIX = "TRACKER_"
NO_KEYS = {"TRACKER_CONFIG", "TRACKER_NOW", "TRACKER_NOTIFY_URLS"}
SECRETS = {"github_token": "GITHUB_TOKEN", "hf_token": "HF_TOKEN", "notify_urls": "TRACKER_NOTIFY_URLS"}
MAIN_UPSTREAMS = ("arxiv_api", "github_api", "huggingface")
"""Every installation asks these; a moved clock is refused unless all of them are on this machine."""
RENAMED = {
    "limits.full_texts": "limits.full_texts_per_day",
    "limits.hub_records": "limits.hub_records_per_day",
    "limits.pages": "limits.pages_per_day",
}
"""Keys of older programs, read as the newer ones: they bounded a cycle, where these bound a day …"""
CYCLES_A_DAY = 96
"""… which had so many cycles, one every fifteen minutes."""
YEARS = range(1991, 2200)
"""Years to which a clock may be moved: since arXiv began, and with room to compute."""
_TOKEN = re.compile(r"[!#-&(-~]+", re.ASCII)
"""Printable ASCII without quotes and spaces, as a header takes it."""
ARXIV_PACE_SECONDS = 3.0
"""arXiv's terms of use: one request every three seconds, over all machines (info.arxiv.org/help/api/tou)."""


class Harvest(ConfigTable):
    """What is harvested, and in which windows."""

    categories: tuple[str, ...] = Field(min_length=1)
    first_days: int = Field(ge=1)
    overlap_days: int = Field(ge=0)
    window_days: int = Field(ge=1)
    page_size: int = Field(ge=1, le=2000)
    empty_answers: int = Field(ge=1)
    holidays: tuple[date, ...]
    alarm_hours: float = Field(gt=0)


class Schedule(ConfigTable):
    """When the service works."""

    timezone: str
    evening: str
    night: str
    day: str
    check_minutes: int = Field(ge=1)
    retry_minutes: int = Field(ge=1)


class Upstreams(ConfigTable):
    """Base addresses without a trailing slash."""

    arxiv_api: str
    github_api: str
    huggingface: str
    arxiv_oai: str
    arxiv_rss: str
    arxiv_site: str
    gitlab: str
    codeberg: str
    bitbucket: str
    zenodo: str
    software_heritage: str
    web: str


class Pace(ConfigTable):
    """The least seconds between two requests; `web` holds for each host name, `hub` for the WebSub hub."""

    arxiv: float = Field(ge=0)
    github: float = Field(ge=0)
    huggingface: float = Field(ge=0)
    gitlab: float = Field(ge=0)
    codeberg: float = Field(ge=0)
    bitbucket: float = Field(ge=0)
    zenodo: float = Field(ge=0)
    software_heritage: float = Field(ge=0)
    web: float = Field(ge=0)
    hub: float = Field(ge=0)


class Limits(ConfigTable):
    """Bounds of requests: seconds, bytes, requests an hour, and how much is read in a round and in a day."""

    connect_seconds: float = Field(gt=0)
    read_seconds: float = Field(gt=0)
    answer_bytes: int = Field(gt=0)
    stop_hours: float = Field(gt=0)
    github_anonymous_per_hour: int = Field(ge=0)
    gitlab_per_hour: int = Field(ge=0)
    codeberg_per_hour: int = Field(ge=0)
    bitbucket_per_hour: int = Field(ge=0)
    zenodo_per_hour: int = Field(ge=0)
    software_heritage_per_hour: int = Field(ge=0)
    web_per_hour: int = Field(ge=0)
    github_batch: int = Field(ge=1, le=100)
    hub_list_pages: int = Field(ge=0)
    round_minutes: float = Field(gt=0)
    hub_records_per_day: int = Field(ge=0)
    full_texts_per_day: int = Field(ge=0)
    pages_per_day: int = Field(ge=0)
    page_bytes: int = Field(gt=0)
    page_seconds: float = Field(gt=0)


class Checks(ConfigTable):
    """When an artifact is checked again."""

    pending_days: tuple[int, ...] = Field(min_length=1)
    shipped_days: tuple[int, int]
    absent_days: tuple[int, ...] = Field(min_length=1)
    lapse_days: int = Field(ge=1)
    unknown_hours: float = Field(gt=0)


class Feed(ConfigTable):
    """The feed's name and size."""

    title: str
    description: str
    window_days: int = Field(ge=1)
    items: int = Field(ge=1)
    most: int = Field(ge=1)
    ttl_minutes: int = Field(ge=1)


class Web(ConfigTable):
    """Where the built-in web server listens."""

    host: str
    port: int = Field(ge=0, le=65535)


class Snapshot(ConfigTable):
    """How often a snapshot of the store is made, and how hard it is compressed."""

    hours: float = Field(ge=0)
    level: int = Field(ge=1, le=19)


class Retention(ConfigTable):
    """How long raw evidence is kept that no public view shows."""

    listings_days: int = Field(ge=0)
    scans_days: int = Field(ge=0)


class Notify(ConfigTable):
    """Who is notified of what was published. Where notices go is a secret: `Settings.notify_urls`."""

    websub_hub: str
    seconds: float = Field(gt=0)
    items: int = Field(ge=1)
    categories: tuple[str, ...]
    facts: tuple[Fact, ...]
    keywords: tuple[str, ...]


class Settings(ConfigTable):
    """All settings, frozen."""

    data_dir: Path
    database_url: str
    public_url: str
    contact: str
    corrections: Path | None = None
    """A file of the operator's corrections beside the built-in one."""
    log_format: Literal["auto", "plain", "json"]
    harvest: Harvest
    schedule: Schedule
    upstreams: Upstreams
    pace: Pace
    limits: Limits
    check: Checks
    feed: Feed
    web: Web
    snapshot: Snapshot
    retention: Retention
    notify: Notify
    now: datetime | None = None
    """The time to which `TRACKER_NOW` sets the clock, or None for the real time."""
    github_token: SecretStr | None = None
    hf_token: SecretStr | None = None
    notify_urls: SecretStr | None = None
    """Apprise addresses, which hold passwords and tokens."""
    demo: bool = False
    chosen: frozenset[str] = frozenset()
    """The keys, like `pace.gitlab`, that do not come from the built-in file."""

    @property
    def store_url(self) -> str:
        """SQLAlchemy address of the store."""
        return self.database_url or f"sqlite:///{self.data_dir / 'tracker.db'}"

    def may_ask(self, upstream: str) -> bool:
        """Whether an upstream beside `MAIN_UPSTREAMS` may be asked: not outside this machine while the clock is
        moved or arXiv's pace lowered. `web` without an address means the hosts of project pages themselves."""
        if is_loopback(getattr(self.upstreams, upstream)):
            return True
        lowered = upstream.startswith("arxiv_") and self.pace.arxiv < ARXIV_PACE_SECONDS
        return self.now is None and not lowered

    @property
    def public_dir(self) -> Path:
        """The folder of the built site."""
        return self.data_dir / "public"

    @property
    def snapshot_file(self) -> Path:
        """The newest snapshot; its checksum and manifest are beside it."""
        return self.data_dir / "snapshots" / "tracker.db.zst"


def is_loopback(url: str) -> bool:
    """Whether an address of the operator's is on this machine, by its literal name, without look-up."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load_settings(
    file: Path | None = None, environ: Mapping[str, str] | None = None, overlay: Mapping[str, Any] | None = None
) -> Settings:
    """Read the settings.

    `file` is the operator's TOML file, by default that of `TRACKER_CONFIG`; `environ` defaults to the process's;
    `overlay` (nested like the file) is applied before both, for the demo. Raises SettingsError.
    """
    env = os.environ if environ is None else environ
    if file is None and env.get("TRACKER_CONFIG"):
        file = Path(env["TRACKER_CONFIG"])
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    builtin = config_dir() / "tracker.toml"
    _merge(values, read_toml(builtin), str(builtin), origin)
    _merge(values, overlay or {}, "the demo's own settings", origin)
    if file is not None:
        _merge(values, read_toml(file), str(file), origin)
    _merge_environ(values, env, origin)
    _read_secrets(values, env, origin)
    if env.get("TRACKER_NOW"):
        values["now"] = parse_now(env["TRACKER_NOW"])
    _read_old_keys(values, origin)
    values["chosen"] = frozenset(key for key, where in origin.items() if where != str(builtin))
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_sentence(error, origin)) from None
    _check(settings, origin)
    return settings


def _read_old_keys(values: dict[str, Any], origin: dict[str, str]) -> None:
    """Replace the keys of older programs by the newer ones, whose value counts where both are given."""
    builtin = str(config_dir() / "tracker.toml")
    for old, new in RENAMED.items():
        if (where := origin.pop(old, None)) is None:
            continue
        table, _, key = old.partition(".")
        bound = values[table].pop(key)
        if origin.get(new) == builtin:
            number = str(bound).strip()
            values[table][new.partition(".")[2]] = int(number) * CYCLES_A_DAY if number.isdecimal() else bound
            origin[new] = where


def _read_secrets(values: dict[str, Any], env: Mapping[str, str], origin: Mapping[str, str]) -> None:
    """Take the secrets from the environment. SettingsError where a file holds one, or a token cannot be one."""
    for key, variable in SECRETS.items():
        if key in values:
            raise SettingsError(f"{origin[key]}: `{key}` is a secret; set {variable} in the environment instead.")
        if text := env.get(variable):
            values[key] = text
            if key != "notify_urls" and not _TOKEN.fullmatch(text):
                raise SettingsError(f"{variable}: is not a token; copy it again, without quotes and spaces.")


def _merge(
    into: dict[str, Any], new: Mapping[str, Any], where: str, origin: dict[str, str], path: str = ""
) -> None:
    for key, value in new.items():
        name = f"{path}{key}"
        if isinstance(value, Mapping) and isinstance(into.get(key, {}), dict):
            _merge(into.setdefault(key, {}), value, where, origin, f"{name}.")
        else:
            into[key] = value
        origin[name] = where


def _merge_environ(values: dict[str, Any], env: Mapping[str, str], origin: dict[str, str]) -> None:
    for variable in sorted(env):
        if not variable.startswith(PREFIX) or variable in NO_KEYS:
            continue
        if variable == f"{PREFIX}DATA_DIR" and not env[variable].strip():
            # An unset variable of a shell script must not make the current folder the data folder.
            continue
        *tables, key = variable.removeprefix(PREFIX).lower().split("__")
        nested: Any = values
        for table in tables:
            nested = nested.setdefault(table, {}) if isinstance(nested, dict) else None
        if not isinstance(nested, dict):
            raise SettingsError(f"{variable}: no such setting; `config/tracker.toml` lists them all.")
        text = env[variable]
        is_list = isinstance(nested.get(key), (list, tuple))
        nested[key] = [part.strip() for part in text.split(",") if part.strip()] if is_list else text
        origin[".".join([*tables, key])] = f"the environment ({variable})"


def parse_now(text: str) -> datetime:
    """The time that `TRACKER_NOW` names, in UTC; SettingsError when it is not a time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"TRACKER_NOW: {text!r} is not a time; write it like 2026-07-01T05:00:00Z.") from None
    if moment.year not in YEARS:
        raise SettingsError(f"TRACKER_NOW: {text!r} is not a time between {YEARS.start} and {YEARS.stop - 1}.")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _sentence(error: ValidationError, origin: Mapping[str, str]) -> str:
    parts = [str(part) for part in error.errors(include_url=False)[0]["loc"]]
    where = next(
        (origin[name] for end in range(len(parts), 0, -1) if (name := ".".join(parts[:end])) in origin),
        "the settings",
    )
    return f"{where}: {describe_error(error, 'tracker.toml')}"


def _check(settings: Settings, origin: Mapping[str, str]) -> None:
    upstreams = settings.upstreams.model_dump()
    for name, url in upstreams.items():
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise SettingsError(
                f"{origin[f'upstreams.{name}']}: the key `upstreams.{name}` is not an http address: {url!r}."
            )
    if settings.pace.arxiv < ARXIV_PACE_SECONDS and not is_loopback(upstreams["arxiv_api"]):
        raise SettingsError(
            f"{origin['pace.arxiv']}: the key `pace.arxiv` is below {ARXIV_PACE_SECONDS:g} seconds, which "
            "arXiv's terms allow only against a stand-in on this machine."
        )
    if settings.now is not None:
        for name in MAIN_UPSTREAMS:
            if not is_loopback(upstreams[name]):
                raise SettingsError(
                    f"TRACKER_NOW moves the clock only when every upstream is on this machine, and "
                    f"`upstreams.{name}` is {upstreams[name]}."
                )
    if settings.public_url and urlsplit(settings.public_url).scheme not in ("http", "https"):
        raise SettingsError(
            f"{origin['public_url']}: the key `public_url` is not an http address: {settings.public_url!r}."
        )
    if settings.notify.websub_hub:
        _check_websub_hub(settings, origin)


def _check_websub_hub(settings: Settings, origin: Mapping[str, str]) -> None:
    where = f"{origin['notify.websub_hub']}: the key `notify.websub_hub`"
    try:
        parts = urlsplit(settings.notify.websub_hub)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{where} is not an http address.")
    if "@" in parts.netloc:
        raise SettingsError(f"{where} carries a user name or password, which every feed would show.")
    if not settings.public_url:
        raise SettingsError(f"{where} needs `public_url`: a WebSub hub must know where it finds the feeds.")
