"""What a repository of the Hub holds, by its kind and the names of its files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.terms import Content, Fact
from tracker.hosts.huggingface import hub_content, metadata
from tracker.hosts.huggingface.hub_content import classify_files, listed_paths

WEIGHTS = (Fact.WEIGHTS,)


@pytest.mark.parametrize(
    ("names", "word", "holds"),
    [
        (["README.md", "pytorch_model-00001-of-00002.bin"], Content.DATA_ONLY, WEIGHTS),
        (["README.md", "name.Q4_K_M.gguf"], Content.DATA_ONLY, WEIGHTS),
        (["README.md", "onnx/model.onnx"], Content.DATA_ONLY, WEIGHTS),
        (["README.md", "tf_model.h5"], Content.DATA_ONLY, WEIGHTS),
        (["README.md", "flax_model.msgpack"], Content.DATA_ONLY, WEIGHTS),
        (["README.md", "model.npz"], Content.DATA_ONLY, WEIGHTS),
        (["README.md", "consolidated.00.pth"], Content.DATA_ONLY, WEIGHTS),
        (["README.md", "ckpt-0/tensor00000_000"], Content.DATA_ONLY, WEIGHTS),
        # How transformers runs it is no code of the paper.
        (["model.safetensors", "modeling_name.py", "configuration_name.py"], Content.DATA_ONLY, WEIGHTS),
        (["model.safetensors", "train.py"], Content.CODE, (Fact.CODE, Fact.WEIGHTS)),
        (["README.md", ".gitattributes", "config.json", "tokenizer.model"], Content.README_ONLY, ()),
        (
            ["README.md", "training_args.bin", "tokenizer.json", "model.safetensors.index.json"],
            Content.README_ONLY,
            (),
        ),
        ([".gitattributes"], Content.README_ONLY, ()),
        ([], Content.EMPTY, ()),
    ],
)
def test_what_a_model_holds(names, word, holds):
    contents = classify_files("model", names, gated=False)
    assert (contents.content, contents.holds) == (word, holds)


@pytest.mark.parametrize(
    ("names", "word", "holds"),
    [
        (["README.md", "data/train-00000-of-00001.parquet"], Content.DATA_ONLY, (Fact.DATA,)),
        (["README.md", "questions.json", "LICENSE"], Content.DATA_ONLY, (Fact.DATA,)),
        ([f"{n}.wav" for n in range(12)], Content.DATA_ONLY, (Fact.DATA,)),
        (["README.md", "figure.png"], Content.README_ONLY, ()),
        (["README.md", "name.py", "dataset_infos.json"], Content.CODE, ()),
        (["README.md", ".gitattributes", "citation.bib"], Content.README_ONLY, ()),
    ],
)
def test_what_a_dataset_holds(names, word, holds):
    contents = classify_files("dataset", names, gated=False)
    assert (contents.content, contents.holds) == (word, holds)


@pytest.mark.parametrize(
    ("runtime", "word", "runs"),
    [
        ({"stage": "RUNNING"}, Content.CODE, True),
        ({"stage": "SLEEPING"}, Content.CODE, True),
        ({"stage": "RUNNING_BUILDING"}, Content.CODE, True),
        (None, Content.CODE, True),
        ({"stage": "PAUSED"}, Content.CODE, False),
        ({"stage": "STOPPED"}, Content.CODE, False),
        ({"stage": "BUILD_ERROR"}, Content.CODE, False),
        ({"stage": "RUNTIME_ERROR"}, Content.CODE, False),
        ({"stage": "NO_APP_FILE"}, Content.CODE, False),
        ({"stage": "BUILDING"}, Content.UNKNOWN, False),
        ({"stage": "RUNNING", "hardware": None}, Content.CODE, True),
        (7, Content.CODE, True),
    ],
)
def test_a_space_is_a_demo_while_it_runs_or_can_be_woken(runtime, word, runs):
    contents = classify_files("space", ["README.md", "app.py"], gated=False, runtime=runtime)
    assert contents.content is word
    assert contents.holds == ((Fact.DEMO,) if runs else ())
    assert bool(contents.reason) is not runs


def test_a_space_of_which_neither_runtime_nor_application_is_known():
    assert classify_files("space", ["README.md", "notes.txt"], gated=False).content is Content.UNKNOWN
    assert (
        classify_files("space", ["README.md"], gated=False, runtime={"stage": "NO_APP_FILE"}).content
        is Content.README_ONLY
    )


@pytest.mark.parametrize("kind", ["model", "dataset", "space"])
def test_files_that_are_not_listed_or_gated_are_unknown(kind):
    assert classify_files(kind, None, gated=False).content is Content.UNKNOWN
    for names in ([], ["README.md", ".gitattributes"]):
        contents = classify_files(kind, names, gated=True)
        assert (contents.content, contents.holds, bool(contents.reason)) == (Content.UNKNOWN, (), True)


def test_paths():
    assert listed_paths([{"rfilename": "a"}, {"rfilename": 7}, 7, {}, {"rfilename": "x" * 2000}]) == ["a"]
    assert listed_paths(None) is None
    assert len(listed_paths([{"rfilename": "a"}] * 50_000)) == 20_000


@given(st.sampled_from(["model", "dataset", "space"]), st.lists(st.text(max_size=30), max_size=6), st.booleans())
def test_any_name_gives_a_content(kind, names, gated):
    contents = classify_files(kind, names, gated=gated)
    assert set(contents.holds) <= set(Fact)


@pytest.mark.parametrize("name", ["_config_" * 120 + ".py", "data_" * 190, "ckpt/" * 190 + "x", "-" * 900])
def test_hostile_names_take_no_time(name):
    for kind in ("model", "dataset", "space"):
        assert classify_files(kind, [f"{name}{number}" for number in range(500)], gated=False).content in Content


@pytest.mark.parametrize("files", [None, [], ["README.md"], ["README.md", "model.safetensors"]])
def test_weights_that_the_hub_itself_counted_are_there(files):
    contents = hub_content.classify_files("model", files, gated=False, weights_found=True)
    assert (contents.content, contents.holds) == (Content.DATA_ONLY, (Fact.WEIGHTS,))


def test_a_tag_of_the_card_is_not_a_count_of_the_hub():
    assert metadata.has_weights({"tags": ["safetensors"]})
    assert metadata.has_weights({"safetensors": {"total": 7}})
    assert not metadata.has_weights({"tags": ["safetensors"], "cardData": {"tags": ["safetensors"]}})
    assert not metadata.has_weights({"tags": ["pytorch"]})
