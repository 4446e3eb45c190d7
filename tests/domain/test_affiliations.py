"""Which organisations an affiliation names."""

from __future__ import annotations

import pytest

from tracker.config_files import load_watchlist
from tracker.domain.affiliations import (
    MOST_AFFILIATIONS,
    MOST_CHARACTERS,
    compile_names,
    fold_affiliation,
    keep_affiliations,
)

NAMES = compile_names(
    (
        ("Google", ("Google", "DeepMind")),
        ("Meta AI", ("Meta AI", "Facebook")),
        ("Amazon", ("Amazon.com",)),
        ("Z.ai", ("Z.ai",)),
        ("Straße", ("Straße Lab",)),
    )
)


@pytest.mark.parametrize(
    ("affiliation", "named"),
    [
        ("Google", ["Google"]),
        ("GOOGLE, Inc., Mountain View", ["Google"]),
        ("Google DeepMind", ["Google"]),
        ("MIT and Google's lab", ["Google"]),
        ("Google/UC Berkeley", ["Google"]),
        ("CNRS-Google joint centre", ["Google"]),
        ("Ｇｏｏｇｌｅ Research", ["Google"]),
        ("Google Research; Facebook AI Research", ["Google", "Meta AI"]),
        ("Meta AI (FAIR)", ["Meta AI"]),
        ("Amazon.com, Inc.", ["Amazon"]),
        ("STRASSE LAB", ["Straße"]),
        ("Z.AI, Beijing", ["Z.ai"]),
        ("Work done while at Google", ["Google"]),
        # Whole words alone.
        ("Googleplex University", []),
        ("Google\u200bplex University", []),
        ("Google\u0336plex University", []),
        ("Agoogle", []),
        ("Google_x", []),
        ("Federal University of Amazonas", []),
        ("Amazon rainforest institute", []),
        ("Meta-analysis unit, AI centre", []),
        ("Institute Z, AI group", []),
        ("G\u043e\u043egle", []),
        # Addresses.
        ("https://sites.google.com/view/ann", []),
        ("sites.google.com", []),
        ("google.com", []),
        ("github.com/google/jax", []),
        ("ann@google", []),
        # No affiliation of the work.
        ("ex-Google", []),
        ("formerly an employee of Google", []),
        ("Lund University, now at Google", []),
        ("Google Scholar", []),
        ("Funded by Google", []),
        ("Google PhD Fellowship", []),
        ("Google Fellow", ["Google"]),
        ("Google Fellowship", []),
        ("", []),
        ("<script>Google</script>", ["Google"]),
    ],
)
def test_an_affiliation_names_organisations_by_whole_words(affiliation: str, named: list[str]) -> None:
    assert list(NAMES.organisations_in(affiliation)) == named


def test_no_listed_names_match_nothing() -> None:
    assert compile_names(()).organisations_in("Google") == ()
    assert compile_names((("Lab", ()),)).organisations_in("Lab") == ()


def test_a_listed_name_is_of_one_organisation_and_is_found() -> None:
    watched = load_watchlist().organisation
    names = [fold_affiliation(name) for each in watched for name in each.affiliations]
    assert len(names) == len(set(names))
    compiled = compile_names(tuple((each.name, each.affiliations) for each in watched))
    for each in watched:
        for name in each.affiliations:
            assert compiled.organisations_in(f"1 {name}, Paris") == (each.name,), name
    for ambiguous in ("Apple Valley", "Meta", "Amazon", "XAI lab", "minimax", "Snowflake", "TII", "Qwen"):
        assert compiled.organisations_in(ambiguous) == (), ambiguous


def test_what_is_kept_is_bounded() -> None:
    texts = ["", "MIT", "x" * (MOST_CHARACTERS + 1), "MIT", *map(str, range(100))]
    kept = keep_affiliations(texts)
    assert kept[:2] == ("MIT", "0")
    assert len(kept) == MOST_AFFILIATIONS


def test_hostile_text_is_read_in_one_pass() -> None:
    hostile = "google " * 30 + "not " * 60 + "google" + "-" * 100_000
    assert NAMES.organisations_in(hostile) == ("Google",)
