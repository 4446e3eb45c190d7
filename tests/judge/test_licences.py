"""A host's claim and licence files, joined into one licence for each fact."""

from __future__ import annotations

import pytest

from tests.judge.licence_samples import (
    APACHE,
    BSD3,
    CONTENT,
    MIT,
    NONE,
    OSI,
    RESTRICTED,
    UNKNOWN,
    rules,
    standard,
)
from tracker.domain.artifacts import LicenceFile
from tracker.domain.terms import Fact, LicenceClass
from tracker.judge.licences import decide_licence


def files(texts: dict[str, str]) -> list[LicenceFile]:
    return [LicenceFile(path, text) for path, text in texts.items()]


DEEPSEEK = "DEEPSEEK LICENSE AGREEMENT\n\nVersion 1.0\nOur own words for its terms."
NC = "Only for non-commercial research."


@pytest.mark.parametrize(
    ("claimed", "host_asked", "found", "fact", "spdx", "class_"),
    [
        # The claim alone.
        ("MIT", True, {}, Fact.CODE, "MIT", OSI),
        ("MIT", False, {}, Fact.CODE, "MIT", OSI),
        ("GPL-3.0", True, {}, Fact.CODE, "GPL-3.0-only", OSI),
        ("llama3.1", True, {}, Fact.WEIGHTS, "llama3.1", RESTRICTED),
        ("cc-by-4.0", True, {}, Fact.DATA, "CC-BY-4.0", CONTENT),
        ("NOASSERTION", True, {}, Fact.CODE, None, UNKNOWN),
        ("other", True, {}, Fact.WEIGHTS, None, UNKNOWN),
        ("other:mrl-0.1", True, {}, Fact.WEIGHTS, None, RESTRICTED),
        ("other:our-terms", True, {}, Fact.WEIGHTS, None, UNKNOWN),
        ("other:mistral-ai-research-licence", True, {}, Fact.WEIGHTS, None, RESTRICTED),
        (None, True, {}, Fact.CODE, None, NONE),
        (None, False, {}, Fact.CODE, None, UNKNOWN),
        ("", True, {}, Fact.CODE, None, NONE),
        # The file alone.
        (None, True, {"LICENSE": MIT}, Fact.CODE, "MIT", OSI),
        ("NOASSERTION", True, {"LICENSE": MIT}, Fact.CODE, "MIT", OSI),
        ("NOASSERTION", True, {"LICENSE": "Our own words."}, Fact.CODE, None, UNKNOWN),
        ("NOASSERTION", True, {"LICENSE": MIT + NC}, Fact.CODE, None, RESTRICTED),
        (None, True, {"LICENSE": ""}, Fact.CODE, None, NONE),
        # Both.
        ("MIT", True, {"LICENSE": MIT}, Fact.CODE, "MIT", OSI),
        ("MIT", True, {"LICENSE": MIT + NC}, Fact.CODE, None, RESTRICTED),
        ("MIT", True, {"LICENSE": "Our own words."}, Fact.CODE, None, UNKNOWN),
        ("MIT", True, {"LICENSE": ""}, Fact.CODE, "MIT", OSI),
        ("MIT", True, {"LICENSE": APACHE}, Fact.CODE, "Apache-2.0", OSI),
        ("apache-2.0", True, {"LICENSE": standard("CC-BY-NC-4.0")}, Fact.WEIGHTS, "CC-BY-NC-4.0", RESTRICTED),
        ("cc-by-nc-4.0", True, {"LICENSE": APACHE}, Fact.WEIGHTS, "CC-BY-NC-4.0", RESTRICTED),
        ("GPL-3.0", True, {"COPYING": standard("GPL-3.0-or-later.notice")}, Fact.CODE, "GPL-3.0-or-later", OSI),
        ("bsd", True, {"LICENSE": BSD3}, Fact.CODE, "BSD-3-Clause", OSI),
        ("llama2", True, {"LICENSE": "Our own words."}, Fact.WEIGHTS, "llama2", RESTRICTED),
        ("openmdw-1.0", True, {"LICENSE": "OpenMDW-1.0: a short text"}, Fact.WEIGHTS, "OpenMDW-1.0", CONTENT),
        ("openmdw-1.0", True, {"LICENSE": "Our own words."}, Fact.WEIGHTS, None, UNKNOWN),
        # A word of no weight differs: the host and the text vouch for each other.
        ("MIT", True, {"LICENSE": MIT.replace("associated documentation", "accompanying documentation")}, Fact.CODE, "MIT", OSI),
        (None, True, {"LICENSE": MIT.replace("associated documentation", "accompanying documentation")}, Fact.CODE, None, UNKNOWN),
        ("MIT", True, {"LICENSE": MIT.replace("publish, distribute", "publish")}, Fact.CODE, None, UNKNOWN),
        # Several files.
        (None, True, {"LICENSE-CODE": MIT, "LICENSE-MODEL": DEEPSEEK}, Fact.CODE, "MIT", OSI),
        (None, True, {"LICENSE-CODE": MIT, "LICENSE-MODEL": DEEPSEEK}, Fact.WEIGHTS, "deepseek", RESTRICTED),
        ("NOASSERTION", True, {"LICENSE-MODEL": DEEPSEEK}, Fact.CODE, None, UNKNOWN),
        (None, True, {"LICENSE": MIT, "MODEL_LICENSE": DEEPSEEK}, Fact.CODE, "MIT", OSI),
        (None, True, {"LICENSE": MIT, "MODEL_LICENSE": DEEPSEEK}, Fact.DEMO, "MIT", OSI),
        (None, True, {"LICENSE": MIT, "MODEL_LICENSE": DEEPSEEK}, Fact.WEIGHTS, "deepseek", RESTRICTED),
        (None, True, {"LICENSE": MIT, "MODEL_LICENSE": DEEPSEEK}, Fact.DATA, "MIT", OSI),
        (None, True, {"LICENSE": MIT, "LICENSE-DATA": standard("CC-BY-4.0")}, Fact.DATA, "CC-BY-4.0", CONTENT),
        (None, True, {"LICENSE.MIT": MIT, "LICENSE.APACHE": APACHE}, Fact.CODE, "MIT OR Apache-2.0", OSI),
        (None, True, {"LICENSE-MIT": MIT, "LICENSE-APACHE": APACHE}, Fact.CODE, "MIT OR Apache-2.0", OSI),
        ("Apache-2.0", True, {"LICENSE-MIT": MIT, "LICENSE-APACHE": APACHE}, Fact.CODE, "MIT OR Apache-2.0", OSI),
        (None, True, {"LICENSE": MIT, "COPYING": NC}, Fact.CODE, "MIT", RESTRICTED),
        (None, True, {"LICENSE": MIT, "COPYING": "Our own words."}, Fact.CODE, None, UNKNOWN),
        (None, True, {"LICENSE": MIT, "LICENSE-CC-BY": standard("CC-BY-4.0")}, Fact.CODE, "MIT", OSI),
        (None, True, {"LICENSE": MIT, "LICENSE-docs.md": standard("CC-BY-4.0")}, Fact.CODE, "MIT", OSI),
        (None, True, {"LICENSE": MIT, "THIRD_PARTY_LICENSES": "Many other words."}, Fact.CODE, "MIT", OSI),
        (None, True, {"COPYING": standard("GPL-3.0-only"), "COPYING.LESSER": standard("LGPL-3.0-only")},
         Fact.CODE, "LGPL-3.0-only", OSI),
        (None, True, {"LICENSE": MIT, "COPYRIGHT.md": "Some Lab and its friends."}, Fact.CODE, "MIT", OSI),
        (None, True, {"LICENSE": BSD3, "PATENTS": "Our own words on patents."}, Fact.CODE, None, UNKNOWN),
        (None, True, {"LICENSE": MIT, "third/LICENSE": NC}, Fact.CODE, "MIT", OSI),
    ],
)  # fmt: skip
def test_claim_and_files(
    claimed: str | None,
    host_asked: bool,
    found: dict[str, str],
    fact: Fact,
    spdx: str | None,
    class_: LicenceClass,
) -> None:
    licence = decide_licence(claimed, host_asked, files(found), rules(), fact)
    assert (licence.spdx, licence.class_) == (spdx, class_), licence.note


def test_source_and_note_say_where_it_was_read() -> None:
    by = "model card"
    assert decide_licence("mit", True, [], rules(), Fact.WEIGHTS, by).source == by
    assert decide_licence(None, True, files({"LICENSE": MIT}), rules()).source == "LICENSE"
    conflict = decide_licence("mit", True, files({"LICENSE": standard("CC-BY-NC-4.0")}), rules(), Fact.WEIGHTS, by)
    assert conflict.note.startswith("model card says MIT, LICENSE says CC-BY-NC-4.0: the stricter counts")
    assert "other" in decide_licence("other", True, [], rules(), Fact.WEIGHTS, by).note
    assert "commercial" in decide_licence("MIT", True, files({"LICENSE": MIT + NC}), rules()).note


def test_a_claim_of_a_forge_alone_is_not_open() -> None:
    """Forges repeat what they took a file for: nothing is open whose text was not read."""
    claimed = decide_licence("MIT", True, [], rules(), claim_is_of_file=True)
    assert (claimed.spdx, claimed.class_) == (None, LicenceClass.UNKNOWN)
    assert claimed.note == "the host's licence field says MIT, and no licence text was read"
    tagged = decide_licence("apache-2.0", True, [], rules())
    assert tagged.class_ is LicenceClass.OSI
    restricted = decide_licence("CC-BY-NC-4.0", True, [], rules(), claim_is_of_file=True)
    assert restricted.class_ is LicenceClass.RESTRICTED
