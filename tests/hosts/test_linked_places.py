"""Links to a branch or a folder of a repository: what they name is judged, and nothing else of the repository."""

from collections.abc import Iterator

import pytest

from tests.hosts.repositories import SCRIPT, Hosts, Repository, serve
from tracker.config_files import config_dir
from tracker.domain.terms import Content, Outcome
from tracker.hosts.resolve import HOSTS, resolve_url

MIT = (config_dir() / "licences" / "MIT.txt").read_text(encoding="utf-8")
ROOT = "https://github.com/ann/research"
MONOREPO = Repository(
    {
        "README.md": "# Research\n\n## License\n\nSee each folder.\n",
        "LICENSE": MIT,
        "oldmethod/train.py": SCRIPT,
        "newmethod/README.md": "# New\n\narXiv:2606.00001\n\n## License\n\nFor research only.\n",
        "newmethod/LICENSE": "Terms of our own.",
        "newmethod/model.py": SCRIPT,
        "soon/README.md": "Code coming soon.",
        "data/only/train.jsonl": "{}\n",
        "group/LICENSE": "Terms of the group.",
        "group/a/b/run.py": SCRIPT,
        "paper/main.tex": "x",
    },
    {
        "dev": {"README.md": "# Dev", "fresh/run.py": SCRIPT},
        "feature/x": {"README.md": "# X", "dir/run.py": SCRIPT, "dir/LICENSE": MIT},
        "empty-ish": {"README.md": "# Nothing"},
    },
    {"submodules": ["vendored", "newmethod/deps"], "id": 7},
)
PAPER = Repository(
    {"README.md": "# Paper", "paper.pdf": "x"},
    {"code": {"README.md": "# Code", "LICENSE": MIT, "run.py": SCRIPT}, "gh-pages": {"tool.py": SCRIPT}},
)
RENAMED = Repository({"run.py": SCRIPT}, {}, {"default_branch": "trunk"})


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    with serve(tmp_path_factory.mktemp("places")) as running:
        for host, owner in (
            ("github", "ann"),
            ("gitlab", "ann"),
            ("forgejo/codeberg.org", "ann"),
            ("bitbucket", "ann"),
        ):
            running.write(f"{owner}/research", MONOREPO, host)
            running.write(f"{owner}/paper", PAPER, host)
            running.write(f"{owner}/renamed", RENAMED, host)
        yield running


CASES = [
    ("", Outcome.PRESENT, Content.CODE, ["MIT"]),
    ("/tree/main", Outcome.PRESENT, Content.CODE, ["MIT"]),
    ("/tree/main/newmethod", Outcome.PRESENT, Content.CODE, ["Terms of our own."]),
    ("/tree/main/newmethod/", Outcome.PRESENT, Content.CODE, ["Terms of our own."]),
    ("/tree/main/oldmethod", Outcome.PRESENT, Content.CODE, ["MIT"]),
    ("/tree/main/missing", Outcome.ABSENT, Content.UNKNOWN, []),
    ("/tree/main/newmethod/missing", Outcome.ABSENT, Content.UNKNOWN, []),
    ("/tree/main/NewMethod", Outcome.ABSENT, Content.UNKNOWN, []),
    ("/tree/main/soon", Outcome.PRESENT, Content.PLACEHOLDER, ["MIT"]),
    ("/tree/main/data/only", Outcome.PRESENT, Content.DATA_ONLY, ["MIT"]),
    ("/tree/main/paper", Outcome.PRESENT, Content.README_ONLY, ["MIT"]),
    ("/tree/main/group/a/b", Outcome.PRESENT, Content.CODE, ["Terms of the group."]),
    ("/tree/main/vendored", Outcome.UNKNOWN, Content.UNKNOWN, []),
    ("/tree/main/vendored/deep", Outcome.UNKNOWN, Content.UNKNOWN, []),
    ("/tree/dev", Outcome.PRESENT, Content.CODE, []),
    ("/tree/dev/fresh", Outcome.PRESENT, Content.CODE, []),
    ("/tree/dev/newmethod", Outcome.ABSENT, Content.UNKNOWN, []),
    ("/tree/feature/x", Outcome.PRESENT, Content.CODE, []),
    ("/tree/feature/x/dir", Outcome.PRESENT, Content.CODE, ["MIT"]),
    ("/tree/feature/y/dir", Outcome.ABSENT, Content.UNKNOWN, []),
    ("/tree/empty-ish", Outcome.PRESENT, Content.README_ONLY, []),
    ("/tree/nowhere", Outcome.ABSENT, Content.UNKNOWN, []),
    # The old name of a default branch: the host redirects it.
    ("/tree/master/newmethod", Outcome.PRESENT, Content.CODE, ["Terms of our own."]),
    ("/tree/master/missing", Outcome.ABSENT, Content.UNKNOWN, []),
    # A link to a file: a program or a README names its folder, anything else the repository.
    ("/blob/main/newmethod/model.py", Outcome.PRESENT, Content.CODE, ["Terms of our own."]),
    ("/blob/main/soon/README.md", Outcome.PRESENT, Content.PLACEHOLDER, ["MIT"]),
    ("/blob/main/README.md", Outcome.PRESENT, Content.CODE, ["MIT"]),
    ("/blob/main/paper/main.tex", Outcome.PRESENT, Content.CODE, ["MIT"]),
    # `/tree/` to a file, as people write it.
    ("/tree/main/newmethod/model.py", Outcome.PRESENT, Content.CODE, ["Terms of our own."]),
]


@pytest.mark.parametrize("token", [True, False], ids=["graphql", "rest"])
@pytest.mark.parametrize(("path", "outcome", "content", "licences"), CASES)
def test_what_a_link_names_is_judged(hosts, path, outcome, content, licences, token):
    check = hosts.check(ROOT + path, token=token)
    assert (check.outcome, check.content) == (outcome, content), check.reason
    texts = [text if (text := file.text.strip()) != MIT.strip() else "MIT" for file in check.licence_files]
    assert texts == licences
    assert check.reason or outcome is Outcome.PRESENT
    if outcome is Outcome.PRESENT:
        assert check.reference.key == "github:ann/research"
        assert check.reference.target == resolve_url(ROOT + path).target


@pytest.mark.parametrize("token", [True, False], ids=["graphql", "rest"])
def test_the_readme_of_the_folder_stands_before_that_of_the_repository(hosts, token):
    own, around = hosts.check_all([f"{ROOT}/tree/main/newmethod", f"{ROOT}/tree/main/oldmethod"], token=token)
    assert [file.text for file in own.licence_statements] == ["For research only."]
    assert own.papers_named == ("arxiv:2606.00001",)
    assert [file.text for file in around.licence_statements] == ["See each folder."]
    assert (own.licence_claimed, around.licence_claimed) == (None, "MIT")


@pytest.mark.parametrize("token", [True, False], ids=["graphql", "rest"])
def test_another_branch_is_looked_through_before_saying_no(hosts, token):
    check = hosts.check("https://github.com/ann/paper", token=token)
    assert (check.content, check.commit) == (Content.CODE, None)
    assert check.reason == "the default branch holds no code; the branch code does"
    assert [file.text.strip() for file in check.licence_files] == [MIT.strip()]
    alone = hosts.check("https://github.com/ann/paper/tree/main", token=token)
    assert alone.content is Content.README_ONLY


SITES = {
    "gitlab": "https://gitlab.com/ann/{}/-/tree/{}",
    "codeberg": "https://codeberg.org/ann/{}/src/branch/{}",
    "bitbucket": "https://bitbucket.org/ann/{}/src/{}",
}


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize(
    ("place", "outcome", "content"),
    [
        ("main/newmethod", Outcome.PRESENT, Content.CODE),
        ("main/missing", Outcome.ABSENT, Content.UNKNOWN),
        ("main/soon", Outcome.PRESENT, Content.PLACEHOLDER),
        ("dev/fresh", Outcome.PRESENT, Content.CODE),
        ("empty-ish", Outcome.PRESENT, Content.README_ONLY),
        ("master/oldmethod", Outcome.PRESENT, Content.CODE),
        ("nowhere", Outcome.ABSENT, Content.UNKNOWN),
    ],
)
def test_other_hosts_judge_the_linked_place_too(hosts, site, place, outcome, content):
    reference = resolve_url(SITES[site].format("research", place))
    assert reference.path == place
    host = next(host for host in HOSTS if host.name == reference.host)
    check = host.check(reference, hosts.without_token)
    assert (check.outcome, check.content) == (outcome, content), check.reason
    if outcome is Outcome.PRESENT:
        assert check.reference.target == reference.target


@pytest.mark.parametrize("site", SITES)
def test_other_hosts_look_through_another_branch(hosts, site):
    reference = resolve_url(SITES[site].partition("/{}")[0] + "/paper")
    host = next(host for host in HOSTS if host.name == reference.host)
    check = host.check(reference, hosts.without_token)
    assert check.content is Content.CODE
    assert check.reason.startswith("the default branch holds no code")


def test_two_folders_of_one_repository_are_two_judgements_in_one_batch(hosts):
    urls = [f"{ROOT}/tree/main/newmethod", f"{ROOT}/tree/main/soon"]
    first, second = hosts.check_all(urls)
    assert (first.content, second.content) == (Content.CODE, Content.PLACEHOLDER)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://github.com/o/r", ""),
        ("https://github.com/o/r/tree/main", "main"),
        ("https://github.com/o/r/tree/main/", "main"),
        ("https://github.com/o/r/tree/main/a%20b", "main/a b"),
        ("https://github.com/o/r/tree/v1.0/src?tab=readme", "v1.0/src"),
        ("https://github.com/o/r/tree/main/a/../b", ""),
        ("https://github.com/o/r/tree/ma~in/a", ""),
        ("https://github.com/o/r/tree/" + "a/" * 300, ""),
        ("https://github.com/o/r/blob/main/train.py", ""),
        ("https://github.com/o/r/blob/main/src/train.py#L10", "main/src"),
        ("https://github.com/o/r/blob/main/docs/figure.pdf", ""),
        ("https://github.com/o/r/issues/3", ""),
        ("https://github.com/o/r/commit/0123abc", ""),
        ("https://raw.githubusercontent.com/o/r/main/src/a.py", "main/src"),
        ("https://raw.githubusercontent.com/o/r/refs/heads/main/src/a.py", "main/src"),
        ("https://codeload.github.com/o/r/zip/refs/heads/main", ""),
        ("https://gitlab.com/g/s/p/-/blob/main/x/README.md", "main/x"),
        ("https://gitlab.com/g/p/tree/master/x", "master/x"),
        ("https://gitlab.com/g/p/-/issues/3", ""),
        ("https://gitlab.inria.fr/g/p/-/tree/dev/x", "dev/x"),
        ("https://codeberg.org/o/r/src/branch/main/x/run.py", "main/x"),
        ("https://codeberg.org/o/r/src/commit/0123/x", "0123/x"),
        ("https://gitee.com/o/r/tree/master/x", "master/x"),
        ("https://bitbucket.org/o/r/src/master/", "master"),
        ("https://bitbucket.org/o/r/src/master/x/run.m", "master/x"),
    ],
)
def test_the_branch_and_folder_that_a_url_names(url, path):
    assert resolve_url(url).path == path
