#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A program that talks nonsense, a student's or an instructor's: well-formed requests for every operation of docs/openapi.yaml, with values
of wrong kinds, extreme ones, and some that are nearly right. Never a 500; every refusal has its words and leaves the store as it was; every
answer is as the document says (support/tandem.py holds each against it)."""

import json
import os
import random
import sys
import unittest
from collections import Counter

import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
from hostile_house import People, start_server  # noqa: E402
from store_dump import difference, dump  # noqa: E402
from tandem import COURSE, PASSWORD, SOURCE  # noqa: E402

SEED = 8803
ROUNDS = 10  # of all operations
METHODS = ("get", "post", "put", "patch", "delete")
TEXTS = ("", " ", "Planted", "x" * 61, "y" * 501, "z" * 3000, "'; drop table teams; --", "=1+1", "<script>", "\ud800", "\u0000", "a\r\nb", "\u202e",
"İ", "😀" * 40,
         "2023-09-11T23:59:00Z", "9999-12-31T23:59:59Z", "-1", "0x10", "../..", "%00", "null", "student", "instructor", "nobody@tandem.example",
         "a@b", "W/\"1\"")
NUMBERS = (0, 1, 2, 3, -1, 4, 99, 2**31, 2**53, 2**63 - 1, 2**63, -2**63, 10**400, 0.5, -0.0, 1e300)
OTHERS = (None, True, False, [], {}, [[]], [None], {"a": {}}, [1, "a"], ["x"] * 300)


def document():
    with open(os.path.join(SOURCE, "docs/openapi.yaml"), encoding="utf-8") as file:
        return yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


class Nonsense:
    """Requests by chance, with what the document knows of them."""

    def __init__(self, seed, ids):
        self.chance = random.Random(seed)
        self.ids = ids
        self.document = document()
        self.operations = [(method, path, item[method], item.get("parameters", [])) for path, item in self.document["paths"].items()
                           for method in METHODS if method in item]

    def resolve(self, node):
        while "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def anything(self):
        return self.chance.choice(self.chance.choice((TEXTS, NUMBERS, OTHERS)))

    def of_schema(self, schema, depth=0):
        """A value of that schema, or nearly, or not at all."""
        schema = self.resolve(schema)
        for combined in ("oneOf", "anyOf", "allOf"):
            if combined in schema:
                return self.of_schema(self.chance.choice(schema[combined]), depth)
        kind = schema.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if depth > 0 and self.chance.random() < 0.2:
            return self.anything()
        if "enum" in schema:
            return self.chance.choice(schema["enum"])
        if kind == "object":
            return self.object_of(schema, depth)
        if kind == "array":
            return [self.of_schema(schema.get("items", {}), depth + 1) for _ in range(self.chance.choice((0, 1, 1, 2, 5)))]
        if kind == "integer":
            return self.chance.choice((*self.ids, *self.ids, *NUMBERS))
        if kind == "boolean":
            return self.chance.random() < 0.5
        if kind == "string" and "format" in schema and schema["format"] == "date-time":
            return self.chance.choice(("2023-09-11T23:59:00Z", "2023-09-05T14:00:00+02:00", "2023-02-30T00:00:00Z", "1970-01-01T00:00:00Z", "soon"))
        return self.chance.choice((*TEXTS, f"Words {self.chance.random()}"))

    def object_of(self, schema, depth):
        required = schema.get("required", [])
        made = {name: self.of_schema(value, depth + 1) for name, value in schema.get("properties", {}).items()
                if self.chance.random() < (0.95 if name in required else 0.5)}
        if self.chance.random() < 0.05:
            made[self.chance.choice(TEXTS)] = self.anything()
        return made

    def target(self, path, parameters, operation):
        known = {"course": [COURSE] * 40 + ["nowhere", "%00", "1", "x" * 300]}
        parts = []
        for part in path.split("/"):
            if part.startswith("{"):
                wanted = known.get(part[1:-1]) or [*self.ids * 8, 0, 999, 2**63 - 1, 2**63, "-1", "01", "x", "%2e%2e"]
                part = str(self.chance.choice(wanted))
            parts.append(part)
        query = []
        for parameter in map(self.resolve, [*parameters, *operation.get("parameters", [])]):
            if parameter["in"] == "query" and self.chance.random() < (0.9 if parameter.get("required") else 0.3):
                value = self.of_schema(parameter["schema"], 1)
                query.append(parameter["name"] + "=" + "".join(f"%{byte:02x}" for byte in str(value).encode("utf-8", "surrogatepass")[:500]))
        return "/".join(parts) + ("?" + "&".join(query) if query else "")

    def body(self, operation):
        """(the body, the fields)."""
        if "requestBody" not in operation:
            return None, {}
        kind, media = self.chance.choice(list(self.resolve(operation["requestBody"])["content"].items()))
        if kind == "application/json":
            value = self.anything() if self.chance.random() < 0.05 else self.of_schema(media.get("schema", {}))
            return json.dumps(value).encode(), {"Content-Type": kind}
        text = self.chance.choice(("", "a", "Student,ID,Section\n", "course: {id: x}\n", "&a [*a]", "\0", "Student;ID\n;;;\n", "%PDF-1.4\n%",
        "x" * 5000))
        return text.encode(), {"Content-Type": self.chance.choice(("text/csv", "application/yaml", "application/pdf",
                "image/png")) if kind == "*/*" else kind}

    def request(self, operation):
        method, path, node, parameters = operation
        body, fields = self.body(node)
        if self.chance.random() < 0.1:
            fields["Idempotency-Key"] = self.chance.choice(("k", "same-key-again", "k" * 300, "=1", "\"k\"", ""))
        if self.chance.random() < 0.1:
            fields["If-Match"] = self.chance.choice(('"1"', "*", "W/\"1\"", "x", '"' + "9" * 400 + '"'))
        return method.upper(), self.target(path, parameters, node), body, fields


def without_mail(rows):
    """(the rows without the outbox, the mails in it): mail is sent and struck out while we look, but only requests write it."""
    return [row for row in rows if row[0] != "outbox"], {row[1][0] for row in rows if row[0] == "outbox"}


def changes_between(before, after):
    (rows, mails), (rows_after, mails_after) = without_mail(before), without_mail(after)
    return difference(rows, rows_after) + "".join(f"\n+ mail {number}" for number in mails_after - mails)


class Talk(unittest.TestCase):
    def setUp(self):
        self.server = start_server()
        self.addCleanup(self.server.__exit__)
        self.people = People(self.server)

    def sign_in(self, client, email):
        client.token = client.expect(201, "POST", "/session", {"email": email, "password": PASSWORD})["token"]

    def test_a_students_nonsense_gets_its_words_and_changes_nothing(self):
        self.talk("team.member@tandem.example", [self.people.free, self.people.other, self.people.owner, self.people.team])

    def test_an_instructors_nonsense_gets_its_words_and_changes_nothing(self):
        operator = self.server.operator()
        self.server.person(operator, "Ira Instructor", "instructor")
        crowd = [self.server.person(operator, f"Crowd {number}", sign_in=False)[0] for number in range(6)]
        self.talk("ira.instructor@tandem.example", [*crowd, self.people.free, self.people.other, self.people.owner, self.people.team])

    def talk(self, email, ids):
        nonsense = Nonsense(SEED, ids)
        client = self.server.connect()
        self.sign_in(client, email)
        before, statuses, codes = dump(self.server.data), Counter(), Counter()
        for _ in range(ROUNDS):
            for operation in nonsense.operations:
                method, target, body, fields = nonsense.request(operation)
                what = f"{method} {target} {body!r:.600} {fields}"
                path = "/" + target if operation[1] in ("/healthz", "/readyz", "/metrics") else target
                try:
                    status, answer = client.call(method, path, body, headers=fields)
                except AssertionError as error:
                    raise AssertionError(f"{what}: {error}") from error
                statuses[status] += 1
                self.assertNotEqual(status, 500, what)
                after = dump(self.server.data)
                if status >= 400:
                    codes[answer["code"]] += 1
                    self.assertTrue(answer["detail"] and answer["title"], what)
                    changes = changes_between(before, after)
                    self.assertEqual(changes, "", f"{what} was refused with {status} {answer['code']} but changed the store:\n{changes}")
                elif method == "DELETE" and "session" in target and client.call("GET", "/me")[0] == 401:
                    self.sign_in(client, email)
                    after = dump(self.server.data)
                before = after
        print(f"{sum(statuses.values())} requests: {dict(sorted(statuses.items()))}; {len(codes)} codes", file=sys.stderr)
        # Not all of it stopped at the door: some was understood, and some done.
        self.assertGreater(statuses[422], 20)
        self.assertGreater(sum(count for status, count in statuses.items() if status < 300), 20)
        self.assertGreater(len(codes), 8)


if __name__ == "__main__":
    unittest.main()
