"""Everything of a release but its publishing: `make release-check` calls this after lint, types and documents.

Each expectation is one line, and one run shows every failure. docs/release.md says what a release is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
IN_WHEEL = (
    "tracker/config/tracker.toml", "tracker/config/roles.toml", "tracker/config/licences/MIT.txt", "tracker/docs/feed.md",
    "tracker/publish/html/base.html.j2", "tracker/publish/html/accuracy.json", "tracker/py.typed",
    "tracker/store/migrations/versions/1001_first_schema.py", "*.dist-info/licenses/LICENSE", "*.dist-info/entry_points.txt",
)  # fmt: skip
IN_SDIST = (
    "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "Dockerfile", "compose.yaml", "Makefile",
    ".dockerignore", "requirements.lock", "requirements-build.lock", "requirements-parquet.lock", "pyproject.toml",
    "tracker/__main__.py", "config/tracker.toml", "docs/release.md", "tests/release/check.py",
)  # fmt: skip
PAPER = '{"arxiv_id": "2606.00001", "abstract": "Our code is available at https://github.com/ann/parts."}'


@dataclass(slots=True)
class Report:
    """What held and what did not; each is printed as it comes."""

    failures: list[str] = field(default_factory=list)

    def holds(self, what: str, faults: Iterable[str]) -> bool:
        """Print one expectation, with the faults that were found; whether there were none."""
        found = list(faults)
        lines = [f"  {'WRONG' if found else 'ok   '} {what}", *(f"        {fault}" for fault in found)]
        sys.stdout.write("\n".join([*lines, ""]))
        sys.stdout.flush()
        self.failures += [what] if found else []
        return not found


def changelog_faults(text: str, version: str) -> list[str]:
    """What is wrong with the section of a version: it names a day, holds entries, and is the newest release."""
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    titles = [section.partition("\n")[0].strip() for section in sections]
    named = [place for place, title in enumerate(titles) if title.split()[:1] == [version]]
    if not named:
        wanted = f'rename "## Unreleased" to "## {version} (YYYY-MM-DD)", with the day of the release'
        return [
            f"CHANGELOG.md has no section {version}; {wanted}, and put a new Unreleased above (docs/release.md)"
        ]
    title, _, body = sections[named[0]].partition("\n")
    faults = []
    if not re.fullmatch(rf"{re.escape(version)} \(\d{{4}}-\d\d-\d\d\)", title.strip()):
        faults.append(f"the section {title.strip()!r} is not named {version} (YYYY-MM-DD)")
    if not re.search(r"^- ", body, re.MULTILINE):
        faults.append(f"the section {version} has no entry")
    if [other for other in titles[: named[0]] if other != "Unreleased"]:
        faults.append(f"{version} is not the newest release of the changelog")
    return faults


def missing(wanted: Iterable[str], names: Iterable[str]) -> list[str]:
    """The wanted files that a package lacks; a leading * stands for any folder."""
    held = set(names)
    return [
        f"missing: {name}"
        for name in wanted
        if not (any(other.endswith(name[1:]) for other in held) if name.startswith("*") else name in held)
    ]


def different(first: Path, second: Path) -> list[str]:
    """The files in which two wheels differ."""
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as other:
        names = {*one.namelist()} ^ {*other.namelist()}
        both = {*one.namelist()} & {*other.namelist()}
        names |= {name for name in both if one.read(name) != other.read(name)}
    return [f"differs: {name}" for name in sorted(names)]


def run(*command: str | Path, given: str | None = None, folder: Path = ROOT) -> str:
    """The output of a command; raises CalledProcessError where it fails."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("TRACKER_", "PYTHON"))
    }
    done = subprocess.run(
        [*map(str, command)], cwd=folder, env=environment, input=given, capture_output=True, text=True, check=True
    )
    return done.stdout


def attempt(work: Callable[[], list[str]]) -> list[str]:
    """The faults that some work finds; a command that fails is one, with the end of what it said."""
    try:
        return work()
    except subprocess.CalledProcessError as error:
        said = f"{error.stdout}{error.stderr}".strip().splitlines()[-5:]
        return [f"{' '.join(error.cmd)} failed", *said]


def build(dist: Path) -> list[str]:
    """Build the sdist, a wheel from it, and a wheel from the tree; the faults of what they hold."""
    shutil.rmtree(dist, ignore_errors=True)
    run(sys.executable, "-m", "build", "--outdir", dist)
    run(sys.executable, "-m", "build", "--wheel", "--outdir", dist / "of-tree")
    (wheel,), (sdist,), (of_tree,) = dist.glob("*.whl"), dist.glob("*.tar.gz"), dist.glob("of-tree/*.whl")
    with zipfile.ZipFile(wheel) as held:
        faults = [f"{wheel.name} {fault}" for fault in missing(IN_WHEEL, held.namelist())]
    with tarfile.open(sdist) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    faults += [f"{sdist.name} {fault}" for fault in missing(IN_SDIST, names)]
    faults += different(wheel, of_tree)
    shutil.rmtree(dist / "of-tree")
    return faults


def try_wheel(wheel: Path, version: str) -> list[str]:
    """Install the wheel into an environment of its own, and use it away from the tree."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(sys.executable, "-m", "venv", folder / "venv")
        run(folder / "venv/bin/pip", "install", "--quiet", wheel)
        tracker, python = folder / "venv/bin/tracker", folder / "venv/bin/python"
        installed = "from importlib.metadata import version; print(version('arxiv-code-tracker'))"
        said = run(python, "-c", installed, folder=folder).strip()
        faults = [] if said == version else [f"the version of the wheel is {said}"]
        if "github:ann/parts" not in run(tracker, "detect", "-", given=PAPER, folder=folder):
            faults.append("`tracker detect` does not find the link of a paper")
        count = "from tracker.publish.documents import load_documents; print(len(load_documents()))"
        if int(run(python, "-c", count, folder=folder)) < 15:
            faults.append("its documents are missing")
    return faults


def try_image() -> list[str]:
    """Build the image and run it."""
    run("make", "container")
    return []


def main() -> int:
    """Check the release that the tree would be; 1 where something is wrong."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    sys.stdout.write(f"Release {version}:\n")
    report, dist = Report(), ROOT / "dist"
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    report.holds("the changelog has its section", changelog_faults(changelog, version))
    report.holds("nothing is uncommitted", attempt(lambda: run("git", "status", "--porcelain").splitlines()))
    report.holds("the version is new", attempt(lambda: run("git", "tag", "--list", f"v{version}").splitlines()))
    if report.holds("wheel and sdist hold what they must, and agree", attempt(lambda: build(dist))):
        (wheel,) = dist.glob("*.whl")
        report.holds("the wheel works by itself", attempt(lambda: try_wheel(wheel, version)))
    if shutil.which("docker") or shutil.which("podman"):
        report.holds("the image works", attempt(try_image))
    else:
        sys.stdout.write("  left  the image: neither docker nor podman is here\n")
    for path in sorted(dist.glob("*.*")):
        sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes\n")
    return int(bool(report.failures))


if __name__ == "__main__":
    sys.exit(main())
