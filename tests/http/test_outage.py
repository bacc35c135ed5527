# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real server on the real clock: what a stretch without it spanned is noted at its next start, once."""

import os
import sqlite3
import sys
import tempfile
import unittest
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tandem import Server  # noqa: E402

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
    hand_in: {{ link: required }}
grading:
  components:
    - {{ id: project, title: Project, weight: 100, one_of: [project] }}
"""


class Outage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tandem-test-")
        self.addCleanup(folder.cleanup)
        self.now = datetime.now(timezone.utc)
        self.due = self.now.replace(second=0, microsecond=0) - timedelta(minutes=2)
        course = os.path.join(folder.name, "now.yaml")
        with open(course, "w", encoding="utf-8") as file:
            file.write(TEXT.format(starts=self.now - timedelta(days=40), ends=self.now + timedelta(days=40),
                                   closes=self.now - timedelta(days=20), due=self.due))
        self.server = Server(now=None, options=("--cheap-passwords", "--course", course))
        self.server.start()
        self.addCleanup(self.server.__exit__)

    def outages(self):
        return self.server.operator().expect(200, "GET", "/courses/now/outages")["outages"]

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


if __name__ == "__main__":
    unittest.main()
