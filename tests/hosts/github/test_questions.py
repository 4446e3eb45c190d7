from tests.hosts.github.stand_in import GitHub, checks
from tracker.domain.terms import Content


def test_all_licence_files_of_the_top_and_of_reuse_are_read():
    host = GitHub()
    names = [
        "LICENSE-CODE",
        "LICENSE-MODEL",
        "COPYING.LESSER",
        "LICENCE.txt",
        "LICENSES/MIT.txt",
        "LICENSES/CC-BY-4.0.txt",
    ]
    host.repositories["a/b"] = {"files": {"run.py": "", **{name: f"text of {name}" for name in names}}}
    host.repositories["a/reuse"] = {"files": {"run.py": "", "LICENSES/MIT.txt": "t", "setup.py": "license='ISC'"}}
    results = checks(host, *host.repositories)
    assert {file.path: file.text for file in results["github:a/b"].licence_files} == {
        name: f"text of {name}" for name in names
    }
    assert [file.path for file in results["github:a/reuse"].licence_files] == ["LICENSES/MIT.txt"]
    assert results["github:a/reuse"].licence_statements == ()


def test_questions_of_many_repositories_share_their_requests():
    host = GitHub()
    files = {"README.md": "", "LICENSE": "t", "CITATION.cff": "", "one/two/run.py": ""}
    host.repositories = {f"a/r{n}": {"files": files} for n in range(300)}
    results = checks(host, *host.repositories)
    assert {check.content for check in results.values()} == {Content.CODE}
    questions = sum(host.sizes)
    assert questions == 300 * 6
    assert len(host.sizes) <= 1.2 * questions / 100
