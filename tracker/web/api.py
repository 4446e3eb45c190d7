"""The JSON API: the public views over HTTP, read-only. What it takes and gives is told in `config/openapi.json`, by
whose schemas the parameters are judged."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from tracker.config_files import config_dir
from tracker.domain.errors import StoreError
from tracker.publish import jsonld
from tracker.settings import Settings
from tracker.store import api_queries, export, readonly_sql
from tracker.web import files

T = TypeVar("T")
log = logging.getLogger(__name__)

QUERY_SECONDS = 2.0
"""How long the database may work for one answer."""
AT_ONCE, PATIENCE_SECONDS = 4, 2.0
"""Questions asked of the store at once, and how long another waits for its turn."""
KEEP_SECONDS = 60
LONGEST_QUERY = 2048
JSON, LD, PROBLEM = "application/json", "application/ld+json", "application/problem+json"
_WITH_VERSION = re.compile(r"(.+[0-9])v[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; HEAD sends it without the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Refused(Exception):
    """A problem in words (RFC 9457)."""

    def __init__(
        self, status: int, detail: str, parameter: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.parameter, self.headers = status, detail, parameter, headers or {}


class Api:
    """Answers from the store that the settings name. Called in many threads at once; raises nothing."""

    def __init__(self, settings: Settings) -> None:
        self._url, self._public = settings.store_url, settings.public_url.rstrip("/")
        self._turns = BoundedSemaphore(AT_ONCE)

    def answer(self, method: str, path: str, query_string: bytes, headers: Mapping[str, str]) -> Answer:
        """Answer one request: `path` is what follows `/api/`, unquoted; names of `headers` are in lower case."""
        try:
            if method not in ("GET", "HEAD"):
                raise _Refused(405, "Only GET and HEAD.", headers={"allow": "GET, HEAD"})
            return self._found(path, query_string, headers)
        except _Refused as refused:
            return _problem(refused)
        except (StoreError, sqlite3.OperationalError) as error:
            log.warning("api: %s", error)
            return _problem(_Refused(503, "The store cannot be read now.", headers={"retry-after": "5"}))
        except Exception as error:
            log.exception("api: a request failed (%s)", type(error).__name__)
            return _problem(_Refused(500, "Something went wrong; it is in the log."))

    def _found(self, path: str, query_string: bytes, headers: Mapping[str, str]) -> Answer:
        if path == "openapi.json":
            _parameters(query_string, "/api/openapi.json")
            return _made(self._description(), JSON, headers)
        if path == "papers":
            return self._papers(_parameters(query_string, "/api/papers"), headers)
        if path.startswith("papers/"):
            _parameters(query_string, "/api/papers/{arxiv_id}")
            return self._paper(path.removeprefix("papers/"), headers)
        raise _Refused(404, "There is nothing here; /api/openapi.json tells what there is.")

    def _description(self) -> bytes:
        told = dict(description())
        if self._public:
            told["servers"] = [{"url": self._public}]
        return _json(told)

    def _papers(self, asked: dict[str, str], headers: Mapping[str, str]) -> Answer:
        filters = dict(asked)
        by, limit = filters.pop("by", "submitted"), int(filters.pop("limit", "50"))
        moment, _, arxiv_id = filters.pop("cursor", "").partition("~")
        before = (moment, arxiv_id) if moment else None
        found, following = self._ask(
            lambda connection: api_queries.list_papers(connection, filters, by=by, before=before, limit=limit)
        )
        cursor = "~".join(following) if following else None
        more = {"link": f'<?{urlencode({**asked, "cursor": cursor})}>; rel="next"'} if cursor else {}
        return _made(_json({"papers": found, "next_cursor": cursor}), JSON, headers, more)

    def _paper(self, arxiv_id: str, headers: Mapping[str, str]) -> Answer:
        schema = description()["paths"]["/api/papers/{arxiv_id}"]["get"]["parameters"][0]["schema"]
        if not _pattern(schema["pattern"]).fullmatch(arxiv_id):
            hint = " Ids carry no version." if _WITH_VERSION.fullmatch(arxiv_id) else ""
            raise _Refused(400, f"This is no arXiv id; one is written like 2607.01234.{hint}", "arxiv_id")
        as_ld = _prefers_ld(headers.get("accept", ""))
        if as_ld:
            item = self._ask(lambda connection: api_queries.load_paper_item(connection, arxiv_id))
            body = _json(jsonld.build_jsonld(item)) if item else None
        else:
            paper = self._ask(lambda connection: api_queries.load_paper(connection, arxiv_id))
            body = _json(paper) if paper else None
        if body is None:
            raise _Refused(404, f"{arxiv_id} is not in the store.")
        return _made(body, LD if as_ld else JSON, headers, {"vary": "Accept"})

    def _ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Ask on a connection that can only read, for a bounded time."""
        if not self._turns.acquire(timeout=PATIENCE_SECONDS):
            raise _Refused(503, "Too much is asked at once; try again.", headers={"retry-after": "5"})
        try:
            with export.open_consistent(self._url) as connection:
                left = readonly_sql.Stopwatch(QUERY_SECONDS)
                connection.set_authorizer(readonly_sql.authorize_reading)
                connection.set_progress_handler(left.is_over, readonly_sql.STEPS)
                with left:
                    return question(connection)
        except sqlite3.OperationalError as error:
            if str(error) != "interrupted":
                raise
            words = (
                f"This took longer than {QUERY_SECONDS:g} seconds; ask for less: a category, a time, fewer words."
            )
            raise _Refused(503, words, headers={"retry-after": "60"}) from None
        finally:
            self._turns.release()


def _problem(refused: _Refused) -> Answer:
    """RFC 9457; `about:blank` says that the title is the status's own."""
    told = {
        "type": "about:blank",
        "title": HTTPStatus(refused.status).phrase,
        "status": refused.status,
        "detail": refused.detail,
        **({"parameter": refused.parameter} if refused.parameter else {}),
    }
    body = _json(told)
    headers = {"content-type": PROBLEM, "cache-control": "no-store", **refused.headers}
    return Answer(refused.status, _common(body) | headers, body)


def _made(body: bytes, kind: str, headers: Mapping[str, str], more: Mapping[str, str] | None = None) -> Answer:
    tag = hashlib.sha256(body).hexdigest()[:32]
    told = {"etag": f'"{tag}"', "cache-control": f"public, max-age={KEEP_SECONDS}", **(more or {})}
    tags = headers.get("if-none-match")
    if tags is not None and files.is_known(tags.encode("latin-1", "replace"), tag):
        return Answer(304, {"access-control-allow-origin": "*", **told}, b"")
    return Answer(200, _common(body) | {"content-type": kind} | told, body)


def _common(body: bytes) -> dict[str, str]:
    return {
        "content-length": str(len(body)),
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "ETag, Link",
        "x-content-type-options": "nosniff",
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _prefers_ld(accept: str) -> bool:
    """Whether JSON-LD is named, and weighs no less than plain JSON where that is named as well."""
    weights: dict[str, float] = {}
    for part in accept.lower().split(",")[:32]:
        kind, _, rest = part.partition(";")
        weight = re.search(r"(?:^|;)\s*q=([0-9.]{1,6})\s*(?:;|$)", rest)
        try:
            weights[kind.strip()] = float(weight[1]) if weight else 1.0
        except ValueError:
            weights[kind.strip()] = 0.0
    return weights.get(LD, 0.0) > 0 and weights.get(LD, 0.0) >= weights.get(JSON, 0.0)


@cache
def description() -> dict[str, Any]:
    """The OpenAPI 3.1 description, as `config/openapi.json` has it."""
    found: dict[str, Any] = json.loads((config_dir() / "openapi.json").read_text(encoding="utf-8"))
    return found


@cache
def _schemas(path: str) -> dict[str, dict[str, Any]]:
    listed = description()["paths"][path]["get"].get("parameters", ())
    return {one["name"]: one["schema"] for one in listed if one["in"] == "query"}


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text.removeprefix("^").removesuffix("$"))


def _parameters(query_string: bytes, path: str) -> dict[str, str]:
    """The parameters of a request, each judged by its schema."""
    if len(query_string) > LONGEST_QUERY:
        raise _Refused(400, f"The query is longer than {LONGEST_QUERY} characters.")
    schemas = _schemas(path)
    try:
        asked = parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=len(schemas) + 20
        )
    except ValueError:
        raise _Refused(400, "The query is no list of name=value in UTF-8.") from None
    found: dict[str, str] = {}
    for name, value in asked:
        shown = name[:40]
        if name not in schemas:
            known = ", ".join(schemas) or "none"
            raise _Refused(400, f"There is no parameter {shown!r}; known here: {known}.", shown)
        if name in found:
            raise _Refused(400, f"The parameter {name} is given twice.", name)
        if wrong := _wrong(value, schemas[name]):
            raise _Refused(400, f"The parameter {name} {wrong}.", name)
        found[name] = value
    return found


def _wrong(value: str, schema: Mapping[str, Any]) -> str:
    """What a parameter's schema has against a value; empty where it has nothing."""
    if schema["type"] == "integer":
        low, high = schema["minimum"], schema["maximum"]
        fits = re.fullmatch(r"[0-9]{1,9}", value) is not None and low <= int(value) <= high
        return "" if fits else f"is a whole number from {low} to {high}"
    if "enum" in schema:
        return "" if value in schema["enum"] else f"is one of {', '.join(schema['enum'])}"
    if "pattern" in schema:
        return (
            "" if _pattern(schema["pattern"]).fullmatch(value) else f"is not written like {schema['examples'][0]}"
        )
    fits = schema["minLength"] <= len(value) <= schema["maxLength"]
    return "" if fits else f"has {schema['minLength']} to {schema['maxLength']} characters"
