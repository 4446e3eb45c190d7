"""Hostile full texts end soon; how their time grows is printed by `make bench`."""

import time
from collections.abc import Callable

import pytest

from tracker.detect import detect
from tracker.detect.links import urls
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.artifacts import Reference
from tracker.domain.papers import Paper

Resolve = Callable[[str], Reference | None]
SIZE, SECONDS = 300_000, 20.0
"""A quadratic step takes minutes over this much; a linear one takes a tenth of the bound on a slow machine."""

PIECES = ["-", ".", "/", "\\", "{", "}", "(", "<", "http://", "https:\n", "github.com/", "github.com/a/b ", "github. com / ", "git@a.b:c/", "swh:1:", "a.com ", "10.5281/",
          "0123", "e\u0301", "\x00", "<a href=", "<a href='http://a.b'>", "<span class='ltx_note'>", "<math>", "<!--", "&#", "\\footnote{", "\\href{", "\\url{", "\\iffalse ",
          "\\begin{abstract}", "\\begin{comment}", "\\def\\a{\\a\\a/}\\a ", "%\n", "@misc{", "References\n", "\nA Ab\n", "Figure 1: ", "\n1 A", "code is available at ",
          "We release it. "]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_hostile_text_ends(rules: RoleRules, resolve: Resolve, piece: str) -> None:
    text = piece * (SIZE // len(piece))
    start = time.process_time()
    detect.detect_paper(Paper(arxiv_id="1", abstract=text), resolve, rules)
    for kind in detect.FORMATS:
        detect.find_full_text_mentions(text, kind, resolve)
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize("text", [
    f"We {'fully ' * 60}surfaces.", f"The code is to be {'both ' * 60}x.", f"They {'recently ' * 60}x.",
    f"Code, {'and dataset ' * 60}x", f"We use {'0. LINK, and ' * 60}\0", f"{chr(92)}href " * 60,
])  # fmt: skip
def test_a_word_that_is_repeated_is_read_in_one_way(rules: RoleRules, resolve: Resolve, text: str) -> None:
    start = time.process_time()
    paper = Paper(arxiv_id="1", abstract=f"Code is at https://github.com/a/b and {text}", comment=text)
    detect.detect_paper(paper, resolve, rules)
    for kind in detect.FORMATS:
        detect.find_full_text_mentions(f"{text} https://github.com/a/b {text}", kind, resolve)
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize("piece", ["https://github.com/a/b ", "github.com/a/b\n", "see http://a.org/b. "])
def test_what_follows_a_link_is_not_read_again(piece: str) -> None:
    class Counting(str):
        """Counts the characters that are copied out of it."""

        copied = 0

        def __getitem__(self, key: object) -> str:
            part = super().__getitem__(key)  # type: ignore[index]
            Counting.copied += len(part)
            return part

    text = Counting(piece * 2_000)
    assert len(urls.find_links(text)) == 2_000
    assert Counting.copied < 60 * len(text)
