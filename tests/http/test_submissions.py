# SPDX-License-Identifier: AGPL-3.0-or-later
"""Handing in over real sockets: both members of a team at the same moment, a second too late, and over an edge of time."""

import datetime
import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from moved_clock import Clock  # noqa: E402
from raw_http import Wire  # noqa: E402
from tandem import COURSE, PASSWORD, Server, at_once, request_bytes  # noqa: E402

PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
MIDPOINT = f"/courses/{COURSE}/milestones/midpoint/submissions"
OPEN = "2023-10-20T14:00:00Z"
AFTER = "2023-11-03T13:30:01Z"  # the second after the last that takes it: nine days after it was due
LAST_ON_TIME = "2023-10-25T13:35:00Z"
LAST_TAKEN = "2023-11-03T13:30:00Z"
REQUESTS, CONNECTIONS = 24, 12


def seconds_of(instant):
    return int(datetime.datetime.fromisoformat(instant.replace("Z", "+00:00")).timestamp())


class Submissions(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.server.start()
        self.addCleanup(self.server.__exit__)
        operator = self.server.operator()
        (ann, ann_token), (bob, bob_token) = [self.server.person(operator, name) for name in ("Ann Ng", "Bob Oh")]
        client = self.server.connect()
        team = client.expect(201, "POST", f"/courses/{COURSE}/teams", {"name": "Descenders"}, token=ann_token)["id"]
        invitation = client.expect(201, "POST", f"/courses/{COURSE}/teams/{team}/invitations", {"person": bob}, token=ann_token)["id"]
        client.expect(200, "POST", f"/courses/{COURSE}/invitations/{invitation}/acceptance", token=bob_token)
        client.expect((200, 201), "POST", f"/courses/{COURSE}/teams/{team}/registration", {"gap_plan": "Two of us take the courses this term."}, token=ann_token)
        self.tokens = []

    def go_on_at(self, now):
        self.server.stop()
        self.server.now = now
        self.server.start()
        client = self.server.connect()
        self.tokens = [client.expect(201, "POST", "/session", {"email": f"{name}@tandem.example", "password": PASSWORD})["token"]
                       for name in ("ann.ng", "bob.oh")]
        return client

    def body(self, client, token):
        file = client.expect(201, "POST", f"/courses/{COURSE}/files?name=slides.pdf", PDF, token=token)["id"]
        return {"files": [file], "statement": "none"}

    def test_both_members_at_the_same_moment_get_a_version_each(self):
        client = self.go_on_at(OPEN)
        bodies = [self.body(client, token) for token in self.tokens]
        requests = [request_bytes("POST", MIDPOINT, self.tokens[i % 2], bodies[i % 2]) for i in range(REQUESTS)]
        answers = at_once(self.server.port, requests, CONNECTIONS)
        self.assertEqual({status for status, _ in answers}, {200}, answers)
        self.assertEqual(sorted(answer["version"] for _, answer in answers), list(range(1, REQUESTS + 1)))
        for token in self.tokens:
            versions = client.expect(200, "GET", MIDPOINT, token=token)["submissions"]
            self.assertEqual([one["version"] for one in versions], list(range(REQUESTS, 0, -1)))
            self.assertEqual([one["version"] for one in versions if one["counts"]], [REQUESTS])
            self.assertEqual({len(one["members"]) for one in versions}, {2})
        waiting = client.expect(200, "GET", f"/courses/{COURSE}/files", token=self.tokens[0])["files"]
        self.assertEqual(waiting, [])

    def test_what_comes_after_the_last_second_is_refused_and_leaves_nothing(self):
        client = self.go_on_at(AFTER)
        status, answer = client.call("POST", MIDPOINT, self.body(client, self.tokens[0]), token=self.tokens[0])
        self.assertEqual((status, answer["code"]), (409, "deadline_passed"))
        self.assertEqual(client.expect(200, "GET", MIDPOINT, token=self.tokens[1])["submissions"], [])

    def now(self, client):
        return seconds_of(client.expect(200, "GET", "//readyz")["now"])

    def over(self, client, clock, edge):
        """Hands in with the last bytes some seconds after `edge`, all else before it."""
        body = self.body(client, self.tokens[0])
        clock.move(seconds_of(edge) - 3 - self.now(client))
        data = request_bytes("POST", MIDPOINT, self.tokens[0], body)
        with Wire(self.server.port) as wire:
            wire.send(data[:-10])
            self.assertLessEqual(self.now(client), seconds_of(edge))
            clock.move(5)
            wire.send(data[-10:])
            answer = wire.answer()
            return answer.status, json.loads(answer.body)

    def test_the_second_in_which_the_last_byte_arrived_judges(self):
        why = Clock.why_not()
        if why is not None:
            self.skipTest(why)
        folder = tempfile.TemporaryDirectory(prefix="tandem-clock-")
        self.addCleanup(folder.cleanup)
        clock = Clock(folder.name)
        self.server.environment = clock.environment
        client = self.go_on_at(OPEN)
        on_time = client.expect(200, "POST", MIDPOINT, self.body(client, self.tokens[0]), token=self.tokens[0])
        self.assertTrue(on_time["is_on_time"])
        status, late = self.over(client, clock, LAST_ON_TIME)
        self.assertEqual((status, late["is_on_time"]), (200, False))
        status, closed = self.over(client, clock, LAST_TAKEN)
        self.assertEqual((status, closed["code"]), (409, "deadline_passed"))


if __name__ == "__main__":
    unittest.main()
