"""Words for comparison: both ways, whatever wrote the accent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.folding import fold_text, fold_words


@pytest.mark.parametrize(
    ("plain", "forms"),
    [
        ("holder", ['H\\"older', 'H{\\"o}lder', 'H\\"{o}lder', "Hölder", "Ho\u0308lder", "HOLDER"]),
        ("erdos", ["Erd\\H{o}s", "Erd{\\H o}s", "Erdős", "Erdos"]),
        ("poincare", ["Poincar\\'e", "Poincar\\'{e}", "Poincar{\\'e}", "Poincaré"]),
        ("cech", ["\\v{C}ech", "{\\v C}ech", "Čech"]),
        ("curacao", ["Cura{\\c c}ao", "Cura\\c{c}ao", "Curaçao"]),
        ("naive", ['na\\"\\i ve', 'na{\\"\\i}ve', "naïve"]),
        ("soren", ["S{\\o}ren", "S\\o ren", "S\\o{}ren", "Søren"]),
        ("lukasz", ["{\\L}ukasz", "\\L{}ukasz", "Łukasz"]),
        ("strasse", ["Stra{\\ss}e", "Stra\\ss e", "Straße"]),
        ("pham", ["Ph\\d{a}m", "Phạm"]),
        ("le", ["L\\~{\\^e}", "Lễ", "L\\^e"]),
        ("angstrom", ['\\AA ngstr\\"om', "Ångström"]),
        ("beta", ["$\\beta$", "β", "Beta"]),
        ("file", ["ﬁle"]),
    ],
)
def test_every_form_of_a_word_folds_to_one(plain: str, forms: list[str]) -> None:
    assert {form: fold_words(form) for form in forms} == {form: [plain] for form in forms}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$\\beta$-VAE, β-VAE", ["beta", "vae", "beta", "vae"]),
        ("\\emph{open} \\textbf{source}-code", ["open", "source", "code"]),
        ("self_supervised $T^{2/3}$", ["self", "supervised", "t", "2", "3"]),
        ("機械学習 한국어", ["機械学習", "한국어"]),
        ("\\citet{x} \\theta", ["citet", "x", "theta"]),
    ],
)
def test_words_stay_apart(text: str, words: list[str]) -> None:
    assert fold_words(text) == words


@given(st.text(max_size=80) | st.text("\\{}\"'~^oOlcv eé", max_size=40))
def test_a_folded_word_folds_to_itself(text: str) -> None:
    words = fold_words(text)
    assert [fold_words(word) for word in words] == [[word] for word in words], fold_text(text)
