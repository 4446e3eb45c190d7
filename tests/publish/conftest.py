"""Items to publish, and settings, without a store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tracker import settings
from tracker.domain.history import Verdict
from tracker.domain.items import Item, ItemLink
from tracker.domain.status import Status
from tracker.domain.terms import Content, Fact, LicenceClass, Outcome, Place, Role, State
from tracker.settings import Settings

NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)


def make_link(**changes: Any) -> ItemLink:
    values: dict[str, Any] = {
        "reference": "github:ann/tool", "url": "https://github.com/ann/tool", "host": "github", "kind": "repository",
        "role": Role.OWN, "probability": 0.97, "place": Place.ABSTRACT,
        "evidence": "Our code is available at https://github.com/ann/tool.", "outcome": Outcome.PRESENT,
        "content": Content.CODE, "licence_spdx": "MIT", "licence_class": LicenceClass.OSI,
        "archived": False, "gated": False,
    }  # fmt: skip
    return ItemLink(**{**values, **changes})


def make_verdict(fact: Fact = Fact.CODE, state: State = State.OPEN, *reasons: str) -> Verdict:
    return Verdict(
        fact=fact,
        state=state,
        licence_class=LicenceClass.OSI,
        reference="github:ann/tool",
        reasons=reasons or ("so",),
    )


def make_item(number: int = 1, **changes: Any) -> Item:
    """Item `number` entered that many minutes before NOW."""
    at = NOW - timedelta(minutes=number)
    values: dict[str, Any] = {
        "work": f"arxiv:2606.{number:05}", "title": f"Paper {number} on things",
        "abstract": "We study things. Our code is available at https://github.com/ann/tool.",
        "authors": ("Ann Author", "Bob Builder"), "categories": ("cs.LG", "cs.CL"), "primary_category": "cs.LG",
        "submitted_at": NOW - timedelta(days=2), "updated_at": NOW - timedelta(days=2),
        "announced_at": NOW - timedelta(days=1), "doi": None, "licence": None, "withdrawn": False,
        "verdicts": (make_verdict(),), "links": (make_link(),), "entered_at": at, "changed_at": at, "first_seen": at,
        "opened_at": at,
    }  # fmt: skip
    return Item(**{**values, **changes})


def make_status(**changes: Any) -> Status:
    values: dict[str, Any] = {
        "version": "0.1.0", "now": NOW, "papers": 850, "read_papers": 800, "open_papers": 88, "checks_waiting": 41, "scans_waiting": 0,
        "github_token": False, "stages": {"harvest": NOW - timedelta(hours=1)},
        "next_harvest": NOW + timedelta(hours=12),
    }  # fmt: skip
    return Status(**{**values, **changes})


@pytest.fixture
def item() -> Callable[..., Item]:
    return make_item


@pytest.fixture
def link() -> Callable[..., ItemLink]:
    return make_link


@pytest.fixture
def verdict() -> Callable[..., Verdict]:
    return make_verdict


@pytest.fixture
def status() -> Callable[..., Status]:
    return make_status


@pytest.fixture
def configured() -> Callable[..., Settings]:
    def load(**environ: str) -> Settings:
        return settings.load_settings(environ=environ)

    return load
