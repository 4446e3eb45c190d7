"""arXiv's files: /html/ID, /src/ID and /pdf/ID, with the pages that arXiv shows if there is no file.

Statuses and texts follow arXiv's own site (arXiv/arxiv-browse: controllers/files/dissemination, and the
templates of the same name). /e-print/ID has been a permanent redirect to /src/ID since June 2026. A world holds `arxiv/html/ID.html`, `arxiv/pdf/ID.pdf`, and for a source either
`arxiv/e-print/ID` (its bytes) or `arxiv/e-print/ID/` (its files, packed as arXiv packs them); `ID.status`
beside them gives the reason in a word if the file is refused.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import tarfile
from pathlib import Path

from tracker.sandbox.arxiv.papers import NEW_ID, OLD_ID
from tracker.sandbox.messages import HTML, TEXT, SandboxRequest, SandboxResponse

FAULTS = frozenset({"403", "500", "truncated", "not-public", "withdrawn", "bomb", "traversal"})
_PATH = re.compile(r"/(html|e-print|src|pdf)/([^?#]{1,64})")
_FOLDERS = {"html": ("html", ".html"), "src": ("e-print", ""), "pdf": ("pdf", ".pdf")}
"""The folder of a world that holds each kind of file, and the suffix of its names."""
_VERSION = re.compile(r"v\d{1,4}$", re.ASCII)
_GZIP = b"\x1f\x8b"
_BOMB_PART, _BOMB_PARTS = 1 << 24, 64
_STATES = {
    "withdrawn": (404, "No file for {id}", "File unavailable for {id}", "The author has provided no source to generate a PDF or HTML and no PDF."),
    "not-public": (403, "Not public {id}", "Source Not Public for {id}", "Sorry, the source for {id} is not publicly available. This was the author's choice."),
    "unavailable": (500, "File unavailable", "file unavailable", "Our automated source to PDF conversion system has failed to produce PDF for the paper {id}."),
    "no-html": (404, "No HTML for {id}", "No HTML for '{id}'", "HTML is not available for the source. This could be due to the source files not being HTML, LaTeX, or a conversion failure."),
    "not-found": (404, "No document", "No document for '{id}'", "Please inform help@arxiv.org if you believe that the identifier should correspond to a valid paper in arXiv."),
}  # fmt: skip


def respond(request: SandboxRequest, world: Path) -> SandboxResponse:
    """The response to a request for one of arXiv's files."""
    found = _PATH.fullmatch(request.path)
    if found is None:
        return SandboxResponse(status=404, body=b"Not Found", content_type=TEXT)
    if found[1] == "e-print":
        return SandboxResponse(
            status=301, headers={"location": f"{request.base}/src/{found[2]}"}, content_type=HTML
        )
    kind = found[1]
    name = found[2].removesuffix(".pdf") if kind == "pdf" else found[2]
    bare = _VERSION.sub("", name)
    if not (NEW_ID.fullmatch(bare) or OLD_ID.fullmatch(bare)):
        return state_page("not-found", "this identifier", status=400)
    name_of_folder, suffix = _FOLDERS[kind]
    folder = world / "arxiv" / name_of_folder
    for each in dict.fromkeys((name, bare)):
        status = folder / f"{each}.status"
        if status.is_file():
            return state_page(status.read_text(encoding="utf-8").strip(), each)
        path = folder / f"{each}{suffix}"
        if path.exists():
            return _file(kind, each, path)
    return state_page("no-html" if kind == "html" else "withdrawn", name)


def state_page(state: str, arxiv_id: str, status: int = 0) -> SandboxResponse:
    """The page that says why there is no file; a state that arXiv does not know is its 500."""
    usual, title, heading, says = (
        text.format(id=arxiv_id) if isinstance(text, str) else text
        for text in _STATES.get(state, _STATES["unavailable"])
    )
    body = f'<!DOCTYPE html>\n<html lang="en"><head><title>{title} | arXiv e-print repository</title></head>\n<body><h1>{heading}</h1>\n<p>{says}</p></body></html>\n'
    return SandboxResponse(status=status or int(usual), body=body.encode(), content_type=HTML)


def fault_response(kind: str, request: SandboxRequest) -> SandboxResponse | None:
    """The response of a fault that only this upstream has; None for other faults."""
    if kind in ("withdrawn", "not-public"):
        return state_page(kind, request.path.rpartition("/")[2])
    if kind == "500":
        return state_page("unavailable", request.path.rpartition("/")[2])
    if kind in ("bomb", "traversal"):
        return _packed("hostile.tar.gz", archive_bomb() if kind == "bomb" else traversal_archive())
    return None


def archive_bomb() -> bytes:
    """A gzipped tar of 1 MB whose one file claims, and unpacks to, a gigabyte."""
    member = tarfile.TarInfo("main.tex")
    member.size = _BOMB_PART * _BOMB_PARTS
    return gzip.compress(member.tobuf(), mtime=0) + gzip.compress(bytes(_BOMB_PART), mtime=0) * _BOMB_PARTS


def traversal_archive() -> bytes:
    """A gzipped tar whose names, links and devices lead out of any folder, around an honest main file."""
    evil = b"\\documentclass{article}\\begin{document}\\url{https://github.com/evil/escaped}\\end{document}\n"
    honest = b"\\documentclass{article}\n\\begin{document}\n\\input{../escaped}\\input{/etc/escaped}\\input{link}\nNothing else.\n\\end{document}\n"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in (
            "../escaped.tex",
            "../../../../../../etc/escaped.tex",
            "/etc/escaped.tex",
            "a/../../escaped.tex",
        ):
            _add(tar, name, evil)
        for name, kind, target in (("link.tex", tarfile.SYMTYPE, "/etc/passwd"), ("hard.tex", tarfile.LNKTYPE, "/etc/passwd"), ("device.tex", tarfile.CHRTYPE, "")):  # fmt: skip
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            tar.addfile(member)
        _add(tar, "main.tex", honest)
    return gzip.compress(packed.getvalue(), mtime=0)


def _file(kind: str, name: str, path: Path) -> SandboxResponse:
    if kind == "html":
        return _answered(path.read_bytes(), HTML, {})
    if kind == "pdf":
        return _answered(
            path.read_bytes(), "application/pdf", {"content-disposition": f'inline; filename="{name}.pdf"'}
        )
    return _packed(f"arXiv-{name}", pack_source(path) if path.is_dir() else path.read_bytes())


def pack_source(folder: Path) -> bytes:
    """The source files of a folder as arXiv packs them: one TeX file alone gzipped, else a gzipped tar. The same
    bytes for the same files."""
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    if len(files) == 1 and files[0].suffix == ".tex":
        return gzip.compress(files[0].read_bytes(), mtime=0)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for each in files:
            _add(tar, each.relative_to(folder).as_posix(), each.read_bytes())
    return gzip.compress(packed.getvalue(), mtime=0)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def _packed(name: str, body: bytes) -> SandboxResponse:
    content_type = "application/gzip" if body.startswith(_GZIP) else "application/pdf"
    return _answered(body, content_type, {"content-disposition": f'attachment; filename="{name}"'})


def _answered(body: bytes, content_type: str, headers: dict[str, str]) -> SandboxResponse:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return SandboxResponse(body=body, content_type=content_type, headers={"etag": etag, **headers})
