"""Counts the requests to GitHub and to arXiv's files against the fewest that could do: `python -m benchmarks.requests`.

A sandbox plays a generated world over real HTTP, and its own log counts the requests. A token is set, so that questions
go out in GraphQL batches. There are three measurements:

1. 1,000 new papers with a repository each, read whole. Lower bound: every question that must be asked once, a hundred
   to a request, rounded up. A question is one `repository(owner, name)` with one set of fields: the facts with the list
   of the top folder are one; each text that is read (licence files, README, CITATION.cff, and package metadata where
   nothing else states a licence) is one; each folder on the way to the first file of code is one, where the top holds
   none. The bound ignores that later questions depend on earlier answers, though no program could avoid the last,
   half-filled requests that follow from it. Goal: at most 1.5 times the bound.
2. 10,000 repositories that have not changed, checked again. Lower bound: the facts of each once, 100 requests. Goal: at
   most 150 requests.
3. The full texts of 90 papers, a third of them with HTML, a third with a source only, a third with a PDF alone. Lower
   bound: one, two and three requests, because nothing says beforehand which files there are. Goal: no request more, and
   no hop, for each hop of a redirect costs a paced request.

The checks are those of the service: `Host.check_references` over real HTTP, in batches of `--batch` due artifacts.
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

from tracker.domain.artifacts import Check, Reference
from tracker.domain.terms import Content, Outcome
from tracker.fetch.client import Client
from tracker.harvest.full_text import read_full_text
from tracker.hosts.github import github
from tracker.sandbox.budget import RequestLimits
from tracker.sandbox.server import Sandbox
from tracker.settings import load_settings

NEW, AGAIN, TEXTS = 1_000, 10_000, 90
RATIO, MOST_AGAIN = 1.5, 150
CATEGORY = "cs.LG"
MIT_LINE = "SPDX-License-Identifier: MIT\n"
SCRIPT = "x = step(x)\n" * 250
"""As long as real scripts: what is much shorter is read before it counts as code."""
CITATION = "cff-version: 1.2.0\ntitle: A Method of its own\nauthors: []\n"
PACKAGE = '[project]\nname = "x"\nlicense = "MIT"\n'
README = "# A Method\n\nCode of arXiv:2606.00001.\n\n## License\n\nMIT.\n"

# Kinds of repository in the proportions of one listing day, roughly: files, and the questions that each needs.
KINDS: tuple[tuple[int, Mapping[str, str], int, Content], ...] = (
    (38, {"README.md": README, "LICENSE": MIT_LINE, "train.py": SCRIPT}, 3, Content.CODE),
    (14, {"README.md": README, "LICENSE": MIT_LINE, "src/train.py": SCRIPT}, 4, Content.CODE),
    (
        8,
        {"README.md": README, "LICENSE": MIT_LINE, "CITATION.cff": CITATION, "pkg/core/train.py": SCRIPT},
        6,
        Content.CODE,
    ),
    (15, {"README.md": README, "train.py": SCRIPT, "model.py": SCRIPT}, 2, Content.CODE),
    (4, {"README.md": README, "train.py": SCRIPT, "pyproject.toml": PACKAGE}, 3, Content.CODE),
    (
        3,
        {"README.md": README, "LICENSE-CODE": MIT_LINE, "LICENSE-MODEL": "our own\n", "run.py": SCRIPT},
        4,
        Content.CODE,
    ),
    (10, {"README.md": "# A Method\n\nCode coming soon.\n"}, 2, Content.PLACEHOLDER),
    (3, {"README.md": "# Data\n", "data.jsonl": "{}\n"}, 2, Content.DATA_ONLY),
    (3, {}, 1, Content.EMPTY),
    (2, {"README.md": "# A Method\n", "figures/a.png": ""}, 2, Content.README_ONLY),
)


class Memory:
    """Remembers nothing, because there is one run only."""

    turns = None

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
        """The time now, aware and in UTC."""
        return datetime.now(UTC)


def write_world(world: Path, count: int) -> list[tuple[int, Content]]:
    """`count` papers with a repository each; the questions that each needs, and what it holds."""
    cycle = [kind for kind in KINDS for _ in range(kind[0])]
    papers, needed = [], []
    for number in range(count):
        _, files, questions, content = cycle[number * 37 % len(cycle)]
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
        needed.append((questions, content))
    (world / "2026-06-16.jsonl").write_text("".join(json.dumps(paper) + "\n" for paper in papers))
    return needed


def write_texts(world: Path, count: int) -> list[str]:
    """`count` papers that have HTML, a source or a PDF alone (the source is not public) in turn; their ids."""
    sentence = "Our code is at https://github.com/owner/name. "
    stream = f"BT /F1 10 Tf 72 700 Td ({sentence * 20}) Tj ET"
    files = (
        ("html/{}.html", f"<html><body><article>{sentence * 100}</article></body></html>"),
        ("e-print/{}/main.tex", f"\\documentclass{{article}}\\begin{{document}}{sentence}\\end{{document}}"),
        (
            "pdf/{}.pdf",
            (
                "%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj 2 0 obj <</Type/Pages/Count 1/Kids[3 0 R]>> endobj\n"
                "3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 9000 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>> endobj\n"
                f"4 0 obj <</Length {len(stream)}>>\nstream\n{stream}\nendstream endobj\n"
                "5 0 obj <</Type/Font/Subtype/Type1/BaseFont/Courier>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF"
            ),
        ),
    )
    ids = [f"2606.{number:05d}" for number in range(count)]
    for number, arxiv_id in enumerate(ids):
        name, content = files[number % 3]
        path = world / "arxiv" / name.format(arxiv_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        if number % 3 == 2:
            source = world / "arxiv" / "e-print" / f"{arxiv_id}.status"
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_text("not-public")
    return ids


def measure_texts(box: Sandbox, client: Client, ids: list[str]) -> bool:
    """Run the measurement of full texts; returns whether its goal was reached and every text was read."""
    take_counts(box)
    start = time.perf_counter()
    texts = [read_full_text(client, arxiv_id).text for arxiv_id in ids]
    seconds = time.perf_counter() - start
    hops = count_hops(box)
    made = take_counts(box)
    right = all(text is not None and "github.com/owner/name" in text.text for text in texts)
    bound = sum(1 + number % 3 for number in range(len(ids)))
    print(f"{len(ids):,} full texts were {'' if right else 'NOT '}read, with {hops} hops of redirects (goal 0)")
    return report(f"{len(ids):,} full texts", made, bound, bound, seconds) and right and not hops


def count_hops(box: Sandbox) -> int:
    """The number of requests since the last reset that were answered with a redirect."""
    with urllib.request.urlopen(f"{box.url}/_sandbox/requests") as answer:
        return sum(300 <= entry["status"] < 400 and entry["status"] != 304 for entry in json.load(answer))


def check_in_batches(
    references: list[Reference], client: Client, batch: int, known: Mapping[str, str] | None = None
) -> dict[str, Check]:
    """All checks by reference key, made in batches like those of the service."""
    checks: dict[str, Check] = {}
    for start in range(0, len(references), batch):
        pairs = github.HOST.check_references(references[start : start + batch], client, known)
        checks |= {reference.key: check for reference, check in pairs}
    return checks


def take_counts(box: Sandbox) -> Counter[str]:
    """The number of requests by upstream since the last call."""
    with urllib.request.urlopen(f"{box.url}/_sandbox/requests") as answer:
        made = Counter(entry["upstream"] for entry in json.load(answer))
    with urllib.request.urlopen(urllib.request.Request(f"{box.url}/_sandbox/reset", method="POST")):
        return made


def report(title: str, made: Counter[str], bound: int, goal: float, seconds: float) -> bool:
    """Print one measurement; returns whether its goal was reached."""
    total = made.total()
    by_upstream = ", ".join(f"{name} {count:,}" for name, count in sorted(made.items()))
    print(f"{title}: {total:,} requests ({by_upstream}) in {seconds:.1f} s; lower bound {bound:,}")
    print(
        f"  ratio {total / bound:.2f}; goal at most {goal:,.0f} requests: {'reached' if total <= goal else 'MISSED'}"
    )
    return total <= goal


def measure(new: int, again: int, batch: int) -> bool:
    """Run all measurements; returns whether every goal was reached."""
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "world"
        world.mkdir()
        needed = write_world(world, max(new, again))
        texts = write_texts(world, TEXTS)
        with Sandbox(world, limits=RequestLimits(graphql=1_000_000)) as box:
            environ = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in box.upstreams.items()}
            environ |= {
                "TRACKER_DATA_DIR": folder,
                "GITHUB_TOKEN": "benchmark",
                "TRACKER_PACE__GITHUB": "0",
                "TRACKER_PACE__ARXIV": "0",
            }
            with Client(load_settings(environ=environ), Memory(), Now()) as client:
                references = [github.repository_reference(f"owner{n % 100}/repo{n}") for n in range(len(needed))]
                start = time.perf_counter()
                checks = check_in_batches(references[:new], client, batch)
                seconds = time.perf_counter() - start
                bound = math.ceil(sum(questions for questions, _ in needed[:new]) / 100)
                made = take_counts(box)
                right = all(
                    checks[reference.key].outcome is Outcome.PRESENT and checks[reference.key].content is content
                    for reference, (_, content) in zip(references[:new], needed, strict=False)
                )
                print(f"the content of {new:,} repositories was {'' if right else 'NOT '}found as it is")
                reached = report(f"{new:,} new papers", made, bound, RATIO * bound, seconds)
                checks = check_in_batches(references[:again], client, 1_000)
                known = {key.casefold(): check.commit for key, check in checks.items() if check.commit}
                take_counts(box)
                start = time.perf_counter()
                checks = check_in_batches(references[:again], client, batch, known)
                seconds = time.perf_counter() - start
                made = take_counts(box)
                # An empty repository has no commit that could show it unchanged; it costs one question, too.
                still = all(check.unchanged or check.content is Content.EMPTY for check in checks.values())
                print(
                    f"all {len(checks):,} repositories are {'' if still else 'NOT '}reported unchanged, or still empty"
                )
                goal = MOST_AGAIN * max(again, 1) / AGAIN
                reached &= report(f"{again:,} re-checks", made, math.ceil(again / 100), goal, seconds)
                reached &= measure_texts(box, client, texts)
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
