import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.terms import Mark
from tracker.hosts.inspect import readiness_readme
from tracker.hosts.inspect.readiness import MOST_EVIDENCE, find_readiness

DEPENDENCIES, TRAINING, EVALUATION = Mark.DEPENDENCIES, Mark.TRAINING, Mark.EVALUATION
WEIGHTS, TESTS, CONTAINER = Mark.WEIGHTS, Mark.TESTS, Mark.CONTAINER


def seen(files: str, readme: str | None = None, repository: str = "method") -> dict[Mark, str]:
    return find_readiness(dict.fromkeys(files.split(), 5_000), readme, repository=repository, owner="ann")


@pytest.mark.parametrize(
    ("files", "mark", "evidence"),
    [
        # Files that list dependencies.
        ("requirements.txt", DEPENDENCIES, "requirements.txt"),
        ("code/requirements_dev.txt", DEPENDENCIES, "code/requirements_dev.txt"),
        ("gym/conda_env.yml", DEPENDENCIES, "gym/conda_env.yml"),
        ("environment-gpu.yaml", DEPENDENCIES, "environment-gpu.yaml"),
        ("Project.toml", DEPENDENCIES, "Project.toml"),
        ("r-package/grf/DESCRIPTION", DEPENDENCIES, "r-package/grf/DESCRIPTION"),
        ("Cargo.toml", DEPENDENCIES, "Cargo.toml"),
        ("Dockerfile.gpu", DEPENDENCIES, "Dockerfile.gpu"),
        ("requirements.pip", DEPENDENCIES, "requirements.pip"),
        ("odometry/package.xml", DEPENDENCIES, "odometry/package.xml"),
        ("install.sh", DEPENDENCIES, "install.sh"),
        ("scripts/setup_env.sh", DEPENDENCIES, "scripts/setup_env.sh"),
        ("docs/requirements.txt", DEPENDENCIES, None),
        ("third_party/raft/requirements.txt", DEPENDENCIES, None),
        ("flow/raft/LICENSE flow/raft/README.md flow/raft/setup.py", DEPENDENCIES, None),
        # Weights of this work, or a script that downloads them.
        ("checkpoints/best.pt", WEIGHTS, "checkpoints/best.pt"),
        ("model/DnCNN3.mat", WEIGHTS, "model/DnCNN3.mat"),
        ("download_model.py", WEIGHTS, "download_model.py"),
        ("scripts/download_models.sh", WEIGHTS, "scripts/download_models.sh"),
        ("pkg/sharing/model_download.py download_pt_models.sh", WEIGHTS, None),
        (
            "pre_trained/cora/mod.ckpt.data-00000-of-00001",
            WEIGHTS,
            "pre_trained/cora/mod.ckpt.data-00000-of-00001",
        ),
        ("latest/checkpoint.tar", WEIGHTS, "latest/checkpoint.tar"),
        ("data/heat/pretrained/gcn/model.pth", WEIGHTS, "data/heat/pretrained/gcn/model.pth"),
        ("atari/learned_models/pong.params", WEIGHTS, "atari/learned_models/pong.params"),
        ("data/models/dates/model_weights.hdf5", WEIGHTS, "data/models/dates/model_weights.hdf5"),
        ("data/models/dates/words.pkl nets/pretrained_models/resnet50.npz", WEIGHTS, None),
        ("data/model.pth latest/run.tar", WEIGHTS, None),
        ("pretrained/resnet50.pth", WEIGHTS, None),
        ("data/input_0.pt", WEIGHTS, None),
        ("scripts/download_data.sh", WEIGHTS, None),
        # Containers.
        ("docker/Dockerfile", CONTAINER, "docker/Dockerfile"),
        ("Singularity.v1", CONTAINER, "Singularity.v1"),
        ("containers/gpu.def", CONTAINER, "containers/gpu.def"),
        (".devcontainer/devcontainer.json", CONTAINER, ".devcontainer/devcontainer.json"),
        ("docker-compose.yml harness/dockerfiles.py latex.def", CONTAINER, None),
        ("vendor/x/Dockerfile", CONTAINER, None),
    ],
)
def test_marks_of_the_tree(files, mark, evidence):
    assert seen(files).get(mark) == evidence


def test_empty_files_show_nothing():
    assert find_readiness({"train.py": 0, "model.ckpt": 0, "Dockerfile": 0}, "") == {}


def test_a_part_under_the_own_licence_is_no_copy():
    sizes = {"LICENSE-MIT": 1023, "LICENSE-APACHE": 11_357, "LICENSE": 0, "a.py": 5_000}
    part = {"core/README.md": 900, "core/train.py": 5_000}
    assert TRAINING in find_readiness(sizes | part | {"core/LICENSE": 1023}, None)
    assert TRAINING not in find_readiness(sizes | part | {"core/LICENSE": 1080}, None)
    assert TRAINING not in find_readiness(sizes | part | {"core/LICENSE": 11_357}, None), "the same for everybody"
    assert TRAINING not in find_readiness(dict.fromkeys([*sizes, *part, "core/LICENSE"]), None), (
        "sizes are not known"
    )


def test_a_copy_of_another_project_counts_where_the_readme_leads_to_it():
    files = "train/LLaVA/LICENSE train/LLaVA/README.md train/LLaVA/train.py train/LLaVA/tests/test_a.py"
    assert seen(files) == {}
    assert seen(files, "Run the training in train/LLaVA.") == {TRAINING: "train/LLaVA/train.py"}
    assert TRAINING not in seen(files, "`pip install -e train/LLaVA`")
    assert TRAINING not in seen(files, "```\ncd train/LLaVA\npip install -r requirements.txt\n```")
    assert TRAINING in seen(files, "```\ncd train/LLaVA\npython train.py\n```")
    files = "sim/gym/LICENSE sim/gym/README.md sim/gym/checkpoints/Spin.pth"
    assert seen(files, "The policy is in sim/gym/checkpoints.") == {WEIGHTS: "sim/gym/checkpoints/Spin.pth"}


@pytest.mark.parametrize(
    ("readme", "mark", "found"),
    [
        ("Training scripts are in the [`jobs`](jobs/) folder.", TRAINING, True),
        ("The training and evaluation scripts are in the `jobs/` subdirectory.", TRAINING, True),
        ("The training and evaluation scripts are in the `jobs/` subdirectory.", EVALUATION, True),
        ("The evaluation script is in the `absent` directory.", EVALUATION, False),
        ("The training code will be in `jobs`.", TRAINING, False),
        ("The code for constructing the benchmark is in `jobs`.", EVALUATION, False),
        ("The data for training are in `jobs`.", TRAINING, False),
        ("See [TRAINING.md](TRAINING.md) for instructions.", TRAINING, True),
        ("See [EVALUATION.md](EVALUATION.md) for instructions.", EVALUATION, False),
    ],
)
def test_a_sentence_leads_to_the_scripts_of_a_folder_that_is_there(readme, mark, found):
    assert (mark in seen("jobs/a.sh TRAINING.md", readme)) is found


def test_places_of_a_tree_are_looked_up_and_not_searched_for_each_sentence(monkeypatch):
    given = []
    find = readiness_readme.find_marks
    monkeypatch.setattr(
        readiness_readme, "find_marks", lambda *given_now: given.append(given_now) or find(*given_now)
    )
    seen("jobs/deep/a.sh TRAINING.md", "Training scripts are in `.`")
    assert given[0][-1] == {"jobs", "jobs/deep", "jobs/deep/a.sh", "TRAINING.md"}


def test_marks_come_in_their_order_with_evidence_of_the_tree_first():
    marks = seen(
        "Dockerfile train.py tests/test_x.py", "pip install x\n\n`python train.py --lr 1`\n\n`python eval.py`"
    )
    assert list(marks.items()) == [
        (DEPENDENCIES, "Dockerfile"),
        (TRAINING, "train.py"),
        (EVALUATION, "README: python eval.py"),
        (TESTS, "tests/test_x.py"),
        (CONTAINER, "Dockerfile"),
    ]


def test_evidence_is_bounded_and_a_readme_that_was_cut_says_nothing_else():
    readme = "x\n" * 60_000 + "pip install method"
    assert seen("a/" + "b" * 300 + "/train.py", readme) == {
        TRAINING: ("a/" + "b" * 300)[: MOST_EVIDENCE - 1] + "…"
    }


@settings(max_examples=60)
@given(
    st.dictionaries(st.text(max_size=40), st.one_of(st.none(), st.integers(0, 10_000)), max_size=8),
    st.one_of(st.none(), st.text(max_size=400)),
    st.text(max_size=20),
)
def test_any_text_gives_bounded_evidence(sizes, readme, name):
    for evidence in find_readiness(sizes, readme, repository=name, owner=name).values():
        assert evidence
        assert len(evidence) <= MOST_EVIDENCE


def test_hostile_text_is_read_in_linear_time():
    pieces = [
        "`",
        "|",
        " 1.5 |",
        "./",
        "python ",
        "http://",
        "huggingface.co/",
        "![",
        "(",
        "sh ",
        "<img ",
        "~",
        "[a]: http://",
        "][",
        "automatically download",
        "import ",
        "0.1 ",
        "\n",
        "# ",
    ]
    draw = random.Random(3)
    for piece in pieces:
        find_readiness({piece * 200: 5}, piece * (100_000 // len(piece)), repository="m", owner="a")
    find_readiness({}, "".join(draw.choices(pieces, k=30_000)), repository="m", owner="a")
