"""Source archives and their manifest as arXiv makes them, for tests."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from pathlib import Path

TEX = "\\documentclass{{article}}\\begin{{document}}We count. {0}\\end{{document}}"


def tex(words: str) -> bytes:
    return TEX.format(words).encode()


def code_at(name: str) -> bytes:
    return tex(f"Our code is available at \\url{{https://github.com/{name}}}.")


def make_tar(*members: tuple[tarfile.TarInfo | str, bytes], mode: str = "w") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]
        for member, content in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            info.size = len(content) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def paper_file(content: bytes) -> bytes:
    """One paper's `.gz` that is a tar."""
    return make_tar(("main.tex", content), mode="w:gz")


def single_file(content: bytes) -> bytes:
    """One paper's `.gz` that is a single file."""
    return gzip.compress(content, mtime=0)


def entry(name: str, body: bytes, yymm: str = "2606", at: str = "2026-07-01 00:13:59", md5: str = "") -> str:
    return (
        f"<file><content_md5sum>0</content_md5sum><filename>src/{name}</filename><first_item>x</first_item>"
        f"<last_item>y</last_item><md5sum>{md5 or hashlib.md5(body).hexdigest()}</md5sum><num_items>1</num_items>"
        f"<seq_num>1</seq_num><size>{len(body)}</size><timestamp>{at}</timestamp><yymm>{yymm}</yymm></file>"
    )


def write_bulk(folder: Path, archives: dict[str, bytes], **changes: str) -> Path:
    """A folder with these archives and their manifest. `changes` are those of each entry."""
    folder.mkdir(exist_ok=True)
    for name, body in archives.items():
        (folder / name).write_bytes(body)
    entries = "".join(entry(name, body, **changes) for name, body in archives.items())
    (folder / "arXiv_src_manifest.xml").write_text(
        f"<?xml version='1.0'?><arXivSRC>{entries}<timestamp>Thu Dec 23 2026</timestamp></arXivSRC>"
    )
    return folder
