"""Write compose.yaml as a machine without a registry and without a bridge can run it, for run.sh.

usage: compose_here.py FILE IMAGE BASE PORT [--env NAME=VALUE …]

What differs: the tracker's image is the one that was built, the base has no digest, everything is on the host's network,
Datasette listens on PORT, and the service gets the variables of the test. All else is what operators run.
"""

import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def adapt(text: str, image: str, base: str, port: str, variables: dict[str, str]) -> str:
    """The compose file with those differences."""
    text = re.sub(r"docker\.io/library/python:\S+", base, text).replace("--port 8001", f"--port {port}")
    document = yaml.safe_load(text)
    for service in document["services"].values():
        service.pop("ports", None)
        service["network_mode"] = "host"
        service["volumes"] = [re.sub(r"^\.(?=/)", str(ROOT), volume) for volume in service["volumes"]]
        if service.get("image") == "arxiv-code-tracker":
            service["image"] = image
            service.pop("build")
    document["services"]["tracker"]["environment"] |= variables
    return yaml.safe_dump(document, sort_keys=False)


if __name__ == "__main__":
    target, image, base, port, *given = sys.argv[1:]
    variables = dict(word.split("=", 1) for word in given if word != "--env")
    original = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    Path(target).write_text(adapt(original, image, base, port, variables), encoding="utf-8")
