"""A paper and what it shipped as JSON-LD: schema.org's types, joined by CodeMeta's `referencePublication`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tracker.domain.items import Item, ItemLink
from tracker.domain.terms import Outcome, Role

CONTEXT: list[object] = [
    "https://schema.org",
    {"referencePublication": {"@id": "https://codemeta.github.io/terms/referencePublication", "@type": "@id"}},
]
"""schema.org, and CodeMeta's term (codemeta.github.io/terms) that it lacks: from software to its paper."""
_TYPES = {"repository": "SoftwareSourceCode", "dataset": "Dataset", "space": "WebApplication"}
"""Other kinds, such as models, have no type in schema.org: they are a CreativeWork."""


def build_jsonld(item: Item) -> dict[str, Any]:
    """One work as JSON-LD 1.1: the paper, and each of the authors' own artifacts that was not found absent.

    Values that are not known are left out. An artifact's licence is its SPDX address if it has an SPDX id.
    """
    own = [link for link in item.links if link.role is Role.OWN and link.outcome is not Outcome.ABSENT]
    paper = _paper(item, own) if item.arxiv_id else None
    about = paper["@id"] if paper else None
    nodes = [_artifact(link, about) for link in own]
    return {"@context": CONTEXT, "@graph": [paper, *nodes] if paper else nodes}


def _paper(item: Item, own: Iterable[ItemLink]) -> dict[str, Any]:
    address = f"https://arxiv.org/abs/{item.arxiv_id}"
    same = [f"https://doi.org/{item.doi}"] if item.doi else []
    return _without_empty(
        {
            "@id": address,
            "@type": "ScholarlyArticle",
            "name": item.title,
            "abstract": item.abstract,
            "author": [{"@type": "Person", "name": name} for name in item.authors],
            "identifier": {"@type": "PropertyValue", "propertyID": "arXiv", "value": item.arxiv_id},
            "url": address,
            "sameAs": same,
            "keywords": list(item.categories),
            "license": item.licence,
            "datePublished": _moment(item.submitted_at),
            "dateModified": _moment(item.updated_at),
            "creativeWorkStatus": "Withdrawn" if item.withdrawn else None,
            "mentions": [{"@id": link.url} for link in own],
        }
    )


def _artifact(link: ItemLink, paper: str | None) -> dict[str, Any]:
    kind = _TYPES.get(link.kind, "CreativeWork")
    return _without_empty(
        {
            "@id": link.url,
            "@type": kind,
            "name": link.reference.partition(":")[2],
            "identifier": link.reference,
            "url": link.url,
            "codeRepository": link.url if kind == "SoftwareSourceCode" else None,
            "license": f"https://spdx.org/licenses/{link.licence_spdx}" if _is_id(link.licence_spdx) else None,
            "dateCreated": _moment(link.created_at),
            "archivedAt": link.copy_url,
            "referencePublication": paper,
        }
    )


def _is_id(spdx: str | None) -> bool:
    """Whether it is an id of SPDX's list, not an expression or one of this project's names."""
    return bool(spdx) and " " not in str(spdx) and not str(spdx).startswith("LicenseRef-")


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _moment(value: datetime | None) -> str | None:
    return None if value is None else f"{value:%Y-%m-%dT%H:%M:%SZ}"
