#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every route by every role, with ids of their own and of everybody else: who may not is refused with the right words and changes
nothing, who may is answered, and no answer shows anybody what is not theirs to see. Generated from the route table: a new route
needs a sample in tests/support/matrix_samples.py."""

import json
import os
import subprocess
import sys
import unittest
from collections import Counter

import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
from audience_check import Audiences, Reader  # noqa: E402
from contract import DOCUMENT, LOADER, Contract  # noqa: E402
from matrix_rules import Refusal, door, expected, is_known, paths, rows_of  # noqa: E402
from matrix_samples import FEATURES, SAMPLES, body_of  # noqa: E402
from matrix_world import A, World  # noqa: E402
from store_dump import difference, dump  # noqa: E402
from tandem import BINARY, whole  # noqa: E402

FAULTS_SHOWN = 40
MOVES_BY_ITSELF = {"sessions": ("seen_at",), "api_tokens": ("seen_at",), "webhooks": ("seen_seq",)}
# Who changes things in the last part: one of each kind that may do anything at all.
CHANGERS = ("contact of the registered team", "member of the registered team", "contact of the declined team", "instructor", "staff",
            "contact of team one", "victim in team one", "contact of team two", "member of team two", "contact of team four", "seated student",
            "waiting student", "unplaced student", "auditor not approved", "instructor of the other course", "student of the other course",
            "operator")
NUMBERS_OF_PEOPLE = ("person", "contact", "other", "members", "people", "first", "second")
FOREIGN_IS_REFUSED_WITH = (403, 404, 409, 422)
ORIGINS = ({"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}, {},
           {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"})


def routes():
    printed = subprocess.run([BINARY, "routes", "--openapi"], capture_output=True, text=True, check=True).stdout
    return yaml.load(printed, LOADER)


class Answer:
    def __init__(self, status, headers, raw):
        self.status, self.raw = status, raw
        media = (headers["Content-Type"] or "").split(";")[0]
        self.media = media or None
        self.body = json.loads(raw) if media in ("application/json", "application/problem+json") and raw else raw.decode(errors="replace") or None
        self.code = self.body.get("code") if isinstance(self.body, dict) and status >= 400 else None

    def __str__(self):
        return f"{self.status} {self.code or ''} {self.raw[:160].decode(errors='replace')}"


class Matrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        document = routes()
        cls.rows = rows_of(document)
        cls.contract, cls.audiences = Contract(document), Audiences(document)
        cls.world = World(FEATURES)
        cls.addClassCleanup(cls.world.close)

    def setUp(self):
        self.faults = {}  # what is wrong: the requests of which it is so
        self.facts = None
        self.spoilt = False  # what was done stands in the way of what comes
        self.counts = Counter()
        self.refusals = set()
        self.received = set()  # secrets that reached whom they may reach

    def known(self):
        return [(row, SAMPLES[row.name]) for row in self.rows if row.name in SAMPLES and is_known(row)]

    def tell(self):
        if self.faults:
            lines = [what if not asked else f"{what}\n    {asked[0]}" + (f", and {len(asked) - 1} more such" if len(asked) > 1 else "")
                     for what, asked in self.faults.items()]
            more = f"\n… and {len(lines) - FAULTS_SHOWN} more" if len(lines) > FAULTS_SHOWN else ""
            self.fail(f"{len(lines)} faults:\n" + "\n".join(lines[:FAULTS_SHOWN]) + more)
        print(", ".join(f"{count} {what}" for what, count in sorted(self.counts.items())), file=sys.stderr)

    def wrong(self, row, actor, path, words, example=""):
        self.faults.setdefault(f"{row.name}, asked by {actor.name}: {words}", []).append(f"{path}{example and ': '}{example}")

    # --- one request

    def send(self, row, actor, path, body, media, headers=()):
        connection = (self.world.operator if actor.is_operator else self.world.client).connection
        fields = dict(headers)
        if body is not None:
            fields["Content-Type"] = media
        if actor.token and "Cookie" not in fields:
            fields["Authorization"] = f"Bearer {actor.token}"
        target = path if row.path.startswith("//") or path.startswith("//") else "/api/v1" + path
        connection.request(row.method, target.replace("//", "/"), body, fields)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, whole(connection, answer))

    def ask(self, row, sample, actor, ids, query, body=...):
        """(path, answer), after all that holds for every answer was looked at."""
        path = fill(row.path, ids) + query
        sent = body_of(self.world, sample, actor, ids) if body is ... else json.dumps(body).encode()
        answer = self.send(row, actor, path, sent, sample.media)
        self.counts["requests"] += 1
        # Of the same refusal by the same row the schema is looked at once: it is most of what a request costs here.
        kind = row.name, answer.status, answer.code
        if answer.code is None or kind not in self.refusals:
            self.refusals.add(kind)
            fault = self.contract.fault(row.method, path.replace("//", "/"), answer.status, answer.media, answer.body)
            if fault:
                self.wrong(row, actor, path, fault)
        return path, answer

    def look(self, row, actor, path, ids, answer, facts):
        """Fields against their audience, bytes against what the reader may never receive."""
        course = ids.get("course", A)
        if 200 <= answer.status < 300 and answer.body is not None:
            reader = Reader(actor.person, facts.role(actor, course), facts.team(actor, course), actor.is_operator)
            self.counts["successes looked at"] += 1
            fault = self.audiences.fault(row.operation, answer.status, reader, ids, answer.body)
            if fault:
                self.wrong(row, actor, path, fault)
            for person, may in () if actor.is_operator else self.world.hidden.items():
                if person in numbers(answer.body) and not may(facts, actor):
                    self.wrong(row, actor, path, f"names person {person}, who is confidential, by number", answer)
        for secret in () if actor.is_operator else self.world.secrets:
            if secret.text.encode() not in answer.raw or secret.text in path:
                continue
            if secret.may(facts, actor):
                self.received.add(secret.text)
            else:
                at = answer.raw.index(secret.text.encode())
                example = answer.raw[max(0, at - 100):at + 60].decode(errors="replace")
                self.wrong(row, actor, path, f"{answer.status} tells the {secret.what}", example)

    def held_against(self, row, actor, path, answer, refusal, is_strict):
        if refusal is not None:
            if (answer.status, answer.code) != (refusal.status, refusal.code):
                self.wrong(row, actor, path, f"{answer.status} {answer.code or ''} instead of {refusal.status} {refusal.code}", answer)
            self.counts["refused"] += 1
        elif answer.status in (401, 403) and row.access != "public" or answer.status >= 500 or (is_strict and answer.status != row.success):
            self.wrong(row, actor, path, f"{answer.status} {answer.code or ''} instead of {row.success}", answer)
        else:
            self.counts["allowed"] += 1

    # --- the tests

    def test_1_every_route_has_a_sample(self):
        missing = [row.name for row in self.rows if row.name not in SAMPLES or not is_known(row)]
        gone = sorted(set(SAMPLES) - {row.name for row in self.rows})
        with open(DOCUMENT, encoding="utf-8") as file:
            kept = {row.name: row.access for row in rows_of(yaml.load(file, LOADER))}
        moved = [f"{row.name}: {row.access} instead of {kept[row.name]}" for row in self.rows if kept.get(row.name, row.access) != row.access]
        self.assertFalse(moved, "these are for others than docs/openapi.yaml says; if that is meant, run scripts/api:\n  " + "\n  ".join(moved))
        self.assertFalse(missing, "these routes are tried by nobody; give each a sample in tests/support/matrix_samples.py, and each new "
                                  "parameter a line in matrix_rules.BELONGING:\n  " + "\n  ".join(missing))
        self.assertFalse(gone, "these samples have no route any more:\n  " + "\n  ".join(gone))

    def test_2_who_may_not_is_refused_and_nothing_changes(self):
        facts = self.world.facts()
        self.assertEqual(facts.expired, [1, 1], "the expired session and token are not in the store any more")
        for actor in self.world.actors.values():
            self.world.reconnect()
            before = self.kept()
            asked = [request for row, sample in self.known() for request in self.try_refused(row, sample, actor, facts)]
            if self.kept() != before:
                self.blame(asked, actor)
        for secret in self.world.secrets:
            if secret.text not in self.received:
                self.faults[f"the {secret.what} never reached even who may have it: it is not planted where it could leak"] = []
        self.tell()

    def try_refused(self, row, sample, actor, facts):
        """All that is read, and what is refused; what would change something comes last."""
        asked = []
        for ids in paths(self.world, facts, actor, row, sample):
            refusal = expected(row, sample, facts, actor, ids)
            if refusal is None and not row.reads:
                continue
            for query in sample.queries if refusal is None else sample.queries[:1]:
                path, answer = self.ask(row, sample, actor, ids, query)
                self.held_against(row, actor, path, answer, refusal, True)
                self.look(row, actor, path, ids, answer, facts)
                asked.append((row, sample, ids, query, ...))
                if row.reads and sample.foreign_queries and refusal is None and not facts.is_staff(actor, ids["course"]):
                    for foreign in sample.foreign_queries(self.world):
                        path, answer = self.ask(row, sample, actor, ids, foreign)
                        if foreign != f"?person={actor.person}":
                            self.held_against(row, actor, path, answer, Refusal(403, "not_allowed"), True)
                        self.look(row, actor, path, ids, answer, facts)
        if row.reads or sample.foreign is None:
            return asked
        for ids in paths(self.world, facts, actor, row, sample):
            if expected(row, sample, facts, actor, ids) is not None or ids["course"] != A:
                continue
            for body in sample.foreign(self.world, actor):
                path, answer = self.ask(row, sample, actor, ids, "", body)
                if answer.status not in FOREIGN_IS_REFUSED_WITH:
                    self.wrong(row, actor, path, f"{answer.status} {answer.code or ''} to somebody else's ids in the body", f"{body}: {answer}")
                self.look(row, actor, path, ids, answer, facts)
                self.counts["refused for ids in the body"] += 1
                asked.append((row, sample, ids, "", body))
            break
        return asked

    def blame(self, asked, actor):
        """Says which of the requests changes the store."""
        found = False
        for row, sample, ids, query, body in asked:
            before = self.kept()
            path, _ = self.ask(row, sample, actor, ids, query, body)
            after = self.kept()
            if after != before:
                found = True
                self.wrong(row, actor, path, "refused, or only read, and yet the store has changed:\n" + difference(before, after))
        if not found:
            self.faults[f"one of the requests of {actor.name} changed the store, and none does it a second time"] = []

    def kept(self):
        """The store, but for what moves by itself: when a session or token was last used."""
        rows = []
        for table, row in dump(self.world.server.data):
            hidden = self.world.columns(table, MOVES_BY_ITSELF.get(table, ()))
            rows.append((table, tuple(value for index, value in enumerate(row) if index not in hidden)))
        return sorted(rows, key=repr)

    def test_3_a_cookie_from_another_site_changes_nothing(self):
        self.world.reconnect()
        facts = self.world.facts()
        before = self.kept()
        actors = [actor for actor in self.world.actors.values() if actor.token and actor.scopes is None and not actor.is_dead]
        for row, sample in self.known():
            if row.reads or row.access == "operator":
                continue
            actor, ids = next(((actor, ids) for actor in actors for ids in paths(self.world, facts, actor, row, sample)
                               if door(row, facts, actor, ids) is None), (None, None))
            self.assertIsNotNone(actor, f"nobody with a cookie may {row.name}: give the house somebody who may")
            for fields in ORIGINS:
                path = fill(row.path, ids) + sample.queries[-1]
                # A link would be made for it, and it is refused before its body is looked at.
                body = None if row.path == "/session/link" else body_of(self.world, sample, actor, ids)
                answer = self.send(row, actor, path, body, sample.media, {**fields, "Cookie": f"tandem_session={actor.token}"})
                self.counts["cookies from elsewhere"] += 1
                if (answer.status, answer.code) != (403, "cross_origin"):
                    self.wrong(row, actor, path, f"{answer.status} {answer.code or ''} instead of 403 cross_origin", f"{fields}: {answer}")
        if self.kept() != before:
            self.faults["the store has changed:\n" + difference(before, self.kept())] = []
        mia = self.world.actors["contact of team one"]
        row = next(row for row in self.rows if row.name == "PATCH /me")
        origin = {"Origin": f"http://127.0.0.1:{self.world.server.port}", "Cookie": f"tandem_session={mia.token}"}
        self.assertEqual(self.send(row, mia, "/me", b"{}", "application/json", origin).status, 200)
        self.tell()

    def test_4_a_confidential_student_is_an_unknown_address(self):
        """Byte for byte, by address and by number."""
        self.world.reconnect()
        tom, team = self.world.actors["contact of team two"], self.world.teams["two"]
        row = next(row for row in self.rows if row.name == "POST /courses/{course}/teams/{team}/invitations")
        path = fill(row.path, {"course": A, "team": team})
        for known, unknown in (({"email": self.world.emails["conf"]}, {"email": "nobody@matrix.example"}),
                               ({"person": self.world.people["conf"]}, {"person": 987654321})):
            answers = [self.send(row, tom, path, json.dumps(body).encode(), "application/json") for body in (known, unknown)]
            self.assertEqual(answers[0].status, 422)
            self.assertEqual(answers[0].raw, answers[1].raw)

    def test_5_who_may_is_answered_and_told_what_is_theirs(self):
        changes = sorted(((row, sample) for row, sample in self.known() if not row.reads), key=lambda one: one[1].lasts)
        succeeded = set()
        for name in CHANGERS:
            self.spoilt = True
            succeeded |= {row.name for row, sample in changes if self.try_changes(row, sample, self.world.actors[name])}
        # What came too late for what others did before is tried on the store as it was.
        for row, sample in changes:
            if row.name not in succeeded and not sample.never and self.succeeds_afresh(row, sample):
                succeeded.add(row.name)
        never = [row.name for row, sample in changes if row.name not in succeeded and not sample.never]
        if never:
            words = "nobody ever succeeded with these, so nobody has seen what they answer; their samples want mending:"
            self.faults["\n    ".join([words, *never])] = []
        self.tell()

    def succeeds_afresh(self, row, sample):
        for name in CHANGERS:
            self.spoilt = True
            if self.try_changes(row, sample, self.world.actors[name]):
                return True
        return False

    def try_changes(self, row, sample, actor):
        """Whether one of them succeeded. When it changes how who asks stands to the rest, the store is put back."""
        self.refresh()
        succeeded = lasting = False
        standing = self.facts.standing(actor)
        for ids in list(paths(self.world, self.facts, actor, row, sample)):
            for query in sample.queries:
                is_lasting = sample.lasts and "dry_run" not in query
                if (is_lasting and lasting) or expected(row, sample, self.facts, actor, ids) is not None:
                    continue  # refusals are the second test's
                path, answer = self.ask(row, sample, actor, ids, query)
                self.held_against(row, actor, path, answer, None, False)
                self.facts = self.world.facts()
                self.look(row, actor, path, ids, answer, self.facts)
                is_success = answer.status == row.success
                self.counts["changes" if is_success else "not now"] += 1
                succeeded, lasting = succeeded or is_success, lasting or (is_success and is_lasting)
                if is_success and (sample.signs_out or self.facts.standing(actor) != standing):
                    self.spoilt = True
                    self.refresh()
        return succeeded

    def refresh(self):
        if self.spoilt:
            self.world.restore()
            self.facts = self.world.facts()
        self.spoilt = False


def numbers(value, key=""):
    """All numbers of people in an answer."""
    if isinstance(value, dict):
        return set().union(*(numbers(one, name) for name, one in value.items()))
    if isinstance(value, list):
        return set().union(*(numbers(one, key) for one in value))
    return {value} if isinstance(value, int) and key in NUMBERS_OF_PEOPLE else set()


def fill(path, ids):
    for name, value in ids.items():
        path = path.replace("{" + name + "}", str(value))
    return path


if __name__ == "__main__":
    unittest.main()
