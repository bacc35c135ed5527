# SPDX-License-Identifier: AGPL-3.0-or-later
"""Idempotency-Key against a real server that is killed: a change is made once, whatever the client has to repeat."""

import http.client
import json
import os
import random
import sqlite3
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tandem import COURSE, Server, at_once, request_bytes  # noqa: E402

TEAMS = f"/courses/{COURSE}/teams"
CONNECTIONS = 6
KILLS = 14
PEOPLE = CONNECTIONS * KILLS
PATIENCE_SECONDS = 60


def with_key(request, key):
    return request.replace(b"\r\n\r\n", b"\r\nIdempotency-Key: " + key.encode() + b"\r\n\r\n", 1)


def count(server, query):
    """Of the store as it is on the disk, beside the running server."""
    store = sqlite3.connect(f"file:{os.path.join(server.data, 'tandem.db')}?mode=ro", uri=True, timeout=30)
    try:
        return store.execute(query).fetchone()[0]
    finally:
        store.close()


def ask(port, request):
    """One request over a connection of its own: (status, headers, body). OSError or HTTPException when the server goes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.connect()
        connection.sock.sendall(request)
        answer = http.client.HTTPResponse(connection.sock)
        answer.begin()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def stable(headers):
    """Without what belongs to the moment and not to the answer."""
    return {name: value for name, value in headers.items() if name not in ("date", "x-tandem-now", "idempotency-replayed")}


class Killed(unittest.TestCase):
    def test_a_change_whose_answer_was_lost_is_made_once(self):
        with Server() as server:
            _, token = server.person(server.operator(), "Ada One")
            request = with_key(request_bytes("POST", TEAMS, token, {"name": "Kernel Panic"}), "lost")
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            connection.connect()
            connection.sock.sendall(request)
            until = time.monotonic() + PATIENCE_SECONDS
            while count(server, "select count(*) from teams") == 0:
                self.assertLess(time.monotonic(), until, "the team was not stored")
            server.kill()  # committed, and nobody has read the answer
            connection.close()
            server.start()
            first = ask(server.port, request)
            self.assertEqual((201, "true"), (first[0], first[1].get("idempotency-replayed")), first)
            again = ask(server.port, request)
            self.assertEqual((first[0], stable(first[1]), first[2]), (again[0], stable(again[1]), again[2]))
            self.assertEqual(1, count(server, "select count(*) from teams"))
            team = json.loads(first[2])
            self.assertEqual(f"/api/v1{TEAMS}/{team['id']}", first[1]["location"])
            self.assertEqual("Kernel Panic", server.connect().expect(200, "GET", f"{TEAMS}/{team['id']}", token=token)["name"])
            other = with_key(request_bytes("POST", TEAMS, token, {"name": "Other"}), "lost")
            status, _, body = ask(server.port, other)
            self.assertEqual((422, "idempotency_key_reused"), (status, json.loads(body)["code"]))

    def test_nothing_is_made_twice_or_lost_by_kills_at_any_instant(self):
        chance = random.Random(20230911)
        with Server() as server:
            operator = server.operator()
            # A team a person: whoever founds a second time is refused (409), so only a repeat can answer 201.
            requests = [with_key(request_bytes("POST", TEAMS, server.person(operator, f"Person No{i}")[1],
                                               {"name": f"Team {i}"}), f"key-{i}") for i in range(PEOPLE)]
            waiting = []
            answers = {}
            lock = threading.Lock()
            is_up = threading.Event()
            is_up.set()
            failures, cut, repaired = [], [], []

            def work():
                while True:
                    with lock:
                        if not waiting or failures:
                            return
                        index = waiting.pop(0)
                    is_up.wait(PATIENCE_SECONDS)
                    try:
                        answer = ask(server.port, requests[index])
                    except (OSError, http.client.HTTPException):
                        answer = None
                        cut.append(index)  # whether it was done the client cannot know: the same again
                    with lock:
                        if answer is None or answer[0] == 503:
                            waiting.insert(0, index)
                        elif answer[0] != 201:
                            failures.append((index, answer))
                        elif index in answers and answers[index][2] != answer[2]:
                            failures.append((index, answer, answers[index]))
                        else:
                            if index not in answers:
                                waiting.append(index)  # everybody asks twice
                                if answer[1].get("idempotency-replayed"):
                                    repaired.append(index)
                            answers[index] = answer

            for kill in range(KILLS):
                waiting.extend(range(kill * CONNECTIONS, (kill + 1) * CONNECTIONS))
                waiting.extend(chance.sample(range(kill * CONNECTIONS), min(kill, 3) * 2))
                threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
                for thread in threads:
                    thread.start()
                time.sleep(chance.uniform(0, 0.006))
                is_up.clear()
                server.kill()
                server.start()
                is_up.set()
                for thread in threads:
                    thread.join(PATIENCE_SECONDS)
                self.assertEqual([], failures)
            print(f"{len(cut)} requests were cut off, {len(repaired)} of their changes had been made", file=sys.stderr)
            self.assertNotEqual([], cut, "no kill met a request")
            self.assertEqual(PEOPLE, len(answers))
            self.assertEqual(PEOPLE, count(server, "select count(*) from teams"))
            self.assertEqual(PEOPLE, count(server, "select count(*) from idempotency_keys"))
            self.assertEqual(PEOPLE, len({answer[1]["location"] for answer in answers.values()}))


class SameMoment(unittest.TestCase):
    def test_duplicates_on_many_connections_change_once(self):
        with Server() as server:
            _, token = server.person(server.operator(), "Ada Two")
            request = with_key(request_bytes("POST", TEAMS, token, {"name": "Once"}), "same")
            answers = at_once(server.port, [request] * 64, 32)
            self.assertEqual({201}, {status for status, _ in answers})
            self.assertEqual(1, len({json.dumps(answer) for _, answer in answers}))
            self.assertEqual(1, count(server, "select count(*) from teams"))
            self.assertEqual(1, count(server, "select count(*) from audit where kind = 'team founded'"))

    def test_one_of_many_bodies_with_one_key_is_taken(self):
        with Server() as server:
            _, token = server.person(server.operator(), "Ada Three")
            requests = [with_key(request_bytes("POST", TEAMS, token, {"name": f"Name {i}"}), "same") for i in range(32)]
            answers = at_once(server.port, requests, 32)
            self.assertEqual([201] + [422] * 31, sorted(status for status, _ in answers))
            self.assertEqual(1, count(server, "select count(*) from teams"))


class Uploads(unittest.TestCase):
    def test_a_file_that_is_sent_again_is_stored_once(self):
        with Server() as server:
            _, token = server.person(server.operator(), "Ada Four")
            path = f"/courses/{COURSE}/files?name=notes.txt"

            def upload(content):
                head = (f"POST /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
                        f"Idempotency-Key: file\r\nContent-Type: text/plain\r\nContent-Length: {len(content)}\r\n\r\n")
                return ask(server.port, head.encode() + content)

            first = upload(b"some notes\n" * 500)
            self.assertEqual(201, first[0], first)
            again = upload(b"some notes\n" * 500)
            self.assertEqual((first[0], stable(first[1]), first[2]), (again[0], stable(again[1]), again[2]))
            self.assertEqual("true", again[1].get("idempotency-replayed"))
            self.assertEqual(1, count(server, "select count(*) from files"))
            self.assertEqual(422, upload(b"other notes\n")[0])


if __name__ == "__main__":
    unittest.main()
