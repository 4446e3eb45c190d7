"""Sends notices through apprise, in a process of its own, and prints for each what became of it.

Run as a file, with JSON in its input: `{"notices": [{"url", "title", "text", "markdown"}]}`. One line of JSON for each
as soon as it ended: `{"n", "service", "result"}`, the result being `sent`, `failed` or `unusable`. Never prints an
address or anything that apprise says, which may quote one. The process that began it ends it when time is up: a
service that hangs can then neither hold up a cycle nor keep its memory.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from typing import Any

LOCK = threading.Lock()


def main() -> None:
    """Send what the input says, all at once: a slow service delays no other."""
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
        service, result = _sent(notice)
    except Exception:  # noqa: BLE001 # whatever a plugin raises may quote its address: it failed, and that is all
        result = "failed"
    with LOCK:
        print(json.dumps({"n": number, "service": service, "result": result}), flush=True)  # noqa: T201 # its answer


def _sent(notice: dict[str, str]) -> tuple[str, str]:
    import apprise  # noqa: PLC0415 # only this process pays for it

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
    sender = apprise.Apprise(asset=asset)
    sender.add(service)
    # What it likes best, or its address asks for.
    is_text = service.resolve_format() == apprise.NotifyFormat.TEXT
    good = sender.notify(
        title=notice["title"],
        body=notice["text" if is_text else "markdown"],
        body_format=apprise.NotifyFormat.TEXT if is_text else apprise.NotifyFormat.MARKDOWN,
    )
    return str(service.schema), "sent" if good else "failed"


if __name__ == "__main__":
    main()
