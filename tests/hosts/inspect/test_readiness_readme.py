import pytest

from tracker.domain.terms import Mark
from tracker.hosts.inspect.readiness_readme import find_marks

TABLE = "| Model | Top-1 |\n|---|---|\n| ours | 81.2 |\n| base | 79.9 |\n"


def line(readme: str, mark: Mark) -> str:
    return find_marks(readme, "method", "ann", lambda _: False).get(mark, "")


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
        ("### Training\n```\nDATA=faces th main.lua\n```", "DATA=faces th main.lua"),
        ("```\nmethod_train 2 3d\n```", "method_train 2 3d"),  # the command that the package installs
        ("Networks are trained with PyTorch.\n```\npython main.py --env A\n```", "python main.py --env A"),
        ("Networks are trained with PyTorch.\n```\npython main.py --eval\n```", ""),
        ("If your model was trained so.\n```\npython main.py --env A\n```", ""),
        ("Networks are trained with PyTorch.\n```\npython server/main.py\n```", ""),
        ("```python\ntopics = topic_model.fit_transform(docs)\n```", "topics = topic_model.fit_transform(docs)"),
        ("```python\nflat = tsne.fit_transform(points)\n```", ""),
        ("It runs models of others.\n```\npython main.py --env A\n```", ""),
        ("Networks are trained: [weights](https://drive.google.com/1)\n```\npython main.py a\n```", ""),
        ("See `./data/readers/` for how the training data are read.", ""),
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
        ("```\n(test installation) python examples/monkey.py\n```", ""),
        ("Preprocessing for the benchmark (`process_ppi.py`).", ""),
        ("## Benchmark construction\n`python rewrite.py`", ""),
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
        ("## Experiments\n| | A |\n|--|--|\n| Learning Rate | 0.1 |\n| Batch Size | 4.5 |\n`python train.py`", ""),
        ("| Option | Default |\n|--|--|\n| a | 1 |\n| b | x |\n`python train.py`", ""),
        (
            "| A | B |\n|--|--|\n| x | 8.1±0.6&nbsp;(lr=0.1) | 7.3±0.1 (lr=0) |\n| y | 8.2±0.6 (lr=1) | 7.1±0.1 (lr=0) |\n`python train.py`",
            "| A | B |",
        ),
        (
            "## Key results\n| Part | Found |\n|--|--|\n| a | reads 82-90% |\n| b | falls to 3% |\n`sh run.sh`",
            "| Part | Found |",
        ),
        (TABLE + "`for f in examples/*.py; do python $f; done`", ""),
        ("```\nth draw.lua\n```\nThis gives:\n\n![](a.png 'generated faces')", "![](a.png 'generated faces')"),
        ("```\nth draw.lua\n```\n![](framework.png)", ""),
        (
            "`python train.py`\n<img src='a.png'>\n</div>\nFigure 1: Performance of B0.",
            "Figure 1: Performance of B0.",
        ),
        ("`python train.py`\n![](a.png)\n\nFigure 1: The parts of B0.", ""),
        ("<!--\n" + TABLE + "-->\n`python train.py`", ""),
        ("`python train.py`\n## Main Results\n![](pic/a.png)", "![](pic/a.png)"),
        ('`python train.py`\n<img src="./img/result_univariate.png">', '<img src="./img/result_univariate.png">'),
        ("`python train.py`\n## Results\n![](https://img.shields.io/x)\n![](teaser.png)", ""),
        ("`python train.py`\n![](architecture.png)", ""),
    ],
)
def test_results_with_the_command_that_makes_them(readme, found):
    assert line(readme, Mark.RESULTS) == found
