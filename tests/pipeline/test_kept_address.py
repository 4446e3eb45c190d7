"""One public address for the site of a data folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.world import World
from tracker.domain.errors import SettingsError, StoreError
from tracker.pipeline import publish
from tracker.pipeline.context import begin_cycle
from tracker.pipeline.kept_address import describe_other_address, keep_address, settle_address
from tracker.pipeline.worker_lock import hold_service_lock
from tracker.settings import Settings, load_settings

HERE, THERE = "https://papers.example/x", "https://other.example"


@pytest.fixture
def published_at(tmp_path: Path) -> Callable[[str], Settings]:
    return lambda address: load_settings(
        environ={"TRACKER_DATA_DIR": str(tmp_path), **({"TRACKER_PUBLIC_URL": address} if address else {})}
    )


def test_the_first_public_address_is_kept_and_another_refused(published_at: Callable[[str], Settings]) -> None:
    keep_address(published_at(""))
    keep_address(published_at(HERE))
    keep_address(published_at(f"{HERE}/"))
    for other in ("", THERE):
        with pytest.raises(SettingsError) as refused:
            keep_address(published_at(other))
        assert f"is published for {HERE}, and public_url is {other or 'empty'};" in str(refused.value)
        assert "tracker publish --move" in str(refused.value)
        with pytest.raises(SettingsError):
            settle_address(published_at(other))
    assert describe_other_address(published_at(HERE)) == ""


def test_the_operator_moves_the_site_while_no_service_uses_it(published_at: Callable[[str], Settings]) -> None:
    settle_address(published_at(HERE))
    with hold_service_lock(published_at(HERE).data_dir):
        settle_address(published_at(HERE))
        with pytest.raises(StoreError, match="a service uses this data folder; stop it first"):
            settle_address(published_at(THERE), move=True)
    settle_address(published_at(THERE), move=True)
    keep_address(published_at(THERE))
    with pytest.raises(SettingsError, match=f"published for {THERE}"):
        keep_address(published_at(HERE))


def test_a_command_does_not_name_the_site_of_a_service_that_has_no_address(
    published_at: Callable[[str], Settings],
) -> None:
    keep_address(published_at(""))
    with hold_service_lock(published_at("").data_dir), pytest.raises(StoreError, match="a service uses"):
        settle_address(published_at(HERE))
    assert describe_other_address(published_at("")) == ""


def test_what_is_there_in_place_of_the_file_is_refused_in_a_sentence(
    published_at: Callable[[str], Settings], tmp_path: Path
) -> None:
    (tmp_path / "public_url").mkdir()
    with pytest.raises(StoreError, match="public_url: cannot be used"):
        keep_address(published_at(HERE))


def test_a_cycle_with_another_address_leaves_the_site_as_it_is(
    world: World, start_run: StartRun, tmp_path: Path
) -> None:
    world.paper(1, "We study things.")
    with start_run() as run:
        keep_address(run.worker.settings)
        other = replace(run.worker, settings=run.worker.settings.model_copy(update={"public_url": THERE}))
        cycle = begin_cycle(other)
        publish.publish(cycle)
        assert not (run.worker.settings.public_dir / "feed.xml").exists()
        assert [trouble.name for trouble in cycle.troubles] == ["publish"]
        publish.publish(begin_cycle(other), tmp_path / "copy")
        assert (tmp_path / "copy" / "feed.xml").exists()
