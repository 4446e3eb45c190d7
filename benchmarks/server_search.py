"""How fast a search is on PostgreSQL: the 95th percentile of many, on a server that is started for it.

Run by hand: `python -m benchmarks.server_search`, with a number of papers if it is not 100,000. The store is that of
`benchmarks.store`, indexed as the program does it. Most searches are made once. The server's processor time does
not depend on what else the machine does.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.store_rows import BATCH, CATEGORIES, CONSTANT, FILL, RARE, make_chunks, make_vocabulary, rows
from tests.new_store import start_server
from tracker.domain.terms import Fact
from tracker.store import search, search_index
from tracker.store.engine import Store
from tracker.store.upgrade import open_store

SIZE, SEARCHES = 100_000, 100
LIMITS = (20, 500)
"""Papers that `tracker search` shows, and those that the page of a search counts."""
TARGET_MS = 50.0
Search = tuple[str, dict[str, Any]]
"""Words, and what else `find_papers` is asked."""


def fill(store: Store, size: int) -> None:
    """Write that many papers into an empty store on PostgreSQL, and index them."""
    with store.begin() as connection:
        # References are right, and come in another order.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        cursor = connection.connection.cursor()
        for batch in rows(size):
            for name in FILL.keys() - {"paper_text"}:
                fixed = CONSTANT.get(name, {})
                columns = ", ".join((FILL[name], *fixed))
                with cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
                    for row in batch.get(name, ()):
                        copy.write_row((*row, *fixed.values()))
        connection.execute(text("UPDATE work SET weights = 'open' WHERE id % 37 = 0"))
    with store.read() as connection:
        keys = list(connection.execute(text("SELECT id FROM work ORDER BY id")).scalars())
    for start in range(0, size, BATCH):
        with store.begin() as connection:
            search_index.index_papers(connection, keys[start : start + BATCH])
            search_index.index_repositories(connection, keys[start : start + BATCH])
    with store.begin() as connection:
        connection.execute(text("ANALYZE"))


def list_searches() -> dict[str, list[Search]]:
    """What is searched, by kind; words are drawn as often as texts have them."""
    chance, (words, sums), chunks = random.Random(3), make_vocabulary(1), make_chunks()  # made-up text

    def draw(number: int) -> str:
        return " ".join(chance.choices(words, cum_weights=sums, k=number))

    def draw_author() -> str:
        people = chance.choice(chunks).split()
        return f"{people[0]} {people[5]}"

    kinds: dict[str, Callable[[], Search]] = {
        "one word": lambda: (draw(1), {}),
        "two words": lambda: (draw(2), {}),
        "two of the 40 most frequent words": lambda: (" ".join(chance.sample(words[:40], 2)), {}),
        "three words, one left out": lambda: (f"{draw(2)} -{draw(1)}", {}),
        "the beginning of a word": lambda: (f"{draw(1)} {draw(1)[:3]}", {}),
        "a rare word": lambda: (chance.choice(words[-5000:]), {}),
        "a word that no paper has": lambda: (f"zq{draw(1)}", {}),
        "an author": lambda: (draw_author(), {}),
        "a repository": lambda: ("Owner{0}/Project{0}".format(chance.randrange(0, SIZE, 4)), {}),
        "two words in a category": lambda: (draw(2), {"category": chance.choice(CATEGORIES[:5])}),
        "one word in a rare category": lambda: (draw(1), {"category": RARE}),
        "two words, open code": lambda: (draw(2), {"fact": Fact.CODE}),
        "one word, open weights": lambda: (draw(1), {"fact": Fact.WEIGHTS}),
        "two words, newest first": lambda: (draw(2), {"order": search.SearchOrder.DATE}),
    }
    return {name: [make() for _ in range(SEARCHES)] for name, make in kinds.items()}


def processor_ms(process: int) -> float:
    """The processor time that a process took so far (Linux, Documentation/scheduler/sched-stats.rst)."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e6


def percentile(values: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def measure(store: Store, limit: int) -> float:
    """Print the times of each kind of search; returns the 95th percentile of the slowest kind, in ms."""
    with store.read() as connection:
        server = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    slowest = 0.0
    print(
        f"the first {limit}, in ms: time, and processor time of the server (median, 95th percentile); papers found"
    )
    for kind, searches in list_searches().items():
        times, processor, found = [], [], 0
        for words, narrowed in searches:
            begun, before = time.perf_counter(), processor_ms(server)
            found += len(search.find_papers(store, words, limit, **narrowed))
            times.append((time.perf_counter() - begun) * 1000)
            processor.append(processor_ms(server) - before)
        slowest = max(slowest, percentile(times))
        print(
            f"  {statistics.median(times):7.1f} {percentile(times):7.1f}  {statistics.median(processor):7.1f} "
            f"{percentile(processor):7.1f} {found / len(searches):6.0f}  {kind}",
            flush=True,
        )
    return slowest


def main() -> int:
    """Return 1 where a search takes longer than the target."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else SIZE
    with start_server() as server:
        store = open_store(server.store_address(Path("search")))
        begun = time.perf_counter()
        fill(store, size)
        print(f"{size:,} papers on PostgreSQL, made in {time.perf_counter() - begun:.0f} s", flush=True)
        slowest = max(measure(store, limit) for limit in LIMITS)
        store.close()
    return int(slowest > TARGET_MS)


if __name__ == "__main__":
    sys.exit(main())
