import pytest

from tracker.domain.terms import Mark
from tracker.hosts.inspect.readiness_readme import find_marks


def line(readme: str, mark: Mark) -> str:
    return find_marks(readme, "method", "ann", ()).get(mark, "")


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
