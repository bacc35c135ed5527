# SPDX-License-Identifier: AGPL-3.0-or-later
"""Debian's nginx in front of a server, and between the two a relay that records what each said. nginx runs as whoever runs the test, with
everything it writes in a temporary folder."""

import os
import select
import shutil
import socket
import subprocess
import tempfile
import threading
from typing import NamedTuple

from raw_http import Cut, Malformed, read_answer, read_request

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin")

CONFIGURATION = """
daemon off;
worker_processes 1;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  log_format seen '$remote_addr $status $request_method "$upstream_status"';
  access_log {folder}/access.log seen;
  client_header_timeout 300ms;
  client_body_timeout 300ms;
  keepalive_timeout 100ms;
  proxy_read_timeout 10s;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Client $remote_addr;
  proxy_set_header Connection "";
  # As it comes: HTTP/1.0, a connection a request, bodies buffered.
  server {{
    listen 127.0.0.1:{plain_port};
    location / {{ proxy_pass http://127.0.0.1:{relay_port}; }}
  }}
  # As it is tuned: HTTP/1.1 on connections that are kept, bodies passed on while they come.
  upstream kept {{ server 127.0.0.1:{relay_port}; keepalive 4; }}
  server {{
    listen 127.0.0.1:{kept_port};
    location / {{
      proxy_pass http://kept;
      proxy_http_version 1.1;
      proxy_request_buffering off;
    }}
  }}
}}
"""


def listening(backlog=512):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(backlog)
    return listener


class Seen(NamedTuple):
    """A whole request that nginx forwarded and the answer to it."""

    client: str      # its address
    request: object  # raw_http.Message
    is_sound: bool   # HTTP/1.1 by the letter
    status: int      # None: there was no answer


class Recorded:
    """What went over one connection between nginx and the server."""

    def __init__(self):
        self.asked, self.answered = b"", b""

    def pairs(self):
        """(the requests with their answers, answers that no whole request asked for)."""
        seen, asked, answered = [], self.asked, self.answered
        while asked:
            try:
                request, rest = read_request(asked, is_lenient=True)
            except Cut:
                # A body that was refused before it had come, or a client that went away: at most one answer.
                return seen, self._answer(answered)[1] if seen or answered else b""
            answer, answered = self._answer(answered, request.method)
            seen.append(Seen(request.fields["x-client"], request, is_sound(asked), answer and answer.status))
            asked = rest
        return seen, answered

    @staticmethod
    def _answer(data, method="GET"):
        try:
            return read_answer(data, method)
        except Cut:
            return None, data


def is_sound(data):
    try:
        read_request(data)
    except Malformed:
        return False
    return True


class Relay:
    def __init__(self, port):
        self.port = port
        self.listener = listening()
        self.records = []
        self.threads = []
        self.accepting = threading.Thread(target=self._accept)
        self.accepting.start()

    def _accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:  # closed
                return
            record = Recorded()
            self.records.append(record)
            self.threads.append(threading.Thread(target=self._carry, args=(peer, record)))
            self.threads[-1].start()

    def _carry(self, peer, record):
        with peer, socket.create_connection(("127.0.0.1", self.port)) as server:
            open_ends = [peer, server]
            while open_ends:
                for end in select.select(open_ends, [], [])[0]:
                    other = server if end is peer else peer
                    try:
                        data = end.recv(65536)
                        if end is peer:
                            record.asked += data
                        else:
                            record.answered += data
                        if data:
                            other.sendall(data)
                            continue
                        other.shutdown(socket.SHUT_WR)
                    except OSError:
                        return
                    open_ends.remove(end)

    def close(self):
        """Twice is once."""
        if self.listener.fileno() < 0:
            return
        self.listener.shutdown(socket.SHUT_RDWR)
        self.accepting.join()
        self.listener.close()
        for thread in self.threads:
            thread.join()


class Nginx:
    """In front of the server on `port`: `plain_port` and `kept_port` are its two ways of passing requests on."""

    def __init__(self, port):
        self.folder = tempfile.TemporaryDirectory(prefix="tandem-nginx-")
        self.relay = Relay(port)
        # Inherited, so that the ports are ours from the start and a client's first connection waits until nginx is up.
        doors = [listening(), listening()]
        self.plain_port, self.kept_port = (door.getsockname()[1] for door in doors)
        path = os.path.join(self.folder.name, "nginx.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(folder=self.folder.name, user="user root;" if os.geteuid() == 0 else "",
                                            plain_port=self.plain_port,
                                            kept_port=self.kept_port, relay_port=self.relay.listener.getsockname()[1]))
        numbers = [door.fileno() for door in doors]
        self.process = subprocess.Popen([NGINX, "-p", self.folder.name, "-c", path, "-e", os.path.join(self.folder.name, "start.log")],
                                        pass_fds=numbers, env={**os.environ, "NGINX": "".join(f"{number};" for number in numbers)},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for door in doors:
            door.close()

    def stop(self):
        """Ends nginx when it has answered; its log and the records are then complete."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)
        self.relay.close()

    def close(self):
        self.stop()
        self.folder.cleanup()

    def log(self, name="access.log"):
        with open(os.path.join(self.folder.name, name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def forwarded(self):
        """By the client's address: (what nginx told it, the statuses that it got from behind), in order."""
        lines = {}
        for line in self.log().splitlines():
            client, status, _, upstream = line.split(" ", 3)
            got = [int(word) for word in upstream.strip('"').replace(" ", "").split(",") if word.isdigit()]
            lines.setdefault(client, []).append((int(status), got))
        return lines
