"""How fast links are found and papers are read, as ratios to named ways measured in the same run.

Run by hand: `make bench`. Figures depend on the machine; the ratios are what counts. Goals: link finding in
abstracts at least 20 times RSEF's two patterns; `tracker detect` at least 2,000 papers a second on one core;
a page of 250 kB at least 10 times BeautifulSoup and a naive pattern; twice the hostile text at most 2.5 times
the time.
"""

from __future__ import annotations

import gc
import json
import random
import re
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from tracker.detect import detect
from tracker.detect.formats import places
from tracker.detect.links import urls
from tracker.detect.roles import role_rules
from tracker.domain.papers import Paper
from tracker.hosts.resolve import resolve_url

DAYS = Path(__file__).parents[1] / "../shared/data/days"
WORDS_TEXT = (
    "we show that the proposed method for learning of large models is better than strong baselines on data"
)
WORDS = WORDS_TEXT.split()
MEGABYTE = 1_000_000
MOST_ROUNDS = 12

# RSEF's rule (github.com/SoftwareUnderstanding/RSEF): one pattern for each of two forges, tried on every line,
# then patterns for Zenodo over the whole text. Written anew.
_NAME = r"[\w.-]+/[\w.-]+"
RSEF_FORGES = [
    re.compile(rf"(?:https?://(?:www\.)?)?{host}\.com/{_NAME}", re.ASCII) for host in ("github", "gitlab")
]
RSEF_ZENODO = [
    re.compile(pattern, re.ASCII)
    for pattern in (r"https?://doi\.org/10.5281/zenodo.\d+", r"https?://zenodo.org/records?/\d+")
]
NAIVE = re.compile(r"https?://[^\s\"'<>)]+")

HOSTILE = ["-", "\\", "{", "}", "<", ">", "http://", "https://a", "github.com/", "github.com/a/b ", "0123456789", "(", ")", "<span class=\"ltx_note\">",
           "<a href=\"http://a.b\">", "<a href=", "<div>", "</span>", "\\footnote{", "\\href{", "\\url{", "\\begin{abstract}", "\\iffalse ", "\\newcommand{\\a}{/",
           "\\def\\a{\\a\\a/}\\a", "%", "%\n", "e\u0301", "\u0301", "\x00", "References\n", "\nA Ab\n", "\n1 A", "Figure 1: ", "<math>", "<!--", "&amp;", "&#", "https://github.com/a/\n",
           "www.", "a.com ", "10.5281/", ". A", "code is available at ", "will be released "]  # fmt: skip


def rsef(text: str) -> list[str]:
    """Links as RSEF finds them."""
    found = [
        match for line in text.split("\n") if line for pattern in RSEF_FORGES for match in pattern.findall(line)
    ]
    return found + [match for pattern in RSEF_ZENODO for match in pattern.findall(text)]


def best(run: Callable[[], object], rounds: int = 5) -> float:
    """Seconds of the quickest of some rounds, without what other rounds left to be collected."""
    times = []
    for _ in range(rounds):
        gc.collect()
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def papers() -> list[dict[str, Any]]:
    """Two real listing days where they lie beside the project, else as many made-up papers."""
    rows = [
        json.loads(line)
        for path in sorted(DAYS.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    if rows:
        return [{**row, "comment": row.get("comments")} for row in rows]
    chance = random.Random(3)  # the same papers in every run
    return [
        {
            "arxiv_id": f"2606.{number:05}",
            "title": "A title of seven words in all",
            "abstract": " ".join(chance.choices(WORDS, k=190))
            + (f". Code is available at https://github.com/owner{number}/name." if number % 5 == 0 else "."),
        }
        for number in range(1_500)
    ]


def page(size: int = 250_000) -> str:
    """A paper as LaTeXML writes one: formulas, formatting, citations, footnotes and a list of references."""
    chance = random.Random(5)
    head = '<html><head><title>T</title></head><body><header>x</header><article class="ltx_document"><h1 class="ltx_title ltx_title_document">T</h1>'
    parts, number, length = [head], 0, 0
    while length < size * 0.8:
        words = [" ".join(chance.choices(WORDS, k=12)) for _ in range(4)]
        name = f"S{number // 8}.p{number % 8}"
        formula = (
            f'<math id="{name}.1.m1.1" class="ltx_Math" alttext="x_{{1}}" display="inline"><semantics id="{name}.1.m1.1a"><msub id="{name}.1.m1.1.1" xref="{name}.1.m1.1.1.cmml">'
            f'<mi id="{name}.1.m1.1.1.2" xref="{name}.1.m1.1.1.2.cmml">x</mi><mn id="{name}.1.m1.1.1.3" xref="{name}.1.m1.1.1.3.cmml">1</mn></msub>'
            f'<annotation-xml encoding="MathML-Content" id="{name}.1.m1.1b"><apply><ci>x</ci><cn>1</cn></apply></annotation-xml><annotation encoding="application/x-tex">x_{{1}}</annotation></semantics></math>'
        )
        parts.append(
            f'<section id="S{number}" class="ltx_section"><h2 class="ltx_title ltx_title_section"><span class="ltx_tag ltx_tag_section">{number}</span>Part</h2>'
            if number % 8 == 0
            else ""
        )
        parts.append(
            f'<div id="{name}" class="ltx_para"><p id="{name}.1" class="ltx_p">{words[0]} <span id="{name}.1.1" class="ltx_text ltx_font_bold">{words[1][:20]}</span> as in '
            f'<cite class="ltx_cite ltx_citemacro_citep">(<a href="#bib.bib{number}" title="" class="ltx_ref">Smith, 2020</a>)</cite> with {formula} {words[2]} {formula} {words[3]}.</p></div>'
        )
        if number % 12 == 0:
            parts.append(
                f'<p class="ltx_p">Code<span id="footnote{number}" class="ltx_note ltx_role_footnote"><sup class="ltx_note_mark">{number}</sup><span class="ltx_note_outer"><span class="ltx_note_content">'
                f'<sup class="ltx_note_mark">{number}</sup><span class="ltx_tag ltx_tag_note">{number}</span><a href="https://github.com/o/n{number}" title="" class="ltx_ref ltx_url ltx_font_typewriter">https://github.com/o/n{number}</a></span></span></span>.</p>'
            )
        parts.append("</section>" if number % 8 == 7 else "")
        length += sum(map(len, parts[-4:]))
        number += 1
    parts.append(
        '<section id="bib" class="ltx_bibliography"><h2 class="ltx_title ltx_title_bibliography">References</h2><ul class="ltx_biblist">'
    )
    while length < size:
        parts.append(
            f'<li id="bib.bib{number}" class="ltx_bibitem"><span class="ltx_tag ltx_role_refnum ltx_tag_bibitem">Smith (2020)</span><span class="ltx_bibblock">Ann Smith.</span>'
            f'<span class="ltx_bibblock">{" ".join(chance.choices(WORDS, k=9))}.</span><span class="ltx_bibblock"><em class="ltx_emph ltx_font_italic">Proceedings</em>, 2020.'
            + (
                f' URL <a href="https://example.org/{number}" class="ltx_ref ltx_url">https://example.org/{number}</a>'
                if number % 3 == 0
                else ""
            )
            + "</span></li>"
        )
        length += len(parts[-1])
        number += 1
    parts.append("</ul></section>")
    return "".join(parts) + "</article><footer>x</footer></body></html>"


def beautiful_soup(text: str, parser: str) -> Iterable[str]:
    """Links of a page by BeautifulSoup: the addresses of its anchors, and a naive pattern over its words."""
    from bs4 import BeautifulSoup  # noqa: PLC0415  optional: only the bench needs it

    soup = BeautifulSoup(text, parser)
    return [anchor["href"] for anchor in soup.find_all("a", href=True)] + NAIVE.findall(soup.get_text(" "))


def abstracts_table(rows: list[dict[str, Any]]) -> None:
    """Link finding in abstracts."""
    texts = [row["abstract"] for row in rows]
    size = sum(map(len, texts)) / 1e6
    # In turns, so that what else the machine does weighs on both.
    turns = [
        (
            best(lambda: [urls.find_links(text) for text in texts], 3),
            best(lambda: [rsef(text) for text in texts], 1),
        )
        for _ in range(5)
    ]
    ours, theirs = map(min, zip(*turns, strict=True))
    print(f"abstracts: {len(texts)} texts, {size:.1f} MB; ours {size / ours:.0f} MB/s")
    print(f"  RSEF's patterns {size / theirs:8.1f} MB/s, ours {theirs / ours:6.1f} times as fast (goal 20)")
    try:
        from urlextract import URLExtract  # noqa: PLC0415  optional too
    except ImportError:
        print("  urlextract is not installed")
        return
    extractor = URLExtract()
    some = texts[:200]
    share = best(lambda: [extractor.find_urls(text) for text in some], 2) / sum(map(len, some))
    print(f"  urlextract      {1e-6 / share:8.1f} MB/s, ours {share * size * 1e6 / ours:6.0f} times as fast")


def detect_table(rows: list[dict[str, Any]]) -> None:
    """All of `tracker detect` but reading and writing the file."""
    rules = role_rules.load_role_rules()
    lines = [json.dumps(row) for row in rows]
    taken = best(lambda: [json.dumps(found) for found in detect.detect_lines(lines, resolve_url, rules)], 4)
    print(f"tracker detect: {len(lines) / taken:,.0f} papers a second (goal 2,000)")


def page_table() -> None:
    """Reading a full text in HTML."""
    text = page()
    ours = best(lambda: detect.find_full_text_mentions(text, "html", resolve_url), 15)
    count = len(detect.find_full_text_mentions(text, "html", resolve_url))
    print(f"HTML of {len(text) / 1e3:.0f} kB, {count} links")
    for parser in ("html.parser", "lxml"):
        try:
            theirs = best(lambda parser=parser: beautiful_soup(text, parser), 5)
            ours = min(ours, best(lambda: detect.find_full_text_mentions(text, "html", resolve_url), 5))
        except ImportError:
            print("  beautifulsoup4 is not installed: pip install beautifulsoup4")
            return
        print(
            f"  BeautifulSoup ({parser}) {theirs * 1e3:.0f} ms, ours {ours * 1e3:.1f} ms, {theirs / ours:.1f} times as fast (goal 10)"
        )


def doubling(way: Callable[[str], object], piece: str) -> tuple[float, float]:
    """Seconds over half a megabyte and over one of a repeated piece, the best of as many rounds as it takes.

    A neighbour on the machine only ever adds time, so what looks worse than linear is measured again.
    """
    half, whole = (partial(way, piece * (size // len(piece))) for size in (MEGABYTE // 2, MEGABYTE))
    shortest = [float("inf"), float("inf")]
    for number in range(MOST_ROUNDS):
        shortest = [min(known, best(run, 1)) for known, run in zip(shortest, (half, whole), strict=True)]
        if number >= 1 and (shortest[1] < 0.02 or shortest[1] < 2.2 * shortest[0]):
            break
    return shortest[0], shortest[1]


def hostile_table() -> None:
    """How the time grows when hostile text doubles from half a megabyte to one."""
    rules = role_rules.load_role_rules()
    ways: dict[str, Callable[[str], object]] = {
        "find": urls.find_links,
        "detect abstract": lambda text: detect.detect_paper(
            Paper(arxiv_id="1", abstract=text), resolve_url, rules
        ),
    }
    for kind in ("html", "tex", "pdf-text"):
        ways[f"plain {kind}"] = lambda text, kind=kind: places.to_plain_text(text, kind)
        ways[f"detect {kind}"] = lambda text, kind=kind: detect.detect_paper(
            Paper(arxiv_id="1", text=text, text_format=kind), resolve_url, rules
        )
    print("hostile text, 1 MB: the most seconds, and the most that doubling to it costs (goal 2.5)")
    for name, way in ways.items():
        slowest, worst = (0.0, ""), (0.0, "")
        for piece in HOSTILE:
            half, whole = doubling(way, piece)
            slowest = max(slowest, (whole, piece))
            if whole > 0.02:
                worst = max(worst, (whole / half, piece))
        print(f"  {name:16} {slowest[0]:6.2f} s {slowest[1]!r:22} {worst[0]:5.2f} times {worst[1]!r}", flush=True)


def main() -> None:
    """Print every table."""
    rows = papers()
    abstracts_table(rows)
    detect_table(rows)
    page_table()
    hostile_table()


if __name__ == "__main__":
    main()
