#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One click (RFC 8058) over a real server: a mail of several kinds, the URL of its header as a mail provider posts to it and as a person opens
it, what leaves afterwards, and what a browser is told of a link that is wrong."""

import email
import email.policy
import html
import http.client
import os
import re
import sqlite3
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
from tandem import COURSE, Server  # noqa: E402

PUBLIC_URL = "https://tandem.example.edu"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}
ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TITLES = {"member joined": "Somebody joined your team", "join request": "Somebody asks to join your team",
          "announcement": "The course's staff announce something"}


class Unsubscribe(unittest.TestCase):
    def setUp(self):
        self.server = Server(options=("--cheap-passwords", "--public-url", PUBLIC_URL, "--mail-from", "projects@example.edu"))
        self.server.start()
        self.addCleanup(self.server.__exit__)
        operator = self.server.operator()
        self.people = {name: self.server.person(operator, f"{name.title()} Example") for name in ("ann", "bob", "cy", "dee", "eve")}
        self.people["ines"] = self.server.person(operator, "Ines Example", "instructor")
        self.team = self.call("ann", 201, "POST", "/teams", {"name": "Alpha"})["id"]

    def call(self, name, status, method, path, body=None):
        with self.server.connect() as client:
            return client.expect(status, method, f"/courses/{COURSE}{path}", body, token=self.people[name][1])

    def joins(self, name):
        invitation = self.call("ann", 201, "POST", f"/teams/{self.team}/invitations", {"person": self.people[name][0]})["id"]
        self.call(name, 200, "POST", f"/invitations/{invitation}/acceptance")

    def tell_ann_three_things(self, joiner, asker):
        """The last of them leaves at once, and takes the others along."""
        self.joins(joiner)
        self.call("ines", 201, "POST", "/announcements", {"audience": "everybody", "subject": "News", "words": "To all."})
        self.call(asker, 201, "POST", f"/teams/{self.team}/join-requests", {})

    def ask(self, method, path, body=None, headers=None):
        """As somebody who never signed in: no cookie, no Origin."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        content = answer.read().decode()
        connection.close()
        return answer, content

    def mail_to(self, address):
        """The first that is not one of its own (a welcome, a link)."""
        folder = os.path.join(self.server.data, "mail")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
                if name.endswith(".eml"):
                    with open(os.path.join(folder, name), "rb") as file:
                        message = email.message_from_binary_file(file, policy=email.policy.default)
                    if message["To"].addresses[0].addr_spec == address and message["Subject"].startswith("3 things"):
                        return message
            time.sleep(0.02)
        raise AssertionError(f"no mail came to {address}")

    def rows(self, sql, *values):
        store = sqlite3.connect(f"file:{os.path.join(self.server.data, 'tandem.db')}?mode=ro", uri=True)
        try:
            return store.execute(sql, values).fetchall()
        finally:
            store.close()

    def outcomes(self):
        """What became of Ann's messages since last time, by kind."""
        found = dict(self.rows("select kind, outcome from outbox where person_id = ? and id > ? order by id", self.people["ann"][0], self.seen))
        self.seen = self.rows("select max(id) from outbox")[0][0]
        return found

    def kept(self):
        """All that a click may change: it writes nothing but choices, with the audit's rows."""
        return self.rows("select * from notice_choices"), self.rows("select count(*) from audit")

    def open_mail(self):
        self.seen = 0
        self.tell_ann_three_things("bob", "cy")
        message = self.mail_to("ann.example@tandem.example")
        self.assertEqual(message["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        url = re.fullmatch(r"<(.*)>", message["List-Unsubscribe"].strip()).group(1)
        self.assertTrue(url.startswith(PUBLIC_URL + "/unsubscribe/"), url)
        self.assertEqual({row for row in self.outcomes()}, set(TITLES))
        return message, urllib.parse.urlsplit(url).path

    def test_one_click_turns_off_all_that_may_be_off(self):
        message, path = self.open_mail()
        text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
        page = html.unescape(message.get_body(("html",)).get_content())
        self.assertTrue(text.endswith(f"No more mail of these kinds: {PUBLIC_URL}{path}\n- {TITLES['member joined']}\n- {TITLES['join request']}\n"
                                      f"What else this mail tells cannot be turned off and goes on coming:\n- {TITLES['announcement']}\n"), text)
        self.assertIn(f'<a href="{PUBLIC_URL}{path}">', page)
        for title in TITLES.values():
            self.assertIn(f"<li><small>{title}</small></li>", page)

        answer, _ = self.ask("POST", path, ONE_CLICK, FORM)
        self.assertEqual((answer.status, answer.getheader("Location"), answer.getheader("Set-Cookie")), (200, None, None))
        person = self.people["ann"][0]
        self.assertEqual(self.rows("select person_id, kind, is_on from notice_choices order by kind"),
                         [(person, "join request", 0), (person, "member joined", 0)])
        kept = self.kept()
        answer, _ = self.ask("POST", path, ONE_CLICK, FORM)
        self.assertEqual((answer.status, self.kept()), (200, kept))

        self.tell_ann_three_things("dee", "eve")
        outcomes = self.outcomes()
        self.assertEqual((outcomes["member joined"], outcomes["join request"]), ("turned off", "turned off"))
        self.assertNotEqual(outcomes["announcement"], "turned off")

    def test_looking_changes_nothing_and_the_buttons_do(self):
        _, path = self.open_mail()
        kept = self.kept()
        for method in ("GET", "HEAD", "GET"):
            answer, page = self.ask(method, path, headers=BROWSER)
            self.assertEqual((answer.status, answer.getheader("Content-Type")), (200, "text/html; charset=utf-8"))
            self.assertIn("form-action 'self'", answer.getheader("Content-Security-Policy"))
        self.assertEqual(self.kept(), kept)
        self.assertNotRegex(page, r"<script|<style|style=|onclick")
        self.assertNotIn(TITLES["announcement"], page)
        for title in (TITLES["member joined"], TITLES["join request"]):
            self.assertIn(f"<li>{title}</li>", page)
        for heading, body in (("These mails are off", b""), ("These mails are on again", b"mails=on"), ("These mails are off", b"")):
            self.assertEqual(page.count("<button"), 1)
            pressed = re.search(r'<form method="post"><button type="submit"(?: class="quiet" name="(\w+)" value="(\w+)")?>', page)
            self.assertEqual("=".join(filter(None, pressed.groups())).encode(), body)
            answer, page = self.ask("POST", path, body, {**FORM, **BROWSER})
            self.assertEqual(answer.status, 200)
            self.assertIn(f"<h1>{heading}</h1>", page)
        self.assertEqual(len(self.kept()[0]), 2)
        answer, page = self.ask("GET", path, headers=BROWSER)
        self.assertIn("<h1>These mails are off</h1>", page)

    def test_a_wrong_link_changes_nothing_and_is_told_alike(self):
        _, path = self.open_mail()
        token = path.rpartition("/")[2]
        claim, _, mac = token.rpartition(".")
        kept = self.kept()
        wrong = [claim, f"{claim}.", f"{claim}.{mac[::-1]}", f"{claim}.{'0' * 32}", f"{token}0", token[:-1], f"9{token}", token.replace("~", ""),
                 f"{claim[:-6]}.{mac}", "x", "%7E", "." * 3000, "1.member_joined." + mac]
        pages, documents = set(), set()
        for one in wrong:
            for method, body, headers in (("GET", None, {}), ("POST", ONE_CLICK, FORM)):
                answer, content = self.ask(method, f"/unsubscribe/{one}", body, {**headers, **BROWSER})
                self.assertEqual((answer.status, answer.getheader("Content-Type")), (404, "text/html; charset=utf-8"), one)
                pages.add(content)
                answer, content = self.ask(method, f"/unsubscribe/{one}", body, {**headers, "Accept": "application/json"})
                self.assertEqual((answer.status, answer.getheader("Content-Type")), (404, "application/problem+json"), one)
                documents.add(content)
        self.assertEqual((len(pages), len(documents)), (1, 1))
        self.assertIn("This link is not whole", pages.pop())
        self.assertEqual(self.kept(), kept)
        answer, _ = self.ask("POST", path.replace("~", "%7e"), ONE_CLICK, FORM)  # as some relays write it
        self.assertEqual(answer.status, 200)


if __name__ == "__main__":
    unittest.main()
