import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.detect import urls

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
    "bare archive DOI": ("DOI: 10.5281/zenodo.1234.", "https://doi.org/10.5281/zenodo.1234"),
}


@pytest.mark.parametrize(("text", "url"), FORMS.values(), ids=FORMS.keys())
def test_each_form_is_found(text: str, url: str) -> None:
    found = urls.find(text)
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
    ],
)
def test_what_is_no_link_is_not_found(text: str) -> None:
    assert urls.find(text) == []


def test_links_side_by_side_are_apart() -> None:
    text = "https://github.com/a/b,https://github.com/c/d and https://github.com/e/fhttps://github.com/g/h"
    assert [link.url for link in urls.find(text)] == [
        f"https://github.com/{name}" for name in ("a/b", "c/d", "e/f", "g/h")
    ]


def test_an_archived_address_is_one_link() -> None:
    text = "https://web.archive.org/web/2020/https://example.org/a"
    assert [link.url for link in urls.find(text)] == [text]


def test_a_word_behind_a_complete_link_stays_outside() -> None:
    assert urls.find("Code: https://github.com/a/b Accepted")[0].url == "https://github.com/a/b"
    assert urls.find("x" * 500 + " https://github.com/a/b ICML2025")[0].url == "https://github.com/a/b"


def test_a_lost_underscore_at_the_end_of_an_abstract() -> None:
    text = "A sentence. " * 50 + "Code: https://github.com/a/SomeNet pytorch"
    assert urls.find(text)[0].url == "https://github.com/a/SomeNet_pytorch"


LINKS = st.sampled_from([url for _, url in FORMS.values() if url.endswith(("name", "parts", "a_b"))])


@given(st.text(max_size=80), LINKS, st.text(max_size=80))
def test_the_text_around_never_changes_a_link(before: str, url: str, after: str) -> None:
    found = [link.url for link in urls.find(f"{before} {url} , {after}")]
    assert url in found


@given(st.text(max_size=400))
def test_no_text_raises_and_spans_are_apart(text: str) -> None:
    end = 0
    for link in urls.find(text):
        assert end <= link.start < link.end <= len(text)
        end = link.end


@given(st.text(alphabet="htps:/.-_ \n\\{}()github.comabw%~", max_size=300))
def test_no_almost_link_raises(text: str) -> None:
    urls.find(text)
    urls.find(text, "pdf-text")


HOSTILE = ["-", ".", "/", "\\", "{", "(", "https://", "http:/ ", "a.com/", "github. com/ ", "www.", "at a.com ", "\\_", "https://a.b/c-\n",
           "https://github.com/a/", "https://x.y/)))", "10.5281/", "//:", "https:\n", "git://"]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_linear_in_hostile_text(piece: str) -> None:
    small = piece * (40_000 // len(piece))

    def best(text: str) -> float:
        times = []
        for _ in range(3):
            start = time.perf_counter()
            urls.find(text)
            times.append(time.perf_counter() - start)
        return min(times)

    # Four times the text may take at most 2.5 * 2.5 times as long; a little is allowed for tiny times.
    assert best(small * 4) <= 6.25 * best(small) + 0.03
