"""Papers that link folders of one repository: a verdict for each folder, under the repository's one reference."""

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.world import APACHE, CODE, MIT, World

pytestmark = pytest.mark.usefixtures("without_site")

TRAIN = "x = train(1)\n" * 40


def test_two_papers_that_link_two_folders_have_two_verdicts(world: World, start_run: StartRun) -> None:
    link = "Our code is available at https://github.com/ann/research/tree/main/{}."
    files = {"README.md": "# Research", "LICENSE": MIT, "one/run.py": TRAIN, "two/README.md": "Code coming soon."}
    world.repository("ann/research", files | {"three/run.py": TRAIN, "three/LICENSE": "For research only."})
    first = world.paper(1, f"We study one. {link.format('one')}")
    second = world.paper(2, f"We study two. {link.format('two')}")
    third = world.paper(3, f"We study three. {link.format('three')}")
    gone = world.paper(4, f"We study four. {link.format('four')}")
    with start_run() as run:
        run.cycle()
        states = run.states()
        assert (states[first], states[second], states[gone]) == ("open", "promised", "none")
        assert states[third] == "available"
        assert run.rows("SELECT DISTINCT reference FROM links") == [("github:ann/research",)]
        assert run.rows("SELECT url, path FROM links ORDER BY arxiv_id")[0] == (
            "https://github.com/ann/research/tree/main/one", "main/one"
        )  # fmt: skip
        rows = run.rows(
            "SELECT path, outcome FROM artifacts WHERE reference = 'github:ann/research' ORDER BY path"
        )
        assert rows == [
            ("main/four", "absent"),
            ("main/one", "present"),
            ("main/three", "present"),
            ("main/two", "present"),
        ]
        before = run.rows("SELECT * FROM events ORDER BY id")
        run.cycle()
        assert run.rows("SELECT * FROM events ORDER BY id") == before


def test_a_paper_that_links_repository_and_folder_has_one_link(world: World, start_run: StartRun) -> None:
    world.repository("ann/tool", {**CODE, "LICENSE": APACHE, "data/README.md": "# Data"})
    paper = world.paper(
        1,
        "Our code is available at https://github.com/ann/tool. Data: https://github.com/ann/tool/tree/main/data.",
        comment="See https://github.com/ann/tool/tree/main/data.",
    )
    with start_run() as run:
        run.cycle()
        assert run.rows("SELECT reference, path FROM links") == [("github:ann/tool", "")]
        assert run.states() == {paper: "open"}


ONE, TWO = (f"https://github.com/ann/research/tree/main/{name}" for name in ("one", "two"))


def test_of_several_folders_the_strongest_own_link_is_judged(world: World, start_run: StartRun) -> None:
    files = {"README.md": "# Research", "LICENSE": MIT, "one/run.py": TRAIN, "two/README.md": "Code coming soon."}
    world.repository("ann/research", files)
    first = world.paper(1, f"Our code is available at {ONE}. The figures are drawn as in {TWO}.")
    second = world.paper(2, f"We compare with the method of {TWO}. Our code is available at {ONE}.")
    later = world.paper(3, f"Results are shown beside those of {TWO}.", comment=f"Code: {ONE}")
    promised = world.paper(4, f"Our code is available at {TWO}. We start from the earlier work in {ONE}.")
    with start_run() as run:
        run.cycle()
        states = run.states()
        paths = dict(run.rows("SELECT arxiv_id, path FROM links"))
        assert paths == {first: "main/one", second: "main/one", later: "main/one", promised: "main/two"}
        assert [states[paper] for paper in (first, second, later, promised)] == [
            "open",
            "open",
            "open",
            "promised",
        ]
