"""The `tracker` command."""

import os
import signal
import sys
from types import FrameType


def main() -> None:
    """Run the command line; an error is printed as one sentence and gives a non-zero exit code."""
    # The first process of a container ignores a signal that it does not handle.
    signal.signal(signal.SIGTERM, _end)
    from tracker.cli.app import run  # noqa: PLC0415 # keeps `python -m tracker` importable without its libraries

    sys.exit(run(sys.argv[1:]))


def _end(number: int, _: FrameType | None) -> None:
    """End at once, as a signal without a handler does; commands that must end in order set their own handler."""
    os._exit(128 + number)


if __name__ == "__main__":
    main()
