# SPDX-License-Identifier: AGPL-3.0-or-later
"""`tandem rehearse` as its users meet it: a course file's term as a table and as JSON, its exit codes, and the forecast of a running course,
whose reminders fall where the rehearsal of its file says."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tandem import BINARY, COURSE, SAMPLE, SOURCE, Server  # noqa: E402

MINIMAL = os.path.join(SOURCE, "config/minimal.yaml")
MINIMAL_TERM = """A small project course (minimal-2024sp), times in Europe/Berlin

Mon 8 Apr 2024 00:00 GMT+2   begins    everybody                 The term
Mon 15 Apr 2024 09:00 GMT+2  opens     students                  Team registration
Fri 19 Apr 2024 23:59 GMT+2  due       students                  Info card
Fri 26 Apr 2024 23:59 GMT+2  closes    students                  Team registration
Mon 3 Jun 2024 09:00 GMT+2   opens     students of Team project  Project report
Fri 12 Jul 2024 23:59 GMT+2  due       students of Team project  Project report
Fri 12 Jul 2024 23:59 GMT+2  closes    students of Team project  Project report: nothing is taken late
Fri 19 Jul 2024 23:59 GMT+2  ends      everybody                 The term

Nothing looks unwise.
"""


def rehearse(*arguments):
    return subprocess.run([BINARY, "rehearse", *arguments], capture_output=True, text=True, timeout=60, check=False)


class OfAFile(unittest.TestCase):
    def test_the_minimal_course_is_a_table_of_eight_lines(self):
        run = rehearse(MINIMAL)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, MINIMAL_TERM, ""))

    def test_the_table_and_the_json_say_the_same(self):
        table, term = rehearse(SAMPLE).stdout, json.loads(rehearse(SAMPLE, "--json").stdout)
        self.assertEqual(len(term["lines"]), 97)
        said = [line["reminder"]["words"] for line in term["lines"] if line["what"] == "reminder"]
        rows = table.split("\n\n")[1].splitlines()
        self.assertEqual([row for row in rows if row.startswith(" ")], [f"    {words}" for words in said])
        rows = [row for row in rows if not row.startswith(" ")]
        self.assertEqual((len(rows), len(said)), (97, 52))
        for row, line in zip(rows, term["lines"]):
            self.assertTrue(row.startswith(line["local"]), row)
            self.assertIn(f" {line['what']} ", row)
            self.assertIn(line["reminder"]["subject"] if line["what"] == "reminder" else line["title"], row)
        self.assertEqual([warning["code"] for warning in term["warnings"]], ["closes-after-the-term"] * 2)
        for warning in term["warnings"]:
            self.assertIn(f"[{warning['code']}] {warning['words']} {warning['advice']}\n", table)

    def test_a_reminder_has_its_audience_its_words_and_when_it_leaves(self):
        lines = json.loads(rehearse(SAMPLE, "--json").stdout)["lines"]
        found = [line for line in lines if line["key"] == "milestone proposal" and line["what"] == "reminder"]
        self.assertEqual([(line["who"], line["track"], line["reminder"]["offset"]) for line in found],
                         [("students", "project", "-7d"), ("students", "project", "-2d"), ("staff", "project", "-1d"),
                          ("students", "project", "-3h"), ("staff", "project", "+1h")])
        self.assertEqual(found[1]["reminder"]["offset_words"], "2 days before")
        self.assertIn("a draft that is only saved is not submitted", found[1]["reminder"]["words"])
        self.assertEqual(found[1]["reminder"]["leaves_at"], "2023-09-21T03:59:00Z")
        self.assertEqual(found[4]["reminder"]["leaves_local"], "Sat 23 Sep 2023 07:30 EDT")
        due = next(line for line in lines if line["key"] == "milestone proposal" and line["what"] == "due")
        self.assertEqual((due["at"], due["on_time_until"]), ("2023-09-23T03:59:00Z", "2023-09-23T04:04:00Z"))

    def test_an_unsound_file_is_told_by_line_and_column_and_gets_1(self):
        with open(SAMPLE, encoding="utf-8") as file:
            text = file.read().replace("staff: [+1h] } } # it counts", "stuff: [+1h] } } # it counts", 1)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            run = rehearse(file.name)
            checked = subprocess.run([BINARY, "check", file.name], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        self.assertRegex(run.stderr, r"\.yaml:37:\d+: error: .*stuff")
        self.assertEqual(run.stderr, checked.stderr)

    def test_what_cannot_be_meant_gets_2_and_what_is_missing_1(self):
        for arguments in ((), ("--from", "2023-09-01T00:00:00Z"), (SAMPLE, "--ics", "--json"), (SAMPLE, MINIMAL), (SAMPLE, "--nonsense"),
                          (SAMPLE, "--data", "/nowhere")):
            self.assertEqual(rehearse(*arguments).returncode, 2, arguments)
        self.assertEqual(rehearse("/nowhere.yaml").returncode, 1)

    def test_a_file_with_warnings_is_rehearsed_with_0(self):
        with open(MINIMAL, encoding="utf-8") as file:
            text = file.read().replace("due: 2024-07-12 23:59", "due: 2024-07-12 03:00")
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            run = rehearse(file.name)
        self.assertEqual(run.returncode, 0)
        self.assertIn("1 warning:\n  [at-night] Project report is due at night, Fri 12 Jul 2024 03:00 GMT+2.", run.stdout)


class OfARunningCourse(unittest.TestCase):
    SPAN = ("--from", "2023-09-05T15:00:00Z", "--to", "2023-09-12T03:59:00Z")

    def test_the_forecast_has_the_reminders_of_the_rehearsal_by_person(self):
        with Server() as server:
            server.person(server.operator(), "Ann Ng", sign_in=False)
            server.person(server.operator(), "Ines Ray", "instructor", sign_in=False)
            run = server.command("rehearse", COURSE, *self.SPAN, "--json")
            self.assertEqual(run.returncode, 0, run.stderr)
            mails = json.loads(run.stdout)["messages"]
            term = json.loads(rehearse(SAMPLE, "--json").stdout)["lines"]
            # Ann has neither team nor seat, and is late with her card: of that nothing more is said.
            for person, who, count in (("Ann Ng", "students", 3), ("Ines Ray", "staff", 2)):
                expected = [(line["reminder"]["leaves_at"], line["key"], line["reminder"]["offset_words"]) for line in term
                            if line["what"] == "reminder" and line["who"] == who and line["track"] is None
                            and "2023-09-05T15:00:00Z" < line["at"] <= "2023-09-12T03:59:00Z"]
                self.assertEqual(len(expected), count)
                self.assertEqual([(mail["at"], line["subject_key"], line["offset"]) for mail in mails if mail["person"] == person
                                  for line in mail["lines"]], expected)
            words = server.command("rehearse", *self.SPAN)  # the only course there is
            self.assertEqual(words.returncode, 0, words.stderr)
            self.assertIn("Wed 6 Sep 2023 17:59 EDT  to Ann Ng <ann.ng@tandem.example>, student\n"
                          "    Choice of a seat in Four labs: 6 hours before, due Wed 6 Sep 2023 23:59 EDT\n", words.stdout)
            self.assertTrue(words.stdout.endswith("5 mails\n"))
            server.stop()
            self.assertEqual(server.command("rehearse", COURSE, *self.SPAN, "--json").stdout, run.stdout)  # without a server too
            server.start()

    def test_a_course_that_there_is_not_gets_1(self):
        with Server() as server:
            run = server.command("rehearse", "no-such-course", *self.SPAN)
            self.assertEqual((run.returncode, run.stdout), (1, ""))
            self.assertIn("no course", run.stderr)
            self.assertEqual(server.command("rehearse", COURSE, "--from", "yesterday", "--to", "today").returncode, 1)


if __name__ == "__main__":
    unittest.main()
