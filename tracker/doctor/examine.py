"""All checks in the order to read them. A check that fails costs its own finding, and no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tracker.doctor import bucket, database, installation, upstreams, webhooks
from tracker.doctor.findings import BAD, Finding, clean_text
from tracker.domain.errors import SettingsError, TrackerError
from tracker.fetch.clock import make_clock
from tracker.settings import load_settings
from tracker.store.upstreams import UpstreamState, load_upstreams


def examine(file: Path | None, environ: dict[str, str], *, online: bool = False) -> list[Finding]:
    """Check an installation. `file` is the operator's settings file, `environ` the environment; `online` allows
    requests.

    Whatever a check raises becomes a finding.
    """
    file = file or (Path(environ["TRACKER_CONFIG"]) if environ.get("TRACKER_CONFIG") else None)
    try:
        settings = load_settings(file, environ)
    except SettingsError as error:
        todo = "Correct it; nothing else can be checked before."
        return [Finding("configuration", "settings", BAD, clean_text(str(error)), todo)]
    now = make_clock(settings).now()
    findings = _run("configuration", lambda: installation.check_configuration(file, environ, settings))
    findings += _run("disk", lambda: installation.check_disk(settings))
    of_database = _run("database", lambda: database.check_database(settings))
    findings += of_database
    readable = all(finding.mark != BAD for finding in of_database) and database.has_store(settings)
    states: dict[str, UpstreamState] = {}

    def remember() -> Iterator[Finding]:
        states.update((state.name, state) for state in load_upstreams(settings.store_url))
        yield from ()

    if readable:
        findings += _run("database", remember)
    findings += _run("clock", lambda: installation.check_clock(settings, now, states, readable=readable))
    findings += _run("upstreams", lambda: upstreams.check_upstreams(settings, states, now))
    findings += _run("tokens", lambda: installation.check_tokens(settings, readable=readable))
    findings += _run("webhooks", lambda: webhooks.check_webhooks(settings, readable=readable))
    findings += _run("bucket", lambda: bucket.check_bucket(settings, environ, readable=readable))
    if readable:
        findings += _run("waiting", lambda: upstreams.check_waiting(settings, now))
        findings += _run("waiting", lambda: upstreams.check_reading(settings, now))
    if online:
        findings += _run("online", lambda: upstreams.probe_upstreams(settings, readable=readable))
    return findings


def _run(section: str, check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    findings: list[Finding] = []
    try:
        findings.extend(check())
    except TrackerError as error:
        todo = "Do what the sentence says, then run `tracker doctor` again."
        findings.append(Finding(section, "fault", BAD, clean_text(str(error)), todo))
    except Exception as error:  # noqa: BLE001 # whatever is broken here is a finding, not a crash
        says = f"could not be checked ({type(error).__name__}: {clean_text(str(error))})"
        findings.append(Finding(section, "fault", BAD, says, "Please report it."))
    return findings
