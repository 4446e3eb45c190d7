"""Writes a sandbox world of papers whose repositories are in every state and change on set days."""

from __future__ import annotations

import json
import random
import shutil
import zipfile
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
    ExpectedEvent,
    Forge,
    Shape,
    Subject,
    Truth,
    expect_events,
    hub_shape,
    shapes,
)


class Generator:
    """Writes a world and records what the worker is expected to store of it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.chance = folder, random.Random(seed)
        self.subjects: list[Subject] = []
        self.lines: list[dict[str, Any]] = []
        self.papers = 0
        self.rivals: list[str] = []

    def add_paper(self, abstract: str) -> str:
        """Add a paper with this abstract; returns its arXiv id."""
        self.papers += 1
        arxiv_id = f"2606.{self.papers:05}"
        moment = BEGIN - timedelta(hours=28) + timedelta(seconds=17 * self.papers % 80_000)
        self._line(arxiv_id, 1, moment, abstract, published=f"{moment:%Y-%m-%dT%H:%M:%SZ}")
        return arxiv_id

    def _line(self, arxiv_id: str, n: int, moment: datetime, abstract: str, **facts: Any) -> None:
        number = arxiv_id.partition(".")[2].lstrip("0")
        line = {
            "arxiv_id": arxiv_id,
            "title": f"Tool{number}: learning to do things",
            "abstract": abstract,
            "version": n,
        }
        line |= {"authors": ["Ann Author", "Bob Builder"], "categories": ["cs.LG"], "comments": None}
        published = next((earlier["published"] for earlier in self.lines if earlier["arxiv_id"] == arxiv_id), None)
        self.lines.append(line | {"published": published, "updated": f"{moment:%Y-%m-%dT%H:%M:%SZ}"} | facts)

    def add_version(self, arxiv_id: str, day: float, abstract: str, **facts: Any) -> None:
        """Add a version of a paper, submitted on a day."""
        n = sum(line["arxiv_id"] == arxiv_id for line in self.lines)
        self._line(arxiv_id, n + 1, BEGIN + timedelta(days=day), abstract, **facts)

    def write_folder(self, folder: str, shape: Shape, **facts: Any) -> None:
        """Write a folder of the world anew, in this shape."""
        target = self.folder / folder
        shutil.rmtree(target, ignore_errors=True)
        if shape.files is None:
            return
        target.mkdir(parents=True, exist_ok=True)
        for path, content in shape.files.items():
            (target / "files" / path).parent.mkdir(parents=True, exist_ok=True)
            (target / "files" / path).write_bytes(content.encode())
        name = "info.json" if folder.startswith("huggingface") else "repo.json"
        (target / name).write_text(json.dumps({**shape.facts, **facts}))

    def add_subject(
        self, kind: str, forge: Forge, sentence: str = ""
    ) -> tuple[Subject, str, int, dict[str, Shape]]:
        """Add a paper whose abstract links its own repository; returns (subject, folder, id, shapes by state)."""
        number = self.papers + 1
        name = f"lab{number}/Tool{number}"
        ours = self.chance.choice(("Our code is available at {}.", "We release our code at {} .", "Code: {}"))
        sentence = sentence or f"We study things. {ours}"
        subject = Subject(kind, self.add_paper(sentence.format(forge.url + name)), forge.scheme + name)
        self.subjects.append(subject)
        return subject, f"{forge.folder}/{name}", number, shapes(self.chance)

    def add_repository(
        self, forge: Forge, kind: str, states: tuple[str, str, str], events: tuple[ExpectedEvent, ...] = ()
    ) -> Subject:
        """Add a repository that goes through three states."""
        subject, folder, number, by_state = self.add_subject(f"{forge.folder} {kind}", forge)
        begin, middle, end = (by_state[state] for state in states)
        self.write_folder(folder, begin, id=number)
        if middle is not begin:
            subject.change = lambda: self.write_folder(folder, middle, id=number)
        if end is not middle:
            subject.later = lambda: self.write_folder(folder, end, id=number)
        subject.truths, subject.events = [begin.truth, middle.truth, end.truth], list(events)
        if middle.truth[0] == "blocked" and begin.truth[0] == "present":
            subject.truths[1:] = [None, None]
        return subject

    def add_shared(self) -> None:
        """Add one repository that two papers link."""
        first = self.add_repository(GITHUB, "shared", *STEPS["licensed"])
        url = f"https://github.com/{first.reference.partition(':')[2]}"
        second = replace(
            first, arxiv_id=self.add_paper(f"We study more. Our code is available at {url}."), change=lambda: None
        )
        self.subjects.append(second)

    def add_pushed(self) -> None:
        """Add a repository with another commit, which changes no stored fact."""
        subject, folder, number, by_state = self.add_subject("github pushed", GITHUB)
        shape = by_state["mit"]
        self.write_folder(folder, shape, id=number)
        more = replace(shape, files={**(shape.files or {}), "more.py": "y"})
        subject.change = lambda: self.write_folder(folder, more, id=number)
        subject.truths = [shape.truth] * 3

    def add_renamed(self) -> None:
        """Add a repository that a paper links by its old name from the start."""
        subject, folder, number, by_state = self.add_subject("github renamed", GITHUB)
        self.write_folder(f"{folder}-new", by_state["mit"], id=number, moved_from=[folder.partition("/")[2]])
        subject.first = ("found", "moved", "shipped", "opened")

    def add_moving(self, forge: Forge, *, stranger: bool = False, case_only: bool = False) -> None:
        """Add a repository that moves to a new name; a stranger may take its old name later."""
        subject, folder, number, by_state = self.add_subject(
            f"{forge.folder} moves{' then stranger' * stranger}", forge
        )
        self.write_folder(folder, by_state["mit"], id=number)
        parent, _, name = folder.rpartition("/")

        def change() -> None:
            self.write_folder(folder, MISSING)
            old = [folder.removeprefix(f"{forge.folder}/")]
            new = f"{parent}/{name.upper()}" if case_only else f"{folder}-new"
            self.write_folder(new, by_state["mit"], id=number, **({} if case_only else {"moved_from": old}))

        subject.change, subject.truths[0] = change, by_state["mit"].truth
        subject.events = [] if case_only else list(expect_events(CHANGE, SHIPPED, "moved"))
        if stranger:
            subject.later = lambda: self.write_folder(folder, by_state["unlicensed"], id=number + 1_000_000)
            subject.events += expect_events(LATER, AGAIN, "replaced")

    def add_replaced(self, *, by_a_copy: bool) -> None:
        """Add a repository that is deleted and whose name a stranger takes before the next check, perhaps with a
        copy of the same commit."""
        subject, folder, number, by_state = self.add_subject(f"github replaced{' by a copy' * by_a_copy}", GITHUB)
        self.write_folder(folder, by_state["mit"], id=number)
        theirs = by_state["mit" if by_a_copy else "deep"]
        subject.change = lambda: self.write_folder(folder, theirs, id=number + 1_000_000)
        subject.truths[0], subject.events = (
            by_state["mit"].truth,
            list(expect_events(CHANGE, SHIPPED, "replaced", "closed")),
        )

    def add_late_link(self, *, promised: bool, comment: bool) -> None:
        """Add a paper whose second version brings the link."""
        abstract = "We study things." + " Our code will be released upon acceptance." * promised
        subject, folder, number, by_state = self.add_subject("github later version", GITHUB, abstract)
        self.write_folder(folder, by_state["mit"], id=number)
        ours = f"Our code is available at https://github.com/{folder.partition('/')[2]}."
        metadata = {"comments": ours} if comment else {}
        subject.change = lambda: self.add_version(
            subject.arxiv_id, CHANGE, abstract if comment else f"We study things. {ours}", **metadata
        )
        subject.first, subject.events = (), [*expect_events(CHANGE, SOON, "found"), *SHIPS]
        if promised:
            self.subjects.append(Subject("promise", subject.arxiv_id, "None", first=("promised",)))

    def add_withdrawn(self) -> None:
        """Add a paper that is withdrawn and comes back."""
        subject = self.add_repository(GITHUB, "of a withdrawn paper", ("mit", "mit", "mit"))
        abstract = str(self.lines[-1]["abstract"])
        paper = Subject("withdrawn", subject.arxiv_id, "None", first=())
        paper.change = lambda: self.add_version(
            paper.arxiv_id, CHANGE, "This paper has been withdrawn.", withdrawn=True
        )
        paper.later = lambda: self.add_version(paper.arxiv_id, LATER, abstract)
        paper.events = [*expect_events(CHANGE, SOON, "withdrawn"), *expect_events(LATER, BACK, "unwithdrawn")]
        self.subjects.append(paper)

    def add_hub_artifact(self, kind: str, before: str, after: str = "", *, moved: bool = False) -> None:
        """Add a model, dataset or Space that stays in a state or changes to another."""
        number = self.papers + 1
        name, phrases = (
            f"lab{number}/Tool{number}",
            {"model": "model weights are", "dataset": "dataset is", "space": "demo is"},
        )
        address = f"https://huggingface.co/{'' if kind == 'model' else f'{kind}s/'}{name}"
        arxiv_id = self.add_paper(f"We study things. Our {phrases[kind]} available at {address} .")
        begin, end = hub_shape(kind, before), hub_shape(kind, after or before)
        subject = Subject(
            f"hub {kind} {before} {after}", arxiv_id, f"hf-{kind}:{name}", [begin.truth, end.truth, end.truth]
        )
        self.subjects.append(subject)
        folder, _id = f"huggingface/{kind}s/{name}", f"{number:024x}"
        self.write_folder(folder, begin, _id=_id)
        if after:
            subject.change = lambda: self.write_folder(folder, end, _id=_id)
            subject.events = list(HUB_CHANGES[before, after])
        if moved:

            def change() -> None:
                self.write_folder(folder, MISSING)
                self.write_folder(f"{folder}-new", end, _id=_id, moved_from=[name])

            subject.change, subject.truths, subject.events = change, [begin.truth, None, None], list(expect_events(CHANGE, SHIPPED, "moved"))  # fmt: skip # one step

    def add_late_hub_artifact(self, kind: str) -> None:
        """Add the authors' model, dataset or Space, days after their code, and a quantisation by others."""
        code = self.add_repository(GITHUB, "before its model", ("mit", "mit", "mit"))
        name, arxiv_id = code.reference.partition(":")[2], code.arxiv_id
        facts = {"createdAt": f"{BEGIN + timedelta(days=CHANGE):%Y-%m-%dT%H:%M:%S.000Z}", "gated": False}
        shape = hub_shape(kind, "open")
        shape = replace(shape, facts=facts, files={**(shape.files or {}), "README.md": f"---\nlicense: apache-2.0\n---\nPaper: https://arxiv.org/abs/{arxiv_id}"})  # fmt: skip # one card
        later = Subject(
            f"hub {kind} later", arxiv_id, f"hf-{kind}:{name}", [None, shape.truth, shape.truth], first=()
        )
        later.change = lambda: self.write_folder(f"huggingface/{kind}s/{name}", shape)
        later.events = list(expect_events(CHANGE, SOON, "found", "shipped"))
        rival = f"quantiser/Tool{self.papers}-GGUF"
        by_others = Subject("hub others", arxiv_id, f"hf-{kind}:{rival}", first=())
        tags = [f"arxiv:{arxiv_id}", "license:apache-2.0", f"base_model:{name}", f"base_model:quantized:{name}"]
        by_others.change = lambda: self.write_folder(f"huggingface/{kind}s/{rival}", shape, tags=tags)
        self.rivals.append(by_others.reference)
        self.subjects += [later, by_others]

    def add_zenodo_record(
        self, release: str, licence: str, files: list[str], truth: Truth, *, listed: bool = False
    ) -> None:
        """Add a Zenodo record; one without files was taken away. `listed`: its first file is an archive that can be
        listed."""
        number = 1_000_000 + self.papers
        name = f"10.5281/zenodo.{number}"
        arxiv_id = self.add_paper(f"We study things. Our {release} is available at https://doi.org/{name} .")
        record: dict[str, Any] = {
            "created": "2026-06-01T10:00:00+00:00",
            "files": [{"key": file} for file in files],
        }
        kind = "software" if release == "code" else "dataset"
        record["metadata"] = {"title": "Ours", "resource_type": {"type": kind}, "license": {"id": licence}}
        (self.folder / "zenodo").mkdir(parents=True, exist_ok=True)
        if listed:
            place = self.folder / "zenodo" / str(number) / "files"
            place.mkdir(parents=True)
            with zipfile.ZipFile(place / files[0], "w") as archive:
                archive.writestr("tool-1.0/train.py", "print(1)\n" * 99)
        (self.folder / "zenodo" / f"{number}.json").write_text(json.dumps(record if files else {"status": 410}))
        self.subjects.append(Subject(f"zenodo {release}", arxiv_id, f"zenodo:{name}", [truth] * 3))

    def _list_kinds(self) -> list[Callable[[], object]]:
        """One call for each kind of subject."""
        added: list[Callable[[], object]] = []
        for forge in FORGES:
            states = [state for state in shapes(self.chance) if state not in forge.lacks]
            added += [partial(self.add_repository, forge, state, (state, state, state)) for state in states]
            added += [
                partial(self.add_repository, forge, name, *STEPS[name])
                for name in (STEPS if forge is GITHUB else ON_FORGES)
            ]
            # The sandbox supports no renames at Bitbucket.
            added += [partial(self.add_moving, forge)] if forge.folder != "bitbucket" else []
        added += [self.add_shared, self.add_pushed, self.add_renamed, self.add_withdrawn]
        added += [partial(self.add_replaced, by_a_copy=copy) for copy in (False, True)]
        added += [
            partial(self.add_moving, GITHUB, stranger=True),
            partial(self.add_moving, GITHUB, case_only=True),
        ]
        added += [
            partial(self.add_late_link, promised=promised, comment=not promised) for promised in (False, True)
        ]
        for kind, hub_states in HUB.items():
            added += [
                partial(self.add_late_hub_artifact, kind),
                *(partial(self.add_hub_artifact, kind, state) for state in hub_states),
            ]
        added += [partial(self.add_hub_artifact, "model", before, after) for before, after in HUB_CHANGES]
        added += [
            partial(self.add_hub_artifact, "model", "open", moved=True),
            partial(self.add_zenodo_record, "code", "mit", ["code.zip"], ("present", "code", "osi"), listed=True),
            partial(self.add_zenodo_record, "code", "mit", ["code.zip"], ("present", "unknown", "osi")),
            partial(
                self.add_zenodo_record,
                "dataset",
                "cc-by-4.0",
                ["data.csv"],
                ("present", "data-only", "open-content"),
            ),
            partial(self.add_zenodo_record, "dataset", "", [], MISSING.truth),
        ]
        return added

    def fill(self, count: int) -> None:
        """Add at least `count` papers, of all kinds in turn, in an order that the seed decides."""
        kinds = self._list_kinds() if count else []
        while self.papers < count:
            self.chance.shuffle(kinds)
            for add in kinds:
                if self.papers < count:
                    add()
        self.write_papers()

    def fill_github(self) -> None:
        """Add one GitHub repository in each state."""
        for state in shapes(self.chance):
            self.add_repository(GITHUB, state, (state, state, state))
        self.add_renamed()
        self.write_papers()

    def write_papers(self) -> None:
        """Write the papers as they are now."""
        (self.folder / "papers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in self.lines))

    def advance_to(self, day: float) -> None:
        """Make the changes that precede the cycle of a day."""
        for first, name in ((SECOND[0], "change"), (THIRD[0], "later")):
            if day == first:
                for subject in self.subjects:
                    getattr(subject, name)()
                self.write_papers()
