import pytest

from tracker.domain.terms import Mark
from tracker.hosts.inspect.readiness_readme import find_marks

TABLE = "| Model | Top-1 |\n|---|---|\n| ours | 81.2 |\n| base | 79.9 |\n"


def line(readme: str, mark: Mark) -> str:
    return find_marks(readme, "method", "ann").get(mark, "")


@pytest.mark.parametrize(
    ("readme", "found"),
    [
        ("```\npip install -r requirements.txt\n```", "pip install -r requirements.txt"),
        ("Install with `conda env create -f env.yml`.", "Install with `conda env create -f env.yml`."),
        ('    install.packages("grf")', 'install.packages("grf")'),
        ("> using Pkg; Pkg.instantiate()", "> using Pkg; Pkg.instantiate()"),
        ("```bash\n. install.sh\n```", ". install.sh"),
        ("Requirements: Python 3.7, torch", ""),
        ("See the AWS CLI installation instructions.", ""),
    ],
)
def test_install_commands(readme, found):
    assert line(readme, Mark.DEPENDENCIES) == found


@pytest.mark.parametrize(
    ("readme", "found"),
    [
        ("```\npython main.py --mode train\n```", "python main.py --mode train"),
        ("## Training\n```\n./run.sh cifar\n```", "./run.sh cifar"),
        ("3. Train the model by:\n```\nbash ./scripts/a.sh\n```", "bash ./scripts/a.sh"),
        ("## 训练\n`python run.py --model CNN`", "python run.py --model CNN"),
        ("```julia\nfit!(mach)\n```", "fit!(mach)"),
        ("```R\nranger(Species ~ ., data = iris)\n```", "ranger(Species ~ ., data = iris)"),
        ("```python\nclassifier.fit(features, labels)\n```", ""),
        ("We trained on 8 GPUs. `python demo.py`", ""),
        ("## Training\n`pip install -r requirements.txt`", ""),
        ("## Training\n`python prepare_data.py`", ""),
        ("Training code will be released.", ""),
    ],
)
def test_commands_that_train(readme, found):
    assert line(readme, Mark.TRAINING) == found


@pytest.mark.parametrize(
    ("readme", "found"),
    [
        ("`python validate.py --evaluate`", "python validate.py --evaluate"),
        ("## Experiments\nRun ``{fever,webshop}.ipynb``.", "{fever,webshop}.ipynb"),
        ("```\naccuracy = np.mean(a == b)\n```", "accuracy = np.mean(a == b)"),
        ("## Testing\n```\npython -m pytest\n```", ""),
        ("To test the demo:\n```\npython demo/client.py\n```", ""),
    ],
)
def test_commands_that_evaluate(readme, found):
    assert line(readme, Mark.EVALUATION) == found


@pytest.mark.parametrize(
    ("readme", "found"),
    [
        (TABLE + "`python train.py`", "| Model | Top-1 |"),
        (TABLE, ""),  # without a command that makes it
        (TABLE + "`pip install method`", ""),
        ("| Option | Default |\n|--|--|\n| a | 1 |\n| b | x |\n`python train.py`", ""),
        ("<!--\n" + TABLE + "-->\n`python train.py`", ""),
        ("`python train.py`\n## Main Results\n![](pic/a.png)", "![](pic/a.png)"),
        ('`python train.py`\n<img src="./img/result_univariate.png">', '<img src="./img/result_univariate.png">'),
        ("`python train.py`\n## Results\n![](https://img.shields.io/x)\n![](teaser.png)", ""),
        ("`python train.py`\n![](architecture.png)", ""),
    ],
)
def test_results_with_the_command_that_makes_them(readme, found):
    assert line(readme, Mark.RESULTS) == found
