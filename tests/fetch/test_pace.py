import subprocess
import sys
import threading
import time

import pytest

from tracker.domain.errors import Cancelled, SettingsError
from tracker.fetch.pace import (
    PAGE_FILES,
    UpstreamPace,
    UpstreamPaces,
    hourly_budget,
    interval_seconds,
    make_sleep,
    pace_group,
)


class Wall:
    """Real time for a pace under test; sleeping moves it."""

    def __init__(self) -> None:
        self.time = 1_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def test_the_next_request_starts_a_pace_after_the_last_one_ended(tmp_path):
    wall = Wall()
    pace = UpstreamPace(tmp_path / "arxiv", 3.0, wall.sleep, wall)
    with pace.turn():
        wall.time += 10.0
    wall.time += 1.0
    with pace.turn():
        pass
    assert wall.slept == pytest.approx([2.0])


def test_a_pace_survives_a_restart_and_is_shared_by_name(tmp_path, make_settings):
    wall = Wall()
    settings = make_settings()
    with UpstreamPaces(settings, wall.sleep, wall).pace_of("arxiv_api").turn():
        pass
    with UpstreamPaces(settings, wall.sleep, wall).pace_of("arxiv_site").turn():
        pass
    assert wall.slept == pytest.approx([3.0])


def test_after_a_process_died_in_a_request_its_start_counts(tmp_path):
    wall = Wall()
    pace = UpstreamPace(tmp_path / "arxiv", 3.0, wall.sleep, wall)
    turn = pace.turn()
    turn.__enter__()
    copy = (tmp_path / "arxiv").read_text()
    turn.__exit__(None, None, None)
    (tmp_path / "other").write_text(copy)
    with UpstreamPace(tmp_path / "other", 3.0, wall.sleep, wall).turn():
        pass
    assert wall.slept == pytest.approx([3.0])


@pytest.mark.parametrize("step", [-3600.0, -3.0, 3600.0])
def test_a_clock_that_was_set_costs_at_most_one_interval(tmp_path, step):
    wall = Wall()
    pace = UpstreamPace(tmp_path / "arxiv", 3.0, wall.sleep, wall)
    with pace.turn():
        pass
    wall.time += step
    with pace.turn():
        pass
    assert sum(wall.slept) <= 3.0
    assert bool(wall.slept) == (step < 0)


def test_a_damaged_file_is_replaced(tmp_path):
    (tmp_path / "arxiv").write_bytes(b"\xff\xfe what")
    wall = Wall()
    pace = UpstreamPace(tmp_path / "arxiv", 3.0, wall.sleep, wall)
    for _ in range(2):
        with pace.turn():
            pass
    assert wall.slept == pytest.approx([3.0])


def test_a_failed_request_frees_the_turn_and_counts(tmp_path):
    wall = Wall()
    pace = UpstreamPace(tmp_path / "arxiv", 3.0, wall.sleep, wall)
    with pytest.raises(ValueError, match="broken"), pace.turn():
        raise ValueError("broken")
    with pace.turn():
        pass
    assert wall.slept == pytest.approx([3.0])


def test_another_process_waits_while_a_request_runs(tmp_path):
    program = (
        "import fcntl, os, sys; f = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT); fcntl.flock(f, fcntl.LOCK_EX);"
        "print('held', flush=True); sys.stdin.read()"
    )
    file = tmp_path / "arxiv"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        tries = []

        def sleep(seconds: float) -> None:
            tries.append(seconds)
            if len(tries) == 3:
                holder.communicate(b"")

        with UpstreamPace(file, 0.0, sleep).turn():
            assert len(tries) == 3


def test_only_one_thread_at_a_time_holds_a_turn(tmp_path):
    pace = UpstreamPace(tmp_path / "arxiv", 0.0, time.sleep)
    inside, most = [], []

    def work() -> None:
        for _ in range(5):
            with pace.turn():
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 20
    assert max(most) == 1


def test_a_wait_ends_when_the_service_stops(tmp_path):
    cancel = threading.Event()
    cancel.set()
    pace = UpstreamPace(tmp_path / "arxiv", 3.0, make_sleep(cancel))
    with pace.turn():
        pass
    with pytest.raises(Cancelled), pace.turn():
        pass


def test_a_folder_that_cannot_be_made_is_reported(tmp_path):
    (tmp_path / "pace").write_text("a file where a folder should be")
    with (
        pytest.raises(SettingsError, match="data_dir"),
        UpstreamPace(tmp_path / "pace" / "arxiv", 3.0, time.sleep).turn(),
    ):
        pass


def test_groups_and_intervals(make_settings):
    assert {pace_group(name) for name in ("arxiv_api", "arxiv_oai", "arxiv_rss", "arxiv_site")} == {"arxiv"}
    settings = make_settings()
    assert interval_seconds(settings, "arxiv_api") == 3.0
    assert interval_seconds(settings, "github_api") == 0.1
    assert interval_seconds(settings, "huggingface") == 0.0
    elsewhere = make_settings(TRACKER_UPSTREAMS__HUGGINGFACE="https://huggingface.co")
    assert interval_seconds(elsewhere, "huggingface") == 0.65
    assert interval_seconds(settings, "zenodo") == 1.0


@pytest.mark.parametrize(
    ("name", "seconds", "hourly"),
    [
        ("gitlab", 0.5, 3600),
        ("codeberg", 1.0, 1000),
        ("bitbucket", 1.0, 60),
        ("zenodo", 1.0, 2000),
        ("software_heritage", 1.0, 120),
        ("datacite", 1.0, 60),
        ("web", 1.0, 100),
    ],
)
def test_every_upstream_has_a_pace_and_a_budget(make_settings, name, seconds, hourly):
    upstream = "web:a.example" if name == "web" else name
    plain = make_settings()
    assert (interval_seconds(plain, upstream), hourly_budget(plain, upstream)) == (seconds, hourly)
    changed = make_settings(
        **{f"TRACKER_PACE__{name.upper()}": "9", f"TRACKER_LIMITS__{name.upper()}_PER_HOUR": "7"}
    )
    assert (interval_seconds(changed, upstream), hourly_budget(changed, upstream)) == (9.0, 7)
    here = {f"TRACKER_UPSTREAMS__{name.upper()}": "http://127.0.0.1:1"}
    local = make_settings(**here)
    assert (interval_seconds(local, upstream), hourly_budget(local, upstream)) == (0.0, None)
    chosen = make_settings(**here, **{f"TRACKER_PACE__{name.upper()}": str(seconds)})
    assert interval_seconds(chosen, upstream) == seconds, "a pace that the operator sets holds on this machine too"


def test_hosts_of_pages_have_their_own_paces_in_a_bounded_number_of_files(tmp_path, make_settings):
    wall, settings = Wall(), make_settings()
    paces = UpstreamPaces(settings, wall.sleep, wall)
    with paces.pace_of("web:a.example").turn():
        pass
    with paces.pace_of("web:b.example").turn():
        assert wall.slept == []
    with paces.pace_of("web:a.example").turn():
        assert wall.slept == pytest.approx([1.0])
    for number in range(300):
        with paces.pace_of(f"web:{number}.example").turn():
            pass
    assert len(list((settings.data_dir / "pace").iterdir())) <= PAGE_FILES
