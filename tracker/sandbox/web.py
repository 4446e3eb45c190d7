"""The open web: project pages from `web/HOST/PATH` of a world, requested as /HOST/PATH.

A folder answers with its `index.html` or `index.json`, a path with the file of that name or with `.html` or `.json`
behind it.
`web/HOST/_redirects` holds lines of `PATH STATUS LOCATION`. A page that a world does not hold is a 404.
"""

from __future__ import annotations

import mimetypes
import zlib
from functools import cache
from pathlib import Path

from tracker.sandbox.messages import HTML, SandboxRequest, SandboxResponse

FAULTS = frozenset({"404", "403", "endless", "bomb", "private-redirect"})
PRIVATE = "http://169.254.169.254/latest/meta-data/"
"""The target of the fault `private-redirect`: the metadata address of a cloud machine."""
_ENDLESS = b"<p>and on</p>" * 1_000_000


def respond(request: SandboxRequest, world: Path) -> SandboxResponse:
    """The response of the host that the path begins with."""
    host, _, path = request.path.lstrip("/").partition("/")
    root = world / "web" / host.lower()
    if not host or host.startswith(".") or not root.is_dir():
        return _missing()
    moved = _moved(root, path)
    if moved is not None:
        return moved
    bare = path.rstrip("/")
    for name in (path, f"{bare}/index.html", f"{bare}.html", f"{bare}/index.json", f"{bare}.json"):
        file = (root / name.lstrip("/")).resolve()
        if file.is_file() and file.is_relative_to(root.resolve()):
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            return SandboxResponse(body=file.read_bytes(), content_type=HTML if kind == "text/html" else kind)
    return _missing()


def fault_response(kind: str, _ask: SandboxRequest) -> SandboxResponse | None:
    """The response of a fault that only pages have; None for other faults."""
    if kind == "404":
        return _missing()
    if kind == "endless":
        return SandboxResponse(body=_ENDLESS, content_type=HTML)
    if kind == "bomb":
        return SandboxResponse(body=_bomb(), content_type=HTML, headers={"content-encoding": "gzip"})
    if kind == "private-redirect":
        return SandboxResponse(status=302, headers={"location": PRIVATE})
    return None


@cache
def _bomb() -> bytes:
    """A page of half a megabyte that unpacks to half a gigabyte. One block is packed and repeated: to pack all of it
    takes seconds, in which the sandbox answers nobody. The checksum at its end is false; no bound lets a client get
    there."""
    packer = zlib.compressobj(wbits=31)
    start = packer.compress(b"<p>") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + block * 512 + packer.flush()


def _moved(root: Path, path: str) -> SandboxResponse | None:
    rules = root / "_redirects"
    if rules.is_file():
        for line in rules.read_text(encoding="utf-8").splitlines():
            match line.split():
                case [old, status, location] if old.strip("/") == path.strip("/") and status.isdigit():
                    return SandboxResponse(status=int(status), headers={"location": location})
    return None


def _missing() -> SandboxResponse:
    return SandboxResponse(status=404, body=b"<h1>404</h1><p>There is no such page.</p>", content_type=HTML)
