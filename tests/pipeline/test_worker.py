"""What a worker says when it is made."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from tracker.fetch.clock import make_clock
from tracker.pipeline.worker import make_worker
from tracker.settings import load_settings
from tracker.store.engine import Store


@pytest.mark.parametrize(
    ("environ", "overlay", "asks"),
    [
        ({}, {}, True),
        ({"TRACKER_CONTACT": " "}, {}, True),
        ({"TRACKER_CONTACT": "ann@x.example"}, {}, False),
        ({}, {"demo": True}, False),
    ],
)
def test_a_contact_is_asked_for(
    store: Store,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    environ: dict[str, str],
    overlay: dict[str, bool],
    asks: bool,
) -> None:
    made = load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path), **environ}, overlay=overlay)
    with closing(make_worker(made, store, make_clock(made))):
        pass
    asked = [record.getMessage() for record in caplog.records if "TRACKER_CONTACT" in record.getMessage()]
    assert bool(asked) == asks
