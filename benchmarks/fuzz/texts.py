"""Readers of texts: the URL finder, TeX, HTML, PDF, licences, READMEs, and the converter from LaTeX to Unicode."""

from __future__ import annotations

import gzip
import io
import tarfile
import unicodedata
from typing import TYPE_CHECKING

from benchmarks.fuzz.mutate import text
from benchmarks.fuzz.target import Run, Target
from tracker.config_files import config_dir
from tracker.detect import detect, pages
from tracker.detect.formats import html, pdf_text, plain_text, tex
from tracker.detect.links import urls
from tracker.detect.roles import role_rules
from tracker.domain.artifacts import LicenceFile, Reference
from tracker.domain.errors import UpstreamError
from tracker.domain.papers import Paper, title_key
from tracker.domain.terms import Fact
from tracker.fetch import guard
from tracker.harvest import pdf, tex_archive
from tracker.hosts.huggingface import metadata
from tracker.hosts.inspect import announcements, package_metadata, readme, stated_terms
from tracker.hosts.resolve import resolve_url
from tracker.judge import licence_files, licence_rules, licence_statements, licences
from tracker.publish.addresses import escape_uri, web_address
from tracker.publish.readable_text import readable_text

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = ("text_*", "tex_*", "html_*")


def _urls() -> Run:
    def run(data: bytes) -> None:
        given = text(data)
        for kind in ("text", "tex"):
            found = urls.find_links(given, kind)
            for link in found:
                assert 0 <= link.start <= link.end <= len(given)
                resolve_url(link.url)
        urls.find_links_between(given, found, "text")
        urls.parse_address(given)

    return run


def _scan() -> Run:
    rules = role_rules.load_role_rules()

    def run(data: bytes) -> None:
        given = text(data)
        title, _, abstract = given.partition("\n")
        paper = Paper(arxiv_id="2606.00001", title=title, abstract=abstract, comment=given[-200:])
        detect.format_detection(paper.arxiv_id, detect.detect_paper(paper, resolve_url, rules))
        title_key(given)

    return run


def _lines() -> Run:
    rules = role_rules.load_role_rules()

    def run(data: bytes) -> None:
        for _ in detect.detect_lines(io.BytesIO(data), resolve_url, rules):
            pass

    return run


def _full_text() -> Run:
    def run(data: bytes) -> None:
        given = text(data)
        for kind in detect.FORMATS:
            detect.find_full_text_mentions(given, kind, resolve_url)

    return run


def _reader(read: Callable[[str], plain_text.PlainText]) -> Callable[[], Run]:
    def make() -> Run:
        def run(data: bytes) -> None:
            made = read(text(data))
            for position in (0, len(made.text) // 2, len(made.text)):
                made.place_at(position)

        return run

    return make


def _archive() -> Run:
    def run(data: bytes) -> None:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as made:
            name = text(data[:40]).encode("utf-8", "replace").decode().replace("\0", "") or "a.tex"
            for each in ("main.tex", name):
                info = tarfile.TarInfo(each)
                info.size = len(data)
                made.addfile(info, io.BytesIO(data))
        tar = bytearray(packed.getvalue())
        # Headers come out damaged as the input says, so that the reader of headers is reached as well.
        for place, byte in enumerate(data[40:48]):
            tar[(place * 97 + byte) % 512] ^= byte
        for body in (data, bytes(tar), gzip.compress(bytes(tar), 1)[: -(len(data) % 9) or None]):
            assert isinstance(tex_archive.extract_tex(body), str)
            tex_archive.extract_pdf(body)
            tex_archive.is_source(body)

    return run


def _pdf() -> Run:
    def run(data: bytes) -> None:
        for page in pdf.read_pages(data):
            page.encode()

    return run


def _pdf_text() -> Run:
    def run(data: bytes) -> None:
        given = text(data)
        words = pdf_text.TextPlaces(given)
        for position in (0, len(given) // 2, len(given)):
            words.place_at(position)
        for start, end in pdf_text.find_bibliographies(given):
            assert 0 <= start <= end <= len(given)
        detect.find_full_text_mentions(given, "pdf", resolve_url)

    return run


def _page() -> Run:
    page = resolve_url("https://ann.github.io/deep/")
    assert isinstance(page, Reference)

    def run(data: bytes) -> None:
        pages.find_page_mentions(data, page, "https://ann.github.io/deep/", resolve_url)

    return run


def _latex() -> Run:
    def run(data: bytes) -> None:
        given = text(data)
        shown = readable_text(given)
        assert readable_text(shown) == shown, "not idempotent"
        assert shown or not any(unicodedata.category(sign)[0] in "LN" for sign in given[:200]), "empty"
        assert "\n" not in shown
        escape_uri(given).encode()
        web_address(given)

    return run


def _licences() -> Run:
    rules = licence_rules.load_licence_rules(config_dir() / "openness.toml")

    def run(data: bytes) -> None:
        given = text(data)
        file = LicenceFile("LICENSE", given)
        licence_files.read_licence_text(given, rules)
        for fact in (Fact.CODE, Fact.WEIGHTS):
            licence_statements.read_statement(file, fact, rules)
            licence_statements.read_fact_statement(file, fact, rules)
            licences.decide_licence(given[:60], True, [file], rules, fact, statements=[file])

    return run


def _readme() -> Run:
    def run(data: bytes) -> None:
        given = text(data)
        readme.find_named_papers(given, given)
        assert announcements.promises_release(given) or not announcements.promises_code(given)
        stated_terms.extract_licence_section(given)
        stated_terms.find_terms(given)
        for path in package_metadata.PACKAGE_FILES:
            package_metadata.read_package_licence(path, given)
        metadata.strip_front_matter(given)
        metadata.card_papers(given)
        metadata.front_matter_licence(given)
        metadata.card_licence_statements(given)

    return run


def _guard() -> Run:
    def run(data: bytes) -> None:
        given = text(data)
        for url in (given, f"https://{given}", f"https://example.org/{given}"):
            try:
                target = guard.check_url(url)
            except UpstreamError:
                continue
            assert target.url.isascii()
            assert target.port in guard.PORTS
            assert not set(target.url) & set("\r\n\0 \\")
            assert guard.check_url(target.url) == target, "read in another way the second time"

    return run


TARGETS = (
    Target("url-finder", _urls, (*TEXT, "urls_*"), 8),
    Target("abstracts", _scan, (*TEXT, "urls_*"), 3),
    Target("detect-lines", _lines, ("lines_*",), 1),
    Target("full-texts", _full_text, TEXT, 2),
    Target("tex-reader", _reader(tex.to_plain_text), ("tex_*",), 8),
    Target("html-reader", _reader(html.to_plain_text), ("html_*",), 8),
    Target("tex-archives", _archive, ("tex_*", "archive_*"), 3),
    Target("pdf", _pdf, ("pdf_*",), 1),
    Target("pdf-text", _pdf_text, ("text_*",), 3),
    Target("project-pages", _page, ("html_*",), 4),
    Target("latex-to-unicode", _latex, ("tex_*", "text_*"), 8),
    Target("licence-texts", _licences, ("licence_*", "text_*"), 2),
    Target("readmes", _readme, ("readme_*", "text_*"), 4),
    Target("guard", _guard, ("urls_*",), 8),
)
