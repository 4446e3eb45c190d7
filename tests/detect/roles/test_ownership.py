"""What proves that an artifact is the authors' own: nothing of others does, and no honest oddity loses it."""

from collections import Counter

import pytest

from tests.detect.roles import ownership_cases
from tests.detect.roles.mentions import mention
from tests.detect.roles.ownership_cases import Case
from tracker.detect.roles import decision, ownership
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.artifacts import Reference
from tracker.domain.mentions import ArtifactContext, Claim, RoleDecision
from tracker.domain.terms import Role

POISON, HONEST = list(ownership_cases.poison()), list(ownership_cases.honest())


def decide(case: Case, rules: RoleRules) -> RoleDecision:
    decided = decision.decide_roles(case.mentions, case.paper, rules, case.contexts)
    return next(link for link in decided if link.reference.folded == case.reference.folded)


def test_there_are_enough_cases_of_each_kind() -> None:
    kinds = Counter(case.kind.partition(" ")[0].rstrip(",") for case in POISON)
    assert len(POISON) >= 150, kinds
    assert len(HONEST) >= 60
    assert min(kinds[kind] for kind in ("account", "README", "record", "famous", "rival", "page", "list")) >= 6, (
        kinds
    )


@pytest.mark.parametrize("case", POISON, ids=str)
def test_nothing_that_others_write_makes_it_own(rules: RoleRules, case: Case) -> None:
    found = decide(case, rules)
    assert found.role not in (Role.OWN, Role.OWN_PAGE), found.reasons
    assert found.probability < rules.publish_threshold
    assert found.reasons


@pytest.mark.parametrize("case", HONEST, ids=str)
def test_an_honest_oddity_stays_own(rules: RoleRules, case: Case) -> None:
    found = decide(case, rules)
    assert found.role is Role.OWN, found.reasons
    assert found.probability >= rules.publish_threshold


def test_a_suggestion_and_a_conflict_say_so(rules: RoleRules) -> None:
    suggested = [decide(case, rules) for case in POISON if case.kind == "record"]
    assert any(ownership.SUGGESTED in found.reasons and found.suggested for found in suggested)
    for kind in ("famous", "rival by its README", "rival whom the README names", "earlier rival"):
        for found in (decide(case, rules) for case in POISON if case.kind == kind):
            assert found.reasons[-1].startswith("conflict: "), kind
            assert not found.suggested


def test_a_claim_does_not_depend_on_what_other_papers_say(rules: RoleRules) -> None:
    for case in POISON + HONEST:
        claims = [link.claim for link in decision.decide_roles(case.mentions, case.paper, rules, case.contexts)]
        alone = {key: ownership_cases.replace(of, rival=None, proved=False) for key, of in case.contexts.items()}
        assert claims == [link.claim for link in decision.decide_roles(case.mentions, case.paper, rules, alone)]


def test_a_name_makes_a_claim_stronger(rules: RoleRules) -> None:
    paper = ownership_cases.PAPER
    [named] = decision.decide_roles([mention("github:a/stereofield", "Code: ")], paper, rules)
    [plain] = decision.decide_roles([mention("github:a/thing", "Code: ")], paper, rules)
    [other] = decision.decide_roles([mention("github:a/thing", "Our work is based on ")], paper, rules)
    assert (named.claim, plain.claim, other.claim) == (Claim.NAMED, Claim.WORDS, Claim.NONE)


@pytest.mark.parametrize(
    ("key", "account"),
    [
        ("github:Ann/Tool", "github/ann"),
        ("github-org:Ann", "github/ann"),
        ("gist:ann/0123", "github/ann"),
        ("hf-model:Ann/x", "huggingface/ann"),
        ("hf-org:ann", "huggingface/ann"),
        ("hf-collection:ann/x-1", "huggingface/ann"),
        ("gitlab:group/sub/name", "gitlab/group"),
        ("gitlab:git.a.edu/group/name", "git.a.edu/group"),
        ("forgejo:codeberg.org/ann/x", "codeberg.org/ann"),
        ("kaggle:dataset/ann/x", "kaggle/ann"),
        ("modelscope:model/ann/x", "modelscope/ann"),
        ("page:https://ann.github.io/x", "github/ann"),
        ("page:https://ann.codeberg.page", "codeberg.org/ann"),
        ("page:https://github.io", ""),
        ("page:https://a.ann.github.io", ""),
        ("page:https://example.org/ann", ""),
        ("doi:10.1/2", ""),
        ("zenodo:10.5281/zenodo.1", ""),
        ("osf:abcde", ""),
    ],
)
def test_the_account_of_a_reference(key: str, account: str) -> None:
    assert Reference(key, "", "", "").account == account


@pytest.mark.parametrize("context", [ownership_cases.KNOWN, ownership_cases.SILENT], ids=["unread", "silent"])
def test_an_imported_link_changes_nothing_of_the_other_links(rules: RoleRules, context: ArtifactContext) -> None:
    for case in POISON + HONEST:
        before = decision.decide_roles(case.mentions, case.paper, rules, case.contexts)
        accounts = {link.reference.account.rpartition("/")[2] for link in before} - {""}
        lies = [
            ownership_cases.imported(key)
            for owner in sorted(accounts)
            for key in (
                f"github:{owner}/lie",
                f"github:{owner}lab/lie",
                f"page:https://{owner}.github.io/stereofield",
            )
        ]
        lies.append(ownership_cases.imported("page:https://stereofield.example.org/"))
        contexts = {**{lie.reference.folded: context for lie in lies}, **case.contexts}
        after = decision.decide_roles([*case.mentions, *lies], case.paper, rules, contexts)
        assert after[: len(before)] == before, case
        assert {link.role for link in after[len(before) :]} <= {Role.MENTION, Role.COMMUNITY}
