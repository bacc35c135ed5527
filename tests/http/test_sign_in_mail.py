#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ways in over a real server: the mail as a file, its link and code, what is said while mail is not sent, the institution's proxy."""

import email
import email.policy
import http.client
import json
import os
import re
import stat
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
from tandem import BINARY, COURSE, Server  # noqa: E402


def mails(server, wanted):
    """The messages in the data folder once there are that many."""
    folder = os.path.join(server.data, "mail")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".eml"))
        if len(names) >= wanted:
            break
        time.sleep(0.05)
    messages = []
    for name in names:
        path = os.path.join(folder, name)
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        with open(path, "rb") as file:
            messages.append(email.message_from_binary_file(file, policy=email.policy.default))
    return messages


def call(server, method, path, body=None, source="127.0.0.1", headers=()):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30, source_address=(source, 0))
    connection.putrequest(method, f"/api/v1{path}" if not path.startswith("//") else path[1:])
    payload = b"" if body is None else json.dumps(body).encode()
    if body is not None:
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(payload)))
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders(payload)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    try:
        return answer.status, json.loads(text) if text else None
    except json.JSONDecodeError:
        return answer.status, text


class Mail(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(options=["--cheap-passwords", "--public-url", "https://tandem.example.edu/", "--mail-from",
                                     "projects@example.edu"])
        cls.server.start()
        operator = cls.server.operator()
        cls.instructor = cls.server.person(operator, "Ines Example", "instructor")
        person = operator.expect(201, "POST", "/accounts", {"name": "Zoë Example", "email": "zoe@tandem.example"})
        operator.expect(200, "PUT", f"/courses/{COURSE}/roster/{person['id']}", {"role": "student"})

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def test_1_the_mail_signs_in_once_and_is_erased_from_the_store(self):
        client = self.server.connect()
        answer = client.expect(202, "POST", "/sign-in-links", {"email": "Zoe@tandem.example"})
        self.assertEqual(answer["mail"], "not being sent")
        message = mails(self.server, 1)[0]
        self.assertEqual(message["To"].addresses[0].display_name, "Zoë Example")
        self.assertEqual(message["To"].addresses[0].addr_spec, "zoe@tandem.example")
        self.assertEqual(message["From"].addresses[0].addr_spec, "projects@example.edu")
        self.assertEqual(message["Auto-Submitted"], "auto-generated")
        self.assertIsNotNone(message["Date"].datetime)
        self.assertTrue(message["Message-ID"].endswith("@example.edu>"))
        words = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
        token = re.search(r"^https://tandem\.example\.edu/sign-in#(\S+)$", words, re.MULTILINE).group(1)
        self.assertRegex(words, r"the code [2-9A-Z]{4}-[2-9A-Z]{4} ")
        client.expect(405, "GET", f"/session/link?link={token}")
        session = client.expect(201, "POST", "/session/link", {"link": token, "password": "quite a new one"})
        self.assertEqual(client.expect(200, "GET", "/me", token=session["token"])["person"]["name"], "Zoë Example")
        client.expect(401, "POST", "/session/link", {"link": token})
        client.expect(201, "POST", "/session", {"email": "zoe@tandem.example", "password": "quite a new one"})
        self.assertEqual(client.expect(200, "GET", "/me/messages", token=session["token"])["messages"], [])

    def test_2_no_file_for_an_address_that_nobody_has(self):
        client = self.server.connect()
        before = len(mails(self.server, 1))
        client.expect(202, "POST", "/sign-in-links", {"email": "nobody@tandem.example"})
        client.expect(202, "POST", "/sign-in-links", {"email": "zoe@tandem.example"})  # comes after it in the outbox
        self.assertEqual(len(mails(self.server, before + 1)), before + 1)

    def test_3_the_welcome_is_previewed_and_leaves_once(self):
        client = self.server.connect()
        before = len(mails(self.server, 0))
        token = self.instructor[1]
        preview = client.expect(200, "POST", f"/courses/{COURSE}/welcome?dry_run=true", token=token)
        self.assertEqual([person["email"] for person in preview["people"]], ["zoe@tandem.example"])
        client.expect(200, "POST", f"/courses/{COURSE}/welcome", token=token)
        self.assertEqual(client.expect(200, "POST", f"/courses/{COURSE}/welcome", token=token)["recipients"], 0)
        message = mails(self.server, before + 1)[-1]
        self.assertIn("Welcome to", message["Subject"])
        self.assertIn("https://tandem.example.edu/sign-in\n", message.get_body(("plain",)).get_content().replace("\r\n", "\n"))

    def test_4_it_is_said_that_mail_is_not_being_sent(self):
        self.assertTrue(any("Mail is not being sent" in line for line in self.server.lines))
        status, ready = call(self.server, "GET", "//readyz")
        self.assertTrue(any("Mail is not being sent" in note for note in ready["notes"]), (status, ready))

    def test_5_the_operator_prints_a_link(self):
        printed = self.server.command("account", "sign-in-link", "zoe@tandem.example")
        self.assertEqual(printed.returncode, 0, printed.stderr)
        token = re.search(r"^Link: https://tandem\.example\.edu/sign-in#(\S+)$", printed.stdout, re.MULTILINE).group(1)
        self.server.connect().expect(201, "POST", "/session/link", {"link": token})
        unknown = self.server.command("account", "sign-in-link", "nobody@tandem.example")
        self.assertEqual((unknown.returncode, unknown.stdout), (1, ""))


class Institution(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(options=["--cheap-passwords", "--trust-proxy", "127.0.7.0/24", "--sign-in-header", "X-Remote-User",
                                     "--mail-domain", "example.edu"])
        cls.server.start()
        operator = cls.server.operator()
        cls.server.person(operator, "Ada Example", sign_in=False)
        done = cls.server.command("account", "set-login", "ada.example@tandem.example", "aex3")
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def test_the_named_proxy_signs_in_and_nobody_else_does(self):
        header = [("X-Remote-User", "aex3@example.edu")]
        status, answer = call(self.server, "POST", "/session/institution", source="127.0.7.1", headers=header)
        self.assertEqual((status, answer["person"]["login"]), (201, "aex3"))
        for source in ("127.0.0.1", "127.0.8.1"):
            status, answer = call(self.server, "POST", "/session/institution", source=source, headers=header)
            self.assertEqual((status, answer["code"]), (403, "untrusted_header"))
            status, answer = call(self.server, "GET", "/me", source=source, headers=header)
            self.assertEqual((status, answer["code"]), (403, "untrusted_header"))
        status, answer = call(self.server, "POST", "/session/institution", source="127.0.7.1", headers=header * 2)
        self.assertEqual((status, answer["code"]), (403, "untrusted_header"))

    def test_loopback_ends_at_the_proxy(self):
        forwarded = [("X-Forwarded-For", "192.0.2.1")]
        self.assertEqual(call(self.server, "GET", "//metrics", source="127.0.0.1")[0], 200)
        self.assertEqual(call(self.server, "GET", "//metrics", source="127.0.7.1", headers=forwarded)[0], 404)
        self.assertEqual(call(self.server, "GET", "//metrics", source="127.0.0.1", headers=forwarded)[0], 404)

    def test_wrong_passwords_count_for_the_client_and_not_for_the_proxy(self):
        def guess(client, who):
            return call(self.server, "POST", "/session", {"email": who, "password": "wrong"}, "127.0.7.1",
                        [("X-Forwarded-For", f"10.9.9.9, {client}")])[0]

        statuses = [guess("192.0.2.1", f"n{i}@tandem.example") for i in range(101)]
        self.assertEqual(statuses, [401] * 100 + [429])
        self.assertEqual(guess("192.0.2.2", "n1@tandem.example"), 401)


class Options(unittest.TestCase):
    def test_wrong_options_are_refused(self):
        cases = [
            (["--sign-in-header", "X-Remote-User"], "nobody is trusted"),
            (["--trust-proxy", "10.0.0.1/8"], "bits behind the prefix"),
            (["--trust-proxy", "proxy.example.edu"], "a name"),
            (["--trust-proxy", "127.0.0.1", "--sign-in-header", "Cookie"], "a header with another use"),
            (["--mail-from", "Tandem <tandem@example.edu>"], "a name beside the address"),
            (["--mail-from", "tandem@example.edu\nBcc: x@example.org"], "a line end"),
        ]
        for options, why in cases:
            done = subprocess.run([BINARY, "serve", "--data", "/nonexistent/data", *options], capture_output=True, text=True,
                                  timeout=30)
            self.assertEqual(done.returncode, 2, f"{why}: {done.stderr}")


if __name__ == "__main__":
    unittest.main()
