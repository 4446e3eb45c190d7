"""How many requests GitHub is asked, against the fewest that could do: `python -m benchmarks.requests`.

A stand-in plays a generated world over real HTTP, and its own log counts the requests; the token is set, so that
questions go out in GraphQL batches. Two figures:

1. 1,000 new papers with a repository each, read whole. Lower bound: every question that must be asked once, a
   hundred to a request, rounded up. A question is one `repository(owner, name)` with one set of fields: the facts
   with the list of the top folder are one; each text that tells what is asked of a repository (its licence files,
   its README, its CITATION.cff, its package metadata where nothing else tells a licence) is one; each folder on the way
   to the first file of code is one, where the top holds none. That later questions depend on earlier answers is not
   in the bound, though no program could avoid the last, half-filled requests that follow from it.
   Goal: at most 1.5 times the bound.
2. 10,000 repositories that have not changed since, asked again. Lower bound: each one's facts once, 100 requests.
   Goal: at most 150 requests.

The looks are what the service makes of them: `Host.ask` with real HTTP, in batches of `--batch` due artifacts.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tracker import settings as settings_module
from tracker.domain.artifacts import Check, Reference
from tracker.domain.terms import Content, Outcome
from tracker.fetch.client import Client
from tracker.hosts.github import github
from tracker.sandbox.budget import RequestLimits
from tracker.sandbox.server import Sandbox

NEW, AGAIN = 1_000, 10_000
RATIO, MOST_AGAIN = 1.5, 150
CATEGORY = "cs.LG"
MIT_LINE = "SPDX-License-Identifier: MIT\n"
CITATION = "cff-version: 1.2.0\ntitle: A Method of its own\nauthors: []\n"
PACKAGE = '[project]\nname = "x"\nlicense = "MIT"\n'
README = "# A Method\n\nCode of arXiv:2606.00001.\n\n## License\n\nMIT.\n"

# Kinds of repository in the proportions of one listing day, roughly: files, and the questions that each needs.
KINDS: tuple[tuple[int, Mapping[str, str], int, Content], ...] = (
    (38, {"README.md": README, "LICENSE": MIT_LINE, "train.py": "x = 1\n"}, 3, Content.CODE),
    (14, {"README.md": README, "LICENSE": MIT_LINE, "src/train.py": "x = 1\n"}, 4, Content.CODE),
    (
        8,
        {"README.md": README, "LICENSE": MIT_LINE, "CITATION.cff": CITATION, "pkg/core/train.py": "x = 1\n"},
        6,
        Content.CODE,
    ),
    (15, {"README.md": README, "train.py": "x = 1\n", "model.py": "y = 1\n"}, 2, Content.CODE),
    (4, {"README.md": README, "train.py": "x = 1\n", "pyproject.toml": PACKAGE}, 3, Content.CODE),
    (
        3,
        {"README.md": README, "LICENSE-CODE": MIT_LINE, "LICENSE-MODEL": "our own\n", "run.py": "x = 1\n"},
        4,
        Content.CODE,
    ),
    (10, {"README.md": "# A Method\n\nCode coming soon.\n"}, 2, Content.PLACEHOLDER),
    (3, {"README.md": "# Data\n", "data.jsonl": "{}\n"}, 2, Content.DATA_ONLY),
    (3, {}, 1, Content.EMPTY),
    (2, {"README.md": "# A Method\n", "figures/a.png": ""}, 2, Content.README_ONLY),
)


class Memory:
    """Remembers nothing: one run of requests."""

    def stopped(self, upstream: str, now: datetime) -> None:
        """No stop is in force."""

    def stop(self, upstream: str, until: datetime, reason: str) -> None:
        """A stop would spoil the figures."""
        raise SystemExit(f"{upstream} stopped the benchmark until {until}: {reason}")

    def spend(self, upstream: str, limit: int, seconds: int, now: datetime) -> None:
        """Every request is granted."""

    def record(self, upstream: str, now: datetime, error: str | None) -> None:
        """Errors are not expected."""
        if error:
            raise SystemExit(f"{upstream} failed at {now}: {error}")


class Now:
    """The real time."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


def write_world(world: Path, count: int) -> list[tuple[int, Content]]:
    """`count` papers with a repository each; the questions that each needs, and what it holds."""
    cycle = [kind for kind in KINDS for _ in range(kind[0])]
    papers, needed = [], []
    for number in range(count):
        _, files, questions, word = cycle[number * 37 % len(cycle)]
        folder = world / "github" / f"owner{number % 100}" / f"repo{number}"
        for path, text in files.items():
            place = folder / "files" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "repo.json").write_text(json.dumps({"id": number + 1, "pushed_at": "2026-06-16T00:00:00Z"}))
        address = f"https://github.com/owner{number % 100}/repo{number}"
        papers.append({"arxiv_id": f"2606.{number:05d}", "title": f"Paper {number}", "authors": ["A. Author"],
                       "abstract": f"Our code is at {address}.", "categories": [CATEGORY]})  # fmt: skip
        needed.append((questions, word))
    (world / "2026-06-16.jsonl").write_text("".join(json.dumps(paper) + "\n" for paper in papers))
    return needed


def ask(
    references: list[Reference], client: Client, batch: int, known: Mapping[str, str] | None = None
) -> dict[str, Check]:
    """All checks by key, as the service makes them: a batch of due artifacts at a time."""
    found: dict[str, Check] = {}
    for start in range(0, len(references), batch):
        asked = github.HOST.check_references(references[start : start + batch], client, known)
        found |= {reference.key: check for reference, check in asked}
    return found


def requests_made(box: Sandbox) -> Counter[str]:
    """Requests by upstream since the last call."""
    with urllib.request.urlopen(f"{box.url}/_sandbox/requests") as answer:
        made = Counter(entry["upstream"] for entry in json.load(answer))
    with urllib.request.urlopen(urllib.request.Request(f"{box.url}/_sandbox/reset", method="POST")):
        return made


def shown(title: str, made: Counter[str], bound: int, goal: float, seconds: float) -> bool:
    """Print one figure; whether its goal was reached."""
    total = made.total()
    by_upstream = ", ".join(f"{name} {count:,}" for name, count in sorted(made.items()))
    print(f"{title}: {total:,} requests ({by_upstream}) in {seconds:.1f} s; lower bound {bound:,}")
    print(
        f"  ratio {total / bound:.2f}; goal at most {goal:,.0f} requests: {'reached' if total <= goal else 'MISSED'}"
    )
    return total <= goal


def measure(new: int, again: int, batch: int) -> bool:
    """Run both; whether both goals were reached."""
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "world"
        world.mkdir()
        needed = write_world(world, max(new, again))
        with Sandbox(world, limits=RequestLimits(graphql=1_000_000)) as box:
            environ = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in box.upstreams.items()}
            environ |= {"TRACKER_DATA_DIR": folder, "GITHUB_TOKEN": "benchmark", "TRACKER_PACE__GITHUB": "0"}
            with Client(settings_module.load_settings(environ=environ), Memory(), Now()) as client:
                references = [github.repository_reference(f"owner{n % 100}/repo{n}") for n in range(len(needed))]
                start = time.perf_counter()
                found = ask(references[:new], client, batch)
                seconds = time.perf_counter() - start
                bound = math.ceil(sum(questions for questions, _ in needed[:new]) / 100)
                made = requests_made(box)
                right = all(
                    found[one.key].outcome is Outcome.PRESENT and found[one.key].content is word
                    for one, (_, word) in zip(references[:new], needed, strict=False)
                )
                print(f"what was read of {new:,} repositories is {'' if right else 'NOT '}what they hold")
                reached = shown(f"{new:,} new papers", made, bound, RATIO * bound, seconds)
                found = ask(references[:again], client, 1_000)
                known = {key.casefold(): check.commit for key, check in found.items() if check.commit}
                requests_made(box)
                start = time.perf_counter()
                found = ask(references[:again], client, batch, known)
                seconds = time.perf_counter() - start
                made = requests_made(box)
                # An empty repository has no commit by which it could be known; it costs one question all the same.
                still = all(check.unchanged or check.content is Content.EMPTY for check in found.values())
                print(
                    f"all {len(found):,} repositories are {'' if still else 'NOT '}told to be unchanged, or empty still"
                )
                goal = MOST_AGAIN * max(again, 1) / AGAIN
                reached &= shown(f"{again:,} re-checks", made, math.ceil(again / 100), goal, seconds)
                return reached and right and still


def main(arguments: list[str] | None = None) -> int:
    """0 when every goal is reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--new", type=int, default=NEW)
    parser.add_argument("--again", type=int, default=AGAIN)
    parser.add_argument("--batch", type=int, default=100, help="due artifacts that are asked about at a time")
    chosen = parser.parse_args(arguments)
    return 0 if measure(chosen.new, chosen.again, chosen.batch) else 1


if __name__ == "__main__":
    sys.exit(main())
