"""A second world of poison and of honest oddities, written before the rules were read: kinds as in `test_poison`."""

from __future__ import annotations

import textwrap
from typing import Any

from tests.pipeline.run import StartRun
from tests.pipeline.test_poison import CLAIM, OPEN, Poisoned
from tests.pipeline.world import APACHE, MIT, World
from tracker.config_files import config_dir

NOT_READ = frozenset({"licence: list"})
"""Honest oddities that are still lost to unknown. The first run lost 2 of the 40, and called 10 of the 60 attacks open."""
PROGRAM = '"""Trains."""\n\nimport sys\n\n\ndef train(rate):\n    total = 0\n    for step in range(100):\n        total += rate * step\n    return total\n\n\nif __name__ == "__main__":\n    print(train(float(sys.argv[1])))\n'
BSD = (config_dir() / "licences" / "BSD-3-Clause.txt").read_text()
BSD2 = (config_dir() / "licences" / "BSD-2-Clause.txt").read_text()
GPL = (config_dir() / "licences" / "GPL-3.0-only.txt").read_text()
HEAD = "MIT License\n\nCopyright (c) 2026 Ann Author\n\n"
GRANT = MIT[MIT.index("Permission is hereby") :]

POISONED_LICENCES: dict[str, dict[str, str]] = {
    "chinese": {"LICENSE": f"{MIT}\n您不得将本软件用于商业目的。\n"},
    "spanish": {"LICENSE": f"{MIT}\nSolo para uso académico.\n"},
    "japanese": {"LICENSE": f"{MIT}\n本ソフトウェアは研究目的に限る。\n"},
    "companies": {"LICENSE": f"{MIT}\nThe above does not apply to companies.\n"},
    "military": {"LICENSE": f"{MIT}\nPermission is revoked for military use.\n"},
    "production": {"LICENSE": f"{APACHE}\nYou must pay for production use.\n"},
    "fee": {"LICENSE": HEAD + GRANT.replace("free of charge", "for a fee")},
    "students": {"LICENSE": HEAD + GRANT.replace("to any person", "to any student")},
    "no sale": {"LICENSE": HEAD + GRANT.replace("and/or sell", "but not sell")},
    "commons clause": {
        "LICENSE": f"{APACHE}\nThe grant of rights does not include the right to Sell the Software.\n"
    },
    "non-profit": {"LICENSE": f"{BSD}\nFor non-profit purposes only.\n"},
    "html comment": {"LICENSE": f"{MIT}\n<!-- noncommercial only -->\n"},
    "far below": {"LICENSE": MIT + "\n" * 300 + "Evaluation use only.\n"},
    "encoded": {"LICENSE": f"{MIT}\nTm9uLWNvbW1lcmNpYWwgb25seQ==\n"},
    "zero width": {"LICENSE": f"{MIT}\nnon\u200bcommercial use only\n"},
    "edition": {"LICENSE": f"MIT License (research edition)\n\nCopyright (c) 2026 Ann\n\n{GRANT}"},
    "holder": {
        "LICENSE": f"MIT License\n\nCopyright (c) 2026 Ann. All use prohibited without consent.\n\n{GRANT}"
    },
    "second file": {"LICENSE": MIT, "LICENSE.commercial": "Commercial use needs a licence from us.\n"},
    "readme": {"LICENSE": MIT, "README.md": "# Tool\nThis code is for non-commercial use only.\n"},
    "readme names another": {"LICENSE": MIT, "README.md": "# Tool\n## License\nThe code is under CC BY-NC 4.0.\n"},
}
POISONED_FILES: dict[str, dict[str, str]] = {
    "empty package": {"tool/__init__.py": ""},
    "comments": {"train.py": "# To come.\n" * 20},
    "soon": {"main.py": "print('Code coming soon')\n"},
    "stub": {"setup.py": "", "README.md": "# Tool\nThe code will be released after publication.\n"},
    "nothing": {".gitignore": "*.pyc\n"},
    "empty tests": {"tests/test_all.py": "", "tests/__init__.py": ""},
    "page": {"index.html": "<h1>Tool</h1>", "style.css": "h1 {}", "static/js/index.js": "x = 1\n" * 40},
    "empty notebook": {"demo.ipynb": '{"cells": [], "nbformat": 4}'},
    "not implemented": {"model.py": "def run():\n    raise NotImplementedError\n", "README.md": "# Tool\n- [ ] release code\n"},
    "settings": {"configs/base.yaml": "lr: 1\n" * 30, "configs/large.yaml": "lr: 2\n"},
    "requirements": {"requirements.txt": "torch\nnumpy\n"},
    "archive": {"code.zip": "PK" * 500},
    "template": {"src/App.js": "import logo from './logo.svg';\nimport './App.css';\n\nfunction App() {\n  return (\n    <p>Edit <code>src/App.js</code> and save to reload.</p>\n  );\n}\n", "package.json": '{"name": "my-app", "scripts": {"start": "react-scripts start"}}'},
    "figures": {"figures/a.svg": "<svg/>", "paper.tex": "\\documentclass{article}\n" * 20},
}  # fmt: skip
POISONED_WORDS = (
    "Code of [7] is available at {0}.",
    "We use the official implementation at {0}.",
    "Baseline code: {0}.",
    "The software of Jones et al. is available at {0}.",
    "We thank the authors of FastNet for releasing their code ({0}).",
    "An unofficial implementation is at {0}.",
    "Code for the planner of Lee et al. is available at {0}.",
    "Our code is based on {0}.",
    "We forked the engine at {0} for our tests.",
    "Follow-up work by others releases code at {0}.",
    "For a reimplementation by the community see {0}.",
    "Their code is open source at {0}.",
    "The competitors' code is available at {0}.",
    "Experiments run on the simulator {0}, which Smith et al. released.",
    "Weights and code of the compared method are public: {0}.",
    "All models were taken from {0}.",
)
FAMOUS = ("tensorflow/tensorflow", "keras-team/keras", "microsoft/DeepSpeed", "scikit-learn/scikit-learn",
          "numpy/numpy", "facebookresearch/faiss")  # fmt: skip

HONEST_LICENCES: dict[str, dict[str, str]] = {
    "contact": {"LICENSE": f"{MIT}\nContact: ann@example.org\n"},
    "citation": {"LICENSE": f"{MIT}\nIf you use this code, please cite our paper.\n"},
    "years": {"LICENSE": f"MIT License\n\nCopyright (c) 2024-2026 The Authors of Tool\n\n{GRANT}"},
    "markdown": {"LICENSE.md": f"# MIT License\n\nCopyright (c) 2026 Ann Author\n\n{GRANT}"},
    "line ends": {"LICENSE": (HEAD + GRANT).replace("\n", "\r\n")},
    "notice": {"LICENSE": APACHE, "NOTICE": "Tool\nCopyright 2026 Ann Author\n"},
    "identifier": {"LICENSE": f"SPDX-License-Identifier: MIT\n\n{HEAD}{GRANT}"},
    "third parties": {"LICENSE": f"{MIT}\nSee NOTICE for third-party software.\n"},
    "list": {"LICENSE": f"{MIT}\nThird-party software:\n- numpy: BSD-3-Clause\n- requests: Apache-2.0\n"},
    "capitals": {"LICENSE": (HEAD + GRANT).upper()},
    "narrow": {"LICENSE": HEAD + "\n\n".join(textwrap.fill(part, 50) for part in GRANT.split("\n\n"))},
    "university": {"LICENSE": BSD.replace("<year>", "2026").replace("<owner>", "University of Somewhere")},
    "two clauses": {"LICENSE": BSD2},
    "mark": {"LICENSE": f"\ufeff{HEAD}{GRANT}"},
    "copying": {"COPYING": GPL},
    "licence": {"LICENCE.txt": HEAD + GRANT},
}
HONEST_FILES: dict[str, dict[str, str]] = {
    "one script": {"run.py": PROGRAM},
    "notebook": {"demo.ipynb": '{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, "source": ["import numpy as np\\n", "x = np.arange(10)\\n", "print(x.sum())\\n", "y = x * 2\\n"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'},
    "r": {"analysis.R": "library(lme4)\nfit <- lmer(y ~ x + (1 | g), data = read.csv('d.csv'))\nprint(summary(fit))\n" * 3},
    "julia": {"src/Tool.jl": "module Tool\nexport f\nf(x) = sum(abs2, x) / length(x)\nfunction g(x)\n    return f(x) + 1\nend\nend\n"},
    "header": {"include/tool.hpp": "#pragma once\n#include <vector>\nnamespace tool {\ninline int sum(const std::vector<int>& v) {\n  int s = 0;\n  for (int x : v) s += x;\n  return s;\n}\n}\n"},
    "shell": {"run.sh": "#!/bin/bash\nset -e\nfor seed in 1 2 3; do\n  curl -s https://example.org/$seed > out.$seed\n  sort out.$seed | uniq -c > counted.$seed\ndone\n"},
    "matlab": {"main.m": "function y = main(x)\n% Solve.\ny = zeros(size(x));\nfor k = 1:numel(x)\n  y(k) = x(k)^2 + 1;\nend\nend\n"},
    "lean": {"Main.lean": "theorem two : 1 + 1 = 2 := by\n  rfl\n\ntheorem swap (a b : Nat) : a + b = b + a := by\n  exact Nat.add_comm a b\n"},
}  # fmt: skip
HONEST_WORDS = (
    "Code: {0}",
    "Source code is released at {0} under the MIT license.",
    "Our implementation is open source: {0}.",
    "We release code and models ({0}).",
    "The code to reproduce all experiments is available at {0}.",
    "We make our code publicly available at {0}/tree/main.",
    "Unlike the baseline https://github.com/base/line, our code ({0}) is fast.",
    "We compare with https://github.com/base/line. Our code is at {0}.",
    "Code is at {0}; baselines are from https://github.com/base/line.",
    "Our open-source code is hosted at {0}. We build on https://github.com/base/line.",
)
ACCOUNTS = ("u-1138", "a", "lab-of-many-words-and-more", "x0x0x0", "newcomer2026", "TheOrg")


def add_poison(made: Poisoned) -> None:
    for number, (kind, files) in enumerate(POISONED_LICENCES.items()):
        name = f"licensed{number}/tool"
        made.world.repository(name, {"README.md": "# Tool\nHow to train.", "train.py": PROGRAM, **files})
        made.paper(f"licence: {kind}", CLAIM.format(f"https://github.com/{name}"))
    for number, (kind, files) in enumerate(POISONED_FILES.items()):
        name = f"filed{number}/tool"
        made.world.repository(name, {"README.md": "# Tool", "LICENSE": MIT, **files})
        made.paper(f"files: {kind}", CLAIM.format(f"https://github.com/{name}"))
    for number, words in enumerate(POISONED_WORDS):
        name = f"other{number}/tool"
        arxiv_id = made.paper(f"words: {words}", f"We study things. {words.format(f'https://github.com/{name}')}")
        made.repository(name, f"# Tool\nUsed in arXiv:{arxiv_id}")
    for name in FAMOUS:
        made.paper("famous", CLAIM.format(made.repository(name, "# A library")))
    packed: tuple[dict[str, Any], ...] = (
        {"files": ["code.tar.gz"]},
        {"files": ["code.zip"], "packed": {"notes.txt": "words\n" * 50}},
        {"files": ["code.zip"], "packed": {"README.md": "# Tool", "data.csv": "1,2\n" * 50}},
        {"files": ["code.zip"], "packed": {"run.py": "", "model.py": "\n"}},
    )
    for number, facts in enumerate(packed):
        made.paper("deposit", CLAIM.format(made.deposit(5_000 + number, **facts)))


def add_oddities(made: Poisoned) -> None:
    made.repository("base/line", "# Baseline")
    for number, (kind, files) in enumerate(HONEST_LICENCES.items()):
        name = f"free{number}/tool"
        made.world.repository(name, {"README.md": "# Tool\nHow to train.", "train.py": PROGRAM, **files})
        made.paper(f"licence: {kind}", CLAIM.format(f"https://github.com/{name}"), honest=True)
    for number, (kind, files) in enumerate(HONEST_FILES.items()):
        name = f"small{number}/tool"
        made.world.repository(name, {"README.md": "# Tool", "LICENSE": MIT, **files})
        made.paper(f"files: {kind}", CLAIM.format(f"https://github.com/{name}"), honest=True)
    for number, words in enumerate(HONEST_WORDS):
        made.world.repository(f"said{number}/tool", OPEN)
        text = f"We study things. {words.format(f'https://github.com/said{number}/tool')}"
        made.paper(f"words: {words}", text, honest=True)
    for name in ACCOUNTS:
        made.paper("account", CLAIM.format(made.repository(f"{name}/tool")), honest=True)


def test_a_second_world_of_poison(world: World, start_run: StartRun) -> None:
    made = Poisoned(world)
    add_poison(made)
    add_oddities(made)
    assert (len(made.poison), len(made.honest)) == (60, 40)
    world.paper(made.number + 1, "The last one ships nothing.")
    with start_run(TRACKER_LIMITS__FULL_TEXTS_PER_DAY="0") as run:
        run.cycle()
        states = run.states()
    wrongly = {kind: states[paper] for paper, kind in made.poison.items() if states[paper] == "open"}
    lost = {kind: states[paper] for paper, kind in made.honest.items() if states[paper] != "open"}
    assert (wrongly.keys(), lost.keys() - NOT_READ) == (set(), set())
