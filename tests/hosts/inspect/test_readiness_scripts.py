import pytest

from tracker.domain.terms import Mark
from tracker.hosts.inspect.readiness import find_readiness

TRAINING, EVALUATION = Mark.TRAINING, Mark.EVALUATION


@pytest.mark.parametrize(
    ("files", "mark", "evidence"),
    [
        # Training: the name of a script, else its folder.
        ("train.py", TRAINING, "train.py"),
        ("src/fineTune.py", TRAINING, "src/fineTune.py"),
        ("scripts/pre-train.sh", TRAINING, "scripts/pre-train.sh"),
        ("run_pretraining.py create_pretraining_data.py", TRAINING, "run_pretraining.py"),
        ("TrainingCodes/v1/DnCNN_train.m", TRAINING, "TrainingCodes/v1/DnCNN_train.m"),
        ("src/scripts/fit_gp.R", TRAINING, "src/scripts/fit_gp.R"),
        ("src/training/loop.jl", TRAINING, "src/training/loop.jl"),
        ("atari/LearnReward.py", TRAINING, "atari/LearnReward.py"),
        ("learn_bpe.py train_net.py", TRAINING, "train_net.py"),
        ("models/pretrained.py", TRAINING, None),
        ("ci_scripts/test.sh", EVALUATION, None),
        ("data/train.csv configs/train.yaml", TRAINING, None),
        ("train_data_loader.py", TRAINING, None),
        ("external/disk/train.py", TRAINING, None),
        ("node_modules/x/train.js", TRAINING, None),
        ("tests/test_train.py train/__init__.py", TRAINING, None),
        ("NoRetraining/loop.py", TRAINING, "NoRetraining/loop.py"),
        ("model_training/loop.py", TRAINING, "model_training/loop.py"),
        ("training_data/crop.py", TRAINING, None),
        ("app/src/AutoFitView.java", TRAINING, None),
        ("mobile/android/Trainer.kt", TRAINING, None),
        # Evaluation: figures of the paper from a fitted model or from data.
        ("eval_linear.py", EVALUATION, "eval_linear.py"),
        ("test.py", EVALUATION, "test.py"),
        ("exps/cifar_test.py exps/cifar_train.py", EVALUATION, "exps/cifar_test.py"),
        ("analysis/kappa.R", EVALUATION, "analysis/kappa.R"),
        ("paper/figures.ipynb", EVALUATION, "paper/figures.ipynb"),
        ("utils/metrics.py", EVALUATION, "utils/metrics.py"),
        ("utils/metrics.py pkg/deep/evaluate.py", EVALUATION, "pkg/deep/evaluate.py"),
        ("plot.py pkg/eval/lm.py", EVALUATION, "pkg/eval/lm.py"),
        ("figures.py", EVALUATION, "figures.py"),
        ("generate_ROC.py", EVALUATION, "generate_ROC.py"),
        ("Evaluation.java", EVALUATION, "Evaluation.java"),
        # Parts that plot, list experiments, show results or build make no figure of a paper.
        ("utils/plotting.py exp_utils/experiment.py lib/plot_steps.m", EVALUATION, None),
        ("app/ResultsView.java web/plot.ts", EVALUATION, None),
        ("src/generate_test_files.cmake", EVALUATION, None),
        ("DESCRIPTION R/wald_test.R", EVALUATION, None),
        ("method/metrics.py method/plotting/bars.py", EVALUATION, None),
        ("process_results.py", EVALUATION, None),
        # Parts of data, and the figures of an article that is built from them.
        ("envs/tasks_train.py envs/tasks_test.py", TRAINING, None),
        ("envs/tasks_train.py envs/tasks_test.py", EVALUATION, None),
        ("multi_task_train.py", TRAINING, "multi_task_train.py"),
        ("showyourwork.yml src/scripts/paths.py src/scripts/corner.py", EVALUATION, "src/scripts/corner.py"),
        ("src/scripts/corner.py", EVALUATION, None),
        # Where there are tests, `test_of_something` is one more.
        ("tests/test_a.py scripts/test_threads.py", EVALUATION, None),
        ("tests/test_a.py scripts/main_test.py", EVALUATION, "scripts/main_test.py"),
        ("test_net.py", EVALUATION, "test_net.py"),
        ("model.py generate.py", EVALUATION, None),
        ("tests/test_eval.py", EVALUATION, None),
    ],
)
def test_scripts_that_train_or_evaluate(files, mark, evidence):
    assert find_readiness(dict.fromkeys(files.split(), 5_000), None, repository="method").get(mark) == evidence
