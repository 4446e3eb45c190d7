from collections.abc import Callable

import pytest

from tracker.detect import detect
from tracker.detect.promises import decision
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.artifacts import Reference
from tracker.domain.papers import Paper
from tracker.domain.terms import Promise

AVAILABLE = [
    "Our code is available at https://github.com/a/b.",
    "The code and models are publicly available.",
    "We release our dataset and training scripts.",
    "Code can be found in the supplementary repository on GitHub.",
    "All implementation code is publicly available on GitHub to ensure reproducibility.",
    "We have open-sourced the toolkit.",
    "We outline six directions, and release an open-source toolkit for reproducibility.",
    "By releasing our datasets and evaluation framework, we provide guidance.",
    "The open-source implementation provides a foundation.",
    "We introduce ToolX, a task-agnostic, open-source server.",
    "The data are available through an archive.",
    "Code: https://github.com/a/b",
    "ToolX is available at https://toolx.example.org/.",
    "Code is available at https://github.com/a/b and the model weights will be released soon.",
    "Changes: spelling, and inclusion of source code.",
]
PROMISED = [
    "Code will be released upon acceptance.",
    "Our code will be available at https://github.com/a/b.",
    "We will publicly release the codebase and the corpus.",
    "Code and data: coming soon.",
    "The code for this paper will be released soon.",
    "Code is in the supplementary material and will be released upon publication.",
    "The source code will be made public.",
    "Our datasets and codes are open-sourced at https://github.com/XXX.",
    "The dataset is publicly available at https://huggingface.co/a/b. Our code will be released.",
    "We plan to release all models and code.",
]
NONE = [
    "We train the model on publicly available datasets.",
    "Code generation is hard, and open-source models lag behind.",
    "The generalization remains limited when small demonstration datasets are available.",
    "Project page: https://name.github.io/x",
    "The video supplement is available at https://sites.google.com/view/x.",
    "The final version will be available in a digital library.",
    "We have used the dataset Z (https://github.com/a/b) to evaluate models.",
    "We integrate our solutions into the open-source Y framework.",
    "We provide a detailed analysis of each module in the framework.",
    "Will appear in the proceedings of a conference.",
    "",
]
CASES = [
    (text, wanted)
    for wanted, texts in ((Promise.AVAILABLE, AVAILABLE), (Promise.PROMISED, PROMISED), (Promise.NONE, NONE))
    for text in texts
]
Resolve = Callable[[str], Reference | None]


@pytest.mark.parametrize(("text", "wanted"), CASES)
@pytest.mark.parametrize("field", ["abstract", "comment"])
def test_promise(rules: RoleRules, resolve: Resolve, text: str, wanted: Promise, field: str) -> None:
    lead = "We study a hard problem. " if field == "abstract" else "12 pages. "
    found = detect.detect_paper(Paper(arxiv_id="2401.00001", **{field: lead + text}), resolve, rules)
    assert found.promise is wanted
    assert bool(found.promise_evidence) is (wanted is not Promise.NONE)


def test_the_evidence_is_the_sentence(rules: RoleRules, resolve: Resolve) -> None:
    paper = Paper(arxiv_id="2401.00001", abstract="We do much. Code will be\nreleased upon acceptance. It is new.")
    found = detect.detect_paper(paper, resolve, rules)
    assert found.promise_evidence == "Code will be released upon acceptance."


def test_roles_are_decided_where_they_are_not_given(rules: RoleRules, resolve: Resolve) -> None:
    paper = Paper(arxiv_id="2401.00001", comment="https://github.com/a/b")
    found = detect.detect_paper(paper, resolve, rules)
    stated = decision.decide_promise(paper, found.mentions, rules)
    assert (stated.promise, stated.evidence, stated.place) == (
        found.promise,
        found.promise_evidence,
        found.promise_place,
    )


def test_line_ends_and_indents_within_a_note_are_spaces(rules: RoleRules, resolve: Resolve) -> None:
    comment = "12 pages. Code\n  and data in: https://git.example.org/ann/parts"
    found = detect.detect_paper(Paper(arxiv_id="2401.00001", comment=comment), resolve, rules)
    assert found.promise is Promise.AVAILABLE
