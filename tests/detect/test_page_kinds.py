"""Project pages of many kinds, written after what page builders, templates and hand-made pages of papers produce.

Each case is (kind, page, the artifacts that are the authors' own). The paper is always the same.
"""

import pytest

from tests.detect.page_samples import HARD, MODERN, OLD, UNSEEN, UNSEEN_TOO
from tracker.detect import pages
from tracker.detect.roles import decision
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.papers import Paper
from tracker.domain.terms import Role
from tracker.hosts.resolve import resolve_url

URL = "https://ann.github.io/deep/"
PAPER = Paper(arxiv_id="2606.00001", title="Deep Things: Learning to Dig", authors=("Ann Author", "Bo Berg"))


MISREAD = {
    "hero text": "a button that says Source alone, under a name that is not the paper's, is left out",
    "coming in text": "a sentence that only points to a rival's repository is taken for a release",
}
"""Pages that the rules read wrongly today. One that is read rightly fails here, and leaves this list."""


def marks(name: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(strict=True, reason=MISREAD[name])] if name in MISREAD else []


@pytest.mark.parametrize(
    ("page", "own"),
    [
        pytest.param(*case[1:], id=case[0], marks=marks(case[0]))
        for case in MODERN + OLD + HARD + UNSEEN + UNSEEN_TOO
    ],
)
def test_own_artifacts_of_a_page(page: str, own: str, rules: RoleRules) -> None:
    reference = resolve_url(URL)
    assert reference is not None
    mentions = pages.find_page_mentions(page.encode(), reference, URL, resolve_url)
    found = {m.reference.key for m in decision.decide_roles(mentions, PAPER, rules) if m.role is Role.OWN}
    assert found == set(own.split())
