"""A local Chatwoot as a subprocess, and a receiver for what it sends."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from typing_extensions import override

from local import processes

WEBHOOK_KEY = "TESTsecretTESTsecretTEST"
ADMINISTRATOR = "administrators-token"
BOT = "bots-token"


@dataclass
class Received:
    """One webhook request as it came in."""

    headers: Message
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.body)
        return value


@dataclass
class Receiver:
    """Keeps webhook requests; answers `status` when `answering` is set."""

    url: str
    received: list[Received] = field(default_factory=list)
    status: int = 200
    answering: threading.Event = field(default_factory=threading.Event)


@contextmanager
def run_receiver() -> Iterator[Receiver]:
    """Take webhooks on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append(Received(self.headers, body))
            receiver.answering.wait(8)
            self.send_response(receiver.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        @override
        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        @override
        def handle_error(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    receiver = Receiver(url=f"http://127.0.0.1:{server.server_port}/hook?token=t")
    receiver.answering.set()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield receiver
    receiver.answering.set()
    server.shutdown()
    server.server_close()
    thread.join()


class Chatwoot:
    """Calls the server with the plain `requests` library."""

    def __init__(self, child: processes.Child) -> None:
        self.child = child
        self.url = f"http://127.0.0.1:{child.port}"
        self.session = requests.Session()

    def control(self, path: str, body: object = None, method: str = "POST") -> dict[str, Any]:
        """Make a control call that must succeed."""
        answer = self.session.request(method, f"{self.url}/_control/{path}", json=body, timeout=20)
        assert answer.status_code == 200, answer.text
        value: dict[str, Any] = answer.json()
        return value

    def api(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = ADMINISTRATOR,
        **parameters: object,
    ) -> requests.Response:
        """Make a REST call below the account."""
        return self.session.request(
            method,
            f"{self.url}/api/v1/accounts/7/{path}",
            json=body,
            params={name: str(value) for name, value in parameters.items()},
            headers={"Api-Access-Token": token} if token else {},
            timeout=20,
        )

    def contact(self, **wish: object) -> dict[str, Any]:
        """Add a contact with a conversation."""
        wish = {"name": "Dana Vale", "phone_number": "+15550100123", **wish}
        return self.control("contacts", wish)

    def incoming(self, conversation_id: int, **wish: object) -> dict[str, Any]:
        """Write as the customer and wait for the webhooks' results."""
        return self.control(
            f"conversations/{conversation_id}/incoming", {"content": "hello", "wait": True, **wish}
        )


@contextmanager
def run_chatwoot(directory: Path, *options: str) -> Iterator[Chatwoot]:
    """Start the server with both tokens and no webhook unless the options name one."""
    command = [sys.executable, "-m", "local.chatwoot", "--host", "127.0.0.1", "--port", "0"]
    command += ["--data", str(directory / "data")]
    command += ["--api-token", ADMINISTRATOR, "--bot-token", BOT, *options]
    with processes.start(command, log=directory / "chatwoot.log", ready_timeout=5) as child:
        chatwoot = Chatwoot(child)
        yield chatwoot
        chatwoot.session.close()
        assert child.stop(grace_seconds=1) == 0
        assert (directory / "chatwoot.log").read_text() == ""
