"""Entries of archives that strangers made: what is listed, what is read of a file, and when it is too much."""

from __future__ import annotations

import io
import random
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.hosts.inspect import zip_listing
from tracker.hosts.inspect.zip_listing import MOST_DIRECTORY, MOST_ENTRIES, NotReadable, read_directory

TRAVERSALS = [
    "../x.py", "a/../../x.py", "/etc/x.py", "a//x.py", "C:/x.py", "a\\x.py", "./x.py", "a/./x.py", "x\x00.py", "x\n.py", "", " ",
    "y" * 2000 + ".py", "..", "a/..",
]  # fmt: skip


def listing(*names: object, **fields: Any) -> dict[str, Any]:
    return {
        "entries": [{"key": name, "size": 7} for name in names],
        "total": len(names),
        "truncated": False,
        **fields,
    }


def pack(files: dict[str, bytes], comment: bytes = b"", compression: int = zipfile.ZIP_STORED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.comment = comment
    return content.getvalue()


class Ranges:
    """Reads regions of a file, and counts."""

    def __init__(self, content: bytes) -> None:
        self.content, self.reads, self.bytes = content, 0, 0

    def __call__(self, start: int, length: int) -> bytes:
        self.reads, self.bytes = self.reads + 1, self.bytes + length
        return self.content[start : start + length]


def test_a_listing_gives_sizes_without_the_common_folder() -> None:
    found = zip_listing.parse_listing(listing("tool-1.0/src/run.py", "tool-1.0/README.md"))
    assert found is not None
    assert (dict(found.sizes), found.complete) == ({"src/run.py": 7, "README.md": 7}, True)


@pytest.mark.parametrize(
    "fields",
    [{"total": 9}, {"total": 1}, {"total": 10**30}, {"total": -1}, {"truncated": True}],
    ids=str,
)
def test_totals_that_lie_make_it_incomplete(fields: dict[str, object]) -> None:
    found = zip_listing.parse_listing(listing("a.py", "b.py", **fields))
    assert found is not None
    assert not found.complete


@pytest.mark.parametrize("name", TRAVERSALS)
def test_a_name_that_leads_out_is_left_out(name: str) -> None:
    found = zip_listing.parse_listing(listing("a/b.txt", name))
    assert found is not None
    assert list(found.sizes) == ["b.txt"]
    assert not found.complete


def test_a_bomb_of_entries_is_cut() -> None:
    found = zip_listing.parse_listing(listing(*(f"f{number}.py" for number in range(3 * MOST_ENTRIES))))
    assert found is not None
    assert len(found.sizes) == MOST_ENTRIES
    assert not found.complete


@pytest.mark.parametrize("size", [-1, 1.5, "9", None, True, [9]])
def test_a_size_that_is_none_is_not_known(size: object) -> None:
    found = zip_listing.parse_listing({"entries": [{"key": "a.py", "size": size}]})
    assert found is not None
    assert dict(found.sizes) == {"a.py": None}


@pytest.mark.parametrize("answer", [None, [], "x", {}, {"entries": {}}, {"entries": "x"}, 7])
def test_what_is_no_listing(answer: object) -> None:
    assert zip_listing.parse_listing(answer) is None


def test_the_directory_of_a_small_archive_takes_one_read() -> None:
    read = Ranges(pack({"a/run.py": b"x" * 10, "a/b/": b""}, b"a comment"))
    found = read_directory(len(read.content), read)
    assert (dict(found.sizes), found.complete, read.reads) == ({"run.py": 10}, True, 1)


def test_of_a_large_archive_only_its_end_and_directory_are_read() -> None:
    files = {f"src/{'x' * 200}{number}.py": b"" for number in range(1000)} | {"big.bin": b"0" * 3_000_000}
    read = Ranges(pack(files))
    found = read_directory(len(read.content), read)
    assert len(found.sizes) == 1001
    assert read.reads == 2
    assert read.bytes < 400_000


def test_a_directory_that_is_too_long_is_not_read() -> None:
    read = Ranges(pack({f"{'x' * 200}{number}.py": b"" for number in range(6000)}))
    with pytest.raises(NotReadable, match="too long"):
        read_directory(len(read.content), read)
    assert read.reads == 1


def test_sizes_that_lie_are_claims_alone() -> None:
    content = bytearray(pack({"run.py": b"x" * 10}))
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = (2**31).to_bytes(4, "little")
    found = read_directory(len(content), Ranges(bytes(content)))
    assert dict(found.sizes) == {"run.py": 2**31}, "nothing is unpacked"


@pytest.mark.parametrize("size", [0, 1, 21])
def test_what_is_too_short_is_not_asked_for(size: int) -> None:
    read = Ranges(b"")
    with pytest.raises(NotReadable):
        read_directory(size, read)
    assert read.reads == 0


def test_a_directory_that_says_it_is_elsewhere_again_and_again_takes_two_reads() -> None:
    class Moving(Ranges):
        def __call__(self, start: int, length: int) -> bytes:
            super().__call__(start, length)
            end = b"PK\x05\x06" + bytes(8) + (46).to_bytes(4, "little") + start.to_bytes(4, "little") + bytes(2)
            return bytes(max(0, length - len(end))) + end[-length:]

    read = Moving(b"")
    with pytest.raises(NotReadable):
        read_directory(10_000_000, read)
    assert read.reads <= 2


@given(st.binary(max_size=300), st.integers(0, 2**32), st.booleans())
def test_any_bytes_give_a_listing_or_a_reason(noise: bytes, seed: int, cut: bool) -> None:
    chance = random.Random(seed)
    content = bytearray(pack({"a/run.py": b"x" * 30, "b.txt": b"y"}, noise[:100]) if seed % 3 else noise)
    for _ in range(chance.randrange(6) if content else 0):
        content[chance.randrange(len(content))] = chance.randrange(256)
    read = Ranges(bytes(content[: len(content) // 2] if cut else content))
    try:
        found = read_directory(len(read.content), read)
    except NotReadable:
        found = None
    assert read.bytes <= zip_listing.TAIL + MOST_DIRECTORY
    assert found is None or all(".." not in path.split("/") for path in found.sizes)
