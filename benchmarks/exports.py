"""How much memory an export takes, by format: it does not grow with the store.

Part of `make bench-store`; of stores that are there: `python -m benchmarks.exports FILE...`. Each export runs in a process
of its own, which reports the most memory that it ever used.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tracker.store.export import FORMATS

LINKS = "links-between-papers-and-code"
_EXPORT = f"""
import re, sys
from tracker.store import export
url, form = sys.argv[1:]
with export.open_consistent(url) as connection, open("/dev/null", "wb") as file:
    if form == "{LINKS}":
        number = export.write_links_file(connection, file, "https://arxiv.org/abs/")
    else:
        number = export.export_view(connection, "papers", form, file)
with open("/proc/self/status") as status:
    print(number, re.search("VmHWM:\\s+(\\d+) kB", status.read())[1])
"""


def measure_export(path: Path, form: str) -> tuple[int, float]:
    """Rows that an export of one format writes, and the most MB that its process used.

    The memory is VmHWM (Linux), since `ru_maxrss` counts the parent's, too.
    """
    process = subprocess.run(
        [sys.executable, "-c", _EXPORT, f"sqlite:///{path}", form], capture_output=True, text=True, check=True
    )
    number, kilobytes = process.stdout.split()
    return int(number), int(kilobytes) / 1024


def measure(path: Path) -> None:
    """Print what each format takes of one store."""
    for form in (*FORMATS, LINKS):
        if form == "parquet" and find_spec("pyarrow") is None:
            print("               parquet: PyArrow, an optional extra, is not installed")
            continue
        number, megabytes = measure_export(path, form)
        print(f"  {megabytes:12.1f} MB  export of {number:,} rows as {form}", flush=True)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(name)
        measure(Path(name).absolute())
