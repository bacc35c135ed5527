# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must hold when many ask at the same moment, over real sockets: lab seats, the last place of a team, two invitations at once."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tandem import COURSE, Server, at_once, request_bytes  # noqa: E402

STUDENTS, CAPACITY, CONNECTIONS = 200, 20, 64


class SameMoment(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        operator = cls.server.operator()
        cls.people = [cls.server.person(operator, f"Crowd {i}") for i in range(STUDENTS)]
        cls.staff = cls.server.person(operator, "Terry Assistant", "staff")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def test_1_two_hundred_ask_for_a_lab_seat(self):
        requests = [request_bytes("PUT", f"/courses/{COURSE}/labs/seat", token, {}) for _, token in self.people]
        answers = at_once(self.server.port, requests, CONNECTIONS)
        self.assertEqual({status for status, _ in answers}, {200})
        states = [answer["you"]["state"] for _, answer in answers]
        self.assertEqual((states.count("seated"), states.count("waiting")), (CAPACITY, STUDENTS - CAPACITY))
        client = self.server.connect()
        places = []
        for _, token in self.people:
            you = client.expect(200, "GET", f"/courses/{COURSE}/labs", token=token)["you"]
            if you["state"] == "waiting":
                places.append(you["place"])
        self.assertEqual(sorted(places), list(range(1, STUDENTS - CAPACITY + 1)))
        # The answer that each got says the place at the moment of acceptance; nobody moved since.
        told = [answer["you"]["place"] for _, answer in answers if answer["you"]["state"] == "waiting"]
        self.assertEqual(told, places)
        line = client.expect(200, "GET", f"/courses/{COURSE}/labs/seats", token=self.staff[1])
        self.assertEqual([row["place"] for row in line["waiting"]], list(range(1, STUDENTS - CAPACITY + 1)))
        audit, below = [], None
        while True:
            page = client.expect(200, "GET", f"/courses/{COURSE}/audit?limit=200" + (f"&below={below}" if below else ""),
                                 token=self.staff[1])
            audit += page["rows"]
            below = page.get("next")
            if not below:
                break
        accepted = [row["subject"] for row in reversed(audit) if row["kind"] == "lab seat asked for"]
        self.assertEqual(accepted, [f"person {row['person']}" for row in line["waiting"]])

    def test_2_a_freed_seat_is_offered_to_place_one(self):
        client = self.server.connect()
        line = client.expect(200, "GET", f"/courses/{COURSE}/labs/seats", token=self.staff[1])
        tokens = dict(self.people)
        client.expect(200, "DELETE", f"/courses/{COURSE}/labs/seat", token=tokens[line["seated"][0]["person"]])
        after = client.expect(200, "GET", f"/courses/{COURSE}/labs/seats", token=self.staff[1])
        self.assertEqual([row["person"] for row in after["offered"]], [line["waiting"][0]["person"]])
        self.assertEqual(len(after["seated"]), CAPACITY - 1)

    def test_3_the_last_place_of_a_team(self):
        client = self.server.connect()
        operator = self.server.operator()
        owner = self.server.person(operator, "Owner One")
        team = client.expect(201, "POST", f"/courses/{COURSE}/teams", {"name": "Last Place"}, token=owner[1])["id"]
        guests = [self.server.person(operator, f"Guest {i}") for i in range(16)]
        requests = []
        for person, token in guests:
            invitation = client.expect(201, "POST", f"/courses/{COURSE}/teams/{team}/invitations", {"person": person},
                                       token=owner[1])["id"]
            requests.append(request_bytes("POST", f"/courses/{COURSE}/invitations/{invitation}/acceptance", token))
        answers = at_once(self.server.port, requests, len(requests))
        statuses = [status for status, _ in answers]
        self.assertEqual(sum(status < 300 for status in statuses), 3)  # four in all: the size of the sample course
        self.assertEqual({answer["code"] for status, answer in answers if status >= 300}, {"team_full"})
        members = client.expect(200, "GET", f"/courses/{COURSE}/teams/{team}", token=owner[1])["members"]
        self.assertEqual(len(members), 4)

    def test_4_two_invitations_accepted_at_once(self):
        client = self.server.connect()
        operator = self.server.operator()
        for round_ in range(10):
            owners = [self.server.person(operator, f"Owner {round_} {i}") for i in range(2)]
            guest, token = self.server.person(operator, f"Wanted {round_}")
            requests = []
            for i, (_, owner) in enumerate(owners):
                team = client.expect(201, "POST", f"/courses/{COURSE}/teams", {"name": f"Pair {round_} {i}"}, token=owner)["id"]
                invitation = client.expect(201, "POST", f"/courses/{COURSE}/teams/{team}/invitations", {"person": guest},
                                           token=owner)["id"]
                requests.append(request_bytes("POST", f"/courses/{COURSE}/invitations/{invitation}/acceptance", token))
            answers = at_once(self.server.port, requests, 2)
            self.assertEqual(sorted(status < 300 for status, _ in answers), [False, True])
            refusal = next(answer for status, answer in answers if status >= 300)
            self.assertIn(refusal["code"], ("in_team", "already_answered"))


if __name__ == "__main__":
    unittest.main()
