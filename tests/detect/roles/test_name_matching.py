import pytest

from tracker.detect.roles.name_matching import PaperNames, owner_and_name
from tracker.domain.artifacts import Reference
from tracker.domain.papers import Paper

ABOUT = PaperNames.of_paper(
    Paper(
        arxiv_id="2401.00001",
        title="StereoField: Learning Robust Depth for Sparse View Synthesis",
        abstract="We present StereoField, with Gradient Opacity Decay (GODec).",
        authors=("Ana María Silva-Torres", "Wei Zhang", "Kim, Jo"),
    )
)


@pytest.mark.parametrize("name", ["StereoField", "stereofield-code", "GODec", "GODec.pytorch"])
def test_names_made_of_the_acronym(name: str) -> None:
    assert ABOUT.is_acronym(name)


@pytest.mark.parametrize("name", ["pytorch3d", "nerf", "code", ""])
def test_other_names(name: str) -> None:
    assert not ABOUT.is_acronym(name)
    assert not ABOUT.resembles(name)


def test_names_made_of_the_title() -> None:
    assert ABOUT.resembles("robust-sparse-depth")
    assert ABOUT.resembles("SLRDFSVS")


@pytest.mark.parametrize("owner", ["silvatorres", "weizhang", "zhangwei42", "wzhang", "jokim", "ana-torres"])
def test_owners_made_of_an_author(owner: str) -> None:
    assert ABOUT.is_author(owner)


@pytest.mark.parametrize(
    "owner", ["weizhang", "zhang-wei42", "wzhang", "jokim", "ana-torres", "wei-zhang-lab", "anamariasilva"]
)
def test_owners_that_are_one_author_and_nothing_else(owner: str) -> None:
    assert ABOUT.is_author_alone(owner)
    assert ABOUT.is_author(owner)


@pytest.mark.parametrize(
    "owner", ["zhangsan", "zhang", "torres-fans", "kimchi", "weizhangli", "jk", "", "-" * 5000, "a" * 5000]
)
def test_owners_that_only_look_like_an_author(owner: str) -> None:
    assert not ABOUT.is_author_alone(owner)


@pytest.mark.parametrize("owner", ["facebookresearch", "wu", "", "chen-lab"])
def test_owners_of_others(owner: str) -> None:
    assert not ABOUT.is_author(owner)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("github:Owner/Name", ("owner", "Name")),
        ("gitlab:git.example.org/a/b/c", ("a", "c")),
        ("github-org:Owner", ("owner", "")),
        ("page:https://owner.github.io/name", ("owner", "name")),
        ("page:https://sites.google.com/view/name/home", ("sites.google.com", "name")),
        ("zenodo:10.5281/zenodo.1", ("", "")),
    ],
)
def test_owner_and_name(key: str, expected: tuple[str, str]) -> None:
    assert owner_and_name(Reference(key, "", "", "")) == expected
