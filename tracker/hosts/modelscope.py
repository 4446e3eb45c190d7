"""ModelScope: models, datasets, studios and collections; models and datasets are checked."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from tracker.domain.artifacts import Check, Reference
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Outcome
from tracker.hosts import host_api, json_fields
from tracker.hosts.base import Host, host_settings, split_url
from tracker.hosts.inspect.hub_files import classify_hub_artifact

_FILES = {"model": "/repo/files", "dataset": "/repo/tree"}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)


def match(url: str) -> Reference | None:
    """The model, dataset, studio or collection that `url` names."""
    parts = split_url(url)
    if parts is None or parts.host not in ("modelscope.cn", "modelscope.ai"):
        return None
    kind = host_settings("modelscope").kinds.get(parts.segments[0].lower()) if parts.segments else None
    path = parts.segments[1:3]
    if kind is None or len(path) < 2 or not all(_NAME.fullmatch(name) for name in path):
        return None
    name = "/".join(path)
    return Reference(
        f"modelscope:{kind}/{name}", "modelscope", kind, f"https://{parts.host}/{parts.segments[0]}/{name}"
    )


def check(reference: Reference, fetch: Fetch) -> Check:
    """Check a model or dataset by its record and its list of files. Raises UpstreamStopped."""
    return host_api.run_check(lambda: _check(reference, fetch))


def _check(reference: Reference, fetch: Fetch) -> Check:
    if reference.kind not in _FILES:
        return host_api.unknown_check("without an account, ModelScope shows only models and datasets")
    site = reference.url.removeprefix("https://").partition("/")[0]
    api = host_api.HostApi(fetch, f"https://{site}/api/v1", "ModelScope")
    at = f"/{reference.kind}s/{reference.key.partition('/')[2]}"
    response = api.get(at)
    absence = host_api.check_absence(api, response)
    if absence is not None:
        return absence
    facts = json_fields.as_mapping(json_fields.as_mapping(json_fields.parse_body(response)).get("Data"))
    number = json_fields.as_number_text(facts.get("Id"))
    if number is None:
        raise host_api.Unreadable("ModelScope's response about it cannot be read")
    base = Check(
        outcome=Outcome.PRESENT,
        reference=reference,
        host_id=f"{reference.kind}/{number}",
        licence_claimed=json_fields.as_line(facts.get("License")) or None,
        licence_checked=True,
        created_at=_moment(facts.get("CreatedTime")),
    )
    listing = json_fields.as_mapping(
        json_fields.as_mapping(api.get_json(at + _FILES[reference.kind], {"Recursive": "true"})).get("Data")
    )
    if not isinstance(listing.get("Files"), list):
        raise host_api.Unreadable("ModelScope gave no list of its files")
    entries = (json_fields.as_mapping(entry) for entry in listing["Files"][: host_api.MOST_PATHS])
    paths = [
        path
        for entry in entries
        if entry.get("Type") != "tree" and (path := json_fields.as_text(entry.get("Path")))
    ]
    content, holds = classify_hub_artifact(reference.kind, paths)
    return replace(base, content=content, holds=holds)


def _moment(value: object) -> datetime | None:
    """A time given in seconds since 1970; None for anything else."""
    seconds = value if isinstance(value, int) and not isinstance(value, bool) else 0
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 10**11 else None


HOST = Host(
    name="modelscope",
    match=match,
    examples=(
        ("https://modelscope.cn/models/owner/name/summary", "modelscope:model/owner/name"),
        ("https://www.modelscope.cn/datasets/owner/name", "modelscope:dataset/owner/name"),
    ),
    counterexamples=("https://modelscope.cn/home", "https://modelscope.cn/models"),
    check=check,
    checked_kinds=("model", "dataset"),
)
