"""Forks without a commit of their own, and what a check may cost."""

import json
import urllib.request
from collections.abc import Iterator

import pytest

from tests.hosts.repositories import SCRIPT, Hosts, Repository, serve
from tracker.config_files import config_dir
from tracker.domain.terms import Content, Outcome
from tracker.hosts.github import github
from tracker.hosts.resolve import resolve_url

MIT = (config_dir() / "licences" / "MIT.txt").read_text(encoding="utf-8")
CODE = {"README.md": "# A method\n", "train.py": SCRIPT}
BOTH = pytest.mark.parametrize("token", [True, False], ids=["graphql", "rest"])


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    with serve(tmp_path_factory.mktemp("forks")) as running:
        running.write("big/origin", Repository(CODE))
        yield running


def requests(hosts: Hosts) -> list[str]:
    assert hosts.sandbox.url.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(f"{hosts.sandbox.url}/_sandbox/requests?upstream=github_api") as response:
        return [seen["path"] for seen in json.load(response)]


LATER = {"created_at": "2025-01-01T00:00:00Z", "pushed_at": "2026-01-01T00:00:00Z"}
NEVER = {"created_at": "2026-01-01T00:00:00Z", "pushed_at": "2025-01-01T00:00:00Z"}


@BOTH
@pytest.mark.parametrize(
    ("owner", "files", "facts", "content"),
    [
        ("never", CODE, NEVER | {"parent": "big/origin"}, Content.UNKNOWN),
        ("same", CODE, LATER | {"parent": "big/origin"}, Content.UNKNOWN),
        ("behind", {**CODE, "old.py": SCRIPT}, LATER | {"parent": "big/origin", "ahead": 0, "behind": 3}, Content.UNKNOWN),
        ("ahead", {**CODE, "new.py": SCRIPT}, LATER | {"parent": "big/origin"}, Content.CODE),
        ("diverged", {**CODE, "new.py": SCRIPT}, LATER | {"parent": "big/origin", "ahead": 1, "behind": 2}, Content.CODE),
        ("orphan", CODE, LATER | {"parent": "big/deleted"}, Content.CODE),
        ("unnamed", CODE, LATER, Content.CODE),
        ("unpushed", CODE, NEVER, Content.UNKNOWN),
    ],
)  # fmt: skip
def test_a_fork_counts_by_its_own_commits(hosts, owner, files, facts, content, token):
    hosts.write(f"{owner}/origin", Repository(files, {}, {"fork": True, **facts}))
    check = hosts.check(f"https://github.com/{owner}/origin", token=token)
    assert (check.outcome, check.content, check.fork) == (Outcome.PRESENT, content, True)
    assert ("fork" in check.reason) == (content is Content.UNKNOWN)
    assert check.holds == () or content is Content.CODE


@pytest.mark.parametrize(
    ("files", "link", "most"),
    [
        (CODE, "", 3),
        ({**CODE, "LICENSE": MIT}, "", 4),
        ({**CODE, "LICENSE-CODE": MIT, "LICENSE-MODEL": "of our own"}, "", 5),
        ({**CODE, "LICENSE": MIT, "sub/run.py": SCRIPT}, "/tree/main/sub", 4),
        ({**CODE, "LICENSE": MIT, "sub/run.py": SCRIPT, "sub/README.md": "# Sub"}, "/tree/main/sub", 5),
        ({"train.py": SCRIPT}, "", 2),
    ],
)
def test_rest_asks_four_times_at_most_for_an_ordinary_repository(hosts, files, link, most):
    hosts.write("cost/rest", Repository(files))
    before = len(requests(hosts))
    assert hosts.check(f"https://github.com/cost/rest{link}", token=False).content is Content.CODE
    assert len(requests(hosts)) - before == most


def test_two_folders_of_one_repository_cost_one_batch(hosts):
    folders = [f"method{number}" for number in range(30)]
    files = {"README.md": "# All", "LICENSE": MIT} | {f"{folder}/run.py": SCRIPT for folder in folders}
    hosts.write("cost/mono", Repository(files))
    before = len(requests(hosts))
    checks = hosts.check_all(
        [f"https://github.com/cost/mono/tree/main/{folder}" for folder in (*folders, "missing")]
    )
    assert [check.content for check in checks[:-1]] == [Content.CODE] * 30
    assert checks[-1].outcome is Outcome.ABSENT
    assert len(requests(hosts)) - before <= 4


def test_an_unchanged_folder_costs_its_facts_alone(hosts):
    hosts.write("cost/known", Repository({**CODE, "sub/run.py": SCRIPT}, {"feature/x": CODE}))
    (first,) = hosts.check_all(["https://github.com/cost/known/tree/main/sub"])
    assert first.commit is not None
    reference = resolve_url("https://github.com/cost/known/tree/main/sub")
    before = len(requests(hosts))
    ((_, again),) = github.check_all([reference], hosts.with_token, {reference.target: first.commit})
    assert again.unchanged
    assert again.reference.target == reference.target
    assert len(requests(hosts)) - before == 1
    hosts.write("cost/known", Repository({**CODE, "sub/README.md": "Code coming soon."}))
    ((_, changed),) = github.check_all([reference], hosts.with_token, {reference.target: first.commit})
    assert (changed.unchanged, changed.content) == (False, Content.PLACEHOLDER)


@pytest.mark.parametrize("link", ["", "/tree/main/sub"])
@pytest.mark.parametrize(
    ("facts", "is_rewritten"),
    [
        ({}, False),
        ({"dropped": ["a" * 40]}, True),
        # A later commit was dropped, and not that of the publication.
        ({"dropped": ["b" * 40]}, False),
        # GitHub no longer has the commit: it cannot be told, and everything else is read all the same.
        ({"forgotten": ["a" * 40]}, False),
    ],
)
def test_a_rewritten_history_shows_for_no_further_request(hosts, link, facts, is_rewritten):
    hosts.write("re/written", Repository({"train.py": SCRIPT, "sub/run.py": SCRIPT}, facts=facts))
    reference = resolve_url(f"https://github.com/re/written{link}")
    costs = []
    for published in ({}, {reference.target: "a" * 40}):
        before = len(requests(hosts))
        ((_, check),) = github.check_all([reference], hosts.with_token, {reference.target: "b" * 40}, published)
        costs.append(len(requests(hosts)) - before)
        assert (check.outcome, check.content, check.unchanged) == (Outcome.PRESENT, Content.CODE, False)
        assert check.rewritten is (is_rewritten and bool(published))
    assert costs[0] == costs[1]


@BOTH
def test_stubs_beside_an_announcement_are_a_placeholder(hosts, token):
    readme = "# A method\n\nCode coming soon.\n"
    stubs = {"README.md": readme, "src/train.py": "# TODO\n", "src/model.py": "class Model:\n    pass\n"}
    hosts.write("stub/two", Repository(stubs))
    hosts.write("stub/empty", Repository({"README.md": "# A method\n", "train.py": "", "model.py": ""}))
    hosts.write("stub/comment", Repository({"README.md": "# A method\n", "train.py": "# will follow\n"}))
    hosts.write("stub/small", Repository({"README.md": "# A method\n", "train.py": SCRIPT[:1_200]}))
    hosts.write("stub/real", Repository({"README.md": readme, "train.py": SCRIPT}))
    names = ["two", "empty", "comment", "small", "real"]
    checks = hosts.check_all([f"https://github.com/stub/{name}" for name in names], token=token)
    assert [check.content for check in checks] == [
        Content.PLACEHOLDER, Content.UNKNOWN, Content.UNKNOWN, Content.CODE, Content.CODE
    ]  # fmt: skip
    assert all(check.reason for check in checks[1:3])
