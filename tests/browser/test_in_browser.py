"""Every page in a real browser: wide and narrow, light and dark, with scripts off, by keyboard, and by axe."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

WIDTHS = (320, 360, 768, 1440)
AXE_WIDTHS = {"light": WIDTHS[:1], "dark": WIDTHS[-1:]}
"""Where axe runs on every page: half a second each time. On one page of each kind it runs at all widths."""
HOSTILE = {f"paper/2606.0000{number}" for number in (1, 2, 3)}


def kind(name: str) -> str:
    """The folder of a page, which one template makes; the pages of the root are a kind each."""
    return name.rpartition("/")[0] or name


def names(site: dict[str, bytes]) -> list[str]:
    return sorted(name.removesuffix(".html") for name in site if name.endswith(".html"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_fits_and_is_accessible(
    theme: str, site: dict[str, bytes], address: str, chromium: Any, axe: str
) -> None:
    # The content security policy would keep axe out; the tests below load the pages under it.
    context = chromium.new_context(color_scheme=theme, bypass_csp=True)
    page, wrong = context.new_page(), []
    assert set(names(site)) >= HOSTILE, "hostile papers are among them"
    kinds: set[str] = set()
    for name in names(site):
        page.goto(address + ("" if name == "index" else name))
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        page.evaluate(axe)
        tried = AXE_WIDTHS[theme] if kind(name) in kinds and name not in HOSTILE else WIDTHS
        kinds.add(kind(name))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            run = "axe.run(document, {resultTypes: ['violations']})"
            violations = page.evaluate(run)["violations"] if width in tried else []
            faults = [
                (violation["id"], [node["html"][:160] for node in violation["nodes"][:3]])
                for violation in violations
            ]
            if overflow > 0 or faults:
                wrong.append((name, width, overflow, faults))
    context.close()
    assert not wrong, "\n".join(map(str, wrong[:10]))


def test_axe_finds_a_planted_fault(address: str, chromium: Any, axe: str) -> None:
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(address)
    page.evaluate(
        "document.querySelector('main').innerHTML += '<p style=\"color:#ccc;background:#fff\">pale</p><input>'"
    )
    page.evaluate(axe)
    violations = {violation["id"] for violation in page.evaluate("axe.run(document)")["violations"]}
    assert {"color-contrast", "label"} <= violations
    context.close()


def test_pages_request_nothing_from_elsewhere_and_log_nothing(
    site: dict[str, bytes], address: str, chromium: Any
) -> None:
    context = chromium.new_context()
    page, messages, requests = context.new_page(), [], []
    page.on("console", lambda message: messages.append((page.url, message.text)))
    page.on("pageerror", lambda error: messages.append((page.url, str(error))))
    page.on("request", lambda request: requests.append(request.url))
    for name in names(site):
        page.goto(address + ("" if name == "index" else name))
    context.close()
    assert messages == []
    assert all(url.startswith(address) for url in requests)


def test_every_link_within_the_site_leads_somewhere(site: dict[str, bytes], address: str, chromium: Any) -> None:
    feeds = (".xml", ".atom", ".json", ".opml", ".bib", ".ris")
    context = chromium.new_context(java_script_enabled=True)
    page, missing = context.new_page(), set()
    # The service answers these itself, from the store.
    served = {*names(site), *site, "api/papers", "snapshot/tracker.db.zst", "snapshot/tracker.db.zst.sha256"}
    for name in names(site):
        page.goto(address + ("" if name == "index" else name))
        for link in page.evaluate("[...document.querySelectorAll('a[href]')].map(anchor => anchor.href)"):
            if link.startswith(address) and name != "404":
                path = page.evaluate("link => decodeURIComponent(new URL(link).pathname)", link).split(
                    "/below/here/"
                )[1]
                if path not in served and path != "" and not path.endswith(feeds):
                    missing.add((name, path))
    context.close()
    # The page of a paper that no list holds is rendered on request.
    on_request = ("search", "archive-", "organisation/", "report/", "1", "2")
    assert not {
        (name, path) for name, path in missing if not (name.startswith(on_request) and path.startswith("paper/"))
    }


def test_pages_work_without_scripts_and_by_keyboard(address: str, chromium: Any) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("class") == "skip"
    assert page.locator(":focus").bounding_box()["x"] >= 0, "the skip link is visible once it has the focus"
    page.fill("input[name=q]", 'a "b" %')
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    assert page.url == f"{address}search?q=a+%22b%22+%25"
    page.goto(address)
    page.locator(".card h4 a").first.click()
    page.wait_for_url("**/paper/*")
    assert page.locator("h1").count() == 1
    page.locator("summary").first.click()
    assert page.locator("details[open]").count() == 1
    context.close()


def test_the_focus_is_visible(address: str, chromium: Any) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(address)
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(style => [style.outlineStyle, parseFloat(style.outlineWidth)])(getComputedStyle(document.activeElement))"
        )
        assert style[0] != "none"
        assert style[1] >= 2
    context.close()


def test_what_people_come_for_is_two_clicks_away(address: str, chromium: Any) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(address)
    assert page.locator(".card .links a").first.get_attribute("href").startswith("https://github.com/")
    page.locator("h3.day a").first.click()  # all open papers of a day
    page.wait_for_url("**/20*/*/*")
    assert page.locator("article").count() > 1
    page.goto(address)
    page.locator("aside a", has_text="(cs.LG)").first.click()  # papers of a category with one fact open
    page.wait_for_url("**/browse/category/cs.LG")
    assert page.locator(".tags a", has_text="Open code").get_attribute("href").endswith("archive?cat=cs.LG")
    page.goto(address)
    page.locator("#other ~ ul a").first.click()  # why a paper is not open
    page.wait_for_url("**/paper/*")
    answer = page.locator(".answer")
    assert answer.locator(".why").inner_text()
    assert answer.bounding_box()["y"] + 40 < 740, "the verdict is within the first screen"
    context.close()


def test_the_first_page_is_small(site: dict[str, bytes]) -> None:
    assert len(gzip.compress(site["index.html"])) <= 30_000
