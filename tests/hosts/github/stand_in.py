"""GitHub in memory, by GraphQL and by REST; `checks` checks repositories of it by name."""

import base64
import json
import re
from datetime import UTC, datetime
from typing import Any

from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.protocols import Response
from tracker.hosts.github import github

SOON = datetime(2026, 6, 17, 6, 0, tzinfo=UTC)


ALIAS = re.compile(r'(r\d+): repository\(owner:("(?:[^"\\]|\\.)*"), name:("(?:[^"\\]|\\.)*")\)')


class GitHub:
    """Answers GraphQL and REST from `repositories`: name -> {files: {path: text}, **facts}; counts requests."""

    def __init__(self, token: bool = True) -> None:
        self.token = token
        self.repositories: dict[str, dict[str, Any]] = {}
        self.moved: dict[str, str] = {}
        self.errors: dict[str, tuple[str, str]] = {}
        self.forgets = False
        """Whether each error occurs once."""
        self.sizes: list[int] = []
        self.paths: list[str] = []
        self.read: list[str] = []
        """Files and folders that GraphQL queries read."""
        self.most = 1000
        self.stop_after = 1000

    def has_token(self, upstream: str) -> bool:
        return self.token

    def find(self, name: str) -> tuple[str, dict[str, Any]] | None:
        name = self.moved.get(name, name)
        return (name, self.repositories[name]) if name in self.repositories else None

    def count(self, what: Any, to: list[Any]) -> None:
        to.append(what)
        if len(self.sizes) + len(self.paths) > self.stop_after:
            raise UpstreamStopped("github_api", "the budget is spent", SOON)

    def post(self, upstream: str, path: str, *, json: Any) -> Response:
        assert (upstream, path) == ("github_api", "/graphql")
        query = json["query"]
        aliases = list(ALIAS.finditer(query))
        self.count(len(aliases), self.sizes)
        if len(aliases) > self.most:
            raise UpstreamError("github_api", "server error (502)")
        data: dict[str, Any] = {"rateLimit": {"cost": 1, "remaining": 4999, "resetAt": "2026-06-17T06:00:00Z"}}
        errors = []
        for here, after in zip(aliases, [*aliases[1:], None], strict=True):
            alias, selection = here[1], query[here.end() : after.start() if after else None]
            name = f"{self.load(here[2])}/{self.load(here[3])}"
            repository = self.find(name)
            kind, message = self.errors.get(name, ("NOT_FOUND", "Could not resolve to a Repository"))
            data[alias] = self.node(*repository, selection) if repository and name not in self.errors else None
            if data[alias] is None:
                errors.append({"type": kind, "path": [alias], "message": message})
            if self.forgets:
                self.errors.pop(name, None)
        return self.reply({"data": data} | ({"errors": errors} if errors else {}))

    @staticmethod
    def load(literal: str) -> str:
        return str(json.loads(literal))

    def node(self, name: str, facts: dict[str, Any], selection: str) -> dict[str, Any]:
        literal = re.search(r'expression:("(?:[^"\\]|\\.)*")', selection)
        where = self.load(literal[1]).removeprefix("HEAD:") if literal else "nowhere"
        self.read += [f"{name}:{where}"] if literal else []
        files = facts["files"]
        inside = [path.removeprefix(f"{where}/") for path in files if not where or path.startswith(f"{where}/")]
        entries = {part: "tree" if rest else "blob" for path in inside for part, _, rest in [path.partition("/")]}
        tree = (
            {"entries": [{"name": key, "type": kind} for key, kind in sorted(entries.items())]}
            if entries
            else None
        )
        blob = {"text": files[where], "oid": "0"} if where in files else None
        return {
            "nameWithOwner": name,
            "databaseId": facts.get("id", 7),
            "isEmpty": not files,
            "isArchived": facts.get("archived", False),
            "isFork": facts.get("fork", False),
            "isDisabled": facts.get("disabled", False),
            "createdAt": "2026-06-01T00:00:00Z",
            "pushedAt": "2026-06-02T00:00:00Z",
            "licenseInfo": {"spdxId": facts["licence"], "key": "k", "name": "n"} if facts.get("licence") else None,
            "defaultBranchRef": {"name": "main", "target": {"oid": facts.get("head", "abc")}} if files else None,
            "primaryLanguage": None,
            "languages": {"nodes": [{"name": each} for each in facts.get("languages", [])]},
        } | ({"object": blob or tree} if literal else {})

    def get(self, upstream: str, path: str, *, params: Any = None, headers: Any = None) -> Response:
        self.count(path, self.paths)
        _, _, owner, name, *rest = path.split("/")
        repository = self.find(f"{owner}/{name}")
        status, message = self.errors.get(f"{owner}/{name}", (404, "Not Found"))
        if repository is None or f"{owner}/{name}" in self.errors:
            return self.reply({"message": message}, int(status))
        full, facts = repository
        files = facts["files"]
        if not rest:
            licence = {"spdx_id": facts["licence"], "key": "k"} if facts.get("licence") else None
            return self.reply(
                {
                    "id": facts.get("id", 7),
                    "full_name": full,
                    "license": licence,
                    "archived": facts.get("archived", False),
                }
                | {
                    "fork": False,
                    "created_at": "2026-06-01T00:00:00Z",
                    "pushed_at": None,
                    "language": facts.get("language"),
                }
            )
        if rest[0] == "git":
            if not files:
                return self.reply({"message": "Git Repository is empty."}, 409)
            tree = [{"path": each, "type": "blob"} for each in files]
            return self.reply({"tree": tree, "truncated": facts.get("truncated", False)})
        path_wanted = {"license": "LICENSE", "readme": "README.md"}.get(rest[0], "/".join(rest[1:]))
        if path_wanted not in files:
            return self.reply({"message": "Not Found"}, 404)
        return self.reply(
            {"path": path_wanted, "content": base64.encodebytes(files[path_wanted].encode()).decode()}
        )

    @staticmethod
    def reply(body: Any, status: int = 200) -> Response:
        return Response(status, {}, json.dumps(body).encode(), "http://127.0.0.1/")


def refs(*names: str) -> list[Any]:
    return [github.repository_reference(name) for name in names]


def checks(host: GitHub, *names: str, batch: int = 100, known: dict[str, str] | None = None) -> dict[str, Any]:
    return {target.key: check for target, check in github.check_all(refs(*names), host, known, batch=batch)}
