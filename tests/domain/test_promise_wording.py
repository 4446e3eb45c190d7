"""How a sentence promises."""

from __future__ import annotations

import pytest

from tracker.domain.promise_wording import PromiseWording, name_wording

ACCEPTANCE, SOON, OTHER = PromiseWording.ACCEPTANCE, PromiseWording.SOON, PromiseWording.OTHER


@pytest.mark.parametrize(
    ("sentence", "wording"),
    [
        ("The code will be released upon acceptance.", ACCEPTANCE),
        ("Code will be made public once the paper is ACCEPTED.", ACCEPTANCE),
        ("Our code is available upon publication.", ACCEPTANCE),
        ("We release it soon, after acceptance.", ACCEPTANCE),
        ("Code coming soon!", SOON),
        ("The weights will be available shortly.", SOON),
        ("Code will be published.", OTHER),
        ("We will open-source our code.", OTHER),
        ("", OTHER),
    ],
)
def test_wordings(sentence: str, wording: PromiseWording) -> None:
    assert name_wording(sentence) is wording
