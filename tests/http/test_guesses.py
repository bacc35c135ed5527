#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Guessing: ten thousand wrong passwords and codes against one account, and from one address, are throttled before anything is hashed, while
others sign in. Counts only; the figures of time are scripts/bench-sign-in's."""

import http.client
import json
import os
import sys
import threading
import unittest
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
from tandem import PASSWORD, Server  # noqa: E402

GUESSES = 10_000
CONNECTIONS = 8


def post(port, source, path, bodies, answers):
    """Sends the bodies one after the other from the address; counts the statuses."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
    for body in bodies:
        connection.request("POST", f"/api/v1{path}", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        answers[answer.status] += 1
    connection.close()


def flood(port, sources, path, bodies):
    """The bodies over CONNECTIONS connections; returns (statuses, a function that waits for them)."""
    counts = [Counter() for _ in range(CONNECTIONS)]
    threads = [threading.Thread(target=post, args=(port, sources[i % len(sources)], path, bodies[i::CONNECTIONS], counts[i]))
               for i in range(CONNECTIONS)]
    for thread in threads:
        thread.start()

    def wait():
        for thread in threads:
            thread.join()
        return sum(counts, Counter())

    return threads, wait


class Guesses(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.server.start()
        self.addCleanup(self.server.__exit__)
        operator = self.server.operator()
        self.server.person(operator, "Ada Target", sign_in=False)
        identifier, _ = self.server.person(operator, "Grace Other", sign_in=False)
        operator.expect(204, "PUT", f"/accounts/{identifier}/password", {"password": PASSWORD})

    def others_sign_in(self, threads, times=20):
        """Somebody else, from another address, while the guesses come."""
        counts = Counter()
        body = {"email": "grace.other@tandem.example", "password": PASSWORD}
        for _ in range(times):
            post(self.server.port, "127.0.0.9", "/session", [body], counts)
        self.assertTrue(any(thread.is_alive() for thread in threads), "the flood was over too early to show anything")
        self.assertEqual(counts, {201: times})

    def test_against_one_account_from_many_addresses(self):
        bodies = [{"email": "ada.target@tandem.example", "password": f"guess {i}"} for i in range(GUESSES)]
        threads, wait = flood(self.server.port, [f"127.0.1.{i}" for i in range(1, 9)], "/session", bodies)
        self.others_sign_in(threads)
        self.assertEqual(wait(), {401: 10, 429: GUESSES - 10})

    def test_from_one_address_against_many_accounts(self):
        bodies = [{"email": f"person{i}@tandem.example", "password": "guess"} for i in range(GUESSES)]
        threads, wait = flood(self.server.port, ["127.0.2.1"], "/session", bodies)
        self.others_sign_in(threads)
        self.assertEqual(wait(), {401: 100, 429: GUESSES - 100})

    def test_of_the_code_of_one_account(self):
        client = self.server.connect()
        client.expect(202, "POST", "/sign-in-links", {"email": "ada.target@tandem.example"})
        bodies = [{"email": "ada.target@tandem.example", "code": f"2222-{i:04d}"} for i in range(GUESSES)]
        threads, wait = flood(self.server.port, [f"127.0.3.{i}" for i in range(1, 9)], "/session/link", bodies)
        self.others_sign_in(threads)
        self.assertEqual(wait(), {401: 5, 429: GUESSES - 5})

    def test_of_links_from_one_address(self):
        bodies = [{"link": f"{i:043d}"} for i in range(GUESSES)]
        threads, wait = flood(self.server.port, ["127.0.4.1"], "/session/link", bodies)
        self.others_sign_in(threads)
        self.assertEqual(wait(), {401: 100, 429: GUESSES - 100})

    def test_mails_asked_for_one_account(self):
        bodies = [{"email": "Ada.Target@tandem.example"}] * 1000
        _, wait = flood(self.server.port, [f"127.0.5.{i}" for i in range(1, 9)], "/sign-in-links", bodies)
        self.assertEqual(wait(), {202: 5, 429: 995})


if __name__ == "__main__":
    unittest.main()
