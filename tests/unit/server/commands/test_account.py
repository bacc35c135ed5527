#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""tandem account as the operator meets it: with and without a server, secrets on stdin, exit codes."""
import fcntl
import json
import os
import pty
import re
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../support"))
from tandem import BINARY, COURSE, Server  # noqa: E402

PASSWORD = "nanoseconds of wire"


def run(data, *arguments, text=""):
    done = subprocess.run([BINARY, "account", *arguments, "--data", data], input=text, capture_output=True, text=True,
                          timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


class WithoutAServer(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="tandem-test-")
        self.addCleanup(self.folder.cleanup)
        self.data = os.path.join(self.folder.name, "data")

    def accounts(self):
        code, out, _ = run(self.data, "list", "--json")
        self.assertEqual(code, 0)
        return json.loads(out)["accounts"]

    def test_an_account_is_made_listed_disabled_and_enabled(self):
        code, out, err = run(self.data, "create", "Grace Hopper", "grace@example.edu")
        self.assertEqual((code, out), (0, "Account 1: Grace Hopper <grace@example.edu>, without a password\n"))
        self.assertIn("there is no store", err)
        self.assertEqual(run(self.data, "set-password", "GRACE@example.edu", text=PASSWORD + "\n")[0], 0)
        self.assertEqual(run(self.data, "disable", "grace@example.edu")[0], 0)
        self.assertEqual(self.accounts(), [{"id": 1, "name": "Grace Hopper", "full_name": "Grace Hopper", "preferred_name": None,
                                            "email": "grace@example.edu", "login": None, "has_password": True, "disabled": True}])
        self.assertEqual(run(self.data, "enable", "grace@example.edu")[0], 0)
        self.assertEqual(self.accounts()[0]["disabled"], False)
        self.assertEqual(run(self.data, "list", "hopp")[1], "     1  grace@example.edu                     Grace Hopper\n")
        self.assertEqual(run(self.data, "list", "nobody")[1], "")

    def test_a_login_is_set_and_taken_away(self):
        run(self.data, "create", "Grace Hopper", "grace@example.edu")
        self.assertEqual(run(self.data, "set-login", "grace@example.edu", "ghop1")[:2], (0, "grace@example.edu signs in as ghop1\n"))
        self.assertEqual(self.accounts()[0]["login"], "ghop1")
        self.assertEqual(run(self.data, "set-login", "grace@example.edu", "two words")[0], 1)
        self.assertEqual(run(self.data, "set-login", "grace@example.edu", "")[:2], (0, "grace@example.edu has no login any more\n"))
        self.assertIsNone(self.accounts()[0]["login"])

    def test_a_link_is_printed_without_a_server_and_signs_in_with_one(self):
        run(self.data, "create", "Grace Hopper", "grace@example.edu")
        code, out, _ = run(self.data, "sign-in-link", "grace@example.edu")
        self.assertEqual(code, 0)
        code = re.search(r"^Code: (\S{4}-\S{4})$", out, re.MULTILINE).group(1)
        with Server(self.data, now=None) as server:
            server.connect().expect(201, "POST", "/session/link", {"email": "grace@example.edu", "code": code})
            server.connect().expect(401, "POST", "/session/link", {"email": "grace@example.edu", "code": code})
        self.assertEqual(run(self.data, "sign-in-link", "nobody@example.edu")[:2], (1, ""))

    def test_a_long_list_comes_whole(self):
        names = [f"Person {i}" for i in range(1, 103)]
        with Server(self.data) as server:
            operator = server.operator()
            for i, name in enumerate(names):
                operator.expect(201, "POST", "/accounts", {"name": name, "email": f"p{i}@example.edu"})
        self.assertEqual([account["name"] for account in self.accounts()], names)

    def test_what_is_refused_says_why_and_is_exit_1(self):
        run(self.data, "create", "Grace Hopper", "grace@example.edu")
        before = self.accounts()
        for arguments, text, words in (
                (("create", "Grace", "Grace@Example.edu"), "", "has the address"),
                (("create", "Grace", "no address"), "", "  email: is not an e-mail address"),
                (("create", " ", "g@example.edu"), "", "  name: must not be empty"),
                (("set-password", "grace@example.edu"), "", "the password is empty"),
                (("set-password", "grace@example.edu"), "\n", "the password is empty"),
                (("set-password", "grace@example.edu"), "too short\n", "  password: has 9 characters"),
                (("set-password", "grace@example.edu"), f"{PASSWORD}\n{PASSWORD}\n", "more than the one line"),
                (("set-password", "nobody@example.edu"), PASSWORD, "nobody has the address"),
                (("disable", "nobody@example.edu"), "", "nobody has the address"),
                (("enrol", "grace@example.edu", "no-such-course", "staff"), "", "no course")):
            code, out, err = run(self.data, *arguments, text=text)
            self.assertEqual((code, out), (1, ""), arguments)
            self.assertIn(words, err)
        self.assertEqual(self.accounts(), before)

    def test_misuse_is_exit_2_and_touches_nothing(self):
        for arguments in ((), ("frobnicate",), ("create", "Grace"), ("create", "a", "b", "c"), ("list", "a", "b"),
                          ("enable",), ("enable", "a", "--json"), ("list", "--jsno")):
            code, out, err = run(self.data, *arguments)
            self.assertEqual((code, out), (2, ""), arguments)
            self.assertIn("tandem help account", err)
        self.assertFalse(os.path.exists(self.data))

    def test_a_folder_that_cannot_be_is_exit_3(self):
        code, _, err = run("/dev/null/data", "list")
        self.assertEqual(code, 3)
        self.assertIn("cannot be used", err)

    def test_a_folder_that_somebody_holds_without_answering_is_exit_3(self):
        run(self.data, "create", "Grace Hopper", "grace@example.edu")
        with open(os.path.join(self.data, "lock"), "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            code, _, err = run(self.data, "list")
        self.assertEqual(code, 3)
        self.assertIn("does not answer", err)

    def test_commands_at_the_same_moment_wait_for_each_other(self):
        run(self.data, "create", "First", "first@example.edu")
        with ThreadPoolExecutor(4) as pool:
            done = list(pool.map(lambda i: run(self.data, "create", f"Person {i}", f"p{i}@example.edu")[0], range(8)))
        self.assertEqual(done, [0] * 8)
        self.assertEqual(len(self.accounts()), 9)

    def test_a_terminal_is_asked_twice_and_shows_nothing(self):
        run(self.data, "create", "Grace Hopper", "grace@example.edu")
        for typed, code, words in (([PASSWORD, PASSWORD], 0, "The password is set"), ([PASSWORD, "another"], 1, "not the same"),
                                   ([""], 1, "empty")):
            got, shown = self.at_a_terminal(typed)
            self.assertEqual(got, code, shown)
            self.assertIn(words, shown)
            self.assertNotIn(PASSWORD, shown)

    def at_a_terminal(self, typed):
        child, terminal = pty.fork()
        if child == 0:
            os.execv(BINARY, [BINARY, "account", "set-password", "grace@example.edu", "--data", self.data])
        shown = b""
        for prompt, line in zip((b"New password: ", b"The same again: "), typed):
            while not shown.endswith(prompt):
                shown += os.read(terminal, 1000)
            os.write(terminal, line.encode() + b"\n")
        while True:
            try:
                more = os.read(terminal, 1000)
            except OSError:  # Linux: the other side is closed
                more = b""
            if not more:
                break
            shown += more
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()


class BesideAServer(unittest.TestCase):
    def test_the_same_commands_go_through_the_server(self):
        with Server() as server:
            self.assertEqual(run(server.data, "create", "Grace Hopper", "grace@example.edu"),
                             (0, "Account 1: Grace Hopper <grace@example.edu>, without a password\n", ""))
            self.assertEqual(run(server.data, "set-password", "grace@example.edu", text=PASSWORD)[0], 0)
            self.assertEqual(run(server.data, "enrol", "grace@example.edu", COURSE, "instructor")[0], 0)
            client = server.connect()
            session = client.expect(201, "POST", "/session", {"email": "grace@example.edu", "password": PASSWORD})
            me = client.expect(200, "GET", "/me", token=session["token"])
            self.assertEqual([(each["course"], each["role"]) for each in me["enrolments"]], [(COURSE, "instructor")])
            self.assertEqual(json.loads(run(server.data, "list", "--json")[1])["accounts"][0]["email"], "grace@example.edu")
            code, _, err = run(server.data, "create", "Again", "GRACE@example.edu")
            self.assertEqual(code, 1)
            self.assertIn("has the address", err)
            code, _, err = run(server.data, "enrol", "grace@example.edu", COURSE, "wizard")
            self.assertEqual(code, 1)
            self.assertIn("  role: ", err)
            self.assertEqual(run(server.data, "disable", "grace@example.edu")[0], 0)
            client.expect(401, "GET", "/me", token=session["token"])

    def test_no_proxy_of_the_environment_is_asked(self):
        with Server() as server:
            done = subprocess.run([BINARY, "account", "list", "--data", server.data], capture_output=True, text=True, timeout=60,
                                  env={**os.environ, "http_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"},
                                  check=False)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_after_the_server_was_killed_the_command_takes_over(self):
        with Server() as server:
            run(server.data, "create", "Grace Hopper", "grace@example.edu")
            server.kill()
            self.assertEqual(json.loads(run(server.data, "list", "--json")[1])["accounts"][0]["name"], "Grace Hopper")


if __name__ == "__main__":
    unittest.main(verbosity=2)
