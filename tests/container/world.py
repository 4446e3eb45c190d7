"""Write a small invented world for the sandbox: one paper that shipped open code, one placeholder, one without code.

usage: world.py FOLDER LICENCE-FILE
"""

import json
import shutil
import sys
from pathlib import Path

REPOSITORIES = {
    "example-lab/bridges": {
        "README.md": "# Bridges\n\nTrain with `python train.py`.\n",
        "train.py": "print('training')\n",
    },
    "example-lab/tunnels": {"README.md": "# Tunnels\n\nCode coming soon.\n"},
}
ABSTRACTS = {
    "2606.10001": (
        "Building bridges",
        "We build bridges. Our code is available at https://github.com/example-lab/bridges.",
    ),
    "2606.10002": (
        "Digging tunnels",
        "We dig tunnels. Our code is available at https://github.com/example-lab/tunnels.",
    ),
    "2606.10003": ("Thinking about roads", "We think about roads, and that is all that we do."),
}


def main() -> None:
    """Write the world."""
    world, licence = Path(sys.argv[1]), Path(sys.argv[2])
    for name, files in REPOSITORIES.items():
        folder = world / "github" / name / "files"
        folder.mkdir(parents=True)
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        shutil.copyfile(licence, folder / "LICENSE")
    moment = "2026-06-29T12:00:00Z"
    papers = [
        {
            "arxiv_id": arxiv_id,
            "title": title,
            "abstract": abstract,
            "authors": ["Ada Example"],
            "categories": ["cs.LG"],
            "comments": None,
            "published": moment,
            "updated": moment,
        }
        for arxiv_id, (title, abstract) in ABSTRACTS.items()
    ]
    text = "".join(f"{json.dumps(paper)}\n" for paper in papers)
    (world / "2026-06-30.jsonl").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
