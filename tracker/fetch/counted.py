"""How many requests this process made, by upstream and by what came of them; for `/metrics`.

For the whole process, because the gates come and go with the doors: arXiv's opens for each harvest.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

from tracker.settings import Upstreams

OTHER, NO_ANSWER = "other", "no_answer"
OUTCOMES: Mapping[str, str] = {
    "take": "answered",
    "retry": "failed",
    "wait": "held_back",
    "refused": "refused",
    "fail": "unusable",
}
"""What the action that an answer asks for is called outside. An answer that something is not there is an answer."""
_KNOWN = frozenset({*Upstreams.model_fields, "hub"})


class Requests:
    """Counts; of any thread. Hosts of pages, which strangers name, all count as `web`."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def add(self, upstream: str, action: str | None) -> None:
        """One request to an upstream, and what `rules.Action` its answer asked for; None where none came."""
        name = upstream.partition(":")[0]
        outcome = NO_ANSWER if action is None else OUTCOMES.get(action, OTHER)
        with self._lock:
            self._counts[name if name in _KNOWN else OTHER, outcome] += 1

    def so_far(self) -> dict[tuple[str, str], int]:
        """Requests by (upstream, outcome) since the process began."""
        with self._lock:
            return dict(self._counts)


REQUESTS = Requests()
