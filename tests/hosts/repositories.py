"""Repositories of a world, written from dictionaries, and GitHub's checks of them by GraphQL and by REST."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.stand_ins import Memory, Time
from tracker.domain.artifacts import Check
from tracker.fetch.client import Client
from tracker.hosts.github import github
from tracker.hosts.resolve import resolve_url
from tracker.sandbox.budget import RequestLimits
from tracker.sandbox.server import Sandbox
from tracker.settings import load_settings

SCRIPT = "".join(f"x{number} = {number} * step(x{number})\n" for number in range(120))
"""A script of about three thousand bytes."""
Files = Mapping[str, str]


@dataclass(frozen=True)
class Repository:
    """One repository: the files of its default branch, those of others, and the facts of `repo.json`."""

    files: Files
    branches: Mapping[str, Files] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def write_repository(folder: Path, repository: Repository) -> None:
    """Write one repository of a world, in place of what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "repo.json").write_text(json.dumps(dict(repository.facts)))
    places = {"": repository.files} | {
        f"branches/{quote(name, safe='')}": files for name, files in repository.branches.items()
    }
    for place, files in places.items():
        (folder / place).mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            file = folder / place / "files" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)


class Hosts:
    """A sandbox over a folder, with a client that has a token and one that has none."""

    def __init__(self, world: Path, sandbox: Sandbox, stack: ExitStack, data: Path) -> None:
        self.world = world
        self.sandbox = sandbox
        self.with_token = self._client(stack, data, "a-token")
        self.without_token = self._client(stack, data, "")

    def _client(self, stack: ExitStack, data: Path, token: str) -> Client:
        values = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in self.sandbox.upstreams.items()}
        values |= {"TRACKER_DATA_DIR": str(data), "GITHUB_TOKEN": token}
        time = Time()
        return stack.enter_context(Client(load_settings(environ=values), Memory(), time, sleep=time.sleep))

    def write(self, name: str, repository: Repository, host: str = "github") -> None:
        """Write `OWNER/NAME` of one host."""
        write_repository(self.world / host / name, repository)

    def check(self, url: str, *, token: bool = True) -> Check:
        """The check of what a URL names."""
        return self.check_all([url], token=token)[0]

    def check_all(self, urls: Sequence[str], *, token: bool = True) -> list[Check]:
        """The checks of what URLs of GitHub name, in order."""
        references = [reference for url in urls if (reference := resolve_url(url)) is not None]
        client = self.with_token if token else self.without_token
        checks = {reference.target: check for reference, check in github.check_all(references, client)}
        return [checks[reference.target] for reference in references]


@contextmanager
def serve(folder: Path) -> Iterator[Hosts]:
    """Serve the world in a folder."""
    world = folder / "world"
    (world / "github").mkdir(parents=True)
    with ExitStack() as stack:
        sandbox = stack.enter_context(
            Sandbox(world, clock=Time(), limits=RequestLimits(github_anonymous=1_000_000))
        )
        yield Hosts(world, sandbox, stack, folder / "data")
