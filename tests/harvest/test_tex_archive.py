import gzip
import io
import os
import tarfile
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.harvest import tex_archive, tex_source
from tracker.sandbox.arxiv import site

DOCUMENT = "\\documentclass{article}\n\\begin{document}\n%s\n\\end{document}\n"


def make_tar(files: dict[str, str | bytes], mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=tarfile.GNU_FORMAT) as out:  # type: ignore[call-overload]
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size = len(data)
            out.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def paper(body: str) -> str:
    return DOCUMENT % body


@pytest.mark.parametrize("pack", [
    lambda text: make_tar({"ms.tex": text, "figure.png": os.urandom(3000)}),
    lambda text: make_tar({"ms.tex": text}, "w"),
    lambda text: gzip.compress(text.encode()),
    lambda text: text.encode(),
    lambda text: ("\ufeff" + text).encode(),
    lambda text: make_tar({"long/" * 40 + "ms.tex": text}),
])  # fmt: skip
def test_every_way_in_which_arxiv_packs_a_source(pack: Callable[[str], bytes]) -> None:
    text = tex_archive.extract_tex(pack(paper("Our code: \\url{https://github.com/a/b} by Zoë")))
    assert "\\url{https://github.com/a/b} by Zoë" in text
    assert text.startswith("\\documentclass")


def test_latin_1_is_read() -> None:
    assert "Zoë" in tex_archive.extract_tex(gzip.compress(paper("Zoë").encode("latin-1")))


@pytest.mark.parametrize(("form", "folder"), [(tarfile.PAX_FORMAT, "ü" * 90), (tarfile.USTAR_FORMAT, "u" * 90)])
def test_pax_and_ustar_names(form: int, folder: str) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=form) as out:
        for name, text in (("main.tex", paper(f"\\input{{{folder}/part}}")), (f"{folder}/part.tex", "INSIDE")):
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            out.addfile(member, io.BytesIO(text.encode()))
    assert "INSIDE" in tex_archive.extract_tex(buffer.getvalue())


@pytest.mark.parametrize("command", [
    "\\input{part}", "\\input{part.tex}", "\\input part ", "\\include{part}", "\\subfile{part}", "\\input{./part}",
    '\\input{"part"}', "\\InputIfFileExists{part}",
])  # fmt: skip
def test_an_input_file_is_inserted_in_its_place(command: str) -> None:
    text = tex_archive.extract_tex(make_tar({"main.tex": paper(f"before {command} after"), "part.tex": "PART"}))
    assert " ".join(text.split()).find("before PART after") > 0


def test_imports_begin_in_their_folder() -> None:
    files = {
        "main.tex": paper("\\import{parts/}{one} \\subimport{parts/deep/}{two}"),
        "parts/one.tex": "ONE \\input{three}",
        "parts/three.tex": "THREE",
        "parts/deep/two.tex": "TWO \\subimport{x}{four}",
        "parts/deep/x/four.tex": "FOUR",
    }
    assert tex_archive.extract_tex(make_tar(files)).split()[2:] == ["ONE", "THREE", "TWO", "FOUR"]


@pytest.mark.parametrize("unused", [
    "% \\input{secret}", "\\begin{comment}\n\\input{secret}\n\\end{comment}", "\\iffalse \\input{secret} \\fi",
    "\\iffalse \\ifx a b \\input{secret} \\else c \\fi d \\fi", "\\\\% \\input{secret}",
    "\\end{document} \\input{secret}",
])  # fmt: skip
def test_text_that_is_never_typeset_includes_no_file(unused: str) -> None:
    files = {"main.tex": paper(f"shown\n{unused}\n"), "secret.tex": "SECRET", "old.tex": "SECRET"}
    text = tex_archive.extract_tex(make_tar(files))
    assert "shown" in text
    assert "SECRET" not in text


def test_the_else_branch_of_a_false_condition_and_an_escaped_percent_stay() -> None:
    text = tex_archive.extract_tex(gzip.compress(paper("\\iffalse a \\else B \\fi 5\\% of C \\iff D").encode()))
    assert "B" in text
    assert "5\\% of C \\iff D" in text


def test_a_percent_within_an_address_belongs_to_it() -> None:
    text = tex_archive.extract_tex(
        paper("\\href{https://a.b/c%20d}{here} % gone\n\\url{https://a.b/e\\%20f}").encode()
    )
    assert "\\href{https://a.b/c\\%20d}{here} \n\\url{https://a.b/e\\%20f}" in text


def test_the_bibliography_is_the_one_that_was_typeset() -> None:
    files = {"ms.tex": paper("\\bibliography{refs}"), "ms.bbl": "\\begin{thebibliography}{1}\\bibitem{x} OWN\\end{thebibliography}",
             "other.bbl": "OTHER", "refs.bib": "@misc{y, note={UNCITED}}"}  # fmt: skip
    text = tex_archive.extract_tex(make_tar(files))
    assert "OWN" in text
    assert "OTHER" not in text
    assert "UNCITED" not in text
    assert "CITED" in tex_archive.extract_tex(
        make_tar({"ms.tex": paper("\\bibliography{refs}"), "refs.bbl": "CITED"})
    )
    biblatex = tex_archive.extract_tex(
        make_tar({"ms.tex": paper("\\printbibliography[heading=none]"), "ms.bbl": "\\entry{x}"})
    )
    assert "\\begin{thebibliography}{}\n\\entry{x}" in biblatex


@pytest.mark.parametrize(("names", "main"), [
    (["main.tex", "other.tex"], "main.tex"),
    (["supplement.tex", "zebra.tex"], "zebra.tex"),
    (["old/main.tex", "zebra.tex"], "zebra.tex"),
    (["threshold_diffusion.tex", "template.tex"], "threshold_diffusion.tex"),
    (["ms_old.tex", "ms.tex"], "ms.tex"),
    (["a.tex", "b.tex", "b.bbl"], "b.tex"),
])  # fmt: skip
def test_which_file_is_the_paper(names: list[str], main: str) -> None:
    text = tex_archive.extract_tex(make_tar({name: paper(f"this is {name}") for name in names}))
    assert f"this is {main}" in text
    assert text.count("this is") == 1


@pytest.mark.parametrize("readme", [
    ("00README.json", '{"sources": [{"usage": "toplevel", "filename": "odd.tex"}, {"filename": "main.tex", "usage": "ignore"}]}'),
    ("00README.yaml", "sources:\n  - filename: odd.tex\n    usage: toplevel\n  - filename: main.tex\n    usage: ignore\n"),
    ("00README.XXX", "main.tex ignore\nodd.tex toplevelfile\n"),
])  # fmt: skip
def test_arxivs_own_note_says_which_file_is_the_paper(readme: tuple[str, str]) -> None:
    text = tex_archive.extract_tex(
        make_tar({"main.tex": paper("MAIN"), "odd.tex": paper("ODD"), readme[0]: readme[1]})
    )
    assert "ODD" in text
    assert "MAIN" not in text


def test_without_a_main_file_the_biggest_is_read() -> None:
    assert (
        tex_archive.extract_tex(
            make_tar({"a.tex": "\\section{x}", "b.tex": "\\section{the longer}", "notes.txt": "x" * 99})
        )
        == "\\section{the longer}"
    )


def test_only_the_body_of_a_complete_document_is_included() -> None:
    part = "\\documentclass[main]{subfiles}\n\\input{secret}\\begin{document}PART\\end{document} rest"
    text = tex_archive.extract_tex(make_tar({"main.tex": paper("\\subfile{part} and on"), "part.tex": part}))
    assert "PART" in text
    assert "and on" in text
    assert "rest" not in text
    assert "subfiles" not in text


def test_a_pdf_is_recognised_by_its_bytes() -> None:
    document = b"%PDF-1.5\n" + bytes(2000)
    for body in (document, gzip.compress(document)):
        assert tex_archive.extract_pdf(body) == document
        assert tex_archive.extract_tex(body) == ""
    assert tex_archive.extract_pdf(make_tar({"a.tex": "x"})) == b""


@pytest.mark.parametrize("body", [
    b"", b"\x1f\x8b", gzip.compress(b""), b"<!DOCTYPE html><p>\\begin{x} We will be back soon", b"%!PS-Adobe-2.0 \\def",
    b"Rate exceeded.", bytes(5000), b"PK\x03\x04" + bytes(600), make_tar({"a.png": bytes(100)}), make_tar({"inner.tar.gz": make_tar({"main.tex": paper("x")})}),
], ids=range(10))  # fmt: skip # gzip writes the time into its header, and an id must not change
def test_files_without_tex_give_no_text(body: bytes) -> None:
    if body.startswith(b"%!PS"):
        body = b"%!PS-Adobe-2.0\n/x 1 def\n"
    assert tex_archive.extract_tex(body) == ""


def test_a_truncated_archive_gives_its_complete_members() -> None:
    archive = make_tar({"main.tex": paper("HERE \\input{b}"), "a.png": os.urandom(100_000), "b.tex": "GONE"})
    extracted = tex_archive.extract_tex(archive[:60_000])
    assert "HERE" in extracted
    assert "GONE" not in extracted
    text = paper("word " * 50_000)
    assert len(tex_archive.extract_tex(gzip.compress(text.encode())[:-200])) > 1000


def test_how_a_file_ends() -> None:
    packed = gzip.compress(b"\\documentclass{a}" * 1000, mtime=0)
    assert [tex_archive.gzip_end(body) for body in (packed, packed + packed, b"plain", b"")] == ["whole"] * 4
    flipped = packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:]
    assert {
        tex_archive.gzip_end(body)
        for body in (packed[:-1], packed[:40], packed[:3], packed + packed[:-1], flipped)
    } == {"cut"}


def test_a_file_that_unpacks_to_too_much_is_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tex_archive, "MOST_UNPACKED", 5000)
    assert tex_archive.gzip_end(gzip.compress(bytes(5001))) == "endless"
    assert tex_archive.gzip_end(gzip.compress(bytes(4999))) == "whole"


def test_a_bomb_ends_at_the_bound() -> None:
    start = time.process_time()
    assert tex_archive.extract_tex(site.archive_bomb()) == ""
    assert tex_archive.extract_tex(gzip.compress(bytes(1 << 24)) * 64) == ""
    assert time.process_time() - start < 5


def test_names_links_and_devices_outside_the_archive_are_ignored() -> None:
    text = tex_archive.extract_tex(site.traversal_archive())
    assert "Nothing else." in text
    assert "escaped" not in text
    assert "root:" not in text


def test_sizes_that_lie() -> None:
    for size in (1 << 33, 1 << 40, 8**11 - 1):
        member = tarfile.TarInfo("main.tex")
        member.size = size
        header = member.tobuf(tarfile.GNU_FORMAT)
        assert tex_archive.extract_tex(gzip.compress(header + paper("x").encode())) == ""


def test_many_members_and_many_bytes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tex_archive, "MOST_MEMBERS", 10)
    assert tex_archive.extract_tex(
        make_tar({f"{n:02}.txt": "x" for n in range(20)} | {"zz.tex": paper("late")})
    ) != paper("late")
    monkeypatch.setattr(tex_archive, "MOST_KEPT", 1000)
    text = tex_archive.extract_tex(
        make_tar({"a.tex": paper("first"), "b.txt": "y" * 2000, "c.tex": paper("z" * 500)})
    )
    assert "first" in text


def test_cyclic_and_deep_inputs_end() -> None:
    assert (
        tex_archive.extract_tex(
            make_tar({"main.tex": paper("A \\input{main} \\input{b}"), "b.tex": "B \\input{b} \\input{main}"})
        ).count("B")
        == 1
    )
    chain = {f"f{n}.tex": f"\\input{{f{n + 1}}}" for n in range(3000)} | {"main.tex": paper("\\input{f0} end")}
    assert "end" in tex_archive.extract_tex(make_tar(chain))
    books = {f"f{n}.bbl": f"\\bibliography{{f{n + 1}}}" for n in range(3000)} | {
        "main.tex": paper("\\bibliography{f0} end")
    }
    assert "end" in tex_archive.extract_tex(make_tar(books))
    doubling = {f"f{n}.tex": f"\\input{{f{n + 1}}}" * 2 for n in range(30)} | {
        "f30.tex": "x",
        "main.tex": paper("\\input{f0}"),
    }
    assert len(tex_archive.extract_tex(make_tar(doubling))) < 10_000


@pytest.mark.parametrize("unit", [
    "%", "\\iffalse", "\\begin{comment}", "\\input{", "\\url{", "\\", "{", "\\documentclass[", "\\documentclass ", "\\input{main}",
    " ", "\n-", "\\bibliography{x}", "\\bibliography{" , "\\import{a}{b}", "\\iffalse\\fi", "\\begin{document}",
])  # fmt: skip
def test_time_grows_with_the_text(unit: str) -> None:
    def seconds(size: int) -> float:
        text = "\\documentclass{a}\\begin{document}\\section " + unit * (size // len(unit))
        start = time.process_time()
        tex_source.assemble_tex({"main.tex": text})
        return time.process_time() - start

    seconds(50_000)
    small, large = (min(seconds(size) for _ in range(3)) for size in (100_000, 400_000))
    assert large < 4 * 2.5 * max(small, 0.002)


@given(st.binary(max_size=3000))
@settings(deadline=None)
def test_any_bytes_give_a_text(body: bytes) -> None:
    for variant in (
        body,
        gzip.compress(body),
        b"\x1f\x8b\x08\x00" + body,
        make_tar({"main.tex": body}, "w")[:2000] + body,
    ):
        assert isinstance(tex_archive.extract_tex(variant), str)
        assert isinstance(tex_archive.extract_pdf(variant), bytes)
        tex_archive.is_source(variant)


ARCHIVE = make_tar({"main.tex": paper("\\input{a} \\bibliography{b}"), "a.tex": "A" * 300, "main.bbl": "B"}, "w")


@given(
    st.lists(st.tuples(st.integers(0, len(ARCHIVE) - 1), st.integers(0, 255)), max_size=30),
    st.integers(0, len(ARCHIVE)),
)
@settings(deadline=None)
def test_any_damaged_archive_gives_a_text(changes: list[tuple[int, int]], end: int) -> None:
    body = bytearray(ARCHIVE)
    for place, value in changes:
        body[place] = value
    assert isinstance(tex_archive.extract_tex(bytes(body[:end])), str)


@given(st.dictionaries(st.sampled_from(["main.tex", "a.tex", "b/c.tex", "main.bbl", "00README.json"]), st.lists(st.sampled_from([
    "\\documentclass{article}", "\\begin{document}", "\\end{document}", "\\input{a}", "\\import{b/}{c}", "\\iffalse", "\\else", "\\fi", "%", "\n",
    "\\bibliography{main}", "\\begin{comment}", "\\end{comment}", "\\url{x%y}", "text", "\\%", "\\\\", "{", "}", '"filename": "a.tex", "usage": "toplevel"',
])).map("".join), max_size=5))  # fmt: skip
def test_the_text_of_any_files_is_bounded_by_their_length(files: dict[str, str]) -> None:
    text = tex_source.assemble_tex(files)
    assert len(text) <= 10 * sum(map(len, files.values())) + 500


def test_text_outside_comments_stays() -> None:
    text = "Some \\emph{words} and {\\bf more} $x_1$ \\cite{a} \\\\ [2pt] \\ifx\\a\\b c\\fi \\footnote{x}"
    assert text in tex_archive.extract_tex(gzip.compress(paper(text).encode()))
