"""`play`: the sandbox serves a host that has no upstream from a few files."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.stand_ins import Memory, Time
from tracker.fetch.client import Client
from tracker.sandbox.server import Sandbox
from tracker.settings import load_settings


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Callable[[Mapping[str, str]], Client]]:
    """A function that takes texts by `HOST/PATH` and returns a client for which these are the whole web."""
    with ExitStack() as stack:

        def start(files: Mapping[str, str]) -> Client:
            for path, text in files.items():
                file = tmp_path / "world" / "web" / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            (tmp_path / "world" / "github").mkdir(exist_ok=True)  # a world has papers, github/ or huggingface/
            time = Time()
            sandbox = stack.enter_context(Sandbox(tmp_path / "world", clock=time))
            values = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()}
            values["TRACKER_DATA_DIR"] = str(tmp_path / "data")
            return stack.enter_context(Client(load_settings(environ=values), Memory(), time, sleep=time.sleep))

        yield start
