"""The userscript and the browser extension that show the four facts on arXiv's own pages, made for one installation.

Both run the same `core.js`. The extension is Manifest V3, unpacked in a zip whose bytes depend on nothing but the code.
"""

from __future__ import annotations

import io
import json
import zipfile
from urllib.parse import urlsplit

from tracker import __version__
from tracker.publish.render import FOLDER

SCRIPT, EXTENSION = "tracker.user.js", "tracker-extension.zip"
MATCHES = (
    "https://arxiv.org/abs/*", "https://arxiv.org/list/*", "https://arxiv.org/search/*", "https://arxiv.org/a/*",
    "https://arxiv.org/catchup/*", "https://scholar.google.com/scholar*", "https://www.semanticscholar.org/search*",
)  # fmt: skip
"""The pages on which it runs."""
_SOURCES = FOLDER.parent / "userscript"
_DATE = (2026, 1, 1, 0, 0, 0)
NAME, DESCRIPTION = (
    "Open code on arXiv",
    "Shows beside papers of arXiv whether their code, weights, data and demo are open.",
)


def userscript_header(address: str) -> str:
    """What the script may do, as its managers read it: where it runs, and the one host that it asks."""
    host = urlsplit(address).hostname or ""
    rows = [
        ("name", NAME), ("namespace", address), ("version", __version__), ("description", DESCRIPTION), ("license", "Apache-2.0"),
        *(("match", match) for match in MATCHES),
        ("connect", host), ("grant", "GM_xmlhttpRequest"), ("run-at", "document-end"), ("noframes", ""),
        ("downloadURL", f"{address}/{SCRIPT}"), ("updateURL", f"{address}/{SCRIPT}"),
    ]  # fmt: skip
    lines = [f"// @{name:12} {value}".rstrip() for name, value in rows]
    return "\n".join(["// ==UserScript==", *lines, "// ==/UserScript=="])


def build_userscript_files(address: str) -> dict[str, bytes]:
    """The userscript and the extension by their names, for the site at `address` (no slash at its end). None of them
    where the address is not known: they could ask nobody."""
    if not address:
        return {}
    script = f"{userscript_header(address)}\n\n(() => {{\n{_source('core.js', address)}{_source('userscript.js', address)}}})();\n"
    return {SCRIPT: script.encode(), EXTENSION: _extension(address)}


def _extension(address: str) -> bytes:
    manifest = {
        "manifest_version": 3,
        "name": NAME,
        "version": __version__,
        "description": DESCRIPTION,
        "host_permissions": [f"{address}/*"],
        "background": {"service_worker": "background.js"},
        "content_scripts": [{"matches": list(MATCHES), "js": ["content.js"], "run_at": "document_end"}],
    }
    files = {
        "manifest.json": json.dumps(manifest, indent=1) + "\n",
        "background.js": _source("background.js", address),
        "content.js": _source("core.js", address) + _source("content.js", address),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"tracker-extension/{name}", _DATE), text)
    return buffer.getvalue()


def _source(name: str, address: str) -> str:
    # As a string of JavaScript: an address cannot end it.
    return (_SOURCES / name).read_text(encoding="utf-8").replace('"@BASE@"', json.dumps(address))
