"""The bill of materials names what is installed, each once, with its licence and what it needs."""

import json
import subprocess
import sys
from importlib.metadata import version

from tracker import bill


def test_it_names_what_is_installed() -> None:
    run = [sys.executable, "-m", "tracker.bill"]
    printed = subprocess.run(run, capture_output=True, check=True, text=True)
    assert printed.stderr == ""
    told = json.loads(printed.stdout)
    assert (told["bomFormat"], told["specVersion"], told["version"]) == ("CycloneDX", "1.6", 1)
    assert told["metadata"]["component"]["name"] == bill.OURS
    components = {one["name"]: one for one in told["components"]}
    assert len(components) == len(told["components"]) > 20
    assert components["httpx"]["purl"] == f"pkg:pypi/httpx@{version('httpx')}"
    assert components["httpx"]["licenses"] == [{"expression": "BSD-3-Clause"}] or "BSD" in str(components["httpx"])
    refs = {one["bom-ref"] for one in [*told["components"], told["metadata"]["component"]]}
    needs = {one["ref"]: set(one["dependsOn"]) for one in told["dependencies"]}
    assert set(needs) == refs
    assert set.union(*needs.values()) <= refs
    ours = told["metadata"]["component"]["bom-ref"]
    assert components["httpx"]["bom-ref"] in needs[ours]
    assert components["pyarrow"]["bom-ref"] not in needs[ours], "an extra is no need"
    assert subprocess.run(run, capture_output=True, check=True, text=True).stdout == printed.stdout
