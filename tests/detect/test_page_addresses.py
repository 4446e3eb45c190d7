import pytest
from lxml import html

from tracker.detect.page_addresses import element_address, redirection_target, resolve_written

BASE = "https://ann.github.io/deep/"


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://github.com/a/b", "https://github.com/a/b"),
        ("//github.com/a/b", "https://github.com/a/b"),
        ("github.com/a/b", "https://github.com/a/b"),
        ("www.github.com/a/b", "https://www.github.com/a/b"),
        ("huggingface.co/a/b", "https://huggingface.co/a/b"),
        ("https://https://github.com/a/b", "https://github.com/a/b"),
        ("https:///https://github.com/a/b", "https://github.com/a/b"),
        ("https:/github.com/a/b", "https://github.com/a/b"),
        ("htttps://github.com/a/b", "https://github.com/a/b"),
        ("paper.pdf", "https://ann.github.io/deep/paper.pdf"),
        ("/other", "https://ann.github.io/other"),
        ("docs.html/a", "https://ann.github.io/deep/docs.html/a"),
        ("mailto:a@b.org", ""),
        ("https://[", "https://["),
    ],
)
def test_what_an_attribute_means(written: str, address: str) -> None:
    assert resolve_written(written, BASE) == address


@pytest.mark.parametrize(
    ("element", "address"),
    [
        ("<a href='https://a.org/b'>x</a>", "https://a.org/b"),
        ("<a href='#' onclick=\"location.href='https://a.org/b'\">x</a>", "https://a.org/b"),
        ("<a href='javascript:window.open(\"https://a.org/b\")'>x</a>", "https://a.org/b"),
        ("<button onclick='window.open(`https://a.org/b`)'>x</button>", "https://a.org/b"),
        ("<button onclick=\"window.location='code.html'\">x</button>", "https://ann.github.io/deep/code.html"),
        ("<div onclick=\"leave('https://a.org/b')\">x</div>", "https://a.org/b"),
        ("<div onclick=\"toggle('menu')\">x</div>", ""),
        ("<div data-href='https://a.org/b'>x</div>", "https://a.org/b"),
        ("<div data-url='github.com/a/b'>x</div>", "https://github.com/a/b"),
        ("<img data-url='https://a.org/b.png'>", ""),
        ("<button formaction='https://a.org/b'>x</button>", "https://a.org/b"),
        ("<form action='https://a.org/b'></form>", "https://a.org/b"),
        ("<area href='https://a.org/b'>", "https://a.org/b"),
        ("<a href=''>x</a>", ""),
        ("<a href='#code'>x</a>", ""),
        ("<a>x</a>", ""),
    ],
)
def test_where_an_element_leads(element: str, address: str) -> None:
    assert element_address(html.fragment_fromstring(element), BASE) == address


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("0; url=https://a.org/b", "https://a.org/b"),
        ("0;URL='https://a.org/b'", "https://a.org/b"),
        ("0, https://a.org/b", "https://a.org/b"),
        ("5", ""),
        ("", ""),
    ],
)
def test_redirections(content: str, target: str) -> None:
    meta = html.Element("meta")
    meta.set("http-equiv", "Refresh")
    meta.set("content", content)
    assert redirection_target(meta, BASE) == target
