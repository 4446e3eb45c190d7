"""Full text: the index follows what is stored, and no text that a person types is too odd for it."""

from contextlib import closing
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, text

from tracker.config_files import Organisation
from tracker.domain.artifacts import Reference
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.papers import Version
from tracker.domain.terms import Fact, Place, Role, Source
from tracker.store import keys, organisations, papers, scans, search, search_index
from tracker.store.engine import Store, open_reader
from tracker.store.roles import save_roles
from tracker.store.scans import ScanResult
from tracker.store.tables.work import VERSION


def paper(arxiv_id: str, now: datetime, **changes: object) -> Version:
    fields: dict[str, object] = {
        "arxiv_id": arxiv_id, "n": 1, "title": "Sparse attention", "abstract": "We look at tokens.", "authors": ("José Ñandú",),
        "categories": ("cs.LG",), "primary_category": "cs.LG", "submitted_at": now, "updated_at": now, "comment": None,
    }  # fmt: skip
    return Version(**(fields | changes))  # type: ignore[arg-type] # the fields by name


def save(store: Store, now: datetime, *versions: Version) -> None:
    papers.save_versions(store, versions, {}, now)


def assert_index_complete(store: Store) -> None:
    """Check with FTS5's own integrity check that the index matches the texts; PostgreSQL makes its columns itself."""
    if store.engine.dialect.name != "sqlite":
        return
    with store.begin() as connection:
        for name in search_index.INDEXES:
            connection.execute(text(f"INSERT INTO {name}({name}, rank) VALUES ('integrity-check', 1)"))


def test_what_is_stored_is_found_by_title_abstract_and_author(store: Store, now: datetime) -> None:
    save(store, now, paper("2606.00001", now), paper("2606.00002", now, title="Dense retrieval", authors=("Ann",)))
    assert search.find_papers(store, "sparse") == ["2606.00001"]
    assert search.find_papers(store, "TOKENS") == ["2606.00002", "2606.00001"]
    assert search.find_papers(store, "jose nandu") == ["2606.00001"]
    assert search.find_papers(store, "retrieval tokens") == ["2606.00002"], "over several columns"
    assert search.find_papers(store, "retrieval sparse") == []
    assert search.find_papers(store, "tok", limit=1) == ["2606.00002"], "the last word may be a beginning"
    assert search.find_papers(store, "tok look") == [], "others not"
    assert_index_complete(store)


def test_papers_with_the_words_in_their_title_come_first(store: Store, now: datetime) -> None:
    save(store, now, paper("2606.00001", now, title="Tokens"), paper("2606.00002", now))
    assert search.find_papers(store, "tokens") == ["2606.00001", "2606.00002"]


def test_an_arxiv_id_finds_its_paper(store: Store, now: datetime) -> None:
    save(store, now, paper("2606.00001", now), paper("2606.00002", now), paper("cs/0703001", now))
    for words in ("2606.00001", " arXiv:2606.00001 ", "2606.00001v3"):
        assert search.find_papers(store, words) == ["2606.00001"]
    assert search.find_papers(store, "cs/0703001") == ["cs/0703001"]


def test_a_corrected_text_and_a_new_version_replace_what_was_indexed(store: Store, now: datetime) -> None:
    save(store, now, paper("2606.00001", now))
    save(store, now, paper("2606.00001", now, title="Linear attention"))
    assert (search.find_papers(store, "sparse"), search.find_papers(store, "linear")) == ([], ["2606.00001"])
    save(store, now, paper("2606.00001", now, n=2, title="Quadratic attention", abstract="Symbols."))
    assert (search.find_papers(store, "linear"), search.find_papers(store, "tokens")) == ([], [])
    assert search.find_papers(store, "quadratic symbols") == ["2606.00001"]
    assert_index_complete(store)


def test_an_older_version_that_comes_late_changes_nothing(store: Store, now: datetime) -> None:
    save(store, now, paper("2606.00001", now, n=2, title="Newer"))
    save(store, now, paper("2606.00001", now, title="Older"))
    assert (search.find_papers(store, "newer"), search.find_papers(store, "older")) == (["2606.00001"], [])
    assert_index_complete(store)


def test_what_is_deleted_is_no_longer_found(store: Store, now: datetime) -> None:
    save(store, now, paper("2606.00001", now), paper("2606.00002", now))
    with store.begin() as connection:
        connection.execute(delete(VERSION).where(VERSION.c.work == keys.paper_key("2606.00001")))
    assert search.find_papers(store, "sparse") == ["2606.00002"]
    assert_index_complete(store)


def own(name: str, role: Role = Role.OWN) -> RoleDecision:
    reference = Reference(f"github:{name}", "github", "repository", f"https://github.com/{name}")
    return RoleDecision(
        reference=reference, url=reference.url, role=role, probability=0.9, place=Place.ABSTRACT, source=Source.METADATA, evidence="", reasons=()
    )  # fmt: skip


def decide(store: Store, now: datetime, *roles: RoleDecision) -> None:
    mentions = tuple(
        Mention(reference=role.reference, url=role.url, place=role.place, source=Source.METADATA, evidence="")
        for role in roles
    )
    scan = ScanResult(work="arxiv:2606.00001", version=1, source=Source.METADATA, mentions=mentions)
    scans.save_scans(store, [scan], "r1", now)
    save_roles(store, {"arxiv:2606.00001": roles}, "r1", (), now)


def test_a_papers_own_repository_is_found_by_its_name(store: Store, now: datetime) -> None:
    save(store, now, paper("2606.00001", now), paper("2606.00002", now))
    decide(store, now, own("Acme/Fast-Sparse"), own("others/transformers", Role.MENTION))
    assert search.find_papers(store, "acme fast") == ["2606.00001"]
    assert search.find_papers(store, "github:acme/fast-sparse") == ["2606.00001"]
    assert search.find_papers(store, "transformers") == [], "what it only mentions does not find it"
    decide(store, now, own("Zeta/Renamed"))
    assert (search.find_papers(store, "acme"), search.find_papers(store, "zeta")) == ([], ["2606.00001"])
    assert_index_complete(store)


def test_a_word_of_an_organisations_name_matches_its_accounts(store: Store, now: datetime) -> None:
    organisations.sync_organisations(
        store,
        [
            Organisation(name="Deep Institute", github=("deep-inst",), huggingface=("di",)),
            Organisation(name="Other Institute", github=("other",)),
        ],
    )
    save(
        store,
        now,
        paper("2606.00001", now),
        paper("2606.00002", now),
        paper("2606.00003", now, title="An institute"),
    )
    decide(store, now, own("deep-inst/tool"))
    assert search.find_papers(store, "institute") == ["2606.00003", "2606.00001"]
    assert search.find_papers(store, "deep institute") == ["2606.00001"]
    assert search.find_papers(store, "Deep Institute sparse") == ["2606.00001"]
    assert search.find_papers(store, "deep institute linear") == []
    assert search.find_papers(store, "instit") == ["2606.00003"], "the beginning of a name is not the name"


@pytest.mark.parametrize("words", ["holder", "Hölder", 'H\\"older', "HÖLDER", "holde"])
def test_accents_and_tex_fold_both_ways(store: Store, now: datetime, words: str) -> None:
    titles = ('H\\"older spaces', "Hölder spaces", "Holder spaces", 'H{\\"o}lder spaces')
    save(store, now, *(paper(f"2606.0000{n}", now, title=title) for n, title in enumerate(titles, 1)))
    assert search.find_papers(store, words) == ["2606.00004", "2606.00003", "2606.00002", "2606.00001"]
    assert_index_complete(store)


def test_letters_that_have_no_accent_fold_too(store: Store, now: datetime) -> None:
    save(store, now, paper("2606.00001", now, authors=("Søren Łukasz",)), paper("2606.00002", now, title="A $\\beta$-VAE"),
         paper("2606.00003", now, title="A β-VAE"))  # fmt: skip
    assert search.find_papers(store, "soren lukasz") == search.find_papers(store, "SØREN łukasz") == ["2606.00001"]
    assert (
        search.find_papers(store, "β-vae") == search.find_papers(store, "beta vae") == ["2606.00003", "2606.00002"]
    )
    save(store, now, paper("2606.00001", now, authors=("Ann",)))
    assert search.find_papers(store, "soren") == []
    assert_index_complete(store)


def test_a_minus_sign_leaves_out(store: Store, now: datetime) -> None:
    save(store, now, paper("2606.00001", now), paper("2606.00002", now, title="Dense attention"))
    assert search.find_papers(store, "attention -sparse") == ["2606.00002"]
    assert search.find_papers(store, "attention -tokens") == []


def test_open_papers_come_first_and_the_order_can_be_chosen(store: Store, now: datetime) -> None:
    save(store, now, paper("2606.00001", now, abstract="Of sparse things.", title="Dense"), paper("2606.00002", now),
         paper("2606.00003", now, abstract="Of sparse things.", title="Dense", categories=("cs.CV",)))  # fmt: skip
    with store.begin() as connection:
        connection.execute(text("UPDATE work SET code = 'open', data = 'open' WHERE arxiv_id = '2606.00001'"))
    order = {one: search.find_papers(store, "sparse", order=one) for one in search.SearchOrder}
    assert order == {
        "open": ["2606.00001", "2606.00002", "2606.00003"],
        "relevance": ["2606.00002", "2606.00003", "2606.00001"],
        "date": ["2606.00003", "2606.00002", "2606.00001"],
    }
    assert search.find_papers(store, "sparse", fact=Fact.DATA) == ["2606.00001"]
    assert search.find_papers(store, "sparse", category="cs.CV") == ["2606.00003"]
    assert search.find_papers(store, "sparse", fact=Fact.CODE, category="cs.CV") == []


@pytest.mark.parametrize("words", [
    "acme/fast-sparse", "Acme/Fast-Sparse", "https://github.com/acme/fast-sparse", "github.com/Acme/Fast-Sparse.git",
    "https://github.com/acme/fast-sparse/tree/main/x?y=1#z", "git@github.com:acme/fast-sparse.git", "github:acme/fast-sparse",
    "http://www.github.com/acme/fast-sparse/",
])  # fmt: skip
def test_a_repository_finds_the_papers_whose_it_is(store: Store, now: datetime, words: str) -> None:
    save(store, now, paper("2606.00001", now), paper("2606.00002", now, title="Acme fast sparse"))
    decide(store, now, own("Acme/Fast-Sparse"))
    assert search.find_papers(store, words)[0] == "2606.00001"


ODD = ['"', '""', "'", "-", "*", "NEAR", "NEAR(a b)", "AND", "a OR", "NOT x", "title:", "title:sparse", "{a b}:c", "^", "(", "a)", "+",
       "%", "_", "\\", ";--", "sparse\0x", "\ud800", "a" * 5000, " ", "", "−", "日本語", "\u202e", '"unbalanced', "col : x", "-sparse"]  # fmt: skip


@pytest.mark.parametrize("words", ODD)
def test_no_text_that_a_person_types_raises(store: Store, now: datetime, words: str) -> None:
    save(store, now, paper("2606.00001", now))
    assert isinstance(search.find_papers(store, words), list)
    assert isinstance(search.find_papers(store, f"sparse {words}"), list)


def test_signs_mean_nothing(store: Store, now: datetime) -> None:
    save(store, now, paper("2606.00001", now, title="Self-supervised NEAR misses"))
    for words in (
        '"self-supervised"',
        "self-supervised",
        "-misses",
        "near",
        'misses"',
        "self* near*",
        "title:misses self",
    ):
        expected = [] if words.startswith("title") else ["2606.00001"]
        assert search.find_papers(store, words) == expected, words


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=60))
def test_any_text_may_be_searched_for(store: Store, words: str) -> None:
    assert search.find_papers(store, words) == []


def test_a_reader_finds_the_same(store: Store, now: datetime) -> None:
    save(store, now, paper("2606.00001", now))
    with closing(open_reader(store.url)) as reader:
        assert search.find_papers(reader, "sparse attention") == ["2606.00001"]
    names, rows = search.search_papers(store.url, "sparse", 5)
    assert dict(zip(names, rows[0], strict=True))["arxiv_id"] == "2606.00001"


def test_the_numbers_of_papers_are_distinct_and_in_the_order_of_their_ids() -> None:
    ids = [
        "math/9201001",
        "hep-th/9901001",
        "cs/0703001",
        "0704.0001",
        "1412.9999",
        "1501.00001",
        "2606.00001",
        "2606.99999",
        "2607.00001",
    ]
    numbers = [keys.arxiv_number(arxiv_id) for arxiv_id in ids]
    assert numbers == sorted(set(numbers))
    assert keys.arxiv_number("math.GT/0309136") == keys.arxiv_number("math/0309136")
    odd = {keys.arxiv_number(arxiv_id) for arxiv_id in ("", "x", "nowhere/0703001", "2613.00001", "\ud800")}
    assert len(odd) == 5
    assert max(odd) < 0


@pytest.mark.sqlite_only("an index of FTS5 is built anew by a command")
def test_the_index_can_be_rebuilt(store: Store, now: datetime) -> None:
    save(store, now, paper("2606.00001", now))
    with store.begin() as connection:
        for name in search_index.INDEXES:
            connection.execute(text(f"INSERT INTO {name}({name}) VALUES ('delete-all')"))
    assert search.find_papers(store, "sparse") == []
    with store.begin() as connection:
        for index in search_index.INDEXES:
            connection.exec_driver_sql(f"INSERT INTO {index}({index}) VALUES ('rebuild')")
    assert search.find_papers(store, "sparse") == ["2606.00001"]


def plan_searches(store: Store, words: str, limit: int, fact: Fact | None = None) -> list[str]:
    """The plans of the queries of the index that a search makes on a server."""
    asked: list[tuple[str, object]] = []

    @event.listens_for(store.engine, "before_cursor_execute")
    def _asks(_: object, __: object, sql: str, values: object, *___: object) -> None:
        asked.append((sql, values))

    search.find_papers(store, words, limit, order=search.SearchOrder.RELEVANCE, fact=fact)
    event.remove(store.engine, "before_cursor_execute", _asks)
    with store.read() as connection:
        search_index.prefer_indexes(connection)
        return [
            " ".join(connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars())  # type: ignore[arg-type]
            for sql, values in asked
            if "tsquery" in sql
        ]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_search_on_a_server_reads_its_indexes_and_short_rows(store: Store, database: str) -> None:
    with store.begin() as connection:
        for sql in (
            (
                "INSERT INTO work (id, arxiv_id, latest, first_seen, submitted_at, scan_due, judge_due, withdrawn, promise, "
                "promise_evidence, code, weights, data, demo) SELECT n, n, 1, '', '', false, false, false, 'none', '', "
                "'unknown', 'none', 'none', 'none' FROM generate_series(1, 300) n"
            ),
            (
                "INSERT INTO version (work, n, title, abstract, authors, categories, primary_category, withdrawn) "
                "SELECT id, 1, '', '', '[]', '[]', '', false FROM work"
            ),
            (
                "INSERT INTO paper_text (id, version, repositories, title_words, other_words) SELECT id, 1, '', 'tool', "
                "(SELECT string_agg(md5((work.id * m)::text), ' ') FROM generate_series(1, 70) m) FROM work"
            ),
            "ANALYZE",
        ):
            connection.exec_driver_sql(sql)
        size = connection.exec_driver_sql("SELECT pg_relation_size('paper_text')").scalar_one()
    assert size < 300 * 300, "the words are not in the rows"
    plans = plan_searches(store, "unheard", 1)
    assert all("Bitmap Index Scan on paper_text_" in plan for plan in plans), plans
    for name in search_index.COLUMNS.values():
        assert any(f"Bitmap Index Scan on paper_text_{name}" in plan for plan in plans), plans
    for fact in (Fact.WEIGHTS, Fact.DATA, Fact.DEMO):
        plans = plan_searches(store, "tool", 1, fact)
        assert all(f"Index Scan using work_open_{fact.value} on work" in plan for plan in plans), plans
