"""Releases without a paper are found by listing what is new at watched accounts."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qs

import pytest

from tests.pipeline.run import Run, StartRun
from tests.pipeline.world import CODE, World
from tracker.config_files import Organisation, Watchlist
from tracker.domain.artifacts import Reference
from tracker.domain.errors import UpstreamError
from tracker.domain.protocols import Fetch
from tracker.pipeline import account_releases, cycle, prepare
from tracker.pipeline.account_releases import find_account_releases
from tracker.pipeline.context import begin_cycle
from tracker.store import items
from tracker.store.organisation_figures import count_organisations

pytestmark = pytest.mark.usefixtures("without_site", "watchlist")

FIRST, SECOND, THIRD = "2026-06-17T05:00:00Z", "2026-06-18T05:00:00Z", "2026-06-19T05:00:00Z"
FOUND = "SELECT reference, name, first_seen, weights FROM releases ORDER BY reference"


@pytest.fixture
def watchlist(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two organisations, one of them with two accounts."""
    watched = Watchlist(
        organisation=(
            Organisation(name="The Lab", huggingface=("TheLab", "the-lab-2")),
            Organisation(name="Ann's", huggingface=("ann",)),
        )
    )
    for module in (account_releases, prepare):
        monkeypatch.setattr(module, "load_watchlist", lambda: watched)


def add_model(world: World, name: str, day: int = 18, **info: object) -> None:
    card = "---\nlicense: apache-2.0\n---\n"
    world.model(
        name,
        {"README.md": card, "model.safetensors": "x"},
        createdAt=f"2026-06-{day}T01:00:00.000Z",
        tags=["license:apache-2.0", "safetensors"],
        cardData={"license": "apache-2.0"},
        **info,
    )


def asked(run: Run) -> list[str]:
    """The accounts whose models were asked for in this run, in order."""
    return [name for query in run.queries("huggingface") for name in parse_qs(query).get("author", [])]


def test_a_new_model_of_a_watched_account_is_a_release_and_is_judged(world: World, start_run_at: StartRun) -> None:
    world.paper(1, "Our weights are at https://huggingface.co/TheLab/of-a-paper.")
    add_model(world, "TheLab/old", 16)
    with start_run_at(FIRST, TRACKER_LIMITS__ACCOUNT_LISTS="9") as run:
        cycle.run_cycle(run.worker)
        assert (asked(run), run.rows(FOUND)) == ([], []), "the first cycle begins the watch"
    for name in ("TheLab/new", "TheLab/of-a-paper", "stranger/new"):
        add_model(world, name)
    add_model(world, "TheLab/hidden", private=True)
    with start_run_at(SECOND, TRACKER_LIMITS__ACCOUNT_LISTS="9") as run:
        cycle.run_due_work(run.worker)
        assert sorted(asked(run)) == ["TheLab", "ann", "the-lab-2"]
        cycle.run_due_work(run.worker)
        assert len(asked(run)) == 3, "each account once a day"
        found = [("hf-model:TheLab/new", "new", SECOND, "open")]
        assert run.rows(FOUND) == found
        assert run.rows("SELECT count(*) FROM feed_entry e JOIN work w ON w.id = e.work WHERE w.latest = 0") == [
            (0,)
        ]
        store = run.worker.store
        [lab] = [each for each in count_organisations(store) if each.name == "The Lab"]
        assert [(work.title, work.weights.value) for work in lab.releases] == [("new", "open")]
        assert items.load_release_items(store) == [], "the first page shows what the operator lists"
    with start_run_at(THIRD, TRACKER_LIMITS__ACCOUNT_LISTS="9") as run:
        cycle.run_due_work(run.worker)
        assert (len(asked(run)), run.rows(FOUND)) == (3, found)


def test_a_release_is_no_longer_counted_when_a_paper_has_it_as_its_own(
    world: World, start_run_at: StartRun
) -> None:
    world.paper(1, "We study tides.")
    with start_run_at(FIRST) as run:
        cycle.run_cycle(run.worker)
    add_model(world, "ann/tides")
    with start_run_at(SECOND, TRACKER_LIMITS__ACCOUNT_LISTS="9") as run:
        cycle.run_due_work(run.worker)
        assert [each.released for each in count_organisations(run.worker.store)] == [1, 0]
    world.paper(2, "Our weights are available at https://huggingface.co/ann/tides.")
    with start_run_at(THIRD) as run:
        cycle.run_cycle(run.worker)
        figures = count_organisations(run.worker.store)
        assert [(each.name, each.papers, each.released) for each in figures] == [
            ("Ann's", 1, 0),
            ("The Lab", 0, 0),
        ]


def test_the_accounts_take_turns_and_many_releases_come_in_parts(world: World, start_run_at: StartRun) -> None:
    world.paper(1, "We study tides.")
    with start_run_at(FIRST) as run:
        find_account_releases(begin_cycle(run.worker))
    for number in range(7):
        add_model(world, f"ann/m{number}")
    turns: list[str] = []
    with start_run_at(SECOND) as run:
        for _ in range(5):
            find_account_releases(begin_cycle(run.worker))
            turns = asked(run)
        assert sorted(turns) == ["TheLab", "ann", "the-lab-2"], "one in each cycle, each once"
        assert len(run.rows(FOUND)) == account_releases.MOST_TAKEN
        counted = run.rows("SELECT expected, got FROM \"window\" WHERE source = 'hub-account:ann'")
        assert counted == [(7, account_releases.MOST_TAKEN)]
    with start_run_at(THIRD, TRACKER_LIMITS__ACCOUNT_LISTS="0") as run:
        find_account_releases(begin_cycle(run.worker))
        assert asked(run) == []
    with start_run_at(THIRD, TRACKER_LIMITS__ACCOUNT_LISTS="3") as run:
        find_account_releases(begin_cycle(run.worker))
        assert len(run.rows(FOUND)) == 7


def test_an_account_that_cannot_be_read_keeps_no_other_waiting(
    world: World, start_run_at: StartRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.paper(1, "We study tides.")
    with start_run_at(FIRST) as run:
        find_account_releases(begin_cycle(run.worker))
    add_model(world, "the-lab-2/new")
    read, failed = account_releases.list_new_models, []

    def fail(namespace: str, since: datetime, fetch: Fetch) -> tuple[Reference, ...]:
        if namespace == "TheLab":
            failed.append(namespace)
            raise UpstreamError("huggingface", "not now")
        return read(namespace, since, fetch)

    monkeypatch.setattr(account_releases, "list_new_models", fail)
    with start_run_at(SECOND) as run:
        begun = [begin_cycle(run.worker) for _ in range(5)]
        for each in begun:
            find_account_releases(each)
        assert (failed, sorted(asked(run))) == (["TheLab"], ["ann", "the-lab-2"])
        assert [outcome.reason for each in begun for outcome in each.troubles] == ["huggingface: not now"]
        assert [row[0] for row in run.rows(FOUND)] == ["hf-model:the-lab-2/new"]


def test_a_new_repository_of_a_watched_owner_is_a_release_once_it_shows_a_model(
    world: World, start_run_at: StartRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watchlist(organisation=(Organisation(name="The Lab", github=("The-Lab", "nobody")),))
    for module in (account_releases, prepare):
        monkeypatch.setattr(module, "load_watchlist", lambda: watched)
    world.paper(1, "Our code is available at https://github.com/the-lab/of-a-paper.")
    with start_run_at(FIRST, TRACKER_LIMITS__ACCOUNT_LISTS="9") as run:
        cycle.run_cycle(run.worker)
        assert listed_owners(run) == [], "the first cycle begins the watch"
    created = {"created_at": "2026-06-17T06:00:00Z"}
    licensed = {"LICENSE": world.mit}
    named = {"README.md": "# Model\nSee https://arxiv.org/abs/2606.00009."}
    for name, files, facts in (
        ("model", CODE | licensed, created),
        ("old", CODE | licensed, {"created_at": "2026-06-17T04:00:00Z"}),
        ("young", CODE | licensed, {"created_at": "2026-06-18T06:00:00Z"}),
        ("tool", {"cli.py": "print()", "README.md": "# Tool"} | licensed, created),
        ("without-terms", CODE, created),
        ("of-another-paper", CODE | named | licensed, created),
        ("of-a-paper", CODE | licensed, created),
        ("fork", CODE | licensed, {**created, "fork": True}),
    ):
        world.repository(f"the-lab/{name}", files, **facts)
    with start_run_at(THIRD, TRACKER_LIMITS__ACCOUNT_LISTS="9", GITHUB_TOKEN="") as run:
        find_account_releases(begin_cycle(run.worker))
        assert (listed_owners(run), run.rows(FOUND)) == ([], []), "not without a token"
    with start_run_at(THIRD, TRACKER_LIMITS__ACCOUNT_LISTS="9") as run:
        done = cycle.run_due_work(run.worker)
        assert sorted(listed_owners(run)) == ["The-Lab", "nobody"]
        assert [trouble for trouble in done.troubles if "account_releases" in trouble.stage] == []
        assert run.rows("SELECT reference, name, code FROM releases") == [
            ("github:the-lab/model", "model", "open")
        ]
        assert run.rows("SELECT count(*) FROM feed_entry e JOIN work w ON w.id = e.work WHERE w.latest = 0") == [
            (0,)
        ]
        [lab] = count_organisations(run.worker.store)
        assert [(work.title, work.code.value) for work in lab.releases] == [("model", "open")]
        asked_again = len(run.requests("github_api"))
        cycle.run_due_work(run.worker)
        assert len(run.requests("github_api")) == asked_again, "each account once a day"


def listed_owners(run: Run) -> list[str]:
    """The owners whose repositories were listed in this run, in order."""
    paths = [request["path"] for request in run.requests("github_api")]
    return [path.split("/")[-2] for path in paths if "/orgs/" in path]
