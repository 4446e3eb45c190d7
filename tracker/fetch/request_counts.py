"""How many requests this process made, by upstream and outcome; for `/metrics`.

The counts belong to the process, because clients and their policies come and go: arXiv's is made for each harvest.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

from tracker.settings import Upstreams

OTHER, NO_ANSWER, NONE = "other", "no_answer", "none"
OUTCOMES: Mapping[str, str] = {
    "take": "answered",
    "retry": "failed",
    "wait": "held_back",
    "refused": "refused",
    "fail": "unusable",
}
"""The name in `/metrics` of each `response_policy.Action`. A response that something does not exist counts as answered."""
_KNOWN = frozenset({*Upstreams.model_fields, "hub", "webhook"})


def status_class(status: int | None) -> str:
    """The class of an HTTP status (RFC 9110, 15) such as `4xx`; `none` where no response came."""
    if status is None:
        return NONE
    return f"{status // 100}xx" if 100 <= status < 600 else OTHER


class RequestCounts:
    """Counts requests; safe in any thread. All hosts of pages count as `web`, because strangers choose their names."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()

    def add(self, upstream: str, action: str | None, status: int | None = None) -> None:
        """Count one request. `action` is the value of the `response_policy.Action` that followed, None without a response."""
        name = upstream.partition(":")[0]
        outcome = NO_ANSWER if action is None else OUTCOMES.get(action, OTHER)
        with self._lock:
            self._counts[name if name in _KNOWN else OTHER, outcome, status_class(status)] += 1

    def totals(self) -> dict[tuple[str, str, str], int]:
        """The number of requests by (upstream, outcome, class of status) since the process began."""
        with self._lock:
            return dict(self._counts)


REQUEST_COUNTS = RequestCounts()
