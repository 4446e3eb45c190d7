"""Whether the webhooks of the settings can be served, and how each does; never their addresses or secrets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from tracker.config_files import load_watchlist
from tracker.doctor.findings import BAD, OK, WARN, Finding, clean_text
from tracker.domain.errors import SettingsError
from tracker.notify.webhooks import load_secrets
from tracker.pipeline.webhooks import build_filter
from tracker.settings import Settings
from tracker.store.engine import open_reader
from tracker.store.webhooks import WebhookState, load_webhooks


def check_webhooks(settings: Settings, *, readable: bool) -> Iterator[Finding]:
    """The secret, the query and the trouble of each webhook. `readable`: the store can be asked."""
    if not settings.notify.webhook:
        return
    secrets = load_secrets(settings)
    watched = load_watchlist().organisation
    states: dict[str, WebhookState] = {}
    if readable:
        with closing(open_reader(settings.store_url)) as store:
            states = {state.name: state for state in load_webhooks(store)}
    for webhook in settings.notify.webhook:
        name = webhook.name
        if name not in secrets:
            todo = f"Add {name}=whsec_… to TRACKER_WEBHOOK_SECRETS, with 32 random bytes in base64."
            yield Finding("webhooks", name, BAD, "has no secret: nothing is sent", todo)
            continue
        try:
            build_filter(webhook, settings, watched, ())
        except SettingsError as error:
            yield Finding("webhooks", name, BAD, clean_text(str(error)), "Correct its `query` in the settings.")
        else:
            yield _describe(name, states.get(name))


def _describe(name: str, state: WebhookState | None) -> Finding:
    if state is None:
        return Finding("webhooks", name, OK, "gets what enters a feed from the next cycle on")
    facts = [f"{state.waiting} events wait"]
    if state.ended:
        facts.append(f"{state.ended} never arrived")
    if state.failing_since is None:
        return Finding("webhooks", name, OK, ", ".join(facts))
    says = (
        f"failing since {state.failing_since:%Y-%m-%dT%H:%M:%SZ}: {clean_text(state.reason)}; {', '.join(facts)}"
    )
    if state.is_gone:
        return Finding("webhooks", name, BAD, says, "Change its address in the settings, or remove it.")
    return Finding("webhooks", name, WARN, says, "Mend the receiver; events are sent again for a day.")
