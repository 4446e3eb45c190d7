"""The files under `config/`: where they are, how each is read, and the types of the two lists that operators keep.

`watch.toml` names the organisations and releases to watch, `corrections.toml` what the operator knows better,
`categories.toml` arXiv's categories. The rules' files (`roles.toml`, `openness.toml`, `hosts.toml`) are read by the modules that apply them, `tracker.toml`
by `tracker.settings`. All have one form of error: a sentence with file and key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, model_validator

from tracker.domain.errors import SettingsError
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
    why = first["msg"].removeprefix("Value error, ")
    return f"{what} is wrong: {why[0].lower()}{why[1:]}."


class Organisation(ConfigTable):
    """An `[[organisation]]` of `watch.toml`: who publishes under which accounts."""

    name: str = Field(min_length=1)
    github: tuple[str, ...] = ()
    huggingface: tuple[str, ...] = ()

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
