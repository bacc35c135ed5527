# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole term of the sample course on the real server, which is stopped and started again with a later --now at each stage: 30 teams and 20
lab students from the roster to the last report. What became of it is held against a table that was worked out by hand from the course
file's dates and docs/milestones.md, written down below as constants; nothing of it is computed by the code under test.

Whom the keys name: "07a", "07b" and "07c" are members of team 7, "07u" joins it in October, "L03" is the third lab student. A window of
time (UTC; New York is 4 hours behind, from 5 November on 5) begins at a boundary or ends with it, so that a slow machine fails loudly and not
by another price; the exact seconds come from extensions whose due is set to the arrival minus so much."""

import collections
import os
import socket
import sys
import tempfile
import time
import unittest
from datetime import datetime, timedelta

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tandem import BINARY, COURSE, PASSWORD, SOURCE, Server  # noqa: E402
from test_tutorial import Session, is_as_promised, seed, steps_of  # noqa: E402

TEAMS, SEATS = 30, 20
TOKEN_DAYS = 150  # from August until after the last deadline
DONE_WITHIN_SECONDS = 20
PATH = f"/courses/{COURSE}"
TUTORIAL = os.path.join(SOURCE, "docs", "tutorial-term.md")
BLOCK_SECONDS = 20
PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
INSTANT = "%Y-%m-%dT%H:%M:%SZ"
PROJECT = ("proposal", "check-in-1", "midpoint", "check-in-2", "final-presentation", "poster", "final-report")
LABS = ("lab-1", "lab-2", "lab-3", "lab-4")

# Where everybody stands after the last closing: the usual state, and who differs.
STATES = {
    "proposal": ("accepted", {"closed": "30a 30b",  # tried a second after the closing
                              "excused": "07u"}),  # joined in October
    "check-in-1": ("held", {"missed": "08b", "excused": "09a 09b 07u"}),
    "midpoint": ("handed in", {"closed": "30a 30b"}),  # tried a second after the closing
    "check-in-2": ("held", {"missed": "10a", "excused": "30a 30b"}),
    "final-presentation": ("held", {"missed": "15b"}),  # goes before "handed in"
    "poster": ("handed in", {}),
    "final-report": ("handed in", {"closed": "29a 29b 30a 30b", "excused": "16b"}),
    "lab-1": ("handed in", {"accepted": "L01", "closed": "L20"}),
    "lab-2": ("handed in", {}),
    "lab-3": ("handed in", {}),
    "lab-4": ("handed in", {}),
}
# What lateness cost them: 10 points for each day of 86,400 s begun since the due, nothing until 5 minutes after it. Who is not named paid
# nothing, if they handed in at all. `None`: no row, for nothing was judged.
COSTS = {
    # Due 23 September 03:59 (22nd, 23:59 in New York), closes 9 days later, the last second at which something is left.
    "proposal": {
        # 25 came at 04:03:30, within the grace. 03 was in on 6 September; its revision of the 27th came in its 7 days. 06 was declined and
        # proposed anew by the instant that it was given. 01 and 02 revised before the due.
        10: "26a 26b 27a 27b",  # 04:04:01, a second after the grace; 24th 03:58:30, within 24 h
        20: "28a 28b",  # 24th 03:59:01, 24 h and a second
        90: "29a 29b",  # 2 October 03:58:30, the ninth day's last minute
        None: "30a 30b 07u",
    },
    # Due 25 October 13:30, closes 3 November 13:30.
    "midpoint": {
        # 21 came at 13:34:30. 10a had two days more, 11 three (in 30 s before their end), 14 one on everything (in its grace), 12a two on
        # everything, 13a twelve.
        10: "22a 22b 23a 23b 10b",  # 13:35:01; 26th 13:29:30; the same for whom 10a's days do not hold
        20: "24a 24b 12b",  # 26th 13:30:01
        90: "29a 29b",  # 3 November 13:29:30
        100: "13b",  # 4 November: taken for 13a's sake, past 13b's own closing
        None: "30a 30b",
    },
    # Due 4 December 14:30. 30 came at 14:34:30.
    "final-presentation": {10: "29a 29b"},  # 14:35:01
    # Due 11 December 16:20, 12 December 16:20 for 26, 27 and 30, who had not handed in when all those got a day.
    "poster": {10: "27a 27b 30a 30b"},  # 26 came 12th 16:19:30, 27 16:25:01, 30 13th 05:04:01
    # Due 13 December 04:59, closes 22 December 04:59. 23 came at 05:03:30; 14 has one day more, 12a two.
    "final-report": {
        10: "24a 24b 25a 25b",  # 05:04:01; 14th 04:58:30
        20: "26a 26b",  # 14th 04:59:01
        30: "12b 27b",  # 15th 04:59:01; 27a's 30 were waived
        90: "28a 28b",  # 22nd 04:58:30
        None: "29a 29b 30a 30b",
    },
    # Due 30 September 03:59. L11 came at 04:03:30; L03 has two days more on everything and came 2 October 03:58:30.
    "lab-1": {10: "L12 L13", 20: "L14 L15", 30: "L16", None: "L20"},  # 04:04:01, 1st 03:58:30; 03:59:01, 2nd 03:58:30; 03:59:01
    # Due 21 October 03:59, 22nd for everyone, 23rd for L03, who came at 03:59:01. L13 came 22nd 04:03:30.
    "lab-2": {10: "L14 L16 L17 L18 L19 L20", 20: "L15"},  # 04:04:01, 14:00; 23rd 03:59:01
    # Due 11 November 04:59; L17 to L20 came on the 13th, and each got a due of their own: see LAB_3.
    "lab-3": {10: "L18 L19", 20: "L20"},
    # Due 6 December 04:59, moved on 20 November to the 7th. L19 came 6th 12:00, L20 14th 04:58:30, in the seventh day's last minute.
    "lab-4": {70: "L20"},
}
# What the plan says on 6 November if the midpoint had been due a day earlier, 24 October 13:30: by team, the dearest before and after.
# 10b, 12b, 14 (with its day: due 25th 13:30), 21 to 24 pay a day more than in COSTS, 21 came 1 day 4:30 late; 29 missed the closing, 2
# November 13:30. 11 and 13a have dues of their own; 13b paid all of it; 30 has nothing in and is closed out either way.
MIDPOINT_EARLIER = {10: (10, 20), 12: (20, 30), 14: (0, 20), 21: (0, 20), 22: (10, 20), 23: (10, 20), 24: (20, 30), 29: (90, 100)}
NOTHING_JUDGED = ("check-in-1", "check-in-2")  # never late
# Seconds from the due that they are given to their arrival.
LAB_3 = {"L17": 300, "L18": 301, "L19": 86400, "L20": 86401}


def keys(words):
    return words.split()


def team_keys(first, last):
    return [f"{team:02}a" for team in range(first, last + 1)]


def seat_keys(first, last):
    return [f"L{seat:02}" for seat in range(first, last + 1)]


class Term:
    """The term, played once. Each stage is a method; what an instant of it is for stands in the tables above."""

    def __init__(self):
        self.members = {team: [f"{team:02}a", f"{team:02}b"] for team in range(1, TEAMS + 1)}
        self.members[7].append("07c")
        self.students = [key for members in self.members.values() for key in members] + ["07u"] + seat_keys(1, SEATS)
        self.people, self.tokens, self.teams, self.slots = {}, {}, {}, {}
        self.refused = []
        self.before = None
        self.server = Server(now="2023-08-24T14:00:00Z")
        self.server.start()

    def play(self):
        for stage in (self.people_arrive, self.teams_form, self.proposals, self.labs_and_check_ins, self.october, self.midpoint, self.november,
                      self.december):
            stage()

    # --- requests

    def go(self, now, before=None):
        """On to this instant; what is handed in must arrive before the other."""
        self.server.stop()
        self.server.now = now
        self.server.start()
        self.client = self.server.connect()
        self.before = before

    def ask(self, key, status, method, path, body=None, **options):
        return self.client.expect(status, method, PATH + path, body, token=self.tokens[key], **options)

    def staff(self, status, method, path, **body):
        return self.ask("uma", status, method, path, body)

    def give(self, milestone, **wish):
        return self.staff(200, "POST", f"/milestones/{milestone}/extensions", reason="They asked for it.", **wish)

    def work(self, key, milestone):
        if milestone == "poster" and 11 <= int(key[:2]) <= 20:
            return {"link": "https://video.example/1", "statement": "none"}
        if milestone == "poster" and 21 <= int(key[:2]) <= 24:
            return {"statement": "none"}  # with a slot booked
        file = self.ask(key, 201, "POST", "/files?name=work.pdf", PDF, headers={"Content-Type": "application/octet-stream"})["id"]
        more = {"code": "https://code.example/1", "reproduce": "make all"} if milestone == "final-report" else {}
        return {"files": [file], "statement": "none", **more}

    def hand_in(self, milestone, *who):
        for key in who:
            done = self.ask(key, 200, "POST", f"/milestones/{milestone}/submissions", self.work(key, milestone))["submission"]
            self.check_time(key, done["at"])
        return done

    def submit(self, *who):
        for key in who:
            done = self.ask(key, 200, "POST", f"/teams/{self.teams[int(key[:2])]}/proposal/submissions")
            if not done["is_revision"]:
                self.check_time(key, done["judged_at"])

    def check_time(self, key, at):
        if self.before and at >= self.before:
            raise AssertionError(f"{key} came at {at}: this machine is too slow to hand in before {self.before}")

    def refuse(self, key, path, *code):
        """A change that is to be refused: kept with what it was refused for."""
        body = None if path.startswith("/teams") else self.work(key, path.split("/")[2])
        status, answer = self.client.call("POST", PATH + path, body, token=self.tokens[key])
        self.refused.append((key, path.split("/")[-2], (status, answer.get("code")), code))

    def too_late(self, milestone, *who):
        for key in who:
            self.refuse(key, f"/milestones/{milestone}/submissions", 409, "deadline_passed")

    # --- August

    def people_arrive(self):
        operator = self.server.operator()
        self.client = self.server.connect()
        for key, name, role in (("iris", "Iris Cloudharbor", "instructor"), ("uma", "Uma Velvetspark", "staff")):
            self.people[key], session = self.server.person(operator, name, role)
            self.tokens[key] = self.api_token(session, "staff")
        self.import_roster(())
        roster = self.staff_list("/roster?limit=1000", "people")
        for key in self.students:
            self.people[key] = person = next(one["person"] for one in roster if one["email"] == f"{key.lower()}@tandem.example")
            operator.expect(204, "PUT", f"/accounts/{person}/password", {"password": PASSWORD})
            session = self.client.expect(201, "POST", "/session", {"email": f"{key.lower()}@tandem.example", "password": PASSWORD})["token"]
            self.tokens[key] = self.api_token(session)

    def staff_list(self, path, name):
        return self.ask("uma", 200, "GET", path)[name]

    def api_token(self, session, *scopes):
        body = {"name": "the term", "scopes": ["read", "write", *scopes], "days": TOKEN_DAYS}
        return self.client.expect(201, "POST", "/me/tokens", body, token=session)["token"]

    def import_roster(self, gone):
        rows = [f"Student {key},{key.lower()}@tandem.example" for key in self.students if key not in gone]
        return self.ask("iris", 200, "POST", "/roster", "\n".join(["name,email", *rows, ""]), headers={"Content-Type": "text/csv"})

    def teams_form(self):
        self.go("2023-08-30T14:00:00Z")
        for team, members in self.members.items():
            for key in members:
                levels = ("project", "none") if key.endswith("a") else ("none", "project")
                self.ask(key, 200, "PUT", "/info-card", {"skills": [
                    {"skill": skill, "level": level, "evidence": "A course."} for skill, level in zip(("ml", "systems"), levels)]})
            contact = members[0]
            self.teams[team] = made = self.ask(contact, 201, "POST", "/teams", {"name": f"Team {team}"})["id"]
            for key in members[1:]:
                invited = self.ask(contact, 201, "POST", f"/teams/{made}/invitations", {"person": self.people[key]})["id"]
                self.ask(key, 200, "POST", f"/invitations/{invited}/acceptance")
            self.ask(contact, 200, "POST", f"/teams/{made}/registration", {})
        for key in seat_keys(1, SEATS):
            self.ask(key, 200, "PUT", "/labs/seat", {})
        for key in ("12a", "L03"):
            self.ask("iris", 200, "POST", "/extensions", {"scope": "person", "person": self.people[key], "days": 2, "accommodation": True,
                                                          "category": "extra time", "reason": "As agreed."})
        self.staff(200, "POST", "/extensions", scope="team", team=self.teams[14], days=1, reason="They commute.")

    # --- September

    def proposals(self):
        self.go("2023-09-06T14:00:00Z")
        for team in self.members:
            self.draft(team)
        self.submit(*team_keys(1, 24))
        self.refuse("01a", "/milestones/midpoint/submissions", 409, "not_open")
        self.go("2023-09-08T14:00:00Z")
        self.decide([1, 2], "request changes", changes=[{"field": "hypothesis", "text": "Name a threshold."}])
        self.decide([4], "approve with conditions", comment="Mind the power budget.")
        self.decide([6], "decline", comment="This has been done.", propose_anew_by="2023-09-27T03:59:00Z")
        self.decide([5, *range(7, 25)], "approve")
        self.go("2023-09-12T14:00:00Z")
        self.wait_until_told(1, "changes requested")
        self.refuse("01a", f"/teams/{self.teams[1]}/proposal/submissions", 409, "changes_open")
        for team in (1, 2):
            self.answer_changes(team)
        self.hand_in("lab-1", *seat_keys(1, 2), *seat_keys(4, 10), *seat_keys(17, 19))
        self.go("2023-09-20T14:00:00Z")
        self.decide([1, 2], "approve")
        self.decide([3], "request changes", changes=[{"text": "Say who runs it."}])
        self.late_proposals()

    def late_proposals(self):
        self.go("2023-09-23T04:03:30Z", "2023-09-23T04:04:00Z")
        self.submit("25a")
        self.go("2023-09-23T04:04:01Z")
        self.submit("26b")
        self.go("2023-09-24T03:58:30Z", "2023-09-24T03:59:00Z")
        self.submit("27a")
        self.go("2023-09-24T03:59:01Z")
        self.submit("28a")
        self.go("2023-09-27T03:00:00Z", "2023-09-27T03:59:00Z")
        self.wait_until_told(3, "changes requested")
        self.answer_changes(3)
        self.ask("06b", 201, "POST", f"/teams/{self.teams[6]}/proposal/rounds")
        self.submit("06b")
        self.go("2023-09-28T14:00:00Z")
        self.decide([3, 6, 25, 26, 27, 28], "approve")

    def draft(self, team):
        path = f"/teams/{self.teams[team]}/proposal"
        contact, *_ = members = self.members[team]
        values = {"title": f"Caches of team {team}", "hypothesis": "p99 halves.", "refutation": "It does not.", "methodology": "Measure.",
                  "topics": ["serving"], "ai-use": "none"}
        for field, value in values.items():
            self.ask(contact, 200, "PATCH", path, {"field": field, "value": value})
        for key in members:
            self.ask(key, 200, "PATCH", path, {"field": "parts", "value": {str(self.people[key]): "A part."}})

    def decide(self, teams, verdict, **more):
        self.ask("iris", (200, 201), "POST", "/proposal-decisions", {"teams": [self.teams[team] for team in teams], "verdict": verdict, **more})

    def wait_until_told(self, team, state):
        """The decision's mail leaves once the server is up: then the team may act on it."""
        path = f"/teams/{self.teams[team]}/proposal"
        self.wait_until(f"team {team} is told", lambda: self.ask(f"{team:02}a", 200, "GET", path)["state"] == state)

    def wait_until(self, what, is_so):
        """What has fallen due while the server was stopped it does within seconds of its start, the earliest first."""
        end = time.monotonic() + DONE_WITHIN_SECONDS
        while not is_so():
            if time.monotonic() > end:
                raise AssertionError(f"not within {DONE_WITHIN_SECONDS} s: {what}")

    def answer_changes(self, team):
        path = f"/teams/{self.teams[team]}/proposal"
        for change in self.ask(f"{team:02}b", 200, "GET", f"{path}/changes")["changes"]:
            self.ask(f"{team:02}b", 200, "PUT", f"{path}/changes/{change['id']}/answer", {"text": "Done."})
        self.submit(f"{team:02}a")

    # --- October

    def labs_and_check_ins(self):
        self.go("2023-09-30T04:03:30Z", "2023-09-30T04:04:00Z")
        self.hand_in("lab-1", "L11")
        self.go("2023-09-30T04:04:01Z")
        self.hand_in("lab-1", "L12")
        self.go("2023-10-01T03:58:30Z", "2023-10-01T03:59:00Z")
        self.hand_in("lab-1", "L13")
        self.go("2023-10-01T03:59:01Z")
        self.hand_in("lab-1", "L14")
        self.go("2023-10-02T03:58:30Z", "2023-10-02T03:59:00Z")
        self.submit("29b")
        self.hand_in("lab-1", "L03", "L15")
        self.go("2023-10-02T03:59:01Z")
        self.refuse("30a", f"/teams/{self.teams[30]}/proposal/submissions", 409, "deadline_passed")
        self.hand_in("lab-1", "L16")
        self.go("2023-10-03T14:00:00Z")
        self.decide([29], "approve")
        self.hand_in("lab-2", *seat_keys(1, 2), *seat_keys(4, 12))
        self.book("check-in-1", "2023-10-05T13:00:00Z", team_keys(1, TEAMS))
        self.ask("01b", 200, "PUT", "/milestones/check-in-1/update", {"done": "The loader", "next": "The baseline"})
        # Uma cannot on one of them, and they choose another.
        self.staff(201, "POST", f"/slots/{self.slots['check-in-1'][1]}/cancellation", reason="I am away.")
        self.ask("02b", 200, "PUT", f"/slots/{self.slots['check-in-1'][TEAMS]}/booking")
        self.go("2023-10-05T23:00:00Z")
        self.record("check-in-1", {"missed": "08b", "excused": "09a 09b"})

    def book(self, milestone, starts, who):
        made = self.staff(201, "POST", f"/milestones/{milestone}/slots", starts=starts, place="Klaus 1116", count=len(who) + 1)["ids"]
        self.slots[milestone] = made
        for key, slot in zip(who, made):
            self.ask(key, 200, "PUT", f"/slots/{slot}/booking")

    def record(self, milestone, otherwise):
        states = {key: state for state, words in otherwise.items() for key in keys(words)}
        for team, members in self.members.items():
            self.staff(201, "POST", f"/milestones/{milestone}/check-ins", team=self.teams[team],
                       members=[{"person": self.people[key], "state": states.get(key, "held")} for key in members])

    def october(self):
        self.go("2023-10-09T03:59:01Z")
        self.too_late("lab-1", "L20")
        first = self.staff_list(f"/milestones/lab-1/submissions?person={self.people['L01']}", "submissions")[0]["id"]
        self.ask("uma", 200, "PUT", f"/milestones/lab-1/submissions/{first}/acceptance")
        self.go("2023-10-10T14:00:00Z")
        self.dropped = self.import_roster(("07c",))
        self.held = self.enrolment("07c")
        self.go("2023-10-16T14:00:00Z")
        self.wait_until("the hold ends", lambda: self.enrolment("07c")["hold_until"] is None)
        self.members[7].remove("07c")
        self.staff(200, "PUT", f"/placements/{self.people['07u']}", team=self.teams[7], reason="They were left over.")
        self.members[7].append("07u")
        self.give("midpoint", scope="person", person=self.people["10a"], days=2)
        self.give("midpoint", scope="team", team=self.teams[11], days=3)
        self.give("midpoint", scope="person", person=self.people["13a"], days=12)
        self.give("lab-2", scope="everyone", days=1)
        self.hand_in("midpoint", *team_keys(1, 9), *team_keys(15, 20), *team_keys(25, 28))
        self.go("2023-10-22T04:03:30Z", "2023-10-22T04:04:00Z")
        self.hand_in("lab-2", "L13")
        self.go("2023-10-22T04:04:01Z")
        self.hand_in("lab-2", "L14")
        self.go("2023-10-22T14:00:00Z")
        self.hand_in("lab-2", *seat_keys(16, 20))
        self.go("2023-10-23T03:59:01Z")
        self.hand_in("lab-2", "L03", "L15")

    def enrolment(self, key):
        return next(one for one in self.staff_list("/roster?limit=1000&dropped=true", "people") if one["person"] == self.people[key])

    def midpoint(self):
        self.go("2023-10-25T13:34:30Z", "2023-10-25T13:35:00Z")
        self.hand_in("midpoint", "21a")
        self.go("2023-10-25T13:35:01Z")
        self.hand_in("midpoint", "22a")
        self.go("2023-10-26T13:29:30Z", "2023-10-26T13:30:00Z")
        self.hand_in("midpoint", "10b", "23b")
        self.go("2023-10-26T13:30:01Z", "2023-10-26T13:35:00Z")
        self.hand_in("midpoint", "12b", "14a", "24a")
        self.go("2023-10-28T13:29:30Z", "2023-10-28T13:30:00Z")
        self.hand_in("midpoint", "11a")
        self.go("2023-11-03T13:29:30Z", "2023-11-03T13:30:00Z")
        self.hand_in("midpoint", "29a")
        self.go("2023-11-03T13:30:01Z")
        self.too_late("midpoint", "30b")
        self.go("2023-11-04T14:00:00Z")
        self.hand_in("midpoint", "13b")

    # --- November

    def november(self):
        self.go("2023-11-06T15:00:00Z")
        self.book("check-in-2", "2023-11-08T13:00:00Z", team_keys(1, TEAMS))
        self.hand_in("lab-3", *seat_keys(1, 16))
        self.plan = self.move("midpoint?dry_run=true", due="2023-10-24T13:30:00Z")
        self.unconfirmed = self.move("midpoint", 409, due="2023-10-24T13:30:00Z")
        self.go("2023-11-08T23:00:00Z")
        self.record("check-in-2", {"missed": "10a", "excused": "30a 30b"})
        self.go("2023-11-13T12:00:00Z")
        for key, seconds in LAB_3.items():
            at = datetime.strptime(self.hand_in("lab-3", key)["at"], INSTANT)
            self.give("lab-3", scope="person", person=self.people[key], due=(at - timedelta(seconds=seconds)).strftime(INSTANT))
        self.go("2023-11-20T15:00:00Z")
        self.moved = self.move("lab-4", due="2023-12-07T04:59:00Z")
        self.hand_in("lab-4", *seat_keys(1, 18))
        self.hand_in("final-presentation", *team_keys(1, 28))
        self.go("2023-11-28T15:00:00Z")
        self.book("poster", "2023-12-11T16:30:00Z", team_keys(21, 24))
        self.hand_in("poster", *team_keys(1, 25), *team_keys(28, 29))

    def move(self, milestone, status=200, **dates):
        return self.ask("iris", status, "PATCH", f"/milestones/{milestone}", {"reason": "The cluster is down.", **dates})

    # --- December

    def december(self):
        self.go("2023-12-04T14:34:30Z", "2023-12-04T14:35:00Z")
        self.hand_in("final-presentation", "30a")
        self.go("2023-12-04T14:35:01Z")
        self.hand_in("final-presentation", "29a")
        self.record("final-presentation", {"missed": "15b"})
        self.go("2023-12-06T12:00:00Z")
        self.hand_in("lab-4", "L19")
        self.go("2023-12-11T16:25:30Z")
        self.given = self.give("poster", scope="missing", days=1)
        self.hand_in("final-report", *team_keys(1, 11), *team_keys(13, 13), *team_keys(15, 22))
        self.staff(201, "POST", "/milestones/final-report/excusals", person=self.people["16b"], reason="They were ill.")
        self.go("2023-12-12T16:19:30Z", "2023-12-12T16:20:00Z")
        self.hand_in("poster", "26a")
        self.go("2023-12-12T16:25:01Z")
        self.hand_in("poster", "27a")
        self.go("2023-12-13T05:03:30Z", "2023-12-13T05:04:00Z")
        self.hand_in("final-report", "23a")
        self.last_reports()

    def last_reports(self):
        self.go("2023-12-13T05:04:01Z")
        self.hand_in("final-report", "24a")
        self.hand_in("poster", "30a")
        self.go("2023-12-14T04:58:30Z", "2023-12-14T04:59:00Z")
        self.hand_in("final-report", "25a")
        self.hand_in("lab-4", "L20")
        self.go("2023-12-14T04:59:01Z", "2023-12-14T05:04:00Z")
        self.hand_in("final-report", "14b", "26a")
        self.go("2023-12-15T04:59:01Z", "2023-12-15T05:04:00Z")
        self.hand_in("final-report", "12a", "27a")
        self.staff(201, "POST", "/milestones/final-report/penalty-waivers", person=self.people["27a"], reason="They were ill.")
        self.go("2023-12-22T04:58:30Z", "2023-12-22T04:59:00Z")
        self.hand_in("final-report", "28a")
        self.go("2023-12-22T04:59:01Z")
        self.too_late("final-report", "29a", "30a")


class TheTerm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.term = Term()
        cls.addClassCleanup(cls.term.server.__exit__)
        cls.term.play()

    def penalties(self, milestone):
        return self.term.staff_list(f"/milestones/{milestone}/penalties", "penalties")

    def whose(self, milestone):
        """The students whose milestone it is at the end."""
        if milestone in LABS:
            return seat_keys(1, SEATS)
        return [key for members in self.term.members.values() for key in members]

    def test_everybody_stands_where_the_table_says(self):
        for track in (PROJECT, LABS):
            for key in self.whose(track[0]):
                got = {one["id"]: one["you"]["state"] for one in self.term.ask(key, 200, "GET", "/milestones")["milestones"]}
                self.assertEqual(got, {milestone: self.state(key, milestone) for milestone in track}, key)

    def state(self, key, milestone):
        usual, others = STATES[milestone]
        return next((state for state, words in others.items() if key in keys(words)), usual)

    def cost(self, key, milestone):
        """As (points, waived), or None."""
        if milestone in NOTHING_JUDGED:
            return None
        points = next((points for points, words in COSTS.get(milestone, {}).items() if key in keys(words)), 0)
        return None if points is None else (points, (key, milestone) == ("27a", "final-report"))

    def test_lateness_cost_what_the_table_says(self):
        for milestone in PROJECT + LABS:
            got = {one["person"]: (one["points"], one["waived"]) for one in self.penalties(milestone) if one["holds"]}
            # Of the one who dropped, what was judged before stays.
            people = self.whose(milestone) + (["07c"] if milestone == "proposal" else [])
            wanted = {self.term.people[key]: self.cost(key, milestone) for key in people}
            self.assertEqual(got, {person: cost for person, cost in wanted.items() if cost is not None}, milestone)

    def test_everybody_reads_their_own_cost_and_nobody_elses(self):
        for key in ("12a", "12b", "13a", "13b", "27a", "27b", "L20", "30a"):
            for milestone in PROJECT if key[0] != "L" else LABS:
                rows = self.term.ask(key, 200, "GET", f"/milestones/{milestone}/penalties")["penalties"]
                self.assertLessEqual({one["person"] for one in rows}, {self.term.people[key]})
                self.assertEqual([(one["points"], one["waived"]) for one in rows if one["holds"]],
                                 [cost for cost in [self.cost(key, milestone)] if cost], (key, milestone))

    def test_the_ledger_keeps_what_held_before(self):
        rows = collections.defaultdict(list)
        for milestone in ("lab-3", "final-report"):
            for one in reversed(self.penalties(milestone)):
                rows[one["person"]].append((one["points"], one["cause"], one["holds"]))
        # 13 November 12:00 is 2 days and 7 hours after the due: 30, until they were given more time.
        for key, points in {"L17": 0, "L18": 10, "L19": 10, "L20": 20}.items():
            self.assertEqual(rows[self.term.people[key]], [(30, "handed in", False), (points, "extension", True)], key)
        self.assertEqual(rows[self.term.people["27a"]], [(30, "handed in", False), (0, "waived", True)])

    def test_what_came_too_soon_too_late_or_unanswered_was_refused(self):
        self.assertEqual(len(self.term.refused), 7)
        for key, what, got, wanted in self.term.refused:
            self.assertEqual(got, wanted, (key, what))

    def test_those_who_had_not_handed_in_were_given_a_day(self):
        listed = [one for one in self.term.staff_list("/milestones/poster/extensions", "extensions") if one["milestone"] == "poster"]
        self.assertEqual({one["team"] for one in listed}, {self.term.teams[team] for team in (26, 27, 30)})
        self.assertEqual({one["due"] for one in listed}, {"2023-12-12T16:20:00Z"})
        self.assertEqual(sorted(self.term.given["extensions"]), sorted(one["id"] for one in listed))

    def test_who_dropped_kept_the_place_for_three_days(self):
        self.assertEqual(self.term.dropped["counts"]["dropped"], 1)
        self.assertEqual((self.term.held["active"], self.term.held["hold_until"][:16]), (False, "2023-10-13T14:00"))
        self.assertIsNone(self.term.enrolment("07c")["hold_until"])
        team = self.term.ask("uma", 200, "GET", f"/teams/{self.term.teams[7]}")
        self.assertEqual({one["person"] for one in team["members"]}, {self.term.people[key] for key in ("07a", "07b", "07u")})
        self.assertEqual(self.term.client.call("GET", f"{PATH}/milestones", token=self.term.tokens["07c"])[0], 403)
        # What they had part in keeps them; what came later does not have them.
        for milestone, members in (("proposal", "07a 07b 07c"), ("midpoint", "07a 07b 07u")):
            [one] = self.term.staff_list(f"/milestones/{milestone}/submissions?team={self.term.teams[7]}", "submissions")
            self.assertEqual({member["person"] for member in one["members"]}, {self.term.people[key] for key in keys(members)})

    def test_staff_count_the_same(self):
        got = {one["id"]: (one["counts"]["all"], one["counts"]["handed_in"]) for one in self.term.staff_list("/milestones", "milestones")}
        handed_in = {"proposal": 29, "check-in-1": 0, "midpoint": 29, "check-in-2": 0, "final-presentation": 30, "poster": 30, "final-report": 28,
                     "lab-1": 19, "lab-2": 20, "lab-3": 20, "lab-4": 20}
        self.assertEqual(got, {milestone: (SEATS if milestone in LABS else TEAMS, count) for milestone, count in handed_in.items()})

    def test_the_deadline_that_was_moved_moved_for_everyone_and_the_one_that_was_only_planned_for_nobody(self):
        teams = {self.term.teams[team]: costs for team, costs in MIDPOINT_EARLIER.items()}
        self.assertEqual({one["team"]: (one["cost_before"], one["cost"]) for one in self.term.plan["holders"]}, teams)
        self.assertTrue(self.term.plan["needs_confirmation"])
        self.assertEqual(self.term.unconfirmed["code"], "confirmation_needed")
        self.assertEqual(self.term.plan["missing"], [])
        self.assertFalse(self.term.moved["needs_confirmation"])
        self.assertEqual({one["person"] for one in self.term.moved["people"]}, {self.term.people[key] for key in seat_keys(1, SEATS)})
        due = {one["id"]: one["due"] for one in self.term.staff_list("/milestones", "milestones")}
        self.assertEqual((due["midpoint"], due["lab-4"]), ("2023-10-25T13:30:00Z", "2023-12-07T04:59:00Z"))

    def test_nothing_that_the_clock_was_moved_across_is_an_outage(self):
        self.assertEqual(self.term.staff_list("/outages", "outages"), [])


class TheTutorial(unittest.TestCase):
    def test_the_walk_through_the_term_goes_as_the_tutorial_says(self):
        with open(TUTORIAL, encoding="utf-8") as file:
            steps = steps_of(file.read())
        with tempfile.TemporaryDirectory(prefix="tandem-tutorial-") as folder, socket.create_server(("127.0.0.1", 0)) as free:
            data, port = os.path.join(folder, "data"), free.getsockname()[1]
            os.mkdir(data)
            seed(data)
            free.close()
            session = Session({"TANDEM_DATA": data, "TANDEM_LISTEN": f"127.0.0.1:{port}", "TANDEM_BINARY": BINARY, "NO_PROXY": "127.0.0.1"})
            try:
                for step in steps:
                    printed, _ = session.run(step.command, BLOCK_SECONDS)
                    where = f"docs/tutorial-term.md:{step.line}:\n{step.command}"
                    self.assertTrue(is_as_promised(step.answer, printed), f"{where}promises\n{step.answer}\nbut prints\n{printed}")
            finally:
                session.run('[ -z "$(jobs -p)" ] || { kill $server; wait $server; }', BLOCK_SECONDS)
                session.end()


if __name__ == "__main__":
    unittest.main()
