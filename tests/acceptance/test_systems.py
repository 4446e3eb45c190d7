"""Each of the four facts of well-known systems, as far as it is established.

`UNKNOWN` marks a fact for which no established source says whether and how it was shipped: neither yes nor no.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tracker.pipeline.site import build_paper_page

Run = Any
World = Any
Play = Any
RECORDED = Path(__file__).parents[2] / "../shared/data/recorded/acceptance"


@dataclass(frozen=True)
class Truth:
    """What one fact must be: its state, and one of these classes, decided by one of these artifacts."""

    state: str
    classes: tuple[str, ...] = ("unknown",)
    artifacts: tuple[str | None, ...] = (None,)


UNKNOWN = Truth("unknown")
NOT_READ = ("none", "unknown")


def fact(state: str, classes: str | tuple[str, ...], *artifacts: str) -> Truth:
    return Truth(state, (classes,) if isinstance(classes, str) else classes, artifacts)


OLMO = ("hf-model:allenai/OLMo-7B", "hf-model:allenai/OLMo-7B-hf", "hf-model:allenai/OLMo-7B-0424-hf")
V3 = ("hf-model:deepseek-ai/DeepSeek-V3", "hf-model:deepseek-ai/DeepSeek-V3-Base")
SYSTEMS: dict[str, tuple[str, dict[str, Truth]]] = {
    "Llama 2": (
        "arxiv:2307.09288",
        {
            "code": fact("available", "restricted", "github:meta-llama/llama"),
            "weights": fact(
                "gated", "restricted", "hf-model:meta-llama/Llama-2-7b", "hf-model:meta-llama/Llama-2-7b-hf"
            ),
        },
    ),
    # Neither its abstract nor its record nor a tag leads to what Meta released.
    "Llama 3": ("arxiv:2407.21783", {}),
    "Grok-1": (
        "release:github:xai-org/grok-1",
        {
            "code": fact("open", "osi", "github:xai-org/grok-1"),
            "weights": fact("open", "osi", "hf-model:xai-org/grok-1"),
        },
    ),
    "GPT-3": (
        "arxiv:2005.14165",
        {
            "code": fact("none", "none", "github:openai/gpt-3"),
            "data": fact("available", "none", "github:openai/gpt-3"),
        },
    ),
    "DeepSeek-V3": (
        "arxiv:2412.19437",
        {
            "code": fact("open", "osi", "github:deepseek-ai/DeepSeek-V3"),
            "weights": fact("available", "restricted", *V3),
        },
    ),
    "DeepSeek-R1": (
        "arxiv:2501.12948",
        {
            "code": fact("none", "osi", "github:deepseek-ai/DeepSeek-R1"),
            "weights": fact("open", "osi", "hf-model:deepseek-ai/DeepSeek-R1"),
        },
    ),
    "Whisper": (
        "arxiv:2212.04356",
        {
            "code": fact("open", "osi", "github:openai/whisper"),
            "weights": fact("open", "osi", "hf-model:openai/whisper-large-v3"),
        },
    ),
    "CLIP": (
        "arxiv:2103.00020",
        {
            "code": fact("open", "osi", "github:openai/CLIP"),
            "weights": fact("available", NOT_READ, "hf-model:openai/clip-vit-large-patch14"),
        },
    ),
    "Mistral 7B": (
        "arxiv:2310.06825",
        {
            "code": fact("open", "osi", "github:mistralai/mistral-inference"),
            "weights": fact("open", "osi", "hf-model:mistralai/Mistral-7B-v0.1"),
        },
    ),
    "OLMo": (
        "arxiv:2402.00838",
        {"code": fact("open", "osi", "github:allenai/OLMo"), "weights": fact("open", "osi", *OLMO)},
    ),
    "Pythia": (
        "arxiv:2304.01373",
        {
            "code": fact("open", "osi", "github:EleutherAI/pythia"),
            "weights": fact("open", "osi", "hf-model:EleutherAI/pythia-12b"),
        },
    ),
    # Its models' tags name other papers, and its repository was never read.
    "BLOOM": ("arxiv:2211.05100", {}),
    # The repository has code and no licence for it: what its README says is about the models. Their cards name the
    # paper of Qwen2.
    "Qwen2.5": ("arxiv:2412.15115", {"code": fact("available", NOT_READ, "github:QwenLM/Qwen3")}),
}
FACTS = ("code", "weights", "data", "demo")
CASES = [(name, fact) for name in SYSTEMS for fact in FACTS]


def current_reference(run: Run, work: str, reference: str | None) -> str | None:
    """The present reference of the link that decides a work's fact."""
    rows = run.rows(
        "SELECT a.reference FROM role r JOIN work w ON w.id = r.work JOIN artifact_name n ON n.id = r.name"
        " JOIN artifact a ON a.id = r.artifact"
        f" WHERE 'arxiv:' || w.arxiv_id = '{work}' AND '{reference}' IN (n.reference, a.reference)"
    )
    return str(rows[0][0]) if rows else reference


def assert_verdict(run: Run, work: str, name: str, truth: Truth) -> None:
    verdict = run.verdicts(work)[name]
    assert verdict["state"] == truth.state, verdict
    if truth is UNKNOWN:
        assert verdict["reasons"]
        return
    assert verdict["licence_class"] in truth.classes, verdict
    expected = {artifact.casefold() for artifact in truth.artifacts if artifact}
    assert str(current_reference(run, work, verdict["reference"])).casefold() in expected, verdict
    assert all(verdict["reasons"])
    assert len(verdict["reasons"]) >= 2, verdict


@pytest.mark.parametrize(("name", "which"), CASES, ids=[f"{name}-{which}" for name, which in CASES])
def test_a_fact_is_judged_as_it_is_established(systems: Run, name: str, which: str) -> None:
    work, facts = SYSTEMS[name]
    assert_verdict(systems, work, which, facts.get(which, UNKNOWN))


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_views_hold_the_same_and_explain_says_why(systems: Run, name: str) -> None:
    work, facts = SYSTEMS[name]
    if work.startswith("arxiv:"):
        rows = systems.rows(f"SELECT code, weights, data, demo FROM papers WHERE arxiv_id = '{work[6:]}'")
        assert rows == [tuple(facts.get(which, UNKNOWN).state for which in FACTS)]
    explanation = systems.explained(work)
    for which, truth in facts.items():
        line = next(line for line in explanation.splitlines() if line.strip().startswith(f"{which} "))
        assert truth.state in line
    for truth in facts.values():
        assert any(
            artifact and artifact.partition(":")[2].casefold() in explanation.casefold()
            for artifact in truth.artifacts
        )


def test_only_what_is_open_is_among_the_open_papers(systems: Run) -> None:
    expected = {
        work.partition(":")[2]
        for work, facts in SYSTEMS.values()
        if work.startswith("arxiv:") and facts.get("code", UNKNOWN).state == "open"
    }
    assert {row[0] for row in systems.rows("SELECT arxiv_id FROM open_papers")} == expected


def test_derived_weights_of_others_are_not_the_authors_own(systems: Run) -> None:
    roles = dict(systems.rows("SELECT reference, role FROM links WHERE arxiv_id = '2307.09288'"))
    assert roles["hf-model:meta-llama/Llama-2-7b"] == "own"
    assert roles.get("hf-model:TheBloke/Llama-2-7B-GGUF") in (None, "mention", "community")


def test_artifacts_have_their_licences(systems: Run) -> None:
    stored = {
        row[0]: row[1:]
        for row in systems.rows("SELECT reference, outcome, licence_spdx, licence_class, gated FROM artifacts")
    }
    assert stored["hf-model:openai/whisper-large-v3"] == ("present", "Apache-2.0", "osi", 0)
    assert stored["github:openai/whisper"][:3] == ("present", "MIT", "osi")
    assert stored["hf-model:meta-llama/Llama-2-7b"][3] == 1


def test_the_repository_of_gpt_3_is_archived(systems: Run) -> None:
    assert systems.rows("SELECT archived, content FROM artifacts WHERE reference = 'github:openai/gpt-3'") == [
        (1, "data-only")
    ]


def test_the_pages_of_gated_and_of_data_only_systems_say_what_is_there(systems: Run) -> None:
    def shown(arxiv_id: str) -> str:
        page = build_paper_page(systems.worker.store, systems.worker.settings, arxiv_id)
        assert page is not None
        return page.decode().partition('id="history"')[2].partition("</ol>")[0]

    assert "gated (access on request)" in shown("2307.09288")
    assert "Published: data, no code" in shown("2005.14165")
    assert 'class="good"' not in shown("2005.14165")


LINKED = {
    # A paper that links these releases gets their verdicts.
    "2405.00001": (
        "Llama 3",
        "https://github.com/meta-llama/llama3",
        "https://huggingface.co/meta-llama/Meta-Llama-3-8B",
        fact("available", "restricted", "github:meta-llama/llama3"),
        fact("gated", "restricted", "hf-model:meta-llama/Meta-Llama-3-8B"),
    ),
    "2405.00002": (
        "Grok 2",
        "",
        "https://huggingface.co/xai-org/grok-2",
        UNKNOWN,
        fact("available", "restricted", "hf-model:xai-org/grok-2"),
    ),
    "2405.00003": (
        "BLOOM",
        "",
        "https://huggingface.co/bigscience/bloom",
        UNKNOWN,
        fact("available", "restricted", "hf-model:bigscience/bloom"),
    ),
    "2405.00004": (
        "Qwen2.5",
        "",
        "https://huggingface.co/Qwen/Qwen2.5-72B-Instruct",
        UNKNOWN,
        fact("available", "restricted", "hf-model:Qwen/Qwen2.5-72B-Instruct"),
    ),
    "2405.00005": (
        "Qwen2.5-3B",
        "",
        "https://huggingface.co/Qwen/Qwen2.5-3B",
        UNKNOWN,
        fact("available", "restricted", "hf-model:Qwen/Qwen2.5-3B"),
    ),
}


def test_releases_are_judged_right_if_a_paper_links_them(new_world: World, play: Play, tmp_path: Path) -> None:
    for arxiv_id, (title, code, weights, _, _) in LINKED.items():
        ours = f" Our code is available at {code}." if code else ""
        new_world.paper(
            arxiv_id,
            f"{title}: a report",
            f"We present {title}.{ours} Our model weights are released at {weights}.",
            ["Ann Author"],
            "2024-05-02",
        )
    with play(new_world, tmp_path / "data") as run:
        for arxiv_id, (_, _, _, code, weights) in LINKED.items():
            assert_verdict(run, f"arxiv:{arxiv_id}", "weights", weights)
            if code is not UNKNOWN:
                assert_verdict(run, f"arxiv:{arxiv_id}", "code", code)
            assert run.rows(f"SELECT count(*) FROM open_papers WHERE arxiv_id = '{arxiv_id}'") == [(0,)]


@pytest.mark.parametrize("name", ["allenai/OLMo", "EleutherAI/pythia", "mistralai/mistral-inference"])
def test_a_licence_file_that_cannot_be_read_is_unknown(
    new_world: World, play: Play, tmp_path: Path, name: str
) -> None:
    place = new_world.folder / "github" / name
    (place / "files" / "LICENSE").unlink()
    with (place / "tree.txt").open("a") as tree:
        tree.write("LICENSE\n")
    work = next(
        work for work, facts in SYSTEMS.values() if f"github:{name}" in facts.get("code", UNKNOWN).artifacts
    )
    with play(new_world, tmp_path / "data") as run:
        assert_verdict(run, work, "code", fact("available", "unknown", f"github:{name}"))


def wrong_facts(run: Run) -> list[Any]:
    """Facts whose verdict differs from what is established."""
    wrong = []
    for name, (work, facts) in SYSTEMS.items():
        verdicts = run.verdicts(work)
        for which in FACTS:
            truth, verdict = facts.get(which, UNKNOWN), verdicts[which]
            if truth.state != verdict["state"] or (
                truth is not UNKNOWN and verdict["licence_class"] not in truth.classes
            ):
                wrong.append((name, which, verdict["state"], verdict["licence_class"], verdict["reasons"]))
    return wrong


def test_the_same_without_a_token(new_world: World, play: Play, tmp_path: Path) -> None:
    with play(new_world, tmp_path / "data", token="") as run:
        assert wrong_facts(run) == []


@pytest.mark.parametrize(
    ("name", "repository"),
    [
        ("OLMo", "https://github.com/allenai/OLMo"),
        ("Whisper", "https://github.com/openai/whisper"),
        ("Llama 2", "https://github.com/facebookresearch/llama"),
    ],
)
def test_the_same_where_the_full_text_holds_the_link(
    new_world: World, play: Play, tmp_path: Path, name: str, repository: str
) -> None:
    filler = "<p>Many words follow, on data, on training and on what came of it.</p>" * 30
    new_world.html(
        SYSTEMS[name][0].partition(":")[2],
        "<h1>A paper</h1><section><h2>1 Introduction</h2><p>We release our models. Our training and inference code is"
        f' available at <a href="{repository}">{repository}</a>.</p>{filler}</section>',
    )
    with play(new_world, tmp_path / "data") as run:
        assert wrong_facts(run) == []


def test_of_three_hundred_models_that_cite_a_paper_only_the_authors_are_theirs(
    new_world: World, play: Play, tmp_path: Path
) -> None:
    tags = ["arxiv:2307.09288", "license:llama2"]
    mirrors = [
        "NousResearch/Llama-2-7b-hf",
        "daryl149/llama-2-7b-hf",
        "meta-llama-fans/Llama-2-7b",
        "llama/Llama-2-7b",
    ]
    for name in (*mirrors, *(f"user{number}/Llama-2-7b-chat-{number}" for number in range(300))):
        base_model = [f"base_model:meta-llama/{name.rpartition('/')[2]}"] if name.startswith("user") else []
        card = {"card": "# Llama 2, again", "cardData": {"license": "llama2"}, "tags": [*tags, *base_model]}
        new_world.hub("models", name, "model.safetensors", **card)
    with play(new_world, tmp_path / "data") as run:
        own = run.rows(
            "SELECT reference FROM links WHERE arxiv_id = '2307.09288' AND role = 'own' ORDER BY reference"
        )
        assert [row[0] for row in own if row[0].startswith("hf-model:")] == [
            "hf-model:meta-llama/Llama-2-7b",
            "hf-model:meta-llama/Llama-2-7b-hf",
        ]
        assert wrong_facts(run) == []
        requests = len(run.asked("huggingface"))
        assert requests <= 60, "models that are not the authors' are not checked"


@pytest.mark.data
def test_the_same_with_the_recorded_files(new_world: World, play: Play, tmp_path: Path) -> None:
    if not RECORDED.is_dir():
        pytest.skip("the shared development data are not beside the project")
    for folder in RECORDED.iterdir():
        place = new_world.folder / "github" / folder.name.replace("__", "/")
        texts = {
            file.name: file.read_bytes() for file in folder.iterdir() if file.name not in ("HEAD.txt", "TREE.txt")
        }
        for file in (place / "files").iterdir():
            file.unlink()
        for path, content in texts.items():
            (place / "files" / path).write_bytes(content)
        (place / "tree.txt").write_text((folder / "TREE.txt").read_text())
    with play(new_world, tmp_path / "data") as run:
        assert wrong_facts(run) == []
