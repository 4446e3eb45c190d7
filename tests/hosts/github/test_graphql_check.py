from tests.hosts.github.stand_in import GitHub, checks
from tracker.domain.terms import Content, Outcome


def test_a_claim_and_its_file_both_come_with_a_token():
    host = GitHub()
    host.repositories["a/b"] = {"files": {"run.py": "", "LICENSE": "something else"}, "licence": "MIT"}
    check = checks(host, "a/b")["github:a/b"]
    assert (check.licence_claimed, check.licence_files[0].text, check.commit) == ("MIT", "something else", "abc")


def test_a_disabled_repository_is_blocked():
    host = GitHub()
    host.repositories["a/b"] = {"files": {"run.py": ""}, "disabled": True}
    assert checks(host, "a/b")["github:a/b"].outcome is Outcome.BLOCKED


def test_a_tree_seen_in_part_is_decided_by_languages_or_left_unknown():
    host = GitHub()
    many = {f"d{n:02}/notes.md": "" for n in range(30)} | {"README.md": "Code coming soon"}
    host.repositories["a/unknown"] = {"files": many}
    host.repositories["a/python"] = {"files": many, "languages": ["HTML", "Python"]}
    host.repositories["a/deep"] = {"files": {"a/b/c/d/e/f/g/h/i/run.py": "", "README.md": ""}}
    results = checks(host, *host.repositories)
    assert (results["github:a/unknown"].content, results["github:a/unknown"].outcome) == (
        Content.UNKNOWN,
        Outcome.PRESENT,
    )
    assert results["github:a/unknown"].reason
    assert results["github:a/python"].content is Content.CODE
    assert results["github:a/deep"].content is Content.UNKNOWN


def test_an_unchanged_repository_costs_its_facts_alone():
    host = GitHub()
    host.repositories = {
        f"a/r{n}": {"files": {"run.py": "", "README.md": ""}, "licence": "MIT"} for n in range(250)
    }
    known = {f"github:a/r{n}": "abc" for n in range(250)}
    results = checks(host, *host.repositories, known=known)
    assert host.sizes == [100, 100, 50]
    assert host.read == []
    assert all(check.unchanged and check.outcome is Outcome.PRESENT for check in results.values())
    check = results["github:a/r7"]
    assert (check.reference.key, check.host_id, check.commit) == ("github:a/r7", "7", "abc")
    assert (check.licence_claimed, check.licence_checked, check.archived, check.fork) == (
        "MIT",
        True,
        False,
        False,
    )
    assert check.created_at
    assert check.pushed_at


def test_a_changed_repository_is_read_completely():
    host = GitHub()
    host.repositories["a/new"] = {"files": {"run.py": "", "README.md": "# T", "LICENSE": "words"}, "head": "def"}
    host.repositories["a/emptied"] = {"files": {}}
    host.repositories["a/off"] = {"files": {"run.py": ""}, "disabled": True}
    known = dict.fromkeys(["github:a/new", "github:a/emptied", "github:a/off", "github:a/gone"], "abc")
    results = checks(host, "a/new", "a/emptied", "a/off", "a/gone", known=known)
    assert not any(check.unchanged for check in results.values())
    assert (results["github:a/new"].content, results["github:a/new"].commit) == (Content.CODE, "def")
    assert [file.text for file in results["github:a/new"].licence_files] == ["words"]
    assert results["github:a/emptied"].content is Content.EMPTY
    assert results["github:a/off"].outcome is Outcome.BLOCKED
    assert results["github:a/gone"].outcome is Outcome.ABSENT


def test_names_are_compared_without_case_and_a_rename_is_reported():
    host = GitHub()
    host.repositories["New/Name"] = {"files": {"run.py": ""}}
    host.moved["Old/Name"] = "New/Name"
    check = checks(host, "Old/Name", known={"github:old/name": "abc"})["github:Old/Name"]
    assert (check.unchanged, check.reference.key) == (True, "github:New/Name")


def test_papers_named_in_readme_and_citation_are_reported():
    host = GitHub()
    host.repositories["a/both"] = {
        "files": {
            "run.py": "",
            "readme.rst": "A Grand Method\n==============\nSee arXiv:2606.00001v2.\n",
            "CITATION.cff": "cff-version: 1.2.0\ntitle: The Cited Work\n",
        }
    }
    host.repositories["a/neither"] = {"files": {"run.py": ""}}
    host.repositories["a/silent"] = {"files": {"run.py": "", "README.md": ""}}
    results = checks(host, *host.repositories)
    assert results["github:a/both"].papers_named == (
        "title:thecitedwork",
        "title:agrandmethod",
        "arxiv:2606.00001",
    )
    assert results["github:a/neither"].papers_named is None
    assert results["github:a/silent"].papers_named == ()
