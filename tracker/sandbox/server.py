"""Runs the stand-in: in a background thread for tests and the demo, or alone in the foreground."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import uvicorn
from starlette.applications import Starlette

from tracker.domain.errors import WorldError
from tracker.domain.protocols import Clock
from tracker.sandbox.app import UPSTREAMS, CutShort, build_app
from tracker.sandbox.budget import RequestLimits

DEMO_WORLD = Path(__file__).parent / "demo"
"""The world that the package carries, about well-known systems."""
START_SECONDS = 30.0
STOP_SECONDS = 10.0


class RealClock:
    """The real time."""

    def now(self) -> datetime:
        """The time now, aware and in UTC."""
        return datetime.now(UTC)


class Sandbox(AbstractContextManager["Sandbox"]):
    """Plays the upstreams of `world` on 127.0.0.1 while the context lasts.

    `port` 0 takes a free one, readable as `.port` inside. Raises WorldError if the world cannot be read or
    the port is taken. `limits` may be changed while it runs.
    """

    def __init__(
        self, world: Path, port: int = 0, clock: Clock | None = None, *, limits: RequestLimits | None = None
    ) -> None:
        self.limits = limits or RequestLimits()
        self._world = Path(world)
        self._clock = clock or RealClock()
        self._requested_port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self.port = port

    @property
    def url(self) -> str:
        """The sandbox's own address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def upstreams(self) -> dict[str, str]:
        """Keys of `[upstreams]` with the addresses to set."""
        return upstream_addresses("127.0.0.1", self.port)

    def __enter__(self) -> Sandbox:
        app = build_app(self._world, self._clock, self.limits)
        listener = _listen("127.0.0.1", self._requested_port)
        self.port = listener.getsockname()[1]
        self._server = _Server(app)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="sandbox", daemon=True)
        self._thread.start()
        self._server.ready.wait(START_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(STOP_SECONDS)


def _is_real_error(record: logging.LogRecord) -> bool:
    """A fault cuts a response short by an exception, which uvicorn would log as an error."""
    return not (record.exc_info and isinstance(record.exc_info[1], CutShort))


class _Server(uvicorn.Server):
    def __init__(self, app: Starlette) -> None:
        logging.getLogger("uvicorn.error").addFilter(_is_real_error)
        super().__init__(uvicorn.Config(
            app, log_config=None, log_level=None, access_log=False, lifespan="off", server_header=False,
            date_header=False, timeout_graceful_shutdown=1, timeout_keep_alive=30, ws="none",
        ))  # fmt: skip
        self.ready = threading.Event()
        self._stand_in = app.state.stand_in

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stand_in.stopping.set()
        await super().shutdown(sockets)


def upstream_addresses(host: str, port: int) -> dict[str, str]:
    """Keys of `[upstreams]` with the addresses of a sandbox."""
    return {name: f"http://{host}:{port}{path}" for name, path in UPSTREAMS.items()}


def serve(
    world: Path, host: str, port: int, clock: Clock, announce: Callable[[str], object] | None = None
) -> None:
    """Play a world in the foreground until SIGINT or SIGTERM; raises WorldError.

    `announce` is called once with a text that says where it listens and which settings to use.
    """
    app = build_app(Path(world), clock)
    listener = _listen(host, port)
    bound_port = listener.getsockname()[1]
    if announce:
        lines = [f"The sandbox plays {world} at http://{host}:{bound_port}. Point the tracker at it with:"]
        lines += [
            f"  TRACKER_UPSTREAMS__{name.upper()}={url}"
            for name, url in upstream_addresses(host, bound_port).items()
        ]
        announce("\n".join(lines))
    if threading.current_thread() is threading.main_thread():
        # uvicorn ends cleanly on SIGTERM and raises it again: let both signals end in one exception.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        _Server(app).run([listener])


def _listen(host: str, port: int) -> socket.socket:
    # With the protocol named asyncio sets TCP_NODELAY; without it each small answer waits 40 ms.
    listener = socket.socket(
        socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise WorldError(
            f"The sandbox cannot listen on {host}:{port} ({error.strerror}); choose another port."
        ) from None
    listener.listen(128)
    listener.set_inheritable(True)
    return listener
