"""Viewers, mirrors, proxies and redirections: each names what it shows; the forms are those of the services' own pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.detect.links.urls import find_links
from tracker.hosts.resolve import resolve_url
from tracker.hosts.viewers import shown_address

VIEWERS = [
    "https://colab.research.google.com/github/owner/name/blob/main/demo.ipynb",
    "https://githubtocolab.com/owner/name/blob/main/demo.ipynb",
    "https://nbviewer.org/github/owner/name/blob/main/demo.ipynb",
    "https://nbviewer.jupyter.org/github/owner/name/tree/master/",
    "https://mybinder.org/v2/gh/owner/name/HEAD?labpath=demo.ipynb",
    "https://mybinder.org/v2/git/https%3A%2F%2Fgithub.com%2Fowner%2Fname/HEAD",
    "https://studiolab.sagemaker.aws/import/github/owner/name/blob/main/demo.ipynb",
    "https://github1s.com/owner/name",
    "https://github1s.com/owner/name/blob/HEAD/train.py",
    "https://github.dev/owner/name",
    "https://vscode.dev/github/owner/name",
    "https://insiders.vscode.dev/github/owner/name/tree/main",
    "https://codespaces.new/owner/name",
    "https://github.com/codespaces/new/owner/name?quickstart=1",
    "https://codesandbox.io/p/github/owner/name/main",
    "https://stackblitz.com/github/owner/name",
    "https://gitpod.io/#https://github.com/owner/name",
    "https://deepwiki.com/owner/name",
    "https://deepwiki.com/owner/name/3.1-training",
    "https://gitingest.com/owner/name",
    "https://gitmcp.io/owner/name",
    "https://uithub.com/owner/name/tree/main",
    "https://zread.ai/owner/name",
    "https://codewiki.google/github.com/owner/name",
    "https://sourcegraph.com/github.com/owner/name/-/blob/a.go",
    "https://pkg.go.dev/github.com/owner/name",
    "https://cdn.jsdelivr.net/gh/owner/name@v1.2/dist/a.js",
    "https://www.jsdelivr.com/package/gh/owner/name",
    "https://cdn.statically.io/gh/owner/name/main/a.png",
    "https://raw.githack.com/owner/name/main/index.html",
    "https://rawcdn.githack.com/owner/name/0123abc/index.html",
    "https://htmlpreview.github.io/?https://github.com/owner/name/blob/main/index.html",
    "https://raw.githubusercontent.com/owner/name/main/a.txt",
    "https://kkgithub.com/owner/name",
    "https://bgithub.xyz/owner/name/tree/main",
    "https://hub.fastgit.org/owner/name",
    "https://gitclone.com/github.com/owner/name",
    "https://ghproxy.com/https://github.com/owner/name",
    "https://mirror.ghproxy.com/https://github.com/owner/name/archive/main.zip",
    "https://ghfast.top/https://raw.githubusercontent.com/owner/name/main/a.py",
    "https://r.jina.ai/https://github.com/owner/name",
    "https://web.archive.org/web/20240101000000/https://github.com/owner/name",
    "https://github.com/https://github.com/owner/name",
    "https://github.com/github.com/owner/name",
    "https://www.github.com/owner/name",
    "https://arxiv.org/html/2606.00001v1/github.com/owner/name",
    "https://owner.github.io/paper/www.github.com/owner/name",
    "https://www.google.com/url?q=https%3A%2F%2Fgithub.com%2Fowner%2Fname&sa=D&sntz=1",
    "https://www.google.com/url?sa=t&url=https://github.com/owner/name",
    "https://link.zhihu.com/?target=https%3A//github.com/owner/name",
    "https://nam12.safelinks.protection.outlook.com/?url=https%3A%2F%2Fgithub.com%2Fowner%2Fname&data=x",
    "https://www.kaggle.com/kernels/welcome?src=https://github.com/owner/name/blob/main/a.ipynb",
    "https://deepnote.com/launch?url=https://github.com/owner/name",
    "https://ghproxy.com/https://github1s.com/owner/name",
]


@pytest.mark.parametrize("url", VIEWERS)
def test_a_viewer_names_the_repository(url: str) -> None:
    reference = resolve_url(url)
    assert reference is not None
    assert reference.key == "github:owner/name"
    written = [resolve_url(link.url) for link in find_links(f"Our code is at {url} .")]
    assert reference in written


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://hf-mirror.com/owner/name", "hf-model:owner/name"),
        ("https://hf-mirror.com/datasets/owner/name/tree/main", "hf-dataset:owner/name"),
        ("https://huggingface.co.cn/spaces/owner/name", "hf-space:owner/name"),
        ("https://huggingface.co/https://huggingface.co/owner/name", "hf-model:owner/name"),
        ("https://mybinder.org/v2/gl/owner%2Fname/HEAD", "gitlab:owner/name"),
        ("https://gitlab1s.com/owner/name", "gitlab:owner/name"),
        ("https://mybinder.org/v2/zenodo/10.5281/zenodo.123/", "zenodo:10.5281/zenodo.123"),
        ("https://nbviewer.org/gist/owner/0123456789abcdef0123", "gist:owner/0123456789abcdef0123"),
        ("https://web.archive.org/web/2024/https://gitlab.com/owner/name", "gitlab:owner/name"),
        ("https://arxiv.org/html/2606.00001/huggingface.co/owner/name", "hf-model:owner/name"),
    ],
)
def test_viewers_of_other_hosts(url: str, key: str) -> None:
    reference = resolve_url(url)
    assert reference is not None
    assert reference.key == key


@pytest.mark.parametrize(
    "url",
    [
        "https://owner.github.io/name",
        "https://owner.github.io/github/name",
        "https://colab.research.google.com/drive/1AbC",
        "https://viewer.example.org/owner/name",
        "https://deepwiki.com",
        "https://gitmcp.io/docs",
        "https://github.com/codespaces/new?repo=123456",
        "https://www.google.com/search?q=github.com/owner/name",
        "https://twitter.com/intent/tweet?url=https://github.com/owner/name",
        "https://web.archive.org/web/2024/https://owner.github.io/name",
        "https://www.google.com/url?q=https://owner.github.io/name",
        "https://example.org/github.com",
        "https://example.org/https://example.org/github/name",
    ],
)
def test_what_shows_no_artifact_stays_a_page(url: str) -> None:
    reference = resolve_url(url)
    assert reference is not None
    assert reference.kind in ("page", "organisation")


def test_an_address_of_a_host_is_not_read_as_a_wrapper() -> None:
    url = "https://github.com/owner/name/tree/main/vendor/github.com/other/thing"
    reference = resolve_url(url)
    assert reference is not None
    assert reference.key == "github:owner/name"


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    for url in (
        text,
        f"https://{text}",
        f"https://google.com/url?q={text}",
        f"https://mybinder.org/v2/{text}",
        f"https://gitpod.io/#{text}",
    ):
        shown_address(url)
        resolve_url(url)


def test_an_embedded_address_with_half_a_surrogate_pair_is_no_error() -> None:
    assert (
        shown_address("https://arxiv.org/html/2606.00001/github.com/ann/de\udce9p")
        == "https://github.com/ann/de%3Fp"
    )


@pytest.mark.parametrize("site", ["https://www.google.com/url", "https://l.facebook.com/l.php"])
def test_a_redirection_with_many_parameters_is_read_as_well(site: str) -> None:
    """One such address in an abstract must not end the reading of all papers."""
    url = f"{site}?{'a=1&' * 100}q=https://github.com/owner/name&u=https://github.com/owner/name"
    found = resolve_url(url)
    assert found is not None
    assert found.key == "github:owner/name"


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/owner/name/tree/main/de\udce9p",
        "https://gitlab.com/owner/name/-/tree/main/\udce9",
        "https://owner.example/\udce9",
    ],
)
def test_half_a_surrogate_pair_is_no_error_and_reaches_no_store(url: str) -> None:
    found = resolve_url(url)
    assert found is not None
    assert f"{found.key} {found.url} {found.path}".encode().isascii()
    assert resolve_url(f"{url}\0") is None, "PostgreSQL takes no NUL"
