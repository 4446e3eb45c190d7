"""The organisations that the operator watches, with the references that their accounts cover."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select

from tracker.config_files import Organisation
from tracker.store.affiliations import match_again
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.tables.operator import ORGANISATION, ORGANISATION_ACCOUNT

_HUB = ("model", "dataset", "space")


def sync_organisations(store: Store, watched: Iterable[Organisation]) -> None:
    """Make these the organisations of the store. Nothing is written where nothing changed."""
    organisations = {
        item.name: (list(item.github), list(item.huggingface), list(item.affiliations)) for item in watched
    }
    with store.read() as connection:
        stored = {
            row.name: (row.github, row.huggingface, row.affiliations)
            for row in connection.execute(select(ORGANISATION))
        }
    if stored == organisations:
        return
    with store.begin() as connection:
        connection.execute(delete(ORGANISATION_ACCOUNT))
        connection.execute(delete(ORGANISATION))
        upsert(
            connection,
            ORGANISATION,
            (
                {"name": name, "github": github, "huggingface": hub, "affiliations": affiliations}
                for name, (github, hub, affiliations) in organisations.items()
            ),
        )
        # `0` follows `/`: every reference that begins with the start sorts before the stop.
        upsert(
            connection,
            ORGANISATION_ACCOUNT,
            (
                {"start": f"{start}/", "stop": f"{start}0", "organisation": name}
                for name, (github, hub, _) in organisations.items()
                for start in account_prefixes(github, hub)
            ),
        )
        match_again(connection)


def account_prefixes(github: Iterable[str], huggingface: Iterable[str]) -> list[str]:
    """The folded beginnings, before the slash, of the references of these accounts."""
    return [f"github:{name}".casefold() for name in github] + [
        f"hf-{kind}:{name}".casefold() for name in huggingface for kind in _HUB
    ]
