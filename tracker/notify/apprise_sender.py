"""Sends notices through apprise in its own process, and prints the outcome of each.

Run as a file, with JSON in its input: `{"notices": [{"url", "title", "text", "markdown"}]}`. It prints one
line of JSON for each as soon as it ends: `{"n", "service", "result"}`, with `sent`, `failed` or `unusable` as the
result. It never prints an address or apprise's own messages, which may quote one. The parent process ends it when
time is up: a service that hangs can then neither hold up a cycle nor keep memory.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from typing import Any

LOCK = threading.Lock()
READ_SECONDS = 3600.0
"""How long an answer may take: longer than the parent process waits. apprise's own four seconds call a notice `failed`
that a slow service has, and it would be sent again."""


def main() -> None:
    """Send the notices of the input at once: a slow service delays no other."""
    logging.disable(logging.CRITICAL)
    notices = json.load(sys.stdin)["notices"]
    threads = [
        threading.Thread(target=_report, args=(number, notice), daemon=True)
        for number, notice in enumerate(notices)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _report(number: int, notice: dict[str, str]) -> None:
    service, result = "", "failed"
    try:
        service, result = _send(notice)
    except Exception:  # noqa: BLE001 # any error of a plugin is a failure; its text may quote the address
        result = "failed"
    with LOCK:
        print(json.dumps({"n": number, "service": service, "result": result}), flush=True)  # noqa: T201 # the output of this process


def _send(notice: dict[str, str]) -> tuple[str, str]:
    import apprise  # noqa: PLC0415 # only this process needs it

    asset = apprise.AppriseAsset(
        app_id="arxiv-code-tracker",
        app_desc="arxiv-code-tracker",
        app_url="",
        async_mode=False,
        secure_logging=True,
        http_redirects=False,
        storage_mode="memory",
    )
    service: Any = apprise.Apprise.instantiate(notice["url"], asset=asset)
    if service is None:
        return "", "unusable"
    service.socket_read_timeout = READ_SECONDS
    sender = apprise.Apprise(asset=asset)
    sender.add(service)
    # The format that the service prefers, or that its address requests.
    is_text = service.resolve_format() == apprise.NotifyFormat.TEXT
    good = sender.notify(
        title=notice["title"],
        body=notice["text" if is_text else "markdown"],
        body_format=apprise.NotifyFormat.TEXT if is_text else apprise.NotifyFormat.MARKDOWN,
    )
    return str(service.schema), "sent" if good else "failed"


if __name__ == "__main__":
    main()
