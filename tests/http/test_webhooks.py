#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Webhooks against receivers on loopback: signed, told once, tried again under the same number, and never sent where nothing may go."""

import hashlib
import hmac
import http.server
import json
import os
import queue
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from tandem import COURSE, INSIDE, Server  # noqa: E402

PRIVATE = ("--cheap-passwords", "--webhooks-allow-private")
TOPICS = ["teams", "labs", "proposals", "milestones", "schedule", "announcements", "requests"]


class Receiver:
    """Answers as told, one status a request, 200 from then on; HOLD waits until let go. What came is in `got`."""

    HOLD = "hold"

    def __init__(self, *answers, location=None, body=b"", certificate=None):
        self.answers = list(answers)
        self.got = queue.Queue()
        self.let_go = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                size = int(self.headers["Content-Length"])
                sent = self.rfile.read(size)
                answer = receiver.answers.pop(0) if receiver.answers else 200
                receiver.got.put((self.path, self.headers, sent))
                if answer == receiver.HOLD:
                    receiver.let_go.wait(60)
                    return
                self.send_response(answer)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # nobody reads so much

            do_GET = do_POST

            def log_message(self, *_arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http://127.0.0.1:{self.port}/hook?key=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()

    def next(self):
        return self.got.get(timeout=30)


class Webhooks(unittest.TestCase):
    def start(self, options=PRIVATE, now=INSIDE):
        server = Server(options=options, now=now)
        self.addCleanup(server.__exit__)
        server.start()
        with server.operator() as operator:
            self.instructor = server.person(operator, "Ines Example", "instructor")[1]
            self.student = server.person(operator, "Ada Invented")[1]
        return server

    def receiver(self, *answers, **more):
        receiver = Receiver(*answers, **more)
        self.addCleanup(receiver.__exit__)
        return receiver

    def ask(self, server, status, method, path, body=None, token=None):
        with server.connect() as client:
            return client.expect(status, method, f"/courses/{COURSE}{path}", body, token=token or self.instructor)

    def hook(self, server, url, topics=None):
        return self.ask(server, 201, "POST", "/webhooks", {"url": url, "topics": topics or TOPICS})

    def ping(self, server, hook):
        return self.ask(server, 202, "POST", f"/webhooks/{hook['id']}/test")["id"]

    def until(self, server, hook, number, state):
        """The delivery once it is in this state."""
        for _ in range(600):
            for delivery in self.ask(server, 200, "GET", f"/webhooks/{hook['id']}/deliveries")["deliveries"]:
                if delivery["id"] == number and delivery["state"] == state:
                    return delivery
            time.sleep(0.05)
        raise AssertionError(f"delivery {number} is not {state}: {self.ask(server, 200, 'GET', '/webhooks')}")

    def hurry(self, server):
        """The next try of what waits is now: the server is not there meanwhile."""
        with sqlite3.connect(os.path.join(server.data, "tandem.db")) as store:
            store.execute("update webhook_deliveries set next_attempt = 0")
        store.close()

    def verify(self, hook, headers, body):
        parts = dict(part.split("=", 1) for part in headers["Tandem-Signature"].split(","))
        expected = hmac.new(hook["secret"].encode(), f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
        self.assertTrue(hmac.compare_digest(expected, parts["v1"]))
        self.assertLess(abs(int(parts["t"]) - time.time()), 300)

    def test_what_happens_is_told_signed_once_and_without_a_name(self):
        receiver = self.receiver()
        server = self.start()
        hook = self.hook(server, receiver.url)
        team = self.ask(server, 201, "POST", "/teams", {"name": "Zqsecret Team"}, token=self.student)
        path, headers, body = receiver.next()
        self.assertEqual(path, "/hook?key=1")
        self.assertEqual(headers["Content-Type"], "application/json")
        self.verify(hook, headers, body)
        told = json.loads(body)
        self.assertEqual(sorted(told), ["at", "counter", "course", "delivery", "epoch", "id", "kind", "topic"])
        self.assertEqual((told["course"], told["topic"], told["kind"], told["id"], told["at"]),
                         (COURSE, "teams", "founded", str(team["id"]), told["at"]))
        self.assertEqual(str(told["delivery"]), headers["Tandem-Delivery"])
        for secret in (b"Ada", b"Zqsecret", b"@"):
            self.assertNotIn(secret, body)
        done = self.until(server, hook, told["delivery"], "sent")
        self.assertEqual((done["status"], done["attempts"], done["reason"], done["body"]), (200, 1, None, body.decode()))
        number = self.ping(server, hook)
        _, headers, body = receiver.next()
        self.assertEqual((headers["Tandem-Delivery"], json.loads(body)["topic"]), (str(number), "ping"))
        self.assertTrue(receiver.got.empty())

    def test_a_failed_one_is_tried_again_under_the_same_number_also_after_a_restart(self):
        receiver = self.receiver(500)
        server = self.start()
        hook = self.hook(server, receiver.url)
        number = self.ping(server, hook)
        _, first, body = receiver.next()
        waiting = self.until(server, hook, number, "waiting")
        while waiting["attempts"] == 0:
            waiting = self.until(server, hook, number, "waiting")
        self.assertEqual((waiting["status"], waiting["reason"], waiting["attempts"]), (500, "it answered 500", 1))
        self.assertIsNotNone(self.ask(server, 200, "GET", f"/webhooks/{hook['id']}")["failing_since"])
        server.stop()
        self.hurry(server)
        server.start()
        _, again, same = receiver.next()
        self.assertEqual((again["Tandem-Delivery"], same), (first["Tandem-Delivery"], body))
        self.verify(hook, again, same)
        done = self.until(server, hook, number, "sent")
        self.assertEqual((done["attempts"], done["status"]), (2, 200))
        self.assertIsNone(self.ask(server, 200, "GET", f"/webhooks/{hook['id']}")["failing_since"])

    def test_a_server_killed_in_mid_delivery_sends_it_again_under_the_same_number(self):
        receiver = self.receiver(Receiver.HOLD)
        server = self.start()
        hook = self.hook(server, receiver.url)
        number = self.ping(server, hook)
        _, first, body = receiver.next()
        server.kill()
        server.start()
        _, again, same = receiver.next()
        self.assertEqual((first["Tandem-Delivery"], again["Tandem-Delivery"], same), (str(number), str(number), body))
        self.assertEqual(self.until(server, hook, number, "sent")["attempts"], 1)  # what was cut off is no try
        self.assertTrue(receiver.got.empty())

    def test_what_happened_while_the_server_was_killed_before_it_looked_is_told(self):
        receiver = self.receiver()
        server = self.start()
        hook = self.hook(server, receiver.url, ["teams"])
        self.ask(server, 201, "POST", "/teams", {"name": "Committed"}, token=self.student)
        server.kill()
        server.start()
        told = json.loads(receiver.next()[2])
        self.assertEqual((told["topic"], told["kind"]), ("teams", "founded"))
        self.until(server, hook, told["delivery"], "sent")

    def test_a_receiver_that_is_gone_pauses_the_webhook(self):
        receiver = self.receiver(410)
        server = self.start()
        hook = self.hook(server, receiver.url)
        number = self.ping(server, hook)
        self.assertEqual(self.until(server, hook, number, "failed")["status"], 410)
        shown = self.ask(server, 200, "GET", f"/webhooks/{hook['id']}")
        self.assertTrue(shown["is_paused"])
        self.assertIn("410", shown["pause_reason"])
        with server.connect() as client:
            messages = client.expect(200, "GET", "/me/messages", token=self.instructor)["messages"]
        self.assertEqual([message["kind"] for message in messages].count("webhook paused"), 1)

    def test_a_redirect_is_not_followed(self):
        other = self.receiver()
        receiver = self.receiver(307, location=other.url)
        server = self.start()
        hook = self.hook(server, receiver.url)
        number = self.ping(server, hook)
        receiver.next()
        while (waiting := self.until(server, hook, number, "waiting"))["attempts"] == 0:
            pass
        self.assertEqual((waiting["status"], waiting["reason"]), (307, "it answered 307; redirects are not followed"))
        self.assertTrue(other.got.empty())

    def test_a_slow_receiver_delays_nobody_and_its_time_ends(self):
        slow = self.receiver(*[Receiver.HOLD] * 20)
        quick = self.receiver()
        server = self.start()
        first, second = self.hook(server, slow.url), self.hook(server, quick.url)
        numbers = [self.ping(server, first) for _ in range(6)]
        slow.next()
        self.until(server, second, self.ping(server, second), "sent")
        quick.next()
        while (waiting := self.until(server, first, numbers[0], "waiting"))["attempts"] == 0:
            pass
        self.assertEqual((waiting["status"], waiting["reason"]), (None, "no whole answer within the time"))

    def test_an_answer_of_any_length_is_cut(self):
        receiver = self.receiver(body=b"x" * 5_000_000)
        server = self.start()
        hook = self.hook(server, receiver.url)
        self.assertEqual(self.until(server, hook, self.ping(server, hook), "sent")["status"], 200)

    def test_a_stop_waits_for_no_receiver(self):
        receiver = self.receiver(Receiver.HOLD)
        server = self.start()
        hook = self.hook(server, receiver.url)
        number = self.ping(server, hook)
        receiver.next()
        server.stop()  # fails when it does not end well
        server.start()
        self.assertEqual(receiver.next()[1]["Tandem-Delivery"], str(number))
        self.until(server, hook, number, "sent")

    def test_nothing_is_sent_to_this_machine_unless_the_operator_allows_it(self):
        receiver = self.receiver()
        server = self.start(options=("--cheap-passwords",), now=None)
        for url in (receiver.url, f"https://127.0.0.1:{receiver.port}/", f"https://[::ffff:127.0.0.1]:{receiver.port}/"):
            answer = self.ask(server, 422, "POST", "/webhooks", {"url": url, "topics": ["teams"]})
            self.assertEqual(answer["errors"][0]["field"], "url")
        # What a name leads to is seen when the connection is made, whatever it led to before.
        hook = self.hook(server, f"https://localhost:{receiver.port}/")
        number = self.ping(server, hook)
        while (waiting := self.until(server, hook, number, "waiting"))["attempts"] == 0:
            pass
        self.assertEqual((waiting["status"], waiting["reason"]),
                         (None, "the name leads to an address to which this server sends nothing"))
        self.assertTrue(receiver.got.empty())

    def authority(self, folder):
        """A throw-away authority's certificate, and the pair that it has signed for localhost."""
        names = {name: os.path.join(folder, name) for name in ("ca.pem", "ca.key", "leaf.csr", "leaf.pem", "leaf.key", "leaf.ext")}
        with open(names["leaf.ext"], "w", encoding="ascii") as file:
            file.write("subjectAltName=DNS:localhost\n")
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        for arguments in (("req", "-x509", *key, "-days", "2", "-subj", "/CN=Throw-away", "-keyout", names["ca.key"], "-out", names["ca.pem"]),
                          ("req", *key, "-subj", "/CN=localhost", "-keyout", names["leaf.key"], "-out", names["leaf.csr"]),
                          ("x509", "-req", "-in", names["leaf.csr"], "-CA", names["ca.pem"], "-CAkey", names["ca.key"], "-CAcreateserial",
                           "-days", "2", "-extfile", names["leaf.ext"], "-out", names["leaf.pem"])):
            subprocess.run(["openssl", *arguments], check=True, capture_output=True)
        return names["ca.pem"], (names["leaf.pem"], names["leaf.key"])

    def test_https_goes_only_to_whom_the_certificate_names_and_a_trusted_one_signs(self):
        folder = tempfile.TemporaryDirectory(prefix="tandem-webhooks-")
        self.addCleanup(folder.cleanup)
        pairs = [tuple(os.path.join(folder.name, f"{name}.{part}") for part in ("pem", "key")) for name in ("named", "other")]
        for pair, name in zip(pairs, ("localhost", "elsewhere.example")):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                            "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", pair[1], "-out", pair[0]],
                           check=True, capture_output=True)
        trusted = os.path.join(folder.name, "trusted.pem")
        with open(trusted, "w", encoding="ascii") as file:
            for pair in pairs:
                with open(pair[0], encoding="ascii") as one:
                    file.write(one.read())
        named, other = (self.receiver(certificate=pair) for pair in pairs)
        server = self.start(options=(*PRIVATE, "--webhooks-ca-file", trusted))
        hook = self.hook(server, f"https://localhost:{named.port}/hook")
        number = self.ping(server, hook)
        _, headers, body = named.next()
        self.verify(hook, headers, body)
        self.until(server, hook, number, "sent")
        wrong = self.hook(server, f"https://localhost:{other.port}/hook")
        number = self.ping(server, wrong)
        while (waiting := self.until(server, wrong, number, "waiting"))["attempts"] == 0:
            pass
        self.assertIsNone(waiting["status"])
        self.assertIn("certificate", waiting["reason"])
        self.assertTrue(other.got.empty())
        # A file that names an authority names all that is trusted.
        server.stop()
        authority, signed = self.authority(folder.name)
        server.options = (*PRIVATE, "--webhooks-ca-file", authority)
        server.start()
        vouched = self.receiver(certificate=signed)
        hook = self.hook(server, f"https://localhost:{vouched.port}/hook")
        self.until(server, hook, self.ping(server, hook), "sent")
        hook = self.hook(server, f"https://localhost:{named.port}/hook")
        number = self.ping(server, hook)
        while (waiting := self.until(server, hook, number, "waiting"))["attempts"] == 0:
            pass
        self.assertIn("certificate", waiting["reason"])
        # The machine trusts neither.
        server.stop()
        server.options = PRIVATE
        server.start()
        hook = self.hook(server, f"https://localhost:{named.port}/hook")
        number = self.ping(server, hook)
        while (waiting := self.until(server, hook, number, "waiting"))["attempts"] == 0:
            pass
        self.assertIsNone(waiting["status"])
        self.assertTrue(named.got.empty())

    def test_a_store_on_a_clock_of_its_own_sends_to_this_machine_only(self):
        server = self.start()
        for url in ("https://1.1.1.1/", "http://10.0.0.1/"):
            self.ask(server, 422, "POST", "/webhooks", {"url": url, "topics": ["teams"]})

    def test_a_proxy_of_the_environment_is_not_asked(self):
        proxy = self.receiver()
        receiver = self.receiver()
        environment = {name: f"http://127.0.0.1:{proxy.port}" for name in ("http_proxy", "https_proxy", "all_proxy")}
        server = Server(options=PRIVATE, environment=environment)
        self.addCleanup(server.__exit__)
        server.start()
        with server.operator() as operator:
            self.instructor = server.person(operator, "Ines Example", "instructor")[1]
        hook = self.hook(server, receiver.url)
        self.until(server, hook, self.ping(server, hook), "sent")
        self.assertTrue(proxy.got.empty())


if __name__ == "__main__":
    unittest.main()
