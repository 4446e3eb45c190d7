"""Zenodo's API: records, from `zenodo/NUMBER.json` of a world, which hold the API's responses.

`{"status": 410}` plays a removed record. A file in `zenodo/NUMBER/files/` is served at `/content`, by ranges too; the
entries of a zip are listed at `/container`, as InvenioRDM 14 does it, unless the record has `"lists_archives": false`.
`zenodo/NUMBER/container/NAME.json` is a listing as it stands, true or not.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from urllib.parse import unquote

from tracker.sandbox.file_tree import read_facts
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, json_response

_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{1,15})", re.ASCII)


def respond(request: SandboxRequest, root: Path) -> SandboxResponse:
    """The response to a GET below the API's base address."""
    match [part for part in request.path.split("/") if part]:
        case ["records", number] if number.isdigit() and (root / f"{number}.json").is_file():
            record = read_facts(root / f"{number}.json")
            status = record.get("status")
            if isinstance(status, int) and status >= 400:
                return json_response({"status": status, "message": "The record has been deleted."}, status)
            return json_response({"id": int(number), **record})
        case ["records", number, "files", *name, "container"] if number.isdigit():
            return _list_container(root, number, unquote("/".join(name)))
        case ["records", number, "files", *name, "content"] if number.isdigit():
            file = _inside(root / number / "files", unquote("/".join(name)))
            return _send_file(request, file.read_bytes()) if file.is_file() else _not_found()
    return _not_found()


def _inside(folder: Path, name: str) -> Path:
    """The file of that name, or the folder itself where the name leads out of it."""
    file = (folder / name.replace("\x00", "")).resolve()
    return file if file.is_relative_to(folder.resolve()) else folder


def _not_found() -> SandboxResponse:
    return json_response({"status": 404, "message": "The persistent identifier does not exist."}, 404)


def _list_container(root: Path, number: str, name: str) -> SandboxResponse:
    written = _inside(root / number / "container", f"{name}.json")
    if written.is_file():
        return SandboxResponse(body=written.read_bytes(), content_type="application/json")
    file, record = _inside(root / number / "files", name), root / f"{number}.json"
    if not file.is_file() or (record.is_file() and read_facts(record).get("lists_archives") is False):
        return _not_found()
    try:
        with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except zipfile.BadZipFile:
        return json_response({"status": 400, "message": "The file is no container."}, 400)
    entries = [
        {"key": info.filename, "size": info.file_size, "compressed_size": info.compress_size} for info in infos
    ]
    return json_response({"entries": entries, "folders": [], "total": len(entries), "truncated": False})


def _send_file(request: SandboxRequest, content: bytes) -> SandboxResponse:
    """The file, or the range of it that is requested (RFC 9110, 14)."""
    wanted = _RANGE.fullmatch(request.headers.get("range", ""))
    if wanted is None:
        return SandboxResponse(body=content, content_type="application/octet-stream")
    start, end = int(wanted[1]), min(int(wanted[2]), len(content) - 1)
    if start > end:
        return SandboxResponse(status=416, headers={"Content-Range": f"bytes */{len(content)}"})
    return SandboxResponse(
        status=206,
        body=content[start : end + 1],
        content_type="application/octet-stream",
        headers={"Content-Range": f"bytes {start}-{end}/{len(content)}"},
    )
