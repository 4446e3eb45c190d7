"""Keys of works: each is one integer, from which the arXiv id can be read back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.artifacts import Reference
from tracker.store import judgements, keys, releases
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.tables.work import WORK

OLD = ("cs/0112017", "hep-th/9901001", "math/0703999", "q-bio/0309001", "acc-phys/9411001", "supr-con/9612003")
NEW = ("0704.0001", "1412.9999", "1501.00001", "2606.00001", "2612.99999", "9012.00001")
SEEN, KEY = datetime(2026, 6, 3, tzinfo=UTC), keys.paper_key("2606.00001")
NOT_ARXIV_IDS = (
    "", "x", "2606.0001", "1412.00001", "0703.0001", "9107.0001", "2613.00001", "cs.AI/0112017", "nowhere/0703001", "cs/0704001",
    "arxiv:2606.00001", "2606.00001v2", "２６０６.00001", "42500001",
)  # fmt: skip


@pytest.mark.parametrize("arxiv_id", OLD + NEW)
def test_a_paper_is_a_number_of_four_bytes_that_gives_its_id_back(arxiv_id: str) -> None:
    key = keys.work_key(f"arxiv:{arxiv_id}")
    assert isinstance(key, int)
    assert 0 <= key < 1 << 31
    assert keys.arxiv_id_of(key) == arxiv_id


@pytest.mark.parametrize("arxiv_id", NOT_ARXIV_IDS)
def test_a_name_that_is_not_an_arxiv_id_has_a_negative_number(arxiv_id: str) -> None:
    key = keys.work_key(f"arxiv:{arxiv_id}")
    assert -(1 << 63) <= key < 0


@given(st.text() | st.from_regex(r"[a-z-]{0,9}/?[0-9]{3,7}\.?[0-9]{0,6}", fullmatch=True))
def test_no_two_works_share_a_key(name: str) -> None:
    paper, release = keys.work_key(f"arxiv:{name}"), keys.work_key(f"release:{name}")
    assert paper != release
    assert release < 0
    assert paper < 0 or keys.arxiv_id_of(paper) == name


@given(st.integers(0, keys.arxiv_number("9012.99999")))
def test_no_two_numbers_share_a_paper(number: int) -> None:
    arxiv_id = keys.arxiv_id_of(number)
    key = keys.work_key(f"arxiv:{arxiv_id}")
    assert key == number or key < 0


def test_the_name_of_a_work_is_read_from_the_store_alone(store: Store) -> None:
    link = Reference("github:acme/model", "github", "repository", "https://github.com/acme/model")
    releases.save_release(store, "Model-1", [link], "listed", "r1", (), datetime(2026, 6, 3, tzinfo=UTC))
    papers = [
        {"id": keys.paper_key(name), "arxiv_id": name, "judge_due": True, "first_seen": SEEN}
        for name in ("2606.00001", "odd")
    ]
    with store.begin() as connection:
        upsert(connection, WORK, papers)
    works = ["arxiv:2606.00001", "arxiv:odd", "release:github:acme/model"]
    assert judgements.works_to_judge(store, 9, datetime(2026, 6, 4, tzinfo=UTC)) == works
