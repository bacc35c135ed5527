#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`tandem apply` to a course that is being served: over the control socket, on the version that it showed, whole or not at all when the server
is killed meanwhile."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
from tandem import BINARY, COURSE, SAMPLE, Server  # noqa: E402

DUE = "due: 2023-12-12 23:59"
KILLS = 8


def sample():
    with open(SAMPLE, encoding="utf-8") as file:
        return file.read()


class Apply(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.server.start()
        self.addCleanup(self.server.__exit__)
        folder = tempfile.TemporaryDirectory(prefix="tandem-test-")
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "course.yaml")
        self.operator = self.server.operator()
        _, self.token = self.server.person(self.operator, "Ann Ng")

    def write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)

    def stored(self):
        done = self.server.command("syllabus", "export", COURSE)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def messages(self):
        with self.server.connect() as client:
            answer = client.expect(200, "GET", "/me/messages", token=self.token)
        return [message for message in answer["messages"] if message["kind"] == "course changed"]

    def test_a_running_server_takes_what_was_shown_and_says_so_at_the_next_start(self):
        self.write(sample().replace(DUE, "due: 2023-12-11 23:59 # a day earlier"))
        done = self.server.command("apply", self.path)
        self.assertEqual(1, done.returncode)
        self.assertIn("the due moves earlier", done.stderr)
        self.assertEqual(sample(), self.stored())
        done = self.server.command("apply", self.path, "--yes")
        self.assertEqual((0, "Applied."), (done.returncode, done.stdout.splitlines()[-1]), done.stderr)
        self.assertIn("# a day earlier", self.stored())
        message, = self.messages()
        self.assertIn("is now due Mon 11 Dec 2023 23:59 EST (before: Tue 12 Dec 2023 23:59 EST)", message["words"])
        # Two who edit the same version: one of them.
        text = self.stored().encode()
        headers = {"Content-Type": "application/yaml", "If-Match": '"2"'}
        self.operator.expect(200, "PUT", f"/courses/{COURSE}/syllabus", text + b"# mine\n", headers=headers)
        status, refusal = self.operator.call("PUT", f"/courses/{COURSE}/syllabus", text + b"# and mine\n", headers=headers)
        self.assertEqual((412, "version_conflict"), (status, refusal["code"]))
        self.server.stop()
        self.server.lines.clear()
        self.server.start()
        differing = [line for line in self.server.lines if "differs from the stored course" in line]
        self.assertEqual(1, len(differing))
        self.assertIn(f"`tandem apply {SAMPLE}`", differing[0])

    def asked(self, answer):
        """`tandem apply` with a terminal for its stdin, at which somebody types the answer."""
        terminal, stdin = os.openpty()
        with subprocess.Popen([BINARY, "apply", self.path, "--data", self.server.data], stdin=stdin, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True) as apply:
            os.close(stdin)
            os.write(terminal, answer.encode())
            _, said = apply.communicate(timeout=60)
        os.close(terminal)
        return apply.returncode, said

    def test_at_a_terminal_it_asks_and_only_yes_is_yes(self):
        self.write(sample().replace(DUE, "due: 2023-12-11 23:59"))
        for answer in ("n\n", "\n"):
            code, said = self.asked(answer)
            self.assertEqual(1, code)
            self.assertIn("the due moves earlier, the closing moves earlier. [y/N] Nothing is changed.", said)
        self.assertEqual(sample(), self.stored())
        self.assertEqual(0, self.asked("y\n")[0])
        self.assertIn("due: 2023-12-11 23:59", self.stored())

    def test_killed_meanwhile_all_of_it_is_there_or_nothing(self):
        files = [sample(), sample().replace(DUE, "due: 2023-12-13 23:59")]
        told = 0
        for kill in range(KILLS):
            before = self.stored()
            wanted = files[1] if before == files[0] else files[0]
            self.write(wanted)
            apply = subprocess.Popen([BINARY, "apply", self.path, "--yes", "--data", self.server.data], stdout=subprocess.PIPE,
                                     stderr=subprocess.DEVNULL, text=True)
            if kill % 2 == 0:
                apply.stdout.readline()  # the plan is there, the change is under way
                self.server.kill()
            apply.communicate(timeout=60)
            if kill % 2 == 1:
                self.server.kill()
            self.server.start()
            after = self.stored()
            self.assertIn(after, (before, wanted))
            self.assertTrue(kill % 2 == 0 or after == wanted, "what was said to be applied is there")
            told += after != before
            self.assertEqual(told, len(self.messages()))
        done = self.server.command("audit", "verify")
        self.assertEqual(0, done.returncode, done.stdout)


if __name__ == "__main__":
    unittest.main()
