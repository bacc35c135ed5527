# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real server for tests: started on a loopback port of the kernel's choice, driven over real sockets, killed at will."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import contract  # noqa: E402

SOURCE = os.environ.get("TANDEM_SOURCE_DIR", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BINARY = os.environ.get("TANDEM_BINARY", os.path.join(SOURCE, "build/dev/tandem"))
SAMPLE = os.path.join(SOURCE, "config/cs8803-smr.yaml")
COURSE = "cs8803-smr-2023fa"
INSIDE = "2023-09-05T14:00:00Z"  # both windows of the sample course are open
PASSWORD = "correct horse battery"


class Server:
    """`tandem serve` on a data folder. Restart it with start() after stop() or kill()."""

    def __init__(self, data=None, now=INSIDE, environment=None, options=("--cheap-passwords",)):
        self.folder = None if data else tempfile.TemporaryDirectory(prefix="tandem-test-")
        self.data = data or os.path.join(self.folder.name, "data")
        self.now = now
        self.environment = environment
        self.options = options
        self.process = None
        self.lines = []
        self.clients = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        if self.process is not None and self.process.poll() is None:
            self.stop()
        self._forget()
        if self.folder:
            self.folder.cleanup()

    def start(self):
        arguments = [BINARY, "serve", "--data", self.data, "--listen", "127.0.0.1:0", "--course", SAMPLE,
                     *self.options]
        if self.now:
            arguments += ["--now", self.now]
        self.now = None  # a store that ran on --now goes on by itself
        self.process = subprocess.Popen(arguments, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
                                        env={**os.environ, **(self.environment or {})})
        for line in self.process.stderr:
            self.lines.append(line)
            found = re.search(r"listens on http://127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                break
        else:
            raise AssertionError("the server did not start:\n" + "".join(self.lines))
        self.reader = threading.Thread(target=self._drain, args=(self.process.stderr,), daemon=True)
        self.reader.start()

    def _drain(self, stream):
        for line in stream:
            self.lines.append(line)
        stream.close()

    def _forget(self):
        """Closes what tests left open to this server."""
        while self.clients:
            self.clients.pop().connection.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self.reader.join()
        self._forget()
        if code != 0:
            raise AssertionError(f"the server ended with {code}:\n" + "".join(self.lines[-20:]))

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=30)
        self.reader.join()
        self._forget()

    def connect(self):
        self.clients.append(Client(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)))
        return self.clients[-1]

    def operator(self):
        self.clients.append(Client(_UnixConnection(os.path.join(self.data, "control.sock"))))
        return self.clients[-1]

    def command(self, *arguments, text=None):
        return subprocess.run([BINARY, *arguments, "--data", self.data], input=text, capture_output=True, text=True, timeout=60)

    def person(self, operator, name, role="student", sign_in=True):
        """A new person in the sample course; returns (id, token)."""
        email = name.lower().replace(" ", ".") + "@tandem.example"
        person = operator.expect(201, "POST", "/accounts", {"name": name, "email": email})
        identifier = person.get("id") or person["account"]["id"]
        operator.expect(200, "PUT", f"/courses/{COURSE}/roster/{identifier}", {"role": role})
        if not sign_in:
            return identifier, None
        operator.expect((200, 204), "PUT", f"/accounts/{identifier}/password", {"password": PASSWORD})
        with self.connect() as client:
            return identifier, client.expect(201, "POST", "/session", {"email": email, "password": PASSWORD})["token"]


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


class Client:
    def __init__(self, connection, token=None):
        self.connection = connection
        self.token = token

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.connection.close()

    def call(self, method, path, body=None, token=None, headers=None):
        """(status, parsed answer)"""
        fields = dict(headers or {})
        payload = None
        if body is not None:
            payload = body if isinstance(body, (bytes, str)) else json.dumps(body)
            fields.setdefault("Content-Type", "application/json")
        if token or self.token:
            fields["Authorization"] = "Bearer " + (token or self.token)
        self.connection.request(method, path[1:] if path.startswith("//") else "/api/v1" + path, payload, fields)
        answer = self.connection.getresponse()
        parsed = parse(answer.headers, whole(self.connection, answer))
        contract.check(method, path, answer.status, answer.headers["Content-Type"], parsed)
        return answer.status, parsed

    def expect(self, status, method, path, body=None, **options):
        got, answer = self.call(method, path, body, **options)
        wanted = status if isinstance(status, tuple) else (status,)
        if got not in wanted:
            raise AssertionError(f"{method} {path}: {got} instead of {status}: {answer}")
        return answer


def parse(headers, body):
    """JSON parsed, nothing as None, any other body as text."""
    if not body:
        return None
    is_json = headers["Content-Type"] in ("application/json", "application/problem+json")
    return json.loads(body) if is_json else body.decode(errors="replace")


def whole(connection, answer):
    """What was sent; of a stream that stays open its first event."""
    if answer.headers["Content-Type"] != "text/event-stream" or answer.status != 200 or answer.length == 0:
        return answer.read()
    read = b""
    while b"\ndata: " not in read or not read.endswith(b"\n\n"):
        line = answer.readline()
        if not line:
            break
        read += line
    connection.close()  # the next request opens it again
    return read


def request_bytes(method, path, token, body=None):
    """A request as bytes, for tests that send many at the same moment."""
    payload = b"" if body is None else json.dumps(body).encode()
    head = f"{method} /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n"
    return head.encode() + b"\r\n" + payload


def at_once(port, requests, connections):
    """Sends the requests over that many connections, the first of each at the same moment; returns [(status, answer)] in their order."""
    answers = [None] * len(requests)
    errors = []
    barrier = threading.Barrier(connections)

    def run(first):
        try:
            peer = socket.create_connection(("127.0.0.1", port), timeout=60)
            barrier.wait(60)
            for index in range(first, len(requests), connections):
                peer.sendall(requests[index])
                response = http.client.HTTPResponse(peer)
                response.begin()
                answer = parse(response.headers, response.read())
                method, path = requests[index].decode(errors="replace").split(" ", 2)[:2]
                contract.check(method, path.removeprefix("/api/v1"), response.status, response.headers["Content-Type"], answer)
                answers[index] = response.status, answer
            peer.close()
        except Exception as error:  # told by the caller, on its own thread
            errors.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return answers
