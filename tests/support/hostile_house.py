# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server that hostile clients meet: its people, what it holds of the machine, and an ordinary client beside them."""

import http.client
import os
import threading
import time

from tandem import COURSE, Server

# A small quarantine, or an address sanitizer's own memory hides what the server loses.
ENVIRONMENT = {"ASAN_OPTIONS": ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "quarantine_size_mb=1"]))}


def start_server(**options):
    server = Server(environment=ENVIRONMENT, **options)
    server.start()
    return server


class People:
    def __init__(self, server):
        operator = server.operator()
        self.free, self.token = server.person(operator, "Outer Student")
        self.other, self.victim = server.person(operator, "Victim Student")
        self.owner, self.member = server.person(operator, "Team Member")
        self.ordinary = server.person(operator, "Ordinary Student")[1]
        with server.connect() as client:
            self.team = client.expect(201, "POST", f"/courses/{COURSE}/teams", {"name": "Standing"}, token=self.member)["id"]


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def resident_bytes(server):
    with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def settles(look, wanted, seconds=10):
    """What look() says once it is at most `wanted`, or at last."""
    pause = threading.Event()
    end = time.monotonic() + seconds
    while (seen := look()) > wanted and time.monotonic() < end:
        pause.wait(0.02)
    return seen


class Ordinary:
    """A client that asks on one connection for as long as the block runs; each answer must be 200."""

    def __init__(self, server, token):
        self.server, self.token = server, token
        self.count, self.worst, self.error = 0, 0.0, None
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
            while not self.is_over.wait(0.005):
                start = time.monotonic()
                connection.request("GET", "/api/v1/me", headers={"Authorization": f"Bearer {self.token}"})
                answer = connection.getresponse()
                answer.read()
                self.worst = max(self.worst, time.monotonic() - start)
                if answer.status != 200:
                    raise AssertionError(f"the ordinary client was answered {answer.status}")
                self.count += 1
            connection.close()
        except Exception as error:  # told on the test's own thread
            self.error = error

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.is_over.set()
        self.thread.join()
        if self.error is not None and error[0] is None:
            raise self.error

    def words(self):
        return f"an ordinary client was served {self.count} times beside them, at worst in {self.worst * 1000:.0f} ms"
