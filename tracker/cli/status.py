"""The commands that say how the installation is: `doctor` from the outside, `health` from the running service."""

import json
import os
from typing import Annotated

import typer

from tracker.cli.session import Json, settings_for
from tracker.domain.errors import TrackerError

app = typer.Typer(rich_markup_mode=None)


@app.command()
def doctor(
    context: typer.Context,
    online: Annotated[bool, typer.Option(help="Send one cheap request to each upstream, too.")] = False,
    as_json: Json = False,
) -> int:
    """Check the installation, and say what to do.

    It checks configuration, disk, database, clock, upstreams and tokens. The exit code is 0 if nothing is bad.
    """
    from tracker.doctor.examine import examine
    from tracker.doctor.findings import any_bad, findings_as_json, format_findings

    findings = examine(context.obj, dict(os.environ), online=online)
    print(json.dumps(findings_as_json(findings), indent=2) if as_json else "\n".join(format_findings(findings)))
    return int(any_bad(findings))


@app.command()
def health(
    context: typer.Context,
    ready: Annotated[bool, typer.Option(help="Ask whether it is ready, not only alive.")] = False,
) -> int:
    """Ask the running service for its health.

    The exit code is 0 if it serves.
    """
    import urllib.error
    import urllib.request

    web = settings_for(context).web
    host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(web.host, web.host)  # noqa: S104 # compared, not bound
    host = f"[{host}]" if ":" in host else host
    address = f"http://{host}:{web.port}/health{'?ready' if ready else ''}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=5) as response:
            print(response.read().decode())
            return 0
    except urllib.error.HTTPError as error:
        print(error.read().decode(errors="replace"))
        return 1
    except OSError as error:
        raise TrackerError(f"{address}: does not answer ({error}); is `tracker run` running?") from None
