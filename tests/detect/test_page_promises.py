"""What a project page announces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.detect.page_promises import find_page_promise

URL = "https://ann.github.io/deep/"


@pytest.mark.parametrize(
    ("html", "line"),
    [
        ('<a class="button">Code (coming soon)</a>', "Code (coming soon)"),
        ('<a href="#" class="btn"><i class="fab fa-github"></i><span>Code</span> (Soon)</a>', "Code (Soon)"),
        ('<button disabled title="Coming soon">Code</button>', "Code Coming soon"),
        ('<span class="btn btn-dark disabled">GitHub (TBA)</span>', "GitHub (TBA)"),
        ('<p><a class="button">Code</a> (to be released)</p>', "Code (to be released)"),
        ('<a href="#">\u4ee3\u7801 (\u5373\u5c06\u5f00\u6e90)</a>', "\u4ee3\u7801 (\u5373\u5c06\u5f00\u6e90)"),
        ('<a href="#">Code (demn\u00e4chst)</a>', "Code (demn\u00e4chst)"),
        ("<p>Code coming soon!</p>", "Code coming soon!"),
        ("<h2>Code will be released upon acceptance.</h2>", "Code will be released upon acceptance."),
        ('<a class="button">Code &amp; data: coming soon</a>', "Code & data: coming soon"),
        ("<ul><li>2026-05: paper on arXiv</li><li>The code will be available soon.</li></ul>", "The code will be available soon."),
        ('<a class="button" href="https://github.com/ann/deep">Code (coming soon)</a>', "Code (coming soon)"),
        # Not of code, not to come, not theirs.
        ('<a class="button">Code</a>', ""),
        ('<a class="button">Video (coming soon)</a>', ""),
        ('<a class="button">Data (coming soon)</a>', ""),
        ('<a class="button" href="https://github.com/ann/deep">Code</a><a class="button">Demo (soon)</a>', ""),
        ("<p>Our code is available.</p>", ""),
        ("<p>The robot will be coming soon to the door.</p>", ""),
        ('<h3>Related work</h3><a href="#" class="button">Code (coming soon)</a>', ""),
        ("<!-- <a class='button'>Code (coming soon)</a> --><p>Words</p>", ""),
        ('<div hidden><a class="button">Code (coming soon)</a></div>', ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_page_announces_code(html: str, line: str) -> None:
    page = f"<html><body><h1>Deep things</h1>{html}</body></html>"
    assert find_page_promise(page.encode(), URL) == line


@given(st.binary(max_size=300))
def test_no_page_raises(body: bytes) -> None:
    find_page_promise(body, URL)
