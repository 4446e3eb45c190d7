"""The few errors that cross layers; each message is one sentence a user can act on."""

from datetime import datetime


def how_to_install(extra: str) -> str:
    """How an optional extra is installed, as part of a sentence: from a clone or a wheel, which is how people have this
    program."""
    return f"pip install '.[{extra}]' in a clone, or pip install 'FILE.whl[{extra}]' with the wheel"


class TrackerError(Exception):
    """Base of all errors meant for a user: its text says what is wrong and what to do."""


class SettingsError(TrackerError):
    """A configuration file, environment variable or option cannot be used."""


class StoreError(TrackerError):
    """The database cannot be opened, is damaged, or was written by a newer program."""


class LeaseLost(StoreError):
    """Another process has taken the lease under which this one works, so that it must write nothing."""

    def __init__(self) -> None:
        super().__init__(
            "Another worker leads, because this process was stopped, or without its database, for too long. What was "
            "not stored is done again; nothing is to do."
        )


class StoreUnreachable(StoreError):
    """The database cannot be reached or read now; it may be later."""


class QueryError(TrackerError):
    """A user's SQL or search words cannot be run."""


class QueryTimeout(QueryError):
    """A query took longer than it may."""


class EvidenceError(TrackerError):
    """A file of another installation's evidence is not as it must be; the text begins with the line."""


class WorldError(TrackerError):
    """A sandbox world cannot be read."""


class UpstreamError(TrackerError):
    """An upstream gave no usable response. Never means "absent": the outcome is unknown.

    `upstream` is a name of `[upstreams]`; `reason` is a short clause for logs and pages.
    """

    def __init__(self, upstream: str, reason: str) -> None:
        super().__init__(f"{upstream}: {reason}")
        self.upstream = upstream
        self.reason = reason


class UpstreamStopped(UpstreamError):
    """No request may be made to this upstream before `until` (UTC): a refusal or a spent budget."""

    def __init__(self, upstream: str, reason: str, until: datetime) -> None:
        super().__init__(upstream, f"{reason}; next try {until:%Y-%m-%dT%H:%M:%SZ}")
        self.until = until


class TurnEnded(UpstreamError):
    """A turn at an upstream ended before its request left; another must be asked for."""

    def __init__(self, upstream: str) -> None:
        super().__init__(upstream, "not asked, because this process was stopped for longer than its turn")


class BudgetSpent(UpstreamStopped):
    """The budget of requests for a period is used up: nothing is wrong, the remaining work waits."""


class Cancelled(TrackerError):
    """The service is stopping: unfinished work is dropped and will be done again."""
