"""In which states repositories and Hub artifacts are, and how they change, with the truth of each."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tracker.config_files import config_dir

Truth = tuple[str, str, str]
"""(outcome, content, licence class)."""
ExpectedEvent = tuple[str, float, float]
"""An event: kind, not before this day, not after this one."""
BEGIN = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
CHANGE, LATER = 2.5, 42.5
"""Days on which the world changes."""
SECOND = (3.6, 8.0, 15.0, 33.7, 35.0, 36.5, 41.4)
THIRD = (45.3, 67.5, 69.0)
"""Days of the cycles after the first change, and after the second one."""
SOON, SHIPPED, BACK, AGAIN = 3.6, 33.7, 45.3, 67.5
"""Days by which the plan of checks has checked what was pending and what had shipped, after each change."""


def licence_text(spdx: str) -> str:
    """The full text of a licence, with the placeholders filled in."""
    text = (config_dir() / "licences" / f"{spdx}.txt").read_text("utf-8")
    return text.replace("<year>", "2026").replace("<copyright holders>", "The authors")


MIT, APACHE = licence_text("MIT"), licence_text("Apache-2.0")
OSI = (
    MIT,
    APACHE,
    licence_text("GPL-3.0-only"),
    licence_text("BSD-3-Clause"),
    licence_text("ISC"),
    licence_text("MPL-2.0"),
)
NONCOMMERCIAL, CC_BY = licence_text("CC-BY-NC-4.0"), licence_text("CC-BY-4.0")
LLAMA = "LLAMA 2 COMMUNITY LICENSE AGREEMENT\nLlama 2 Version Release Date: July 18, 2023\n"
CODES = ("train.py", "src/deep/model.py", "main.cpp", "notebooks/run.ipynb", "lib/core/solve.jl", "analysis.R")
PROMISES = (
    "Code coming soon!",
    "The code will be released upon acceptance.",
    "Stay tuned.",
    "Code: TBD",
    "即将开源",
)
LICENCE_SENTENCES = (
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
    """What a repository shows, and the expected result. None as its files: there is no repository."""

    files: dict[str, str] | None
    truth: Truth
    facts: dict[str, Any] = field(default_factory=dict)


MISSING = Shape(None, ("absent", "unknown", "unknown"))


def shapes(chance: random.Random) -> dict[str, Shape]:
    """One repository of each state."""
    code = {chance.choice(CODES): "x", "README.md": "# A tool\n\nHow to train.", ".gitignore": "*.pyc"}
    soon = {"README.md": f"# A tool\n\n{chance.choice(PROMISES)}", "assets/teaser.png": "x"}
    readme_only = {"README.md": "# A paper\n\nSee arXiv.", "LICENSE": MIT}
    licence_file = chance.choice(("LICENSE", "LICENSE.md", "COPYING", "LICENCE.txt", "LICENSE.rst"))
    readme = f"{code['README.md']}\n\n## License\n\n{chance.choice(LICENCE_SENTENCES)}\n"

    def code_repository(class_: str, more: dict[str, str], **facts: Any) -> Shape:
        return Shape({**code, **more}, ("present", "code", class_), facts)

    def repository(content: str, class_: str, files: dict[str, str]) -> Shape:
        return Shape(files, ("present", content, class_))

    def blocked_repository(status: str) -> Shape:
        return Shape({**code, "LICENSE": MIT}, ("blocked", "unknown", "unknown"), {"status": status})

    return {
        "osi": code_repository("osi", {licence_file: chance.choice(OSI)}),
        "mit": code_repository("osi", {"LICENSE": MIT}),
        "apache": code_repository("osi", {"LICENSE": APACHE}),
        "copying": code_repository("osi", {"COPYING": MIT}),
        "crlf": code_repository("osi", {"LICENSE": "\ufeff" + MIT.replace("\n", "\r\n  ")}),
        "deep": repository("code", "osi", {"a/b/c/run.py": "x", "README.md": "# x", "LICENSE": MIT}),
        "restricted": code_repository("restricted", {"LICENSE": NONCOMMERCIAL}),
        "amended": code_repository(
            "restricted", {"LICENSE": f"{MIT}\n\nThe Software may not be used for commercial purposes.\n"}
        ),
        "content": code_repository("open-content", {"LICENSE": CC_BY}),
        "unlicensed": code_repository("none", {}),
        "custom": code_repository("unknown", {"LICENSE": "You may read this. Ask us for everything else."}),
        "choice": code_repository("osi", {"LICENSE-MIT": MIT, "LICENSE-APACHE": APACHE}),
        "code-model": code_repository("osi", {"LICENSE-CODE": MIT, "LICENSE-MODEL": LLAMA}),
        "code-data": code_repository("osi", {"LICENSE": APACHE, "LICENSE-DATA": NONCOMMERCIAL}),
        "saying": code_repository("osi", {"README.md": readme}),
        "saying-mit": code_repository("osi", {"README.md": f"{code['README.md']}\n\n## License\n\nMIT License\n"}),
        "saying-no": code_repository(
            "restricted", {"README.md": f"{code['README.md']}\n\n## License\n\nFor non-commercial use only.\n"}
        ),
        "thanks": code_repository(
            "none",
            {"README.md": f"{code['README.md']}\n\n## Thanks\n\nTo timm, which is under the MIT License.\n"},
        ),
        "metadata-no": code_repository("restricted", {"setup.py": METADATA["setup.py"], "LICENSE": NONCOMMERCIAL}),
        "code-soon": code_repository(
            "osi",
            {
                "README.md": "# A tool\n\nTraining code coming soon.",
                # More than the stubs that stand beside an announcement.
                "tool/net.py": "def layer(x):\n    return x + 1\n" * 120,
                "eval.py": "x",
                "LICENSE": MIT,
            },
        ),
        "page": repository(
            "readme-only", "none", {"index.html": "x", "static/js/x.js": "x", "README.md": "# Our page"}
        ),
        "weights": repository(
            "data-only", "osi", {"README.md": "# Weights", "model.safetensors": "x", "LICENSE": MIT}
        ),
        **{f"metadata {name}": code_repository("osi", {name: text}) for name, text in METADATA.items()},
        "archived": code_repository("osi", {"LICENSE": MIT}, archived=True),
        # Pushed to after it was made: a fork without a commit of its own is not its owner's code.
        "fork": code_repository("osi", {"LICENSE": MIT}, fork=True, pushed_at="2026-06-01T00:00:00Z"),
        "empty": repository("empty", "none", {}),
        "words": repository("readme-only", "none", {"README.md": "# A paper\n\nSee arXiv."}),
        "words-mit": repository("readme-only", "osi", readme_only),
        "soon": repository("placeholder", "none", soon),
        "soon-mit": repository("placeholder", "osi", {**soon, "LICENSE": MIT}),
        "data": repository("data-only", "none", {"README.md": "# Data", "set/train.csv": "1", "test.jsonl": "{}"}),
        "blocked": blocked_repository("blocked"),
        "disabled": blocked_repository("disabled"),
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


def expect_events(when: float, by: float, *kinds: str) -> tuple[ExpectedEvent, ...]:
    """Events of these kinds that happen between two days."""
    return tuple((kind, when, by) for kind in kinds)


SHIPS = expect_events(CHANGE, SOON, "shipped", "opened")
STEPS: dict[str, tuple[tuple[str, str, str], tuple[ExpectedEvent, ...]]] = {
    # name: (state at the begin, after the first change, after the second), events
    "soon-ships": (("soon", "osi", "osi"), (*SHIPS, *expect_events(CHANGE, SOON, "licensed"))),
    "soon-mit-ships": (("soon-mit", "mit", "mit"), SHIPS),
    "soon-ships-restricted": (("soon", "restricted", "restricted"), expect_events(CHANGE, SOON, "shipped", "licensed")),
    "empty-ships": (("empty", "mit", "mit"), (*SHIPS, *expect_events(CHANGE, SOON, "licensed"))),
    "words-ship": (("words", "mit", "mit"), (*SHIPS, *expect_events(CHANGE, SOON, "licensed"))),
    "appears": (("missing", "mit", "mit"), SHIPS),
    "appears-soon": (("missing", "soon-mit", "mit"), (*expect_events(CHANGE, SOON, "placeholder"), *expect_events(LATER, AGAIN, "shipped", "opened"))),
    "unblocked": (("blocked", "mit", "mit"), SHIPS),
    "licensed": (("unlicensed", "mit", "mit"), expect_events(CHANGE, SHIPPED, "licensed", "opened")),
    "licensed-by-words": (("unlicensed", "saying", "saying"), expect_events(CHANGE, SHIPPED, "licensed", "opened")),
    "licensed-at-last": (("custom", "mit", "mit"), expect_events(CHANGE, SHIPPED, "licensed", "opened")),
    "licensed-restricted": (("unlicensed", "restricted", "restricted"), expect_events(CHANGE, SHIPPED, "licensed")),
    "closed-and-opened": (
        ("mit", "restricted", "mit"),
        (*expect_events(CHANGE, SHIPPED, "relicensed", "closed"), *expect_events(LATER, AGAIN, "relicensed", "opened")),
    ),
    "relicensed": (("mit", "apache", "apache"), expect_events(CHANGE, SHIPPED, "relicensed")),
    "unlicensed": (("mit", "unlicensed", "unlicensed"), expect_events(CHANGE, SHIPPED, "relicensed", "closed")),
    "emptied": (("mit", "words-mit", "words-mit"), expect_events(CHANGE, SHIPPED, "closed")),
    "file-renamed": (("mit", "copying", "copying"), ()),
    "words-then-file": (("saying-mit", "mit", "mit"), ()),
    "archived": (("mit", "archived", "mit"), expect_events(CHANGE, SHIPPED, "archived")),
    "vanishes": (("mit", "missing", "missing"), expect_events(CHANGE, SHIPPED, "gone", "closed")),
    "vanishes-unlicensed": (("unlicensed", "missing", "missing"), expect_events(CHANGE, SHIPPED, "gone")),
    "soon-vanishes": (("soon", "missing", "missing"), expect_events(CHANGE, SOON, "gone")),
    "restored": (
        ("mit", "missing", "mit"),
        (*expect_events(CHANGE, SHIPPED, "gone", "closed"), *expect_events(LATER, BACK, "restored", "opened")),
    ),
    "taken-down": (("mit", "blocked", "mit"), ()),
    "taken-down-then-gone": (("mit", "blocked", "missing"), expect_events(LATER, BACK, "gone", "closed")),
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
    events: list[ExpectedEvent] = field(default_factory=list)
    """Those after the first check."""
    first: tuple[str, ...] | None = None
    """Those of the first check, where they do not follow from the first truth."""
    change: Callable[[], None] = lambda: None
    later: Callable[[], None] = lambda: None


HUB = {
    "model": ("open", "community", "gated", "card", "untagged", "missing", "disabled"),
    "dataset": ("open", "card", "missing"),
    "space": ("open",),
}
HUB_CHANGES: dict[tuple[str, str], tuple[ExpectedEvent, ...]] = {
    ("card", "open"): expect_events(CHANGE, SOON, "shipped"),
    ("missing", "open"): expect_events(CHANGE, SOON, "shipped"),
    ("gated", "community"): (),
    ("open", "community"): expect_events(CHANGE, SHIPPED, "relicensed"),
    ("untagged", "open"): expect_events(CHANGE, SHIPPED, "licensed"),
    ("open", "missing"): expect_events(CHANGE, SHIPPED, "gone"),
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
