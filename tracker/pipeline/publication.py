"""What one publish shows beside the rows of the store, and how a process that did not make it shows the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from tracker.domain.errors import StoreError
from tracker.pipeline.publisher import Publisher
from tracker.pipeline.status import read_status
from tracker.settings import Settings
from tracker.store.publications import Publication

SHOWN: Mapping[str, Any] = {
    "public_url": True,
    "contact": True,
    "demo": True,
    "harvest": {"categories", "first_days"},
    "limits": {"github_anonymous_per_hour"},
    "feed": True,
    "web": {"host", "port"},
    "notify": {"websub_hub"},
}
"""The settings that pages and feeds show, in the form of pydantic's `include`. Each stands on a page already, so none is a
secret. Of `web` only the address of a site without `public_url` is made."""


def describe_publication(publisher: Publisher, now: datetime) -> Publication:
    """The publication of `now`."""
    settings = publisher.settings
    return Publication(
        status=read_status(publisher, now),
        has_snapshot=settings.snapshot_file.exists(),
        settings=settings.model_dump(mode="json", include=SHOWN),
    )


def take_settings(own: Settings, publication: Publication) -> Settings:
    """The settings of this process with those that the publication shows. Raises StoreError where this version of the
    program does not know their values."""
    merged = own.model_dump()
    for key, value in publication.settings.items():
        if isinstance(value, Mapping):
            merged[key] |= {name: known for name, known in value.items() if name in merged[key]}
        elif key in merged:
            merged[key] = value
    try:
        return Settings.model_validate(merged)
    except ValidationError:
        raise StoreError(
            "the store: was published with settings that this version of the program does not know; install the version "
            "of its worker here."
        ) from None
