#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Debian's nginx in front: for each hostile request, what Tandem saw equals what the proxy let through; no request is smuggled past it, and
nobody outside can choose the address or the scheme that Tandem believes."""

import json
import os
import sys
import unittest
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "support")]
from hostile_contents import hostile_cases  # noqa: E402
from hostile_house import People, start_server  # noqa: E402
from hostile_requests import Builder, World, mutations  # noqa: E402
from nginx_house import NGINX, Nginx  # noqa: E402
from raw_http import Malformed, Wire  # noqa: E402
from store_dump import difference, dump  # noqa: E402
from tandem import COURSE, PASSWORD  # noqa: E402

CLIENTS = 24
MUTATIONS = 200
TRUSTED = ("--cheap-passwords", "--trust-proxy", "127.0.0.1")
TRIES = 100  # THROTTLE_ADDRESS_TRIES


def statuses_of(port, source, sent, cuts, methods=()):
    """The statuses that a client was answered, in order; it reads to the end."""
    statuses = []
    with Wire(port, source=source) as wire:
        wire.send(sent)
        # nginx drops a request whose client has shut its side: only what is cut short by itself is.
        if cuts:
            wire.finish()
        wire.socket.settimeout(3)  # a connection that is kept ends at nginx's own time limit
        try:
            while True:
                number = len(statuses)
                answer = wire.answer(methods[number] if number < len(methods) else "HEAD" if sent.startswith(b"HEAD") else "GET")
                if answer is None:
                    break
                statuses.append(answer.status)
        except (TimeoutError, Malformed):
            pass  # nginx may add a page of its own to HEAD; what Tandem said is read off the relay
    return statuses


class Proxied(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if NGINX is None:
            raise unittest.SkipTest("there is no nginx (Debian package nginx-light): what a proxy lets through was NOT tried")
        cls.server = start_server(options=TRUSTED)
        cls.addClassCleanup(cls.server.__exit__)
        cls.people = People(cls.server)
        # Outer requests are the member's: nginx mends some of them, and a good one then changes nothing.
        cls.world = World(COURSE, cls.people.member, cls.people.victim, cls.people.member, cls.people.team)
        cls.server._forget()

    def setUp(self):
        self.nginx = Nginx(self.server.port)
        self.addCleanup(self.nginx.close)

    def play(self, port):
        """{the client's address: (name, what it sent, what it was answered)} of all cases and mutations, each with an address of its own."""
        items = [(case.name, case.sent, case.cuts, case.methods) for case in hostile_cases(self.world) if not case.is_open]
        items += [(name, sent, False, ()) for name, sent in mutations(self.world, MUTATIONS, seed=7)]
        sources = [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(len(items))]
        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = pool.map(lambda source, item: statuses_of(port, source, *item[1:]), sources, items)
            return {source: (item[0], item[1], statuses) for source, item, statuses in zip(sources, items, answers)}

    def compare(self, port):
        before = dump(self.server.data)
        answered = self.play(port)
        self.nginx.stop()
        seen, unasked = {}, []
        for record in self.nginx.relay.records:
            pairs, rest = record.pairs()
            for pair in pairs:
                seen.setdefault(pair.client, []).append(pair)
            if rest:
                unasked.append((record.asked, rest))
        self.assertEqual(unasked, [], "Tandem answered more requests than nginx sent")
        forwarded = self.nginx.forwarded()
        kinds = Counter()
        for source, (name, sent, statuses) in answered.items():
            with self.subTest(name):
                pairs = seen.get(source, [])
                by_tandem = [pair.status for pair in pairs if pair.status is not None]
                # When the client has gone, nginx does not wait for Tandem's answer (499 in its log).
                if 499 not in (status for status, _ in forwarded.get(source, [])):
                    self.assertEqual(by_tandem, [status for _, upstream in forwarded.get(source, []) for status in upstream][:len(by_tandem)])
                    # To HTTP/0.9 nginx answers without a status line; after HEAD a mutation may ask anything.
                    if statuses and not sent.startswith(b"HEAD"):
                        self.assertEqual(statuses[:len(by_tandem)], by_tandem)
                for pair in pairs:
                    self.assertNotIn(self.people.victim, str(pair.request.fields), "a smuggled request was forwarded")
                    self.assertTrue(pair.is_sound or pair.status >= 400, pair)
                self.assertNotIn(500, statuses)
                kinds["answered by Tandem" if by_tandem else "refused by nginx"] += 1
        whole = sum(len(pairs) for pairs in seen.values())
        answers = sum(pair.status is not None for pairs in seen.values() for pair in pairs)
        print(f"{len(answered)} clients: {dict(kinds)}; nginx forwarded {whole} whole requests, Tandem answered {answers}", file=sys.stderr)
        self.assertEqual(whole, answers)
        self.assertGreater(answers, 100)
        changes = difference(before, dump(self.server.data))
        self.assertEqual(changes, "", "a request was executed that should not have been:\n" + changes)
        with self.server.connect() as client:
            self.assertEqual(client.call("GET", "/me", token=self.people.victim)[0], 200, "the victim was signed out")

    def test_in_its_plain_way_nothing_is_smuggled(self):
        self.compare(self.nginx.plain_port)

    def test_over_kept_connections_nothing_is_smuggled(self):
        self.compare(self.nginx.kept_port)

    def ask(self, port, source, sent):
        with Wire(port, source=source) as wire:
            wire.send(sent)
            return wire.answer()

    def guess(self, number, *fields):
        """One of a mailed link: throttled like passwords, and nothing is hashed."""
        body = json.dumps({"link": f"{number:043d}"}).encode()
        return Builder(self.world).plain(b"POST /api/v1/session/link HTTP/1.1", b"Host: localhost", b"Content-Type: application/json",
                                         b"Content-Length: %d" % len(body), *fields) + body

    def test_the_address_of_a_client_cannot_be_forged(self):
        """Told by what counts addresses: a hundred wrong guesses, each with another forged address, still come from one."""
        doors = {"plain": (self.nginx.plain_port, "127.0.1.1"), "kept": (self.nginx.kept_port, "127.0.1.2"),
                 "no proxy": (self.server.port, "127.0.1.3")}
        for why, (port, source) in doors.items():
            with self.subTest(why):
                statuses = Counter()
                for number in range(TRIES + 10):
                    forged = b"10.0.%d.%d" % (number // 250, number % 250)
                    answer = self.ask(port, source, self.guess(number, b"X-Forwarded-For: " + forged,
                                                               b"X-Real-IP: " + forged, b"Forwarded: for=" + forged))
                    statuses[answer.status] += 1
                self.assertEqual(statuses, {401: TRIES, 429: 10})
        # Whoever was named meanwhile, and the proxy itself, were not counted.
        for source in ("127.0.1.4", "127.0.1.5"):
            self.assertEqual(self.ask(self.nginx.plain_port, source, self.guess(0)).status, 401)

    def test_a_forged_address_does_not_put_the_blame_on_another(self):
        for number in range(TRIES + 1):
            self.ask(self.nginx.plain_port, "127.0.2.1", self.guess(number, b"X-Forwarded-For: 127.0.2.2"))
        self.assertEqual(self.ask(self.nginx.plain_port, "127.0.2.2", self.guess(0)).status, 401)
        self.assertEqual(self.ask(self.nginx.plain_port, "127.0.2.1", self.guess(0)).status, 429)

    def test_the_scheme_cannot_be_forged(self):
        body = json.dumps({"email": "ordinary.student@tandem.example", "password": PASSWORD}).encode()
        sent = Builder(self.world).plain(b"POST /api/v1/session HTTP/1.1", b"Host: localhost", b"Content-Type: application/json",
                                         b"X-Forwarded-Proto: https", b"Content-Length: %d" % len(body)) + body
        for port, source in ((self.nginx.plain_port, "127.0.3.1"), (self.nginx.kept_port, "127.0.3.2"), (self.server.port, "127.0.3.3")):
            answer = self.ask(port, source, sent)
            self.assertEqual(answer.status, 201)
            self.assertNotIn("secure", answer.fields["set-cookie"].lower())
        # The proxy itself, on the other hand, is believed: else the three above would show nothing.
        self.assertIn("secure", self.ask(self.server.port, "127.0.0.1", sent).fields["set-cookie"].lower())

    def test_what_is_for_this_machine_is_not_served_through_the_proxy(self):
        sent = Builder(self.world).plain(b"GET /metrics HTTP/1.1", b"Host: localhost")
        self.assertEqual(self.ask(self.nginx.plain_port, "127.0.4.1", sent).status, 404)
        self.assertEqual(self.ask(self.nginx.kept_port, "127.0.0.1", sent).status, 404)
        self.assertEqual(self.ask(self.server.port, "127.0.0.1", sent).status, 200)

    def test_a_request_that_hides_in_a_refused_body_is_not_executed(self):
        """The kept connection to Tandem must be given up, or the body that nobody read would be the next client's request."""
        make = Builder(self.world)
        for _ in range(20):
            hidden = make.inner() + make.sign_out()
            answer = self.ask(self.nginx.kept_port, "127.0.5.1",
                              make.post(b"Content-Type: text/plain", body=hidden, without=(b"Content-Type",)))
            self.assertEqual(answer.status, 415)
            self.assertEqual(self.ask(self.nginx.kept_port, "127.0.5.2", make.get()).status, 200)
        with self.server.connect() as client:
            self.assertEqual(client.call("GET", "/me", token=self.people.victim)[0], 200, "the victim was signed out")
            names = [team["name"] for team in client.expect(200, "GET", f"/courses/{COURSE}/teams", token=self.people.member)["teams"]]
        self.assertEqual(names, ["Standing"])


if __name__ == "__main__":
    unittest.main()
