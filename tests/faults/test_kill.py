# SPDX-License-Identifier: AGPL-3.0-or-later
"""kill -9 under load, 50 rounds: every change that was acknowledged is there after the restart, and the audit chain verifies.

This shows recovery of the process, not of the machine (the page cache survives): the order of write, sync and reply is test_store_faults."""

import json
import os
import random
import socket
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tandem import COURSE, Server, request_bytes  # noqa: E402

ROUNDS, STUDENTS = 50, 8


class Load(threading.Thread):
    """Renames one team over and over; keeps the last name that was acknowledged and the one under way."""

    def __init__(self, port, team, token, round_):
        super().__init__()
        self.port, self.team, self.token, self.round = port, team, token, round_
        self.acknowledged = None
        self.count = 0
        self.under_way = None

    def run(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=30) as peer:
                while self._change(peer):
                    pass
        except OSError:
            return  # the server was killed

    def _change(self, peer):
        words = f"Team {self.team} round {self.round} change {self.count + 1}"
        self.under_way = words
        peer.sendall(request_bytes("PATCH", f"/courses/{COURSE}/teams/{self.team}", self.token, {"looking_for": words}))
        if not self._read(peer):
            return False
        self.acknowledged = words
        self.count += 1
        return True

    @staticmethod
    def _read(peer):
        data = b""
        while b"\r\n\r\n" not in data:
            more = peer.recv(65536)
            if not more:
                return False
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise AssertionError(data.decode())
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        while len(body) < length:
            more = peer.recv(65536)
            if not more:
                return True  # the head says that it was committed
            body += more
        return True


class Kill(unittest.TestCase):
    def test_nothing_acknowledged_is_lost(self):
        chance = random.Random(8803)
        with Server() as server:
            operator = server.operator()
            teams = []
            for i in range(STUDENTS):
                _, token = server.person(operator, f"Student {i}")
                team = server.connect().expect(201, "POST", f"/courses/{COURSE}/teams", {"name": f"Team {i}"}, token=token)["id"]
                teams.append((team, token))
            changes = 0
            for round_ in range(ROUNDS):
                loads = [Load(server.port, team, token, round_) for team, token in teams]
                for load in loads:
                    load.start()
                # Killed after a number of acknowledged changes, not after a time.
                wanted = chance.randint(1, 60)
                while sum(load.count for load in loads) < wanted and any(load.is_alive() for load in loads):
                    loads[0].join(0.001)
                server.kill()
                for load in loads:
                    load.join()
                server.start()
                client = server.connect()
                for load in loads:
                    changes += load.count
                    words = client.expect(200, "GET", f"/courses/{COURSE}/teams/{load.team}", token=load.token)["looking_for"]
                    if load.acknowledged is not None:
                        self.assertIn(words, (load.acknowledged, load.under_way), f"round {round_}")
                verdict = json.loads(server.command("audit", "verify", "--json").stdout)
                self.assertTrue(verdict["sound"], verdict)
            self.assertGreater(changes, ROUNDS)
            print(f"{ROUNDS} kills, {changes} acknowledged changes, none lost", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
