#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""tandem course as the operator meets it: states, copies and exports, beside a running server and without one."""
import csv
import hashlib
import html.parser
import io
import json
import os
import sys
import tempfile
import threading
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../support"))
from tandem import COURSE, PASSWORD, Server  # noqa: E402

PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
HERE = f"/courses/{COURSE}"
NEXT = "cs8803-smr-2024fa"
HOSTILE = ["../../x", "CON", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "数据 Gradient"]


class Links(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.tags = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.found += [value for name, value in attrs if name in ("href", "src")]


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8", newline="") as file:
        return file.read()


def files_below(folder):
    return sorted(os.path.relpath(os.path.join(place, name), folder) for place, _, names in os.walk(folder) for name in names)


class WithAServer(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.server.start()
        self.addCleanup(self.server.__exit__)
        self.operator = self.server.operator()
        self.out = tempfile.TemporaryDirectory(prefix="tandem-test-")
        self.addCleanup(self.out.cleanup)
        self.folder = os.path.join(self.out.name, "export")

    def run_course(self, *words):
        done = self.server.command("course", *words)
        return done.returncode, done.stdout, done.stderr


class Course(WithAServer):
    def state(self, course=COURSE):
        return self.operator.expect(200, "GET", f"/courses/{course}")["state"]

    def test_a_course_goes_from_state_to_state_with_and_without_a_server(self):
        self.assertEqual(self.run_course("state", COURSE, "archived"), (0, f"{COURSE} is archived\n", ""))
        self.assertEqual(self.state(), "archived")
        code, _, err = self.run_course("state", COURSE, "draft")
        self.assertEqual(code, 1)
        self.assertIn("does not become a draft", err)
        self.server.stop()
        self.assertEqual(self.run_course("state", COURSE, "running")[:2], (0, f"{COURSE} is running\n"))
        self.server.start()
        self.operator = self.server.operator()
        self.assertEqual(self.state(), "running")
        code, _, err = self.run_course("state", "no-such", "running")
        self.assertEqual((code, "There is no course" in err), (1, True))
        self.assertEqual(self.run_course("state", COURSE, "asleep")[0], 1)

    def test_what_is_no_sentence_is_told_how_to_be_one(self):
        for words, said in (((), "three words"), (("copy", COURSE, NEXT), "--starts is missing"),
                            (("state", COURSE, "running", "--dry-run"), "belong to 'course copy'"),
                            (("sell", COURSE, NEXT), "none of state, copy, export")):
            code, _, err = self.run_course(*words)
            self.assertEqual((code, said in err), (2, True), err)

    def test_a_copy_is_tried_made_and_told_line_by_line(self):
        words = ("copy", COURSE, NEXT, "--starts", "2024-08-19")
        code, tried, _ = self.run_course(*words, "--dry-run")
        self.assertEqual((code, len(tried.splitlines())), (0, 7))
        self.assertEqual(tried.splitlines()[0], f"{NEXT} would be: a draft of {COURSE}, 52 weeks later, with 0 of its staff")
        self.assertEqual(self.operator.call("GET", f"/courses/{NEXT}")[0], 404)
        code, made, _ = self.run_course(*words)
        self.assertEqual((code, made.splitlines()[1:7]), (0, tried.splitlines()[1:]))
        self.assertIn("line 12: check this holiday: Mon 2024-09-02 is a holiday because Mon 2023-09-04 was one", made)
        self.assertEqual(self.state(NEXT), "draft")
        code, _, err = self.run_course(*words)
        self.assertEqual((code, "There is a course with the id" in err), (1, True))
        code, _, err = self.run_course("copy", COURSE, "x", "--starts", "2024-08-20")
        self.assertEqual((code, "take Mon 2024-08-19 or Mon 2024-08-26" in err), (1, True))

    def test_holidays_are_those_given_and_what_falls_on_them_is_told(self):
        code, out, _ = self.run_course("copy", COURSE, NEXT, "--starts", "2024-08-19", "--holidays", "2024-09-02,2024-10-23")
        self.assertEqual((code, len(out.splitlines())), (0, 3))
        self.assertIn("line 109: falls on a holiday: milestones midpoint due falls on the holiday Wed 2024-10-23", out)
        code, out, _ = self.run_course("copy", COURSE, "none-at-all", "--starts", "2024-08-19", "--holidays", "", "--json")
        self.assertEqual((code, json.loads(out)["notes"]), (0, []))
        self.assertIn("holidays: []", json.loads(out)["syllabus"])


class Export(WithAServer):
    """Five teams of hostile names, one with work of every kind, and a student with a lab."""

    def setUp(self):
        super().setUp()
        people = [self.server.person(self.operator, name) for name in ("Ann Ng", "Bob Oh", "Cem Öz", "Dia Pi", "Eli Qu", "Fay Ro", "Gus Su")]
        self.ines = self.server.person(self.operator, "Ines In", "instructor")[1]
        self.tokens = [token for _, token in people]
        self.people = [person for person, _ in people]
        client = self.server.connect()
        self.teams = [client.expect(201, "POST", f"{HERE}/teams", {"name": name}, token=token)["id"]
                      for name, token in zip(HOSTILE, self.tokens)]
        team = self.teams[0]
        invited = client.expect(201, "POST", f"{HERE}/teams/{team}/invitations", {"person": self.people[5]}, token=self.tokens[0])["id"]
        client.expect(200, "POST", f"{HERE}/invitations/{invited}/acceptance", token=self.tokens[5])
        client.expect(200, "POST", f"{HERE}/teams/{team}/registration", {"gap_plan": "=We take the courses this term."}, token=self.tokens[0])
        client.expect(200, "PUT", f"{HERE}/labs/seat", {}, token=self.tokens[6])
        self.write(client, team)

    def write(self, client, team):
        proposal = f"{HERE}/teams/{team}/proposal"
        for field, value in (("title", "=1+1 <b>Title</b>"), ("hypothesis", "Faster.\n\n| a | b |"), ("refutation", "Slower."),
                             ("methodology", "Measured."), ("topics", ["serving"]), ("ai-use", "none"),
                             ("parts", {str(self.people[0]): "Half"}), ("parts", {str(self.people[5]): "The other half"})):
            client.expect(200, "PATCH", proposal, {"field": field, "value": value}, token=self.tokens[0])
        client.expect((200, 201), "POST", f"{proposal}/submissions", token=self.tokens[0])
        client.expect(201, "POST", f"{proposal}/comments", {"text": "Good </body>."}, token=self.ines)
        client.expect((200, 201), "POST", f"{proposal}/decisions", {"verdict": "request changes", "comment": "@Nearly.", "changes": [
            {"field": "hypothesis", "text": "By how much?"}]}, token=self.ines)
        client.expect((200, 201), "POST", f"{HERE}/milestones/midpoint/extensions", {"scope": "person", "person": self.people[0], "days": 3, "reason": "Zqreason",
                                                                                  "accommodation": True, "category": "Zqcategory", "note": "Zqnote"}, token=self.ines)
        self.server.stop()
        self.server.now = "2023-10-20T14:00:00Z"
        self.server.start()
        self.operator = self.server.operator()
        client = self.server.connect()
        tokens = [client.expect(201, "POST", "/session", {"email": email, "password": PASSWORD})["token"]
                  for email in ("ann.ng@tandem.example", "gus.su@tandem.example")]
        for token, milestone in zip(tokens, ("midpoint", "lab-2")):
            for text in (b"", b"% second\n"):
                file = client.expect(201, "POST", f"{HERE}/files?name=.hidden%20-rf%20re%CC%81sum%C3%A9.pdf", PDF + text, token=token)["id"]
                client.expect((200, 201), "POST", f"{HERE}/milestones/{milestone}/submissions",
                              {"files": [file], "statement": "none", "link": "https://example.edu/?a=1&b=2"}, token=token)

    def export(self, expected=0):
        code, out, err = self.run_course("export", COURSE, self.folder)
        self.assertEqual(code, expected, err)
        return out if expected == 0 else err

    def rows(self, name):
        return list(csv.DictReader(io.StringIO(read(self.folder, name), newline="")))

    def data(self, name):
        return json.loads(read(self.folder, "data", name + ".json"))

    def test_an_export_says_what_the_interface_shows(self):
        out = self.export()
        self.assertIn("5 teams, 5 versions of what was handed in", out)
        ask = self.operator.expect
        self.assertEqual(self.data("roster"), ask(200, "GET", f"{HERE}/roster?dropped=true")["people"])
        self.assertEqual(self.data("teams"), [ask(200, "GET", f"{HERE}/teams/{team}") for team in self.teams])
        self.assertEqual(self.data("milestones"), ask(200, "GET", f"{HERE}/milestones")["milestones"])
        team, gus = self.teams[0], self.people[6]
        shown = [one for path in (f"proposal/submissions?team={team}", f"midpoint/submissions?team={team}", f"lab-2/submissions?person={gus}")
                 for one in ask(200, "GET", f"{HERE}/milestones/{path}")["submissions"]]
        self.assertEqual(self.data("submissions"), shown)
        [kept] = self.data("proposals")
        proposal = f"{HERE}/teams/{team}/proposal"
        versions = ask(200, "GET", f"{proposal}/versions")["versions"]
        self.assertEqual(kept["versions"], [ask(200, "GET", f"{proposal}/versions/{one['version']}") for one in reversed(versions)])
        self.assertEqual(kept["decisions"], ask(200, "GET", f"{proposal}/decisions")["decisions"])
        self.assertEqual(kept["comments"], ask(200, "GET", f"{proposal}/comments")["comments"])
        self.assertEqual(read(self.folder, "course.yaml"), ask(200, "GET", f"{HERE}/syllabus"))
        self.assertEqual({row["person"]: row["email"] for row in self.rows("roster.csv")},
                         {str(one["person"]): one["email"] for one in self.data("roster")})

    def test_files_are_whole_and_named_readably(self):
        self.export()
        rows = [row for row in self.rows("submissions.csv") if row["files"]]
        self.assertEqual(len(rows), 4)
        for row in rows:
            path, digest = row["files"].rsplit(" ", 1)
            self.assertTrue(path.endswith("/1-hidden-rf-résumé.pdf"), path)
            with open(os.path.join(self.folder, path), "rb") as file:
                self.assertEqual(hashlib.sha256(file.read()).hexdigest(), digest)
        version = [path for path in files_below(self.folder) if "/proposal/version-" in path]
        text = read(self.folder, version[0])
        self.assertIn("Faster.\n\n| a | b |", text)

    def test_hostile_names_stay_inside_and_do_nothing(self):
        self.export()
        self.assertEqual(os.listdir(self.out.name), ["export"])
        teams = sorted(os.listdir(os.path.join(self.folder, "teams")))
        self.assertEqual(teams, [f"team-{self.teams[0]}-x"])
        for path in files_below(self.folder):
            for part in path.split("/"):
                self.assertRegex(part, r"^[a-z0-9][^<>:\"\\|?*\x00-\x1f]*[^. ]$")
                self.assertNotIn(part.split(".")[0].upper(), ("CON", "NUL", "AUX", "PRN"))
        index = read(self.folder, "index.html")
        links = Links(index)
        self.assertFalse({"script", "img", "iframe", "b"} & links.tags, links.tags)
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt;", index)
        self.assertGreater(len(links.found), 15)
        for link in links.found:
            self.assertRegex(link, r"^[A-Za-z0-9]")
            self.assertNotIn(":", link)
            self.assertTrue(os.path.isfile(os.path.join(self.folder, urllib.parse.unquote(link))), link)
        for name in files_below(self.folder):
            if name.endswith(".csv"):
                for row in csv.reader(io.StringIO(read(self.folder, name), newline="")):
                    for cell in row:
                        self.assertFalse(cell.startswith(("=", "@", "+", "\t")), (name, cell))

    def test_no_reason_of_an_accommodation_is_in_it(self):
        self.operator.expect(200, "POST", f"{HERE}/milestones/final-report/extensions",
                             {"scope": "person", "person": self.people[5], "days": 1, "reason": "Zqordinary"})
        self.export()
        found = [(row["person"], row["milestone"], row["reason"]) for row in self.rows("extensions.csv")]
        self.assertCountEqual(found, [(str(self.people[0]), "midpoint", ""), (str(self.people[5]), "final-report", "")])
        for name in files_below(self.folder):
            with open(os.path.join(self.folder, name), "rb") as file:
                self.assertNotRegex(file.read().decode(errors="replace"), "Zq|accommodation")

    def test_a_folder_with_something_in_it_is_left_alone(self):
        os.mkdir(self.folder)
        with open(os.path.join(self.folder, "mine"), "w", encoding="utf-8"):
            pass
        self.assertIn("no empty folder", self.export(1))
        self.assertEqual(os.listdir(self.out.name), ["export"])
        self.assertEqual(os.listdir(self.folder), ["mine"])
        os.unlink(os.path.join(self.folder, "mine"))
        self.export()
        self.assertEqual(oct(os.stat(self.folder).st_mode & 0o777), "0o700")
        self.assertIn("no empty folder", self.export(1))
        self.folder = os.path.join(self.server.data, "export")
        self.assertIn("in the folder of a store", self.export(1))
        self.folder = os.path.join(self.out.name, "no", "such")
        self.export(1)

    def test_it_is_the_operators_alone(self):
        with self.server.connect() as client:
            self.assertEqual(client.call("POST", f"{HERE}/exports", {"folder": self.folder}, token=self.ines)[0], 403)
        self.assertEqual(os.listdir(self.out.name), [])

    def test_without_a_server_and_of_an_archived_course_it_is_the_same(self):
        self.run_course("state", COURSE, "archived")
        self.export()
        self.server.stop()
        first, self.folder = self.folder, os.path.join(self.out.name, "again")
        self.export()
        self.assertEqual(files_below(first), files_below(self.folder))
        for name in files_below(first):
            with open(os.path.join(first, name), "rb") as one, open(os.path.join(self.folder, name), "rb") as other:
                if name not in ("index.html", "data/milestones.json"):  # these say when
                    self.assertEqual(one.read(), other.read(), name)

    def test_others_write_on_while_it_is_made(self):
        stop, made = threading.Event(), []

        def write():
            with self.server.operator() as client:
                while not stop.is_set():
                    made.append(client.expect(201, "POST", "/accounts", {"name": f"P {len(made)}", "email": f"p{len(made)}@tandem.example"}))
        writer = threading.Thread(target=write)
        writer.start()
        self.export()
        stop.set()
        writer.join()
        self.assertGreater(len(made), 0)

    def test_a_kill_leaves_no_folder_of_that_name_or_a_whole_one(self):
        self.export()
        wanted = files_below(self.folder)
        for after in (0.001, 0.01, 0.03):
            self.folder = os.path.join(self.out.name, f"killed-{after}")
            runner = threading.Thread(target=self.run_course, args=("export", COURSE, self.folder))
            runner.start()
            runner.join(after)
            self.server.kill()
            runner.join()
            if os.path.exists(self.folder):
                self.assertEqual(files_below(self.folder), wanted)
            self.server.start()


if __name__ == "__main__":
    unittest.main()
