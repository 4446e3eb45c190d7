from tracker.detect.formats.tex_macros import MAX_EXPANDED, MAX_GROUP, MacroTable


def defined(source: str, command: str, protected: frozenset[str] = frozenset()) -> MacroTable:
    macros = MacroTable(len(source), protected)
    macros.define(command, source, 0)
    return macros


def test_a_definition_takes_arguments() -> None:
    macros = defined(r"{\site}[2]{https://#1.org/#2}", "newcommand")
    macro = macros.get("site")
    assert macro is not None
    assert macros.expand(macro, "{a}{b} end", 0) == ("https://a.org/b", 6)
    assert defined(r"\swap#1#2{#2#1}", "def").get("swap") is not None


def test_what_is_no_definition_defines_nothing() -> None:
    macros = MacroTable(100, frozenset())
    assert macros.define("newcommand", "words", 0) is None
    assert macros.define("newcommand", r"{\x}{" + "a" * 2 * MAX_GROUP, 0) is None
    assert macros.get("x") is None


def test_protected_commands_and_long_prose_are_not_redefined() -> None:
    assert defined(r"{\url}{x/y}", "renewcommand", frozenset({"url"})).get("url") is None
    assert defined(r"{\x}{" + "word " * 100 + "}", "newcommand").get("x") is None
    assert defined(r"{\x}{" + "word " * 100 + "a/b}", "newcommand").get("x") is not None


def test_an_address_in_a_macro_replaces_its_use() -> None:
    macros = defined(r"{\code}{\url{https://github.com/a/b}}", "newcommand")
    assert macros.expand_address(r"\code{}/tree") == "https://github.com/a/b/tree"
    assert macros.expand_address(r"\other/tree") == r"\other/tree"


def test_expansion_stops_where_its_budget_is_spent() -> None:
    macros = defined(r"{\x}{" + "a/" * 1_000 + "}", "newcommand")
    macro = macros.get("x")
    assert macro is not None
    lengths = [len(macros.expand(macro, "", 0)[0] or "") for _ in range(MAX_EXPANDED // 1_000)]
    assert 0 < sum(lengths) <= MAX_EXPANDED
    assert lengths[-1] == 0


def test_a_group_is_read_with_the_braces_inside_it() -> None:
    macros = MacroTable(0, frozenset())
    assert macros.read_group(r"{a{b}\}c} d", 0) == (r"a{b}\}c", 9)
    assert macros.read_group("{a", 0) is None
