# SPDX-License-Identifier: AGPL-3.0-or-later
"""The planner in a running server: nobody asks for anything, the clock reaches an instant, and the reminder is there; once, also after a stop
and a start. What is said to whom is tested in tests/unit/server/reminders, a whole term with kills in test_mailed_term.py."""

import os
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tandem import COURSE, Server  # noqa: E402

LIST = f"/courses/{COURSE}/reminders"
INSTANT = "2023-09-01T21:59:00Z"  # 6 hours before info cards are due
WITHIN_SECONDS = 60


def states(client, token, subject="info card"):
    return {one["at"]: one["state"] for one in client.expect(200, "GET", LIST, token=token)["reminders"] if one["subject"] == subject}


class Reminders(unittest.TestCase):
    def test_the_clock_alone_sends_what_is_due_once(self):
        with Server(now="2023-09-01T21:58:54Z") as server:
            operator, client = server.operator(), server.connect()
            _, token = server.person(operator, "Ada Quillfeather")
            _, staff = server.person(operator, "Uma Velvetspark", "staff")
            self.assertEqual(states(client, token), {INSTANT: "coming"})
            coming = client.expect(200, "GET", LIST, token=staff)["coming"]
            self.assertIn(("info card", "students", INSTANT, 1), [(one["subject"], one["to"], one["at"], one["people"]) for one in coming])
            end = time.monotonic() + WITHIN_SECONDS
            while states(client, token) != {INSTANT: "sent"}:
                self.assertLess(time.monotonic(), end, "nothing is sent:\n" + "".join(server.lines[-20:]))
                threading.Event().wait(0.1)
            self.assertEqual(self.messages(client, token), 1)
            server.stop()
            server.start()
            client = server.connect()
            self.assertEqual(states(client, token), {INSTANT: "sent"})
            self.assertEqual(self.messages(client, token), 1)

    @staticmethod
    def messages(client, token):
        return sum(one["kind"] == "reminder" for one in client.expect(200, "GET", "/me/messages", token=token)["messages"])


if __name__ == "__main__":
    unittest.main()
