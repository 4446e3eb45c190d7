"""The rounds of questions about one GitHub repository, until enough of it was read; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tracker.domain.artifacts import Check, LicenceFile
from tracker.domain.terms import Content, Outcome
from tracker.hosts.github import questions
from tracker.hosts.github.questions import Subject
from tracker.hosts.github.reading import Next, RepositoryReading, Step
from tracker.hosts.inspect import content, linked_place, package_metadata
from tracker.hosts.inspect.code_files import CodeFinding, find_code, is_settled, scripts_to_read
from tracker.hosts.inspect.data_files import is_side_folder
from tracker.hosts.inspect.readiness import folders_to_open
from tracker.hosts.inspect.repository import pick_readme, unchanged_fork

MOST_DEPTH = 8
"""Levels of folders that are opened in the search for a file of code …"""
MOST_FOLDERS = 20
"""… and folders that are opened in one level."""
MOST_SIDE_FOLDERS = 3
"""Top folders named after data or weights that are opened in a repository with code."""
MOST_READY_FOLDERS = (6, 4)
"""Folders that are opened for marks of readiness in a repository with code: of the top, and below those."""
MOST_PACKAGE_FILES = 3
MOST_LICENCES = 8


def next_steps(reading: RepositoryReading) -> list[Step]:
    """The next questions about a repository, an empty list when everything was asked."""
    steps: list[Step] = []
    while not steps and reading.next is not Next.NOTHING:
        if reading.answer is not None or reading.failure:
            reading.next = Next.NOTHING
            break
        steps = _ROUNDS[reading.next](reading)
    reading.waiting = len(steps)
    return steps


def _ask_facts(reading: RepositoryReading) -> list[Step]:
    reading.next = Next.ROOT
    return [Step(reading, Subject.FACTS)]


def _ask_root(reading: RepositoryReading) -> list[Step]:
    """The top folder of a known repository that has changed; that of a new one came with its facts."""
    reading.next = Next.BRANCH if reading.reference.path else Next.SETTLE
    reading.ref = reading.named_branch or "HEAD"
    reading.folder = reading.reference.path.partition("/")[2]
    if questions.is_empty(reading.node):
        reading.next = Next.NOTHING
        reading.start()
        return []
    return [Step(reading, Subject.ROOT)] if reading.known is not None else []


def _ask_branch(reading: RepositoryReading) -> list[Step]:
    """The list of branches, where the link's first word is not one of them."""
    reading.next = Next.WALK if "" in reading.outer else Next.CANDIDATES
    return [] if "" in reading.outer else _list_branches(reading)


def _list_branches(reading: RepositoryReading) -> list[Step]:
    """The list of branches, where the facts did not give all of them."""
    known = questions.branch_names(reading.node)
    reading.branches = known or []
    return [] if known is not None and len(known) < questions.FEW_BRANCHES else [Step(reading, Subject.BRANCHES)]


def _ask_candidates(reading: RepositoryReading) -> list[Step]:
    """The top folder of the branch with a slash in its name that the link begins with, or of what may be a tag."""
    reading.next = Next.WALK
    path = reading.reference.path
    found = linked_place.split_place(path, reading.branches)
    if found is not None:
        reading.ref, reading.folder = found
        return [Step(reading, Subject.ROOT)]
    steps = [Step(reading, Subject.CANDIDATE, ref=name) for name in linked_place.possible_branches(path)]
    if reading.named_branch in linked_place.RENAMED:
        # GitHub redirects the old name of a default branch to its new one.
        steps.append(Step(reading, Subject.CANDIDATE, ref="HEAD"))
    return steps


def _ask_walk(reading: RepositoryReading) -> list[Step]:
    """The folders on the way to the one that the link names, once its branch is known."""
    reading.next = Next.SETTLE
    if "" not in reading.outer:
        path = reading.reference.path
        real = [name for name in reading.candidates if name != "HEAD"]
        if reading.ref in reading.branches:
            reading.failure = "GitHub gave no list of its files"
        elif len(real) > 1:
            reading.failure = f"more than one branch or tag begins {path}: {', '.join(real)}"
        elif not reading.candidates:
            reading.answer = _absent(reading, linked_place.no_branch(path))
        else:
            reading.ref = (real or ["HEAD"])[0]
            reading.folder = path[len(reading.ref) + 1 :] if real else path.partition("/")[2]
            reading.add_outer("", reading.candidates[reading.ref])
    if "" not in reading.outer:
        return []
    around = [folder for folder in linked_place.outer_folders(reading.folder) if folder] if reading.folder else []
    return [Step(reading, Subject.OUTER, folder) for folder in (*around, reading.folder) if folder]


def _settle(reading: RepositoryReading) -> list[Step]:
    """Find the folder that is judged; without asking anything."""
    reading.next = Next.TEXTS
    folder = reading.folder
    parts = folder.split("/") if folder else []
    for depth, part in enumerate(parts):
        around = "/".join(parts[:depth])
        kind = reading.outer.get(around, {}).get(part)
        if kind == "blob" and depth == len(parts) - 1:
            # The link leads to a file, as a `/tree/` address may: its folder is judged.
            folder = around
        elif kind == "commit":
            reading.failure = f"{folder} lies in a submodule, which may be another repository"
            return []
        elif kind != "tree":
            reading.answer = _absent(reading, linked_place.no_folder(folder, _branch_name(reading)))
            return []
    if folder not in reading.outer and reading.default is not None:
        # Another branch that could not be listed does not cast doubt on what the default branch holds.
        reading.start()
        reading.next = Next.NEXT_BRANCH
        return []
    if folder not in reading.outer:
        reading.failure = "GitHub gave no list of its files"
        return []
    reading.use_outer(folder)
    return []


def _absent(reading: RepositoryReading, reason: str) -> Check:
    number = reading.node.get("databaseId")
    return Check(outcome=Outcome.ABSENT, reason=reason, host_id=str(number) if isinstance(number, int) else None)


def _branch_name(reading: RepositoryReading) -> str:
    return (questions.default_branch(reading.node) or reading.ref) if reading.ref == "HEAD" else reading.ref


def _ask_texts(reading: RepositoryReading) -> list[Step]:
    """The texts of the judged folder that matter, those around it where it has none, and REUSE's folder of licences."""
    reading.next = Next.FOLDERS
    contents = reading.contents
    top = contents.top_files()
    licences = content.find_licence_files(top, most=MOST_LICENCES)
    reuse = [folder for folder in reading.folders if folder.lower() == "licenses"]
    reading.folders = [folder for folder in reading.folders if folder not in reuse]
    steps = [Step(reading, Subject.LICENCE, reading.at(path)) for path in licences]
    steps += [Step(reading, Subject.FOLDER, reading.at(folder)) for folder in reuse]
    own = bool(licences or reuse)
    if not own and reading.folder:
        steps += _outer_licences(reading)
    readme = contents.readme_path()
    steps += [Step(reading, Subject.README, reading.at(readme))] if readme else []
    if reading.folder and (
        outer := pick_readme(name for name, kind in reading.outer[""].items() if kind == "blob")
    ):
        steps.append(Step(reading, Subject.OUTER_README, outer))
    citation = [path for path in top if path.lower() == "citation.cff"][:1]
    steps += [Step(reading, Subject.CITATION, reading.at(path)) for path in citation]
    if not any(step.what is Subject.LICENCE for step in steps) and not reuse and claimed_here(reading) is None:
        packages = [path for path in package_metadata.PACKAGE_FILES if path in top][:MOST_PACKAGE_FILES]
        steps += [Step(reading, Subject.PACKAGE, reading.at(path)) for path in packages]
    folders = _to_open(reading)
    # Scripts that are read in any case are read at once, after the README, which says whether code is announced.
    scripts = [] if folders else scripts_to_read(contents.sizes, promised=False, language=contents.language)
    steps += [Step(reading, Subject.FOLDER, reading.at(folder)) for folder in folders]
    return steps + [Step(reading, Subject.SCRIPT, reading.at(path)) for path in scripts]


def _outer_licences(reading: RepositoryReading) -> list[Step]:
    """The licence files of the nearest folder around the judged one that has some."""
    for around in linked_place.outer_folders(reading.folder):
        names = [name for name, kind in reading.outer[around].items() if kind == "blob"]
        if found := content.find_licence_files(names, most=MOST_LICENCES):
            return [Step(reading, Subject.LICENCE, f"{around}/{name}" if around else name) for name in found]
    return []


def _ask_folders(reading: RepositoryReading) -> list[Step]:
    """The texts of REUSE's folder, and the next level of folders while no code was found."""
    steps: list[Step] = []
    if reading.depth == 1:
        read = {file.path for file in reading.contents.licences}
        reuse = [path for path in reading.contents.sizes if path.lower().startswith("licenses/")]
        unread = [path for path in content.find_licence_files(reuse, most=MOST_LICENCES) if path not in read]
        steps = [Step(reading, Subject.LICENCE, reading.at(path)) for path in unread]
    if reading.depth < MOST_DEPTH:
        steps += [Step(reading, Subject.FOLDER, reading.at(folder)) for folder in _to_open(reading)]
    if not steps:
        # Folders below the last level were not listed.
        reading.contents.complete = reading.contents.complete and not reading.folders
        reading.folders = []
        reading.next = Next.BESIDE
    return steps


def _to_open(reading: RepositoryReading) -> list[str]:
    """The folders to open next. A folder that stays closed is either not needed or noted as not listed."""
    folders, reading.folders = sorted(reading.folders), []
    depth, reading.depth = reading.depth, reading.depth + 1
    if is_settled(reading.contents.sizes, reading.contents.language):
        # The code is found. Data and weights count in the top folder and in those named after them.
        side = [folder for folder in folders if is_side_folder(folder)][:MOST_SIDE_FOLDERS] if depth == 0 else []
        ready = folders_to_open(folders, reading.contents.sizes, reading.contents.repository)
        most = MOST_READY_FOLDERS[depth] if depth < len(MOST_READY_FOLDERS) else 0
        return list(dict.fromkeys([*side, *ready[:most]]))
    if len(folders) > MOST_FOLDERS:
        reading.contents.complete = False
    return folders[:MOST_FOLDERS]


def _ask_beside(reading: RepositoryReading) -> list[Step]:
    """Folders of documents and pages, two levels deep, where no other folder holds code."""
    contents = reading.contents
    finding, _ = find_code(contents.sizes, language=contents.language, repository=contents.repository)
    folders = [folder for folder in sorted(reading.beside) if folder.count("/") < 2]
    reading.beside = []
    if finding is not CodeFinding.NOTHING or not folders:
        reading.next = Next.SCRIPTS
        return []
    return [Step(reading, Subject.FOLDER, reading.at(folder)) for folder in folders[:MOST_FOLDERS]]


def _ask_scripts(reading: RepositoryReading) -> list[Step]:
    """The scripts that are so small that they may do nothing."""
    reading.next = Next.FORK
    paths = [path for path in reading.contents.scripts() if path not in reading.scripts_read]
    return [Step(reading, Subject.SCRIPT, reading.at(path)) for path in paths]


def _ask_fork(reading: RepositoryReading) -> list[Step]:
    """The default branch of the repository that was forked, where code was found and the fork has a later push."""
    reading.next = Next.OTHER_BRANCHES
    node = reading.node
    if node.get("isFork") is not True or reading.contents.read().content is not Content.CODE:
        return []
    if questions.was_never_pushed(node):
        reading.unchanged_fork = True
        return []
    if reading.parent is None:
        return []
    reading.next = Next.COMPARE
    return [Step(reading, Subject.PARENT)]


def _ask_compare(reading: RepositoryReading) -> list[Step]:
    """Whether the fork has a commit that the forked branch has not."""
    reading.next = Next.OTHER_BRANCHES
    branch = questions.default_branch(reading.node)
    if reading.unchanged_fork or not reading.parent_branch or branch is None or reading.reference.path:
        return []
    head = f"{reading.name.partition('/')[0]}:{branch}"
    return [Step(reading, Subject.COMPARED, head, reading.parent_branch)]


def _ask_other_branches(reading: RepositoryReading) -> list[Step]:
    """The list of branches, where the default branch was linked and holds no code."""
    if reading.unchanged_fork:
        reading.result = unchanged_fork(reading.parent)
    if reading.default is not None:
        reading.next = Next.NEXT_BRANCH
        return []
    without = reading.contents.read().content in (Content.README_ONLY, Content.PLACEHOLDER, Content.DATA_ONLY)
    if reading.reference.path or not without:
        reading.next = Next.NOTHING
        return []
    reading.next, reading.default = Next.NEXT_BRANCH, reading.contents
    return _list_branches(reading)


def _ask_next_branch(reading: RepositoryReading) -> list[Step]:
    """The top folder of the next branch that may hold the code; where none is left, the default branch is judged."""
    if reading.ref == "HEAD":
        reading.branches = linked_place.branches_to_try(reading.branches, questions.default_branch(reading.node))
    elif reading.contents.read().content is Content.CODE:
        reading.next = Next.NOTHING
        return []
    if not reading.branches:
        reading.next, reading.contents, reading.ref = Next.NOTHING, reading.default or reading.contents, "HEAD"
        return []
    reading.ref = reading.branches.pop(0)
    reading.outer.clear()
    reading.next = Next.SETTLE
    return [Step(reading, Subject.ROOT)]


def claimed_here(reading: RepositoryReading) -> str | None:
    """The licence that GitHub recognised, where it is about the branch that is judged."""
    default = reading.ref in ("HEAD", questions.default_branch(reading.node))
    return questions.claimed_licence(reading.node) if default else None


def claim_that_counts(reading: RepositoryReading) -> str | None:
    """The licence that GitHub recognised, None where the judged folder or branch has licence files of its own."""
    contents = reading.contents
    own = any(file.path in contents.sizes for file in contents.licences)
    if reading.default is not None and reading.contents is not reading.default:
        return None if own else questions.claimed_licence(reading.node)
    return None if own and reading.folder else claimed_here(reading)


def own_licences(reading: RepositoryReading) -> list[LicenceFile]:
    """The licence texts that count: those of the branch that is judged, else those of the default branch."""
    if not reading.contents.licences and reading.default is not None:
        return reading.default.licences
    return reading.contents.licences


def _ask_nothing(_: RepositoryReading) -> list[Step]:
    return []


_ROUNDS: Mapping[Next, Callable[[RepositoryReading], list[Step]]] = MappingProxyType(
    {
        Next.FACTS: _ask_facts,
        Next.ROOT: _ask_root,
        Next.BRANCH: _ask_branch,
        Next.CANDIDATES: _ask_candidates,
        Next.WALK: _ask_walk,
        Next.SETTLE: _settle,
        Next.TEXTS: _ask_texts,
        Next.FOLDERS: _ask_folders,
        Next.BESIDE: _ask_beside,
        Next.SCRIPTS: _ask_scripts,
        Next.FORK: _ask_fork,
        Next.COMPARE: _ask_compare,
        Next.OTHER_BRANCHES: _ask_other_branches,
        Next.NEXT_BRANCH: _ask_next_branch,
        Next.NOTHING: _ask_nothing,
    }
)
