"""The userscript and the extension are made for one installation, ask no other host, and are the same bytes each time."""

from __future__ import annotations

import io
import json
import re
import zipfile

from tracker.publish.userscript_files import EXTENSION, MATCHES, SCRIPT, build_userscript_files

ADDRESS = "https://papers.example/here"


def test_the_script_names_where_it_runs_and_whom_it_asks() -> None:
    script = build_userscript_files(ADDRESS)[SCRIPT].decode()
    header = re.findall(r"^// @(\S+) +(.+)$", script.partition("// ==/UserScript==")[0], re.MULTILINE)
    assert [value for name, value in header if name == "match"] == list(MATCHES)
    assert [value for name, value in header if name in ("connect", "grant")] == [
        "papers.example",
        "GM_xmlhttpRequest",
    ]
    assert f'const TRACKER = "{ADDRESS}";' in script
    assert "@BASE@" not in script


def test_the_extension_asks_from_its_background_worker() -> None:
    files = build_userscript_files(ADDRESS)
    assert files == build_userscript_files(ADDRESS)
    with zipfile.ZipFile(io.BytesIO(files[EXTENSION])) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("tracker-extension/manifest.json"))
        background = archive.read("tracker-extension/background.js").decode()
        content = archive.read("tracker-extension/content.js").decode()
    assert names == [f"tracker-extension/{name}" for name in ("manifest.json", "background.js", "content.js")]
    assert (manifest["manifest_version"], manifest["host_permissions"]) == (3, [f"{ADDRESS}/*"])
    assert "permissions" not in manifest
    assert "fetch(" in background
    assert "fetch(" not in content


def test_an_address_cannot_leave_its_string() -> None:
    script = build_userscript_files('https://x.example/"+alert(1)+"')[SCRIPT].decode()
    assert r'const TRACKER = "https://x.example/\"+alert(1)+\"";' in script


def test_without_an_address_there_is_none() -> None:
    assert build_userscript_files("") == {}
