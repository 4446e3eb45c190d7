"""The files under config/: typed, and one sentence with file and key for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.config_files import (
    CorrectionsFile,
    Organisation,
    Watchlist,
    config_dir,
    load_category_names,
    load_watchlist,
    read_config,
    read_toml,
)
from tracker.domain.errors import SettingsError

CORRECTION = '[[correction]]\npaper = "*"\nlink = "github.com/a/b"\nreason = "x"\nsource = "y"\n'


def test_the_watchlist_is_read_as_it_is_written() -> None:
    watchlist, table = load_watchlist(), read_toml(config_dir() / "watch.toml")
    assert [item.name for item in watchlist.organisation] == [row["name"] for row in table["organisation"]]
    assert [item.source for item in watchlist.release] == [row["source"] for row in table["release"]]


def test_the_categories_of_arxiv_have_names() -> None:
    names = load_category_names()
    assert names["cs.CV"] == "Computer vision"
    assert {"cs.AI", "stat.ML", "quant-ph", "eess.IV", "cmp-lg"} <= set(names)
    assert not {"cs.XX", "banana", "cs"} & set(names)
    assert all(name.strip() == name != "" for name in names.values())


def test_accounts_are_folded() -> None:
    lab = Organisation(name="A Lab", github=("ALab",), huggingface=("aLab", "lab"))
    assert lab.accounts == {("github", "alab"), ("huggingface", "alab"), ("huggingface", "lab")}


@pytest.mark.parametrize(
    ("text", "model", "says"),
    [
        ("[[organisation]]\ngithub = []\n", Watchlist, "the key `name` of `organisation.1` is missing."),
        ('[[organisation]]\nname = "x"\ngitlab = []\n', Watchlist, "unknown key `gitlab` of `organisation.1`; "),
        ('[[organisation]]\nname = "x"\ngithub = "x"\n', Watchlist, "the key `github` of `organisation.1` must be a list."),
        ('[[organisation]]\nname = "x"\ngithub = [1]\n', Watchlist, "`organisation.1.github.1` must be a text."),
        ("organisations = []\n", Watchlist, "unknown key `organisations`; `config/mine.toml` lists all keys."),
        (f'{CORRECTION}role = "own"\n{CORRECTION}', CorrectionsFile, "`correction.2` is wrong: it names neither a `role`"),
        (f'{CORRECTION}role = "theirs"\n', CorrectionsFile, "the key `role` of `correction.1` must be 'own', "),
        ("[[correction", CorrectionsFile, "is not valid TOML: "),
    ],
)  # fmt: skip
def test_an_error_is_one_sentence_that_names_file_and_key(
    tmp_path: Path, text: str, model: type[Watchlist | CorrectionsFile], says: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_config(path, model)
    assert str(caught.value).startswith(f"{path}: {says}")
    assert "\n" not in str(caught.value)
