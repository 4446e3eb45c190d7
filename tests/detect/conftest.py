import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tracker.detect.roles import role_rules
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.artifacts import Reference

DATA = Path(__file__).parents[2] / "../shared/data"


@pytest.fixture(scope="session")
def rules() -> RoleRules:
    return role_rules.load_role_rules()


@pytest.fixture(scope="session")
def resolve() -> Callable[[str], Reference | None]:
    """Names forges, pages and Hub models by simple means, so that detection is tested without hosts."""

    def of(url: str) -> Reference | None:
        scheme, _, rest = url.partition("://")
        host, _, path = rest.partition("/")
        host = host.lower().removeprefix("www.")
        pieces = [piece for piece in path.removesuffix(".git").split("/") if piece]
        if scheme not in ("http", "https") or "." not in host:
            return None
        if host == "github.com" and len(pieces) > 1:
            key = f"github:{pieces[0]}/{pieces[1]}"
            return Reference(key, "github", "repository", f"https://github.com/{pieces[0]}/{pieces[1]}")
        if host == "github.com" and pieces:
            return Reference(
                f"github-org:{pieces[0]}", "github", "organisation", f"https://github.com/{pieces[0]}"
            )
        if host == "huggingface.co" and len(pieces) == 2:
            return Reference(f"hf-model:{pieces[0]}/{pieces[1]}", "huggingface", "model", url)
        address = f"https://{host}/{path}".rstrip("/")
        return Reference(f"page:{address}", "page", "page", address)

    return of


@pytest.fixture(scope="session")
def labelled() -> Callable[[str], list[dict[str, Any]]]:
    """Reads a file of the shared labels; skips where they are absent."""

    def read(name: str) -> list[dict[str, Any]]:
        path = DATA / "labels" / name
        if not path.is_file():
            pytest.skip(f"the shared development data are absent ({name})")
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    return read
