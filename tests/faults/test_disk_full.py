# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real server on a disk without room: no file may grow (RLIMIT_FSIZE). It refuses changes, goes on reading, recovers by itself when
there is room, and has lost nothing that it acknowledged. Which write fails at which position is test_writer_faults."""

import json
import os
import resource
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tandem import COURSE, Server, at_once, request_bytes  # noqa: E402

STUDENTS = 12
NO_ROOM = 4096  # bytes of a file: not a page of the WAL fits
CHANGES_MAX = 5000
UNLIMITED = resource.RLIM_INFINITY


class DiskFull(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.server.start()
        operator = self.server.operator()
        self.teams = []  # (number, token, the last words that were acknowledged)
        for i in range(STUDENTS):
            _, token = self.server.person(operator, f"Student {i}")
            name = f"Team {i}"
            team = self.server.connect().expect(201, "POST", f"/courses/{COURSE}/teams", {"name": name}, token=token)
            self.teams.append([team["id"], token, ""])
        self.count = 0

    def tearDown(self):
        self.server.__exit__()

    def limit(self, size):
        """Of the running server, as if its disk had this much room for each file."""
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (size, UNLIMITED))

    def start_limited(self, size):
        """A child inherits the limit; what this process writes meanwhile goes into a pipe."""
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
        try:
            self.server.start()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    def change(self, client, team):
        """Whether the change was acknowledged; otherwise it was refused as it must be."""
        self.count += 1
        words = f"Change {self.count} of team {team[0]} ".ljust(500, "w")
        status, answer = client.call("PATCH", f"/courses/{COURSE}/teams/{team[0]}", {"looking_for": words},
                                     token=team[1])
        if status == 200:
            team[2] = words
            return True
        self.assertEqual((status, answer["code"]), (503, "store_unavailable"), answer)
        return False

    def found_wrong(self):
        """Teams whose words are not the last ones acknowledged."""
        client = self.server.connect()
        return [team for team in self.teams
                if client.expect(200, "GET", f"/courses/{COURSE}/teams/{team[0]}", token=team[1])["looking_for"] != team[2]]

    def assert_sound(self):
        verdict = json.loads(self.server.command("audit", "verify", "--json").stdout)
        self.assertTrue(verdict["sound"], verdict)
        self.assertEqual(self.found_wrong(), [])

    def test_a_server_whose_disk_fills_up_refuses_changes_and_recovers_without_a_restart(self):
        client = self.server.connect()
        self.limit(NO_ROOM)
        for team in self.teams:
            self.assertFalse(self.change(client, team))
        requests = [request_bytes("PUT", f"/courses/{COURSE}/labs/seat", token, {"leave_team": True}) for _, token, _ in self.teams]
        answers = at_once(self.server.port, requests, len(requests))
        self.assertEqual({(status, answer["code"]) for status, answer in answers}, {(503, "store_unavailable")})
        self.assertEqual(self.found_wrong(), [])
        self.assertEqual(client.call("GET", "//healthz")[0], 200)
        self.limit(UNLIMITED)
        for team in self.teams:
            self.assertTrue(self.change(client, team))
        labs = client.expect(200, "GET", f"/courses/{COURSE}/labs", token=self.teams[0][1])
        self.assertEqual((labs["seated"], labs["waiting"]), (0, 0))  # none of those that were told 503
        self.assert_sound()

    def test_a_server_killed_on_a_full_disk_has_lost_nothing(self):
        client = self.server.connect()
        self.assertTrue(self.change(client, self.teams[0]))
        self.limit(os.path.getsize(os.path.join(self.server.data, "tandem.db-wal")) + 60000)
        kept = [self.change(client, self.teams[i % STUDENTS]) for i in range(200)]
        self.assertIn(False, kept)
        self.assertEqual(self.found_wrong(), [])
        self.server.kill()
        self.server.start()
        self.assert_sound()
        self.assertTrue(self.change(self.server.connect(), self.teams[0]))

    def test_a_server_started_with_little_room_stays_up_for_reads(self):
        self.server.stop()
        self.start_limited(os.path.getsize(os.path.join(self.server.data, "tandem.db")))
        client = self.server.connect()
        # A checkpoint makes room in the WAL as long as the store itself need not grow.
        refused = 0
        for i in range(CHANGES_MAX):
            refused += not self.change(client, self.teams[i % STUDENTS])
            if refused == STUDENTS:
                break
        self.assertEqual(refused, STUDENTS)
        self.assertIsNone(self.server.process.poll())
        self.assertEqual(self.found_wrong(), [])
        self.server.stop()  # in good order, though the last checkpoint finds no room
        self.server.start()
        self.assert_sound()
        self.assertTrue(self.change(self.server.connect(), self.teams[0]))

    def test_a_server_that_cannot_write_at_its_start_says_so(self):
        self.server.stop()
        with self.assertRaises(AssertionError) as raised:
            self.start_limited(NO_ROOM)
        self.assertEqual(self.server.process.wait(timeout=30), 3)
        self.assertIn("disk I/O error", str(raised.exception))
        self.server.process.stderr.close()
        self.server.start()
        self.assert_sound()


if __name__ == "__main__":
    unittest.main()
