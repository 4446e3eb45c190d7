from tests.hosts.github.stand_in import GitHub, checks
from tracker.domain.terms import Content, Outcome


def test_a_claim_and_its_file_both_come_with_a_token():
    host = GitHub()
    host.repositories["a/b"] = {"files": {"run.py": "", "LICENSE": "something else"}, "licence": "MIT"}
    found = checks(host, "a/b")["github:a/b"]
    assert (found.licence_claimed, found.licence_files[0].text, found.commit) == ("MIT", "something else", "abc")


def test_a_disabled_repository_is_blocked():
    host = GitHub()
    host.repositories["a/b"] = {"files": {"run.py": ""}, "disabled": True}
    assert checks(host, "a/b")["github:a/b"].outcome is Outcome.BLOCKED


def test_a_tree_seen_in_part_is_decided_by_languages_or_left_unknown():
    host = GitHub()
    many = {f"d{n:02}/notes.md": "" for n in range(30)} | {"README.md": "Code coming soon"}
    host.repositories["a/unknown"] = {"files": many}
    host.repositories["a/python"] = {"files": many, "languages": ["HTML", "Python"]}
    host.repositories["a/deep"] = {"files": {"a/b/c/d/e/f/run.py": "", "README.md": ""}}
    found = checks(host, *host.repositories)
    assert (found["github:a/unknown"].content, found["github:a/unknown"].outcome) == (
        Content.UNKNOWN,
        Outcome.PRESENT,
    )
    assert found["github:a/unknown"].reason
    assert found["github:a/python"].content is Content.CODE
    assert found["github:a/deep"].content is Content.UNKNOWN


def test_what_is_unchanged_costs_its_facts_alone():
    host = GitHub()
    host.repositories = {
        f"a/r{n}": {"files": {"run.py": "", "README.md": ""}, "licence": "MIT"} for n in range(250)
    }
    known = {f"github:a/r{n}": "abc" for n in range(250)}
    found = checks(host, *host.repositories, known=known)
    assert host.sizes == [100, 100, 50]
    assert host.read == []
    assert all(one.unchanged and one.outcome is Outcome.PRESENT for one in found.values())
    one = found["github:a/r7"]
    assert (one.reference.key, one.host_id, one.commit) == ("github:a/r7", "7", "abc")
    assert (one.licence_claimed, one.licence_checked, one.archived, one.fork) == ("MIT", True, False, False)
    assert one.created_at
    assert one.pushed_at


def test_what_has_changed_since_is_read_whole():
    host = GitHub()
    host.repositories["a/new"] = {"files": {"run.py": "", "README.md": "# T", "LICENSE": "words"}, "head": "def"}
    host.repositories["a/emptied"] = {"files": {}}
    host.repositories["a/off"] = {"files": {"run.py": ""}, "disabled": True}
    known = dict.fromkeys(["github:a/new", "github:a/emptied", "github:a/off", "github:a/gone"], "abc")
    found = checks(host, "a/new", "a/emptied", "a/off", "a/gone", known=known)
    assert not any(one.unchanged for one in found.values())
    assert (found["github:a/new"].content, found["github:a/new"].commit) == (Content.CODE, "def")
    assert [file.text for file in found["github:a/new"].licence_files] == ["words"]
    assert found["github:a/emptied"].content is Content.EMPTY
    assert found["github:a/off"].outcome is Outcome.BLOCKED
    assert found["github:a/gone"].outcome is Outcome.ABSENT


def test_a_name_is_known_without_case_and_a_rename_is_still_told():
    host = GitHub()
    host.repositories["New/Name"] = {"files": {"run.py": ""}}
    host.moved["Old/Name"] = "New/Name"
    found = checks(host, "Old/Name", known={"github:old/name": "abc"})["github:Old/Name"]
    assert (found.unchanged, found.reference.key) == (True, "github:New/Name")


def test_what_readme_and_citation_name_is_told():
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
    found = checks(host, *host.repositories)
    assert found["github:a/both"].papers_named == ("title:thecitedwork", "title:agrandmethod", "arxiv:2606.00001")
    assert found["github:a/neither"].papers_named is None
    assert found["github:a/silent"].papers_named == ()
