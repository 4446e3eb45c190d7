"""What the command line costs before it does anything: `python -m benchmarks.start`.

Processor time of `tracker --help` against a bare Python start and against the import of Typer alone, the best of
`--rounds` in one run. The goal is ten times a bare start. What is loaded at start is a test (`tests/cli/test_app.py`);
here is what it costs.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys


def cpu_seconds(*arguments: str, rounds: int) -> float:
    """The least processor time, in seconds, of this Python with these arguments."""
    spent = []
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent)


def main() -> None:
    """Measure and print one row for each program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    bare = cpu_seconds("-c", "pass", rounds=rounds)
    print(f"a bare start of Python: {1000 * bare:.0f} ms of processor time")
    for name, arguments in {
        "import typer": ("-c", "import typer"),
        "tracker --help": ("-m", "tracker", "--help"),
    }.items():
        seconds = cpu_seconds(*arguments, rounds=rounds)
        print(f"{name}: {1000 * seconds:.0f} ms, {seconds / bare:.1f} of a bare start")


if __name__ == "__main__":
    main()
