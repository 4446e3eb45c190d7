"""What strangers add to a licence text: harmless words leave it open, and no other words do."""

from __future__ import annotations

import pytest

from tests.judge.licence_additions import HARMLESS, HOSTILE
from tests.judge.licence_samples import APACHE, BSD3, MIT, OSI, rules
from tracker.judge.licence_files import LicenceReading, read_licence_text

TEXTS = {"MIT": MIT, "BSD-3-Clause": BSD3, "Apache-2.0": APACHE}
LEAST = 300


def test_the_corpora_are_large_enough() -> None:
    assert len({text for texts in HARMLESS.values() for text in texts}) * 2 >= LEAST
    assert len({text for texts in HOSTILE.values() for text in texts}) * 2 >= LEAST


def readings(added: list[str], spdx: str) -> dict[tuple[str, str], LicenceReading]:
    """The readings of a standard text with each addition before and after it."""
    text = TEXTS[spdx]
    return {
        (addition, place): read_licence_text(
            f"{addition}\n\n{text}" if place == "before" else f"{text}\n\n{addition}\n", rules()
        )
        for addition in added
        for place in ("before", "after")
    }


@pytest.mark.parametrize("kind", HARMLESS)
def test_harmless_additions_leave_the_licence_open(kind: str) -> None:
    found = readings(HARMLESS[kind], "MIT")
    lost = {
        case: reading.note for case, reading in found.items() if (reading.spdx, reading.class_) != ("MIT", OSI)
    }
    assert not lost


@pytest.mark.parametrize("spdx", ["MIT", "BSD-3-Clause"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_no_hostile_addition_leaves_the_licence_open(kind: str, spdx: str) -> None:
    found = readings(HOSTILE[kind], spdx)
    assert not [case for case, reading in found.items() if reading.class_ is OSI]
    assert all(reading.note for reading in found.values())


def test_additions_to_a_long_text() -> None:
    assert all(
        reading.class_ is OSI
        for reading in readings([HARMLESS[kind][0] for kind in HARMLESS], "Apache-2.0").values()
    )
    assert all(
        reading.class_ is not OSI
        for reading in readings([HOSTILE[kind][0] for kind in HOSTILE], "Apache-2.0").values()
    )
