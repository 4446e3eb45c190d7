import random
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.harvest import pdf

Line = tuple[int, int, str]
Link = tuple[str, Sequence[tuple[int, int, int, int]]]
URL = "https://github.com/some-owner/a-tool"


def make_pdf(pages: Sequence[Sequence[Line]], links: Sequence[Link] = (), quads: bool = False) -> bytes:
    """A PDF by hand: lines of Courier (6 points a letter) at x, y; links on the first page."""
    objects: list[bytes] = [b"", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"]
    kids, annotations = [], []
    for address, boxes in links:
        for box in boxes[:1] if quads else boxes:
            corners = [f"{a} {d} {c} {d} {a} {b} {c} {b}" for a, b, c, d in boxes]
            points = f"/QuadPoints [{' '.join(corners)}]" if quads else ""
            rect = (
                [
                    min(b[0] for b in boxes),
                    min(b[1] for b in boxes),
                    max(b[2] for b in boxes),
                    max(b[3] for b in boxes),
                ]
                if quads
                else box
            )
            objects.append(
                f"<< /Type /Annot /Subtype /Link /Rect [{' '.join(map(str, rect))}] {points} /A << /S /URI /URI ({address}) >> >>".encode()
            )
            annotations.append(len(objects))
    for number, lines in enumerate(pages):
        stream = "".join(f"BT /F1 10 Tf {x} {y} Td ({text}) Tj ET\n" for x, y, text in lines).encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        refs = " ".join(f"{each} 0 R" for each in annotations) if number == 0 else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects)} 0 R /Annots [{refs}]"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        kids.append(len(objects))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>".encode()
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def box_of(x: int, y: int, text: str, before: str = "") -> tuple[int, int, int, int]:
    """The box of the text that follows `before` on a line at x, y."""
    left = x + 6 * len(before)
    return left, y - 3, left + 6 * len(text), y + 9


def read(body: bytes) -> str:
    return "\n".join(pdf.read_pages(body))


def test_pages_and_lines() -> None:
    body = make_pdf([[(72, 700, "First line"), (72, 688, "second line")], [(72, 700, "Second page")]])
    assert pdf.extract_text(body) == "First line\nsecond line\n\nSecond page\n\n"


def test_a_linked_address_follows_its_words() -> None:
    line = "Our code is public. More text."
    body = make_pdf([[(72, 700, line)]], [(URL, [box_of(72, 700, "code", "Our ")])])
    assert read(body) == f"Our code <{URL}>  is public. More text."


def test_an_address_linked_from_two_lines_follows_the_last() -> None:
    links = [(URL, [box_of(72, 700, "code and", "Our "), box_of(72, 688, "data")])]
    lines = [(72, 700, "Our code and"), (72, 688, "data are public.")]
    for quads in (False, True):
        assert read(make_pdf([lines], links, quads)) == f"Our code and\ndata <{URL}>  are public."


def test_an_address_that_is_printed_in_full_is_not_repeated() -> None:
    for shown in (URL, URL.removeprefix("https://"), URL + "/"):
        body = make_pdf([[(72, 700, f"See {shown}. And")]], [(URL, [box_of(72, 700, shown, "See ")])])
        assert read(body) == f"See {shown}. And"


@pytest.mark.parametrize(("first", "second"), [
    ("https://github.com/some-owner/", "a-tool"), ("https://github.com/some-", "owner/a-tool"), ("https://github.com/so", "me-owner/a-tool"),
    ("https:", "//github.com/some-owner/a-tool"),
])  # fmt: skip
def test_an_address_broken_by_a_line_is_repaired(first: str, second: str) -> None:
    lines = [(72, 700, f"See {first}"), (72, 688, f"{second}, which we made.")]
    both = [box_of(72, 700, first, "See "), box_of(72, 688, second)]
    for boxes, quads in ((both, False), (both, True), (both[:1], False)):
        assert read(make_pdf([lines], [(URL, boxes)], quads)) == f"See <{URL}>, which we made."


def test_an_address_with_spaces_or_without_its_underscore_is_repaired() -> None:
    address = "https://github.com/some_owner/tool"
    shown = "https://github.com/ some owner/tool"
    body = make_pdf([[(72, 700, f"See {shown} now")]], [(address, [box_of(72, 700, shown, "See ")])])
    assert read(body) == f"See <{address}> now"


def test_two_links_to_one_address_are_both_shown() -> None:
    lines = [(72, 700, "Code here."), (72, 600, "Again code here.")]
    links = [(URL, [box_of(72, 700, "Code"), box_of(72, 600, "code", "Again ")])]
    assert read(make_pdf([lines], links)).count(URL) == 2


def test_a_hyphen_at_the_end_of_a_line_stays() -> None:
    assert read(make_pdf([[(72, 700, "a hyphen-"), (72, 688, "ated word")]])) == "a hyphen-\nated word"


@pytest.mark.parametrize(
    "address", ["mailto:a@b.c", "javascript:alert(1)", "file:///etc/passwd", "https://", "x" * 5000]
)
def test_only_web_addresses_are_shown(address: str) -> None:
    assert read(make_pdf([[(72, 700, "words here")]], [(address, [box_of(72, 700, "words")])])) == "words here"


def test_an_address_cannot_break_its_brackets() -> None:
    body = make_pdf([[(72, 700, "words here")]], [("https://a.b/<x> \\n\\042y", [box_of(72, 700, "words")])])
    assert read(body) == "words <https://a.b/xy>  here"


@pytest.mark.parametrize(
    "body", [b"", b"%PDF-1.5", b"<html>", b"%PDF-1.4\n" + bytes(1000), b"x" * 2000 + b"%PDF-1.4"]
)
def test_a_file_that_is_not_a_pdf_has_no_text(body: bytes) -> None:
    assert pdf.extract_text(body) == ""


def test_an_encrypted_pdf_has_no_text() -> None:
    locked = make_pdf([[(72, 700, "Secret")]]).replace(
        b"/Root 1 0 R", b"/Root 1 0 R /Encrypt << /Filter /Standard /V 1 /R 2 /P -1 /O (" + b"x" * 32 + b") /U (" + b"y" * 32 + b") >> /ID [(a) (a)]"
    )  # fmt: skip
    assert "Secret" not in pdf.extract_text(locked)


def test_pages_text_and_time_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    body = make_pdf([[(72, 700, f"Page {number}.")] for number in range(30)])
    monkeypatch.setattr(pdf, "MOST_PAGES", 10)
    assert len(list(pdf.read_pages(body))) == 10
    monkeypatch.setattr(pdf, "MOST_TEXT", 20)
    assert len(list(pdf.read_pages(body))) == 3
    ticks = iter(range(0, 1000, 5))
    monkeypatch.setattr(pdf, "MOST_TEXT", 1000)
    assert len(list(pdf.read_pages(body, lambda: next(ticks)))) == 1


def test_pages_read_before_the_child_process_dies_or_hangs_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*args: object, **more: object) -> None:
        raise subprocess.TimeoutExpired("x", 1, b"Page 1.\n")

    monkeypatch.setattr(subprocess, "run", hang)
    assert pdf.extract_text(make_pdf([[(72, 700, "x")]])) == "Page 1.\n"

    def fail(*args: object, **more: object) -> None:
        raise OSError

    monkeypatch.setattr(subprocess, "run", fail)
    assert pdf.extract_text(make_pdf([[(72, 700, "x")]])) == ""


def test_the_output_of_a_killed_child_process_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    killed = tmp_path / "killed.py"
    killed.write_text(
        "import os, sys\nsys.stdout.write('one page')\nsys.stdout.flush()\nos.kill(os.getpid(), 11)\n"
    )
    monkeypatch.setattr(pdf, "__file__", str(killed))
    assert pdf.extract_text(make_pdf([[(72, 700, "x")]])) == "one page"


def test_an_exploding_page_does_not_cost_the_pages_before_it() -> None:
    first, second = (b"BT /F1 10 Tf 72 700 Td (first page) Tj ET", b"/X Do")
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> /XObject << /X 8 0 R >> >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 2 /Kids [4 0 R 5 0 R] >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>", (page % 6).encode(), (page % 7).encode(),
        *(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(each), each) for each in (first, second)),
    ]  # fmt: skip
    # Forms that show the next one ten times each: 10 ** 12 letters of less than 4 kB.
    for depth in range(12):
        shown = b"/X Do " * 10 if depth < 11 else first
        objects.append(
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> /XObject << /X %d 0 R >> >>"
            b" /Length %d >>\nstream\n%s\nendstream" % (9 + depth, len(shown), shown)
        )  # fmt: skip
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % each for each in enumerate(objects, 1))
    assert pdf.extract_text(body + b"trailer << /Root 1 0 R >>\n%%EOF\n") == "first page\n\n"


def test_damaged_files_give_some_text_or_none() -> None:
    intact = make_pdf(
        [[(72, 700, "Our code is here"), (72, 688, "and there")]] * 2, [(URL, [box_of(72, 700, "code", "Our ")])]
    )
    randomness = random.Random(5)
    parts = [b"999999999", b"-1", b" 4 0 R ", b"<<", b">>", b"[", b"stream\n", b"endobj"]
    for _ in range(400):
        body = bytearray(intact)
        for _ in range(randomness.choice([1, 3, 20])):
            place = randomness.randrange(len(body))
            if randomness.random() < 0.7:
                body[place] = randomness.randrange(256)
            else:
                body[place : place + 1] = randomness.choice(parts)
        read(bytes(body)).encode()


def test_many_links_over_everything_take_no_long_time() -> None:
    lines = [(20, 780 - 7 * number, "word " * 19) for number in range(100)]
    links: list[Link] = [(f"https://a.b/{number}", [(0, 0, 612, 792)]) for number in range(1500)]
    body = make_pdf([lines], links)
    start = time.process_time()
    assert "https://a.b/999" in read(body)
    assert time.process_time() - start < 20


LETTERS = st.lists(st.sampled_from([*"ab/-_. \n", "\x02", "fi", "", "https://a.b/ab", "ﬁ"]), max_size=60)


@given(LETTERS, st.lists(st.tuples(st.sampled_from(["https://a.b/ab", "https://a.b/", "http://www.a.b/a-b_ab"]), st.integers(0, 59), st.integers(0, 59)), max_size=8))  # fmt: skip
def test_no_letter_outside_an_address_is_lost(letters: list[str], links: list[tuple[str, int, int]]) -> None:
    if not letters:
        return
    covered = [(address, min(a, b), max(a, b)) for address, a, b in links if max(a, b) < len(letters)]
    out = pdf.insert_addresses(letters, covered)
    assert len(out) == len(letters)
    for place, (old, new) in enumerate(zip(letters, out, strict=True)):
        assert new.startswith((old, "<http")) or new == "", place
        # Only the pieces of a broken address, joined without spaces, are replaced by the address.
        assert not new.startswith("<http") or pdf._squeeze("".join(letters)).count("a.b/")
