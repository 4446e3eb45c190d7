"""Links of project pages: the artifacts with their labels, without what a page says of itself."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.detect import pages
from tracker.detect.roles import decision
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.papers import Paper
from tracker.domain.terms import Place, Role, Source
from tracker.hosts.resolve import resolve_url

URL = "https://ann.github.io/deep/"
PAGE = resolve_url(URL)
PAPER = Paper(arxiv_id="2606.00001", title="Deep Things: Learning to Dig", authors=("Ann Author",))
ROW = """<h1>Deep Things</h1><div class="links"><span><a href="https://arxiv.org/abs/2606.00001"><i class="fas fa-file"></i>
<span>Paper</span></a></span><span><a href="https://github.com/ann/deep" class="button"><span class="icon"><i class="fab
fa-github"></i></span><span>Code</span></a></span><span><a href="https://huggingface.co/datasets/ann/holes">Dataset</a></span></div>"""


def found(html: str) -> list[tuple[str, str]]:
    assert PAGE is not None
    mentions = pages.find_page_mentions(html.encode(), PAGE, URL, resolve_url)
    assert all((mention.place, mention.source) == (Place.PAGE, Source.PAGE) for mention in mentions)
    return [(mention.reference.key, mention.before) for mention in mentions]


def own(html: str, rules: RoleRules) -> set[str]:
    assert PAGE is not None
    mentions = pages.find_page_mentions(html.encode(), PAGE, URL, resolve_url)
    return {
        mention.reference.key
        for mention in decision.decide_roles(mentions, PAPER, rules)
        if mention.role is Role.OWN
    }


def test_buttons_tell_their_label() -> None:
    keys = dict(found(ROW))
    assert set(keys) == {"github:ann/deep", "hf-dataset:ann/holes"}
    assert keys["github:ann/deep"].endswith("Code: ")
    assert keys["hf-dataset:ann/holes"].endswith("Dataset: ")


@pytest.mark.parametrize(
    "link",
    [
        '<a href="https://github.com/ann/deep"><i class="fab fa-github"></i></a>',
        '<a href="https://github.com/ann/deep" aria-label="github"><svg></svg></a>',
        '<a href="https://github.com/ann/deep"><img src="x.png" alt="github"></a>',
        '<a href="//github.com/ann/deep">github</a>',
        '<a href=" https://github.com/ann/deep/ ">github</a>',
    ],
)
def test_a_picture_is_a_label_too(link: str) -> None:
    assert found(f"<html><body><p>{link}</p></body></html>") == [("github:ann/deep", "github: ")]


@pytest.mark.parametrize(
    "credit",
    [
        "The template of this page is from {}.",
        "This page was built using the Academic Project Page Template: {}",
        "Source code of this website: {}",
        "You may use the source code of this page {}, please link back in the footer.",
        "Website source based on {}, borrowed from its authors.",
        "This site is powered by {}.",
    ],
)
def test_what_a_page_says_of_itself_is_left_out(credit: str) -> None:
    link = '<a href="https://github.com/nobody/pages">this one</a>'
    assert found(f"<html><body>{ROW}<footer><p>{credit.format(link)}</p></footer></body></html>")[2:] == []


@pytest.mark.parametrize(
    "html",
    [
        "<h1>Deep</h1><p>{}</p><footer>This website is licensed under a Creative Commons licence.</footer>",
        "<p>Our code is hosted on {}.</p>",
        "<p>The code is {}, licensed under MIT.</p>",
        "<p>We release our chat template and the code: {}</p>",
        "<div>Code: {}" + " words" * 60 + " the template of this page is borrowed from others</div>",
        "<script>if (a<b) {{ x = 'it'; }} // don't</script><p>Our code: {}</p>",
    ],
)
def test_what_a_paper_says_of_its_release_is_kept(html: str) -> None:
    link = '<a class="[&>svg]:size-4" href="https://github.com/ann/deep">Code</a>'
    assert [key for key, _ in found(f"<html><body>{html.format(link)}</body></html>")] == ["github:ann/deep"]


def test_the_words_before_a_link_are_those_before_it() -> None:
    far = (
        "<html><body><p>"
        + "Of the method. " * 60
        + 'The baseline is by <a href="https://github.com/bob/other">Bob</a>.'
    )
    assert found(far)[0][1].endswith("The baseline is by Bob: ")


def test_relative_links_begin_at_the_base() -> None:
    html = '<html><head><base href="https://github.com/ann/"></head><body><p><a href="deep">Code</a></p></body></html>'
    assert found(html)[0][0] == "github:ann/deep"


@pytest.mark.parametrize(
    "hostile",
    [
        lambda size: "<html><a " + " ".join(f"a{n}=1" for n in range(size // 9)),
        lambda size: "<html><a " + " ".join(f'a{n}=">"' for n in range(size // 11)),
        lambda size: "<html>" + "<script " * (size // 8),
        lambda size: "<html>" + "<a href=\"'" * (size // 10),
        lambda size: "<html>" + "<div><a href='http://q.org'></a></div>" * (size // 38),
    ],
)
def test_two_megabytes_of_hostile_markup_are_read(hostile: Callable[[int], str]) -> None:
    """Quadratic ways take minutes for this; the bound is generous, so that no busy machine fails it."""
    assert PAGE is not None
    start = time.process_time()
    pages.find_page_mentions(hostile(2_100_000).encode(), PAGE, URL, resolve_url)
    assert time.process_time() - start < 30


def test_roles_of_a_page(rules: RoleRules) -> None:
    others = """<h2>Related work</h2><ul><li>We compare with <a href="https://github.com/bob/other">Other</a> of last year</li>
    <li>See also <a href="https://github.com/cleo/third">Third</a>.</li></ul>"""
    assert own(f"<html><body>{ROW}{others}</body></html>", rules) == {"github:ann/deep", "hf-dataset:ann/holes"}


def test_markdown_and_plain_text() -> None:
    assert found("# Deep\n\n[Code](https://github.com/ann/deep) and words\n")[0][0] == "github:ann/deep"
    assert found("Code: https://github.com/ann/deep")[0] == ("github:ann/deep", "Code: ")


def test_the_page_and_pages_are_no_artifacts_of_it() -> None:
    html = f'<html><body><a href="{URL}">Home</a><a href="https://example.org/x">X</a><a href="mailto:a@b.org">m</a></body></html>'
    assert found(html) == []


def test_many_links_are_bounded() -> None:
    html = "".join(f'<p><a href="https://github.com/ann/deep{n}">Code {n}</a></p>' for n in range(500))
    assert len(found(f"<html><body>{html}</body></html>")) == pages.MAX_MENTIONS


@given(st.text(max_size=300), st.text(max_size=100))
def test_no_page_raises(text: str, label: str) -> None:
    found(text)
    for key, before in found(
        f'<html><body>{text}<p><a href="https://github.com/ann/deep">{label}</a></p></body></html>'
    ):
        assert key
        before.encode()


@given(st.binary(max_size=300))
def test_no_bytes_raise(body: bytes) -> None:
    assert PAGE is not None
    pages.find_page_mentions(b"<html><a href='" + body, PAGE, URL, resolve_url)
    pages.find_page_mentions(body, PAGE, URL, resolve_url)
