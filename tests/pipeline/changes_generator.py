"""Papers whose repositories are in all states, written as a world that changes with the days."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tests.pipeline.changes_shapes import (
    AGAIN,
    BACK,
    BEGIN,
    CHANGE,
    FORGES,
    GITHUB,
    HUB,
    HUB_CHANGES,
    LATER,
    MISSING,
    ON_FORGES,
    SECOND,
    SHIPPED,
    SHIPS,
    SOON,
    STEPS,
    THIRD,
    Forge,
    Shape,
    Subject,
    Told,
    Truth,
    hub_shape,
    shapes,
    told,
)


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
        published = next((known["published"] for known in self.lines if known["arxiv_id"] == arxiv_id), None)
        self.lines.append(line | {"published": published, "updated": f"{moment:%Y-%m-%dT%H:%M:%SZ}"} | more)

    def newer(self, arxiv_id: str, day: float, words: str, **more: Any) -> None:
        """A further version of a paper, submitted on a day."""
        n = sum(line["arxiv_id"] == arxiv_id for line in self.lines)
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
        """Deleted, and its name taken by a stranger before anybody looked; perhaps with a copy of the same
        commit."""
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
        record: dict[str, Any] = {
            "created": "2026-06-01T10:00:00+00:00",
            "files": [{"key": file} for file in files],
        }
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
        (self.folder / "papers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in self.lines))

    def turn(self, day: float) -> None:
        """Make the world what it is on the day of a cycle."""
        for first, name in ((SECOND[0], "change"), (THIRD[0], "later")):
            if day == first:
                for subject in self.subjects:
                    getattr(subject, name)()
                self.flush()
