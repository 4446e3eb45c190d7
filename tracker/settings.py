"""Settings: the built-in `config/tracker.toml`, the operator's file over it, and `TRACKER_*` over both.

The result is frozen. A mistake is one sentence that names the key and the file or variable.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError

from tracker.config_files import REASON, ConfigTable, describe_error, load_category_names, read_sources
from tracker.domain.cron import parse_cron
from tracker.domain.errors import SettingsError
from tracker.domain.feeds import EventType
from tracker.domain.setting_checks import (
    check_address,
    check_bucket,
    check_category,
    check_database_url,
    check_region,
    check_webhook_name,
)
from tracker.domain.terms import Fact

MAIN_UPSTREAMS = ("arxiv_api", "github_api", "huggingface")
"""Every installation asks these; a moved clock is refused unless all of them are on this machine."""
ARXIV_PACE_SECONDS = 3.0
"""arXiv's terms of use: one request every three seconds, over all machines (info.arxiv.org/help/api/tou)."""


def _checked_by(check: Callable[[Any], object]) -> AfterValidator:
    """A type's check: what it raises becomes the reason of the error."""

    def validate(value: Any) -> Any:
        try:
            check(value)
        except ValueError as error:
            raise PydanticCustomError(REASON, "{reason}", {"reason": str(error)}) from None
        return value

    return AfterValidator(validate)


def _check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        hint = "write one like America/New_York, or install the package tzdata where they are missing"
        raise ValueError(f"is not a time zone that this machine knows, {name!r}; {hint}") from None


def _check_folder(path: Path) -> None:
    nearest = path.absolute()
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        raise ValueError(f"needs a folder, and {nearest} is a file; name another, or move the file away")


Address = Annotated[str, _checked_by(check_address)]
"""An address of the web, or an empty text."""
BucketAddress = Annotated[str, _checked_by(check_bucket)]
"""The address of a bucket with a prefix, or an empty text."""
Category = Annotated[str, _checked_by(lambda code: check_category(code, load_category_names()))]
Cron = Annotated[str, _checked_by(parse_cron)]
DatabaseUrl = Annotated[str, _checked_by(check_database_url)]
Folder = Annotated[Path, _checked_by(_check_folder)]
"""A folder that is there or can be made: nothing on its way is a file."""
Region = Annotated[str, _checked_by(check_region)]
TimeZone = Annotated[str, _checked_by(_check_time_zone)]
"""A name of the IANA time zone database."""
WebhookName = Annotated[str, _checked_by(check_webhook_name)]


class Harvest(ConfigTable):
    """What is harvested, and in which windows."""

    categories: tuple[Category, ...] = Field(min_length=1)
    first_days: int = Field(ge=1)
    overlap_days: int = Field(ge=0)
    window_days: int = Field(ge=1)
    page_size: int = Field(ge=1, le=2000)
    empty_answers: int = Field(ge=1)
    holidays: tuple[date, ...]
    alarm_hours: float = Field(gt=0)


class Schedule(ConfigTable):
    """When the service works."""

    timezone: TimeZone
    evening: Cron
    night: Cron
    day: Cron
    probes: int = Field(ge=0, le=8)
    check_minutes: int = Field(ge=1)
    retry_minutes: int = Field(ge=1)
    lease_seconds: float = Field(ge=1, le=600)


class Upstreams(ConfigTable):
    """Base addresses without a trailing slash."""

    arxiv_api: Address
    github_api: Address
    huggingface: Address
    arxiv_oai: Address
    arxiv_rss: Address
    arxiv_site: Address
    gitlab: Address
    codeberg: Address
    bitbucket: Address
    zenodo: Address
    software_heritage: Address
    datacite: Address
    web: Address


class Pace(ConfigTable):
    """The least seconds between two requests; `web` holds for each host name, `hub` for the WebSub hub, `webhook`
    for each webhook."""

    arxiv: float = Field(ge=0)
    github: float = Field(ge=0)
    huggingface: float = Field(ge=0)
    gitlab: float = Field(ge=0)
    codeberg: float = Field(ge=0)
    bitbucket: float = Field(ge=0)
    zenodo: float = Field(ge=0)
    software_heritage: float = Field(ge=0)
    datacite: float = Field(ge=0)
    web: float = Field(ge=0)
    hub: float = Field(ge=0)
    webhook: float = Field(ge=0)


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
    datacite_per_hour: int = Field(ge=0)
    web_per_hour: int = Field(ge=0)
    github_batch: int = Field(ge=1, le=100)
    hub_list_pages: int = Field(ge=0)
    account_lists: int = Field(ge=0)
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
    backfill_share: float = Field(ge=0, le=1)


class Feed(ConfigTable):
    """The feed's name and size."""

    title: str
    description: str
    window_days: int = Field(ge=1)
    items: int = Field(ge=1)
    most: int = Field(ge=1)
    ttl_minutes: int = Field(ge=1)


class Web(ConfigTable):
    """Where the built-in web server listens, and how often `tracker serve` asks the store for a new publication."""

    host: str
    port: int = Field(ge=0, le=65535)
    refresh_seconds: float = Field(gt=0)


class Publish(ConfigTable):
    """The bucket into which the site is written as well; its credentials come from the environment alone."""

    target: BucketAddress
    endpoint: Address
    region: Region


class Snapshot(ConfigTable):
    """How often a snapshot of the store is made, and how hard it is compressed."""

    hours: float = Field(ge=0)
    level: int = Field(ge=1, le=19)


class Archive(ConfigTable):
    """Whether Software Heritage is asked to archive code that opened, and how often an hour."""

    save_code: bool
    saves_per_hour: int = Field(ge=0)


class Retention(ConfigTable):
    """How long raw evidence is kept that no public view shows."""

    listings_days: int = Field(ge=0)
    scans_days: int = Field(ge=0)


class Webhook(ConfigTable):
    """An address that gets events as signed JSON. Its secrets are in `Settings.webhook_secrets`, by its name."""

    name: WebhookName
    url: Address = Field(min_length=1)
    events: tuple[EventType, ...] = Field(default=(EventType.CODE_OPENED,), min_length=1)
    query: str = ""
    """Which papers, as the query of a feed says it; empty for all."""


class Notify(ConfigTable):
    """Who is notified of what was published. Where notices go is a secret: `Settings.notify_urls`."""

    websub_hub: Address
    seconds: float = Field(gt=0)
    items: int = Field(ge=1)
    categories: tuple[Category, ...]
    facts: tuple[Fact, ...]
    keywords: tuple[str, ...]
    webhook: tuple[Webhook, ...]


class Settings(ConfigTable):
    """All settings, frozen."""

    data_dir: Folder
    database_url: DatabaseUrl
    public_url: Address
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
    publish: Publish
    snapshot: Snapshot
    archive: Archive
    retention: Retention
    notify: Notify
    now: datetime | None = None
    """The time to which `TRACKER_NOW` sets the clock, or None for the real time."""
    github_token: SecretStr | None = None
    hf_token: SecretStr | None = None
    notify_urls: SecretStr | None = None
    """Apprise addresses, which hold passwords and tokens."""
    webhook_secrets: SecretStr | None = None
    """The secrets of webhooks, as `NAME=whsec_…` separated by white space."""
    demo: bool = False
    served: bool = True
    """Whether a server of this program answers queries on the site's pages; false for a copy of it as files alone."""
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
    def bucket_dir(self) -> Path:
        """The folder of the site as the bucket of `publish.target` has it."""
        return self.data_dir / "bucket"

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
    values, origin = read_sources(file, os.environ if environ is None else environ, overlay or {})
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_sentence(error, origin)) from None
    _check(settings, origin)
    return settings


def _sentence(error: ValidationError, origin: Mapping[str, str]) -> str:
    parts = [str(part) for part in error.errors(include_url=False)[0]["loc"]]
    where = next(
        (origin[name] for end in range(len(parts), 0, -1) if (name := ".".join(parts[:end])) in origin),
        "the settings",
    )
    return f"{where}: {describe_error(error, 'tracker.toml')}"


def _check(settings: Settings, origin: Mapping[str, str]) -> None:
    upstreams = settings.upstreams.model_dump()
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
    if "@" in urlsplit(settings.publish.endpoint).netloc:
        raise SettingsError(
            f"{origin['publish.endpoint']}: the key `publish.endpoint` has a user name or password; leave it out, and set "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    if settings.notify.websub_hub:
        _check_websub_hub(settings, origin)
    _check_webhooks(settings.notify.webhook, origin)


def _check_webhooks(webhooks: Sequence[Webhook], origin: Mapping[str, str]) -> None:
    where = f"{origin['notify.webhook']}: the key `notify.webhook`"
    names = [webhook.name for webhook in webhooks]
    for webhook in webhooks:
        if names.count(webhook.name) > 1:
            raise SettingsError(f"{where} has the name {webhook.name} twice; give each webhook its own.")
        if "@" in urlsplit(webhook.url).netloc:
            raise SettingsError(
                f"{where} has an address with a user name or password ({webhook.name}); leave it out: receivers know "
                "this installation by its signature."
            )


def _check_websub_hub(settings: Settings, origin: Mapping[str, str]) -> None:
    where = f"{origin['notify.websub_hub']}: the key `notify.websub_hub`"
    if "@" in urlsplit(settings.notify.websub_hub).netloc:
        raise SettingsError(f"{where} carries a user name or password, which every feed would show.")
    if not settings.public_url:
        raise SettingsError(f"{where} needs `public_url`: a WebSub hub must know where it finds the feeds.")
