# SPDX-License-Identifier: AGPL-3.0-or-later
"""Calendar feeds of a real server, and a rehearsed term, as python3-icalendar and ical.js read them (issue 5: feeds parse without complaint;
a changed deadline raises SEQUENCE and keeps the UID; DST days show the right local time)."""

import http.client
import os
import subprocess
import sys
import tempfile
import time
import unittest
from datetime import datetime
from zoneinfo import ZoneInfo

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import calendars  # noqa: E402
from tandem import BINARY, COURSE, SAMPLE, Server  # noqa: E402

REASON = "The room is taken that day."

# Each milestone is due on a day on which the clocks change, or beside one.
CLOCKS = """course:
  id: clocks
  title: "Clocks, that change; a \\"title\\""
  timezone: {zone}
  term: {{ starts: 2023-08-21, ends: 2024-05-31 }}
skills:
  levels:
    - {{ id: none, title: None, means: nothing }}
    - {{ id: some, title: Some, means: something }}
  kinds:
    - {{ id: design, title: Design }}
teams:
  size: {{ min: 2, max: 4 }}
  registration: {{ opens: 2023-08-28 09:00, closes: 2023-09-11 23:59 }}
late_policy: {{ points_per_day: 10, grace: 5m }}
tracks:
  - {{ id: project, title: Project }}
milestones:
{milestones}
grading:
  components:
    - {{ id: project, title: Project, weight: 100, one_of: [project] }}
"""
MILESTONE = """  - {{ id: m{i}, title: "Prüfung {i}", track: project, kind: report, weight: {weight}, opens: 2023-09-12 09:00, due: {due}, hand_in: {{ link: required }} }}"""

# zone, what the file states, what the wall clock there shows, and why
CHANGES = (
    ("America/New_York", "2023-11-04 23:59", "2023-11-04 23:59 EDT", "the evening before the clocks go back"),
    ("America/New_York", "2023-11-05 00:30", "2023-11-05 00:30 EDT", "before the change of that day"),
    ("America/New_York", "2023-11-05 01:30", "2023-11-05 01:30 EST", "comes twice: the later"),
    ("America/New_York", "2023-11-05 12:00", "2023-11-05 12:00 EST", "after the change"),
    ("America/New_York", "2024-03-10 01:59", "2024-03-10 01:59 EST", "the last minute before the clocks go forward"),
    ("America/New_York", "2024-03-10 02:30", "2024-03-10 03:00 EDT", "is skipped: the first instant after"),
    ("America/New_York", "2024-03-10 12:00", "2024-03-10 12:00 EDT", "after the change"),
    ("Australia/Lord_Howe", "2023-10-01 12:00", "2023-10-01 12:00 +11", "half an hour forward that day"),
    ("Australia/Lord_Howe", "2024-04-07 01:45", "2024-04-07 01:45 +1030", "half an hour back: the later"),
    ("Asia/Kolkata", "2024-03-10 23:59", "2024-03-10 23:59 IST", "no change, and half an hour off"),
)


def clocks_course(zone):
    """The course of a zone, as text."""
    dues = [change[1] for change in CHANGES if change[0] == zone]
    weights = [100 - 10 * (len(dues) - 1)] + [10] * (len(dues) - 1)
    return CLOCKS.format(zone=zone, milestones="\n".join(
        MILESTONE.format(i=i, due=due, weight=weight) for i, (due, weight) in enumerate(zip(dues, weights))))


def fetch(server, path, tag=None, method="GET"):
    """(status, headers, bytes) as a calendar program asks."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(method, path, headers={"If-None-Match": tag} if tag else {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


class Clocks(unittest.TestCase):
    def test_days_on_which_the_clocks_change_show_the_right_local_time(self):
        for zone in sorted({change[0] for change in CHANGES}):
            with tempfile.TemporaryDirectory(prefix="tandem-test-") as folder:
                path = os.path.join(folder, "clocks.yaml")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(clocks_course(zone))
                self.check_rehearsal(zone, path)
                self.check_feed(zone, path)

    def check_rehearsal(self, zone, path):
        run = subprocess.run([BINARY, "rehearse", path, "--ics"], capture_output=True, timeout=60, check=True)
        events = calendars.read(run.stdout)
        for i, change in enumerate(change for change in CHANGES if change[0] == zone):
            self.check(events[f"Prüfung {i}: due"], change)

    def check_feed(self, zone, path):
        with Server(options=("--cheap-passwords", "--course", path)) as server:
            operator = server.operator()
            person, token = server.person(operator, "Ann Ng")
            operator.expect(200, "PUT", f"/courses/clocks/roster/{person}", {"role": "student"})
            url = server.connect().expect(201, "POST", "/me/calendar", token=token)["url"]
            events = calendars.read(fetch(server, url)[2])
            for i, change in enumerate(change for change in CHANGES if change[0] == zone):
                event = events[f'Prüfung {i}: due (Clocks, that change; a "title")']
                self.check(event, change)
                self.assertIn(datetime.strptime(change[2][:16], "%Y-%m-%d %H:%M").strftime("%H:%M"), event["description"])

    def check(self, event, change):
        zone, _, shown, why = change
        starts = datetime.strptime(event["starts"], "%Y-%m-%dT%H:%M:%S%z")
        self.assertEqual(starts.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z"), shown, f"{zone}: {why}")


class Feed(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.server.start()
        self.addCleanup(self.server.__exit__)
        operator = self.server.operator()
        self.ann = self.server.person(operator, "Ann Ng")
        self.ines = self.server.person(operator, "Ines Ray", "instructor")

    def say(self, status, who, method, path, body=None):
        with self.server.connect() as client:
            return client.expect(status, method, path, body, token=who[1])

    def later(self, now):
        """What changed stands in the feeds a minute later: the clock is moved on."""
        self.server.stop()
        self.server.now = now
        self.server.start()

    def changed(self, url, tag):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            status, headers, body = fetch(self.server, url, tag)
            if status == 200:
                return headers["ETag"], calendars.read(body)
            self.assertEqual(status, 304)
            time.sleep(0.2)
        self.fail("the feed has not changed")

    def test_a_moved_deadline_raises_its_sequence_and_keeps_its_uid(self):
        url = self.say(201, self.ann, "POST", "/me/calendar")["url"]
        course = self.say(201, self.ines, "POST", f"/courses/{COURSE}/calendar")["url"]
        status, headers, body = fetch(self.server, url)
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/calendar; charset=utf-8")
        tag, before = headers["ETag"], calendars.read(body)
        _, course_headers, course_body = fetch(self.server, course)
        course_before = calendars.read(course_body)
        title, name = "Midpoint presentation and progress report", " (CS8803-SMR Systems for Machine Learning)"
        self.assertEqual(before[f"{title}: due{name}"]["starts"], "2023-10-25T13:30:00Z")
        self.assertEqual(before[f"{title}: due{name}"]["sequence"], 0)
        self.assertEqual(fetch(self.server, url, tag)[0], 304)
        self.say(200, self.ines, "PATCH", f"/courses/{COURSE}/milestones/midpoint", {"due": "2023-11-06T14:30:00Z", "reason": REASON})
        self.later("2023-09-05T14:10:00Z")
        new_tag, after = self.changed(url, tag)
        self.assertNotEqual(new_tag, tag)
        self.check_moved(before, after, (f"{title}: due{name}", f"{title}: late work is taken no more{name}"))
        self.check_moved(course_before, self.changed(course, course_headers["ETag"])[1],
                         (f"{title}: due", f"{title}: late work is taken no more"))
        self.assertEqual(fetch(self.server, url, new_tag)[0], 304)

    def check_moved(self, before, after, moved):
        self.assertEqual(set(before), set(after))
        for summary, event in before.items():
            is_moved = summary in moved
            self.assertEqual(after[summary]["uid"], event["uid"])
            self.assertEqual(after[summary]["sequence"], event["sequence"] + is_moved, summary)
            self.assertEqual(after[summary]["starts"] != event["starts"], is_moved, summary)
            self.assertEqual(after[summary]["revised"] > event["revised"], is_moved, summary)
            self.assertEqual(after[summary]["stamp"], after[summary]["revised"])
        due = datetime.strptime(after[moved[0]]["starts"], "%Y-%m-%dT%H:%M:%S%z")
        self.assertEqual(due.astimezone(ZoneInfo("America/New_York")).strftime("%H:%M %Z"), "09:30 EST")

    def test_the_feed_outlives_a_kill_and_is_the_same_bytes(self):
        url = self.say(201, self.ann, "POST", "/me/calendar")["url"]
        before = fetch(self.server, url)[2]
        self.server.kill()
        self.server.start()
        self.assertEqual(fetch(self.server, url)[2], before)

    def test_an_address_that_is_none_gets_one_answer_whatever_is_wrong(self):
        url = self.say(201, self.ann, "POST", "/me/calendar")["url"]
        self.say(204, self.ann, "DELETE", "/me/calendar")
        answers = {fetch(self.server, path)[::2] for path in (url, "/calendar/" + "A" * 43 + ".ics", "/calendar/x", url + ".ics", url[:-4])}
        self.assertEqual(len(answers), 1)
        self.assertEqual(answers.pop()[0], 404)

    def test_no_log_line_and_no_stored_byte_holds_the_address(self):
        url = self.say(201, self.ann, "POST", "/me/calendar")["url"]
        fetch(self.server, url)
        secret = url.rsplit("/", 1)[1][:-4]
        self.server.stop()
        self.assertFalse([line for line in self.server.lines if secret in line])
        for folder, _, names in os.walk(self.server.data):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(secret.encode(), file.read(), name)

    def test_the_head_of_a_feed_has_no_body(self):
        url = self.say(201, self.ann, "POST", "/me/calendar")["url"]
        status, headers, body = fetch(self.server, url, method="HEAD")
        self.assertEqual((status, body), (200, b""))
        self.assertGreater(int(headers["Content-Length"]), 1000)


class Address(unittest.TestCase):
    def test_with_a_public_url_the_feed_and_its_links_begin_with_it(self):
        with Server(options=("--cheap-passwords", "--public-url", "https://tandem.example")) as server:
            _, token = server.person(server.operator(), "Ann Ng")
            url = server.connect().expect(201, "POST", "/me/calendar", token=token)["url"]
            self.assertTrue(url.startswith("https://tandem.example/calendar/"), url)
            body = fetch(server, url.removeprefix("https://tandem.example"))[2].replace(b"\r\n ", b"")
            self.assertIn(f"\r\nURL:https://tandem.example/courses/{COURSE}/milestones/proposal\r\n".encode(), body)
            self.assertEqual(body.count(b"\r\nURL:"), body.count(b"BEGIN:VEVENT"))


class Rehearsal(unittest.TestCase):
    def test_the_sample_course_parses_with_every_line(self):
        run = subprocess.run([BINARY, "rehearse", SAMPLE, "--ics"], capture_output=True, timeout=60, check=True)
        calendars.check_lines(run.stdout)
        events = calendars.read_python(run.stdout)
        self.assertEqual(events, calendars.read_javascript(run.stdout))
        self.assertEqual(len(events), 97)  # counted by hand: tests/unit/common/course/test_rehearsal.c
        self.assertEqual(len({event["uid"] for event in events}), 97)


if __name__ == "__main__":
    unittest.main()
