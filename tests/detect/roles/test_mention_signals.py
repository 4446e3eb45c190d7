import pytest

from tests.detect.roles.mentions import PAPER, in_text, listed, mention
from tracker.detect.roles.mention_signals import is_in_metadata, is_project_page, weigh_mention
from tracker.detect.roles.name_matching import PaperNames
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.terms import Place, Source

NAMES = PaperNames.of_paper(PAPER)


def test_words_for_and_against_lean_one_way_and_the_other(rules: RoleRules) -> None:
    own = weigh_mention(mention("github:a/b", "Our code is available at "), rules, NAMES)
    others = weigh_mention(mention("github:a/b", "Our work is based on "), rules, NAMES)
    plain = weigh_mention(in_text("github:a/b", "https://a.org. "), rules, NAMES)
    assert others.leaning < plain.leaning == 0.0 < own.leaning
    assert others.score < own.score
    assert own.reasons[0] == "it is linked in the abstract"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (Source.IMPORT, "an imported list links it"),
        (Source.WATCH, "its owner is in the operator's list"),
        (Source.HUB_LIST, "the Hub lists it as citing the paper"),
        (Source.HUB_RECORD, "the Hub's record of the paper links it"),
    ],
)
def test_lists_and_records_have_no_words(rules: RoleRules, source: Source, reason: str) -> None:
    weighed = weigh_mention(mention("github:a/b", "", place=Place.HUB, source=source), rules, NAMES)
    assert (weighed.reasons, weighed.leaning) == ([reason], 0.0)


def test_a_page_is_not_an_artifact_of_the_metadata() -> None:
    assert is_in_metadata([listed("github:a/b"), mention("github:a/b", "")])
    assert not is_in_metadata([listed("github:a/b")])
    assert not is_in_metadata([mention("page:https://example.org", "")])


def test_a_project_page_is_known_by_its_host_or_its_words(rules: RoleRules) -> None:
    assert is_project_page(mention("page:https://name.github.io/x", "See "), rules)
    assert is_project_page(mention("page:https://example.org/x", "Project page: "), rules)
    assert not is_project_page(mention("page:https://example.org/x", "Code: "), rules)
