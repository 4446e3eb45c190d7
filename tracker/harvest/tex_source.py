"""Assembles one paper's LaTeX from the files of its source: the main file with its inputs in place, and nothing else.

More than a quarter of the bytes of arXiv's TeX sources is not used by the paper: comments, old versions, files that
nothing inputs. Links in them were never published. Pure, in time linear in the size of the files.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

MOST_TEXT = 16 * 1024 * 1024
"""Characters of an assembled text."""
MOST_DEPTH = 40
MOST_MAINS = 10

_TOKEN = re.compile(
    r"(?P<comment>%[^\n]*)"
    r"|\\(?:url|path|nolinkurl|burl|href)\s{0,3}\{(?P<address>[^{}\n]{0,2000})\}"
    r"|\\(?:input|@input|include|subfile|subfileinclude|InputIfFileExists)(?![A-Za-z@])\*?\s{0,3}"
    r"(?:\{(?P<file>[^{}\n]{0,300})\}|(?P<bare>[^\s{}\\%]{1,300}))"
    r"|\\(?P<how>(?:sub)?(?:import|inputfrom|includefrom))(?![A-Za-z@])\*?\s{0,3}"
    r"\{(?P<folder>[^{}\n]{0,300})\}\s{0,3}\{(?P<inside>[^{}\n]{0,300})\}"
    r"|\\(?:bibliography\s{0,3}\{(?P<bib>[^{}]{0,2000})\}|(?P<printed>printbibliography)(?![A-Za-z]))"
    r"|(?P<hidden>\\begin\s{0,3}\{comment\})"
    r"|(?P<never>\\iffalse)(?![A-Za-z@])"
    r"|(?P<begin>\\begin\s{0,3}\{document\})"
    r"|(?P<end>\\end\s{0,3}\{document\})"
    r"|\\[^A-Za-z]"
)
_CONDITION = re.compile(r"%[^\n]*|\\(if[A-Za-z@]*|else|fi)(?![A-Za-z@])|\\[^A-Za-z]")
_NO_CONDITIONS = frozenset({"iff", "ifthenelse", "ifblank", "ifdefstring", "ifstrequal", "iftoggle", "ifdefempty", "ifnumcomp"})  # fmt: skip
_HIDDEN_END = re.compile(r"\\end\s{0,3}\{comment\}")
_CLASS = re.compile(
    r"^[^%\n]*\\document(?:class|style)\s*(?:\[[^\]]{0,2000}\])?\s*\{([^{}]{0,100})\}", re.MULTILINE
)
_BEGIN = re.compile(r"^[^%\n]*\\begin\s{0,3}\{document\}", re.MULTILINE)
_PART_CLASSES = ("standalone", "subfiles", "beamer", "letter")
_LIKELY = re.compile(r"main|ms|paper|article|arxiv|manuscript|root|final", re.IGNORECASE)
_UNLIKELY = re.compile(
    r"(?:^|[^a-z])(?:template|sample|example|supp[a-z]*|appendi[a-z]*|rebuttal|response|cover|letter|poster|slides?"
    r"|old|backup|copy|diff)(?![a-z])",
    re.IGNORECASE,
)
_README_ENTRY = re.compile(r"\{|\n\s{0,20}-")
_README_FILE = re.compile(r"""["']?\bfilename["']?\s{0,9}:\s{0,9}["']?([^"',{}\n]{1,300})""")
_README_TOP = re.compile(r"""["']?\busage["']?\s{0,9}:\s{0,9}["']?toplevel\b""")
_README_LINE = re.compile(r"^[ \t]*(\S{1,300})[ \t]+toplevelfile\b", re.MULTILINE)


def assemble_tex(files: Mapping[str, str]) -> str:
    """The text of a paper from its source files by name; empty where none of them is TeX.

    Comments, blocks that are never typeset and everything after the end of the document are left out. A `%` within an
    address is part of it and is candidates as `\\%`.
    """
    mains = _toplevel(files) or _main(files)
    return "\n".join(_Assembly(files, main).text() for main in mains)[:MOST_TEXT]


def _toplevel(files: Mapping[str, str]) -> Sequence[str]:
    """The main files that arXiv's 00README names (info.arxiv.org/help/00README), in JSON, YAML or lines."""
    names: list[str] = []
    for readme, text in files.items():
        if not readme.lower().startswith("00readme"):
            continue
        names += _README_LINE.findall(text[:100_000])
        for entry in _README_ENTRY.split(text[:100_000]):
            file = _README_FILE.search(entry)
            if file and _README_TOP.search(entry):
                names.append(file[1].strip())
    return [name for name in dict.fromkeys(names) if name in files][:MOST_MAINS]


def _main(files: Mapping[str, str]) -> Sequence[str]:
    """The file that is most likely the paper: a complete document with a likely name and a bibliography."""
    candidates = {
        name: text
        for name, text in files.items()
        if not name.lower().startswith("00readme") and not name.endswith(".bbl")
    }
    classes = {name: declared[1] for name, text in candidates.items() if (declared := _CLASS.search(text))}
    begun = {name for name, text in candidates.items() if _BEGIN.search(text)}
    whole = classes.keys() or begun
    if not whole:
        tex = [name for name in candidates if name.lower().endswith((".tex", ".ltx", ".latex"))]
        return sorted(tex or candidates, key=lambda name: (-len(candidates[name]), name))[:1]

    def order(name: str) -> tuple[bool | int | str, ...]:
        stem = posixpath.splitext(posixpath.basename(name))[0]
        return (
            classes.get(name, "").strip().startswith(_PART_CLASSES),
            name not in begun,
            bool(_UNLIKELY.search(stem)),
            name.count("/"),
            posixpath.splitext(name)[0] + ".bbl" not in files,
            not _LIKELY.match(stem),
            -len(candidates[name]),
            name,
        )

    return [min(whole, key=order)]


class _Assembly:
    """Assembles one main file. Each file is used once, so that the text cannot grow without end."""

    def __init__(self, files: Mapping[str, str], main: str) -> None:
        self._files = files
        self._main = main
        self._bibliographies = [name for name in files if name.lower().endswith(".bbl")]
        self._used: set[str] = set()
        self._out: list[str] = []
        self._left = MOST_TEXT

    def text(self) -> str:
        self._file(self._main, posixpath.dirname(self._main), 0)
        return "".join(self._out)

    def _emit(self, text: str) -> None:
        if text and self._left > 0:
            self._out.append(text[: self._left])
            self._left -= len(text)

    def _file(self, name: str, folder: str, depth: int) -> None:
        """Write a file to the text; `folder` is the one to which the names of its inputs are relative."""
        self._used.add(name)
        text, at, mark = self._files[name], 0, len(self._out)
        to_search = {"fi": True, "comment": True}
        while self._left > 0:
            token = _TOKEN.search(text, at)
            if token is None:
                self._emit(text[at:])
                return
            self._emit(text[at : token.start()])
            at = token.end()
            kind = token.lastgroup
            if kind == "end":
                break
            if kind == "begin" and depth:
                # The preamble of a part that is also a document of its own is left out.
                del self._out[mark:]
            elif kind in ("hidden", "never"):
                at = _behind_unused(text, token, to_search)
            else:
                self._token(token, folder, depth)

    def _token(self, token: re.Match[str], folder: str, depth: int) -> None:
        match token.lastgroup:
            case "comment":
                return
            case "address":
                self._emit(re.sub(r"(?<!\\)%", r"\\%", token[0]))
            case "file" | "bare":
                self._input(token["file"] or token["bare"] or "", folder, folder, depth)
            case "inside":
                base = folder if token["how"].startswith("sub") else ""
                inner = _joined(base, token["folder"].strip())
                self._input(token["inside"], inner, inner, depth)
            case "bib" | "printed" if depth < MOST_DEPTH:
                self._bibliography(token["bib"] or "")
            case _:
                self._emit(token[0])

    def _input(self, name: str, base: str, folder: str, depth: int) -> None:
        target = name.strip().strip('"')
        path = self._find(target, (base, posixpath.dirname(self._main), "")) if depth < MOST_DEPTH else None
        self._emit("\n")
        if path is not None:
            self._file(path, folder, depth + 1)
            self._emit("\n")

    def _find(self, target: str, bases: Sequence[str]) -> str | None:
        for base in bases:
            path = _joined(base, target)
            for name in (f"{path}.tex", path):
                if name in self._files and name not in self._used:
                    return name
        return None

    def _bibliography(self, names: str) -> None:
        """Write the references as they were typeset: the .bbl file of the main file, or that of a bibliography."""
        stems = [posixpath.splitext(self._main)[0], *(name.strip() for name in names.split(",")[:50])]
        only = self._bibliographies if len(self._bibliographies) == 1 else []
        named = [f"{stem}.bbl" for stem in stems if f"{stem}.bbl" in self._files]
        for name in (named or only)[:1]:
            if name in self._used:
                continue
            bare = "\\begin{thebibliography}" not in self._files[name]
            self._emit("\n\\begin{thebibliography}{}\n" if bare else "\n")
            self._file(name, "", MOST_DEPTH)
            self._emit("\n\\end{thebibliography}\n" if bare else "\n")


def _joined(base: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(base, name.strip())) if name else base


def _behind_unused(text: str, token: re.Match[str], to_search: dict[str, bool]) -> int:
    """The position after a block that is never typeset.

    `to_search` notes the searches that failed, so that each fails once and the time stays linear.
    """
    if token.lastgroup == "hidden":
        end = _HIDDEN_END.search(text, token.end()) if to_search["comment"] else None
        to_search["comment"] = end is not None
        return end.end() if end else token.end()
    depth = 1
    for condition in _CONDITION.finditer(text, token.end()) if to_search["fi"] else ():
        word = condition[1]
        if word == "fi":
            depth -= 1
        elif word and word.startswith("if") and word not in _NO_CONDITIONS:
            depth += 1
        if not depth or (word == "else" and depth == 1):
            return condition.end()
    to_search["fi"] = False
    return token.end()
