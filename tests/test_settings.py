"""Settings: defaults from the file, the operator's file and the environment over it, one sentence for each error."""

from pathlib import Path

import pytest

from tracker.config_files import config_dir
from tracker.domain.errors import SettingsError
from tracker.settings import is_loopback, load_settings

LOCAL = {
    f"TRACKER_UPSTREAMS__{name}": f"http://127.0.0.1:9/{name}"
    for name in ("ARXIV_API", "GITHUB_API", "HUGGINGFACE")
}


def test_the_defaults_are_the_file() -> None:
    settings = load_settings(environ={})
    assert "cs.CL" in settings.harvest.categories
    assert len(settings.harvest.categories) == 12
    assert settings.pace.arxiv == 3.0
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8080)
    assert settings.store_url == "sqlite:///data/tracker.db"


def test_every_key_of_the_file_is_commented() -> None:
    lines = (config_dir() / "tracker.toml").read_text().splitlines()
    upstreams = lines.index("[upstreams]")
    for number, line in enumerate(lines):
        if "=" in line and not line.startswith("#") and not upstreams < number < lines.index("[pace]"):
            block = [before for before in lines[max(0, number - 6) : number] if before]
            assert any(before.startswith("#") for before in block), line


def test_a_file_and_the_environment_override_the_defaults(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("[web]\nport = 9000\n[feed]\nitems = 7\n")
    settings = load_settings(
        mine,
        environ={
            "TRACKER_WEB__PORT": "9100",
            "TRACKER_HARVEST__CATEGORIES": "cs.CL, cs.LG",
            "TRACKER_DATA_DIR": "/x",
        },
    )
    assert settings.web.port == 9100
    assert settings.feed.items == 7
    assert settings.harvest.categories == ("cs.CL", "cs.LG")
    assert settings.store_url == "sqlite:////x/tracker.db"


def test_secrets_come_from_their_own_variables_and_are_not_shown() -> None:
    settings = load_settings(environ={"GITHUB_TOKEN": "ghp_secret", "HF_TOKEN": "hf_secret"})
    assert settings.github_token is not None
    assert settings.github_token.get_secret_value() == "ghp_secret"
    assert "ghp_secret" not in repr(settings)
    assert "hf_secret" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[web]\nprt = 1\n", "`web.prt`"),
        ("[web]\nport = 'x'\n", "`web.port`"),
        ("[harvest]\ncategories = 'cs.CL'\n", "`harvest.categories`"),
        ("colour = 'red'\n", "`colour`"),
        ("web = 3\n", "`web`"),
        ("[limits]\ngithub_batch = 0\n", "`limits.github_batch`"),
        ("[pace]\narxiv = 1.0\n", "`pace.arxiv`"),
        ("[upstreams]\narxiv_api = 'ftp://x/'\n", "`upstreams.arxiv_api`"),
        (
            "public_url = 'example.org'\n",
            "`public_url` is not an http address; write it with its scheme: https://example.org.",
        ),
        ("database_url = 'localhost/papers'\n", "`database_url` is not the address of a database"),
        ("[harvest]\ncategories = 'cs.CL'\n", "`harvest.categories` must be a list."),
        ("[harvest]\ncategories = []\n", "`harvest.categories` must have at least 1 value."),
        (
            "[harvest]\ncategories = ['cs.CL', 'banana']\n",
            "`harvest.categories` names an unknown category, 'banana'; ",
        ),
        (
            "[harvest]\ncategories = ['cs.cl']\n",
            "`harvest.categories` names an unknown category, 'cs.cl'; did you mean cs.CL?",
        ),
        ("[harvest]\ncategories = ['cs.XX']\n", "unknown category, 'cs.XX'"),
        ("[harvest]\nholidays = ['soon']\n", "must be a date like 2026-12-25."),
        ("[harvest]\nfirst_days = 0\n", "`harvest.first_days` must be at least 1."),
        ("[notify]\ncategories = ['cs']\n", "`notify.categories` names an unknown category, 'cs'"),
        ("[notify]\nwebsub_hub = 'hub.example.org/x'\n", "write it with its scheme: https://hub.example.org/x."),
        (
            "[schedule]\nevening = '99 99 * * *'\n",
            "`schedule.evening` is not a time: '99' is not a minute from 0 to 59.",
        ),
        ("[schedule]\ntimezone = 'Moon/Sea'\n", "`schedule.timezone` is not a time zone"),
        ("log_format = 'loud'\n", "`log_format` must be 'auto', 'plain' or 'json'."),
    ],
)
def test_an_error_is_one_sentence_that_names_the_key_and_the_file(tmp_path: Path, text: str, key: str) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(mine, environ={})
    assert key in str(caught.value)
    assert str(mine) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    broken, binary = tmp_path / "broken.toml", tmp_path / "binary.toml"
    broken.write_text("[web\n")
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (broken, binary, tmp_path / "missing.toml", tmp_path):
        with pytest.raises(SettingsError, match=str(path)):
            load_settings(path, environ={})


@pytest.mark.parametrize(
    "variable", ["TRACKER_COLOUR", "TRACKER_WEB__COLOUR", "TRACKER_DATA_DIR__X", "TRACKER_WEB__PORT__X"]
)
def test_an_unknown_variable_is_named(variable: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        load_settings(environ={variable: "1"})


def test_the_clock_moves_only_against_upstreams_on_this_machine() -> None:
    moment = {"TRACKER_NOW": "2026-07-01T05:00:00Z"}
    with pytest.raises(SettingsError, match="TRACKER_NOW"):
        load_settings(environ=moment)
    with pytest.raises(SettingsError, match="TRACKER_NOW"):
        load_settings(environ=moment | LOCAL | {"TRACKER_UPSTREAMS__GITHUB_API": "https://api.github.com"})
    assert f"{load_settings(environ=moment | LOCAL).now:%Y-%m-%dT%H:%M:%SZ}" == "2026-07-01T05:00:00Z"
    with pytest.raises(SettingsError, match="not a time"):
        load_settings(environ={"TRACKER_NOW": "yesterday"} | LOCAL)


def test_a_faster_pace_is_for_a_stand_in_alone() -> None:
    assert load_settings(environ=LOCAL | {"TRACKER_PACE__ARXIV": "0"}).pace.arxiv == 0


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:80/x", True),
        ("http://localhost/x", True),
        ("http://[::1]:80/", True),
        ("https://arxiv.org/", False),
        ("http://127.0.0.1.example.org/", False),
        ("http://10.0.0.1/", False),
    ],
)
def test_loopback_is_decided_by_the_literal_name(url: str, local: bool) -> None:
    assert is_loopback(url) is local


def test_an_empty_data_dir_counts_as_unset(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('data_dir = "/srv/papers"\n')
    assert load_settings(mine, environ={"TRACKER_DATA_DIR": " "}).data_dir == Path("/srv/papers")


@pytest.mark.parametrize("token", ["ghp_\u2026", '"ghp_abc"', "ghp abc", "ghp\nabc", "\u0433hp"])
def test_a_token_that_no_header_can_carry_is_refused(token: str) -> None:
    with pytest.raises(SettingsError, match=r"^GITHUB_TOKEN: is not a token; copy it again") as error:
        load_settings(environ={"GITHUB_TOKEN": token})
    assert token not in str(error.value)


@pytest.mark.parametrize(("key", "variable"), [("github_token", "GITHUB_TOKEN"), ("hf_token", "HF_TOKEN")])
def test_a_secret_in_a_file_is_refused_and_not_repeated(tmp_path: Path, key: str, variable: str) -> None:
    file = tmp_path / "tracker.toml"
    file.write_text(f'{key} = "ghp_abc"')
    with pytest.raises(SettingsError, match=f"`{key}` is a secret; set {variable} in the environment") as error:
        load_settings(file, environ={})
    assert "ghp_abc" not in str(error.value)


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1990-12-31T00:00:00Z"])
def test_a_clock_is_moved_to_a_year_that_can_be_computed_with(moment: str) -> None:
    with pytest.raises(SettingsError, match="is not a time between 1991 and 2199"):
        load_settings(environ={"TRACKER_NOW": moment})


def test_a_bound_of_a_cycle_is_read_as_that_of_a_day(tmp_path: Path) -> None:
    file = tmp_path / "tracker.toml"
    file.write_text("[limits]\nfull_texts = 10\npages = 5\npages_per_day = 7\n")
    limits = load_settings(file, environ={"TRACKER_LIMITS__HUB_RECORDS": "0"}).limits
    assert (limits.full_texts_per_day, limits.pages_per_day, limits.hub_records_per_day) == (960, 7, 0)
    with pytest.raises(SettingsError, match="TRACKER_LIMITS__FULL_TEXTS"):
        load_settings(environ={"TRACKER_LIMITS__FULL_TEXTS": "many"})


QUOTED = {
    "TRACKER_HARVEST__CATEGORIES": '"cs.CL,cs.LG"',
    "TRACKER_PUBLIC_URL": "'https://papers.example.org'",
    "TRACKER_DATA_DIR": '"/srv/data"',
    "TRACKER_CONFIG": '"mine.toml"',
    "TRACKER_NOTIFY_URLS": '"json://secret@example.org"',
}


@pytest.mark.parametrize("variable", QUOTED)
def test_a_value_in_quotes_is_refused_and_not_repeated(variable: str) -> None:
    with pytest.raises(SettingsError, match=f"{variable}: its value is in quotes; write it without them") as error:
        load_settings(environ={variable: QUOTED[variable]})
    assert QUOTED[variable].strip("'\"") not in str(error.value)


def test_quotes_within_a_value_stay() -> None:
    assert load_settings(environ={"TRACKER_FEED__TITLE": '"Open" and "shut"'}).feed.title == '"Open" and "shut"'


def test_line_ends_of_other_systems_are_no_part_of_a_value() -> None:
    given = {
        "TRACKER_HARVEST__CATEGORIES": "cs.CL,cs.LG\r",
        "TRACKER_PUBLIC_URL": "https://example.org\r",
        "HF_TOKEN": "hf_x\r",
    }
    loaded = load_settings(environ=given)
    assert (loaded.harvest.categories, loaded.public_url) == (("cs.CL", "cs.LG"), "https://example.org")
    assert loaded.hf_token is not None
    assert loaded.hf_token.get_secret_value() == "hf_x"


def test_a_data_folder_that_is_a_file_is_refused_at_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "data"):
        with pytest.raises(SettingsError, match=f"`data_dir` needs a folder, and {tmp_path / 'file'} is a file"):
            load_settings(environ={"TRACKER_DATA_DIR": str(path)})
    assert load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path / "new" / "data")}).data_dir.name == "data"


def test_an_address_with_a_password_is_not_repeated() -> None:
    for variable in ("TRACKER_DATABASE_URL", "TRACKER_UPSTREAMS__ZENODO", "TRACKER_NOTIFY__WEBSUB_HUB"):
        with pytest.raises(SettingsError) as error:
            load_settings(environ={variable: "user:word-of-mine@host/x"})
        assert "word-of-mine" not in str(error.value)
