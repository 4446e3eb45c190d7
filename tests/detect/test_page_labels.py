import pytest

from tracker.detect.page_labels import clean_label, english_label, label_subjects, says_something


@pytest.mark.parametrize(
    ("label", "clean"),
    [
        ("  Code  ", "Code"),
        ("💻 Code →", "Code"),
        ("[Code]", "Code"),
        ("Code [GitHub]", "Code GitHub"),
        ("Code (coming soon)", "Code (coming soon)"),
        ("🤗 Models | Data", "Models Data"),
        ("https://github.com/a/b", ""),
        ("github.com/a/b", ""),
        ("代码", "代码"),
        ("→", ""),
        ("", ""),
    ],
)
def test_clean_labels(label: str, clean: str) -> None:
    assert clean_label(label) == clean


@pytest.mark.parametrize(
    ("label", "something"),
    [
        ("Code", True),
        ("here", False),
        ("click here", False),
        ("Star", False),
        ("→", False),
        ("这里", False),
        ("代码", True),
        ("dig 1.0", True),
        ("hier", False),
    ],
)
def test_labels_that_say_something(label: str, something: bool) -> None:
    assert says_something(label) is something


@pytest.mark.parametrize(
    ("label", "subjects"),
    [
        ("Code", ("code",)), ("GitHub", ("code",)), ("Source Code", ("code",)), ("Code & Data", ("code", "data")), ("Dataset", ("data",)),
        ("Pretrained weights", ("model",)), ("Demo", ("demo",)), ("代码", ("code",)), ("数据集", ("data",)), ("模型", ("model",)),
        ("コード", ("code",)), ("코드", ("code",)), ("Quellcode", ("code",)), ("Código", ("code",)), ("Codice", ("code",)),
        ("Исходный код", ("code",)), ("Données", ("data",)), ("Paper", ()), ("Video", ()), ("Encode", ()),
    ],
)  # fmt: skip
def test_what_a_label_names(label: str, subjects: tuple[str, ...]) -> None:
    assert label_subjects(label) == subjects


def test_a_label_in_another_language_is_explained() -> None:
    assert english_label("代码") == "代码 (code)"
    assert english_label("Quellcode") == "Quellcode (code)"
    assert english_label("Code") == "Code"
    assert english_label("论文") == "论文"
