"""What the words before a clause add to it."""

import pytest

from tests.detect.roles.mentions import PAPER
from tracker.detect.roles.clause_context import labels_other, read_beside
from tracker.detect.roles.clauses import Reading, read_clause
from tracker.detect.roles.name_matching import PaperNames

NAMES = PaperNames.of_paper(PAPER)


@pytest.mark.parametrize(
    ("host", "others"),
    [
        ("The encoder follows a design called Chemprop", True),
        ("For detection we rely on YOLOv8", True),
        ("For detection we rely on YOLOv8.", True),
        ("We outperform YOLOv8.", False),
        ("We propose a new approach called GRX", False),
        ("StereoField", False),
        ("We beat all the baselines", False),
        ("", False),
    ],
)
def test_a_label_in_a_footnote_belongs_to_the_name_at_its_mark(host: str, others: bool) -> None:
    assert labels_other(host, NAMES) is others


@pytest.mark.parametrize(
    ("before", "lead", "kind"),
    [
        ("We evaluate on BIG-bench (Srivastava et al., 2022).", "The benchmark is hosted at ", "anaphoric"),
        ("It has been used before.", "The benchmark is hosted at ", "anaphoric"),
        ("We collected 10,000 dialogues.", "The corpus is available at ", "generic-data"),
        ("Data availability.", "The dataset is available at ", "generic-data"),
        ("RAFT-2 [9] iterates over a volume.", "The implementation is available at ", "anaphoric"),
        ("Our experiments took a day.", "The code is at ", "generic"),
        ("It rains a lot.", "The code is at ", "generic"),
        ("We compare with RAFT-2.", "Our code is at ", "ours"),
        ("We call this system WarpDesk.", "WarpDesk is available at ", "own-name"),
        ("We use WarpDesk.", "WarpDesk is available at ", "other-name"),
        ("", "The documentation is at ", "anaphoric"),
    ],
)
def test_the_sentence_before_says_whose_it_is(before: str, lead: str, kind: str) -> None:
    assert read_beside(read_clause(lead, NAMES, footnote=False), before, NAMES).kind == kind


def test_what_says_whose_it_is_needs_no_sentence_before() -> None:
    reading = Reading("release", finite=True)
    assert read_beside(reading, "We use the parser of [3].", NAMES) == reading
