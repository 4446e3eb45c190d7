"""The operator's corrections as a file says them; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tracker.domain.errors import SettingsError
from tracker.domain.terms import Role


class Written(BaseModel):
    """One entry of `corrections.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    paper: str = Field(min_length=1)
    link: str = Field(min_length=1)
    role: Role | None = None
    licence: str | None = Field(default=None, min_length=1)
    reason: str = Field(min_length=1)
    source: str = Field(min_length=1)


def read(table: Mapping[str, Any], where: str) -> Iterator[Written]:
    """The entries of a file's table. SettingsError, naming the file and the entry, for one that is not right."""
    entries = table.get("correction", [])
    unknown = [key for key in table if key != "correction"]
    if unknown or not isinstance(entries, list):
        raise SettingsError(
            f"{where}: unknown key `{unknown[0] if unknown else 'correction'}`; write [[correction]]."
        )
    for number, entry in enumerate(entries, 1):
        try:
            written = Written.model_validate(entry)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = ".".join(str(part) for part in first["loc"])
            raise SettingsError(
                f"{where}: correction {number}: the key `{key}` is wrong: {first['msg']}."
            ) from None
        if written.role is None and written.licence is None:
            raise SettingsError(f"{where}: correction {number}: names neither a `role` nor a `licence`.")
        yield written
