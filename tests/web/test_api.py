"""The JSON API responds as its description says, from the store alone, and reports problems in one form."""

import asyncio
import json
import re
from collections.abc import Iterator, MutableMapping
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from starlette.types import ASGIApp

from tracker.domain.history import Verdict
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.papers import Version
from tracker.domain.terms import Fact, LicenceClass, Place, Role, Source, State
from tracker.fetch import clock
from tracker.hosts.resolve import resolve_url
from tracker.settings import load_settings
from tracker.store import api_queries, judgements, papers, roles, scans
from tracker.store.engine import Store, open_reader
from tracker.store.readonly_sql import Stopwatch
from tracker.web import api, api_parameters
from tracker.web.api import Api
from tracker.web.app import build_app
from tracker.web.middleware import _is_no_address


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


REASONS = ("it holds code",)


def add(
    store: Store, number: int, now: datetime, *, category: str = "cs.CL", author: str = "Ann Author", is_open: bool = True,
    title: str = "", links: str = "",
) -> str:  # fmt: skip
    """Store a paper with an artifact of its own; where it `links` another one, with that as a mention."""
    arxiv_id, url = f"2606.{number:05}", links or f"https://github.com/ann/paper{number}"
    work, found = f"arxiv:{arxiv_id}", resolve_url(url)
    assert found
    version = Version(
        arxiv_id=arxiv_id,
        n=1,
        title=title or f"Paper {number} on depth",
        abstract="We release our code.",
        authors=(author,),
        categories=(category, "stat.ML"),
        primary_category=category,
        comment=None,
        submitted_at=now + timedelta(hours=number // 2),
        updated_at=now + timedelta(hours=number // 2),
    )
    papers.save_versions(store, [version], {}, now)
    mention = Mention(reference=found, url=url, place=Place.ABSTRACT, source=Source.METADATA, evidence=url)
    scans.save_scans(
        store, [scans.ScanResult(work=work, version=1, source=Source.METADATA, mentions=(mention,))], "1", now
    )
    decision = RoleDecision(
        reference=found,
        url=url,
        role=Role.MENTION if links else Role.OWN,
        probability=0.9,
        place=Place.ABSTRACT,
        source=Source.METADATA,
        evidence=url,
        reasons=("said",),
    )
    roles.save_roles(store, {work: [decision]}, "1", [], now)
    state = State.OPEN if is_open else State.NONE
    verdict = Verdict(
        fact=Fact.CODE,
        state=state,
        licence_class=LicenceClass.OSI,
        reference=found.key if is_open else None,
        reasons=REASONS,
    )
    judgements.save_judgements(store, {work: judgements.Judgement(verdicts=[verdict], events=[])}, "1", now)
    with store.begin() as connection:
        connection.execute(
            text("UPDATE artifact SET licence_spdx = 'MIT', licence_class = 'osi', outcome = 'present' WHERE reference = :key"),
            {"key": found.key},
        )  # fmt: skip
        if is_open:
            connection.execute(
                text("UPDATE work SET opened_at = :at WHERE arxiv_id = :id"),
                {"at": f"{date(2026, 6, 30) + timedelta(days=number)}T00:00:00Z", "id": arxiv_id},
            )
    return arxiv_id


@pytest.fixture
def site(store: Store, now: datetime) -> Iterator[Api]:
    for number in range(1, 8):
        add(store, number, now, category="cs.CV" if number == 3 else "cs.CL", is_open=number != 5)
    add(store, 9, now, author="Bo Äuthor")
    with closing(open_reader(store.url)) as reader:
        yield Api(load_settings(environ={}), reader)


def ask(site: Api, path: str, method: str = "GET", **headers: str) -> Answer:
    path, _, query = path.partition("?")
    response = site.respond(
        method, path, query.encode(), {name.replace("_", "-"): value for name, value in headers.items()}
    )
    return Answer(response.status_code, dict(response.headers), bytes(response.body))


def ids(site: Api, query: str) -> list[str]:
    answer = ask(site, f"papers?{query}")
    assert answer.status == 200, answer.body
    return [paper["arxiv_id"][-1] for paper in json.loads(answer.body)["papers"]]


def test_papers_come_newest_first(site: Api) -> None:
    assert "".join(ids(site, "")) == "97654321"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("category=cs.CV", "3"),
        ("category=CS.cv", "3"),
        ("code_licence=mit&category=cs.CV", "3"),
        ("category=cs.CV&code=OPEN", "3"),
        ("category=stat.ML&limit=2", "97"),
        ("code=none", "5"),
        ("code=open&weights=unknown", "9764321"),
        ("weights=open", ""),
        ("licence=mit&category=cs.CV", "3"),
        ("licence=osi&category=cs.CV", "3"),
        ("licence=GPL-3.0-only", ""),
        ("org=ANN&category=cs.CV", "3"),
        ("org=an", ""),
        ("author=ann%20author&category=cs.CV", "3"),
        ("author=Bo+%C3%84uthor", "9"),
        ("author=Ann", ""),
        ("q=depth+paper3", "3"),
        ("q=%22--%27", ""),
        ("since=2026-06-17T08:00:00Z", "976"),
        ("until=2026-06-17T05:00:00Z", "1"),
        ("until=2026-06-17", "97654321"),
        ("since=2026-06-18", ""),
        ("ids=2606.00003,2606.00001,2606.99999,cs/0101001", "31"),
        ("artifact=GitHub:ann/Paper3", "3"),
        ("artifact=github:ann/none", ""),
        ("artifact=github:ann/paper3&role=own", "3"),
        ("artifact=github:ann/paper3&role=mention", ""),
        ("by=opened", "9764321"),
        ("by=opened&since=2026-07-03&until=2026-07-06", "643"),
    ],
)
def test_filters(site: Api, query: str, found: str) -> None:
    assert "".join(ids(site, query)) == found


@pytest.mark.parametrize("by", ["submitted", "opened"])
def test_pages_go_on_where_the_last_ended_though_papers_come_in_between(
    site: Api, store: Store, now: datetime, by: str
) -> None:
    seen: list[str] = []
    before, query = "".join(ids(site, f"by={by}")), f"by={by}&limit=2"
    for number in range(20, 40):
        answer = ask(site, f"papers?{query}")
        document = json.loads(answer.body)
        seen += [paper["arxiv_id"][-1] for paper in document["papers"]]
        if document["next_cursor"] is None:
            assert "link" not in answer.headers
            break
        following = re.fullmatch(r'<\?(.+)>; rel="next"', answer.headers["link"])
        assert following
        query = following[1]
        assert dict(parse_qsl(query)) == {"by": by, "limit": "2", "cursor": document["next_cursor"]}
        add(store, number, now)
    assert "".join(seen) == before


def test_a_paper_comes_with_all_that_is_stored_of_it(site: Api) -> None:
    document = json.loads(ask(site, "papers/2606.00003").body)
    assert (document["title"], document["categories"], document["opened_at"]) == (
        "Paper 3 on depth",
        ["cs.CV", "stat.ML"],
        "2026-07-03T00:00:00Z",
    )
    nothing = {"state": "unknown", "licence_class": "unknown", "reference": None,
               "reasons": ["no link to the authors' own has been found so far"]}  # fmt: skip
    assert document["verdicts"][1:] == [{"fact": fact, **nothing} for fact in ("weights", "data", "demo")]
    assert document["verdicts"][:1] == [
        {"fact": "code", "state": "open", "licence_class": "osi", "reference": "github:ann/paper3", "reasons": ["it holds code"]}
    ]  # fmt: skip
    assert [(link["reference"], link["role"], link["reasons"]) for link in document["links"]] == [
        ("github:ann/paper3", "own", ["said"])
    ]
    assert [
        (artifact["reference"], artifact["licence_spdx"], artifact["archived"])
        for artifact in document["artifacts"]
    ] == [("github:ann/paper3", "MIT", False)]
    assert document["events"] == []


def test_a_paper_as_json_ld(site: Api) -> None:
    answer = ask(site, "papers/2606.00003", accept="application/ld+json, application/json;q=0.9")
    assert (answer.headers["content-type"], answer.headers["vary"]) == ("application/ld+json", "Accept")
    paper, code = json.loads(answer.body)["@graph"]
    assert (paper["@type"], paper["@id"], paper["author"][0]["name"]) == (
        "ScholarlyArticle",
        "https://arxiv.org/abs/2606.00003",
        "Ann Author",
    )
    assert (code["@type"], code["codeRepository"], code["license"], code["referencePublication"]) == (
        "SoftwareSourceCode",
        "https://github.com/ann/paper3",
        "https://spdx.org/licenses/MIT",
        paper["@id"],
    )
    for accept in (
        "*/*",
        "application/json",
        "application/ld+json;q=0",
        "application/json, application/ld+json;q=0.5",
    ):
        assert ask(site, "papers/2606.00003", accept=accept).headers["content-type"] == "application/json"
    assert ask(site, "papers/2606.99999", accept="application/ld+json").status == 404


def test_a_page_of_old_papers_is_one_request(site: Api) -> None:
    """The userscript asks for up to 150 papers, whose ids were longer before April 2007."""
    named = ",".join(f"acc-phys/9901{number:03}" for number in range(150))
    assert ids(site, f"limit=150&ids={named}") == []
    assert not _is_no_address("/api/papers", f"limit=150&ids={named}".encode())


@pytest.mark.parametrize("path", ["papers", "papers?limit=1", "papers/2606.00001", "openapi.json"])
def test_an_unchanged_response_is_304_and_head_has_the_headers_of_get(site: Api, path: str) -> None:
    first = ask(site, path)
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = ask(site, path, if_none_match=known)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["access-control-allow-origin"] == "*"
    assert ask(site, path, if_none_match='"other"') == first
    assert ask(site, path, "HEAD").headers == first.headers


def test_a_tag_changes_with_the_answer(site: Api, store: Store, now: datetime) -> None:
    before = ask(site, "papers").headers["etag"]
    add(store, 30, now)
    assert ask(site, "papers").headers["etag"] != before


@pytest.mark.parametrize(
    ("path", "status", "parameter"),
    [
        ("papers?limit=0", 400, "limit"),
        ("papers?limit=201", 400, "limit"),
        ("papers?limit=%D9%A3", 400, "limit"),
        ("papers?limit=", 400, "limit"),
        ("papers?code=yes", 400, "code"),
        ("papers?category=cs.CL%0A", 400, "category"),
        ("papers?category=cs.XX", 400, "category"),
        ("papers?since=yesterday", 400, "since"),
        ("papers?cursor=zzz", 400, "cursor"),
        ("papers?q=", 400, "q"),
        ("papers?page=2", 400, "page"),
        ("papers?limit=1&limit=2", 400, "limit"),
        ("papers?role=own", 400, "role"),
        ("papers?q=%FF", 400, None),
        (f"papers?q={'x' * 6000}", 400, None),
        ("papers/2606.00001?limit=1", 400, "limit"),
        ("papers/2606.00001v1", 400, "arxiv_id"),
        ("papers/' OR 1=1 --", 400, "arxiv_id"),
        ("papers/2606.99999", 404, None),
        ("papers/", 400, "arxiv_id"),
        ("", 404, None),
        ("papers.json", 404, None),
    ],
)
def test_what_cannot_be_answered_is_a_problem_in_words(
    site: Api, path: str, status: int, parameter: str | None
) -> None:
    answer = ask(site, path)
    document = json.loads(answer.body)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (document["status"], document.get("parameter"), document["type"]) == (status, parameter, "about:blank")
    assert document["detail"]
    assert "\n" not in document["detail"]
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_only_reading(site: Api, method: str) -> None:
    answer = ask(site, "papers", method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_no_store_is_503_and_none_is_made(tmp_path: Path) -> None:
    site = Api(load_settings(environ={}), open_reader(f"sqlite:///{tmp_path / 'tracker.db'}"))
    answer = ask(site, "papers")
    assert (answer.status, "retry-after" in answer.headers, list(tmp_path.iterdir())) == (503, True, [])
    assert str(tmp_path) not in answer.body.decode()


def test_a_question_that_takes_too_long_is_broken_off(
    site: Api, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stopwatch, "is_over", lambda _: True)
    monkeypatch.setattr("tracker.store.readonly_sql.STEPS", 1)
    if database == "postgresql":
        monkeypatch.setattr(api, "QUERY_SECONDS", 0.1)
        slow = "EXISTS (SELECT 1 FROM pg_sleep(9)) AND w.{} = :{}"
        monkeypatch.setitem(api_queries._CONDITIONS, "code", slow.format("code", "code"))
    answer = ask(site, "papers?code=open")
    assert (answer.status, answer.headers["retry-after"]) == (503, "60")


def test_the_store_cannot_be_written_through_it(site: Api) -> None:
    with pytest.raises(Exception, match=r"readonly|read-only|not authorized|prohibited"):
        site._query(lambda connection: connection.exec_driver_sql("DELETE FROM work"))


def call(app: ASGIApp, method: str, path: str) -> tuple[int, dict[str, str], bytes]:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    path, _, query = path.partition("?")
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": []}
    asyncio.run(app(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


def test_the_site_serves_it(tmp_path: Path, store: Store, now: datetime) -> None:
    add(store, 1, now)
    made = load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path), "TRACKER_PUBLIC_URL": "https://x.org/t"})
    app = build_app(
        tmp_path, lambda: pytest.fail("not asked"), clock.make_clock(made), ttl_minutes=60, public_url=made.public_url,
        api=Api(made, store),
    )  # fmt: skip
    status, headers, body = call(app, "GET", "/t/api/papers/2606.00001")
    assert (status, json.loads(body)["arxiv_id"]) == (200, "2606.00001")
    assert call(app, "HEAD", "/api/papers/2606.00001")[:2] == (200, headers)
    assert call(app, "GET", "/api/papers?limit=x")[0] == 400
    assert call(app, "POST", "/api/papers")[1]["allow"] == "GET, HEAD"
    assert call(app, "GET", "/api/nothing")[1]["content-type"] == "application/problem+json"
    assert json.loads(call(app, "GET", "/api/openapi.json")[2])["servers"] == [{"url": "https://x.org/t"}]


# The description is held against real answers by hand: a validator of schemas would be another library.
def faults(value: object, schema: dict[str, Any], where: str = "$") -> Iterator[str]:
    if "$ref" in schema:
        schema = api_parameters.description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for part in schema.get("allOf", ()):
        yield from faults(value, part, where)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    is_of = {
        "object": isinstance(value, dict),
        "array": isinstance(value, list),
        "string": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "null": value is None,
    }
    if kinds and not any(is_of[kind] for kind in kinds):
        yield f"{where}: {value!r} is no {kinds}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        yield f"{where}: {value!r} is not like {schema['pattern']}"
    if isinstance(value, dict):
        yield from (f"{where}: lacks {name}" for name in schema.get("required", ()) if name not in value)
        for name, part in schema.get("properties", {}).items():
            if name in value:
                yield from faults(value[name], part, f"{where}.{name}")
    if isinstance(value, list) and "items" in schema:
        for number, element in enumerate(value):
            yield from faults(element, schema["items"], f"{where}[{number}]")


@pytest.mark.parametrize(
    ("path", "described", "status"),
    [
        ("papers", "/api/papers", 200),
        ("papers?limit=0", "/api/papers", 400),
        ("papers/2606.00003", "/api/papers/{arxiv_id}", 200),
        ("papers/2606.00099", "/api/papers/{arxiv_id}", 404),
        ("papers/x", "/api/papers/{arxiv_id}", 400),
        ("openapi.json", "/api/openapi.json", 200),
    ],
)
def test_responses_are_what_the_description_says(site: Api, path: str, described: str, status: int) -> None:
    answer = ask(site, path)
    assert answer.status == status
    promised = api_parameters.description()["paths"][described]["get"]["responses"][str(status)]["content"]
    schema = promised[answer.headers["content-type"]]["schema"]
    assert list(faults(json.loads(answer.body), schema)) == []


def test_the_description_leaves_out_nothing_that_is_answered(site: Api) -> None:
    schemas = api_parameters.description()["components"]["schemas"]
    document = json.loads(ask(site, "papers/2606.00003").body)
    more = schemas["FullPaper"]["allOf"][1]["properties"]
    assert set(document) == set(schemas["Paper"]["properties"]) | set(more)
    for name in ("verdicts", "links", "artifacts"):
        assert set(document[name][0]) == set(more[name]["items"]["properties"]), name
    listed = json.loads(ask(site, "papers").body)["papers"][0]
    assert set(listed) == set(schemas["Paper"]["properties"])


def test_the_checker_finds_faults() -> None:
    page = {"$ref": "#/components/schemas/Page"}
    assert list(faults({"papers": [{}]}, page))
    assert list(faults({"papers": "x", "next_cursor": 1}, page))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=20),
    st.lists(
        st.tuples(st.sampled_from(["q", "author", "org", "licence", "limit", "cursor"]), st.text(max_size=30))
    ),
)
def test_nothing_that_strangers_ask_is_our_fault(site: Api, path: str, query: list[tuple[str, str]]) -> None:
    encoded = urlencode(query, errors="replace").encode()
    for asked in ("papers", f"papers/{path}", path):
        assert site.respond("GET", asked, encoded, {"accept": path, "if-none-match": path}).status_code < 500


def test_the_description_has_what_the_web_server_refuses_by_itself() -> None:
    for path, document in api_parameters.description()["paths"].items():
        for status in ("429", "503"):
            assert "text/plain" in document["get"]["responses"][status]["content"], (path, status)
