"""How many requests this process made, by upstream and by what came of them; for `/metrics`.

For the whole process, because the gates come and go with the doors: arXiv's opens for each harvest.
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
"""What the action that an answer asks for is called outside. An answer that something is not there is an answer."""
_KNOWN = frozenset({*Upstreams.model_fields, "hub"})


def status_class(status: int | None) -> str:
    """The class of an HTTP status (RFC 9110, 15), as `4xx`; `none` where no answer came."""
    if status is None:
        return NONE
    return f"{status // 100}xx" if 100 <= status < 600 else OTHER


class RequestCounts:
    """Counts; of any thread. Hosts of pages, which strangers name, all count as `web`."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()

    def add(self, upstream: str, action: str | None, status: int | None = None) -> None:
        """One request to an upstream, what `rules.Action` its answer asked for (None where none came), its status."""
        name = upstream.partition(":")[0]
        outcome = NO_ANSWER if action is None else OUTCOMES.get(action, OTHER)
        with self._lock:
            self._counts[name if name in _KNOWN else OTHER, outcome, status_class(status)] += 1

    def totals(self) -> dict[tuple[str, str, str], int]:
        """Requests by (upstream, outcome, class of status) since the process began."""
        with self._lock:
            return dict(self._counts)


REQUEST_COUNTS = RequestCounts()
