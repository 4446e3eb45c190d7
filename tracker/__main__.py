"""The `tracker` command."""

import sys


def main() -> None:
    """Run the command line; an error is printed as one sentence and gives a non-zero exit code."""
    from tracker.cli.app import run  # noqa: PLC0415 # keeps `python -m tracker` importable without its libraries

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
