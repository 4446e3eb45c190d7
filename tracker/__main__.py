"""The `tracker` command."""

import sys


def main() -> None:
    """Run the command line; whatever goes wrong is one sentence and a non-zero exit."""
    from tracker.cli.main import run  # noqa: PLC0415 # keeps `python -m tracker` importable without its libraries

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
