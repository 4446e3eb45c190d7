"""Licence texts: each usual form of an open licence is recognised, and nothing else may come out open."""

from __future__ import annotations

import re
import textwrap
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.judge.licence_samples import (
    APACHE,
    BSD3,
    CONTENT,
    MIT,
    NONE,
    OPEN,
    OSI,
    RECORDED,
    RESTRICTED,
    UNKNOWN,
    rules,
    standard,
)
from tracker.domain.artifacts import LicenceFile
from tracker.domain.terms import Fact, LicenceClass
from tracker.judge.licence_classes import classify_licence, normalise_licence
from tracker.judge.licence_files import read_licence_text
from tracker.judge.licences import decide_licence

# --- texts --------------------------------------------------------------------------------------------------

RECOGNISED = {
    "MIT as published": (MIT, "MIT"),
    "MIT without a title": (MIT.replace("MIT License", ""), "MIT"),
    "MIT with a heading and emphasis": (
        "# The MIT License (MIT)\n\n" + MIT.replace('"Software"', "**“Software”**"),
        "MIT",
    ),
    "MIT in one paragraph, upper case": (" ".join(MIT.split()).upper(), "MIT"),
    "MIT with Windows line ends and quotes": ("> " + MIT.replace("\n", "\r\n> "), "MIT"),
    "MIT of a company": (MIT.replace("AUTHORS OR COPYRIGHT HOLDERS", "ACME RESEARCH INC. OR ITS PARTNERS"), "MIT"),
    "MIT of several holders": ("Copyright (c) 2021 A\nCopyright (c) 2022 B. All rights reserved.\n" + MIT, "MIT"),
    "MIT with a typing mistake": (MIT.replace("MERCHANTABILITY", "MERCHANTIBILITY"), "MIT"),
    "MIT that asks for a citation": (MIT + "\nPlease cite our paper.\n", "MIT"),
    "MIT with a friendly preamble": ("This project is licensed under the following license:\n\n" + MIT, "MIT"),
    "MIT and a list of parts": (
        MIT + "\nPart of this code comes from Detectron2, licensed under the Apache License.\n",
        "MIT",
    ),
    "MIT as a web page": (
        "<html><body><p>" + MIT.replace('"', "&quot;").replace("\n\n", "</p>\n<p>") + "</p>",
        "MIT",
    ),
    "MIT with the next paragraph": (
        MIT.replace("permission notice shall", "permission notice (including the next paragraph) shall"),
        "MIT",
    ),
    "LGPL-2.1 without its inner title": (
        standard("LGPL-2.1-only").replace("GNU LESSER GENERAL PUBLIC LICENSE\n", ""),
        "LGPL-2.1-only",
    ),
    "MIT twice": (MIT + "\n----\n" + MIT, "MIT"),
    "MIT and Apache in one file": (MIT + "\n=======\n" + APACHE, "MIT AND Apache-2.0"),
    "Apache": (APACHE, "Apache-2.0"),
    "Apache with its appendix filled in": (
        APACHE.replace("[yyyy] [name of copyright owner]", "2025 The Authors"),
        "Apache-2.0",
    ),
    "Apache without its appendix": (APACHE[: APACHE.index("END OF TERMS")], "Apache-2.0"),
    "Apache after a line of holders": (
        "Copyright 2018- The Team. All rights reserved.\n\n" + APACHE,
        "Apache-2.0",
    ),
    "Apache's notice": ("Copyright 2023 X\n\n" + standard("Apache-2.0.notice"), "Apache-2.0"),
    "BSD-3 of a company": (BSD3.replace("the copyright holder nor", "Acme Labs nor"), "BSD-3-Clause"),
    "BSD-3 of an author": (standard("BSD-3-Clause.author"), "BSD-3-Clause"),
    "BSD-2": (standard("BSD-2-Clause"), "BSD-2-Clause"),
    "ISC": (standard("ISC"), "ISC"),
    "0BSD": (standard("0BSD"), "0BSD"),
    "GPL-2": (standard("GPL-2.0-only"), "GPL-2.0-only"),
    "GPL-3": (standard("GPL-3.0-only"), "GPL-3.0-only"),
    "GPL-3 with an identifier": (
        "SPDX-License-Identifier: GPL-3.0-or-later\n" + standard("GPL-3.0-only"),
        "GPL-3.0-or-later",
    ),
    "GPL-3's notice": (standard("GPL-3.0-or-later.notice"), "GPL-3.0-or-later"),
    "GPL-2's notice": (standard("GPL-2.0-or-later.notice"), "GPL-2.0-or-later"),
    "LGPL-3 and the GPL-3 that it refers to": (
        standard("LGPL-3.0-only") + standard("GPL-3.0-only"),
        "LGPL-3.0-only",
    ),
    "Apache with the LLVM exceptions": (APACHE + standard("LLVM-exception"), "Apache-2.0 WITH LLVM-exception"),
    "Mulan's notice": (standard("MulanPSL-2.0.notice"), "MulanPSL-2.0"),
    "BSD-3 of contributors in a file": (
        BSD3.replace("<year> <owner>", "2022, the respective contributors, as shown by the AUTHORS file"),
        "BSD-3-Clause",
    ),
    "ISC with an approval": (
        "This license is approved by the OSI and FSF as GPL-compatible.\n\n" + standard("ISC"),
        "ISC",
    ),
    "MIT of all contributions": (MIT + "\nAll contributions towards FooNet are MIT licensed.\n", "MIT"),
    "MIT and a list of components": (
        MIT
        + "\nThis project includes third-party components:\n\n- timm, licensed under the Apache License 2.0\n- PyTorch, BSD-3-Clause\n",
        "MIT",
    ),
    "code and data in two sentences": ("Data: CC BY 4.0. Code: GPLv3.", "GPL-3.0-only"),
    "code, texts and data in a line": (
        "Source code: GPL-3.0-or-later; text and figures: CC-BY-4.0; data: CC0-1.0",
        "GPL-3.0-or-later",
    ),
    "code, data and models in lines": (
        "Code: Apache-2.0\nData: CC BY-NC 4.0\nModels: research only",
        "Apache-2.0",
    ),
    "code and data by their files": (
        "The code is licensed under the MIT License (see LICENSE-CODE). The data is licensed under CC BY 4.0 (see LICENSE-DATA).",
        "MIT",
    ),
    "code and all other content": (
        "All code is released under the BSD 3-Clause license. All other content (text, figures) is released under CC BY 4.0.",
        "BSD-3-Clause",
    ),
    "MPL's notice": (standard("MPL-2.0.notice"), "MPL-2.0"),
    "Unlicense": (standard("Unlicense"), "Unlicense"),
    "an identifier alone": ("SPDX-License-Identifier: MIT\n", "MIT"),
    "an expression": ("SPDX-License-Identifier: MIT OR Apache-2.0", "MIT OR Apache-2.0"),
    "a sentence": ("The code in this repository is released under the MIT License.", "MIT"),
    "a sentence on Apache": (
        "All source code is licensed under the terms of the Apache License 2.0.",
        "Apache-2.0",
    ),
}


@pytest.mark.parametrize("case", RECOGNISED)
def test_open_texts_are_recognised_in_their_usual_forms(case: str) -> None:
    text, spdx = RECOGNISED[case]
    reading = read_licence_text(text, rules())
    assert (reading.spdx, reading.class_) == (spdx, OSI), reading.note


@pytest.mark.parametrize(
    ("name", "width"),
    [("GPL-3.0-only", 79), ("BSL-1.0", 60), ("EUPL-1.2", 72), ("W3C", 60), ("OFL-1.1", 72), ("CC-BY-4.0", 60), ("CC-BY-3.0", 79)],
)  # fmt: skip
def test_where_a_line_ends_changes_nothing(name: str, width: int) -> None:
    """A line that begins with "copyright" inside a sentence states no copyright, and "CC-" at an end goes on."""
    text = "\n\n".join(textwrap.fill(part, width) for part in standard(name).split("\n\n"))
    reading = read_licence_text(text, rules())
    assert (reading.spdx, reading.class_ in OPEN) == (name, True), reading.note


FSF = "51 Franklin Street, Fifth Floor, Boston, MA  02110-1301, USA"
OLD_ADDRESS = "59 Temple Place, Suite 330, Boston, MA 02111-1307, USA"
GPL2 = standard("GPL-2.0-only")[: standard("GPL-2.0-only").index("This General Public License does not permit")]
GPL2_BODY = textwrap.fill(GPL2[GPL2.index("Preamble") : GPL2.index("END OF TERMS")], 72)
GPL2_BODY = GPL2_BODY.replace("which is copyrighted by the Free", "which is copyrighted by the Free\n")
GPL2_END = """This General Public License does not permit incorporating your program into
proprietary programs.  If your program is a subroutine library, you may
consider it more useful to permit linking proprietary applications with the
library.  If this is what you want to do, use the GNU Lesser General
Public License instead of this License.
"""


@pytest.mark.parametrize("lesser", ["Lesser", "Library"])
@pytest.mark.parametrize("address", [FSF, OLD_ADDRESS, "675 Mass Ave, Cambridge, MA 02139, USA"])
def test_the_gpl_2_as_published_over_the_years(address: str, lesser: str) -> None:
    """gnu.org/licenses/old-licenses/gpl-2.0.txt ends with a paragraph that SPDX's text leaves out."""
    head = "GNU GENERAL PUBLIC LICENSE\nVersion 2, June 1991\n\nCopyright (C) 1989, 1991 Free Software Foundation, Inc.\n"
    allowed = "Everyone is permitted to copy and distribute verbatim copies of this license document, but changing it is not allowed."
    end = re.sub(r"51 Franklin.*?02139, USA", address, GPL2[GPL2.index("END OF TERMS") :])
    text = f"{head}{address}\n{allowed}\n\n{GPL2_BODY}\n\n{end}\n\n{GPL2_END}".replace("Lesser Library", lesser)
    reading = read_licence_text(text, rules())
    assert (reading.spdx, reading.class_) == ("GPL-2.0-only", OSI), reading.note
    limited = read_licence_text(f"{text}\nFor non-commercial use only.\n", rules())
    assert limited.class_ is RESTRICTED


@pytest.mark.parametrize(
    "name", ["CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "CC-BY-3.0", "ODbL-1.0", "CDLA-Permissive-2.0"]
)
def test_open_content_texts(name: str) -> None:
    reading = read_licence_text(standard(name), rules())
    assert (reading.spdx, reading.class_) == (name, CONTENT), reading.note


@pytest.mark.parametrize("name", ["CC-BY-4.0", "CC-BY-SA-4.0"])
def test_creative_commons_deeds(name: str) -> None:
    reading = read_licence_text(standard(f"{name}.deed"), rules())
    assert (reading.spdx, reading.class_) == (name, CONTENT), reading.note


ADDED = [
    "This software may not be used for commercial purposes.",
    "The Software is for non-commercial use only.",
    "For academic use only. Commercial users must contact the authors.",
    "Commercial use is prohibited without written consent.",
    "Use is limited to research purposes.",
    "The model is provided solely for research and education.",
    "This code is for research purposes only.",
    "Only for personal and educational use.",
    '"Commons Clause" License Condition v1.0',
    "The License does not include the right to Sell the Software: no selling it for commercial gain.",
    "You shall not use the software for military purposes or for surveillance.",
    "Non-Commercial",
    "The weights are licensed under Attribution-NonCommercial 4.0 International.",
    "For commercial use, please contact us.",
    "Redistribution for any commercial product is not permitted.",
    "Copyright (c) 2024 Some Lab. Free for non-commercial use.",
    "The models follow the Llama 2 Community License.",
]


@pytest.mark.parametrize("words", ADDED)
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("name", ["MIT", "Apache-2.0", "BSD-3-Clause", "GPL-3.0-only"])
def test_added_restrictions_are_never_open(name: str, before: bool, words: str) -> None:
    text = f"{words}\n\n{standard(name)}" if before else f"{standard(name)}\n\n{words}\n"
    reading = read_licence_text(text, rules())
    assert reading.class_ is RESTRICTED
    assert reading.note


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("MIT", "to use, copy, modify, merge, publish,", "to use, copy, merge, publish,"),
        ("MIT", "sublicense, and/or sell", "and/or sublicense"),
        ("MIT", "to any person obtaining", "to any student obtaining"),
        ("MIT", "to any person obtaining", "to any natural person obtaining"),
        ("MIT", "to any person obtaining", "to any person in Europe obtaining"),
        ("MIT", "free of charge, ", ""),
        ("MIT", "without restriction", "with restriction"),
        ("MIT", "deal in the Software without", "deal in the Software for teaching without"),
        ("MIT", "portions of the Software.", "portions of the Software, which must stay inside the EU."),
        ("MIT", "THE AUTHORS OR", "THE USER MUST ASK FIRST AND THE AUTHORS OR"),
        ("ISC", "for any purpose", "for lawful purposes"),
        ("ISC", "with or without fee", "without fee"),
        ("Apache-2.0", "irrevocable\n", "revocable\n"),
        ("Apache-2.0", "royalty-free, ", ""),
        ("Apache-2.0", "You may reproduce and distribute copies", "You may reproduce copies"),
        ("BSD-3-Clause", "with or without modification, are", "without modification, are"),
        ("BSD-2-Clause", "in source and binary forms", "in source form"),
        ("CC-BY-4.0", "in whole or in part; and", "in whole or in part, for NonCommercial purposes only; and"),
        (
            "CC0-1.0",
            "including without limitation commercial, advertising",
            "including without limitation advertising",
        ),
    ],
)
def test_a_changed_grant_is_not_the_licence(name: str, old: str, new: str) -> None:
    text = standard(name)
    changed = " ".join(text.split()).replace(" ".join(old.split()), " ".join(new.split()), 1)
    assert changed != " ".join(text.split())
    assert read_licence_text(text, rules()).class_ in OPEN
    assert read_licence_text(changed, rules()).class_ not in OPEN


def test_a_text_that_adds_a_condition_is_unknown_with_a_note() -> None:
    reading = read_licence_text(MIT + "\nAdditionally you must display our logo.\n", rules())
    assert (reading.class_, reading.spdx) == (UNKNOWN, None)
    assert "MIT" in reading.note


def test_a_licence_in_a_heap_of_other_text_is_unknown() -> None:
    heap = " ".join(f"word{number} is here" for number in range(400))
    assert read_licence_text(MIT + heap, rules()).class_ is UNKNOWN
    assert read_licence_text(heap + MIT, rules()).class_ is UNKNOWN


# Titles are the licences' own; the rest is said in our words.
AGREEMENTS = {
    "llama2": "LLAMA 2 COMMUNITY LICENSE AGREEMENT\nLlama 2 Version Release Date: July 18, 2023\nWho has very many users asks first.",
    "llama3": "META LLAMA 3 COMMUNITY LICENSE AGREEMENT\nMeta Llama 3 Version Release Date: April 18, 2024\nTerms.",
    "llama3.1": "LLAMA 3.1 COMMUNITY LICENSE AGREEMENT\nTerms.",
    "llama3.2": "LLAMA 3.2 COMMUNITY LICENSE AGREEMENT\nTerms.",
    "llama4": "LLAMA 4 COMMUNITY LICENSE AGREEMENT\nTerms.",
    "gemma": "Gemma Terms of Use\n\nLast modified: some day\nBy using Gemma you accept these.",
    "deepseek": "DEEPSEEK LICENSE AGREEMENT\n\nVersion 1.0, 23 October 2023\n\nCopyright (c) 2023 DeepSeek\n",
    "qwen": "Qwen LICENSE AGREEMENT\n\nQwen LICENSE AGREEMENT Release Date: September 19, 2024\n",
    "qwen-research": "Qwen RESEARCH LICENSE AGREEMENT\n\nTerms.",
    "openrail": "CreativeML Open RAIL++-M License\ndated November 24, 2022\nUse-based limits follow.",
    "falcon-llm": "Falcon-180B TII License Version 1.0\nTerms.",
    "stabilityai-community": "STABILITY AI COMMUNITY LICENSE AGREEMENT\nTerms.",
    "mistral-research": "# Mistral AI Research License\nTerms.",
    "Mistral's older one": "# Mistral AI Non-Production License\nTerms.",
    "Qwen's older one": "Tongyi Qianwen LICENSE AGREEMENT\nTerms.",
    "Falcon 2": "Falcon 2 11B TII License Version 1.0\nTerms.",
    "Llama 3.3": "LLAMA 3.3 COMMUNITY LICENSE AGREEMENT\nTerms.",
    "BLOOM": "BigScience BLOOM RAIL 1.0\nBigScience RAIL License v1.0\nTerms.",
    "Stable Video Diffusion": "STABLE VIDEO DIFFUSION NON-COMMERCIAL COMMUNITY LICENSE AGREEMENT\nTerms.",
    "nvidia-source-code-nc": "NVIDIA Source Code License for StyleGAN2 with Adaptive Discriminator Augmentation (ADA)\nTerms.",
    "s-lab-1.0": "S-Lab License 1.0\n\nCopyright 2022 S-Lab\n\nRedistribution and use for non-commercial purpose.",
    "grok2-community": "Grok 2 Community License Agreement\nTerms.",
    "Commons-Clause": "“Commons Clause” License Condition v1.0\nLicense: Apache 2.0",
}


SHOWN = {
    "Mistral's older one": "mistral-research",
    "Qwen's older one": "qwen",
    "Falcon 2": "falcon-llm",
    "Llama 3.3": "llama3.3",
    "BLOOM": "openrail",
    "Stable Video Diffusion": "stabilityai-community",
}
"""The ids of texts that share one with another."""


@pytest.mark.parametrize("name", AGREEMENTS)
def test_agreements_with_restrictions_are_known_by_their_titles(name: str) -> None:
    reading = read_licence_text(AGREEMENTS[name], rules())
    assert (reading.spdx, reading.class_) == (SHOWN.get(name, name), RESTRICTED)


@pytest.mark.parametrize(
    "name", ["CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-ND-4.0", "CC-BY-NC-ND-4.0", "BUSL-1.1", "SSPL-1.0"]
)
def test_restricted_standard_texts(name: str) -> None:
    assert read_licence_text(standard(name), rules()).class_ is RESTRICTED


@pytest.mark.parametrize(
    ("text", "class_"),
    [
        ("", NONE),
        (" \n\t ", NONE),
        ("MIT", UNKNOWN),
        ("TODO: choose a licence", UNKNOWN),
        ("MIT License", UNKNOWN),
        ("Copyright (c) 2024 Some Lab. All rights reserved.", RESTRICTED),
        ("This work is licensed under a Creative Commons Attribution 4.0 International License.", CONTENT),
        (
            "This work is licensed under a Creative Commons Attribution-ShareAlike 4.0 International License.",
            CONTENT,
        ),
        (
            "This work is licensed under a Creative Commons Attribution-NonCommercial 4.0 International License.",
            RESTRICTED,
        ),
        ("This work is released under CC BY-NC-SA 4.0.", RESTRICTED),
        ("This work is released under CC BY 4.0.", CONTENT),
        ("Code is licensed under the MIT License, for non-commercial use only.", RESTRICTED),
        ("Code is licensed under the MIT License, but you must ask us first.", UNKNOWN),
        ("SPDX-License-Identifier: CC-BY-NC-4.0", RESTRICTED),
        ("SPDX-License-Identifier: LicenseRef-Mine", UNKNOWN),
        ("This is not released under the MIT License; you may not copy it.", UNKNOWN),
    ],
)
def test_short_texts(text: str, class_: LicenceClass) -> None:
    assert read_licence_text(text, rules()).class_ is class_


def test_commercial_and_noncommercial_use_together_is_no_restriction() -> None:
    assert read_licence_text(MIT + "\nFree for both commercial and non-commercial use.\n", rules()).class_ is OSI


def test_a_limit_in_a_licence_file_counts_for_what_it_names() -> None:
    parts = "Code: Apache-2.0\nData: CC BY 4.0\nModels: research only"
    assert read_licence_text(parts, rules(), Fact.WEIGHTS).class_ is RESTRICTED
    assert read_licence_text(parts, rules(), Fact.DATA).class_ is CONTENT
    assert (
        read_licence_text(f"{MIT}\nThe models are for research only.\n", rules(), Fact.WEIGHTS).class_
        is RESTRICTED
    )
    listed = f"{MIT}\nThis project includes third-party components:\n- StyleGAN2, NVIDIA Source Code License\n"
    assert read_licence_text(listed, rules()).class_ is not OSI
    assert read_licence_text(standard("LLVM-exception"), rules()).class_ is UNKNOWN


# --- text from strangers --------------------------------------------------------------------------------------


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_text_raises_or_is_open_by_chance(text: str) -> None:
    assert read_licence_text(text, rules()).class_ not in OPEN
    assert normalise_licence(text, rules()) is None or classify_licence(text, rules()) is not NONE
    decide_licence(text, True, [LicenceFile(text, text)], rules())


@pytest.mark.parametrize(
    "piece",
    ["permission is hereby granted free of charge ", "the ", "<" * 50, "copyright (c) ", "not for research only ", "- ",
     "licensed under ", "no version 2.0 ", "\x00\ud800", "(c) " * 3, "apache license version 2.0 "],
)  # fmt: skip
def test_a_megabyte_is_bounded(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    start = time.process_time()
    reading = read_licence_text(text, rules())
    assert time.process_time() - start < 3
    assert reading.class_ not in OPEN


# --- recorded ---------------------------------------------------------------------------------------------------


@pytest.mark.data
@pytest.mark.parametrize(
    ("path", "spdx", "class_"),
    [
        ("deepseek-ai__DeepSeek-R1/LICENSE", "MIT", OSI),
        ("deepseek-ai__DeepSeek-V3/LICENSE-CODE", "MIT", OSI),
        ("deepseek-ai__DeepSeek-V3/LICENSE-MODEL", "deepseek", RESTRICTED),
        ("meta-llama__llama/LICENSE", "llama2", RESTRICTED),
        ("meta-llama__llama3/LICENSE", "llama3", RESTRICTED),
        ("openai__CLIP/LICENSE", "MIT", OSI),
        ("openai__whisper/LICENSE", "MIT", OSI),
        ("xai-org__grok-1/LICENSE.txt", "Apache-2.0", OSI),
    ],
)
def test_recorded_licence_files(path: str, spdx: str, class_: LicenceClass) -> None:
    if not RECORDED.is_dir():
        pytest.skip("the shared development data are not beside the project")
    reading = read_licence_text((RECORDED / path).read_text("utf-8"), rules())
    assert (reading.spdx, reading.class_) == (spdx, class_)


@pytest.mark.parametrize(
    "piece", [".", "!?", ".)", ". ", ".\n", "* ", "'", "; ", "(", "a.", "Inc.", "commerciala", "a"]
)
def test_a_piece_that_is_repeated_is_read_in_linear_time(piece: str) -> None:
    start = time.process_time()
    read_licence_text(f"v0{piece * (60_000 // len(piece))}\0", rules())
    assert time.process_time() - start < 10, "a quadratic step takes minutes over this much"
