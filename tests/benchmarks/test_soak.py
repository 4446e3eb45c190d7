"""The soak in a short form, and that it would report a leak."""

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


def make_flat_samples() -> list[Sample]:
    draw = random.Random(3)
    return [
        Sample(
            day=day, resident=120_000_000 + draw.randrange(-1_500_000, 1_500_000), files=21 + draw.randrange(2), threads=3,
            log=0, store=day * 2_000_000, site_files=1500 + day, papers=day * 100, seconds=1.0,
        )
        for day in range(1, DAYS + 1)
    ]  # fmt: skip


def test_small_variations_are_flat() -> None:
    assert soak.judge(make_flat_samples(), 10) == []


@pytest.mark.parametrize(
    ("leak", "message"),
    [
        (lambda sample: replace(sample, resident=sample.resident + sample.day * 300_000), "memory grows"),
        (lambda sample: replace(sample, resident=sample.resident + 80_000_000), "memory reaches"),
        (lambda sample: replace(sample, files=sample.files + sample.day), "open files"),
        (lambda sample: replace(sample, threads=sample.threads + sample.day // 5), "open threads"),
        (lambda sample: replace(sample, log=30_000_000 if sample.day == 9 else 0), "write-ahead log"),
        (lambda sample: replace(sample, site_files=sample.site_files + sample.day * 100), "the site grows"),
    ],
)
def test_each_leak_is_reported(leak: object, message: str) -> None:
    assert callable(leak)
    [fault] = soak.judge([leak(sample) for sample in make_flat_samples()], 10)
    assert message in fault


def test_a_single_jump_is_no_trend() -> None:
    jumped = [
        replace(sample, resident=sample.resident + (5_000_000 if sample.day == 20 else 0))
        for sample in make_flat_samples()
    ]
    assert soak.slope([(sample.day, sample.resident) for sample in jumped[10:]]) < soak.TREND_BYTES
    assert soak.slope([]) == soak.slope([(1, 5)]) == 0


def test_a_few_days_are_flat() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.soak", "--days", "4", "--papers", "20", "--rounds", "1", "--warm", "2", "--json"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert report["faults"] == []
    assert [sample["papers"] for sample in report["samples"]] == [20, 40, 60, 80], "it really worked"
