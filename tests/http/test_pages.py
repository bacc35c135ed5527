#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages as a browser gets them: everything they name exists, compressed or not, and a mailed link is followed as the page does it."""

import gzip
import http.client
import json
import os
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
from tandem import COURSE, Server  # noqa: E402

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Encoding": "gzip, deflate, br"}
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
          "frame-ancestors 'none'; base-uri 'none'")


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        operator = cls.server.operator()
        person = operator.expect(201, "POST", "/accounts", {"name": "Zoe Example", "email": "zoe@tandem.example"})
        operator.expect(200, "PUT", f"/courses/{COURSE}/roster/{person['id']}", {"role": "student"})

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        connection.request(method, path, None if body is None else json.dumps(body),
                           {**({} if body is None else {"Content-Type": "application/json"}), **(headers or {})})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def collect(self, path, found):
        """The file, and what it names, and so on."""
        if path in found:
            return
        plain, content = self.ask("GET", path)
        packed, small = self.ask("GET", path, headers=BROWSER)
        self.assertEqual((plain.status, packed.status), (200, 200), path)
        self.assertEqual(plain.getheader("Content-Security-Policy"), POLICY)
        self.assertIsNone(plain.getheader("Content-Encoding"))
        if packed.getheader("Content-Encoding") == "gzip":
            self.assertLess(len(small), len(content))
            small = gzip.decompress(small)
        self.assertEqual(small, content, path)
        self.assertNotEqual((plain.getheader("ETag"), packed.getheader("Content-Encoding")), (packed.getheader("ETag"), "gzip"))
        for answer, headers in ((plain, {}), (packed, BROWSER)):
            again, nothing = self.ask("GET", path, headers={**headers, "If-None-Match": answer.getheader("ETag")})
            self.assertEqual((again.status, nothing), (304, b""))
        found[path] = plain.getheader("Content-Type"), content.decode()
        for name in re.findall(r'"(/assets/[^"]*)"', content.decode()):
            self.collect(name, found)

    def test_everything_that_the_pages_name_exists(self):
        found = {}
        for page in ("/", "/sign-in"):
            self.collect(page, found)
        kinds = {path.rpartition(".")[2]: kind for path, (kind, _) in found.items() if "." in path}
        self.assertEqual(kinds, {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"})
        self.assertTrue(all(re.search(r"\.[0-9a-f]{16}\.", path) for path in found if path.startswith("/assets/")), found.keys())

    def test_the_pages_speak_of_elements_that_exist(self):
        for page in ("/", "/sign-in"):
            found = {}
            self.collect(page, found)
            identifiers = set(re.findall(r'\bid="([^"]+)"', found[page][1]))
            scripts = [text for kind, text in found.values() if kind.startswith("text/javascript")]
            named = {name for text in scripts for name in re.findall(r'element\("([^"]+)"\)', text)}
            self.assertTrue(named)
            self.assertLessEqual(named, identifiers, page)
            labelled = set(re.findall(r'<label for="([^"]+)"', found[page][1]))
            fields = {name for tag, name in re.findall(r'(<input id="([^"]+)"[^>]*>)', found[page][1]) if 'type="hidden"' not in tag}
            self.assertEqual(labelled, fields, page)

    def test_head_and_unknown_paths(self):
        answer, content = self.ask("HEAD", "/sign-in")
        self.assertEqual((answer.status, content), (200, b""))
        self.assertGreater(int(answer.getheader("Content-Length")), 1000)
        answer, content = self.ask("GET", "/teams/4", headers=BROWSER)
        self.assertEqual((answer.status, answer.getheader("Content-Type")), (404, "text/html; charset=utf-8"))
        self.assertIn(b"There is nothing here", content)
        self.assertIn(b'<a href="/">To the start</a>', content)
        answer, content = self.ask("GET", "/teams/4")
        self.assertEqual((answer.status, json.loads(content)["code"]), (404, "not_found"))
        answer, content = self.ask("POST", "/", {"password": "x"})  # a form whose script did not load
        self.assertEqual((answer.status, answer.getheader("Allow")), (405, "GET, HEAD"))
        self.assertEqual(json.loads(content)["code"], "method_not_allowed")
        answer, content = self.ask("POST", "/", {"password": "x"}, BROWSER)
        self.assertEqual((answer.status, answer.getheader("Content-Security-Policy")), (405, POLICY))
        self.assertIn(b"<h1>This method does not exist here</h1>", content)

    def test_a_mailed_link_is_followed_as_the_page_does(self):
        origin = {"Origin": f"http://127.0.0.1:{self.server.port}"}
        answer, content = self.ask("POST", "/api/v1/sign-in-links", {"email": "zoe@tandem.example"}, origin)
        self.assertEqual((answer.status, json.loads(content)["mail"]), (202, "not being sent"))
        path, token = self.link_of_the_mail()
        # The token never leaves the browser by opening the link, and opening it spends nothing.
        for _ in range(2):
            answer, content = self.ask("GET", path, headers=BROWSER)
            self.assertEqual((answer.status, answer.getheader("Referrer-Policy")), (200, "no-referrer"))
        answer, content = self.ask("POST", "/api/v1/session/link", {"link": token, "password": "quite a new password"}, origin)
        self.assertEqual(answer.status, 201, content)
        cookie = {"Cookie": answer.getheader("Set-Cookie").split(";")[0]}
        answer, content = self.ask("GET", "/api/v1/me", headers=cookie)
        me = json.loads(content)
        self.assertEqual(me["person"]["name"], "Zoe Example")
        self.assertEqual([(course["course"], course["role"]) for course in me["enrolments"]], [(COURSE, "student")])
        answer, content = self.ask("POST", "/api/v1/session/link", {"link": token}, origin)
        self.assertEqual((answer.status, json.loads(content)["code"]), (401, "link_not_valid"))  # what the page looks for
        answer, _ = self.ask("DELETE", "/api/v1/session", headers={**cookie, **origin})
        self.assertEqual(answer.status, 204)
        answer, _ = self.ask("GET", "/api/v1/me", headers=cookie)
        self.assertEqual(answer.status, 401)

    def link_of_the_mail(self):
        folder = os.path.join(self.server.data, "mail")
        until = time.monotonic() + 30
        while time.monotonic() < until:
            for name in os.listdir(folder) if os.path.isdir(folder) else []:
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    found = re.search(r"(/sign-in)#(\S+)", file.read())
                if name.endswith(".eml") and found:
                    return found.groups()
            time.sleep(0.02)
        raise AssertionError("no mail came")

    def test_what_the_pages_warn_of_is_told(self):
        answer, content = self.ask("GET", "/readyz")
        notes = json.loads(content)["notes"]
        self.assertTrue(any("clock is offset" in note for note in notes), notes)
        self.assertTrue(any(note.startswith("Mail is not being sent") for note in notes), notes)


if __name__ == "__main__":
    unittest.main()
