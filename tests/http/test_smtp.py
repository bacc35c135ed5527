#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mail to a real SMTP server, Debian's aiosmtpd, that greylists, refuses, hangs up before and after its word, answers slowly or never; that wants
TLS and a password; and a server of ours that is killed while mail is under way. Every mail ends as sent, as failed with its reason, or waiting with its
next try. The clocks of the server under test are moved by a preloaded library (moved_clock.c)."""

import asyncio
import collections
import email
import email.policy
import logging
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
from moved_clock import Clock  # noqa: E402
from tandem import BINARY, COURSE, Server  # noqa: E402

CONNECTIONS = 4
TIMEOUT_SECONDS = 120  # SMTP_TIMEOUT_SECONDS
GIVE_UP_ATTEMPTS = 5   # RETRY_GIVE_UP_ATTEMPTS
HOUR, DAY = 3600, 86400
PASSWORD = "correct horse"
PUBLIC_URL = "https://tandem.example.edu"

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # connections that end early are what this is about


class House:
    """A mail server; how it treats a recipient stands in the first word of the address."""

    def __init__(self, tls=None, is_tls_offered=True, password=None):
        self.taken = collections.defaultdict(list)  # recipient -> messages whose last dot came, whatever was answered
        self.answered = collections.Counter()       # recipient -> how often it was said that it is taken
        self.tries = collections.Counter()
        self.senders, self.logins = set(), []
        self.hold = threading.Event()               # set: the slow ones are let go
        self.lock = threading.Lock()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        options = {"data_size_limit": 10_000_000}
        if tls is not None and is_tls_offered:
            options.update(tls_context=tls, require_starttls=True)
        if password is not None:
            options.update(authenticator=self.authenticate, auth_required=True, auth_require_tls=tls is not None)
        self.password = password
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self.controller.start()

    def stop(self):
        self.hold.set()
        self.controller.stop(no_assert=True)

    def authenticate(self, _server, _session, _envelope, mechanism, data):
        self.logins.append((mechanism, data.login, data.password))
        return AuthResult(success=data.login == b"tandem" and data.password == self.password.encode(), handled=False)

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        manner = address.split(".")[0].rstrip("0123456789")
        with self.lock:
            self.tries[address] += 1
            self.senders.add(envelope.mail_from)
        if manner == "grey" and self.tries[address] == 1:
            return "451 4.7.1 Greylisted, try again"
        if manner == "refused":
            return "550 5.1.1 No such user here"
        if manner == "hasty":  # its answer to QUIT is there before anything can stop listening to it
            return "550 5.1.1 No such user here\r\n221 2.0.0 Bye"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):
        address = envelope.rcpt_tos[0]
        manner = address.split(".")[0].rstrip("0123456789")
        with self.lock:
            self.taken[address].append(envelope.content)
            is_first = len(self.taken[address]) == 1
        if manner == "before" and is_first:
            server.transport.abort()
            return "250 nobody hears it"
        if manner in ("slow", "never"):
            while not self.hold.is_set() or manner == "never":
                await asyncio.sleep(0.05)
        if manner == "after":
            asyncio.get_running_loop().call_later(0.1, server.transport.abort)  # whoever comes next on this connection is lost too
        with self.lock:
            self.answered[address] += 1
        return "250 2.0.0 Taken"

    def welcomes(self, address):
        """Not what else people are told as time goes by."""
        return [content for content in self.taken[address] if b"\nSubject: Welcome" in content]

    def ids(self, address):
        return [email.message_from_bytes(content)["Message-ID"] for content in self.welcomes(address)]

    def message(self, address):
        return email.message_from_bytes(self.taken[address][0], policy=email.policy.default)


def knock(port):
    with socket.socket() as peer:
        return peer.connect_ex(("127.0.0.1", port))


def options_of(house, *more, starttls="none"):
    return ["--cheap-passwords", "--public-url", PUBLIC_URL, "--mail-from", "projects@example.edu", "--smtp", f"smtp://127.0.0.1:{house.port}",
            "--smtp-starttls", starttls, *more]


class Mailing(unittest.TestCase):
    """A server of ours beside the mail server, and what became of its mails, by the first word of their reader's name."""

    def begin(self, house, options=None, environment=None):
        self.house = house
        self.addCleanup(house.stop)
        self.server = Server(options=options or options_of(house), environment=environment)
        self.addCleanup(self.server.__exit__)
        self.server.start()
        self.operator = self.server.operator()
        self.instructor = self.server.person(self.operator, "Ines Example", "instructor")[1]

    def people(self, *names):
        for name in names:
            self.server.person(self.operator, name, sign_in=False)

    def welcome(self):
        with self.server.connect() as client:
            client.expect(200, "POST", f"/courses/{COURSE}/welcome", token=self.instructor)

    def mails(self):
        listed = self.operator.expect(200, "GET", "/mails?limit=200")
        return {mail["name"].split()[0].lower(): mail for mail in listed["mails"]}

    def wait(self, wanted, seconds=40):
        """Until the mails are in these states: {name: state, or (state, attempts)}."""
        deadline = time.monotonic() + seconds
        while True:
            mails = self.mails()
            got = {name: (mails[name]["state"], mails[name]["attempts"]) if isinstance(state, tuple) else mails[name]["state"]
                   for name, state in wanted.items() if name in mails}
            if got == wanted:
                return mails
            if time.monotonic() > deadline:
                reasons = {name: mails[name]["reason"] for name in wanted if name in mails}
                self.fail(f"{got}\nare not\n{wanted}\n{reasons}\n{''.join(self.server.lines[-10:])}")
            time.sleep(0.1)


    def wait_for_dot(self, name, times):
        """Until the house has had the last dot of somebody's mail so many times: under way is a mail from its lease on."""
        deadline = time.monotonic() + 40
        while len(self.house.welcomes(f"{name}.example@tandem.example")) < times:
            self.assertLess(time.monotonic(), deadline, name)
            time.sleep(0.02)


class Conversation(Mailing):
    def test_every_mail_ends_sent_failed_with_its_reason_or_waits_for_its_next_try(self):
        why = Clock.why_not()
        if why is not None:
            self.skipTest(why)
        folder = tempfile.TemporaryDirectory(prefix="tandem-clock-")
        self.addCleanup(folder.cleanup)
        clock = Clock(folder.name)
        self.begin(House(), environment=clock.environment)
        self.people("Fine Example", "Grey Example", "Refused Example", "Before Example", "Slow Example", "Never Example", "Last Example")
        self.welcome()
        # Two connections are held by those who do not answer; all others pass them.
        mails = self.wait({"fine": "sent", "grey": "waiting", "refused": "failed", "before": "waiting", "slow": "sending", "never": "sending",
                           "last": "sent"})
        self.assertIn("451 4.7.1 Greylisted", mails["grey"]["reason"])
        self.assertIsNotNone(mails["grey"]["next_attempt"])
        self.assertIn("550 5.1.1 No such user here", mails["refused"]["reason"])
        self.assertIsNone(mails["refused"]["next_attempt"])
        self.assertIn("did not say whether it took the mail", mails["before"]["reason"])
        self.assertIsNone(mails["fine"]["reason"])

        self.house.hold.set()
        self.wait({"slow": "sent"})
        self.wait_for_dot("never", 1)
        clock.move(TIMEOUT_SECONDS + 10)  # the one that never answers is left; the others' minute is over
        mails = self.wait({"grey": ("sent", 2), "before": ("sent", 2), "never": ("waiting", 1)})
        self.assertIn("did not say whether it took the mail", mails["never"]["reason"])
        self.assertIsNotNone(mails["never"]["next_attempt"])

        clock.move(4 * DAY + HOUR)  # it is tried a few times more, and given up
        for attempt in range(2, GIVE_UP_ATTEMPTS + 1):
            self.wait({"never": ("sending", attempt)})
            self.wait_for_dot("never", attempt)
            clock.move(TIMEOUT_SECONDS + 10)
            mails = self.wait({"never": ("failed" if attempt == GIVE_UP_ATTEMPTS else "waiting", attempt), "refused": ("failed", 1)})
            clock.move(HOUR)
        self.assertIn("given up after 4 days", mails["never"]["reason"])

        self.people("After Example")
        self.welcome()
        self.wait({"after": ("sent", 1)})

        house = self.house
        names = ("fine", "grey", "refused", "before", "after", "slow", "never", "last")
        addresses = {name: f"{name}.example@tandem.example" for name in names}
        self.assertEqual({name: len(house.welcomes(address)) for name, address in addresses.items()},
                         {"fine": 1, "grey": 1, "refused": 0, "before": 2, "after": 1, "slow": 1, "never": GIVE_UP_ATTEMPTS, "last": 1})
        for name in ("before", "never"):
            self.assertEqual(len(set(house.ids(addresses[name]))), 1)
            self.assertEqual(len(set(house.welcomes(addresses[name]))), 1)  # byte for byte, its Date too
        everything = [one for ids in map(house.ids, addresses.values()) for one in set(ids)]
        self.assertEqual(len(everything), len(set(everything)))
        self.assertEqual(house.senders, {"projects@example.edu"})
        self.see_what_is_told()

    def see_what_is_told(self):
        listed = self.operator.expect(200, "GET", "/mails?state=failed&limit=1")
        self.assertEqual((len(listed["mails"]), listed["next"] is not None), (1, True))
        self.assertGreaterEqual(listed["failed"], 2)
        rest = self.operator.expect(200, "GET", f"/mails?state=failed&below={listed['next']}")
        self.assertEqual({mail["state"] for mail in rest["mails"]}, {"failed"})
        with self.server.connect() as client:
            mine = client.expect(200, "GET", f"/courses/{COURSE}/mail?state=failed", token=self.instructor)
            self.assertEqual({mail["name"] for mail in mine["mails"]}, {"Refused Example", "Never Example"})
            client.expect(403, "GET", "/mails", token=self.instructor)
            tasks = client.expect(200, "GET", f"/courses/{COURSE}/tasks", token=self.instructor)["tasks"]
            self.assertEqual([task["title"] for task in tasks if task["kind"] == "mail failed"], ["Mail to 2 people of the course failed"])
            metrics = client.expect(200, "GET", "//metrics")
        self.assertRegex(metrics, r'\ntandem_mails\{state="failed"\} [2-9]\n')
        self.assertRegex(metrics, r"\ntandem_mail_oldest_waiting_timestamp_seconds \d+\n")

    def test_the_answer_to_quit_is_no_word_about_a_mail(self):
        self.begin(House())
        self.people("Hasty Example")
        self.welcome()
        mails = self.wait({"hasty": ("failed", 1)})
        self.assertIn("550 5.1.1 No such user here", mails["hasty"]["reason"])

    def test_what_a_mail_says_and_how(self):
        self.begin(House())
        # Whoever chose these names does not choose who else gets the mail.
        self.people("Zoë Example")
        operator = self.operator
        name = 'Fine "Q" \\ Example, <eve@example.org>;'
        person = operator.expect(201, "POST", "/accounts", {"name": name, "email": "fine.name@tandem.example"})
        operator.expect(200, "PUT", f"/courses/{COURSE}/roster/{person['id']}", {"role": "student"})
        for wrong in ("a@b.example\r\nRCPT TO:<eve@example.org>", "a@b.example\nx", '"a b"@c.example', "a@b.example,eve@example.org",
                      "a" * 300 + "@b.example"):
            operator.expect((400, 422), "POST", "/accounts", {"name": "Wrong", "email": wrong})
        operator.expect((400, 422), "POST", "/accounts", {"name": "A\r\nBcc: eve@example.org", "email": "b@c.example"})
        self.welcome()
        self.wait({"fine": "sent", "zoë": "sent"})
        message = self.house.message("fine.name@tandem.example")
        self.assertEqual([str(one.display_name) for one in message["To"].addresses], [name])
        self.assertEqual([one.addr_spec for one in message["To"].addresses], ["fine.name@tandem.example"])
        self.assertEqual(message["From"].addresses[0].addr_spec, "projects@example.edu")
        self.assertEqual(message["Auto-Submitted"], "auto-generated")
        self.assertIsNone(message["Bcc"])
        self.assertIsNone(message["List-Unsubscribe"])  # a welcome may not be off
        self.assertEqual(message.get_content_type(), "multipart/alternative")
        text = message.get_body(("plain",)).get_content()
        html = message.get_body(("html",)).get_content()
        self.assertIn(f"\n{PUBLIC_URL}/sign-in\n", text.replace("\r\n", "\n"))
        self.assertIn(f'<a href="{PUBLIC_URL}/sign-in">', html)
        self.assertIn("You get this because you are in", text)
        for wrong in ("<script", "<img", "<link", "style"):
            self.assertNotIn(wrong, html)


class Crash(Mailing):
    def test_only_what_was_under_way_leaves_again_and_with_the_same_name(self):
        self.begin(House())
        names = [f"Slow{number} Example" for number in range(12)]
        self.people(*names)
        self.welcome()
        deadline = time.monotonic() + 30
        while len(self.house.taken) < CONNECTIONS and time.monotonic() < deadline:
            time.sleep(0.05)
        self.server.kill()
        self.assertEqual(len(self.house.taken), CONNECTIONS)  # the others wait for one of these
        under_way = dict(self.house.taken)
        self.house.hold.set()
        self.server.start()
        self.operator = self.server.operator()
        self.wait({name.split()[0].lower(): "sent" for name in names})
        for name in names:
            address = name.lower().replace(" ", ".") + "@tandem.example"
            ids = self.house.ids(address)
            self.assertEqual(len(ids), 2 if address in under_way else 1, address)
            self.assertEqual(len(set(ids)), 1)

    def test_an_end_in_good_order_waits_for_what_is_under_way(self):
        self.begin(House())
        names = [f"Slow{number} Example" for number in range(12)]
        self.people(*names)
        self.welcome()
        deadline = time.monotonic() + 30
        while len(self.house.taken) < CONNECTIONS and time.monotonic() < deadline:
            time.sleep(0.05)
        self.server.process.send_signal(signal.SIGTERM)
        while knock(self.server.port) == 0 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.house.hold.set()
        self.assertEqual(self.server.process.wait(timeout=30), 0)
        self.server.start()
        self.operator = self.server.operator()
        self.wait({name.split()[0].lower(): "sent" for name in names})
        for name in names:
            self.assertEqual(len(self.house.ids(name.lower().replace(" ", ".") + "@tandem.example")), 1, name)

    def test_an_end_in_good_order_loses_nothing(self):
        self.begin(House())
        names = [f"Fine{number} Example" for number in range(30)]
        self.people(*names)
        self.welcome()
        self.server.stop()  # perhaps while they leave
        self.server.start()
        self.operator = self.server.operator()
        self.wait({name.split()[0].lower(): "sent" for name in names})
        for name in names:
            self.assertEqual(len(set(self.house.ids(name.lower().replace(" ", ".") + "@tandem.example"))), 1)


class Security(Mailing):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tandem-tls-")
        cls.addClassCleanup(folder.cleanup)
        cls.certificate, key = os.path.join(folder.name, "certificate.pem"), os.path.join(folder.name, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
                        "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cls.certificate],
                       check=True, capture_output=True)
        cls.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        cls.tls.load_cert_chain(cls.certificate, key)

    def login(self, password=PASSWORD):
        file = tempfile.NamedTemporaryFile("w", prefix="tandem-password-", suffix=".txt")  # 0600
        self.addCleanup(file.close)
        file.write(password + "\n")
        file.flush()
        return ["--smtp-username", "tandem", "--smtp-password-file", file.name]

    def send_one(self, house, *more, starttls="required"):
        self.begin(house, options_of(house, *more, starttls=starttls))
        self.people("Fine Example")
        self.welcome()

    def test_tls_and_a_password(self):
        house = House(self.tls, password=PASSWORD)
        self.send_one(house, "--smtp-ca-file", self.certificate, *self.login())
        self.wait({"fine": "sent"})
        self.assertEqual({(login, password) for _how, login, password in house.logins}, {(b"tandem", PASSWORD.encode())})
        self.assertNotIn(PASSWORD, "".join(self.server.lines))

    def test_the_password_may_come_from_the_environment(self):
        house = House(self.tls, password=PASSWORD)
        self.begin(house, options_of(house, "--smtp-ca-file", self.certificate, "--smtp-username", "tandem", starttls="required"),
                   environment={"TANDEM_SMTP_PASSWORD": PASSWORD})
        self.people("Fine Example")
        self.welcome()
        self.wait({"fine": "sent"})

    def test_a_wrong_password_is_a_fault_of_the_settings_and_no_mail_is_lost(self):
        house = House(self.tls, password=PASSWORD)
        self.send_one(house, "--smtp-ca-file", self.certificate, *self.login("wrong"))
        mails = self.wait({"fine": ("waiting", 1)})
        self.assertIn("535", mails["fine"]["reason"])
        self.assertEqual(house.taken, {})

    def test_a_certificate_that_nobody_vouches_for_gets_nothing(self):
        house = House(self.tls, password=PASSWORD)
        self.send_one(house, *self.login())
        mails = self.wait({"fine": ("waiting", 1)})
        self.assertIn("certificate", mails["fine"]["reason"])
        self.assertEqual((house.taken, house.logins), ({}, []))

    def test_without_tls_nothing_goes_where_tls_is_required(self):
        house = House()
        self.send_one(house, "--smtp-ca-file", self.certificate)
        self.wait({"fine": ("waiting", 1)})
        self.assertEqual((house.taken, house.tries), ({}, {}))

    def test_tls_if_it_is_offered(self):
        self.send_one(House(self.tls), starttls="offered")
        self.wait({"fine": "sent"})

    def test_a_store_that_runs_on_now_sends_to_this_machine_only(self):
        with tempfile.TemporaryDirectory(prefix="tandem-test-") as folder:
            for url, is_fine in (("smtp://192.0.2.1", False), ("smtp://mail.example.edu", False), ("smtp://127.0.0.1.example.edu", False)):
                done = subprocess.run([BINARY, "serve", "--data", os.path.join(folder, "data"), "--listen", "127.0.0.1:0", "--now",
                                       "2023-09-05T14:00:00Z", "--smtp", url], capture_output=True, text=True, timeout=30, check=False)
                self.assertEqual((done.returncode, "--now" in done.stderr, is_fine), (1, True, False), done.stderr)


if __name__ == "__main__":
    unittest.main()
