from tests.detect.roles.mentions import PAPER, in_text, listed, mention
from tracker.detect.roles.candidates import Candidate, weigh_candidate
from tracker.detect.roles.name_matching import PaperNames
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.mentions import ArtifactContext, Mention


def weigh(
    rules: RoleRules, *group: Mention, context: ArtifactContext | None = None, single: bool = False
) -> Candidate:
    names = PaperNames.of_paper(PAPER)
    return weigh_candidate(group, PAPER, names, rules, context or ArtifactContext(), single=single)


def test_the_strongest_mention_is_the_candidates(rules: RoleRules) -> None:
    weak, strong = in_text("github:a/b", "As in "), mention("github:a/b", "Our code is available at ")
    candidate = weigh(rules, weak, strong)
    assert candidate.mention is strong
    assert candidate.in_metadata
    assert candidate.score > weigh(rules, weak).score


def test_the_only_artifact_of_the_metadata_gains(rules: RoleRules) -> None:
    code = mention("github:a/b", "Code: ")
    gain = weigh(rules, code, single=True).score - weigh(rules, code).score
    assert round(gain, 9) == round(rules.signals["single"], 9)


def test_words_in_the_first_person_outweigh_that_an_artifact_is_famous(rules: RoleRules) -> None:
    key = next(iter(rules.famous))
    used = weigh(rules, mention(key, "We use "))
    plain = weigh(rules, mention(key, "Code: "))
    claimed = weigh(rules, mention(key, "Our code is available at "))
    assert (used.claimed, plain.claimed, claimed.claimed) == (False, True, True)
    assert "many papers name it because they use it" in plain.reasons
    assert "many papers name it because they use it" not in claimed.reasons


def test_only_the_hubs_lists_bring_it_up(rules: RoleRules) -> None:
    alone = weigh(rules, listed("hf-model:weizhang/x"))
    assert (alone.from_list, alone.author, alone.cites) == (True, True, False)
    beside = weigh(rules, listed("hf-model:weizhang/x"), mention("hf-model:weizhang/x", "Models: "))
    assert (beside.from_list, beside.cites) == (False, True)


def test_what_the_readme_names_counts_unless_the_words_speak_against(rules: RoleRules) -> None:
    known = ArtifactContext(names_paper=True)
    plain, against = in_text("github:a/b", "Code: "), in_text("github:a/b", "Our work is based on ")
    neutral = in_text("github:a/b", "See ")
    assert weigh(rules, plain, context=known).score > weigh(rules, plain).score
    assert weigh(rules, neutral, context=known).score == weigh(rules, neutral).score
    assert weigh(rules, neutral, context=known).support > 0.0
    assert weigh(rules, against, context=known).score == weigh(rules, against).score
