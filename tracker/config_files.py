"""The files under `config/`: where they are, how each is read, and the types of the two lists that operators keep.

`watch.toml` names the organisations and releases to watch, `corrections.toml` what the operator knows better,
`categories.toml` arXiv's categories. The rules' files (`roles.toml`, `openness.toml`, `hosts.toml`) are read by the
modules that apply them. `tracker.toml` is the lowest of the sources of settings, which are joined here and typed in
`tracker.settings`. All have one form of error: a sentence with file and key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, model_validator

from tracker.domain.errors import SettingsError
from tracker.domain.setting_checks import TOKEN, is_quoted
from tracker.domain.terms import Role
from tracker.regular_files import read_regular

MOST_BYTES = 16 * 1024 * 1024
"""Bytes of a TOML file: a hundred thousand corrections are fewer."""


class ConfigTable(BaseModel):
    """A table of a TOML file: frozen, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


AnyTable = TypeVar("AnyTable", bound=BaseModel)


def config_dir() -> Path:
    """The folder of the built-in configuration: package data of a wheel, `config/` of a checkout."""
    packaged = Path(__file__).parent / "config"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "config"


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as nested dictionaries; SettingsError when it cannot be read."""
    try:
        return tomllib.loads(read_regular(path, MOST_BYTES).decode("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); name a readable TOML file.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: is not UTF-8 text; save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        # Not TOMLDecodeError alone: tomllib passes on Python's own errors for long numbers and deep nesting.
        raise SettingsError(f"{path}: is not valid TOML: {error}.") from None


def read_config(path: Path, model: type[AnyTable]) -> AnyTable:
    """A TOML file as a `model`; SettingsError, naming the file and the key, when it does not fit."""
    return check_table(read_toml(path), model, path)


def check_table(table: object, model: type[AnyTable], path: Path) -> AnyTable:
    """A table that was read from `path`, as a `model`; SettingsError, naming the file and the key, when it does
    not fit."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        raise SettingsError(f"{path}: {describe_error(error, path.name)}") from None


def describe_error(error: ValidationError, file_name: str) -> str:
    """The first error of a validation as the end of a sentence: which key is wrong, and why. `file_name` is that
    of the built-in file."""
    first = error.errors(include_url=False)[0]
    parts = list(first["loc"])
    last = max((at for at, part in enumerate(parts) if isinstance(part, int)), default=-1)
    entry = ".".join(str(part + 1 if isinstance(part, int) else part) for part in parts[: last + 1])
    key = ".".join(str(part) for part in parts[last + 1 :])
    of_entry = f" of `{entry}`" if key and entry else ""
    if first["type"] == "extra_forbidden":
        return f"unknown key `{key}`{of_entry}; `config/{file_name}` lists all keys."
    if first["type"] == "missing":
        return f"the key `{key}`{of_entry} is missing."
    what = f"the key `{key}`{of_entry}" if key else f"`{entry}`" if entry else "the file"
    if first["type"] == REASON:
        # Which value of a list is wrong, its reason says.
        return f"the key `{'.'.join(str(part) for part in parts if isinstance(part, str))}` {first['msg']}."
    if (rule := _RULES.get(first["type"])) is not None:
        return f"{what} {rule.format(**first.get('ctx', {}))}."
    why = first["msg"].removeprefix("Value error, ")
    return f"{what} is wrong: {why[0].lower()}{why[1:]}."


REASON = "reason"
"""The kind of an error of ours (a PydanticCustomError) whose text is the end of a sentence about a key."""
_NUMBER, _WHOLE, _DAY = "must be a number", "must be a whole number", "must be a date like 2026-12-25"
_RULES = {
    "tuple_type": "must be a list",
    "string_type": "must be a text",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "model_type": "must be a table",
    "dict_type": "must be a table",
    "path_type": "must be the path of a file or folder",
    "too_short": "must have at least {min_length} value",
    "string_too_short": "must not be empty",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
}
"""pydantic's kinds of errors (docs.pydantic.dev/latest/errors/validation_errors) as the ends of our sentences."""


PREFIX = "TRACKER_"
NO_KEYS = {"TRACKER_CONFIG", "TRACKER_COPY_TO", "TRACKER_NOW", "TRACKER_NOTIFY_URLS", "TRACKER_WEBHOOK_SECRETS"}
SECRETS = {
    "github_token": "GITHUB_TOKEN",
    "hf_token": "HF_TOKEN",
    "notify_urls": "TRACKER_NOTIFY_URLS",
    "webhook_secrets": "TRACKER_WEBHOOK_SECRETS",
}
LISTS = {"notify_urls", "webhook_secrets"}
"""Secrets that are several, separated by white space."""
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


def read_sources(
    file: Path | None, env: Mapping[str, str], overlay: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """All values, nested like the file, and where each key (`web.port`) comes from. Raises SettingsError.

    `file` is the operator's, by default that of `TRACKER_CONFIG`; `overlay` is applied before it."""
    for variable in NO_KEYS:
        _refuse_quotes(variable, env.get(variable, ""))
    if file is None and env.get("TRACKER_CONFIG"):
        file = Path(env["TRACKER_CONFIG"])
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    builtin = config_dir() / "tracker.toml"
    _merge(values, read_toml(builtin), str(builtin), origin)
    _merge(values, overlay, "the demo's own settings", origin)
    if file is not None:
        _merge(values, read_toml(file), str(file), origin)
    _merge_environ(values, env, origin)
    _read_secrets(values, env, origin)
    if env.get("TRACKER_NOW"):
        values["now"] = parse_now(env["TRACKER_NOW"])
    _read_old_keys(values, origin)
    values["chosen"] = frozenset(key for key, where in origin.items() if where != str(builtin))
    return values, origin


def _refuse_quotes(variable: str, text: str) -> None:
    """SettingsError for a value in quotes; it is not repeated, because it may be a secret."""
    if is_quoted(text):
        raise SettingsError(f"{variable}: its value is in quotes; write it without them.")


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
        if text := env.get(variable, "").strip():
            values[key] = text
            if key not in LISTS and not TOKEN.fullmatch(text):
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
        text = env[variable].strip()
        _refuse_quotes(variable, text)
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


class Organisation(ConfigTable):
    """An `[[organisation]]` of `watch.toml`: who publishes under which accounts."""

    name: str = Field(min_length=1)
    github: tuple[str, ...] = ()
    huggingface: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Addresses of public pages which say that the accounts are theirs."""
    read: date | None = None
    """When these were read."""
    affiliations: tuple[str, ...] = ()
    """Its names in the affiliations of authors, none of which another organisation has."""

    @property
    def accounts(self) -> frozenset[tuple[str, str]]:
        """The accounts as (host, case-folded owner)."""
        return frozenset(
            (host, owner.casefold())
            for host, owners in (("github", self.github), ("huggingface", self.huggingface))
            for owner in owners
        )


class WatchedRelease(ConfigTable):
    """A `[[release]]` of `watch.toml`: something that an organisation released without a paper."""

    name: str = Field(min_length=1)
    organisation: str
    links: tuple[str, ...] = Field(min_length=1)
    source: str = Field(min_length=1)


class Watchlist(ConfigTable):
    """All of `watch.toml`."""

    organisation: tuple[Organisation, ...] = ()
    release: tuple[WatchedRelease, ...] = ()


def load_watchlist() -> Watchlist:
    """The organisations and releases to watch. Raises SettingsError."""
    return read_config(config_dir() / "watch.toml", Watchlist)


class _Categories(RootModel[dict[str, dict[str, str]]]):
    """All of `categories.toml`: names by code, by group of archives."""


@lru_cache(maxsize=1)
def load_category_names() -> Mapping[str, str]:
    """The name of each arXiv category by its code, as `{"cs.CV": "Computer vision"}`. Raises SettingsError."""
    groups = read_config(config_dir() / "categories.toml", _Categories).root
    return MappingProxyType({code: name for group in groups.values() for code, name in group.items()})


class WrittenCorrection(ConfigTable):
    """A `[[correction]]` of `corrections.toml`; names a role, a licence, or both."""

    paper: str = Field(min_length=1)
    link: str = Field(min_length=1)
    role: Role | None = None
    licence: str | None = Field(default=None, min_length=1)
    reason: str = Field(min_length=1)
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _corrects_something(self) -> WrittenCorrection:
        if self.role is None and self.licence is None:
            raise ValueError("it names neither a `role` nor a `licence`")
        return self


class CorrectionsFile(ConfigTable):
    """All of a `corrections.toml`."""

    correction: tuple[WrittenCorrection, ...] = ()
