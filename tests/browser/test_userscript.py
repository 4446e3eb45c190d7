"""The userscript in a real browser, on imitations of arXiv's pages: badges at the right papers, by one request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import AXE
from tracker.publish.userscript_files import SCRIPT, build_userscript_files

BASE = "https://papers.example"
ROWS = [
    {"arxiv_id": "2606.00001", "code": "open", "weights": "gated", "data": "unknown", "demo": "none"},
    {"arxiv_id": "2606.00002", "code": "unknown", "weights": "none", "data": "unknown", "demo": "<b>x</b>"},
]
STYLE = "<style>body{font:16px serif;background:#fff;color:#000}@media (prefers-color-scheme:dark){body{background:#111;color:#eee} a{color:#8bf !important}} a{color:#00a}</style>"
ABSTRACT = (
    "<main id=content-inner><div id=abs><h1 class='title'>Title: A</h1><blockquote>Text</blockquote></div></main>"
)
LISTING = "<main><h1>New</h1><dl id=articles>" + "".join(
    f"<dt><a name=item{n}>[{n}]</a> <a href='/abs/2606.0000{n}v1' title='Abstract'>arXiv:2606.0000{n}</a> [<a href='/pdf/2606.0000{n}'>pdf</a>]</dt>"
    f"<dd><div class=list-title>Title {n}</div></dd>" for n in (1, 2, 3)
) + "</dl></main>"  # fmt: skip
SEARCH = "<main><h1>Found</h1><ol>" + "".join(
    f"<li class=arxiv-result><p class=list-title><a href='https://arxiv.org/abs/2606.0000{n}'>arXiv:2606.0000{n}</a></p><p>Title {n}</p></li>" for n in (1, 2)
) + "</ol></main>"  # fmt: skip
PAGES = {
    "https://arxiv.org/abs/2606.00001v2": (ABSTRACT, ["2606.00001"]),
    "https://arxiv.org/list/cs.CL/new": (LISTING, ["2606.00001", "2606.00002", "2606.00003"]),
    "https://arxiv.org/search/?query=x": (SEARCH, ["2606.00001", "2606.00002"]),
}
# Stands in for the script's manager, whose requests the page's policy does not see.
MANAGER = """window.asked = []; window.GM_xmlhttpRequest = (request) => { window.asked.push(request.url);
    setTimeout(() => request.onload({ status: 200, responseText: JSON.stringify({ papers: ROWS }) }), 50); }; 0;"""
SHIFTS = """window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.shift += entry.value))
    .observe({ type: "layout-shift", buffered: true }); 0;"""


# What scripts of arXiv's do: they add parts to the page, and move on in the history.
OWN_SCRIPT = """<script>addEventListener("DOMContentLoaded", () => { document.body.dataset.ready = "yes";
    document.querySelector("main").insertAdjacentHTML("beforeend", "<p><a href='/show-email'>Submission history</a></p>");
    history.replaceState(null, "", location.href); });</script>"""


@pytest.mark.parametrize("own_script", ["", OWN_SCRIPT])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", PAGES)
def test_badges_are_at_the_right_papers(chromium: Any, address: str, scheme: str, own_script: str) -> None:
    body, papers = PAGES[address]
    context = chromium.new_context(color_scheme=scheme)
    page, requests = context.new_page(), []
    page.route("**/*", lambda route: route.fulfill(
        body=f"<!doctype html><html lang=en><head><title>A</title>{STYLE}</head><body>{body}{own_script}</body></html>", content_type="text/html"
    ))  # fmt: skip
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)
    assert page.evaluate("document.body.dataset.ready || ''") == ("yes" if own_script else "")
    script = build_userscript_files(BASE)[SCRIPT].decode()
    page.evaluate(SHIFTS)
    page.evaluate(MANAGER.replace("ROWS", json.dumps(ROWS)))
    page.evaluate(f"{script}; 0")
    page.wait_for_function("[...document.querySelectorAll('[data-tracker]')].some((badge) => badge.title)")
    badges = page.evaluate(
        "[...document.querySelectorAll('[data-tracker]')].map((one) => [one.dataset.tracker, one.textContent, one.href])"
    )
    shown = {"2606.00001": "✓ code · weights gated"}
    assert badges == [[paper, shown.get(paper, "–"), f"{BASE}/paper/{paper}"] for paper in papers]
    assert page.evaluate("window.asked") == [f"{BASE}/api/papers?limit=150&ids={','.join(papers)}"]
    assert requests == [address], "no other host"
    assert page.evaluate("window.shift") <= 0.05
    page.evaluate(f"{Path(AXE).read_text()}; 0")
    assert page.evaluate("axe.run().then((found) => found.violations.map((one) => one.id))") == []
    context.close()
