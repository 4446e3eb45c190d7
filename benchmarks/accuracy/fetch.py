"""`python -m benchmarks.accuracy.fetch`: ask arXiv for the labelled abstracts, and redo their figures.

This is `make accuracy FETCH=1`, for those who do not have the labelled texts. It asks arXiv's API by id, a hundred papers a
request, at the pace that all processes of an installation share, and keeps what it got in DATA_DIR/accuracy, so that a
second run asks for nothing. Full texts are not fetched: their figures are those of docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from lxml import etree

from benchmarks.accuracy import detections, facts, floors, labels, listed, report, short
from benchmarks.accuracy.facts import Paper
from benchmarks.accuracy.part import Part, number
from tracker.domain.errors import TrackerError, UpstreamError
from tracker.domain.protocols import Fetch
from tracker.fetch.client import Client
from tracker.fetch.clock import make_clock
from tracker.settings import load_settings
from tracker.store.upgrade import open_store
from tracker.store.upstreams import StoredUpstreams

BATCH = 100
"""Papers of one request. arXiv's manual allows more; addresses stay below 2 kB so."""
DOCUMENT = labels.ROOT / "docs/accuracy.md"
_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"


def parse_papers(body: bytes) -> Iterator[Paper]:
    """The papers of a response of arXiv's API. Raises UpstreamError where it is not Atom."""
    try:
        feed = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise UpstreamError("arxiv_api", "the response is not XML") from None
    for entry in feed.iter(f"{_ATOM}entry"):
        name = (entry.findtext(f"{_ATOM}id") or "").partition("/abs/")[2]
        arxiv_id = name.rpartition("v")[0]
        if arxiv_id:
            title, abstract, comment = (
                (entry.findtext(tag) or "").strip()
                for tag in (f"{_ATOM}title", f"{_ATOM}summary", f"{_ARXIV}comment")
            )
            yield Paper(arxiv_id, title, abstract, comment)


def fetch_papers(fetch: Fetch, wanted: Sequence[str], cache: Path) -> dict[str, Paper]:
    """The papers by id: those of the cache, and from arXiv those that are not there. Each request is kept at once."""
    papers = {paper.arxiv_id: paper for paper in _read_cache(cache)}
    waiting = [arxiv_id for arxiv_id in dict.fromkeys(wanted) if arxiv_id not in papers]
    cache.parent.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        print(f"Asking arXiv for {len(batch)} of {len(waiting) - start} papers …", flush=True)
        params = {"id_list": ",".join(batch), "max_results": str(len(batch))}
        response = fetch.get("arxiv_api", "", params=params)
        if response.status != 200:
            raise UpstreamError("arxiv_api", f"answered {response.status}")
        got = list(parse_papers(response.body))
        with cache.open("a", encoding="utf-8") as lines:
            lines.writelines(f"{json.dumps(asdict(paper))}\n" for paper in got)
        papers |= {paper.arxiv_id: paper for paper in got}
    return papers


def _read_cache(cache: Path) -> Iterator[Paper]:
    for line in cache.read_text(encoding="utf-8").splitlines() if cache.is_file() else ():
        try:
            yield Paper(**json.loads(line))
        except (ValueError, TypeError):
            continue  # a line that was cut off by a kill: the paper is asked for again


def measure(known: labels.Labels) -> Part:
    """The figures of abstracts, comments and lists."""
    predicted = detections.detect_labelled(known)
    part = short.measure(known.texts, predicted.texts, against=False)
    part.join(listed.measure(known.listed, predicted.listed, against=False))
    return part


def compare(part: Part, document: str) -> list[str]:
    """One line for each figure: here, in the document, and its floor where it is below."""
    stated = report.figures_of(document)
    fallen = {floor.figure: floor for floor in floors.load_floors() if floor.figure in part.figures}
    lines = []
    for name, value in part.figures.items():
        floor = fallen.get(name)
        mark = f"  below its floor {number(floor.bound)}" if floor and not floor.holds(value) else ""
        lines.append(f"{name:45}{number(value)}  {stated.get(name, '-')}{mark}")
    return lines


def main(arguments: Iterable[str] | None = None) -> int:
    """Print the figures beside those of the document. Exit 0 where every text was there, 1 where arXiv gave none."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.fetch", description=__doc__)
    parser.add_argument("--facts", type=Path, default=facts.PATH, help="the facts of the labels")
    options = parser.parse_args(None if arguments is None else list(arguments))
    known = facts.load_facts(options.facts)
    settings = load_settings()
    if not settings.contact and not os.environ.get("CI"):
        print("Set TRACKER_CONTACT to your e-mail address first, so that arXiv can reach you.")
        return 2
    cache = settings.data_dir / "accuracy" / "papers.jsonl"
    clock = make_clock(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with (
            closing(open_store(settings.store_url)) as store,
            Client(settings, StoredUpstreams(store), clock) as fetch,
        ):
            papers = fetch_papers(fetch, [row["arxiv_id"] for row in known], cache)
    except TrackerError as error:
        print(f"{error} What was fetched so far is kept; run this again later.")
        return 1
    joined, changed, missing = facts.join_texts(known, papers)
    print(
        f"{len(joined.texts)} abstracts and comments, {len(joined.listed)} papers of lists as they were labelled; "
        f"{changed} texts changed since, {missing} are not at arXiv: these are left out."
    )
    if not joined.texts or not joined.listed:
        return 1
    print(f"{'figure':45}here   docs/accuracy.md")
    print("\n".join(compare(measure(joined), DOCUMENT.read_text(encoding="utf-8"))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
