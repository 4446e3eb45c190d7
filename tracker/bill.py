"""What an installation consists of, as a CycloneDX 1.6 bill of materials (cyclonedx.org/docs/1.6/json): `python -m tracker.bill`.

The image holds one. It is written from what is installed rather than from the lock, so that it cannot say something else; a
tool that writes such bills would bring dozens of packages of its own into the build, unpinned.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from typing import Any

OURS = "arxiv-code-tracker"
_NAME = re.compile(r"^[A-Za-z0-9._-]+")


def bill(installed: Iterable[Distribution]) -> dict[str, Any]:
    """The bill, the same bytes for the same installation: no time, no serial number."""
    by_name = {_plain(one.name): one for one in installed}
    names = sorted(by_name)
    made: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "components": [_component(by_name[name]) for name in names if name != OURS],
        "dependencies": [
            {
                "ref": _purl(by_name[name]),
                "dependsOn": [_purl(by_name[need]) for need in _needs(by_name[name], by_name)],
            }
            for name in names
        ],
    }
    if OURS in by_name:
        made["metadata"] = {"component": {**_component(by_name[OURS]), "type": "application"}}
    return made


def _component(one: Distribution) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": "library",
        "bom-ref": _purl(one),
        "name": _plain(one.name),
        "version": one.version,
        "purl": _purl(one),
    }
    expressions = one.metadata.get_all("License-Expression")
    if expressions:
        told["licenses"] = [{"expression": expressions[0]}]
    elif name := _licence(one):
        told["licenses"] = [{"license": {"name": name}}]
    return told


def _licence(one: Distribution) -> str:
    """What older metadata say: the last part of a classifier, or a short text."""
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in one.metadata.get_all("Classifier") or []
        if line.startswith("License :: ")
    ]
    text = (one.metadata.get_all("License") or [""])[0].strip()
    return " or ".join(classifiers) or (text if len(text) < 80 else "")


def _needs(one: Distribution, there: Iterable[str]) -> list[str]:
    """The names of what it depends on, as far as that is installed."""
    wanted = {
        _plain(found[0]) for line in one.requires or [] if "extra ==" not in line and (found := _NAME.match(line))
    }
    return sorted(wanted.intersection(there))


def _purl(one: Distribution) -> str:
    return f"pkg:pypi/{_plain(one.name)}@{one.version}"


def _plain(name: str) -> str:
    """A name as the index writes it (packaging.python.org, "Name normalization")."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    json.dump(bill(distributions()), sys.stdout, indent=1)
    sys.stdout.write("\n")
