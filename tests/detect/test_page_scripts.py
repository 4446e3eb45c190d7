import pytest

from tracker.detect.page_scripts import find_script_links


@pytest.mark.parametrize(
    ("script", "links"),
    [
        ('{"label":"Code","href":"https://github.com/a/b"}', [("https://github.com/a/b", "Code")]),
        ('{"href":"https:\\/\\/github.com\\/a\\/b","label":"Code"}', [("https://github.com/a/b", "Code")]),
        (
            '{"href":"https:\\u002F\\u002Fgithub.com\\u002Fa\\u002Fb","title":"Code"}',
            [("https://github.com/a/b", "Code")],
        ),
        ('{"codeUrl":"https://github.com/a/b","title":"A Paper"}', [("https://github.com/a/b", "Code url")]),
        ('{"codeRepository":"https://github.com/a/b"}', [("https://github.com/a/b", "Code repository")]),
        ("const x = {name: 'Code', url: 'https://github.com/a/b'}", [("https://github.com/a/b", "Code")]),
        ('{"github":"github.com/a/b"}', [("https://github.com/a/b", "Github")]),
        ('{"a":{"label":"Code","href":"//a.org/b"},"label":"Paper"}', [("https://a.org/b", "Code")]),
        (
            'window.location.replace("https://github.com/a/b")',
            [("https://github.com/a/b", "The project page leads to")],
        ),
        ('location = "https://github.com/a/b";', [("https://github.com/a/b", "The project page leads to")]),
        ('function go(){ location = "https://github.com/a/b"; }', []),
        ("var a = 1 // no link", []),
        ("", []),
    ],
)
def test_links_in_scripts(script: str, links: list[tuple[str, str]]) -> None:
    assert list(find_script_links(script)) == links
