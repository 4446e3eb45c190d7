"""How fast a search is on PostgreSQL: the 95th percentile of many, on a server that is started for it.

Run by hand: `python -m benchmarks.server_search`, with a number of papers if it is not 100,000. The store is that of
`benchmarks.store`, indexed as the program does it. Each search is one that nobody made before.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from pathlib import Path

from sqlalchemy import text

from benchmarks.store import BATCH, CONSTANT, FILL, make_vocabulary, rows
from tests.new_store import start_server
from tracker.store import search, search_index
from tracker.store.engine import Store
from tracker.store.upgrade import open_store

SIZE, SEARCHES = 100_000, 200
TARGET_MS = 50.0


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
    with store.read() as connection:
        keys = list(connection.execute(text("SELECT id FROM work ORDER BY id")).scalars())
    for start in range(0, size, BATCH):
        with store.begin() as connection:
            search_index.index_papers(connection, keys[start : start + BATCH])
            search_index.index_repositories(connection, keys[start : start + BATCH])
    with store.begin() as connection:
        connection.execute(text("ANALYZE"))


def list_searches() -> dict[str, list[str]]:
    """Words to search, by kind; words are drawn as often as texts have them."""
    chance, (words, sums) = random.Random(3), make_vocabulary(1)  # made-up text

    def draw(number: int) -> list[str]:
        return chance.choices(words, cum_weights=sums, k=number)

    return {
        "one word": [" ".join(draw(1)) for _ in range(SEARCHES)],
        "two words": [" ".join(draw(2)) for _ in range(SEARCHES)],
        "three words, one left out": [" -".join([" ".join(draw(2)), *draw(1)]) for _ in range(SEARCHES)],
        "the beginning of a word": [f"{' '.join(draw(1))} {draw(1)[0][:3]}" for _ in range(SEARCHES)],
        "a rare word": [chance.choice(words[-5000:]) for _ in range(SEARCHES)],
    }


def measure(store: Store) -> float:
    """Print the times of each kind of search; returns the 95th percentile of the slowest kind, in ms."""
    slowest = 0.0
    for kind, searches in list_searches().items():
        times, found = [], 0
        for words in searches:
            begun = time.perf_counter()
            found += len(search.find_papers(store, words, 20))
            times.append((time.perf_counter() - begun) * 1000)
        assert found, "the searches found nothing, so they measure nothing"  # a benchmark
        percentile = statistics.quantiles(times, n=20)[-1]
        slowest = max(slowest, percentile)
        print(
            f"  {statistics.median(times):9.1f} ms median {percentile:9.1f} ms 95th percentile  {kind}", flush=True
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
        slowest = measure(store)
        store.close()
    return int(slowest > TARGET_MS)


if __name__ == "__main__":
    sys.exit(main())
