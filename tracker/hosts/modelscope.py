"""ModelScope."""

from __future__ import annotations

import re

from tracker.domain import Reference
from tracker.hosts.base import Host, configured, parts

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)


def match(url: str) -> Reference | None:
    """The model, dataset, studio or collection that `url` names."""
    found = parts(url)
    if found is None or found.host not in ("modelscope.cn", "modelscope.ai"):
        return None
    kind = configured("modelscope").get("kinds", {}).get(found.segments[0].lower()) if found.segments else None
    path = found.segments[1:3]
    if kind is None or len(path) < 2 or not all(_NAME.fullmatch(name) for name in path):
        return None
    name = "/".join(path)
    return Reference(
        f"modelscope:{kind}/{name}", "modelscope", kind, f"https://{found.host}/{found.segments[0]}/{name}"
    )


HOST = Host(
    name="modelscope",
    match=match,
    examples=(
        ("https://modelscope.cn/models/owner/name/summary", "modelscope:model/owner/name"),
        ("https://www.modelscope.cn/datasets/owner/name", "modelscope:dataset/owner/name"),
    ),
    counterexamples=("https://modelscope.cn/home", "https://modelscope.cn/models"),
)
