"""The soak in a short form, and that it would see a leak."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import soak
from benchmarks.soak import Sample

ROOT = Path(__file__).parents[2]
DAYS = 30


def flat() -> list[Sample]:
    draw = random.Random(3)
    return [
        Sample(
            day=day, resident=120_000_000 + draw.randrange(-1_500_000, 1_500_000), files=21 + draw.randrange(2), threads=3,
            log=0, store=day * 2_000_000, site_files=1500 + day, papers=day * 100, seconds=1.0,
        )
        for day in range(1, DAYS + 1)
    ]  # fmt: skip


def test_what_breathes_is_flat() -> None:
    assert soak.judge(flat(), 10) == []


@pytest.mark.parametrize(
    ("leak", "told"),
    [
        (lambda one: replace(one, resident=one.resident + one.day * 300_000), "memory grows"),
        (lambda one: replace(one, resident=one.resident + 80_000_000), "memory reaches"),
        (lambda one: replace(one, files=one.files + one.day), "open files"),
        (lambda one: replace(one, threads=one.threads + one.day // 5), "open threads"),
        (lambda one: replace(one, log=30_000_000 if one.day == 9 else 0), "write-ahead log"),
        (lambda one: replace(one, site_files=one.site_files + one.day * 100), "the site grows"),
    ],
)
def test_each_leak_is_seen(leak: object, told: str) -> None:
    assert callable(leak)
    [fault] = soak.judge([leak(one) for one in flat()], 10)
    assert told in fault


def test_a_single_jump_is_no_trend() -> None:
    jumped = [replace(one, resident=one.resident + (5_000_000 if one.day == 20 else 0)) for one in flat()]
    assert soak.slope([(one.day, one.resident) for one in jumped[10:]]) < soak.TREND_BYTES
    assert soak.slope([]) == soak.slope([(1, 5)]) == 0


def test_a_few_days_are_flat() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.soak", "--days", "4", "--papers", "20", "--looks", "1", "--warm", "2", "--json"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["faults"] == []
    assert [one["papers"] for one in told["samples"]] == [20, 40, 60, 80], "it really worked"
