#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The last place of a slot, wanted by many teams at the same moment over real sockets; and one team's members who book different
slots at once."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tandem import COURSE, Server, at_once, request_bytes  # noqa: E402

TEAMS, PLACES = 12, 5
SLOTS = f"/courses/{COURSE}/milestones/check-in-1/slots"


class LastSlot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.client, operator = cls.server.connect(), cls.server.operator()
        cls.staff = cls.server.person(operator, "Terry Assistant", "staff")[1]
        cls.teams = [cls.team(operator, number) for number in range(TEAMS)]

    @classmethod
    def team(cls, operator, number):
        """The tokens of both members of a registered team."""
        (_, owner), (guest, token) = (cls.server.person(operator, f"Member {number} {i}") for i in range(2))
        path = f"/courses/{COURSE}/teams"
        team = cls.client.expect(201, "POST", path, {"name": f"Team {number}"}, token=owner)["id"]
        invitation = cls.client.expect(201, "POST", f"{path}/{team}/invitations", {"person": guest}, token=owner)["id"]
        cls.client.expect(200, "POST", f"/courses/{COURSE}/invitations/{invitation}/acceptance", token=token)
        cls.client.expect(200, "POST", f"{path}/{team}/registration", {"gap_plan": "We take the course together."}, token=owner)
        return owner, token

    def offer(self, starts, **more):
        body = {"starts": starts, "place": "Klaus 1116", **more}
        return self.client.expect(201, "POST", SLOTS, body, token=self.staff)["ids"]

    def listed(self, slot):
        slots = self.client.expect(200, "GET", f"{SLOTS}?limit=200", token=self.staff)["slots"]
        return next(row for row in slots if row["id"] == slot)

    def test_1_as_many_teams_as_there_are_places(self):
        slot = self.offer("2023-10-03T14:00:00Z", capacity=PLACES)[0]
        requests = [request_bytes("PUT", f"/courses/{COURSE}/slots/{slot}/booking", tokens[0]) for tokens in self.teams]
        answers = at_once(self.server.port, requests, len(requests))
        self.assertEqual(sum(status == 200 for status, _ in answers), PLACES)
        self.assertEqual({answer["code"] for status, answer in answers if status != 200}, {"slot_full"})
        listed = self.listed(slot)
        self.assertEqual((listed["taken"], len(listed["bookings"])), (PLACES, PLACES))

    def test_2_a_team_has_one_slot_however_many_of_it_book(self):
        slots = self.offer("2023-10-04T14:00:00Z", count=2)
        requests = [request_bytes("PUT", f"/courses/{COURSE}/slots/{slots[i]}/booking", self.teams[0][i]) for i in range(2)]
        for _ in range(10):
            answers = at_once(self.server.port, requests, 2)
            self.assertEqual([status for status, _ in answers], [200, 200])
            self.assertEqual(sum(self.listed(slot)["taken"] for slot in slots), 1)


if __name__ == "__main__":
    unittest.main()
