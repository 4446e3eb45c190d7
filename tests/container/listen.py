"""Print the body of every POST on a port of this machine, until it is killed: what a notice would say to a person.

usage: listen.py PORT
"""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Listener(BaseHTTPRequestHandler):
    """Takes everything, and says nothing back but 200."""

    def do_POST(self) -> None:
        """Print the body."""
        sys.stdout.write(f"{self.rfile.read(int(self.headers.get('content-length', 0))).decode()}\n")
        sys.stdout.flush()
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing but the bodies is printed."""


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Listener).serve_forever()
