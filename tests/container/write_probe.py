"""Run inside the container: print every place that this user can change, apart from the kernel's own trees.

A folder is probed by making a file in it, a file by asking the kernel; one path a line.
"""

import os
import sys
from collections.abc import Iterator

KERNEL = ("/proc", "/sys", "/dev")


def writable(root: str) -> Iterator[str]:
    """Topmost folders in which a file can be made, and files elsewhere that can be written."""
    for folder, inner, files in os.walk(root):
        inner[:] = [name for name in inner if os.path.join(folder, name) not in KERNEL]  # noqa: PTH118 # bytes of any name
        probe = os.path.join(folder, ".probe")  # noqa: PTH118 # as above
        try:
            os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except OSError:
            paths = (os.path.join(folder, name) for name in files)  # noqa: PTH118 # as above
            yield from (path for path in paths if not os.path.islink(path) and os.access(path, os.W_OK))  # noqa: PTH114 # as above
        else:
            os.unlink(probe)  # noqa: PTH108 # as above
            inner.clear()
            yield folder


if __name__ == "__main__":
    sys.stdout.writelines(f"{path}\n" for path in writable("/"))
