# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everybody is told in time: the sample course from its first day to its last on the real server, which is killed (kill -9) and started again
at 100 random instants, the clock later each time, some days apart, with a real SMTP server (aiosmtpd) taking the mail; and once more, shorter, with
one that greylists, refuses somebody, hangs up before or after its reply, and is slow. What should be said is worked out here, from `tandem rehearse` of the course file and from what the test itself did: less what was handed in, and with the dues that
were granted or moved. Nothing of it is asked of the running server."""

import asyncio
import collections
import contextlib
import datetime
import email
import email.policy
import html
import json
import logging
import os
import random
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zoneinfo

from aiosmtpd.controller import Controller

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from moved_clock import Clock  # noqa: E402
from tandem import BINARY, COURSE, PASSWORD, SAMPLE, Server  # noqa: E402

PATH = f"/courses/{COURSE}"
ZONE = zoneinfo.ZoneInfo("America/New_York")
UTC = datetime.timezone.utc
SEED, STOPS = 20231, 100
TEAMS, SEATED = 10, 5
PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
HOUR = 3600
NEVER = 10**6
REFUSED = "03b@tandem.example"
BADLY = ("greylisted", "hung up before", "hung up after", "slow")
BAD_STOPS = 40

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # of connections that end early
SETTLED_WITHIN_SECONDS = 30
PROJECT = ("proposal", "midpoint", "final-presentation", "poster", "final-report")  # what a team hands in
OF_NO_USE_LATER = ("team registration", "lab choice", "milestone check-in-1", "milestone check-in-2")  # nothing of it is taken late
LABS = ("lab-1", "lab-2", "lab-3", "lab-4")


def instant(words):
    return int(datetime.datetime.strptime(words, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


def words(at):
    return datetime.datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def before(due, offset):
    """due + offset: days keep the wall clock of the zone, hours are exact (the course file's `d` and `h`)."""
    number, unit = int(offset[:-1]), offset[-1]
    if unit != "d":
        return due + number * {"h": HOUR, "m": 60}[unit]
    wall = datetime.datetime.fromtimestamp(due, ZONE).replace(tzinfo=None) + datetime.timedelta(days=number)
    return int(wall.replace(tzinfo=ZONE).timestamp())


class Mailbox:
    """What an SMTP server was given, by whom it was for; a bad one treats some mails badly when it meets them first."""

    def __init__(self, is_bad):
        self.lock = threading.Lock()
        self.mails = collections.defaultdict(list)
        self.ids = collections.Counter()
        self.manners = random.Random(SEED)
        self.is_bad = is_bad
        self.told = collections.Counter()  # how often it was bad, by manner

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if self.is_bad and address == REFUSED:
            self.told["refused"] += 1
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self.lock:
            is_new = mail["Message-ID"] not in self.ids
            manner = self.manners.choices(("well", *BADLY), (6, 2, 1, 1, 1))[0] if self.is_bad and is_new else "well"
            self.told[manner] += 1
            if manner == "greylisted":
                self.ids[mail["Message-ID"]] = 0
                return "451 4.7.1 Greylisted, try again"
            self.ids[mail["Message-ID"]] += 1
            if self.ids[mail["Message-ID"]] == 1:  # killed between DATA and the note of it: the same mail once more
                self.mails[envelope.rcpt_tos[0]].append(mail)
        if manner == "slow":
            await asyncio.sleep(0.3)
        elif manner == "hung up before":
            server.transport.abort()
        elif manner == "hung up after":
            asyncio.get_running_loop().call_soon(server.transport.abort)
        return "250 OK"

    def subjects(self, address):
        """Of the messages in somebody's mails: each has a heading of its own."""
        found = collections.Counter()
        for mail in self.mails[address]:
            body = mail.get_body(("html",)).get_content()
            found.update(html.unescape(one) for one in re.findall(r"<h2>(.*?)</h2>", body))
        return found


class Student:
    def __init__(self, key, team):
        self.key, self.email = key, f"{key}@tandem.example"
        self.team = team  # number; 0: a seat; None: neither
        self.done = {}  # subject → number of the run in which it was done
        self.dues = collections.defaultdict(list)  # milestone → [(run, due)]: what was granted, from that run on


class Term:
    """The people, what they do and when, and the server that is killed over and over."""

    def __init__(self, stops, clock=None):
        self.stops, self.clock = stops, clock
        self.random = random.Random(SEED)
        self.mailbox = Mailbox(clock is not None)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.mail = Controller(self.mailbox, hostname="127.0.0.1", port=port)
        self.mail.start()
        self.server = Server(now="2023-08-23T14:00:00Z", options=(
            "--cheap-passwords", "--mail-from", "tandem@tandem.example", "--smtp", f"smtp://127.0.0.1:{port}", "--smtp-starttls", "none"),
            environment=clock and clock.environment)
        self.students = [Student(f"{team:02}{member}", team) for team in range(1, TEAMS + 1) for member in "ab"]
        self.students += [Student(f"L{seat}", 0) for seat in range(1, SEATED + 1)] + [Student("N1", None), Student("N2", None)]
        self.tokens, self.people, self.teams, self.acts = {}, {}, {}, []
        self.run = 0
        self.moved = []  # (run, milestone, due)
        self.runs = []  # (from, to) of each: the window that the next start handles ends with its own instant
        self.subjects = self.rehearsed()
        self.plan_acts()

    def rehearsed(self):
        """key → (due, {offset: instant}) of what `tandem rehearse` says that students are reminded of."""
        done = subprocess.run([BINARY, "rehearse", SAMPLE, "--json"], capture_output=True, text=True, check=True, timeout=60)
        subjects = {}
        for line in json.loads(done.stdout)["lines"]:
            if line["what"] == "reminder" and line["who"] == "students":
                said = line["reminder"]
                _, offsets = subjects.setdefault(line["key"], (instant(said["due"]), {}))
                offsets[said["offset_words"]] = said["offset"]
        return subjects

    # --- what people do

    def at(self, first, last, act, *arguments):
        self.acts.append((self.random.randrange(instant(first), instant(last)), act, arguments))

    def plan_acts(self):
        for student in self.students:
            if self.random.random() < 0.85:
                self.at("2023-08-24T12:00:00Z", "2023-09-04T12:00:00Z", self.fill_card, student)
            if student.team == 0:
                self.at("2023-08-28T17:00:00Z", "2023-09-07T00:00:00Z", self.take_seat, student)
        for team in range(1, TEAMS + 1):
            self.at("2023-08-28T14:00:00Z", "2023-09-11T20:00:00Z", self.found, team)
            for milestone in PROJECT:
                if self.random.random() < 0.85:
                    due = self.subjects[f"milestone {milestone}"][0]
                    opens = max(due - 12 * 86400, instant("2023-09-12T14:00:00Z"))
                    if milestone == "poster":
                        opens = max(opens, instant("2023-11-28T15:00:00Z"))
                    if milestone in ("final-presentation", "final-report"):
                        opens = max(opens, instant("2023-11-21T15:00:00Z"))
                    if milestone == "midpoint":
                        opens = max(opens, instant("2023-10-17T15:00:00Z"))
                    self.at(words(opens), words(due + 2 * 86400), self.team_hands_in, team, milestone)
        for student in self.students:
            for milestone in LABS if student.team == 0 else ():
                if self.random.random() < 0.85:
                    due = self.subjects[f"milestone {milestone}"][0]
                    self.at(words(due - 8 * 86400), words(due + 86400), self.hand_in, student, milestone)
        self.at("2023-10-17T15:00:00Z", "2023-10-18T12:00:00Z", self.grant, "01a", "midpoint", 2)
        self.at("2023-11-21T15:00:00Z", "2023-11-22T12:00:00Z", self.grant, "02b", "final-report", 3)
        self.at("2023-11-14T15:00:00Z", "2023-11-20T12:00:00Z", self.move, "lab-4", "2023-12-08T04:59:00Z")
        self.at("2023-09-20T15:00:00Z", "2023-09-21T12:00:00Z", self.move, "lab-2", "2023-10-20T03:59:00Z")
        self.acts.sort(key=lambda act: act[0])

    def as_(self, key, status, method, path, body=None, **options):
        return self.client.expect(status, method, PATH + path, body, token=self.tokens[key], **options)

    def fill_card(self, student):
        levels = ("project", "none") if student.key.endswith("a") else ("none", "project")
        self.as_(student.key, 200, "PUT", "/info-card", {"skills": [
            {"skill": skill, "level": level, "evidence": "A course."} for skill, level in zip(("ml", "systems"), levels)]})
        student.done["info card"] = self.run

    def take_seat(self, student):
        self.as_(student.key, 200, "PUT", "/labs/seat", {})
        student.done["team registration"] = student.done["lab choice"] = student.done["placed"] = self.run

    def members(self, team):
        return [student for student in self.students if student.team == team]

    def found(self, team):
        first, second = self.members(team)
        self.teams[team] = made = self.as_(first.key, 201, "POST", "/teams", {"name": f"Team {team}"})["id"]
        invited = self.as_(first.key, 201, "POST", f"/teams/{made}/invitations", {"person": self.people[second.key]})["id"]
        self.as_(second.key, 200, "POST", f"/invitations/{invited}/acceptance")
        self.as_(first.key, 200, "POST", f"/teams/{made}/registration", {"gap_plan": "We shall learn what is missing."})
        for student in (first, second):
            student.done["team registration"] = student.done["lab choice"] = student.done["placed"] = self.run

    def team_hands_in(self, team, milestone):
        first, second = self.members(team)
        if milestone == "proposal":
            self.propose(team, first, second)
        else:
            self.hand_in(first, milestone)
        for student in (first, second):
            student.done[f"milestone {milestone}"] = self.run

    def hand_in(self, student, milestone):
        file = self.as_(student.key, 201, "POST", "/files?name=work.pdf", PDF, headers={"Content-Type": "application/octet-stream"})["id"]
        more = {"code": "https://code.example/1", "reproduce": "make all"} if milestone == "final-report" else {}
        self.as_(student.key, 200, "POST", f"/milestones/{milestone}/submissions", {"files": [file], "statement": "none", **more})
        student.done[f"milestone {milestone}"] = self.run

    def propose(self, team, first, second):
        path = f"/teams/{self.teams[team]}/proposal"
        values = {"title": f"Caches of team {team}", "hypothesis": "p99 halves.", "refutation": "It does not.", "methodology": "Measure.",
                  "topics": ["serving"], "ai-use": "none"}
        for field, value in values.items():
            self.as_(first.key, 200, "PATCH", path, {"field": field, "value": value})
        for student in (first, second):
            self.as_(student.key, 200, "PATCH", path, {"field": "parts", "value": {str(self.people[student.key]): "A half."}})
        self.as_(first.key, 200, "POST", f"{path}/submissions")

    def grant(self, key, milestone, days):
        self.as_("uma", 200, "POST", f"/milestones/{milestone}/extensions",
                 {"scope": "person", "person": self.people[key], "days": days, "reason": "They asked for it."})
        student = next(one for one in self.students if one.key == key)
        student.dues[milestone].append((self.run, before(self.subjects[f"milestone {milestone}"][0], f"{days}d")))

    def move(self, milestone, due):
        self.as_("iris", 200, "PATCH", f"/milestones/{milestone}", {"reason": "The cluster is down.", "due": due, "confirm": True})
        for student in self.students:
            student.dues[milestone].append((self.run, instant(due)))

    # --- the server

    def play(self):
        self.server.start()
        self.enrol()
        first, last = instant("2023-08-23T16:00:00Z"), instant("2023-12-27T12:00:00Z")
        stops = sorted(self.random.sample(range(first, last), self.stops - self.stops // 5))
        stops += [stop + self.random.randrange(60, 7200) for stop in self.random.sample(stops, self.stops // 5)]  # some close together
        stops += [instant("2023-09-07T02:00:00Z"), instant("2023-09-11T21:00:00Z")]  # before the windows close, for who chose late
        for stop in sorted(stops):
            self.restart(stop)
            while self.acts and self.acts[0][0] <= stop:
                _, act, arguments = self.acts.pop(0)
                act(*arguments)
            if self.random.random() < (0.3 if self.clock is None else 0.7):
                self.wait_for_mail(is_settled=self.clock is None)  # else killed with mail on its way
        self.restart(last + 86400)
        self.wait_for_mail()
        for hours in range(6, 20 * 6, 6):  # what waited for its hour, or is to be tried again
            self.restart(last + 86400 + hours * HOUR)
            if self.wait_for_mail() == 0:
                break

    def restart(self, now):
        self.server.kill()
        self.run += 1
        latest, self.latest = self.runs[-1], max(now, self.runs[-1] + 120)
        self.server.now = words(self.latest)
        if self.clock is not None:
            self.clock.move(self.latest - latest)  # the machine's own time passes with the term's: mail is tried again by that
        self.runs.append(self.latest)
        self.server.start()
        self.client = self.server.connect()

    def enrol(self):
        self.runs.append(instant("2023-08-23T14:00:00Z"))
        operator = self.server.operator()
        self.client = self.server.connect()
        for key, name, role in (("iris", "Iris Cloudharbor", "instructor"), ("uma", "Uma Velvetspark", "staff")):
            self.people[key], session = self.server.person(operator, name, role)
            self.tokens[key] = self.api_token(session, "staff")
        rows = [f"Student {one.key},{one.email}" for one in self.students]
        self.as_("iris", 200, "POST", "/roster", "\n".join(["name,email", *rows, ""]), headers={"Content-Type": "text/csv"})
        roster = self.as_("uma", 200, "GET", "/roster?limit=1000")["people"]
        for student in self.students:
            self.people[student.key] = person = next(one["person"] for one in roster if one["email"].lower() == student.email.lower())
            operator.expect(204, "PUT", f"/accounts/{person}/password", {"password": PASSWORD})
            session = self.client.expect(201, "POST", "/session", {"email": student.email, "password": PASSWORD})["token"]
            self.tokens[student.key] = self.api_token(session)

    def api_token(self, session, *scopes):
        body = {"name": "the term", "scopes": ["read", "write", *scopes], "days": 150}
        return self.client.expect(201, "POST", "/me/tokens", body, token=session)["token"]

    def wait_for_mail(self, is_settled=True):
        """Until all that is to leave now is in a mail, and each mail settled that is to be tried now; how many are not."""
        waiting = ("select count(*) from outbox o where o.sent_at is null and o.mail_id is null and o.deliver_at <= ? and not exists (select 1 "
                   "from mails m where m.person_id = o.person_id and m.is_alone = 0 and m.created_at > ? - 3600)")
        unsettled = "select coalesce(sum(state = 'sending' or next_attempt <= ?), 0), count(*) from mails where state in ('waiting', 'sending')"
        end = time.monotonic() + SETTLED_WITHIN_SECONDS
        with contextlib.closing(sqlite3.connect(f"file:{self.server.data}/tandem.db?mode=ro", uri=True)) as db:
            while time.monotonic() < end:
                left = db.execute(waiting, (self.latest, self.latest)).fetchone()[0]
                due, count = db.execute(unsettled, (int(time.time()) + (self.clock.by if self.clock else 0),)).fetchone()
                if left == 0 and (due == 0 or not is_settled):
                    return count
                threading.Event().wait(0.02)
            raise AssertionError("mail does not leave: " + repr(db.execute(
                "select kind, subject, deliver_at, mail_id from outbox where sent_at is null limit 10").fetchall()))

    # --- what should have been said

    def due_of(self, student, subject, run):
        """As it stood in the run that handled the instant: what had been granted or moved in an earlier one."""
        due = self.subjects[subject][0]
        for since, later in student.dues[subject.removeprefix("milestone ")]:
            due = later if since < run else due
        return due

    def run_of(self, at):
        """The run whose start, or time, handles an instant: what is done in an earlier one counts."""
        return next((run for run, start in enumerate(self.runs) if start >= at), len(self.runs))

    def concerns(self, student, subject):
        milestone = subject.removeprefix("milestone ")
        if milestone in LABS:
            return student.team == 0
        return subject in ("info card", "team registration", "lab choice") or student.team not in (0, None)

    def expected(self, student, run_of):
        """{(subject, due, offset): (instant, run)}"""
        found = {}
        for subject, (base, offsets) in self.subjects.items():
            if not self.concerns(student, subject):
                continue
            for due in {base} | {due for _, due in student.dues[subject.removeprefix("milestone ")]}:
                for offset_words, offset in offsets.items():
                    at = before(due, offset)
                    run = run_of(at)
                    is_mine = not subject.startswith("milestone") or student.done.get("placed", NEVER) < run
                    if is_mine and student.done.get(subject, NEVER) >= run and self.due_of(student, subject, run) == due:
                        found[subject, words(due), offset_words] = at, run
        return found

    def hour_before(self, at):
        """As above, for what is said up to an hour early, along with something else of the same person."""
        run = self.run_of(at)
        return run - 1 if 0 < run and at - self.runs[run - 1] <= HOUR + 120 else run

    def sent(self, student):
        """Of what is expected, what is said: of one subject and due in one run the latest, and nothing that is of no use any more."""
        groups = collections.defaultdict(list)
        for key, (at, run) in self.expected(student, self.run_of).items():
            groups[key[0], key[1], run].append((at, key))
        said = set()
        for (subject, due, run), group in groups.items():
            is_useful = subject not in OF_NO_USE_LATER or self.runs[run] <= instant(due)
            said |= {max(group)[1]} if is_useful else set()
        return said


class TheMailedTerm(unittest.TestCase):
    @classmethod
    def make(cls):
        return Term(STOPS)

    @classmethod
    def setUpClass(cls):
        cls.term = term = cls.make()
        cls.addClassCleanup(term.mail.stop)
        cls.addClassCleanup(term.server.__exit__)
        term.play()
        cls.ledger = {student.key: [one for one in term.as_(student.key, 200, "GET", "/reminders?from=2023-08-01T00:00:00Z")["reminders"]
                                    if one["subject"] in term.subjects and one["state"] != "coming"] for student in term.students}
        term.server.stop()
        with contextlib.closing(sqlite3.connect(f"file:{term.server.data}/tandem.db?mode=ro", uri=True)) as db:
            cls.outbox = db.execute("select a.address, o.kind, o.subject, o.outcome, o.mail_id from outbox o join addresses a "
                                    "on a.person_id = o.person_id and a.is_primary = 1").fetchall()
            cls.mails = db.execute("select person_id, is_alone, created_at, state from mails order by id").fetchall()
            cls.reasons = {reason for (reason,) in db.execute("select reason from mails where state = 'failed'")}
            cls.addresses = dict(db.execute("select person_id, address from addresses where is_primary = 1"))

    def keys(self, student, *states):
        return [(one["subject"], one["due"], one["offset"]) for one in self.ledger[student.key] if one["state"] in states]

    def test_what_fell_due_is_in_the_ledger_once_and_nothing_else(self):
        for student in self.term.students:
            got = self.keys(student, "sent", "skipped")
            self.assertEqual(len(got), len(set(got)), student.key)
            expected = set(self.term.expected(student, self.term.run_of))
            early = set(self.term.expected(student, self.term.hour_before))
            self.assertLessEqual(set(got), expected | early, student.key)
            self.assertLessEqual(expected - early, set(got), student.key)
            self.assertLessEqual(expected & early, set(got), student.key)

    def test_what_is_said_is_what_the_rehearsal_says_less_what_was_done(self):
        count = 0
        for student in self.term.students:
            got, wanted = set(self.keys(student, "sent")), self.term.sent(student)
            late, early = self.term.expected(student, self.term.run_of), self.term.expected(student, self.term.hour_before)
            subjects = {key[:2] for key in {*late, *early} if late.get(key) != early.get(key)}
            # Where one left early, which of its subject's is the latest of one mail may differ.
            self.assertEqual({key for key in got if key[:2] not in subjects}, {key for key in wanted if key[:2] not in subjects}, student.key)
            count += len(got)
        self.assertGreater(count, 150)
        self.assertGreater(len(self.term.runs), self.term.stops)

    def test_what_was_skipped_says_why(self):
        for student in self.term.students:
            for one in self.ledger[student.key]:
                self.assertEqual(one["why"] is not None, one["state"] == "skipped", one)

    def test_each_message_arrived_once(self):
        wanted = collections.defaultdict(collections.Counter)
        for address, kind, subject, outcome, _ in self.outbox:
            self.assertIn(outcome, ("refused",) if self.is_refused(address) else ("sent", "expired"), (address, kind, subject))
            self.assertTrue(outcome != "expired" or kind not in ("reminder", "staff reminder", "urgent for staff"), (address, kind, subject))
            if outcome == "sent":
                wanted[address][subject] += 1
        for address, subjects in wanted.items():
            self.assertEqual(self.term.mailbox.subjects(address), subjects, address)
        self.assertEqual(set(self.term.mailbox.mails), set(wanted))

    def is_refused(self, address):
        return self.term.clock is not None and address == REFUSED

    def test_each_reminder_of_the_ledger_is_one_message(self):
        for student in self.term.students:
            messages = [subject for address, kind, subject, _, _ in self.outbox if address.lower() == student.email.lower() and kind == "reminder"]
            said = [one for one in self.ledger[student.key] if one["state"] == "sent"]
            self.assertGreaterEqual(len(messages), len(said), student.key)
            self.assertEqual(len(self.keys(student, "sent")), len(set(self.keys(student, "sent"))))

    def test_nobody_gets_two_mails_within_an_hour(self):
        last = {}
        for person, is_alone, at, state in self.mails:
            self.assertEqual(state, "failed" if self.is_refused(self.addresses[person]) else "sent")
            if not is_alone:
                self.assertGreaterEqual(at - last.get(person, 0), HOUR)
                last[person] = at

    def test_a_kill_sends_again_what_was_in_flight_at_most(self):
        again = sum(count - 1 for count in self.term.mailbox.ids.values())
        badly = sum(self.term.mailbox.told[manner] for manner in BADLY)
        self.assertLessEqual(again, 4 * self.term.stops + 4 * badly)


class TheTermOfABadMailServer(TheMailedTerm):
    """The same, with a mail server that is bad to some mails: all arrive in the end but those to somebody whom it refuses."""

    @classmethod
    def make(cls):
        why = Clock.why_not()
        if why is not None:
            raise unittest.SkipTest(why)
        folder = tempfile.TemporaryDirectory(prefix="tandem-clock-")
        cls.addClassCleanup(folder.cleanup)
        return Term(BAD_STOPS, Clock(folder.name))

    def test_it_was_bad_in_every_manner_and_what_failed_says_why(self):
        for manner in (*BADLY, "refused"):
            self.assertGreater(self.term.mailbox.told[manner], 3, manner)
        self.assertEqual(len(self.reasons), 1)
        self.assertIn("550", self.reasons.pop())


if __name__ == "__main__":
    unittest.main()
