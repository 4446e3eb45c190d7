"""Readable text from what authors wrote in TeX and HTML."""

from __future__ import annotations

import json
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tracker.publish.readable_text import clean_text, readable_text

DAYS = Path(__file__).parents[2] / "../shared/data/days"

GOLDEN = [
    ("Attention without any TeX", "Attention without any TeX"),
    # accents and letters
    (r"Erd\H{o}s meets G\"odel", "Erdős meets Gödel"),
    (r"na\"{\i}ve Bayes", "naïve Bayes"),
    (r"Pok{\'e}mon and Poincar\'e", "Pokémon and Poincaré"),
    (r"{\L}ukasiewicz and \O rsted", "Łukasiewicz and Ørsted"),
    (r"\v{S}id\'ak, \c{c}a, \aa ngstr\"om", "Šidák, ça, ångström"),
    ("Pr{é}diction pour un mod{è}le", "Prédiction pour un modèle"),
    ("Go\u0308del composed", "Gödel composed"),
    # math
    ("$k$-NN search", "k-NN search"),
    (r"$\mathcal{O}(n)$ attention", "O(n) attention"),
    (r"$O(n \log n)$ time", "O(n log n) time"),
    ("$O(N)$ and $o(1/k)$", "O(N) and o(1/k)"),
    (r"The $\ell_2$ norm in $\mathbb{R}^d$", "The ℓ₂ norm in ℝᵈ"),
    ("RefGC-SR$^2$: more", "RefGC-SR²: more"),
    ("Trans${^2}$-CBCT", "Trans²-CBCT"),
    ("H$_2$O and CO$_2$", "H₂O and CO₂"),
    (r"$10^{-3}$ and $2\times$ faster", "10⁻³ and 2× faster"),
    (r"$\alpha_{ij}$ and $\beta$-VAE", "αᵢⱼ and β-VAE"),
    (r"$x^{\top} y$", "x^⊤ y"),
    (r"Hard for $q^Q$ and $x_{q}$", "Hard for q^Q and x_q"),
    (r"$\frac{a}{b}$ and $\sqrt{n}$", "a/b and √(n)"),
    (r"${\rm SP}^{3}$ priors", "SP³ priors"),
    (r"$\mathbf{x}_i$, $\textbf{A}$ and $\mathsf{NP}$-hard", "xᵢ, A and NP-hard"),
    (r"\(x^2\) and \[y\]", "x² and y"),
    ("$$x^2$$ displayed", "x² displayed"),
    ("accuracy of $89.6%$ and $<1%$", "accuracy of 89.6% and <1%"),
    ("$p < .001$ and $n=0$, $23.03$ or $75.13$ h", "p < .001 and n=0, 23.03 or 75.13 h"),
    ("at $-$5 dB and 44$%$", "at -5 dB and 44%"),
    ("even when $m = O(n)$", "even when m = O(n)"),
    ("problem $Π$ with $λ$", "problem Π with λ"),
    (r"$90^\circ$ and $^\dagger$", "90° and †"),
    (r"$a \in \{0,1\}^n$", "a ∈{0,1}ⁿ"),
    (r"$\mathcal{O}\big(n\big)$", "O(n)"),
    (r"$1{,}000$ and 10{,}817", "1,000 and 10,817"),
    (r"$\text{AP}_{50}$", "AP₅₀"),
    # prices, and signs that mean themselves
    ("50% of R&D at $5 and $6", "50% of R&D at $5 and $6"),
    (r"It costs \$5, 50\% off", "It costs $5, 50% off"),
    ("unclosed $ sign", "unclosed $ sign"),
    ("$100 million to $200 million", "$100 million to $200 million"),
    ("from $17.7K to $569", "from $17.7K to $569"),
    ("between $5-$10 or $5/$6", "between $5-$10 or $5/$6"),
    ("We pay $5 for $k$-NN", "We pay $5 for k-NN"),
    (r"C\# and F\#, R\&D", "C# and F#, R&D"),
    ("about ~10% and (~300M)", "about ~10% and (~300M)"),
    # macros with text
    (r"\texttt{foo\_bar} tool", "foo_bar tool"),
    (r"\textsf{bench}: \textsc{Foo}", "bench: Foo"),
    (r"\href{https://x.org/~u}{the code}", "the code"),
    (r"at \url{https://x.org/~u/a_b%20c}", "at https://x.org/~u/a_b%20c"),
    (r"\emph{descending} phase retrieval", "descending phase retrieval"),
    (r"\underline{\textbf{T}}ree \textit{$k$-means}", "Tree k-means"),
    (r"{\em Old} {\bf style}", "Old style"),
    (r"Known \cite{a,b} and~\citep[p.~3]{c}.", "Known and."),
    (r"A title\footnote{With a note.}", "A title (With a note.)"),
    (r"\method{}: ours", "method: ours"),
    (r"\algo{Foo} is new", "Foo is new"),
    (r"\LaTeX{} is", "LaTeX is"),
    (r"line\\break and a\,b", "line break and a b"),
    # braces, dashes, quotes
    ("{BERT}: {B}idirectional", "BERT: Bidirectional"),
    ("labels {yes, no, maybe}", "labels {yes, no, maybe}"),
    ("see {https://x.org/a}.", "see https://x.org/a."),
    ("``quoted'' -- and pages 3--5, so---there", "“quoted” – and pages 3–5, so—there"),
    ("Figure~3 at https://x.org/~user/a--b", "Figure 3 at https://x.org/~user/a--b"),
    # what slipped in as HTML
    ("R&amp;D at AT&amp;amp;T", "R&D at AT&T"),
    ("Growing <i>E. coli</i> in H<sub>2</sub>O", "Growing E. coli in H2O"),
    ("if x &lt; y &gt; z", "if x < y > z"),
    ("Thinking in <think> and </think> tags", "Thinking in <think> and </think> tags"),
    ("K <<n, a<b> c and R&D; more", "K <<n, a<b> c and R&D; more"),
    ("</script>", "script"),
    # more of what authors write
    (r"CLIP$^{++}$: $3\times$ faster", "CLIP⁺⁺: 3× faster"),
    (r"$\pi_0$ and $\pi_{0.5}$ policies", "π₀ and π_0.5 policies"),
    (r"$\infty$-Video and $\nabla$-Prox", "∞-Video and ∇-Prox"),
    (r"$\textit{Mamba}^2$ for $\texttt{[MASK]}$ tokens", "Mamba² for [MASK] tokens"),
    (r"S$^3$: A $(1+\epsilon)$-approximation", "S³: A (1+ϵ)-approximation"),
    (r"From $\varepsilon$-greedy to $\arg\max$", "From ε-greedy to argmax"),
    (r"Learning \`a la carte with $\lambda$-returns", "Learning à la carte with λ-returns"),
    (r"M\"obius, H\"{o}lder and Ces\`{a}ro", "Möbius, Hölder and Cesàro"),
    (r"R$\'e$nyi and Fr\'{e}chet", "Rényi and Fréchet"),
    (r"95\% at \$0.02 per \#token", "95% at $0.02 per #token"),
    (r"$W_2$-GAN, $f$-GAN, and $\chi^2$", "W₂-GAN, f-GAN, and χ²"),
    ("Cutting cost from $1M to $10K: a $k$-shot study", "Cutting cost from $1M to $10K: a k-shot study"),
    # what is broken stays readable
    (r"broken $\frac{1 and", r"broken $\frac{1 and"),
    ("{ unclosed", "{ unclosed"),
    ("QUST_NLP at SemEval and a^b", "QUST_NLP at SemEval and a^b"),
    ("tab\tand\nnewline", "tab and newline"),
    ("a\x00b\x0bc\x1bd\ud800e\ufffef\u202eg", "abcdefg"),
    ("What was \ufffd lost on the way", "What was lost on the way"),
]


@pytest.mark.parametrize(("given_text", "shown"), GOLDEN)
def test_golden_titles(given_text: str, shown: str) -> None:
    assert readable_text(given_text) == shown


@pytest.mark.parametrize("nothing", ["", " ", "\x00", "\n\t"])
def test_only_empty_text_becomes_empty(nothing: str) -> None:
    assert readable_text(nothing) == ""


PIECES = st.sampled_from([
    "\\", "$", "{", "}", "[", "]", "^", "_", "~", "--", "`", "'", '"', "%", "&", "#", "a", "word", "5", " ", "é",
    "\ud800", "\x00", "\\emph", "\\href", "\\frac", '\\"o', "\\alpha", "\\cite", "\\footnote", "\\url", "\\left(",
    "\\o ", "\\$", "\\(", "\\)", "=", "\\begin{x}", "\\end{x}", "%s",
    "<b>", "</b>", "<i ", "&amp;", "&lt;", "gt;", "&#36;", "&#x5c;",
])  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join)))
def test_any_text_becomes_clean_text_that_stays(text: str) -> None:
    shown = readable_text(text)
    assert readable_text(shown) == shown
    assert bool(shown) == bool(clean_text(text).strip())
    assert unicodedata.is_normalized("NFC", shown)
    etree.Element("x").text = shown.encode("utf-8").decode("utf-8")


@pytest.mark.parametrize("text", [
    "{" * 20_000, "$" * 20_000, "\\" * 20_000, "$x^{" * 5_000, "\\emph{" * 3_000 + "x" + "}" * 3_000, "~" * 20_000,
    "-" * 20_000, "`" * 20_000, "\\a[" * 6_000, "$1 " * 6_000, "{\\x " * 5_000 + "}" * 5_000, "\\sqrt{" * 3_000,
    "$" + "^" * 398 + "$", "a$" * 9_000, "\\href{" * 3_000, "<b " * 6_000 + "</b>", "&amp;" * 4_000, "</b>" * 5_000,
    "</" * 10_000, "&" * 20_000, "<b" + " " * 19_000 + "</b>", "&" + "amp;" * 4_900,
])  # fmt: skip
def test_hostile_text_takes_no_time(text: str) -> None:
    begun = time.process_time()
    assert readable_text(text)
    assert time.process_time() - begun < 1.0


@pytest.mark.data
@pytest.mark.skipif(not DAYS.is_dir(), reason="the shared development data are absent")
def test_real_titles_and_abstracts_lose_no_letters() -> None:
    for file in sorted(DAYS.glob("*.jsonl")):
        for line in file.read_text().splitlines():
            paper = json.loads(line)
            for text in (paper["title"], paper["abstract"]):
                shown = readable_text(text)
                assert readable_text(shown) == shown, paper["arxiv_id"]
                assert "\\" not in shown or "\\" in text
            title = readable_text(paper["title"])
            assert not set("\\${}") & set(title), title


def test_a_formula_that_is_broken_converts_to_itself() -> None:
    shown = readable_text(r"R^{2 ${\\$ a}$$ $}$$$")
    assert shown == readable_text(shown) == "R² a"
