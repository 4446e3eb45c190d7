"""What is known of an artifact beyond a paper's words, and the authors' release apart from hundreds that merely cite."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from tests.detect.roles.mentions import PAPER, in_text, listed, mention
from tracker.config_files import Organisation, config_dir, read_toml
from tracker.detect.roles import decision, role_rules
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.mentions import ArtifactContext, Mention
from tracker.domain.papers import Paper
from tracker.domain.terms import Place, Role, Source

CALLED_OWN = ["Our code is available at ", "Code: ", "We release all models at ", ""]
CALLED_OTHERS = [
    "We used the dataset of others (",
    "Our work is based on ",
    "Code Reference: ",
    "For all baselines we use the implementation of Smith et al. (",
]


SUBMITTED = datetime(2026, 6, 10, tzinfo=UTC)
DATED = replace(PAPER, submitted_at=SUBMITTED)


def role_of(
    rules: RoleRules, given: Sequence[Mention], known: Mapping[str, ArtifactContext], paper: Paper = DATED
) -> Role:
    """The role of the last reference."""
    return decision.decide_roles(given, paper, rules, known)[-1].role


def test_nothing_known_changes_nothing(rules: RoleRules) -> None:
    given = [mention("github:a/b", words) for words in (*CALLED_OWN, *CALLED_OTHERS)]
    given += [in_text("github:c/d", words) for words in CALLED_OWN]
    empty = {link.reference.folded: ArtifactContext() for link in given}
    assert decision.decide_roles(given, PAPER, rules) == decision.decide_roles(given, DATED, rules, empty)


def test_a_readme_that_names_the_paper_confirms_words_and_replaces_none(rules: RoleRules) -> None:
    known = {"github:lab/thing": ArtifactContext(names_paper=True, known=True)}
    neutral = in_text("github:lab/thing", "Data of [12] and See ")
    assert role_of(rules, [neutral], {}) is Role.MENTION
    [found] = decision.decide_roles([neutral], DATED, rules, known)
    assert (found.role, found.suggested) == (Role.MENTION, True)
    claimed = in_text("github:lab/thing", "Code is released at ", place=Place.BIBLIOGRAPHY)
    assert role_of(rules, [claimed], {}) is Role.MENTION
    assert role_of(rules, [claimed], known) is Role.OWN
    for words in CALLED_OTHERS:
        assert role_of(rules, [in_text("github:lab/thing", words)], known) is Role.MENTION


def test_a_famous_library_stays_a_mention_though_it_names_many_papers(rules: RoleRules) -> None:
    known = {"github:pytorch/pytorch": ArtifactContext(names_paper=True)}
    assert role_of(rules, [in_text("github:PyTorch/pytorch", "See ")], known) is Role.MENTION


def test_a_readme_that_does_not_name_the_paper_speaks_mildly_against(rules: RoleRules) -> None:
    given = [in_text("github:lab/thing", "We release our code at ")]
    [before] = decision.decide_roles(given, DATED, rules)
    [after] = decision.decide_roles(given, DATED, rules, {"github:lab/thing": ArtifactContext(names_paper=False)})
    assert rules.publish_threshold < after.probability < before.probability
    named = [mention("github:lab/thing", "Code: ")]
    assert decision.decide_roles(named, DATED, rules) == decision.decide_roles(
        named, DATED, rules, {"github:lab/thing": ArtifactContext(names_paper=False)}
    )


def derived(key: str, before: str, place: Place, source: Source) -> list[Mention]:
    return [
        mention("github:TheLab/StereoField", "Code: "),
        mention(key, before, place=place, source=source),
    ]


@pytest.mark.parametrize(
    ("key", "role"),
    [
        ("hf-model:somebody/thing-7b", Role.MENTION),
        ("hf-model:thelab/thing-7b", Role.OWN),
        ("hf-model:weizhang/thing-7b", Role.OWN),
    ],
)
def test_a_derived_model_of_a_full_text_is_own_only_in_the_authors_namespace(
    rules: RoleRules, key: str, role: Role
) -> None:
    given = derived(key, "The model is hosted on ", Place.TITLE_FOOTNOTE, Source.PDF)
    assert role_of(rules, given, {}) is Role.OWN
    assert role_of(rules, given, {key: ArtifactContext(derived=True)}) is role


def test_a_derived_model_that_the_abstract_gives_as_its_own_is_own(rules: RoleRules) -> None:
    given = derived("hf-model:somebody/thing-7b", "We release our model at ", Place.ABSTRACT, Source.METADATA)
    assert role_of(rules, given, {"hf-model:somebody/thing-7b": ArtifactContext(derived=True)}) is Role.OWN


def day(days: int) -> datetime:
    return SUBMITTED + timedelta(days=days)


@pytest.mark.parametrize(
    ("key", "standing", "role"),
    [
        ("hf-model:thelab/StereoField-7B", ArtifactContext(created_at=day(5)), Role.OWN),
        ("hf-model:thelab/StereoField-7B-Instruct", ArtifactContext(created_at=day(5), derived=True), Role.OWN),
        ("hf-model:thelab/earlier-work", ArtifactContext(created_at=day(-900)), Role.MENTION),
        ("hf-model:thelab/StereoField", ArtifactContext(created_at=day(5)), Role.OWN),
        ("hf-model:wei-zhang-ai/depth", ArtifactContext(created_at=day(30)), Role.MENTION),
        ("hf-model:wei-zhang-ai/depth", ArtifactContext(created_at=day(30), proved=True), Role.OWN),
        ("hf-model:weizhang/StereoField", ArtifactContext(created_at=day(3)), Role.MENTION),
        ("hf-model:zhangsan/StereoField", ArtifactContext(created_at=day(30)), Role.MENTION),
        ("hf-model:somebody/StereoField", ArtifactContext(created_at=day(30)), Role.MENTION),
        ("hf-model:StereoField/StereoField", ArtifactContext(created_at=day(30)), Role.MENTION),
        ("hf-model:somebody/StereoField-ft", ArtifactContext(created_at=day(30), derived=True), Role.COMMUNITY),
        ("hf-model:zhangsan/StereoField-ft", ArtifactContext(created_at=day(30), derived=True), Role.COMMUNITY),
        ("hf-model:thelabx/x", ArtifactContext(created_at=day(30), derived=True), Role.COMMUNITY),
    ],
)
def test_evidence_on_what_the_hub_lists(rules: RoleRules, key: str, standing: ArtifactContext, role: Role) -> None:
    given = [mention("github:TheLab/StereoField", "Code: "), listed(key)]
    assert role_of(rules, given, {key.casefold(): standing}) is role


def test_the_hubs_first_date_means_no_more_than_before(rules: RoleRules) -> None:
    old = replace(PAPER, submitted_at=datetime(2019, 6, 1, tzinfo=UTC))
    given = [mention("github:TheLab/StereoField", "Code: "), listed("hf-model:somebody/x")]

    def chance(created: datetime) -> float:
        return decision.decide_roles(
            given, old, rules, {"hf-model:somebody/x": ArtifactContext(created_at=created)}
        )[1].probability

    first = datetime(2022, 3, 2, 23, 29, 4, tzinfo=UTC)
    assert chance(first) == decision.decide_roles(given, old, rules)[1].probability
    assert chance(first + timedelta(days=30)) < chance(first)


def test_accounts_of_one_organisation_speak_for_each_other(rules: RoleRules) -> None:
    watched = [Organisation(name="A Company", github=("acompany-research",), huggingface=("ac",))]
    table = read_toml(config_dir() / "roles.toml")
    given = [mention("github:ACompany-Research/tool", "Code: "), listed("hf-model:AC/model")]
    assert role_of(role_rules.build_role_rules(table, watched), given, {}) is Role.OWN
    assert role_of(role_rules.build_role_rules(table), given, {}) is Role.MENTION
    # That a namespace is watched is no evidence by itself.
    assert (
        role_of(role_rules.build_role_rules(table, watched), [mention("github:x/tool", "Code: "), given[1]], {})
        is Role.MENTION
    )
    derived_ = {"hf-model:ac/model": ArtifactContext(derived=True)}
    assert role_of(role_rules.build_role_rules(table, watched), given, derived_) is Role.COMMUNITY


def test_the_papers_own_link_stands_above_the_list(rules: RoleRules) -> None:
    key = "hf-model:somebody/StereoField-ft"
    named = mention(key, "We release our model at ")
    assert role_of(rules, [listed(key), named], {key.casefold(): ArtifactContext(derived=True)}) is Role.OWN
    baseline = mention(key, "Our work is based on ", place=Place.SECTION, source=Source.PDF)
    assert role_of(rules, [listed(key), baseline], {key.casefold(): ArtifactContext(derived=True)}) is Role.MENTION


STRANGERS = """zhangsan zhangwei-fan llm-zoo thebloke bartowski mradermacher quantfactory lone-striker nvidia wang88 unsloth
    stereo-fans depthclub john-smith maria-torres ana-lopez kimchi jo-an labrador thelaboratory field-lab"""


def crowd() -> dict[str, ArtifactContext]:
    """What 299 strangers made that cite the paper: quantisations, fine-tunes, reproductions, and things of their own."""
    owners = STRANGERS.split()
    found: dict[str, ArtifactContext] = {}
    for number in range(299):
        owner = owners[number % len(owners)] + ("" if number < 100 else str(number))
        made = number % 5
        name = (
            f"StereoField-7B-GGUF-{number}",
            f"StereoField-finetuned-{number}",
            f"StereoField-{number}",
            f"reproduce-StereoField-{number}",
            f"model-{number}",
        )[made]
        found[f"hf-model:{owner}/{name}".casefold()] = ArtifactContext(
            derived=made < 2, created_at=day(number * 2)
        )
    return found


@pytest.mark.parametrize("authors", [("Wei Zhang",), ("Ana Torres", "John Lee", "Jo Kim", "Li Wang", "Wei Zhang")])
@pytest.mark.parametrize("informed", [True, False])
def test_of_300_citing_models_only_the_authors_is_own(
    rules: RoleRules, authors: tuple[str, ...], informed: bool
) -> None:
    known = crowd() | {"hf-model:thelab/stereofield-7b": ArtifactContext(created_at=day(3))}
    assert len(known) == 300
    given = [mention("github:TheLab/StereoField", "Code: "), *(listed(key) for key in sorted(known))]
    found = decision.decide_roles(given, replace(DATED, authors=authors), rules, known if informed else {})
    assert {link.reference.key for link in found if link.role is Role.OWN} == {
        "github:TheLab/StereoField",
        "hf-model:thelab/stereofield-7b",
    }
    if informed:
        made = {link.reference.folded for link in found if link.role is Role.COMMUNITY}
        assert made == {key for key, standing in known.items() if standing.derived}
    assert all(link.reasons for link in found)


@for_all(
    st.lists(
        st.builds(
            ArtifactContext,
            names_paper=st.none() | st.booleans(),
            derived=st.booleans(),
            created_at=st.none() | st.datetimes(timezones=st.just(UTC)),
            names_other=st.booleans(),
            known=st.booleans(),
            proved=st.booleans(),
        ),
        min_size=3,
        max_size=3,
    ),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)
def test_whatever_is_known_a_role_is_decided(standings: list[ArtifactContext], submitted: datetime | None) -> None:
    given = [mention("github:a/b", "Code: "), listed("hf-model:a/c"), in_text("hf-model:c/d", "See ")]
    known = dict(zip((link.reference.folded for link in given), standings, strict=True))
    found = decision.decide_roles(
        given, replace(PAPER, submitted_at=submitted), role_rules.load_role_rules(), known
    )
    assert [link.reference for link in found] == [link.reference for link in given]
    assert all(0.0 <= link.probability <= 1.0 for link in found)


def test_a_citing_card_beside_the_papers_own_link(rules: RoleRules) -> None:
    code = mention("github:TheLab/StereoField", "Code: ")
    for key, words, role in (
        ("hf-model:thelab/thing", "See ", Role.OWN),
        ("hf-model:somebody/thing", "See ", Role.MENTION),
        ("hf-model:thelab/thing", "Our work is based on ", Role.MENTION),
    ):
        assert role_of(rules, [code, listed(key), in_text(key, words)], {}) is role
