"""Print this machine's whole pip configuration (files and PIP_* variables) as one file for the image build.

usage: pip_conf.py FILE          writes FILE; prints every local path that it names and the build must see too
"""

import ast
import configparser
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

ENVIRONMENT = ":env:"
"""How `pip config list` names what comes from PIP_* variables; it overrides the files."""


def effective(listing: str) -> dict[str, dict[str, str]]:
    """The sections of a configuration file that says the same as the output of `pip config list`."""
    sections: dict[str, dict[str, str]] = {"global": {}}
    rows = [line.partition("=") for line in listing.splitlines() if "=" in line]
    for name, _, value in sorted(rows, key=lambda row: row[0].startswith(ENVIRONMENT)):
        section, _, key = name.rpartition(".")
        section = "global" if section == ENVIRONMENT else section
        sections.setdefault(section, {})[key] = ast.literal_eval(value)
    return sections


def local_paths(sections: dict[str, dict[str, str]]) -> set[Path]:
    """Existing files and folders named in the values. A package index on disk (…/simple) needs its parent."""
    words = [word for section in sections.values() for value in section.values() for word in value.split()]
    paths = {Path(unquote(urlsplit(word).path)) for word in words if word.startswith(("/", "file:///"))}
    return {path.parent if path.name == "simple" else path for path in paths if path.exists()}


def main() -> None:
    """Write the file named on the command line."""
    run = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    sections = effective(run.stdout)
    parser = configparser.RawConfigParser()
    parser.read_dict(sections)
    with Path(sys.argv[1]).open("w", encoding="utf-8") as file:
        parser.write(file)
    sys.stdout.writelines(f"{path}\n" for path in sorted(local_paths(sections)))


if __name__ == "__main__":
    main()
