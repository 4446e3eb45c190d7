"""A generator of worlds that knows the truth of what it writes, and of every change that it makes to them."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tracker.settings import config_dir

Truth = tuple[str, str, str]
"""(outcome, content, licence class)."""
Told = tuple[str, float, float]
"""An event: kind, not before this day, not after this one."""
BEGIN = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
CHANGE, LATER = 2.5, 42.5
"""Days on which the world changes."""
SECOND = (3.6, 8.0, 15.0, 33.7, 35.0, 36.5, 41.4)
THIRD = (45.3, 67.5, 69.0)
"""Days of the cycles after the first change, and after the second one."""
SOON, SHIPPED, BACK, AGAIN = 3.6, 33.7, 45.3, 67.5
"""By which of them the plan of checks has looked at what was pending and at what had shipped, after each change."""


def standard(spdx: str) -> str:
    words = (config_dir() / "licences" / f"{spdx}.txt").read_text("utf-8")
    return words.replace("<year>", "2026").replace("<copyright holders>", "The authors")


MIT, APACHE = standard("MIT"), standard("Apache-2.0")
OSI = (MIT, APACHE, standard("GPL-3.0-only"), standard("BSD-3-Clause"), standard("ISC"), standard("MPL-2.0"))
NONCOMMERCIAL, CC_BY = standard("CC-BY-NC-4.0"), standard("CC-BY-4.0")
LLAMA = "LLAMA 2 COMMUNITY LICENSE AGREEMENT\nLlama 2 Version Release Date: July 18, 2023\n"
CODES = ("train.py", "src/deep/model.py", "main.cpp", "notebooks/run.ipynb", "lib/core/solve.jl", "analysis.R")
WAITING = (
    "Code coming soon!",
    "The code will be released upon acceptance.",
    "Stay tuned.",
    "Code: TBD",
    "即将开源",
)
SAYING = (
    "Released under the MIT License.",
    "This project is licensed under the Apache License 2.0.",
    "MIT License",
)
METADATA = {
    "pyproject.toml": '[project]\nname = "tool"\nlicense = "Apache-2.0"\n',
    "package.json": '{"name": "tool", "license": "MIT"}',
    "setup.py": 'from setuptools import setup\nsetup(name="tool", license="MIT")\n',
}


@dataclass(frozen=True)
class Shape:
    """What a repository shows, and the truth of it. No files: there is no repository."""

    files: dict[str, str] | None
    truth: Truth
    facts: dict[str, Any] = field(default_factory=dict)


MISSING = Shape(None, ("absent", "unknown", "unknown"))


def shapes(chance: random.Random) -> dict[str, Shape]:
    """One repository of each state."""
    code = {chance.choice(CODES): "x", "README.md": "# A tool\n\nHow to train.", ".gitignore": "*.pyc"}
    soon = {"README.md": f"# A tool\n\n{chance.choice(WAITING)}", "assets/teaser.png": "x"}
    words = {"README.md": "# A paper\n\nSee arXiv.", "LICENSE": MIT}
    named = chance.choice(("LICENSE", "LICENSE.md", "COPYING", "LICENCE.txt", "LICENSE.rst"))
    saying = f"{code['README.md']}\n\n## License\n\n{chance.choice(SAYING)}\n"

    def coded(class_: str, more: dict[str, str], **facts: Any) -> Shape:
        return Shape({**code, **more}, ("present", "code", class_), facts)

    def other(content: str, class_: str, files: dict[str, str]) -> Shape:
        return Shape(files, ("present", content, class_))

    def shut(status: str) -> Shape:
        return Shape({**code, "LICENSE": MIT}, ("blocked", "unknown", "unknown"), {"status": status})

    return {
        "osi": coded("osi", {named: chance.choice(OSI)}),
        "mit": coded("osi", {"LICENSE": MIT}),
        "apache": coded("osi", {"LICENSE": APACHE}),
        "copying": coded("osi", {"COPYING": MIT}),
        "crlf": coded("osi", {"LICENSE": "\ufeff" + MIT.replace("\n", "\r\n  ")}),
        "deep": other("code", "osi", {"a/b/c/run.py": "x", "README.md": "# x", "LICENSE": MIT}),
        "restricted": coded("restricted", {"LICENSE": NONCOMMERCIAL}),
        "amended": coded(
            "restricted", {"LICENSE": f"{MIT}\n\nThe Software may not be used for commercial purposes.\n"}
        ),
        "content": coded("open-content", {"LICENSE": CC_BY}),
        "unlicensed": coded("none", {}),
        "custom": coded("unknown", {"LICENSE": "You may read this. Ask us for everything else."}),
        "choice": coded("osi", {"LICENSE-MIT": MIT, "LICENSE-APACHE": APACHE}),
        "code-model": coded("osi", {"LICENSE-CODE": MIT, "LICENSE-MODEL": LLAMA}),
        "code-data": coded("osi", {"LICENSE": APACHE, "LICENSE-DATA": NONCOMMERCIAL}),
        "saying": coded("osi", {"README.md": saying}),
        "saying-mit": coded("osi", {"README.md": f"{code['README.md']}\n\n## License\n\nMIT License\n"}),
        "saying-no": coded(
            "restricted", {"README.md": f"{code['README.md']}\n\n## License\n\nFor non-commercial use only.\n"}
        ),
        "thanks": coded(
            "none",
            {"README.md": f"{code['README.md']}\n\n## Thanks\n\nTo timm, which is under the MIT License.\n"},
        ),
        "metadata-no": coded("restricted", {"setup.py": METADATA["setup.py"], "LICENSE": NONCOMMERCIAL}),
        "code-soon": coded(
            "osi",
            {
                "README.md": "# A tool\n\nTraining code coming soon.",
                "tool/net.py": "x",
                "eval.py": "x",
                "LICENSE": MIT,
            },
        ),
        "page": other(
            "readme-only", "none", {"index.html": "x", "static/js/x.js": "x", "README.md": "# Our page"}
        ),
        "weights": other("data-only", "osi", {"README.md": "# Weights", "model.safetensors": "x", "LICENSE": MIT}),
        **{f"metadata {name}": coded("osi", {name: text}) for name, text in METADATA.items()},
        "archived": coded("osi", {"LICENSE": MIT}, archived=True),
        "fork": coded("osi", {"LICENSE": MIT}, fork=True),
        "empty": other("empty", "none", {}),
        "words": other("readme-only", "none", {"README.md": "# A paper\n\nSee arXiv."}),
        "words-mit": other("readme-only", "osi", words),
        "soon": other("placeholder", "none", soon),
        "soon-mit": other("placeholder", "osi", {**soon, "LICENSE": MIT}),
        "data": other("data-only", "none", {"README.md": "# Data", "set/train.csv": "1", "test.jsonl": "{}"}),
        "blocked": shut("blocked"),
        "disabled": shut("disabled"),
        "missing": MISSING,
    }


@dataclass(frozen=True)
class Forge:
    """A host of repositories: folder of the world, prefix of references, address, and what it cannot show."""

    folder: str
    scheme: str
    url: str
    lacks: tuple[str, ...] = ()


GITHUB = Forge("github", "github:", "https://github.com/")
FORGES = (
    GITHUB,
    Forge("gitlab", "gitlab:", "https://gitlab.com/", ("blocked", "disabled")),
    Forge("forgejo/codeberg.org", "forgejo:codeberg.org/", "https://codeberg.org/", ("blocked", "disabled")),
    Forge("bitbucket", "bitbucket:", "https://bitbucket.org/", ("blocked", "disabled", "archived")),
)


def told(when: float, by: float, *kinds: str) -> tuple[Told, ...]:
    return tuple((kind, when, by) for kind in kinds)


SHIPS = told(CHANGE, SOON, "shipped", "opened")
STEPS: dict[str, tuple[tuple[str, str, str], tuple[Told, ...]]] = {
    # name: (state at the begin, after the first change, after the second), events
    "soon-ships": (("soon", "osi", "osi"), (*SHIPS, *told(CHANGE, SOON, "licensed"))),
    "soon-mit-ships": (("soon-mit", "mit", "mit"), SHIPS),
    "soon-ships-restricted": (("soon", "restricted", "restricted"), told(CHANGE, SOON, "shipped", "licensed")),
    "empty-ships": (("empty", "mit", "mit"), (*SHIPS, *told(CHANGE, SOON, "licensed"))),
    "words-ship": (("words", "mit", "mit"), (*SHIPS, *told(CHANGE, SOON, "licensed"))),
    "appears": (("missing", "mit", "mit"), SHIPS),
    "appears-soon": (("missing", "soon-mit", "mit"), (*told(CHANGE, SOON, "placeholder"), *told(LATER, AGAIN, "shipped", "opened"))),
    "unblocked": (("blocked", "mit", "mit"), SHIPS),
    "licensed": (("unlicensed", "mit", "mit"), told(CHANGE, SHIPPED, "licensed", "opened")),
    "licensed-by-words": (("unlicensed", "saying", "saying"), told(CHANGE, SHIPPED, "licensed", "opened")),
    "licensed-at-last": (("custom", "mit", "mit"), told(CHANGE, SHIPPED, "licensed", "opened")),
    "licensed-restricted": (("unlicensed", "restricted", "restricted"), told(CHANGE, SHIPPED, "licensed")),
    "closed-and-opened": (
        ("mit", "restricted", "mit"),
        (*told(CHANGE, SHIPPED, "relicensed", "closed"), *told(LATER, AGAIN, "relicensed", "opened")),
    ),
    "relicensed": (("mit", "apache", "apache"), told(CHANGE, SHIPPED, "relicensed")),
    "unlicensed": (("mit", "unlicensed", "unlicensed"), told(CHANGE, SHIPPED, "relicensed", "closed")),
    "emptied": (("mit", "words-mit", "words-mit"), told(CHANGE, SHIPPED, "closed")),
    "file-renamed": (("mit", "copying", "copying"), ()),
    "words-then-file": (("saying-mit", "mit", "mit"), ()),
    "archived": (("mit", "archived", "mit"), told(CHANGE, SHIPPED, "archived")),
    "vanishes": (("mit", "missing", "missing"), told(CHANGE, SHIPPED, "gone", "closed")),
    "vanishes-unlicensed": (("unlicensed", "missing", "missing"), told(CHANGE, SHIPPED, "gone")),
    "soon-vanishes": (("soon", "missing", "missing"), told(CHANGE, SOON, "gone")),
    "restored": (
        ("mit", "missing", "mit"),
        (*told(CHANGE, SHIPPED, "gone", "closed"), *told(LATER, BACK, "restored", "opened")),
    ),
    "taken-down": (("mit", "blocked", "mit"), ()),
    "taken-down-then-gone": (("mit", "blocked", "missing"), told(LATER, BACK, "gone", "closed")),
}  # fmt: skip
ON_FORGES = ("soon-ships", "appears", "licensed", "closed-and-opened", "vanishes", "restored", "file-renamed")


@dataclass
class Subject:
    """One paper and one artifact of its authors, through all its states."""

    kind: str
    arxiv_id: str
    reference: str
    """As the paper writes it."""
    truths: list[Truth | None] = field(default_factory=lambda: [None, None, None])
    """At the begin and after each change; None where that reference does not name it."""
    events: list[Told] = field(default_factory=list)
    """Those after the first look."""
    first: tuple[str, ...] | None = None
    """Those of the first look, where they do not follow from the first truth."""
    change: Callable[[], None] = lambda: None
    later: Callable[[], None] = lambda: None


HUB = {
    "model": ("open", "community", "gated", "card", "untagged", "missing", "disabled"),
    "dataset": ("open", "card", "missing"),
    "space": ("open",),
}
HUB_CHANGES: dict[tuple[str, str], tuple[Told, ...]] = {
    ("card", "open"): told(CHANGE, SOON, "shipped"),
    ("missing", "open"): told(CHANGE, SOON, "shipped"),
    ("gated", "community"): (),
    ("open", "community"): told(CHANGE, SHIPPED, "relicensed"),
    ("untagged", "open"): told(CHANGE, SHIPPED, "licensed"),
    ("open", "missing"): told(CHANGE, SHIPPED, "gone"),
}
HUB_FILES = {"model": "model.safetensors", "dataset": "train.parquet", "space": "app.py"}
LICENCES = {"community": ("llama2", "restricted"), "gated": ("llama2", "restricted"), "untagged": ("", "none")}


def hub_shape(kind: str, state: str) -> Shape:
    """A model, dataset or space in a state; a Space's file is code, and shows a demo."""
    if state == "missing":
        return MISSING
    licence, class_ = LICENCES.get(state, ("apache-2.0", "osi"))
    facts: dict[str, Any] = {"createdAt": "2026-06-16T10:00:00.000Z", "disabled": state == "disabled"}
    facts["gated"] = "manual" if state == "gated" else False
    matter = f"---\nlicense: {licence}\n---\n" if licence else ""
    files = {"README.md": f"{matter}# Ours"} | ({} if state == "card" else {HUB_FILES[kind]: "x"})
    content = "readme-only" if state == "card" else "code" if kind == "space" else "data-only"
    truth = ("blocked", "unknown", "unknown") if state == "disabled" else ("present", content, class_)
    return Shape(files, truth, facts)


class Generator:
    """Writes a world and keeps what is true of it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.chance = folder, random.Random(seed)
        self.subjects: list[Subject] = []
        self.lines: list[dict[str, Any]] = []
        self.papers = 0
        self.rivals: list[str] = []

    def paper(self, words: str) -> str:
        """A new paper with this abstract."""
        self.papers += 1
        arxiv_id = f"2606.{self.papers:05}"
        moment = BEGIN - timedelta(hours=28) + timedelta(seconds=17 * self.papers % 80_000)
        self._line(arxiv_id, 1, moment, words, published=f"{moment:%Y-%m-%dT%H:%M:%SZ}")
        return arxiv_id

    def _line(self, arxiv_id: str, n: int, moment: datetime, words: str, **more: Any) -> None:
        number = arxiv_id.partition(".")[2].lstrip("0")
        line = {
            "arxiv_id": arxiv_id,
            "title": f"Tool{number}: learning to do things",
            "abstract": words,
            "version": n,
        }
        line |= {"authors": ["Ann Author", "Bob Builder"], "categories": ["cs.LG"], "comments": None}
        published = next((one["published"] for one in self.lines if one["arxiv_id"] == arxiv_id), None)
        self.lines.append(line | {"published": published, "updated": f"{moment:%Y-%m-%dT%H:%M:%SZ}"} | more)

    def newer(self, arxiv_id: str, day: float, words: str, **more: Any) -> None:
        """A further version of a paper, submitted on a day."""
        n = sum(one["arxiv_id"] == arxiv_id for one in self.lines)
        self._line(arxiv_id, n + 1, BEGIN + timedelta(days=day), words, **more)

    def write(self, where: str, shape: Shape, **facts: Any) -> None:
        """Make a folder of the world show exactly this."""
        place = self.folder / where
        shutil.rmtree(place, ignore_errors=True)
        if shape.files is None:
            return
        place.mkdir(parents=True, exist_ok=True)
        for path, content in shape.files.items():
            (place / "files" / path).parent.mkdir(parents=True, exist_ok=True)
            (place / "files" / path).write_bytes(content.encode())
        name = "info.json" if where.startswith("huggingface") else "repo.json"
        (place / name).write_text(json.dumps({**shape.facts, **facts}))

    def subject(self, kind: str, forge: Forge, words: str = "") -> tuple[Subject, str, int, dict[str, Shape]]:
        """A paper whose abstract links a repository of its own: (subject, folder, its id, all shapes)."""
        number = self.papers + 1
        name = f"lab{number}/Tool{number}"
        ours = self.chance.choice(("Our code is available at {}.", "We release our code at {} .", "Code: {}"))
        words = words or f"We study things. {ours}"
        subject = Subject(kind, self.paper(words.format(forge.url + name)), forge.scheme + name)
        self.subjects.append(subject)
        return subject, f"{forge.folder}/{name}", number, shapes(self.chance)

    def through(
        self, forge: Forge, kind: str, states: tuple[str, str, str], events: tuple[Told, ...] = ()
    ) -> Subject:
        """A repository that goes through three states."""
        subject, where, number, known = self.subject(f"{forge.folder} {kind}", forge)
        begin, middle, end = (known[state] for state in states)
        self.write(where, begin, id=number)
        if middle is not begin:
            subject.change = lambda: self.write(where, middle, id=number)
        if end is not middle:
            subject.later = lambda: self.write(where, end, id=number)
        subject.truths, subject.events = [begin.truth, middle.truth, end.truth], list(events)
        if middle.truth[0] == "blocked" and begin.truth[0] == "present":
            subject.truths[1:] = [None, None]
        return subject

    def shared(self) -> None:
        """One repository of two papers."""
        one = self.through(GITHUB, "shared", *STEPS["licensed"])
        url = f"https://github.com/{one.reference.partition(':')[2]}"
        two = replace(
            one, arxiv_id=self.paper(f"We study more. Our code is available at {url}."), change=lambda: None
        )
        self.subjects.append(two)

    def pushed(self) -> None:
        """Another commit, which changes nothing that is told."""
        subject, where, number, known = self.subject("github pushed", GITHUB)
        shape = known["mit"]
        self.write(where, shape, id=number)
        more = replace(shape, files={**(shape.files or {}), "more.py": "y"})
        subject.change = lambda: self.write(where, more, id=number)
        subject.truths = [shape.truth] * 3

    def renamed(self) -> None:
        """Known under an old name from the start."""
        subject, where, number, known = self.subject("github renamed", GITHUB)
        self.write(f"{where}-new", known["mit"], id=number, moved_from=[where.partition("/")[2]])
        subject.first = ("found", "moved", "shipped", "opened")

    def moves(self, forge: Forge, *, stranger: bool = False, case_only: bool = False) -> None:
        """Moves on; a stranger may take its old name later."""
        subject, where, number, known = self.subject(f"{forge.folder} moves{' then stranger' * stranger}", forge)
        self.write(where, known["mit"], id=number)
        parent, _, name = where.rpartition("/")

        def change() -> None:
            self.write(where, MISSING)
            old = [where.removeprefix(f"{forge.folder}/")]
            new = f"{parent}/{name.upper()}" if case_only else f"{where}-new"
            self.write(new, known["mit"], id=number, **({} if case_only else {"moved_from": old}))

        subject.change, subject.truths[0] = change, known["mit"].truth
        subject.events = [] if case_only else list(told(CHANGE, SHIPPED, "moved"))
        if stranger:
            subject.later = lambda: self.write(where, known["unlicensed"], id=number + 1_000_000)
            subject.events += told(LATER, AGAIN, "replaced")

    def replaced(self, *, by_a_copy: bool) -> None:
        """Deleted, and its name taken by a stranger before anybody looked; perhaps with a copy of the same commit."""
        subject, where, number, known = self.subject(f"github replaced{' by a copy' * by_a_copy}", GITHUB)
        self.write(where, known["mit"], id=number)
        theirs = known["mit" if by_a_copy else "deep"]
        subject.change = lambda: self.write(where, theirs, id=number + 1_000_000)
        subject.truths[0], subject.events = known["mit"].truth, list(told(CHANGE, SHIPPED, "replaced", "closed"))

    def links_later(self, *, promised: bool, comment: bool) -> None:
        """A new version that brings the link."""
        words = "We study things." + " Our code will be released upon acceptance." * promised
        subject, where, number, known = self.subject("github later version", GITHUB, words)
        self.write(where, known["mit"], id=number)
        ours = f"Our code is available at https://github.com/{where.partition('/')[2]}."
        said = {"comments": ours} if comment else {}
        subject.change = lambda: self.newer(
            subject.arxiv_id, CHANGE, words if comment else f"We study things. {ours}", **said
        )
        subject.first, subject.events = (), [*told(CHANGE, SOON, "found"), *SHIPS]
        if promised:
            self.subjects.append(Subject("promise", subject.arxiv_id, "None", first=("promised",)))

    def withdrawn(self) -> None:
        """A paper that is withdrawn, and comes back."""
        subject = self.through(GITHUB, "of a withdrawn paper", ("mit", "mit", "mit"))
        words = str(self.lines[-1]["abstract"])
        paper = Subject("withdrawn", subject.arxiv_id, "None", first=())
        paper.change = lambda: self.newer(paper.arxiv_id, CHANGE, "This paper has been withdrawn.", withdrawn=True)
        paper.later = lambda: self.newer(paper.arxiv_id, LATER, words)
        paper.events = [*told(CHANGE, SOON, "withdrawn"), *told(LATER, BACK, "unwithdrawn")]
        self.subjects.append(paper)

    def hub(self, kind: str, before: str, after: str = "", *, moved: bool = False) -> None:
        """A model, dataset or Space, in a state, or on its way from one to another."""
        number = self.papers + 1
        name, what = (
            f"lab{number}/Tool{number}",
            {"model": "model weights are", "dataset": "dataset is", "space": "demo is"},
        )
        address = f"https://huggingface.co/{'' if kind == 'model' else f'{kind}s/'}{name}"
        arxiv_id = self.paper(f"We study things. Our {what[kind]} available at {address} .")
        begin, end = hub_shape(kind, before), hub_shape(kind, after or before)
        subject = Subject(
            f"hub {kind} {before} {after}", arxiv_id, f"hf-{kind}:{name}", [begin.truth, end.truth, end.truth]
        )
        self.subjects.append(subject)
        where, _id = f"huggingface/{kind}s/{name}", f"{number:024x}"
        self.write(where, begin, _id=_id)
        if after:
            subject.change = lambda: self.write(where, end, _id=_id)
            subject.events = list(HUB_CHANGES[before, after])
        if moved:

            def change() -> None:
                self.write(where, MISSING)
                self.write(f"{where}-new", end, _id=_id, moved_from=[name])

            subject.change, subject.truths, subject.events = change, [begin.truth, None, None], list(told(CHANGE, SHIPPED, "moved"))  # fmt: skip # one step

    def hub_later(self, kind: str) -> None:
        """The authors' model, dataset or Space, days after their code; and a quantisation by others."""
        code = self.through(GITHUB, "before its model", ("mit", "mit", "mit"))
        name, arxiv_id = code.reference.partition(":")[2], code.arxiv_id
        made = {"createdAt": f"{BEGIN + timedelta(days=CHANGE):%Y-%m-%dT%H:%M:%S.000Z}", "gated": False}
        shape = hub_shape(kind, "open")
        shape = replace(shape, facts=made, files={**(shape.files or {}), "README.md": f"---\nlicense: apache-2.0\n---\nPaper: https://arxiv.org/abs/{arxiv_id}"})  # fmt: skip # one card
        later = Subject(
            f"hub {kind} later", arxiv_id, f"hf-{kind}:{name}", [None, shape.truth, shape.truth], first=()
        )
        later.change = lambda: self.write(f"huggingface/{kind}s/{name}", shape)
        later.events = list(told(CHANGE, SOON, "found", "shipped"))
        rival = f"quantiser/Tool{self.papers}-GGUF"
        others = Subject("hub others", arxiv_id, f"hf-{kind}:{rival}", first=())
        tags = [f"arxiv:{arxiv_id}", "license:apache-2.0", f"base_model:{name}", f"base_model:quantized:{name}"]
        others.change = lambda: self.write(f"huggingface/{kind}s/{rival}", shape, tags=tags)
        self.rivals.append(others.reference)
        self.subjects += [later, others]

    def zenodo(self, what: str, licence: str, files: list[str], truth: Truth) -> None:
        """A record, taken away where it has no files."""
        number = 1_000_000 + self.papers
        name = f"10.5281/zenodo.{number}"
        arxiv_id = self.paper(f"We study things. Our {what} is available at https://doi.org/{name} .")
        record: dict[str, Any] = {"created": "2026-06-01T10:00:00+00:00", "files": [{"key": one} for one in files]}
        kind = "software" if what == "code" else "dataset"
        record["metadata"] = {"title": "Ours", "resource_type": {"type": kind}, "license": {"id": licence}}
        (self.folder / "zenodo").mkdir(parents=True, exist_ok=True)
        (self.folder / "zenodo" / f"{number}.json").write_text(json.dumps(record if files else {"status": 410}))
        self.subjects.append(Subject(f"zenodo {what}", arxiv_id, f"zenodo:{name}", [truth] * 3))

    def _kinds(self) -> list[Callable[[], object]]:
        """One call for each kind."""
        added: list[Callable[[], object]] = []
        for forge in FORGES:
            states = [state for state in shapes(self.chance) if state not in forge.lacks]
            added += [partial(self.through, forge, state, (state, state, state)) for state in states]
            added += [
                partial(self.through, forge, name, *STEPS[name])
                for name in (STEPS if forge is GITHUB else ON_FORGES)
            ]
            # The sandbox plays no renames at Bitbucket.
            added += [partial(self.moves, forge)] if forge.folder != "bitbucket" else []
        added += [self.shared, self.pushed, self.renamed, self.withdrawn]
        added += [partial(self.replaced, by_a_copy=copy) for copy in (False, True)]
        added += [partial(self.moves, GITHUB, stranger=True), partial(self.moves, GITHUB, case_only=True)]
        added += [partial(self.links_later, promised=promised, comment=not promised) for promised in (False, True)]
        for kind, found in HUB.items():
            added += [partial(self.hub_later, kind), *(partial(self.hub, kind, state) for state in found)]
        added += [partial(self.hub, "model", before, after) for before, after in HUB_CHANGES]
        added += [
            partial(self.hub, "model", "open", moved=True),
            partial(self.zenodo, "code", "mit", ["code.zip"], ("present", "code", "osi")),
            partial(self.zenodo, "dataset", "cc-by-4.0", ["data.csv"], ("present", "data-only", "open-content")),
            partial(self.zenodo, "dataset", "", [], MISSING.truth),
        ]
        return added

    def fill(self, count: int) -> None:
        """At least `count` papers: kinds in turn, in an order of the seed's."""
        kinds = self._kinds() if count else []
        while self.papers < count:
            self.chance.shuffle(kinds)
            for add in kinds:
                if self.papers < count:
                    add()
        self.flush()

    def fill_github(self) -> None:
        """One repository of each state on GitHub alone."""
        for state in shapes(self.chance):
            self.through(GITHUB, state, (state, state, state))
        self.renamed()
        self.flush()

    def flush(self) -> None:
        """Write the papers as they are now."""
        (self.folder / "papers.jsonl").write_text("".join(json.dumps(one) + "\n" for one in self.lines))

    def turn(self, day: float) -> None:
        """Make the world what it is on the day of a cycle."""
        for first, name in ((SECOND[0], "change"), (THIRD[0], "later")):
            if day == first:
                for one in self.subjects:
                    getattr(one, name)()
                self.flush()


@pytest.fixture
def generate() -> Callable[[Path, int, int], Generator]:
    """`generate(folder, seed, count)`: a generator that has written at least so many papers."""

    def make(folder: Path, seed: int, count: int) -> Generator:
        made = Generator(folder, seed)
        made.fill(count)
        return made

    return make
