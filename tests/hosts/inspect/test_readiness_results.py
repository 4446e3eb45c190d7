import pytest

from tracker.domain.terms import Mark
from tracker.hosts.inspect.readiness_readme import find_marks

TABLE = "| Model | Top-1 |\n|---|---|\n| ours | 81.2 |\n| base | 79.9 |\n"


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
        ("Key experimental results:\n\n![](a.png)\n\n`python train.py`", "![](a.png)"),
        ("Our idea:\n\n![](a.png)\n\n`python train.py`", ""),
        ("```\npython run.py\n```\nAfter a day you should get this:\n\n![](a.gif)", "![](a.gif)"),
        ("```\npython run.py\n```\nOur idea in short:\n\n![](a.gif)", ""),
        (
            "| | Accuracy |\n|--|--|\n| X | 56.1 [(Link)](https://a.b/c) |\n| Y | 63.6 [(Link)](https://a.b/e) |\n`python train.py`",
            "| | Accuracy |",
        ),
        # What a command prints, and a comment below it.
        ("```\npython eval.py\n```\n```\nAUC@5  AUC@10  Prec\n26.99  48.40  73.52\n```", "AUC@5 AUC@10 Prec"),
        ('```\npython eval.py\n# "PSNR: 35.282 SSIM: 0.9688"\n```', '# "PSNR: 35.282 SSIM: 0.9688"'),
        ("```\npython train.py\n# dropout: 0.1\n```", ""),
        ("```\npython train.py\n```\n```\nlr  loss_weight  decay\n0.1  0.5  0.01\n```", ""),
        ("```\npython eval.py\nPSNR of a run\n35 clips in 2.5 s\n```", ""),
        (
            "| Key | Default | Score weight |\n|--|--|--|\n| a | 0.1 | 0.2 |\n| b | 0.3 | 0.4 |\n`python train.py`",
            "",
        ),
    ],
)
def test_results_with_the_command_that_makes_them(readme, found):
    assert find_marks(readme, "method", "ann", ()).get(Mark.RESULTS, "") == found
