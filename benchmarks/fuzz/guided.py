"""`python -m benchmarks.fuzz.guided TARGET [SECONDS]`: one target, its inputs guided by what code they reach.

Needs atheris (`pip install atheris`), which is no dependency: it has no build for every Python. What it finds stands in
`benchmarks/fuzz/found/`, as for the other runs; it makes other inputs each time.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

FOUND = Path(__file__).parent / "found"
MOST_BYTES, SLOW_SECONDS = 8_000, 20


def main() -> None:
    """Ends the process: 0 when all went well."""
    import atheris  # type: ignore[import-not-found, unused-ignore] # noqa: PLC0415 # no dependency

    with atheris.instrument_imports(include=["tracker", "pylatexenc", "urlextract", "feedgen", "bs4"]):
        from benchmarks.fuzz.__main__ import TARGETS  # noqa: PLC0415 # what is imported here is watched

    name, seconds = sys.argv[1], int((*sys.argv, "60")[2])
    target = next(target for target in TARGETS if target.name == name)
    FOUND.mkdir(exist_ok=True)
    folder = tempfile.mkdtemp(prefix="fuzz-")
    for number, seed in enumerate(target.corpus()):
        (Path(folder) / str(number)).write_bytes(seed)
    run = target.make()

    def once(data: bytes) -> None:
        run(data)

    bounds = (
        f"-max_total_time={seconds}",
        f"-max_len={MOST_BYTES}",
        f"-timeout={SLOW_SECONDS}",
        "-rss_limit_mb=2048",
    )
    atheris.Setup([sys.argv[0], folder, *bounds, f"-artifact_prefix={FOUND}/{name}-"], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
