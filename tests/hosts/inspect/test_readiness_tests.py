import pytest

from tracker.domain.terms import Mark
from tracker.hosts.inspect.readiness import find_readiness


@pytest.mark.parametrize(
    ("files", "evidence"),
    [
        # Files that a test runner collects.
        ("tests/test_api.py", "tests/test_api.py"),
        ("tokenization.py tokenization_test.py", "tokenization_test.py"),
        ("conftest.py pkg/test_all.py", "pkg/test_all.py"),
        ("test/runtests.jl", "test/runtests.jl"),
        ("tests/testthat/test_forest.R", "tests/testthat/test_forest.R"),
        ("core/test/ForestTest.cpp", "core/test/ForestTest.cpp"),
        ("pkg/tree_test.go", "pkg/tree_test.go"),
        ("src/app.test.ts", "src/app.test.ts"),
        ("tests/cli.rs", "tests/cli.rs"),
        ("test.py test_net.py", None),
        ("scripts/test/edit.sh", None),
        ("conv/clip.py conv/clip_test.py conv/clip_finetune.py", None),
        ("data/kitti_dataset.py data/kitti_dataset_test.py", None),
        ("data/reader.py data/reader_test.py", "data/reader_test.py"),
        ("zeroshot/test_zeroshot.py zeroshot/zeroshot.sh", None),
        ("old/testing/run_test.py old/training/run.py", None),
        ("old/testing/run_test.py new/training/run.py", "old/testing/run_test.py"),
        ("tests/data.json test/cases.bam", None),
        ("third_party/lib/tests/test_lib.py", None),
        ("envs/tasks.py envs/tasks_test.py", None),
        ("a.py det/LICENSE det/README.md det/tests/test_det.py", None),
    ],
)
def test_files_that_a_test_runner_collects(files, evidence):
    assert find_readiness(dict.fromkeys(files.split(), 5_000), None).get(Mark.TESTS) == evidence


def test_rust_holds_its_tests_in_the_files_that_they_test():
    readme = "Run the tests with `cargo test --release`."
    assert (
        find_readiness({"Cargo.toml": 500, "src/a.rs": 5_000}, readme)[Mark.TESTS]
        == "README: cargo test --release"
    )
    assert Mark.TESTS not in find_readiness({"src/a.rs": 5_000}, readme)
