"""A short run of every target of the fuzzer, the same inputs each time; `make fuzz` is the long one."""

import time

import pytest

from benchmarks.fuzz.__main__ import TARGETS, play
from benchmarks.fuzz.mutate import Mutator
from benchmarks.fuzz.target import CORPUS, Target
from tracker.web import middleware

INPUTS, SECONDS = 400, 0.75
"""Of each target: so many inputs, or as many as there is time for."""


@pytest.fixture(autouse=True)
def flood_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit comes back after each test: targets that serve a site lift it for the whole process."""
    monkeypatch.setattr(middleware, "BURST", middleware.BURST)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@pytest.mark.filterwarnings("default")
def test_no_input_upsets_it(target: Target) -> None:
    run, inputs = target.make(), Mutator(target.corpus(), 7, shape=target.shape)
    until = time.monotonic() + SECONDS
    for number in range(INPUTS):
        if number > len(target.corpus()) and time.monotonic() > until:
            break
        data = inputs.next()
        try:
            run(data)
        except Exception as error:
            error.add_note(f"input {number} of {target.name}: {data!r}")
            raise


def test_the_same_number_makes_the_same_inputs() -> None:
    target = TARGETS[0]
    first, second, different = (Mutator(target.corpus(), number) for number in (1, 1, 2))
    made = [first.next() for _ in range(300)]
    assert made == [second.next() for _ in range(300)]
    assert made != [different.next() for _ in range(300)]


def test_a_failure_is_reported_and_its_input_kept(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("benchmarks.fuzz.__main__.FOUND", tmp_path / "found")

    def make():
        def run(data: bytes) -> None:
            assert b"https" not in data

        return run

    done, _, fine = play(Target("broken", make, ("urls_*",)), 50, 1)
    assert not fine
    assert b"https" in (tmp_path / "found" / f"broken-1-{done}").read_bytes()


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_every_seed_is_more_than_ascii_and_used(path) -> None:
    assert not path.read_bytes().isascii()
    assert any(path.match(pattern) for target in TARGETS for pattern in target.seeds)
