from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.detect.links import urls

REPOSITORY = "https://github.com/owner/some_name"

FORMS = {
    "plain": ("see https://github.com/owner/some_name for code", REPOSITORY),
    "full stop": ("Code: https://github.com/owner/some_name.", REPOSITORY),
    "brackets": ("code (https://github.com/owner/some_name).", REPOSITORY),
    "square brackets": ("code [https://github.com/owner/some_name]", REPOSITORY),
    "angle brackets": ("code <https://github.com/owner/some_name>", REPOSITORY),
    "markdown": ("[code](https://github.com/owner/some_name).", REPOSITORY),
    "quotes": ('"https://github.com/owner/some_name"', REPOSITORY),
    "url command": (r"\url{https://github.com/owner/some_name}.", REPOSITORY),
    "href command": (r"\href{https://github.com/owner/some_name}{here}", REPOSITORY),
    "typewriter": (r"{\tt https://github.com/owner/some\_name}", REPOSITORY),
    "texttt": (r"\texttt{https://github.com/owner/some\_name}", REPOSITORY),
    "escaped underscore": (r"https://github.com/owner/some\_name.", REPOSITORY),
    "braced underscore": (r"https://github.com/owner/some{\_}name.", REPOSITORY),
    "textunderscore": (r"https://github.com/owner/some\textunderscore name.", REPOSITORY),
    "soft hyphen command": (r"https://github.com/ow\-ner/some\_name", REPOSITORY),
    "allowbreak": (r"https://github.com/owner/\allowbreak some\_name", REPOSITORY),
    "soft hyphen sign": ("https://github.com/ow\u00adner/some_name", REPOSITORY),
    "ligature": ("https://github.com/o/\ufb01ne", "https://github.com/o/fine"),
    "no scheme": ("available at github.com/owner/some_name.", REPOSITORY),
    "www": ("available at www.github.com/owner/some_name.", "https://www.github.com/owner/some_name"),
    "one slash": ("https:/github.com/owner/some_name", REPOSITORY),
    "space after colon": ("https: //github.com/owner/some_name", REPOSITORY),
    "spaces around": ("https: // github. com/ owner/ some_name .", REPOSITORY),
    "line end after colon": ("https:\n//github.com/owner/some_name", REPOSITORY),
    "line end in host": ("https://github.\ncom/owner/some_name", REPOSITORY),
    "space before owner": ("https://github.com/ owner/some_name.", REPOSITORY),
    "line end after owner": ("https://github.com/owner/\nsome_name is new", REPOSITORY),
    "hyphen and line end": ("https://github.com/owner/two-\nparts.", "https://github.com/owner/two-parts"),
    "hyphen and space": ("https://github.com/owner/two- parts Code", "https://github.com/owner/two-parts"),
    "no space before": ("link:https://github.com/owner/some_name", REPOSITORY),
    "glued word": ("available atgithub.com/owner/some_name", REPOSITORY),
    "glued sentence": ("https://github.com/owner/some_name.The method", REPOSITORY),
    "markup after": ("https://github.com/owner/some_name}}.", REPOSITORY),
    "deep path": ("https://github.com/o/n/tree/main/a_b.", "https://github.com/o/n/tree/main/a_b"),
    "query": ("https://example.org/view?id=3&x=y.", "https://example.org/view?id=3&x=y"),
    "balanced bracket": ("(https://example.org/a_(b))", "https://example.org/a_(b)"),
    "port": ("http://example.org:3000/.", "http://example.org:3000/"),
    "tilde": (r"http://example.org/\~{}me and http://example.org/$\sim$you", "http://example.org/~me"),
    "github.io alone": ("Website: some-name.github.io", "https://some-name.github.io"),
    "domain after a cue": ("can be found at\nsomebench.com", "https://somebench.com"),
    "chinese stop": ("https://github.com/owner/some_name\uff0c", REPOSITORY),
    "spaces everywhere": ("https : / / github . com / owner / some_name", REPOSITORY),
    "spaces, no scheme": ("Code: github. com / owner / some_name.", REPOSITORY),
    "split host": ("https://git-\nhub.com/owner/some_name", REPOSITORY),
    "colon left out": ("https//github.com/owner/some_name", REPOSITORY),
    "letters swapped": ("htpps://github.com/owner/some_name", REPOSITORY),
    "semicolon for colon": ("https;//github.com/owner/some_name", REPOSITORY),
    "full-width colon": ("https\uff1a//github.com/owner/some_name", REPOSITORY),
    "footnote mark": ("1github.com/owner/some_name", REPOSITORY),
    "footnote mark and scheme": ("12https://github.com/owner/some_name", REPOSITORY),
    "clone address": ("git clone git@github.com:owner/some_name.", REPOSITORY),
    "capitals": ("HTTPS://github.com/owner/some_name", REPOSITORY),
    "dash": ("https://github.com/owner/some_name\u2014our code", REPOSITORY),
    "guillemets": ("\u00abhttps://github.com/owner/some_name\u00bb", REPOSITORY),
    "low quotes": ("\u201ehttps://github.com/owner/some_name\u201c", REPOSITORY),
    "corner brackets": ("\u300chttps://github.com/owner/some_name\u300d", REPOSITORY),
    "full-width brackets": ("\uff08https://github.com/owner/some_name\uff09", REPOSITORY),
    "emphasis": ("**https://github.com/owner/some_name**", REPOSITORY),
    "underscores": ("_https://github.com/owner/some_name_", REPOSITORY),
    "code": ("`https://github.com/owner/some_name`", REPOSITORY),
    "possessive": ("https://github.com/owner/some_name\u2019s code", REPOSITORY),
    "superscript": ("https://github.com/owner/some_name\u00b9", REPOSITORY),
    "citation": (r"https://github.com/owner/some_name~\cite{x}", REPOSITORY),
    "footnote command": (r"https://github.com/owner/some_name\footnote{x}", REPOSITORY),
    "software heritage": ("swh:1:dir:" + "0a" * 20, "https://archive.softwareheritage.org/swh:1:dir:" + "0a" * 20),
    "bare archive DOI": ("DOI: 10.5281/zenodo.1234.", "https://doi.org/10.5281/zenodo.1234"),
}


@pytest.mark.parametrize(("text", "url"), FORMS.values(), ids=FORMS.keys())
def test_each_form_is_found(text: str, url: str) -> None:
    found = urls.find_links(text)
    assert found
    assert found[0].url == url
    assert text[found[0].start : found[0].end] == found[0].raw


@pytest.mark.parametrize(
    "text",
    [
        "and/or, w/o, n/a, 1/2, km/h, TCP/IP",
        "e.g., Fig.1/2 and v2.0/3 of Node.js/React, ASP.NET/Core",
        "model.py/main and data.csv files",
        "write to someone@github.com/x or a@example.org",
        "we use GitHub. Communities of github users",
        "at the end. In/out of the system. com/munity",
        "the company X.com or getname.ai, a start-up",
        "ftp://example.org/x file:///etc/passwd //comment",
        "https:// and http://",
        "this https URL and this http URL",
        "10.1109/TPAMI.2020.1 and swh:1:dir:12",
    ],
)
def test_what_is_no_link_is_not_found(text: str) -> None:
    assert urls.find_links(text) == []


def test_links_side_by_side_are_apart() -> None:
    text = "https://github.com/a/b,https://github.com/c/d and https://github.com/e/fhttps://github.com/g/h"
    assert [link.url for link in urls.find_links(text)] == [
        f"https://github.com/{name}" for name in ("a/b", "c/d", "e/f", "g/h")
    ]


def test_an_archived_address_is_one_link() -> None:
    text = "https://web.archive.org/web/2020/https://example.org/a"
    assert [link.url for link in urls.find_links(text)] == [text]


def test_a_word_behind_a_complete_link_stays_outside() -> None:
    assert urls.find_links("Code: https://github.com/a/b Accepted")[0].url == "https://github.com/a/b"
    assert urls.find_links("x" * 500 + " https://github.com/a/b ICML2025")[0].url == "https://github.com/a/b"


def test_a_lost_underscore_at_the_end_of_an_abstract() -> None:
    text = "A sentence. " * 50 + "Code: https://github.com/a/SomeNet pytorch"
    assert urls.find_links(text)[0].url == "https://github.com/a/SomeNet_pytorch"


LINKS = st.sampled_from([url for _, url in FORMS.values() if url.endswith(("name", "parts", "a_b"))])


@given(st.text(max_size=80), LINKS, st.text(max_size=80))
def test_the_text_around_never_changes_a_link(before: str, url: str, after: str) -> None:
    found = [link.url for link in urls.find_links(f"{before} {url} , {after}")]
    assert url in found


@given(st.text(max_size=400))
def test_no_text_raises_and_spans_are_apart(text: str) -> None:
    end = 0
    for link in urls.find_links(text):
        assert end <= link.start < link.end <= len(text)
        end = link.end


@given(st.text(alphabet="htps:/.-_ \n\\{}()github.comabw%~", max_size=300))
def test_no_almost_link_raises(text: str) -> None:
    urls.find_links(text)
    urls.find_links(text, "pdf-text")


WRITTEN = {
    " https://github.com/o/ n ": "https://github.com/o/n",
    r"https://github.com/o/a\_b": "https://github.com/o/a_b",
    "https://https://github.com/o/n": "https://github.com/o/n",
    "http://example.org/it's": "http://example.org/it's",
    "github.com/o/n": "https://github.com/o/n",
    "http:/github.com/o/n.": "http://github.com/o/n",
    "mailto:a@b.org": "",
    "#section": "",
    "": "",
}


@pytest.mark.parametrize(("written", "url"), WRITTEN.items())
def test_an_address_that_stands_alone(written: str, url: str) -> None:
    assert urls.parse_address(written) == url


def test_links_known_by_markup_are_kept_as_they_are() -> None:
    text = "see https://a.org/x https://b.org/y z and https://c.org/z"
    known = urls.FoundLink(20, 37, text[20:37], "https://b.org/y%20z")
    assert [link.url for link in urls.find_links_between(text, [known], "html")] == [
        "https://a.org/x",
        "https://b.org/y%20z",
        "https://c.org/z",
    ]


@given(st.lists(LINKS, max_size=6))
def test_splitting_between_links_loses_nothing(links: list[str]) -> None:
    text = " and ".join(links)
    found = urls.find_links(text)
    assert [link.url for link in found] == links
    cuts = [0, *(link.end for link in found), len(text)]
    parts = [text[start:end] for start, end in pairwise(cuts)]
    assert [link.url for part in parts for link in urls.find_links(part)] == links


CANNOT_CONTINUE = st.sampled_from(
    [
        " ",
        "\n\n",
        ") ",
        "] ",
        "> ",
        '"',
        "}",
        "\u3002",
        "\uff0c",
        ". ",
        ", ",
        "; ",
        "\u2014",
        "|",
        "\u00bb",
        "\\\\",
    ]
)


@given(st.text(max_size=40), LINKS, CANNOT_CONTINUE, st.text(alphabet="x \n.,)/:é", max_size=40))
def test_what_cannot_continue_a_link_ends_it(before: str, url: str, end: str, after: str) -> None:
    assert url in [link.url for link in urls.find_links(f"{before} {url}{end}{after}")]


TAILS = st.sampled_from(["", ".", ").", "/", "/.", "\n", " ", " and more. ", ". The method. ", "}", '"', ".The ", ".Code", "_", " PyTorch", "\n/n", "~", ",", ": "])  # fmt: skip
HOSTS = st.sampled_from(
    ["github.com", "example.org", "huggingface.co", "foo.github.io", "zenodo.org", "a.b", "com"]
)
PATHS = st.sampled_from(["", "/", "/o", "/o/n", "/o/n_x", "/~me/a.b", "/o/n-", "/a?b=c#d", "/x.The", "/e%20f"])
BEFORE = st.sampled_from(["", "at ", "(", "h", "H", "x", "https://a.org/b ", "\\url{"])


@given(BEFORE, st.sampled_from(["https", "http"]), HOSTS, PATHS, TAILS, st.integers(0, 2))
def test_the_quick_way_says_what_the_thorough_one_says(
    before: str, scheme: str, host: str, path: str, tail: str, room: int
) -> None:
    text = f"{before}{scheme}://{host}{path}{tail}{'word ' * 40 * room}"
    anchor = text.index("//", len(before))
    quick = urls._clean_link_at(text, anchor, len(before) // 2)
    assert quick is None or quick == urls._link_at(text, anchor, len(before) // 2, False)


def test_nearly_every_link_takes_the_quick_way() -> None:
    text = "Code is at https://github.com/owner/some_name."
    assert urls._clean_link_at(text, text.index("//"), 0) == urls.find_links(text)[0]
