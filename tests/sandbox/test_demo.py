"""The demo world can be read, holds responses and no judgement, and links only what is established."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tracker.sandbox import file_tree
from tracker.sandbox.arxiv import papers

ROOT = Path(__file__).parents[2]
WORLD = ROOT / "tracker" / "sandbox" / "demo"
MOST_BYTES = 130_000
MOST_PATHS = 60

PAPER_KEYS = {
    "arxiv_id", "title", "abstract", "authors", "categories", "comments", "published", "updated", "version",
}  # fmt: skip
REPOSITORY_KEYS = {"default_branch", "head", "pushed_at", "archived", "moved_from"}
MODEL_KEYS = {"tags", "cardData", "gated", "pipeline_tag", "createdAt"}
CARD_KEYS = {"license", "license_name"}
RECORD_KEYS = {"id", "title", "githubRepo"}

LINK = re.compile(r"https?://[^\s{}\\]+|\b[\w-]+\.github\.io\b")
LINKS = {
    "2005.12872": ("https://github.com/facebookresearch/detr",),
    "2010.11929": ("https://github.com/google-research/vision_transformer",),
    "2103.00020": ("https://github.com/OpenAI/CLIP",),
    "2106.09685": ("https://github.com/microsoft/LoRA",),
    "2112.10752": ("https://github.com/CompVis/latent-diffusion",),
    "2212.06817": ("robotics-transformer1.github.io",),
    "2304.01373": ("https://github.com/EleutherAI/pythia",),
    "2304.02643": ("https://segment-anything.com",),
    "2310.06825": ("https://mistral.ai/news/announcing-mistral-7b/",),
    "2412.19437": ("https://github.com/deepseek-ai/DeepSeek-V3",),
}
"""What the real abstracts and comments link, paper by paper (docs/demo.md); the other papers link nothing."""

REPOSITORIES = sorted(path.parent for path in WORLD.glob("github/*/*/repo.json"))
MODELS = sorted(path.parent for path in WORLD.glob("huggingface/models/*/*/info.json"))
RECORDS = sorted(WORLD.glob("huggingface/papers/*.json"))
PAPERS: list[dict[str, Any]] = [
    json.loads(line) for line in (WORLD / "arxiv" / "papers.jsonl").read_text(encoding="utf-8").splitlines()
]


def name(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def facts(folder: Path, file: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / file).read_text(encoding="utf-8"))
    return loaded


def known_repositories() -> set[str]:
    """Names of the repositories of this world, also former ones, case-folded."""
    old = {past for folder in REPOSITORIES for past in facts(folder, "repo.json").get("moved_from", [])}
    return {repository.casefold() for repository in {name(folder) for folder in REPOSITORIES} | old}


def watch() -> dict[str, Any]:
    return tomllib.loads((ROOT / "config" / "watch.toml").read_text(encoding="utf-8"))


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in WORLD.rglob("*") if path.is_file()) < MOST_BYTES


def test_it_holds_each_text_once() -> None:
    texts = [path.read_bytes() for path in WORLD.rglob("*") if path.is_file() and path.stat().st_size > 5_000]
    assert len(texts) == len(set(texts))


def test_nothing_in_it_is_ignored_by_version_control() -> None:
    ignored = {"data", "build", "dist", "node_modules", "__pycache__"}
    assert not [path for path in WORLD.rglob("*") if ignored & set(path.relative_to(WORLD).parts)]


def test_the_sandbox_reads_every_paper() -> None:
    loaded = papers.read_papers(WORLD)
    assert {paper.arxiv_id for paper in loaded.latest} == {paper["arxiv_id"] for paper in PAPERS}
    assert all(paper.published <= paper.updated for paper in loaded.latest)


def test_papers_are_unique_and_in_order() -> None:
    ids = [paper["arxiv_id"] for paper in PAPERS]
    assert ids == sorted(set(ids))
    assert len(ids) >= 22


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper["arxiv_id"])
def test_a_paper_holds_metadata_alone(paper: dict[str, Any]) -> None:
    assert set(paper) == PAPER_KEYS
    assert all(paper[key] for key in ("title", "authors", "categories"))
    assert len(re.findall(r"[.:](?:\s|$)", paper["abstract"])) >= 2
    assert len(paper["abstract"]) < 700, "a summary, not an abstract"
    for moment in (paper["published"], paper["updated"]):
        assert moment is None or datetime.fromisoformat(moment).tzinfo is not None


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper["arxiv_id"])
def test_a_summary_links_what_the_paper_links(paper: dict[str, Any]) -> None:
    links = LINK.findall(f"{paper['abstract']} {paper['comments'] or ''}")
    assert tuple(link.rstrip(".") for link in links) == LINKS.get(paper["arxiv_id"], ())


def test_every_paper_is_in_a_configured_category() -> None:
    settings = tomllib.loads((ROOT / "config" / "tracker.toml").read_text(encoding="utf-8"))
    ours = set(settings["harvest"]["categories"])
    assert not [paper["arxiv_id"] for paper in PAPERS if not ours & set(paper["categories"])]


@pytest.mark.parametrize("folder", REPOSITORIES, ids=name)
def test_a_repository_holds_facts_names_and_little_text(folder: Path) -> None:
    repository = facts(folder, "repo.json")
    assert set(repository) <= REPOSITORY_KEYS
    assert re.fullmatch(r"[0-9a-f]{40}", repository["head"])
    assert datetime.fromisoformat(repository["pushed_at"]).tzinfo is not None
    paths = (folder / "tree.txt").read_text(encoding="utf-8").splitlines()
    assert paths == sorted(set(paths))
    assert len(paths) <= MOST_PATHS
    with_text = {
        path.relative_to(folder / "files").as_posix() for path in (folder / "files").rglob("*") if path.is_file()
    } | set(facts(folder, "shared.json") if (folder / "shared.json").is_file() else ())
    assert with_text <= set(paths)
    assert with_text == set(file_tree.read_tree(folder)) & with_text
    assert all(re.match(r"readme|licen[cs]e", path, re.IGNORECASE) for path in with_text)
    licences = {path for path in paths if "/" not in path and re.match(r"licen[cs]e|copying", path, re.IGNORECASE)}
    assert licences <= with_text, "a licence file whose text was not read has no place in the tree"


@pytest.mark.parametrize("folder", MODELS, ids=name)
def test_a_model_holds_what_the_hub_returns(folder: Path) -> None:
    info = facts(folder, "info.json")
    assert set(info) <= MODEL_KEYS
    card = info.get("cardData", {})
    assert set(card) <= CARD_KEYS
    tagged = [tag.removeprefix("license:") for tag in info["tags"] if tag.startswith("license:")]
    assert tagged == ([card["license"]] if card else [])
    readme = (folder / "files" / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("---\nlicense: ") == bool(card)


def test_no_file_holds_a_judgement() -> None:
    words = {"role", "verdict", "class", "licence", "state", "fact", "grade", "own", "openness"}
    for path in [*WORLD.rglob("*.json")]:
        assert not words & {key.casefold() for key in json.loads(path.read_text(encoding="utf-8"))}, path


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_paper_record_leads_to_a_repository_of_this_world(path: Path) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    assert set(record) == RECORD_KEYS
    paper = next(paper for paper in PAPERS if paper["arxiv_id"] == path.stem)
    assert (record["id"], record["title"]) == (paper["arxiv_id"], paper["title"])
    assert record["githubRepo"].removeprefix("https://github.com/").casefold() in known_repositories()
    linked = " ".join(LINKS.get(path.stem, ()))
    assert "github.com" not in linked, "metadata names the repository: the record is not needed"


def test_linked_repositories_are_in_this_world() -> None:
    linked = [link for links in LINKS.values() for link in links if "github.com/" in link]
    assert {link.removeprefix("https://github.com/").casefold() for link in linked} <= known_repositories()


def test_old_names_are_free() -> None:
    present = {name(folder).casefold() for folder in REPOSITORIES}
    old = [past.casefold() for folder in REPOSITORIES for past in facts(folder, "repo.json").get("moved_from", [])]
    assert len(old) == len(set(old))
    assert not present & set(old)


def test_docs_name_every_paper_and_record() -> None:
    document = (ROOT / "docs" / "demo.md").read_text(encoding="utf-8")
    assert not [paper["arxiv_id"] for paper in PAPERS if paper["arxiv_id"] not in document]
    for path in RECORDS:
        assert (
            json.loads(path.read_text(encoding="utf-8"))["githubRepo"].removeprefix("https://github.com/")
            in document
        )


def test_watched_releases_are_without_a_paper_and_in_this_world() -> None:
    models = {name(folder) for folder in MODELS}
    releases = watch()["release"]
    assert releases
    for release in releases:
        assert set(release) == {"name", "organisation", "links", "source"}
        code, *others = [link.removeprefix("https://github.com/") for link in release["links"]]
        assert code.casefold() in known_repositories()
        assert {link.removeprefix("https://huggingface.co/") for link in others} <= models
        assert not [record for record in RECORDS if code in record.read_text(encoding="utf-8")]


def test_watched_organisations_have_their_own_accounts() -> None:
    organisations = watch()["organisation"]
    names = [organisation["name"] for organisation in organisations]
    assert len(names) == len(set(names))
    assert {release["organisation"] for release in watch()["release"]} <= set(names)
    for host in ("github", "huggingface"):
        accounts = [account.casefold() for organisation in organisations for account in organisation[host]]
        assert len(accounts) == len(set(accounts))
        assert all(re.fullmatch(r"[a-z0-9][a-z0-9._-]*", account) for account in accounts)


def test_each_account_has_a_source_of_its_own() -> None:
    for organisation in watch()["organisation"]:
        read = re.compile(r"https://github\.com/([\w.-]+)/[\w.-]+/blob/[0-9a-f]{40}/README\.md")
        owners = {found[1] for source in organisation["sources"] if (found := read.fullmatch(source))}
        assert owners == set(organisation["github"]), organisation["name"]
        assert organisation["read"]
