"""arXiv's source archives: the manifest, and tars in which anything may be hostile."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pipeline.backfill.bulk import entry, make_tar, single_file
from tracker.harvest import source_archives
from tracker.harvest.source_archives import list_ids, parse_manifest, read_members

BODY = single_file(b"x")


def link(name: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info


def read(body: bytes, *wanted: str) -> tuple[list[str], list[str]]:
    """The ids that were read, and the troubles."""
    troubles: list[str] = []
    found = [member.arxiv_id for member in read_members(io.BytesIO(body), wanted or ("2606.00001",), troubles)]
    return found, troubles


# Source of the names: info.arxiv.org/help/bulk_data_s3
def test_members_of_both_forms_of_ids_are_read() -> None:
    folder = tarfile.TarInfo("0001")
    folder.type = tarfile.DIRTYPE
    body = make_tar(
        (folder, b""),
        ("0001/astro-ph0001001.gz", BODY),
        ("0001/math0001002.pdf", b"%PDF-"),
        ("0704/0704.0001.gz", BODY),
        ("2606/2606.00001.gz", BODY),
        ("2606/2606.00002.gz", BODY),
    )
    ids = ["astro-ph/0001001", "math/0001002", "0704.0001", "2606.00001"]
    assert read(body, *ids) == (ids, [])
    assert list_ids(io.BytesIO(body)) == [*ids, "2606.00002"]


GOOD = ("2606/2606.00001.gz", BODY)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (("../../etc/passwd", BODY), "../../etc/passwd: leads out of the archive"),
        (("/etc/passwd", BODY), "/etc/passwd: leads out of the archive"),
        (("2606/../2606.00002.gz", BODY), "leads out of the archive"),
        ((link("2606/2606.00001.gz"), b""), "2606/2606.00001.gz: is a link"),
        ((link("2606/2606.00001.gz", tarfile.LNKTYPE), b""), "2606/2606.00001.gz: is a link"),
        ((link("2606/2606.00001.gz", tarfile.CHRTYPE), b""), "is a device"),
        ((link("2606/2606.00001.gz", tarfile.FIFOTYPE), b""), "is a device"),
        ((link("2606/2606.00001.gz", tarfile.GNUTYPE_SPARSE), b""), "sparse"),
        (("2606/README\x1b[2J.txt", BODY), "2606/README\N{REPLACEMENT CHARACTER}[2J.txt: is not named like"),
        (("2606/2606.00001v2.gz", BODY), "is not named like"),
        (("2606/2606.00001.gz", b"0" * 5_000), "is larger than"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_member_is_named_and_the_others_go_on(
    bad: tuple[tarfile.TarInfo | str, bytes], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_archives, "MOST_MEMBER", 4_000)
    found, troubles = read(make_tar(bad, GOOD))
    assert found == ["2606.00001"]
    assert len(troubles) == 1
    assert says in troubles[0]


def with_negative_size() -> bytes:
    body = bytearray(make_tar(GOOD, GOOD))
    body[124:136] = b"\xff" * 12
    body[148:156] = b" " * 8
    body[148:156] = b"%06o\0 " % sum(body[:512])
    return bytes(body)


def with_long_header() -> bytes:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 7 << 30
    return info.tobuf() + make_tar(GOOD)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (make_tar(GOOD, GOOD)[:1_324], 1),
        (make_tar(GOOD)[:520], 0),
        (make_tar(GOOD)[:1024], 1),
        (make_tar(GOOD)[:1024] + b"garbage" * 500, 1),
        (b"", 0),
        (b"<html>503</html>" * 100, 0),
        (with_negative_size(), 0),
        (with_long_header(), 0),
    ],
    ids=["cut-header", "cut-within", "no-end", "garbage-within", "empty", "a-page", "negative", "long-header"],
)
def test_an_archive_that_is_cut_or_damaged_is_said_to_be(body: bytes, found: int) -> None:
    ids, troubles = read(body)
    assert (len(ids), len(troubles)) == (found, 1)
    list_ids(io.BytesIO(body))


def test_endless_members_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_archives, "MOST_MEMBERS", 10)
    assert read(make_tar(*[GOOD] * 30)) == (["2606.00001"] * 10, ["has more than 10 members; the rest is skipped"])


@given(st.binary(max_size=2_000), st.integers(0, 2_000))
def test_whatever_the_bytes_nothing_is_raised(noise: bytes, at: int) -> None:
    body = bytearray(make_tar(GOOD, GOOD))
    body[at : at + len(noise)] = noise
    read(bytes(body))


def manifest(entries: str) -> bytes:
    return f"<arXivSRC>{entries}<timestamp>Thu Dec 23 2010</timestamp></arXivSRC>".encode()


def test_a_manifest_lists_archives_with_months_and_checksums() -> None:
    name = "arXiv_src_9912_001.tar"
    (archive,), broken = parse_manifest(manifest(entry(name, b"x", yymm="9912", at="2010-12-23 00:13:59")))
    assert broken == []
    assert (archive.key, archive.name, archive.size, str(archive.month)) == (f"src/{name}", name, 1, "1999-12-01")
    assert str(archive.made_at) == "2010-12-23 00:13:59+00:00"
    assert parse_manifest(manifest(entry(name, b"x", at="one day")))[0][0].made_at is None


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "../../etc/passwd"},
        {"name": "..tar"},
        {"name": "x.zip"},
        {"yymm": "9913"},
        {"md5": "0"},
    ],
)
def test_an_entry_that_cannot_be_read_is_named_and_the_others_go_on(changes: dict[str, str]) -> None:
    known = {"name": "a.tar", "body": b"x"}
    archives, broken = parse_manifest(manifest(entry(**{**known, **changes}) + entry("b.tar", b"x")))  # type: ignore[arg-type]
    assert [archive.name for archive in archives] == ["b.tar"]
    assert broken == ["entry 1 names no .tar file with its md5sum, yymm and size; skipped"]


@pytest.mark.parametrize(
    "body",
    [b"", b"<arXivSRC>", b"<html/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><arXivSRC/>", b"<arXivSRC>&b;</arXivSRC>"],
)
def test_what_is_no_manifest_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="is not"):
        parse_manifest(body)
