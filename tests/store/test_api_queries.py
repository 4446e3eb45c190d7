"""Papers by author: the index narrows what is compared, and no name is lost by it."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.domain.papers import Version
from tracker.store import api_queries, papers
from tracker.store.engine import Store

NAMES = (
    "Ann Author", "J. O'Neil-Smith", "José García", "Jose\u0301 M\u0301x Garci\u0301a", "Ng, A. Y.", "X_Y Z9", "张 伟", "Li 伟",
    'The "Quoted" Name', "A" * 150 + " Long", 'E. K\\"onig', "{\\'E}va Novak", "The $ATLAS$ Collaboration", "NEAR AND OR NOT",
    "Bo Äuthor", "ﬁ Ligature", "Kelvin \u212aay", "-", "''", "a.b.c.d.e.f.g.h.i.j.k", "Soft\u00adhyphen Name", "Zero\u200bwidth Ann",
)  # fmt: skip


def version(number: int, now: datetime, authors: tuple[str, ...], abstract: str) -> Version:
    return Version(
        arxiv_id=f"2606.{number:05}", n=1, title="On depth", abstract=abstract, authors=authors, categories=("cs.LG",),
        primary_category="cs.LG", comment=None, submitted_at=now + timedelta(hours=number), updated_at=now,
    )  # fmt: skip


def ids(store: Store, author: str) -> set[str]:
    with store.read() as connection:
        page, _ = api_queries.list_papers(connection, {"author": author})
    return {paper["arxiv_id"] for paper in page}


def test_each_author_is_found_by_the_name_as_it_is_stored(store: Store, now: datetime) -> None:
    stored = [version(1, now, NAMES, "An abstract with $\\mathcal{open {math and a brace")]
    stored += [version(number, now, (name, "Cy Coder"), "Depth.") for number, name in enumerate(NAMES, 2)]
    papers.save_versions(store, stored, {}, now)
    for number, name in enumerate(NAMES, 2):
        assert ids(store, name) == {"2606.00001", f"2606.{number:05}"}, name
        assert {"2606.00001"} <= ids(store, name.lower() if name.isascii() else name), name
    assert ids(store, "Ann") == set()
    assert ids(store, "Author Ann") == set(), "the name is compared, not its words"


def test_an_author_among_thousands_is_found(store: Store, now: datetime) -> None:
    many = tuple(f"Given{number} Family{number * 7}" for number in range(5000))
    papers.save_versions(store, [version(1, now, many, "word " * 300)], {}, now)
    assert ids(store, many[-1]) == {"2606.00001"}


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["C"], exclude_characters="\n\r\t"), min_size=1, max_size=30))
def test_any_name_is_found(store: Store, now: datetime, name: str) -> None:
    papers.save_versions(store, [version(1, now, (name,), "Depth.")], {}, now)
    assert "2606.00001" in ids(store, name)
