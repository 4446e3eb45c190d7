"""What a README says of terms, as it is found: the section, the badges, and the paragraphs elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.domain.artifacts import LicenceFile
from tracker.hosts.inspect.stated_terms import (
    MOST_PROSE,
    extract_licence_section,
    find_licence_badges,
    find_terms,
    licence_statements,
)


@pytest.mark.parametrize(
    ("readme", "text"),
    [
        ("# X\n## License\nMIT here.\n## End\nno", "MIT here."),
        ("# X\n### 📜 Licence\n\nApache.\n", "Apache."),
        ("X\n===\n\nLicense\n-------\nBSD.\n\nEnd\n---\nno", "BSD."),
        ("**License**\n\nMIT.\n\n**End**\n\nno", "MIT."),
        ("**License:** MIT.\n", "MIT."),
        ("<h2>License</h2>\nMIT.\n<h2>End</h2>no", "MIT."),
        ("<h2 id='l'>\nLicense\n</h2>\nMIT.\n", "MIT."),
        ("## MIT License\nSee the file.\n", "MIT License\nSee the file."),
        ("## License\n### Code\nMIT\n### Data\nCC-BY-4.0\n## End\nno", "### Code\nMIT\n### Data\nCC-BY-4.0"),
        ("## Code License\nMIT\n## Use\nx\n## Model License\nOwn.", "Code License\nMIT\n\nModel License\nOwn."),
        ('## Copyright\n<a href="https://x.org/MIT">terms</a>', "https://x.org/MIT terms"),
        ("## License Plate Recognition\nno", ""),
        ("## Third-party licenses\nno", ""),
        ("```\n# License\nno\n```\n", ""),
        ("The license is MIT.", ""),
        ("## License\n", ""),
        ("", ""),
    ],
)
def test_the_section_on_the_licence(readme, text):
    assert extract_licence_section(readme) == text


def test_a_long_section_is_cut():
    assert len(extract_licence_section("# License\n" + "word " * 5_000)) <= 2_000


TITLE = "# FastNet: a Fast Network\n"


@pytest.mark.parametrize(
    ("readme", "found"),
    [
        ("This code is for research only.", "# \nThis code is for research only."),
        (TITLE + "For **research** `only`.", TITLE + "For research only."),
        (TITLE + "Hard\nwrapped, non-commercial\nuse.", TITLE + "Hard wrapped, non-commercial use."),
        (TITLE + "> [!NOTE]\n> No commercial use.", TITLE + "No commercial use."),
        (TITLE + "## Note\n- Cite us.\n- No commercial use.", TITLE + "# Note\nNo commercial use."),
        (TITLE + "## Data\nx\n### Terms\nLicensed.\n## End\n仅供学术研究。", TITLE + "# Terms\nLicensed.\n# End\n仅供学术研究。"),
        # Not what is read elsewhere, or by nobody.
        (TITLE + "## License\nFor research only.\n### More\nNo commercial use.\n## Next\nwords", ""),
        (TITLE + "```\n# no commercial use\n```\n", ""),
        (TITLE + "@article{a,\n title={Commercial use},\n}\n", ""),
        (TITLE + "<!-- no commercial use -->", ""),
        (TITLE + "We study research on networks.", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_paragraphs_that_may_speak_of_terms(readme: str, found: str) -> None:
    assert find_terms(readme) == found


def test_what_states_a_licence_in_its_order() -> None:
    prose, badge = "This code is for research only.", "https://img.shields.io/badge/license-MIT-green"
    package = LicenceFile("setup.py", "SPDX-License-Identifier: MIT")
    words = LicenceFile("README.md, prose", f"# \n{prose}")
    assert licence_statements(f"{prose}\n# License\nMIT") == (LicenceFile("README.md", "MIT"), words)
    assert licence_statements(prose, packages=[package]) == (package, words)
    assert licence_statements(f"{prose}\n\n![]({badge})") == (LicenceFile("README.md, badge", badge), words)
    assert licence_statements("", f"{prose}\n# License\nMIT") == (LicenceFile("README.md", "MIT"), words)
    assert licence_statements("# License\nMIT", prose) == (LicenceFile("README.md", "MIT"),)
    assert licence_statements("# A method\n") == ()


def test_long_prose_is_cut() -> None:
    assert len(find_terms("No commercial use, only for research.\n\n" * 2_000)) < 2 * MOST_PROSE


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=400), st.text(max_size=400))
def test_any_text_is_read(first: str, second: str) -> None:
    extract_licence_section(f"# License\n{first}\n{second}\n====\n")
    find_licence_badges(first)
    licence_statements(f"{first}\n# commercial\n{second}", second)
