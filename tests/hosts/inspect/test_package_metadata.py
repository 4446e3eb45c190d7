import pytest

from tracker.hosts.inspect.package_metadata import read_package_licence


@pytest.mark.parametrize(
    ("path", "text", "licence"),
    [
        ("pyproject.toml", '[project]\nlicense = "MIT"\n', "MIT"),
        ("pyproject.toml", '[project]\nlicense = "MIT OR Apache-2.0"\n', "MIT OR Apache-2.0"),
        ("pyproject.toml", '[project]\nlicense = { text = "Apache License 2.0" }\n', "Apache-2.0"),
        ("pyproject.toml", '[project]\nlicense = {file = "LICENSE"}\n', None),
        ("pyproject.toml", '[project.license]\ntext = "BSD-3-Clause"\n', "BSD-3-Clause"),
        ("pyproject.toml", '[tool.poetry]\nlicense = "GPL-3.0-or-later" # ours\n', "GPL-3.0-or-later"),
        ("pyproject.toml", '[tool.other]\nlicense = "MIT"\n', None),
        ("pyproject.toml", '[project]\nclassifiers = [\n "License :: OSI Approved :: MIT License",\n]\n', "MIT"),
        ("pyproject.toml", "[project\nlicense = broken", None),
        ("setup.cfg", "[metadata]\nlicense = Apache-2.0\n", "Apache-2.0"),
        ("setup.cfg", "[metadata]\nlicense = file: LICENSE\n", None),
        ("setup.cfg", "[metadata]\nlicense_files = LICENSE\n", None),
        ("setup.py", "setup(name='x', license='MIT License')", "MIT"),
        ("setup.py", 'setup(license="BSD")', "BSD"),
        ("setup.py", "setup(classifiers=['License :: OSI Approved :: Apache Software License'])", "Apache-2.0"),
        ("setup.py", 'setup(license="Proprietary")', "LicenseRef-Proprietary"),
        ("package.json", '{"license": "ISC"}', "ISC"),
        ("package.json", '{"license": {"type": "MIT", "url": "x"}}', "MIT"),
        ("package.json", '{"licenses": [{"type": "MIT"}]}', "MIT"),
        ("package.json", '{"license": "UNLICENSED"}', "LicenseRef-Proprietary"),
        ("package.json", '{"license": "SEE LICENSE IN x.txt"}', None),
        ("package.json", "[1]", None),
        ("Cargo.toml", '[package]\nname = "x"\nlicense = "MIT/Apache-2.0"\n', "MIT OR Apache-2.0"),
        ("Cargo.toml", '[dependencies]\nlicense = "MIT"\n', None),
        ("DESCRIPTION", "Package: x\nLicense: GPL-3\n", "GPL-3.0-only"),
        ("DESCRIPTION", "License: GPL (>= 2)\n", "GPL-2.0-or-later"),
        ("DESCRIPTION", "License: MIT + file LICENSE\n", "MIT"),
        ("DESCRIPTION", "License: GPL-2 | file LICENSE\n", "GPL-2.0-only"),
        ("DESCRIPTION", "License: file LICENSE\n", None),
        ("README.md", "license = 'MIT'", None),
    ],
)
def test_licences_of_package_metadata(path, text, licence):
    assert read_package_licence(path, text) == licence
