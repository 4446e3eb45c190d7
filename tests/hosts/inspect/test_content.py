from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.domain.terms import Content, Fact
from tracker.hosts.inspect.announcements import promises_code, promises_release
from tracker.hosts.inspect.code_files import (
    CodeFinding,
    find_code,
    has_programming_language,
    is_settled,
    is_stub,
    scripts_to_read,
)
from tracker.hosts.inspect.content import classify_repository, find_licence_files
from tracker.hosts.inspect.hub_files import classify_hub_artifact

ACCEPTANCE = Path(__file__).parents[3] / "../shared/data/recorded/acceptance"
CODE, WEIGHTS, DATA = Fact.CODE, Fact.WEIGHTS, Fact.DATA


@pytest.mark.parametrize(
    ("paths", "readme", "word", "holds"),
    [
        ("", None, Content.EMPTY, ()),
        ("README.md LICENSE .gitignore", "# Name\nA paper.", Content.README_ONLY, ()),
        ("README.md", "Code will be released upon acceptance.", Content.PLACEHOLDER, ()),
        ("README.md fig/teaser.png", "Coming soon!", Content.PLACEHOLDER, ()),
        ("README.md Paper.pdf figures/a.jpg .github/workflows/stale.yml", "# Name", Content.README_ONLY, ()),
        ("README.md train.py", "Models coming soon.", Content.CODE, (CODE,)),
        ("README.md notebooks/Demo.ipynb", None, Content.CODE, (CODE,)),
        ("README.md src/a/b/c/kernel.CU", None, Content.CODE, (CODE,)),
        ("analysis.R", None, Content.CODE, (CODE,)),
        ("Main.lean", None, Content.CODE, (CODE,)),
        ("README.md setup.py pkg/__init__.py", "# Name", Content.README_ONLY, ()),
        ("README.md download.sh", "# Name", Content.README_ONLY, ()),
        ("README.md .github/scripts/check.py", "# Name", Content.README_ONLY, ()),
        ("README.md docs/conf.py docs/index.rst", "# Name", Content.README_ONLY, ()),
        ("README.md main.tex paper.bib style.sty", "# Name", Content.README_ONLY, ()),
        ("index.html static/js/index.js static/css/bulma.css README.md", "# Page", Content.README_ONLY, ()),
        ("index.html script.js style.css", None, Content.README_ONLY, ()),
        ("README.md images/a.png paper.pdf .gitignore LICENSE", "Code will be released.", Content.PLACEHOLDER, ()),
        ("README.md model-card.md samples.jsonl overlap.csv", "# Paper", Content.DATA_ONLY, (DATA,)),
        (
            "README.md index.html static/js/bulma.min.js static/x.png",
            "Code (coming soon)",
            Content.PLACEHOLDER,
            (),
        ),
        ("index.html package.json src/app.js", None, Content.CODE, (CODE,)),
        ("index.js lib/run.js", None, Content.CODE, (CODE,)),
        ("README.md samples.jsonl model-card.md", "soon", Content.DATA_ONLY, (DATA,)),
        ("README.md data/train.json", None, Content.DATA_ONLY, (DATA,)),
        ("README.md dataset/0001.png", None, Content.DATA_ONLY, (DATA,)),
        ("README.md prompts/judge.txt", None, Content.DATA_ONLY, (DATA,)),
        ("README.md requirements.txt environment.yml", "# Name", Content.README_ONLY, ()),
        ("README.md requirements.txt package.json", "Stay tuned", Content.PLACEHOLDER, ()),
        ("README.md model.safetensors", None, Content.DATA_ONLY, (WEIGHTS,)),
        ("run.py checkpoints/last.ckpt data/test.csv", None, Content.CODE, (CODE, WEIGHTS, DATA)),
        ("run.py configs/model.json vocab.txt.gz", None, Content.CODE, (CODE,)),
    ],
)
def test_what_a_repository_holds(paths, readme, word, holds):
    assert classify_repository(paths.split(), readme) == (word, holds)


SCRIPT = "import torch\nx = 1\ny = 2\nz = 3\nw = 4\nprint(x + y + z + w)\n"


@pytest.mark.parametrize(
    ("paths", "scripts"),
    [
        ("README.md demo.py", "demo.py"),
        ("README.md demo.py LICENSE .gitignore figures/a.png .github/check.py", "demo.py"),
        ("README.md demo.py model.py", "demo.py model.py"),
        ("README.md demo.py src/notes.md", "demo.py"),
        ("README.md src/demo.py", "src/demo.py"),
        ("README.md a.py b.py c.py", "a.py b.py c.py"),
        ("README.md a.py b.py c.py d.py", ""),  # so many files are work
        ("README.md demo.ipynb", ""),
        ("README.md setup.py", ""),
        ("README.md", ""),
    ],
)
def test_few_scripts_of_unknown_size_are_read_before_they_count(paths, scripts):
    sizes = dict.fromkeys(paths.split())
    assert scripts_to_read(sizes, promised=True) == scripts.split()
    assert scripts_to_read(sizes, promised=False) == []


@pytest.mark.parametrize(
    "text", ["", "# soon\n", "import os\n\nprint('soon')\n", "def main():\n    pass\n\n\nmain()\n"]
)
def test_a_stub(text):
    assert is_stub(text)


def test_a_template_that_nobody_changed_is_a_stub():
    script = "function App() {\n  return <p>Edit <code>src/App.js</code> and save to reload.</p>;\n}\nexport default App;\n"
    assert is_stub(script, "src/App.js", promised=False)
    assert not is_stub(
        script.replace("Edit <code>src/App.js</code> and save to reload.", "Our viewer"), promised=False
    )


def test_a_script_is_no_stub():
    assert not is_stub(SCRIPT)


@pytest.mark.parametrize(
    ("readme", "promised"),
    [
        ("Code coming soon", True),
        ("We will release the source code upon acceptance", True),
        ("The models will be released" + " and so on" * 40 + " in code", False),
        ("Pretrained weights coming soon.", False),
        ("# Code", False),
        (None, False),
    ],
)
def test_a_promise_of_the_code_itself(readme, promised):
    assert promises_code(readme) is promised


def test_an_incomplete_list_of_files_proves_no_absence():
    assert classify_repository(["README.md"], "Coming soon", complete=False) == (Content.UNKNOWN, ())
    assert classify_repository(["README.md", "a.csv"], None, complete=False) == (Content.UNKNOWN, (DATA,))
    assert classify_repository(["run.py"], None, complete=False) == (Content.CODE, (CODE,))


@pytest.mark.parametrize(
    "readme",
    [
        "Code will be released soon.",
        "The code will be made publicly available.",
        "**Coming soon!**",
        "Stay\ntuned for the release",
        "We will release the code upon acceptance",
        "We plan to release our models",
        "Code: TBD",
        "- [ ] Code (coming soon)",
        "Dataset - soon",
        "This repository is under construction",
        "Our code is being cleaned up",
        "The code is not yet available",
    ],
)
def test_readmes_of_a_placeholder(readme):
    assert promises_release(readme)


@pytest.mark.parametrize(
    "readme",
    [None, "", "# Name", "We release the code.", "The model will benefit the industry", "As soon as you install"],
)
def test_readmes_that_promise_nothing(readme):
    assert not promises_release(readme)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("README.md LICENSE src.py", ["LICENSE"]),
        ("LICENSE-CODE LICENSE-MODEL", ["LICENSE-CODE", "LICENSE-MODEL"]),
        (
            "license.md COPYING.LESSER Licence.txt UNLICENSE",
            ["license.md", "Licence.txt", "COPYING.LESSER", "UNLICENSE"],
        ),
        ("MIT-LICENSE.txt", ["MIT-LICENSE.txt"]),
        (
            "LICENSE LICENSE.md LICENSE.txt LICENSE-A LICENSE-B",
            ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENSE-A", "LICENSE-B"],
        ),
        ("licensed.py my_licenses_list.csv relicense", []),
    ],
)
def test_licence_files(names, found):
    assert find_licence_files(names.split()) == found


@pytest.mark.parametrize(
    ("kind", "paths", "word", "holds"),
    [
        ("model", "", Content.EMPTY, ()),
        ("model", ".gitattributes README.md", Content.README_ONLY, ()),
        ("model", "README.md config.json tokenizer.json", Content.README_ONLY, ()),
        ("model", "README.md model-00001-of-2.safetensors", Content.DATA_ONLY, (WEIGHTS,)),
        ("model", "README.md pytorch_model.bin training_args.bin", Content.DATA_ONLY, (WEIGHTS,)),
        ("model", "README.md training_args.bin", Content.README_ONLY, ()),
        ("model", "README.md model.gguf modeling.py", Content.CODE, (CODE, WEIGHTS)),
        ("dataset", "README.md data/train-0.parquet", Content.DATA_ONLY, (DATA,)),
        ("dataset", "README.md all.zip", Content.DATA_ONLY, (DATA,)),
        ("dataset", "README.md teaser.png", Content.README_ONLY, ()),
        ("dataset", "README.md loader.py", Content.CODE, ()),
        ("dataset", " ".join(f"images/{n}.png" for n in range(20)), Content.DATA_ONLY, (DATA,)),
        ("space", "README.md .gitattributes", Content.README_ONLY, ()),
        ("space", "README.md app.py requirements.txt", Content.CODE, (Fact.DEMO,)),
        ("space", "README.md index.html style.css", Content.CODE, (Fact.DEMO,)),
    ],
)
def test_what_a_repository_of_the_hub_holds(kind, paths, word, holds):
    assert classify_hub_artifact(kind, paths.split()) == (word, holds)


def test_languages():
    assert has_programming_language(["HTML", "Python"])
    assert not has_programming_language(["HTML", "TeX", "Shell"])
    assert not has_programming_language([])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is not a failure
@given(st.lists(st.text(max_size=60)), st.none() | st.text(max_size=200), st.booleans())
def test_any_path_and_readme_give_a_content(paths, readme, complete):
    word, holds = classify_repository(paths, readme, complete=complete)
    assert (word is Content.CODE) == (CODE in holds)
    for kind in ("model", "dataset", "space"):
        classify_hub_artifact(kind, paths)
    find_licence_files(paths)


@pytest.mark.parametrize(
    "text", ["code " + " " * 200_000, "will " * 50_000, "-" * 40_000, "code(" * 50_000, "soon " * 50_000]
)
def test_a_hostile_readme_costs_little(text):
    assert promises_release(text) in (True, False)
    assert promises_code(text) in (True, False)
    name = "_" * 900 + "x"
    classify_repository([f"{name}/{name}.json"] * 50, text)


EXPECTED = {
    "deepseek-ai__DeepSeek-R1": (Content.README_ONLY, ()),
    "deepseek-ai__DeepSeek-V3": (Content.CODE, (CODE,)),
    "meta-llama__llama": (Content.CODE, (CODE,)),
    "meta-llama__llama3": (Content.CODE, (CODE,)),
    "openai__CLIP": (Content.CODE, (CODE,)),
    "openai__gpt-3": (Content.DATA_ONLY, (DATA,)),
    "openai__whisper": (Content.CODE, (CODE,)),
    "xai-org__grok-1": (Content.CODE, (CODE,)),
}


@pytest.mark.data
@pytest.mark.parametrize("name", EXPECTED)
def test_well_known_repositories(name):
    folder = ACCEPTANCE / name
    if not folder.is_dir():
        pytest.skip("the shared development data are not beside the project")
    paths = (folder / "TREE.txt").read_text().splitlines()
    assert classify_repository(paths, (folder / "README.md").read_text()) == EXPECTED[name]


def test_other_names_of_licence_files():
    names = [
        "OFL.txt",
        "LICENSES/MIT.txt",
        "LICENCE-MODEL",
        "LICENSE-CODE",
        "UNLICENSE",
        "COPYRIGHT",
        "src/LICENSE",
    ]
    assert set(find_licence_files(names, most=9)) == set(names) - {"COPYRIGHT", "src/LICENSE"}
    assert find_licence_files(["LICENSES/MIT.txt", "LICENSE"])[0] == "LICENSE"


@pytest.mark.parametrize(
    "path", ["https://github.com/a/b/main.py", "./main.py", "src//main.py", "src/./main.py", "src/"]
)
def test_a_path_that_git_cannot_hold_is_no_file(path: str) -> None:
    sizes = {path: 5_000, "LICENSE": 1_000}
    assert scripts_to_read(sizes, promised=True) == []
    assert not is_settled(sizes)
    assert find_code(sizes)[0] is not CodeFinding.CODE
