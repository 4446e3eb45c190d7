"""The public address for which the site of a data folder is published: one, kept beside the site.

Two processes with different settings would otherwise rewrite each other's site, each with its own address.
"""

from __future__ import annotations

import os
from pathlib import Path

from tracker.domain.errors import SettingsError, StoreError
from tracker.pipeline.worker_lock import hold_service_lock
from tracker.regular_files import how_to_own, read_regular
from tracker.settings import Settings

NAME = "public_url"
MOST_BYTES = 10_000


def describe_other_address(settings: Settings) -> str:
    """That the site is published for another address than that of the settings, and the way on, as a sentence without a
    full stop; empty where it is not. Raises StoreError where the kept address cannot be read."""
    kept, own = _load(settings.data_dir), _address(settings)
    if kept is None or kept == own:
        return ""
    return (
        f"the site in {settings.data_dir} is published for {kept or 'no public address'}, and public_url is "
        f"{own or 'empty'}; set TRACKER_PUBLIC_URL to the first or TRACKER_DATA_DIR to another folder, or move the "
        "site: stop its service and run `tracker publish --move` with the new address"
    )


def keep_address(settings: Settings) -> None:
    """Keep a first public address. The caller holds the data folder (`hold_service_lock`), so that no other service
    publishes from it. Raises SettingsError where the site is published for another address."""
    if not _load(settings.data_dir):
        _save(settings.data_dir, _address(settings))
    _refuse_other_address(settings)


def settle_address(settings: Settings, *, move: bool = False) -> None:
    """Before a command publishes: keep a first public address, or with `move` the new one.

    Raises SettingsError where the site is published for another address, and StoreError where the address would change
    while a service uses the data folder.
    """
    kept, own = _load(settings.data_dir), _address(settings)
    if kept != own and (move or not kept):
        with hold_service_lock(settings.data_dir):
            _save(settings.data_dir, own)
    _refuse_other_address(settings)


def _refuse_other_address(settings: Settings) -> None:
    if other := describe_other_address(settings):
        raise SettingsError(f"{other[0].upper()}{other[1:]}.")


def _address(settings: Settings) -> str:
    return settings.public_url.rstrip("/")


def _load(data_dir: Path) -> str | None:
    """The address that is kept, empty for a site without a public one; None where nothing was published yet."""
    try:
        return read_regular(data_dir / NAME, MOST_BYTES).decode("utf-8", "replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(data_dir, error) from None


def _save(data_dir: Path, address: str) -> None:
    temporary = data_dir / f".{NAME}.{os.getpid()}"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        temporary.write_text(f"{address}\n", encoding="utf-8")
        temporary.replace(data_dir / NAME)
    except OSError as error:
        raise _unusable(data_dir, error) from None


def _unusable(data_dir: Path, error: OSError) -> StoreError:
    return StoreError(f"{data_dir / NAME}: cannot be used ({error.strerror}); {how_to_own(data_dir)}.")
