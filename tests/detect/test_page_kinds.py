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


@pytest.mark.parametrize(
    ("page", "own"),
    [pytest.param(*case[1:], id=case[0]) for case in MODERN + OLD + HARD + UNSEEN + UNSEEN_TOO],
)
def test_own_artifacts_of_a_page(page: str, own: str, rules: RoleRules) -> None:
    reference = resolve_url(URL)
    assert reference is not None
    mentions = pages.find_page_mentions(page.encode(), reference, URL, resolve_url)
    found = {m.reference.key for m in decision.decide_roles(mentions, PAPER, rules) if m.role is Role.OWN}
    assert found == set(own.split())
