from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.detect.roles.mentions import PAPER, in_text, mention
from tracker.detect.roles import decision, ownership
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.artifacts import Reference
from tracker.domain.mentions import ArtifactContext, Mention, RoleDecision
from tracker.domain.papers import Paper
from tracker.domain.terms import Place, Role, Source
from tracker.hosts.resolve import resolve_url


def decide(rules: RoleRules, *mentions: Mention, paper: Paper = PAPER) -> list[RoleDecision]:
    return list(decision.decide_roles(mentions, paper, rules))


OWN = [
    "Our code is available at ",
    "Code: ",
    "We release all models at ",
    "The source code can be obtained from ",
    "Project repository - ",
    "The official implementation of StereoField is available at ",
    "",
]
OTHERS = [
    "We used the dataset of others (",
    "Our work is based on ",
    "Code Reference: ",
    "The pipeline is also integrated into OtherTool: ",
    "We support the development of OtherTool, which can be accessed at ",
    "For all baselines we use the implementation of Smith et al. (",
]


@pytest.mark.parametrize("before", OWN)
def test_words_of_release_make_it_own(rules: RoleRules, before: str) -> None:
    (found,) = decide(rules, mention("github:someone/thing", before))
    assert found.role is Role.OWN
    assert found.probability >= rules.publish_threshold
    assert found.reasons


@pytest.mark.parametrize("before", OTHERS)
def test_words_of_use_make_it_a_mention(rules: RoleRules, before: str) -> None:
    (found,) = decide(rules, mention("github:someone/thing", before))
    assert found.role is Role.MENTION
    assert found.probability < rules.publish_threshold


@pytest.mark.parametrize(
    ("key", "before", "role"),
    [
        ("page:https://name.github.io/x", "Project page: ", Role.OWN_PAGE),
        ("page:https://name.github.io/x", "We release all models at ", Role.OWN_PAGE),
        ("page:https://example.org/x", "Project website: ", Role.OWN_PAGE),
        ("page:https://example.org/x", "Our code is available at ", Role.OWN),
        ("page:https://openreview.net/forum?id=1", "Accepted at a workshop (", Role.MENTION),
        ("page:https://conf.example.org", "To be presented at the conference ", Role.MENTION),
        ("page:https://example.org/research", "For more related research, please visit ", Role.MENTION),
        ("page:https://arxiv.org/abs/2401.00002", "", Role.MENTION),
    ],
)
def test_pages(rules: RoleRules, key: str, before: str, role: Role) -> None:
    (found,) = decide(rules, mention(key, before))
    assert found.role is role


def test_dois_of_archives_and_of_journals(rules: RoleRules) -> None:
    data, journal = decide(
        rules,
        mention("doi:10.6084/m9.figshare.1", "Data are available at "),
        mention("doi:10.1145/1.2", "Published in a journal: "),
    )
    assert (data.role, journal.role) == (Role.OWN, Role.MENTION)


def test_a_name_that_stands_for_a_link_to_come_is_a_mention(rules: RoleRules) -> None:
    [found] = decide(rules, mention("github:someone/xxx", "Our code is available at "))
    assert found.role is Role.MENTION


def test_words_lead_to_both_of_two_joined_links(rules: RoleRules) -> None:
    found = decide(
        rules,
        mention("github:a/b", "Code is available at "),
        mention("github:c/d", "Code is available at https://github.com/a/b and "),
    )
    assert [link.role for link in found] == [Role.OWN, Role.OWN]


def test_the_bibliography_and_footnotes_need_more(rules: RoleRules) -> None:
    cited, footnote, named = decide(
        rules,
        mention("github:a/b", "Smith. A library. ", place=Place.BIBLIOGRAPHY),
        mention("github:c/d", "We trained it.3", place=Place.FOOTNOTE),
        mention("github:zhangwei/stereofield", "1Code: ", place=Place.FOOTNOTE),
    )
    assert [cited.role, footnote.role, named.role] == [Role.MENTION, Role.MENTION, Role.OWN]


def test_a_reimplementation_by_others(rules: RoleRules) -> None:
    (found,) = decide(rules, mention("github:a/b", "An unofficial implementation is at ", place=Place.SECTION))
    assert found.role is Role.COMMUNITY


def test_the_hubs_record_of_the_paper_suggests(rules: RoleRules) -> None:
    code, page = decide(
        rules,
        mention("github:a/b", "", place=Place.HUB, source=Source.HUB_RECORD),
        mention("page:https://example.org/x", "", place=Place.HUB, source=Source.HUB_RECORD),
    )
    assert (code.role, page.role) == (Role.MENTION, Role.MENTION)
    assert code.suggested
    assert page.suggested
    assert ownership.SUGGESTED in code.reasons
    assert code.place is Place.HUB
    assert code.unsettled, "what it holds is looked at"


@pytest.mark.parametrize(
    ("key", "role"),
    [
        ("hf-model:somebody/other-model", Role.MENTION),
        ("hf-model:somebody/StereoField-GGUF", Role.MENTION),
        ("hf-model:somebody/StereoField-large", Role.MENTION),
        ("hf-model:weizhang/other-model", Role.MENTION),
        ("hf-model:thelab/other-model", Role.OWN),
    ],
)
def test_the_hubs_lists_tell_only_that_it_cites(rules: RoleRules, key: str, role: Role) -> None:
    found = decide(
        rules,
        mention("github:TheLab/StereoField", "Code: "),
        mention(key, "", place=Place.HUB, source=Source.HUB_LIST),
    )
    assert found[1].role is role


def test_the_operators_list_decides(rules: RoleRules) -> None:
    (found,) = decide(rules, mention("github:a/b", "", place=Place.HUB, source=Source.WATCH))
    assert found.role is Role.OWN


def test_mentions_of_one_reference_are_one_decision_at_its_strongest_place(rules: RoleRules) -> None:
    (found,) = decide(
        rules,
        mention("github:A/B", "We thank all. ", place=Place.SECTION),
        mention("github:a/b", "Our code is available at "),
    )
    assert found.place is Place.ABSTRACT
    assert found.role is Role.OWN


def test_roles_are_decided_again_alike(rules: RoleRules, resolve: Callable[[str], Reference | None]) -> None:
    given = (mention("github:a/b", "Code: "), mention("github:c/d", "based on "))
    assert decision.decide_roles(given, PAPER, rules) == decision.decide_roles(given, PAPER, rules)


def test_no_mentions_no_roles(rules: RoleRules) -> None:
    assert decision.decide_roles((), PAPER, rules) == ()


def test_links_of_full_texts_are_spread_around_the_threshold(rules: RoleRules) -> None:
    words = "The code and data can be found at "
    [full] = decide(rules, in_text("github:lab/thing", words))
    [plain] = decide(replace(rules, sharpness=1.0), in_text("github:lab/thing", words))
    assert full.probability > plain.probability >= rules.publish_threshold
    [full] = decide(rules, in_text("github:lab/thing", "as in "))
    [plain] = decide(replace(rules, sharpness=1.0), in_text("github:lab/thing", "as in "))
    assert full.probability < plain.probability < rules.publish_threshold


def test_the_spread_changes_no_role_and_nothing_of_an_abstract(rules: RoleRules) -> None:
    flat = replace(rules, sharpness=1.0)
    for words in (*OWN, *OTHERS):
        [spread], [plain] = (decide(table, in_text("github:lab/thing", words)) for table in (rules, flat))
        assert spread.role is plain.role
        assert decide(rules, mention("github:lab/thing", words)) == decide(
            flat, mention("github:lab/thing", words)
        )


def test_a_famous_dependency_of_a_full_text_is_a_mention(rules: RoleRules) -> None:
    [famous] = decide(rules, in_text("github:PyTorch/pytorch", "The code is available at "))
    [other] = decide(rules, in_text("github:lab/thing", "The code is available at "))
    assert (famous.role, other.role) == (Role.MENTION, Role.OWN)
    assert "many papers name it because they use it" in famous.reasons


@pytest.mark.parametrize(
    "words",
    [
        "The baseline was evaluated using the implementation available at ",
        "The baseline was evaluated using the im- plementation available at ",
        "We used their code published on ",
    ],
)
def test_what_was_used_where_it_is_available_is_a_mention(rules: RoleRules, words: str) -> None:
    [found] = decide(rules, in_text("github:lab/thing", words))
    assert found.role is Role.MENTION


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("Code: ", Role.OWN),
        ("Dataset: ", Role.OWN),
        ("GitHub: ", Role.OWN),
        ("You are free to borrow the source code: ", Role.MENTION),
        ("This page was built using the Academic Project Page Template: ", Role.MENTION),
        ("This website is adapted from Nerfies: ", Role.MENTION),
    ],
)
def test_links_of_a_project_page(rules: RoleRules, words: str, role: Role) -> None:
    [found] = decide(rules, mention("github:lab/thing", words, place=Place.PAGE, source=Source.PAGE))
    assert found.role is role


def test_words_of_use_count_against_a_link_that_is_elsewhere_named_without_words(rules: RoleRules) -> None:
    used = in_text("github:weizhang/tool", "For the fits we used Foo (")
    plain = in_text("github:weizhang/tool", "Optimisation | ")
    own = in_text("github:weizhang/other", "Our code is available at ")
    alone = {each.reference.key: each.role for each in decision.decide_roles([plain, used, own], PAPER, rules)}
    assert alone == {"github:weizhang/tool": Role.MENTION, "github:weizhang/other": Role.OWN}


def test_an_account_of_famous_dependencies_lends_nothing_to_what_else_it_holds(rules: RoleRules) -> None:
    def roles(owner: str) -> set[Role]:
        links = [
            in_text(f"github:{owner}/bxk", "Our code is available at "),
            in_text(f"github:{owner}/learning-depth", "It rains. "),
        ]
        return {each.role for each in decision.decide_roles(links, PAPER, rules)}

    assert roles("somelab") == {Role.OWN}
    assert roles("pytorch") == {Role.OWN, Role.MENTION}


@pytest.mark.parametrize(
    "url",
    [
        "https://www.python.org",
        "https://docs.python.org/3/library/",
        "https://numpy.org/doc/stable/",
        "https://www.apache.org/licenses/LICENSE-2.0",
        "https://opensource.org/licenses/MIT",
        "https://creativecommons.org/licenses/by/4.0/",
        "https://www.w3.org/TR/prov-o/",
        "https://www.rfc-editor.org/rfc/rfc9110",
        "https://bioconductor.org/",
        "https://cran.r-project.org",
        "https://doi.org/10.3847/1538-4357/ab1234",
        "https://doi.org/10.1103/PhysRevD.100.1",
        "https://doi.org/10.21105/joss.01234",
    ],
)
@pytest.mark.parametrize("words", ["Our code is available at", "We release our data under", "Code and data:"])
def test_standards_and_journals_are_never_own(rules: RoleRules, url: str, words: str) -> None:
    reference = resolve_url(url)
    assert reference is not None
    places = ((Place.ABSTRACT, Source.METADATA), (Place.SECTION, Source.TEX), (Place.PAGE, Source.PAGE))
    for place, source in places:
        mention_ = Mention(
            reference=reference,
            url=url,
            place=place,
            source=source,
            evidence=f"{words} {url}.",
            before=f"{words} ",
        )
        (decided,) = decision.decide_roles([mention_], PAPER, rules)
        assert decided.role is Role.MENTION


RELEASED = "We release our code and the library at"


@pytest.mark.parametrize(
    ("words", "author", "context", "role"),
    [
        (RELEASED, "Tim Dettmers", ArtifactContext(known=True, names_paper=False), Role.OWN),
        (RELEASED, "Wei Zhang", ArtifactContext(known=True, names_paper=False), Role.MENTION),
        (RELEASED, "Wei Zhang", ArtifactContext(known=True, names_paper=False, proved=True), Role.OWN),
        (RELEASED, "Wei Zhang", ArtifactContext(known=True, names_paper=True), Role.OWN),
        (RELEASED, "Wei Zhang", ArtifactContext(), Role.OWN),
        ("The code is available at", "Tim Dettmers", ArtifactContext(known=True, names_paper=False), Role.MENTION),
        ("We quantise the weights with", "Tim Dettmers", ArtifactContext(known=True), Role.MENTION),
    ],
)
def test_a_famous_library_is_that_of_its_authors_who_say_so(
    rules: RoleRules, words: str, author: str, context: ArtifactContext, role: Role
) -> None:
    link = in_text("github:timdettmers/bitsandbytes", f"{words} ", Source.TEX)
    paper = Paper(arxiv_id="2401.00001", title="Eight Bits Suffice", abstract="We study.", authors=(author,))
    (decided,) = decision.decide_roles([link], paper, rules, {link.reference.folded: context})
    assert decided.role is role
