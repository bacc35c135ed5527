# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real server on the real clock: what a stretch without it spanned is noted at its next start, once; and what one spanned in which
there was no room for what is handed in, while the heartbeat's own small commits went on."""

import os
import re
import resource
import socket
import sqlite3
import sys
import tempfile
import unittest
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from moved_clock import Clock  # noqa: E402
from tandem import Server  # noqa: E402

KIB = 1024
MIB = 1024 * KIB

TEXT = """course:
  id: now
  title: A course of these days
  timezone: UTC
  term: {{ starts: {starts:%Y-%m-%d}, ends: {ends:%Y-%m-%d} }}
skills:
  levels:
    - {{ id: none, title: None, means: nothing }}
    - {{ id: some, title: Some, means: something }}
  kinds:
    - {{ id: design, title: Design }}
teams:
  size: {{ min: 2, max: 4 }}
  registration: {{ opens: {starts:%Y-%m-%d} 09:00, closes: {closes:%Y-%m-%d} 23:59 }}
late_policy: {{ points_per_day: 10, grace: 5m }}
tracks:
  - {{ id: project, title: Project }}
milestones:
  - id: report
    title: Report
    track: project
    kind: report
    weight: 100
    opens: {closes:%Y-%m-%d} 10:00
    due: {due:%Y-%m-%d %H:%M}
    hand_in: {{ files: [pdf], max_size: 20MB, link: optional }}
grading:
  components:
    - {{ id: project, title: Project, weight: 100, one_of: [project] }}
"""


class House(unittest.TestCase):
    def open(self, due_minutes, environment=None, ahead=0):
        folder = tempfile.TemporaryDirectory(prefix="tandem-test-")
        self.addCleanup(folder.cleanup)
        self.now = datetime.now(timezone.utc) + timedelta(seconds=ahead)
        self.due = self.now.replace(second=0, microsecond=0) + timedelta(minutes=due_minutes)
        course = os.path.join(folder.name, "now.yaml")
        with open(course, "w", encoding="utf-8") as file:
            file.write(TEXT.format(starts=self.now - timedelta(days=40), ends=self.now + timedelta(days=40),
                                   closes=self.now - timedelta(days=20), due=self.due))
        self.server = Server(now=None, environment=environment, options=("--cheap-passwords", "--course", course))
        self.server.start()
        self.addCleanup(self.server.__exit__)

    def outages(self):
        return self.server.operator().expect(200, "GET", "/courses/now/outages")["outages"]



class Outage(House):
    def setUp(self):
        self.open(-2)

    def last_seen(self, at):
        """The last sign of life of a server that was killed then."""
        store = sqlite3.connect(os.path.join(self.server.data, "tandem.db"))
        with store:
            store.execute("update settings set value = ? where name = 'last_instant'", (str(int(at.timestamp())),))
        store.close()

    def test_a_start_after_the_due_notes_what_the_time_without_the_server_spanned(self):
        self.assertEqual(self.outages(), [])
        self.server.kill()
        before = self.due - timedelta(minutes=5)
        self.last_seen(before)
        self.server.start()
        [outage] = self.outages()
        self.assertEqual(outage["cause"], "down")
        self.assertEqual(outage["from"], before.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.assertGreaterEqual(outage["until"], self.now.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.assertEqual(outage["milestones"], [{"milestone": "report", "not_in": 0}])
        self.assertTrue(any("spanned a deadline" in line for line in self.server.lines))
        self.server.stop()
        self.server.start()  # the time since is not the same gap again
        self.assertEqual(len(self.outages()), 1)

    def test_a_clock_that_is_moved_on_was_no_outage(self):
        self.server.stop()
        self.server.now = (self.now + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.server.start()
        self.assertEqual(self.outages(), [])


class NoRoom(House):
    """A server whose clocks can be moved."""

    def open_before(self, seconds):
        """At so many seconds before a due."""
        why = Clock.why_not()
        if why is not None:
            self.skipTest(why)
        folder = tempfile.TemporaryDirectory(prefix="tandem-test-")
        self.addCleanup(folder.cleanup)
        self.clock = Clock(folder.name)
        ahead = (60 - seconds - datetime.now(timezone.utc).second) % 60
        self.clock.move(ahead)
        self.open(1, self.clock.environment, ahead)
        person, self.ann = self.server.person(self.server.operator(), "Ann Ng")
        self.server.operator().expect(200, "PUT", f"/courses/now/roster/{person}", {"role": "student"})

    def upload(self, status, size=4 * MIB + 32 * KIB):
        """A body that goes on after the answer is there would cut it off: not much more than there is room for."""
        head = (f"POST /api/v1/courses/now/files?name=report.pdf HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.ann}\r\n"
                f"Content-Length: {size}\r\nExpect: 100-continue\r\n\r\n").encode()
        peer = socket.create_connection(("127.0.0.1", self.server.port), timeout=60)
        self.addCleanup(peer.close)
        peer.sendall(head)
        first = peer.recv(25)
        if b" 100 " in first:
            peer.sendall(b"%PDF-1.4\n" + (size - 9) * b"\n")
            first = peer.recv(25)
        self.assertIn(f" {status} ".encode(), first)

    def room(self, most_bytes):
        """The store's own files are smaller: only what is handed in finds no room."""
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))

    def beat(self):
        """A server that goes down keeps the heartbeat once more. All since the one before took less than one that is missing takes."""
        self.clock.move(25)
        self.server.stop()
        self.server.start()

    def refused(self):
        """How many changes found no place, as the heartbeat counts them."""
        metrics = self.server.connect().expect(200, "GET", "//metrics")
        return int(re.search(r"\ntandem_changes_refused_total (\d+)\n", metrics).group(1))

    def test_uploads_without_room_across_a_due_are_an_outage_though_the_heartbeat_is_kept(self):
        self.open_before(15)
        self.room(4 * MIB)
        self.upload(503)
        self.beat()
        [outage] = self.outages()
        self.assertEqual(outage["cause"], "store")
        due = self.due.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.assertLess(outage["from"], due)
        self.assertGreaterEqual(outage["until"], due)
        self.assertEqual([hit["milestone"] for hit in outage["milestones"]], ["report"])

    def test_uploads_without_room_before_the_due_are_none(self):
        self.open_before(55)
        self.room(4 * MIB)
        self.upload(503)
        self.beat()
        self.upload(201)
        self.assertEqual(self.outages(), [])

    def test_counted_is_a_change_that_the_server_could_not_take_and_nothing_else(self):
        self.open_before(55)
        self.room(4 * MIB)
        self.assertEqual(self.refused(), 0)
        self.upload(503)
        self.assertEqual(self.refused(), 1)
        self.upload(413, 21 * MIB)
        self.server.connect().expect(422, "POST", "/courses/now/teams", {"name": ""}, token=self.ann)
        self.server.connect().expect(200, "GET", "/courses/now/files", token=self.ann)
        self.room(resource.RLIM_INFINITY)
        head = (f"POST /api/v1/courses/now/files?name=a.pdf HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.ann}\r\n"
                "Content-Length: 10\r\nExpect: 100-continue\r\n\r\n").encode()
        peers = []
        for i in range(5):  # the fifth of one person is over their own limit
            peers.append(socket.create_connection(("127.0.0.1", self.server.port), timeout=60))
            peers[i].sendall(head)
            self.assertIn(b" 503 " if i == 4 else b" 100 ", peers[i].recv(40))
        for peer in peers:
            peer.close()
        self.assertEqual(self.refused(), 1)


if __name__ == "__main__":
    unittest.main()
