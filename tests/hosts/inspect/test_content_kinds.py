"""What a repository holds, kind by kind: files with their sizes, the README, the host's language, and what follows.

Sources of the rules: GitHub Linguist 9.6.0 (languages.yml, documentation.yml, vendor.yml) for what a program is, the
templates of Vite, Next.js, Create React App and Nerfies for what a page is, docs/openness.md for the words.
"""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.terms import Content, Fact
from tracker.hosts.inspect.code_files import is_stub, scripts_to_read
from tracker.hosts.inspect.content import read_content
from tracker.hosts.inspect.data_files import is_archive, may_hold_code
from tracker.hosts.inspect.known_files import is_known_benchmark, is_plain_list, is_pretrained_model
from tracker.hosts.inspect.languages import FileKind, language_table

CODE, WEIGHTS, DATA = Fact.CODE, Fact.WEIGHTS, Fact.DATA
SOON = "# A method\n\nThe code will be released soon.\n"
PLAIN = "# A method\n"


def sizes(text: str) -> dict[str, int | None]:
    """The files of a text: paths separated by spaces, each with `=BYTES` or, without it, 5,000 bytes."""
    parts = (path.partition("=") for path in text.split())
    return {path: int(size) if size else 5_000 for path, _, size in parts}


LANGUAGES = (
    "model.nlogo solve.lp model.mzn App.svelte main.nf Spec.tla proof.dfy shader.glsl unit.pas app.d model.als plan.gms"
    " rules.smk Snakefile prog.pl core.v tool.m run.jl main.f90 run.do kernel.cu design.sv model.stan net.lua fit.sas"
    " proof.lean thy.thy a.agda kernel.mojo sim.mo domain.pddl lib.rkt x.erl y.ex z.hs w.ml k.kt s.swift t.scala"
    " u.nim v.zig c.cbl p.pro g.gd q.qs notebook.ipynb report.Rmd paper.qmd live.mlx query.cypher rules.clp x.hip s.metal"
)


@pytest.mark.parametrize("name", LANGUAGES.split())
def test_every_language_of_programs_is_code(name):
    assert read_content({"README.md": 100, name: 3_000}, PLAIN).content is Content.CODE


NO_PROGRAMS = (
    "README.md paper.tex refs.bib style.sty plot.gp fig.eps page.html style.css conf.yaml x.toml a.ini notes.org s.rst"
    " Dockerfile CMakeLists.txt download.sh install.bat env.ps1 setup.py conf.py __init__.py Gemfile x.proto y.graphql"
    " vite.config.ts next.config.js types.d.ts a.min.js package.json"
)


@pytest.mark.parametrize("name", NO_PROGRAMS.split())
def test_what_only_describes_or_builds_is_no_code(name):
    assert read_content({"README.md": 100, name: 3_000}, PLAIN).content in (Content.README_ONLY, Content.DATA_ONLY)


# Endings that a program shares with something else: the language that the host counts decides.
@pytest.mark.parametrize(
    ("name", "language", "kind"),
    [
        ("llncs.cls", "TeX", FileKind.OTHER),
        ("llncs.cls", None, FileKind.OTHER),
        ("Main.cls", "Apex", FileKind.PROGRAM),
        ("a.inc", None, FileKind.OTHER),
        ("a.inc", "PHP", FileKind.PROGRAM),
        ("a.mod", "AMPL", FileKind.PROGRAM),
        ("a.mod", "XML", FileKind.OTHER),
        ("a.ts", None, FileKind.WEB),
        ("a.ts", "TypeScript", FileKind.WEB),
        ("a.rs", "Rust", FileKind.PROGRAM),
        ("a.rs", "XML", FileKind.OTHER),
        ("a.sql", "PLpgSQL", FileKind.OTHER),
        ("a.md", "GCC Machine Description", FileKind.OTHER),
        ("a.pkl", "Pkl", FileKind.OTHER),
        ("a.nb", None, FileKind.PROGRAM),
        ("a.d", None, FileKind.PROGRAM),
        ("a.als", None, FileKind.PROGRAM),
        ("a.l", "Roff", FileKind.OTHER),
        ("makefile", None, FileKind.AUXILIARY),
    ],
)
def test_the_hosts_language_decides_what_an_ending_means(name, language, kind):
    assert language_table().kind(name, language) is kind


CASES = [
    # --- scripts that build or run something: code where the host says that the repository is about them
    ("README.md Makefile", PLAIN, {"language": "Makefile"}, Content.CODE, ()),
    ("README.md Makefile paper.tex", PLAIN, {"language": "Makefile"}, Content.README_ONLY, ()),
    ("README.md pipeline.sh stats.sh", PLAIN, {"language": "Shell"}, Content.CODE, ()),
    ("README.md download_data.sh", PLAIN, {"language": "Shell"}, Content.README_ONLY, ()),
    ("README.md get_weights.sh setup_env.sh", PLAIN, {"language": "Shell"}, Content.README_ONLY, ()),
    ("README.md run.sh data/train.csv", PLAIN, {}, Content.DATA_ONLY, (DATA,)),
    # --- a language that no listed file explains: a program without a known ending
    ("README.md simulate", PLAIN, {"counted": ["Python"]}, Content.CODE, ()),
    ("README.md setup.py", PLAIN, {"counted": ["Python"]}, Content.README_ONLY, ()),
    ("README.md index.html", PLAIN, {"counted": ["JavaScript"]}, Content.README_ONLY, ()),
    ("README.md main.tex", PLAIN, {"counted": ["TeX"]}, Content.README_ONLY, ()),
    # --- documents and pages
    ("README.md docs/demo.py", PLAIN, {}, Content.CODE, ()),
    ("README.md doc/tutorial.ipynb", PLAIN, {}, Content.CODE, ()),
    ("README.md docs/demo.py docs/index.html", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md docs/demo.py docs/_config.yml", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md docs/demo.py docs/CNAME", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md index.html static/js/viewer.js", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md index.html media/make_figures.py", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md media/make_figures.py", PLAIN, {}, Content.CODE, ()),
    ("README.md docs/conf.py docs/index.rst", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md docs/x.js", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md src/main.py docs/index.html docs/_config.yml", PLAIN, {}, Content.CODE, ()),
    ("README.md node_modules/a/b.py vendor/c.py third_party/d.cpp", PLAIN, {}, Content.README_ONLY, ()),
    ("_config.yml _plugins/x.rb _layouts/a.html index.md", PLAIN, {}, Content.README_ONLY, ()),
    # --- the source of a web page
    ("package.json vite.config.ts index.html src/App.tsx src/main.tsx", PLAIN, {}, Content.UNKNOWN, ()),
    ("package.json vite.config.ts index.html src/App.tsx src/main.tsx", SOON, {}, Content.PLACEHOLDER, ()),
    ("package.json next.config.js pages/index.js pages/_app.js", PLAIN, {}, Content.UNKNOWN, ()),
    ("package.json index.html src/App.vue src/main.js", PLAIN, {}, Content.UNKNOWN, ()),
    ("package.json astro.config.mjs src/pages/index.astro", PLAIN, {}, Content.UNKNOWN, ()),
    ("index.html app.ts style.css", PLAIN, {"repository": "project-page"}, Content.UNKNOWN, ()),
    ("index.html tool.py", PLAIN, {"repository": "ann.github.io"}, Content.UNKNOWN, ()),
    ("tool.py README.md", PLAIN, {"repository": "ann.github.io"}, Content.CODE, ()),
    ("package.json vite.config.ts src/App.tsx server/model.py", PLAIN, {}, Content.CODE, ()),
    # A builder of the documentation says nothing of the program beside it.
    ("package.json docs/vite.config.ts src/App.tsx", PLAIN, {}, Content.CODE, ()),
    (
        "package.json vite.config.ts index.html " + " ".join(f"src/views/V{n}.tsx" for n in range(30)),
        PLAIN,
        {},
        Content.CODE,
        (),
    ),
    ("package.json lib/index.js lib/parse.js", PLAIN, {}, Content.CODE, ()),
    # --- templates without changes
    ("README.md src/main.py", "# Project Title\n\nOne paragraph.", {}, Content.UNKNOWN, ()),
    ("README.md src/main.py", "# <your project>\n", {}, Content.UNKNOWN, ()),
    ("README.md src/main.py", "# My Paper Title\n", {}, Content.UNKNOWN, ()),
    (
        "README.md src/App.js",
        "This project was bootstrapped with [Create React App](https://x).",
        {},
        Content.UNKNOWN,
        (),
    ),
    ("README.md {{cookiecutter.name}}/main.py", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md src/main.py", "# Template matching for satellites\n", {}, Content.CODE, ()),
    # --- sizes
    ("README.md train.py=0", PLAIN, {}, Content.UNKNOWN, ()),
    ("README.md train.py=0 model.py=0", SOON, {}, Content.PLACEHOLDER, ()),
    ("README.md src/__init__.py=0", SOON, {}, Content.PLACEHOLDER, ()),
    ("README.md src/__init__.py=0", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md train.py=0 real.py", SOON, {}, Content.CODE, ()),
    ("README.md a.py=60 b.py=40", SOON, {"hollow": {"a.py", "b.py"}}, Content.PLACEHOLDER, ()),
    ("README.md a.py=60", PLAIN, {"hollow": {"a.py"}}, Content.UNKNOWN, ()),
    ("README.md a.py=60 data/x.csv", PLAIN, {"hollow": {"a.py"}}, Content.UNKNOWN, (DATA,)),
    ("README.md train.jsonl=0", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md script.py=900", PLAIN, {}, Content.CODE, ()),
    # --- archives
    ("README.md code.zip", PLAIN, {}, Content.UNKNOWN, ()),
    ("README.md source_code.tar.gz", PLAIN, {}, Content.UNKNOWN, ()),
    ("README.md src.rar", PLAIN, {}, Content.UNKNOWN, ()),
    ("README.md method.zip", PLAIN, {"repository": "Method"}, Content.UNKNOWN, ()),
    ("README.md supplementary.7z", PLAIN, {}, Content.UNKNOWN, ()),
    ("README.md release-v1.0.tgz", PLAIN, {}, Content.UNKNOWN, ()),
    ("README.md tool.whl", PLAIN, {}, Content.UNKNOWN, ()),
    ("README.md code.zip", SOON, {}, Content.UNKNOWN, ()),
    ("README.md code.zip data/train.csv", PLAIN, {}, Content.UNKNOWN, (DATA,)),
    ("README.md code_and_data.zip", PLAIN, {}, Content.UNKNOWN, ()),
    ("README.md dataset.zip", PLAIN, {}, Content.DATA_ONLY, (DATA,)),
    ("README.md train_images.tar.gz", PLAIN, {}, Content.DATA_ONLY, (DATA,)),
    ("README.md data/part1.zip", PLAIN, {}, Content.DATA_ONLY, (DATA,)),
    ("README.md corpus.csv.gz", PLAIN, {}, Content.DATA_ONLY, (DATA,)),
    ("README.md run.py code.zip", PLAIN, {}, Content.CODE, ()),
    # --- lists, and what belongs to others
    ("README.md vocab.txt merges.txt tokenizer.json", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md bpe_simple_vocab_16e6.txt.gz", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md clip_words.csv class_names.csv", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md splits/train.csv splits/test.csv", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md requirements.txt", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md yolox_s.pth", PLAIN, {}, Content.README_ONLY, ()),
    ("README.md run.py yolox_s.pth", PLAIN, {}, Content.CODE, ()),
    ("README.md run.py vgg16-397923af.pth", PLAIN, {}, Content.CODE, ()),
    ("README.md run.py weights/resnet50.pth", PLAIN, {}, Content.CODE, ()),
    ("README.md run.py weights/resnet50_ours_best.pth", PLAIN, {}, Content.CODE, (WEIGHTS,)),
    ("README.md run.py yolox_s.pth", PLAIN, {"repository": "YOLOX"}, Content.CODE, (WEIGHTS,)),
    ("README.md run.py data/humaneval.jsonl", PLAIN, {}, Content.CODE, ()),
    ("README.md run.py data/gsm8k_test.jsonl", PLAIN, {}, Content.CODE, ()),
    ("README.md run.py data/ours.jsonl", PLAIN, {}, Content.CODE, (DATA,)),
    ("README.md run.py data/HumanEval.jsonl.gz", PLAIN, {"repository": "human-eval"}, Content.CODE, (DATA,)),
    ("README.md run.py data/vocab.pkl data/class_names.csv", PLAIN, {}, Content.CODE, ()),
    ("README.md run.py data/train_split.csv", PLAIN, {}, Content.CODE, ()),
    ("README.md model.safetensors", PLAIN, {}, Content.DATA_ONLY, (WEIGHTS,)),
    # --- announcements beside data or weights
    ("README.md data/train.csv", SOON, {}, Content.PLACEHOLDER, (DATA,)),
    ("README.md model.safetensors", "Models will be released soon.", {}, Content.DATA_ONLY, (WEIGHTS,)),
    # --- what was not listed proves nothing
    ("README.md", SOON, {"complete": False}, Content.UNKNOWN, ()),
    ("README.md data/x.csv", PLAIN, {"complete": False}, Content.UNKNOWN, (DATA,)),
    ("README.md run.py", PLAIN, {"complete": False}, Content.CODE, ()),
    ("README.md", PLAIN, {"complete": False, "counted": ["HTML", "C++"]}, Content.CODE, ()),
]


@pytest.mark.parametrize(("files", "readme", "more", "content", "beside"), CASES)
def test_the_content_of_a_repository_by_kind(files, readme, more, content, beside):
    reading = read_content(sizes(files), readme, **more)
    assert reading.content is content, reading.reason
    assert tuple(fact for fact in reading.holds if fact is not CODE) == beside
    assert (CODE in reading.holds) == (content is Content.CODE)
    if content is Content.UNKNOWN:
        assert reading.reason


def test_there_are_enough_cases():
    assert len(CASES) + len(LANGUAGES.split()) >= 100


@pytest.mark.parametrize(
    ("text", "promised", "stub"),
    [
        ("", False, True),
        ("# TODO\n", False, True),
        ("import torch\nimport numpy as np\n", False, True),
        ("pass\n", False, True),
        ('print("Code coming soon")\n', False, True),
        ("def train():\n    pass\n", False, True),
        ("def train(): pass\n", False, True),
        ("class Model:\n    ...\n", False, True),
        ("def train():\n    raise NotImplementedError\n\nif __name__ == '__main__':\n    main()\n", False, True),
        ("// to be released\nint main() {\n  return 0;\n}\n", False, False),
        ("x = train(data)\n", False, False),
        ("print(1)\n", False, False),
        ("x = 1\ny = 2\nz = 3\n", True, True),
        ("a = 1\nb = 2\nc = 3\nd = 4\ne = 5\n", True, False),
        ("% TODO\nfunction y = f(x)\n  y = x * 2;\nend\n", False, False),
    ],
)
def test_stubs(text, promised, stub):
    assert is_stub(text, "a.py", promised=promised) is stub


@pytest.mark.parametrize(
    ("text", "stub"),
    [
        ('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 2}', True),
        ('{"cells": [{"cell_type": "markdown", "source": ["soon"]}]}', True),
        ('{"cells": [{"cell_type": "code", "source": ["import x\\n", "x.run()"]}]}', False),
        ('{"cells": 7}', True),
        ('{"cells": [7]}', False),
        ("no notebook", False),
        ("[" * 100_000, True),
    ],
)
def test_notebooks_count_by_their_code_cells(text, stub):
    assert is_stub(text, "a.ipynb", promised=False) is stub


@pytest.mark.parametrize(
    ("files", "promised", "read"),
    [
        ("README.md a.py=50", False, ["a.py"]),
        ("README.md a.py=500", False, []),
        ("README.md a.py=500 b.py=700", True, ["a.py", "b.py"]),
        ("README.md a.py=500 b.py=7000", True, []),
        ("README.md src/a.py=50", True, ["src/a.py"]),
        ("README.md a.py=10 b.py=10 c.py=10 d.py=10 e.py=10", True, []),
        ("README.md a.ipynb=70", False, ["a.ipynb"]),
        ("README.md", True, []),
    ],
)
def test_small_scripts_are_read_before_they_count(files, promised, read):
    assert scripts_to_read(sizes(files), promised=promised) == read


@pytest.mark.parametrize(
    ("name", "archive", "code"),
    [
        ("code.zip", True, True),
        ("x/Source.Code.tar.bz2", True, True),
        ("data.tar", True, False),
        ("checkpoints/best.tar", True, False),
        ("a.csv.gz", False, False),
        ("a.gz", False, False),
        ("sample_code.zip", True, True),
        ("part1.zip", True, True),
        ("figs.zip", True, False),
    ],
)
def test_archives(name, archive, code):
    assert is_archive(PurePosixPath(name)) is archive
    assert may_hold_code(PurePosixPath(name)) is code or not archive


@given(st.text(max_size=80), st.text(max_size=40))
def test_any_name_is_compared_with_the_known_ones(path, repository):
    file = PurePosixPath(path or "a")
    for value in (
        is_pretrained_model(file, repository),
        is_known_benchmark(file, repository),
        is_plain_list(file),
        is_archive(file),
        may_hold_code(file),
    ):
        assert value in (True, False)


@given(
    st.dictionaries(st.text(max_size=40), st.none() | st.integers(0, 10**9), max_size=12),
    st.none() | st.text(max_size=80),
    st.booleans(),
    st.none() | st.sampled_from(["Python", "TeX", "Shell", "HTML", "no language"]),
)
def test_any_files_have_a_content(files, readme, complete, language):
    reading = read_content(
        files, readme, complete=complete, language=language, counted=[language] if language else ()
    )
    assert (reading.content is Content.CODE) == (CODE in reading.holds)
    assert reading.reason or reading.content is not Content.UNKNOWN


@pytest.mark.parametrize(
    "name", ["a" * 900 + ".zip", "-" * 900 + ".tar.gz", "z" * 900, "download" * 100 + ".sh", "é" * 900]
)
def test_a_hostile_name_costs_little(name):
    for _ in range(50):
        read_content({name: 10, f"{name}/{name}": 10}, None)


def test_a_hostile_script_costs_little():
    for text in (
        "print(" + "x" * 200_000,
        "def " + "a" * 200_000,
        "def f(" * 40_000,
        " " * 200_000,
        "[" * 200_000,
    ):
        assert is_stub(text) in (True, False)
