import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.hosts.base import split_url
from tracker.hosts.resolve import HOSTS, resolve_url

EXAMPLES = [(host.name, url, key) for host in HOSTS for url, key in host.examples]
COUNTEREXAMPLES = [(host, url) for host in HOSTS for url in host.counterexamples]


@pytest.mark.parametrize(("name", "url", "key"), EXAMPLES)
def test_each_example_belongs_to_its_host_alone(name: str, url: str, key: str) -> None:
    matching = [host.name for host in HOSTS if host.name != "page" and host.match(url) is not None]
    assert matching == ([] if name == "page" else [name])
    reference = resolve_url(url)
    assert reference is not None
    assert (reference.key, reference.host) == (key, name)


@pytest.mark.parametrize(("host", "url"), COUNTEREXAMPLES)
def test_counterexamples_do_not_match(host, url: str) -> None:
    assert host.match(url) is None


def test_the_page_is_matched_last() -> None:
    assert HOSTS[-1].name == "page"
    assert len({host.name for host in HOSTS}) == len(HOSTS)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://github.com/owner/name/tree/main/src", "github:owner/name"),
        ("https://github.com/owner/name/blob/main/README.md#usage", "github:owner/name"),
        ("https://github.com/owner/name.git", "github:owner/name"),
        ("https://github.com/owner/digit", "github:owner/digit"),
        ("https://github.com/owner/name/issues/12", "github:owner/name"),
        ("https://github.com/owner/name/pull/12/files", "github:owner/name"),
        ("https://raw.githubusercontent.com/owner/name/main/a.txt", "github:owner/name"),
        ("http://www.GitHub.com/Owner/Name/", "github:Owner/Name"),
        ("https://github.com/owner", "github-org:owner"),
        ("https://github.com/features/actions", "page:https://github.com/features/actions"),
        ("https://github.com", "page:https://github.com"),
        ("https://gist.github.com/owner/0123456789abcdef0123", "gist:owner/0123456789abcdef0123"),
        ("https://gitlab.com/a/b/c/-/blob/main/x.py", "gitlab:a/b/c"),
        ("https://gitlab.inria.fr/a/b.git", "gitlab:gitlab.inria.fr/a/b"),
        ("https://git.example.edu/lab/group/name/-/tree/main", "gitlab:git.example.edu/lab/group/name"),
        ("https://git.kernel.org/pub/scm/git/git.git", "page:https://git.kernel.org/pub/scm/git/git.git"),
        ("https://codeberg.org/a/b", "forgejo:codeberg.org/a/b"),
        ("https://hf.co/ns/name", "hf-model:ns/name"),
        ("https://huggingface.co/datasets/ns/name/viewer", "hf-dataset:ns/name"),
        ("https://huggingface.co/spaces/ns/name", "hf-space:ns/name"),
        ("https://huggingface.co/collections/ns/slug-0123", "hf-collection:ns/slug-0123"),
        ("https://huggingface.co/ns", "hf-org:ns"),
        ("https://huggingface.co/papers/2401.00001", "page:https://huggingface.co/papers/2401.00001"),
        ("https://zenodo.org/record/123", "zenodo:10.5281/zenodo.123"),
        ("https://zenodo.org/records/123", "zenodo:10.5281/zenodo.123"),
        ("http://dx.doi.org/10.5281/zenodo.123", "zenodo:10.5281/zenodo.123"),
        ("https://dx.doi.org/10.6084/m9.figshare.42", "doi:10.6084/m9.figshare.42"),
        ("https://figshare.com/articles/dataset/t/1234567", "doi:10.6084/m9.figshare.1234567"),
        ("https://owner.github.io/name/", "page:https://owner.github.io/name"),
        ("http://www.Example.org:3000/?q=1#top", "page:https://example.org:3000?q=1"),
        ("https://arxiv.org/abs/2401.00001", "page:https://arxiv.org/abs/2401.00001"),
        ("https://www.modelscope.cn/collections/name-1", "page:https://modelscope.cn/collections/name-1"),
    ],
)
def test_canonical_reference(url: str, key: str) -> None:
    reference = resolve_url(url)
    assert reference is not None
    assert reference.key == key


@pytest.mark.parametrize(
    "url", ["", "https://", "ftp://example.org", "https://exa mple.org/x", "https://a", "https://[::1", "x" * 5000]
)
def test_an_invalid_address_has_no_reference(url: str) -> None:
    assert resolve_url(url) is None


@pytest.mark.parametrize("key_url", EXAMPLES)
def test_the_address_of_a_reference_names_itself(key_url: tuple[str, str, str]) -> None:
    first = resolve_url(key_url[1])
    assert first is not None
    again = resolve_url(first.url)
    assert again is not None
    assert again.folded == first.folded


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    resolve_url(text)
    resolve_url(f"https://{text}")
    for host in HOSTS:
        host.match(f"https://github.com/{text}")


@given(
    st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,10}[A-Za-z0-9])?", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,30}[A-Za-z0-9_-]", fullmatch=True),
)
def test_names_never_lose_characters(owner: str, name: str) -> None:
    if name.lower().endswith(".git") or owner.lower() in {"orgs", "users", "settings"}:
        return
    reference = resolve_url(f"https://codeberg.org/x{owner}/x{name}.git")
    assert reference is not None
    assert reference.key == f"forgejo:codeberg.org/x{owner}/x{name}"


def test_parts_of_a_url() -> None:
    parts = split_url("HTTPS://WWW.Example.org:443/a%20b//c/?q#f")
    assert parts is not None
    assert (parts.host, parts.segments, parts.query) == ("example.org", ("a b", "c"), "q")
