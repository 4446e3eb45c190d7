"""How long a feed takes to build and how large it is: `python -m benchmarks.feeds`.

100 generated papers with abstracts of real length, TeX in titles and abstracts, ten authors and two artifacts each,
are written as RSS, Atom and JSON Feed with every cache empty, as the first build of a cycle is, then again for the
next feed that holds the same papers. Baseline: feedgen alone, given text that is ready and writing RSS, which no
program that uses it can beat. Figures are the best of `--rounds` in processor time.

Goals: 100 ms for each format, 120 kB after gzip.
"""

from __future__ import annotations

import argparse
import gzip
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from feedgen.feed import FeedGenerator

from tracker import settings
from tracker.domain.feeds import FEED_FORMATS, Channel
from tracker.domain.history import Verdict
from tracker.domain.items import Item, ItemLink
from tracker.domain.terms import Content, Fact, LicenceClass, Outcome, Place, Role, State
from tracker.publish import feed_entry, feeds
from tracker.publish.latex_converter import convert_piece
from tracker.publish.readable_text import readable_text

PAPERS = 100
NOW = datetime(2026, 7, 1, tzinfo=UTC)
WORDS = (
    *(
        "we",
        "a",
        "the",
        "of",
        "to",
        "in",
        "that",
        "large",
        "language",
        "model",
        "models",
        "training",
        "data",
        "method",
    ),
    *(
        "results",
        "show",
        "learning",
        "on",
        "benchmark",
        "tasks",
        "propose",
        "attention",
        "policy",
        "graph",
        "tokens",
    ),
    *("sparse", "robust", "efficient", "inference", "$k$-NN", r"$\mathcal{O}(n^2)$", r"3.2\%", r"$\alpha_{ij}$"),
    *(
        "baselines",
        "evaluation",
        "retrieval",
        "reasoning",
        "agents",
        "multimodal",
        "safety",
        "alignment",
        "scaling",
    ),
)


def paper(number: int, chance: random.Random) -> Item:
    """One made-up paper, the same for the same number."""

    def text(most: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(most))

    at = NOW - timedelta(minutes=number)
    links = tuple(
        ItemLink(
            reference=f"{scheme}:lab{number}/work", url=f"https://{host}.example/lab{number}/work", host=host, kind=kind,
            role=Role.OWN, probability=0.97, place=Place.ABSTRACT, evidence=text(25), outcome=Outcome.PRESENT,
            content=Content.CODE, licence_spdx="MIT", licence_class=LicenceClass.OSI, archived=False, gated=False,
        )
        for scheme, host, kind in (("github", "github", "repository"), ("hf-model", "huggingface", "model"))
    )  # fmt: skip
    verdict = Verdict(
        fact=Fact.CODE,
        state=State.OPEN,
        licence_class=LicenceClass.OSI,
        reference=links[0].reference,
        reasons=("MIT",),
    )
    return Item(
        work=f"arxiv:2607.{number:05}", title=text(12), abstract=text(190),
        authors=tuple(f"Given{number} Family{family}" for family in range(10)), categories=("cs.LG", "cs.CL", "stat.ML"),
        primary_category="cs.LG", submitted_at=at, updated_at=at, announced_at=at, doi=None,
        licence="http://creativecommons.org/licenses/by/4.0/", withdrawn=False, verdicts=(verdict,), links=links,
        entered_at=at, changed_at=at, first_seen=at, opened_at=at, grade="open code",
        grade_reasons=("the code is there under open terms",),
    )  # fmt: skip


def baseline(entries: Sequence[feed_entry.FeedEntry]) -> bytes:
    """feedgen alone."""
    made = FeedGenerator()
    made.title("t")
    made.description("d")
    made.link(href="https://x.example/")
    for entry in entries:
        element = made.add_entry(order="append")
        element.title(entry.title)
        element.guid(entry.id)
        element.link(href=entry.url)
        element.published(entry.published)
        element.description(entry.summary)
        element.content(entry.body, type="CDATA")
    return bytes(made.rss_str(pretty=True))


def forget() -> None:
    """Empty every cache that a build fills."""
    for cached in (readable_text, convert_piece, feed_entry._body):
        cached.cache_clear()


def best(rounds: int, build: Callable[[], bytes], before: Callable[[], object]) -> tuple[float, bytes]:
    """Least processor time in milliseconds, and what was built."""
    times, made = [], b""
    for _ in range(rounds):
        before()
        begun = time.process_time()
        made = build()
        times.append(time.process_time() - begun)
    return min(times) * 1000, made


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    rounds = arguments.parse_args().rounds
    feed = settings.load_settings(environ={}).feed
    chance = random.Random(1)  # the same papers in each run
    shown = tuple(paper(number, chance) for number in range(PAPERS))
    channel = Channel(name="", title="Open code", description="Of papers.", items=shown)
    entries = [feed_entry.build_entry(item, "https://x.example") for item in shown]
    floor, _ = best(rounds, lambda: baseline(entries), forget)
    print(f"{PAPERS} items; feedgen alone (RSS, text ready): {floor:.0f} ms")
    for feed_format in FEED_FORMATS:
        build = partial(feeds.write_feed, channel, feed_format, feed, public_url="https://x.example")
        cold, document = best(rounds, build, forget)
        warm, _ = best(rounds, build, lambda: None)
        packed = len(gzip.compress(document, 9))
        print(
            f"{feed_format.ending:5} {cold:4.0f} ms ({cold / floor:.1f} times feedgen alone), again {warm:4.0f} ms;"
            f" {len(document) / 1000:.0f} kB, {packed / 1000:.0f} kB after gzip"
        )


if __name__ == "__main__":
    main()
