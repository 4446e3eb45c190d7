"""Asks the Hub about the models from which a model was made, each once, and bounds the model's licence by theirs."""

from __future__ import annotations

from datetime import timedelta

from tracker.domain.artifacts import Check
from tracker.domain.history import Licence
from tracker.domain.terms import Fact, Outcome
from tracker.hosts.huggingface import huggingface, metadata
from tracker.judge.base_models import BaseModel, BoundLicence, bound_licence
from tracker.judge.licences import decide_licence
from tracker.pipeline.context import Cycle
from tracker.store import base_models

RETRY = timedelta(days=7)
"""After so long a base whose terms are unknown is asked about again."""
_CARD = "its card on the Hub"


def bound_by_bases(cycle: Cycle, check: Check, own: Licence) -> BoundLicence:
    """The licence of the weights of a model on the Hub that states `own`, bounded by its bases' terms.

    Raises UpstreamStopped where the Hub may not be asked now.
    """
    name = check.reference.key.partition(":")[2] if check.reference else ""
    return bound_licence(own, name, check.derived_from, lambda base: _look_up(cycle, base))


def _look_up(cycle: Cycle, name: str) -> BaseModel:
    stored = base_models.load_base(cycle.store, name)
    if stored is None or (stored.trouble and stored.asked_at + RETRY <= cycle.now):
        stored = _ask(cycle, name)
        base_models.save_base(cycle.store, name, stored)
    if stored.trouble:
        return BaseModel(stored.name, trouble=stored.trouble, bases=stored.bases)
    licence = decide_licence(stored.licence_claimed, True, (), cycle.rules.licences, Fact.WEIGHTS, _CARD)
    return BaseModel(stored.name, licence, bases=stored.bases)


def _ask(cycle: Cycle, name: str) -> base_models.StoredBase:
    """What the Hub says of a base, by its record alone: one request."""
    check = huggingface.check_record(metadata.make_reference("model", name), cycle.fetch)
    now_called = check.reference.key.partition(":")[2] if check.reference else name
    trouble = ""
    if check.outcome is Outcome.ABSENT:
        trouble = "is not on the Hub under this name"
    elif check.outcome is not Outcome.PRESENT:
        trouble = f"could not be asked about ({check.reason})"
    elif check.licence_claimed is None:
        trouble = "is gated and shows no terms" if check.gated else "states no licence"
    return base_models.StoredBase(now_called, check.licence_claimed, trouble, check.derived_from, cycle.now)
