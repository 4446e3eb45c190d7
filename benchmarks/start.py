"""What the command line and the service cost before they do anything: `python -m benchmarks.start`.

Processor time of `tracker --help` against a bare Python start and against the import of Typer alone, the best of
`--rounds` in one run. The goal is ten times a bare start. What is loaded at start is a test (`tests/cli/test_app.py`);
here is what it costs. The service is started without its threads, once as it is installed and once with each part that
is off by default: nothing is requested, and what differs is the part's own.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

SERVICE = """
import resource
from contextlib import closing
from tracker.fetch.clock import make_clock
from tracker.scheduler import Service
from tracker.settings import load_settings
from tracker.store.upgrade import open_store
from tracker.web import app
settings = load_settings()
with closing(open_store(settings.store_url)) as store:
    Service(settings, store, make_clock(settings)).stop()
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
"""Makes a service on the store in TRACKER_DATA_DIR, and prints its processor time in seconds and most memory in kB."""
SECRET = "lab=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwQ1R2c3Q0dXY="
WEBHOOK = '[[notify.webhook]]\nname = "lab"\nurl = "http://127.0.0.1:9/"\n'
# Settings of the environment; of TRACKER_CONFIG the text of the file.
PARTS: dict[str, Mapping[str, str]] = {
    "as it is installed": {},
    "with a webhook": {"TRACKER_CONFIG": WEBHOOK, "TRACKER_WEBHOOK_SECRETS": SECRET},
    "with notices by apprise": {"TRACKER_NOTIFY_URLS": "json://127.0.0.1:9/"},
    "with WebSub": {
        "TRACKER_PUBLIC_URL": "https://x.example/",
        "TRACKER_NOTIFY__WEBSUB_HUB": "http://127.0.0.1:9/",
    },
    "with archiving": {"TRACKER_ARCHIVE__SAVE_CODE": "true"},
}


def cpu_seconds(*arguments: str, rounds: int) -> float:
    """The least processor time, in seconds, of this Python with these arguments."""
    spent = []
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent)


def service_cost(part: Mapping[str, str], rounds: int) -> tuple[float, float]:
    """The least processor time, in seconds, and the least memory, in MB, of a service that was made with this part."""
    spent = []
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "TRACKER_DATA_DIR": folder, **part}
        if "TRACKER_CONFIG" in part:
            environ["TRACKER_CONFIG"] = str(Path(folder, "settings.toml"))
            Path(environ["TRACKER_CONFIG"]).write_text(part["TRACKER_CONFIG"], encoding="utf-8")
        for _ in range(rounds):
            done = subprocess.run(
                [sys.executable, "-c", SERVICE], check=True, capture_output=True, text=True, env=environ
            )
            seconds, kilobytes = map(float, done.stdout.split())
            spent.append((seconds, kilobytes / 1024))
    return min(seconds for seconds, _ in spent), min(megabytes for _, megabytes in spent)


def main() -> None:
    """Measure and print one row for each program, then one for each part of the service."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    bare = cpu_seconds("-c", "pass", rounds=rounds)
    print(f"a bare start of Python: {1000 * bare:.0f} ms of processor time")
    for name, arguments in {
        "import typer": ("-c", "import typer"),
        "tracker --help": ("-m", "tracker", "--help"),
    }.items():
        seconds = cpu_seconds(*arguments, rounds=rounds)
        print(f"{name}: {1000 * seconds:.0f} ms, {seconds / bare:.1f} of a bare start")
    for name, part in PARTS.items():
        seconds, megabytes = service_cost(part, max(1, rounds // 4))
        print(f"the service {name}: {1000 * seconds:.0f} ms, {megabytes:.1f} MB")


if __name__ == "__main__":
    main()
