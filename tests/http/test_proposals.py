#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A team writes its proposal over real sockets: saves at the same moment, the examples of docs/proposals.md, a file that is submitted."""
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tandem  # noqa: E402

TEAM_PATH = f"/courses/{tandem.COURSE}/teams/1/proposal"
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
DOCUMENT = os.path.join(tandem.SOURCE, "docs", "proposals.md")


class Proposals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = tandem.Server()
        cls.server.start()
        operator = cls.server.operator()
        cls.ann, cls.ann_token = cls.server.person(operator, "Ann Example")
        cls.bob, cls.bob_token = cls.server.person(operator, "Bob Example")
        _, cls.cyd_token = cls.server.person(operator, "Cyd Example")
        client = cls.client = cls.server.connect()
        course = f"/courses/{tandem.COURSE}"
        for token, ml, systems in ((cls.ann_token, "project", "none"), (cls.bob_token, "none", "project")):
            skills = [{"skill": "ml", "level": ml, "evidence": "a course"}, {"skill": "systems", "level": systems, "evidence": "a course"}]
            client.expect(200, "PUT", f"{course}/info-card", {"skills": skills, "topics": [], "availability": "", "about": "", "seeking": False},
                          token=token)
        client.expect(201, "POST", f"{course}/teams", {"name": "Descenders"}, token=cls.ann_token)
        invited = client.expect(201, "POST", f"{course}/teams/1/invitations", {"person": cls.bob}, token=cls.ann_token)
        client.expect(200, "POST", f"{course}/invitations/{invited['id']}/acceptance", token=cls.bob_token)

        client.expect(201, "POST", f"{course}/teams", {"name": "Others"}, token=cls.cyd_token)

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None)

    def save(self, token, field, value, version=None):
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return self.client.call("PATCH", TEAM_PATH, {"field": field, "value": value}, token=token, headers=headers)

    def at_once(self, *saves):
        requests = [tandem.request_bytes("PATCH", TEAM_PATH, token, {"field": field, "value": value}) for token, field, value in saves]
        return tandem.at_once(self.server.port, requests, len(requests))

    def fields(self):
        answer = self.client.expect(200, "GET", TEAM_PATH, token=self.ann_token)
        return {field["field"]: field for field in answer["fields"]}

    def test_1_the_examples_of_the_document_answer_as_it_says(self):
        with open(DOCUMENT, encoding="utf-8") as file:
            text = file.read()
        blocks = re.findall(r"```sh\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL)
        self.assertEqual(2, len(blocks))
        place = f"http://127.0.0.1:{self.server.port}/api/v1/courses/{tandem.COURSE}/teams/1"
        commands = blocks[0][0].strip().splitlines()
        answers = [self.run_line(line, place) for line in commands]
        for answer, shown in zip(answers, blocks[0][1].strip().splitlines()):
            for member in re.findall(r'"(?:text|version|status|code|yours|value)":(?:"[^"]*"|\d+)', shown):
                self.assertIn(member, answer)
        self.assertIn('"versions":[', self.run_line(blocks[1][0].strip().splitlines()[0], place))
        self.save(self.ann_token, "methodology", "Caching helps p99")
        self.save(self.bob_token, "methodology", "Caching halves p99", 1)
        newest = self.client.expect(200, "GET", TEAM_PATH + "/versions", token=self.ann_token)["versions"][0]["version"]
        answer = self.client.expect(200, "GET", f"{TEAM_PATH}/versions/{newest}/changes?since={newest - 1}", token=self.ann_token)
        self.assertEqual([("same", "Caching "), ("removed", "helps"), ("added", "halves"), ("same", " p99")],
                         [(run["kind"], run["text"]) for run in answer["fields"][0]["runs"]])

    def test_2_different_fields_saved_at_once_are_both_kept(self):
        answers = self.at_once((self.ann_token, "metric", "Ann's"), (self.bob_token, "baseline", "Bob's"))
        self.assertEqual([200, 200], [status for status, _ in answers])
        fields = self.fields()
        self.assertEqual(("Ann's", "Bob's"), (fields["metric"]["text"], fields["baseline"]["text"]))

    def test_3_of_one_field_one_save_is_refused_with_both_texts(self):
        for field in ("hypothesis", "refutation", "resources"):
            answers = self.at_once((self.ann_token, field, "Ann's words"), (self.bob_token, field, "Bob's words"))
            self.assertEqual([200, 412], sorted(status for status, _ in answers))
            won = next(answer for status, answer in answers if status == 200)["saved"]["text"]
            lost = next(answer for status, answer in answers if status == 412)["current"]
            self.assertEqual({"Ann's words", "Bob's words"}, {lost["value"], lost["yours"]})
            self.assertEqual((won, won), (lost["value"], self.fields()[field]["text"]))

    def run_line(self, line, place):
        environment = {**os.environ, "team": place, "ann": self.ann_token, "bob": self.bob_token}
        done = subprocess.run(["sh", "-c", line.split("   #")[0].replace("curl", "curl -s", 1)], env=environment, capture_output=True,
                              text=True, timeout=30, check=True)
        return done.stdout

    def test_4_a_file_is_uploaded_saved_and_submitted_then_the_team_reads_it(self):
        course = f"/courses/{tandem.COURSE}"
        self.client.expect((200, 201), "POST", f"{course}/teams/1/registration", {}, token=self.ann_token)
        file = self.client.expect(201, "POST", f"{course}/files?name=plan.pdf", PDF, token=self.bob_token,
                                  headers={"Content-Type": "application/octet-stream"})["id"]
        self.assertEqual(404, self.client.call("GET", f"{course}/files/{file}", token=self.ann_token)[0])
        values = {"title": "Caches", "hypothesis": "x", "refutation": "x", "methodology": "x", "topics": ["serving"], "ai-use": "none",
                  "attachment": file}
        for field, value in values.items():
            version = self.fields()[field]["version"]
            status, answer = self.save(self.bob_token, field, value, version)
            self.assertEqual(200, status, answer)
        self.assertEqual(200, self.client.call("GET", f"{course}/files/{file}", token=self.ann_token)[0])  # a draft is the team's
        self.assertEqual(404, self.client.call("GET", f"{course}/files/{file}", token=self.cyd_token)[0])
        self.assertEqual(404, self.client.call("DELETE", f"{course}/files/{file}", token=self.ann_token)[0])
        for person, token in ((self.ann, self.ann_token), (self.bob, self.bob_token)):
            self.assertEqual(200, self.save(token, "parts", {str(person): "half"})[0])
        ready = self.client.expect(200, "POST", TEAM_PATH + "/submissions?dry_run=true", token=self.ann_token)
        self.assertEqual(([], [], None), (ready["missing"], ready["open_changes"], ready["submission"]))
        done = self.client.expect(200, "POST", TEAM_PATH + "/submissions", token=self.ann_token)
        self.assertEqual("submitted", done["state"])
        self.assertEqual(200, self.client.call("GET", f"{course}/files/{file}", token=self.ann_token)[0])
        self.assertEqual(409, self.save(self.ann_token, "title", "Too late", 1)[0])


if __name__ == "__main__":
    unittest.main()
