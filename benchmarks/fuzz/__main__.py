"""`python -m benchmarks.fuzz`: fuzzes all targets, or those named, and prints the counts at the end.

An exception ends its target. The input is then in `benchmarks/fuzz/found/`, to become a seed and a test.
"""

from __future__ import annotations

import argparse
import faulthandler
import signal
import sys
import time
import traceback
from pathlib import Path

from benchmarks.fuzz import outputs, serving, texts, upstreams
from benchmarks.fuzz.mutate import Mutator
from benchmarks.fuzz.target import Target

TARGETS = (*texts.TARGETS, *upstreams.TARGETS, *outputs.TARGETS, *serving.TARGETS)
FOUND = Path(__file__).parent / "found"
SLOW_SECONDS, HANG_SECONDS = 5.0, 20.0
"""Seconds after which an input of at most 40 kB counts as a fault, and seconds after which it is ended."""


def main() -> int:
    """Fuzz the targets; returns 1 where one failed, else 0."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    ask.add_argument("targets", nargs="*", help="names of targets; all of them by default")
    ask.add_argument("--inputs", type=int, default=1_000_000, help="in all, divided by the targets' shares")
    ask.add_argument("--seed", type=int, default=1, help="another number makes other inputs")
    ask.add_argument("--list", action="store_true", help="only name the targets")
    asked = ask.parse_args()
    chosen = [target for target in TARGETS if not asked.targets or target.name in asked.targets]
    if asked.list:
        print("\n".join(target.name for target in chosen))
        return 0
    whole = sum(target.share for target in chosen)
    counts: list[tuple[str, int, float, bool]] = []
    for target in chosen:
        count = -(-asked.inputs * target.share // whole)
        done, seconds, fine = play(target, count, asked.seed)
        counts.append((target.name, done, seconds, fine))
        print(f"{target.name:24} {done:>9,} inputs {seconds:8.1f} s {'' if fine else '  FAILED'}", flush=True)
    total, failed = sum(done for _, done, _, _ in counts), [name for name, *_, fine in counts if not fine]
    print(
        f"{total:,} inputs to {len(counts)} targets, {len(failed)} failed{': ' if failed else ''}{', '.join(failed)}"
    )
    return 1 if failed else 0


def play(target: Target, count: int, number: int) -> tuple[int, float, bool]:
    """(inputs taken, seconds, whether all went well) of `count` inputs; `number` is the seed."""
    signal.signal(signal.SIGALRM, _hangs)
    run, inputs = target.make(), Mutator(target.corpus(), number, shape=target.shape)
    began = time.monotonic()
    for done in range(count):
        data = inputs.next()
        faulthandler.dump_traceback_later(2 * HANG_SECONDS, exit=True)
        signal.setitimer(signal.ITIMER_REAL, HANG_SECONDS)
        before = time.monotonic()
        try:
            run(data)
            took = time.monotonic() - before
            if took > SLOW_SECONDS:
                raise TimeoutError(f"{took:.1f} s for {len(data)} bytes")
        except Exception:
            FOUND.mkdir(exist_ok=True)
            (FOUND / f"{target.name}-{number}-{done}").write_bytes(data)
            traceback.print_exc()
            return done, time.monotonic() - began, False
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            faulthandler.cancel_dump_traceback_later()
    return count, time.monotonic() - began, True


def _hangs(*_: object) -> None:
    raise TimeoutError(f"more than {HANG_SECONDS} s")


if __name__ == "__main__":
    sys.exit(main())
