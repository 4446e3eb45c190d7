from tracker.config_files import config_dir, load_watchlist, read_toml
from tracker.detect.roles import role_rules
from tracker.detect.roles.role_rules import RoleRules


def test_the_version_changes_with_the_rules(rules: RoleRules) -> None:
    table = read_toml(config_dir() / "roles.toml")
    watched = load_watchlist().organisation
    assert role_rules.build_role_rules(table, watched).version == rules.version
    assert role_rules.build_role_rules(table, watched[1:]).version != rules.version
    table["publish_threshold"] = 0.9
    assert role_rules.build_role_rules(table, watched).version != rules.version
    assert rules.version.startswith(f"{role_rules.RULE_VERSION}.")
