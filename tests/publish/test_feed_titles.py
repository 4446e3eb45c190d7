"""What a composed feed is called."""

from __future__ import annotations

import pytest

from tracker.publish.feed_filters import FILTER_KEYS, Clause
from tracker.publish.feed_titles import composed_title


@pytest.mark.parametrize(
    ("clauses", "title"),
    [
        ([Clause("cat", ("cs.CL",)), Clause("has", ("weights",))], "cs.CL with open weights"),
        ([Clause("cat", ("cs.CL", "cs.CV", "cs.LG"))], "cs.CL, cs.CV or cs.LG"),
        ([Clause("has", ("data", "weights"))], "Papers with open data and weights"),
        ([Clause("licence", ("MIT",)), Clause("org", ("Google",))], "Papers under MIT from Google"),
        ([Clause("licence", ("osi",))], "Papers under an OSI-approved licence"),
        ([Clause("keyword", ("diffusion",), ("medical",))], "Papers about “diffusion” without “medical”"),
        (
            [Clause("keyword", ("a b",)), Clause("keyword", ("c", "d"))],
            "Papers about “a b” and about “c” or “d”",
        ),
        ([Clause("author", ("zoë z",))], "Papers by Zoë Z"),
        ([Clause("author", ("yann lecun",))], "Papers by Yann LeCun"),
        ([Clause("host", ("huggingface",)), Clause("kind", ("model",))], "Papers with artifacts at Hugging Face with a model"),
        ([Clause("cat", (), ("cs.CV",)), Clause("org", (), ("Google", "Meta"))], "Papers outside cs.CV not from Google or Meta"),
    ],
)  # fmt: skip
def test_a_composed_feed_is_called_in_english(clauses: list[Clause], title: str) -> None:
    assert composed_title(clauses, {"yann lecun": "Yann LeCun"}) == title


def test_every_filter_has_words_for_what_it_takes_and_leaves_out() -> None:
    for key in FILTER_KEYS:
        assert composed_title([Clause(key, ("x",), ("y",))]).isprintable()
