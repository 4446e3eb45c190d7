"""The licence that a file of package metadata states; pure, never raises, in time linear in the file's length."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

MOST_TEXT = 100_000
"""Characters of a file that are read."""
PACKAGE_FILES = ("pyproject.toml", "setup.cfg", "setup.py", "package.json", "Cargo.toml", "DESCRIPTION")
"""Files of package metadata that may state a licence, the most explicit first."""

_TABLE = re.compile(r"\s{0,20}\[{1,2}\s{0,4}([^\[\]\n]{1,80}?)\s{0,4}\]{1,2}\s{0,4}(?:[#;].*)?$")
_FIELD = re.compile(
    r"\s{0,20}(licen[sc]e|license[-_]expression|text|license\.text)\s{0,8}=\s{0,8}(.{0,300})", re.IGNORECASE
)
_IN_TABLE = re.compile(r"\{[^{}]{0,60}?\btext\s{0,4}=\s{0,4}(.{0,300})")
_QUOTED = re.compile(r"""(?:\"{3}|'{3}|["'])\\?([^"'\n]{1,200})""")
_SETUP_CALL = re.compile(r"""\b(?:licen[sc]e|license_expression)["']?\s{0,4}[=:]\s{0,4}["']([^"'\n]{1,200})["']""")
_CLASSIFIER = re.compile(r"License\s{0,2}::\s{0,2}([^\n\"']{1,150})")
_PROJECT_TABLES = {
    "pyproject.toml": frozenset({"project", "tool.poetry", "project.license"}),
    "setup.cfg": frozenset({"metadata"}),
    "cargo.toml": frozenset({"package", "workspace.package"}),
}


def read_package_licence(path: str, text: str) -> str | None:
    """The licence that a file of package metadata states, as an SPDX id or expression where it is one.

    `path` is one of `PACKAGE_FILES`. None where the file states no licence or only names a licence file. Sources:
    PEP 621 and 639, setuptools' metadata, npm's package.json, Cargo's manifest, and R's DESCRIPTION.
    """
    name, text = path.rpartition("/")[2].lower(), text[:MOST_TEXT]
    if name in _PROJECT_TABLES:
        stated = _read_tables(text, name)
    elif name == "setup.py":
        call = _SETUP_CALL.search(text)
        stated = call[1] if call else None
    elif name == "package.json":
        return to_spdx(_read_npm(text))
    elif name == "description":
        field = re.search(r"^License:[ \t]{0,8}(.{1,200})$", text, re.MULTILINE)
        return _read_r(field[1]) if field else None
    else:
        return None
    return to_spdx(stated) or _read_classifiers(text)


def _read_tables(text: str, name: str) -> str | None:
    """The licence stated in the tables of TOML or INI that describe the package, read line by line."""
    table = ""
    for line in text.splitlines():
        if header := _TABLE.match(line):
            table = header[1].strip("\"' ").lower()
            continue
        field = _FIELD.match(line) if table in _PROJECT_TABLES[name] else None
        if field is None or (field[1].lower() == "text") != (table == "project.license"):
            continue
        value = field[2].strip()
        if value.startswith("{"):
            inner = _IN_TABLE.match(value)
            value = inner[1] if inner else ""
        quoted = _QUOTED.match(value)
        if quoted:
            return quoted[1]
        if name == "setup.cfg" and value and not value.lower().startswith("file:"):
            return value.partition("#")[0].strip()
    return None


def _read_npm(text: str) -> str | None:
    try:
        package = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(package, dict):
        return None
    stated = package.get("license") or package.get("licence") or package.get("licenses")
    if isinstance(stated, list):
        stated = stated[0] if len(stated) == 1 else None
    if isinstance(stated, dict):
        stated = stated.get("type")
    return stated if isinstance(stated, str) else None


def _read_r(field: str) -> str | None:
    """R's own names (Writing R Extensions, 1.1.2): `GPL (>= 3)`, `GPL-3`, `MIT + file LICENSE`; `|` is a choice."""
    parts = [re.sub(r"\s{0,4}\+\s{0,4}file\s{1,4}licen[sc]e.*", "", part, flags=re.IGNORECASE).strip()
             for part in field.split("|")]  # fmt: skip
    parts = [part for part in parts if part and not part.lower().startswith("file ")]
    names = []
    for part in parts[:4]:
        later = re.fullmatch(r"(A?L?GPL)\s{0,4}\(>=\s{0,4}(\d(?:\.\d)?)\)", part)
        exact = re.fullmatch(r"(A?L?GPL)-(\d(?:\.\d)?)", part)
        version = later or exact
        if version:
            number = version[2] if "." in version[2] else f"{version[2]}.0"
            names.append(f"{version[1]}-{number}-{'or-later' if later else 'only'}")
        elif name := to_spdx(part):
            names.append(name)
    return " OR ".join(names) or None


_NAMED: Mapping[str, str] = {
    "mit": "MIT", "expat": "MIT", "isc": "ISC",
    "apache": "Apache-2.0", "apache 2": "Apache-2.0", "apache 2.0": "Apache-2.0", "apache software": "Apache-2.0",
    "apache software 2.0": "Apache-2.0",
    "bsd 3 clause": "BSD-3-Clause", "3 clause bsd": "BSD-3-Clause", "new bsd": "BSD-3-Clause",
    "modified bsd": "BSD-3-Clause", "bsd 3 clause new or revised": "BSD-3-Clause",
    "bsd 2 clause": "BSD-2-Clause", "2 clause bsd": "BSD-2-Clause", "simplified bsd": "BSD-2-Clause",
    "gpl 2": "GPL-2.0-only", "gpl 2.0": "GPL-2.0-only", "gplv2": "GPL-2.0-only",
    "gnu general public 2": "GPL-2.0-only", "gnu general public gplv2": "GPL-2.0-only",
    "gnu general public 2 or later gplv2+": "GPL-2.0-or-later", "gplv2+": "GPL-2.0-or-later",
    "gpl 3": "GPL-3.0-only", "gpl 3.0": "GPL-3.0-only", "gplv3": "GPL-3.0-only",
    "gnu general public 3": "GPL-3.0-only", "gnu gpl 3": "GPL-3.0-only", "gnu gplv3": "GPL-3.0-only",
    "gnu general public gplv3": "GPL-3.0-only",
    "gnu general public 3 or later gplv3+": "GPL-3.0-or-later", "gplv3+": "GPL-3.0-or-later",
    "agpl 3": "AGPL-3.0-only", "agpl 3.0": "AGPL-3.0-only", "agplv3": "AGPL-3.0-only",
    "gnu affero general public 3": "AGPL-3.0-only", "gnu affero general public 3 or later agplv3+": "AGPL-3.0-or-later",
    "lgpl 3": "LGPL-3.0-only", "lgpl 3.0": "LGPL-3.0-only", "lgplv3": "LGPL-3.0-only",
    "gnu lesser general public 3 lgplv3": "LGPL-3.0-only",
    "gnu lesser general public 3 or later lgplv3+": "LGPL-3.0-or-later",
    "mpl 2": "MPL-2.0", "mpl 2.0": "MPL-2.0", "mozilla public 2.0": "MPL-2.0", "mozilla public 2.0 mpl 2.0": "MPL-2.0",
    "unlicense": "Unlicense", "unlicense unlicense": "Unlicense",
    "cc0 1.0": "CC0-1.0", "cc0 1.0 universal": "CC0-1.0", "cc0 1.0 universal cc0 1.0 public domain dedication": "CC0-1.0",
    "cc by 4.0": "CC-BY-4.0", "cc by nc 4.0": "CC-BY-NC-4.0", "cc by nc sa 4.0": "CC-BY-NC-SA-4.0",
    "cc by sa 4.0": "CC-BY-SA-4.0",
    "proprietary": "LicenseRef-Proprietary", "other proprietary": "LicenseRef-Proprietary",
    "unlicensed": "LicenseRef-Proprietary", "all rights reserved": "LicenseRef-Proprietary",
}  # fmt: skip
"""SPDX ids by the names that packages give to licences, without the words of `_FILLER`."""
_FILLER = frozenset({"the", "license", "licence", "version", "v", "under", "public-license", "dual"})
_EXPRESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+() -]{0,118}")
_NO_LICENCE_NAMED = re.compile(
    r"see\b|none$|null$|tbd$|todo$|your\b|license\.|licen[sc]e(?:\.\w+)?$|file\b|unknown$|other$|-"
)


def to_spdx(name: str | None) -> str | None:
    """The SPDX id that a package's name for its licence means, or the name itself where it may be an expression.

    A family without a version (`BSD`, `GPL`) stays as it is, because its version would be a guess. None where no
    licence is named.
    """
    name = " ".join((name or "")[:300].split())
    flat = re.sub(r"[^a-z0-9.+]+", " ", name.lower())
    words = [word[1:] if re.fullmatch(r"v\d[\d.]*", word) else word for word in flat.split()]
    named = _NAMED.get(" ".join(word.strip(".") for word in words if word not in _FILLER))
    if named:
        return named
    expression = re.sub(r"(?<=[A-Za-z0-9.+])/(?=[A-Z])", " OR ", name)
    if not expression or _NO_LICENCE_NAMED.match(expression.lower()) or not _EXPRESSION.fullmatch(expression):
        return None
    return expression


def _read_classifiers(text: str) -> str | None:
    """The licences that the trove classifiers name, joined by AND; None where they name none."""
    names: list[str] = []
    for match in _CLASSIFIER.finditer(text):
        name = to_spdx(match[1].rpartition("::")[2].strip().rstrip(",; "))
        if name and name.lower() != "osi approved":
            names.append(name)
        if len(names) >= 4:
            break
    return " AND ".join(dict.fromkeys(names)) or None
