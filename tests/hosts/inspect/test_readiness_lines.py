import pytest

from tracker.hosts.inspect.readiness_lines import EVALUATION, TRAINING, has_word, read_lines, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("fineTune_LoRA2.py", ["finetune", "lo", "ra", "2", "py"]),
        ("pre-training", ["pretraining"]),
        ("Pre-trained model", ["pretrained", "model"]),
        ("run_PreTrain", ["run", "pretrain"]),
    ],
)
def test_words(text, found):
    assert words(text) == found


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("训练模型", TRAINING, True),
        ("モデルの学習", TRAINING, True),
        ("학습하기", TRAINING, True),
        ("pretrained", TRAINING, False),
        ("constraint", TRAINING, False),
        ("测试结果", EVALUATION, True),
        ("latest", EVALUATION, False),
    ],
)
def test_has_word(text, wanted, found):
    assert has_word(words(text), wanted) is found


def test_lines_know_their_headings_and_the_prose_above_them():
    lines = list(
        read_lines("# M\n## Train\nRun this:\n```\npython a.py\npython b.py\n```\nThen `python c.py` it.\n")
    )
    assert [(line.text, line.headings, line.code, line.before) for line in lines[2:]] == [
        ("Run this:", "M / Train", False, ""),
        ("python a.py", "M / Train", True, "Run this:"),
        ("python b.py", "M / Train", True, "Run this:"),
        ("Then `python c.py` it.", "M / Train", False, "Run this:"),
    ]
    assert list(lines[5].commands()) == ["python c.py"]


def test_a_line_above_a_block_of_code_is_no_heading():
    assert [line.headings for line in read_lines("Run this first:\n```\npython a.py\n```\nTitle\n=====\n")] == [
        "", "", "Title", "Title",
    ]  # fmt: skip
