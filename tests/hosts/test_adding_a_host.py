"""The host and the test of `docs/adding-a-host.md` work as they are written there."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tracker import hosts

DOCUMENT = Path(__file__).parents[2] / "docs" / "adding-a-host.md"


def test_the_documented_host_passes_the_documented_test(play, monkeypatch):
    host, test = re.findall(
        r"^```(?:python|text)\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    module = ModuleType("tracker.hosts.notabug")
    exec(host, vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(hosts, "notabug", module, raising=False)
    tests: dict[str, object] = {}
    exec(test, tests)
    tests["test_a_repository_with_code"](play)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("url", "key"),
    [("https://notabug.org/owner/name/src/master", "notabug:owner/name"), ("https://notabug.org/owner", None)],
)
def test_its_examples_match(url, key):
    (host,) = re.findall(r"^```python\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    names: dict[str, object] = {}
    exec(host, names)
    reference = names["match"](url)  # type: ignore[operator]
    assert (reference and reference.key) == key
