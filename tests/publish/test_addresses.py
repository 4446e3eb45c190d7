"""Addresses: where the site is reached."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tracker.publish.addresses import site_address
from tracker.settings import Settings

Configured = Callable[..., Settings]


@pytest.mark.parametrize(("environ", "address"), [
    ({}, "http://127.0.0.1:8080"),
    ({"TRACKER_WEB__PORT": "9100"}, "http://127.0.0.1:9100"),
    ({"TRACKER_WEB__HOST": "::1"}, "http://[::1]:8080"),
    ({"TRACKER_WEB__HOST": "0.0.0.0"}, ""),
    ({"TRACKER_WEB__PORT": "0"}, ""),
    ({"TRACKER_PUBLIC_URL": "https://x.example/t/", "TRACKER_WEB__HOST": "0.0.0.0"}, "https://x.example/t"),
])  # fmt: skip
def test_the_site_names_an_address_only_where_it_is_known(
    configured: Configured, environ: dict[str, str], address: str
) -> None:
    assert site_address(configured(**environ)) == address
