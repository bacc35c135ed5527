#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""More than a thousand malformed and hostile requests over raw sockets: each gets its answer or a closed connection, nothing changes, no
descriptor and no byte is lost, and an ordinary client beside them is served."""

import os
import sys
import unittest
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "support")]
from hostile_house import Ordinary, People, descriptors, resident_bytes, settles, start_server  # noqa: E402
from hostile_contents import hostile_cases  # noqa: E402
from hostile_requests import World, mutations  # noqa: E402
from raw_http import Malformed, Wire  # noqa: E402
from store_dump import difference, dump  # noqa: E402
from tandem import COURSE  # noqa: E402

REQUESTS_LEAST = 1000
MUTATIONS = 600
CLIENTS = 8
ROUNDS = 3               # after the first, which warms the server up
GROWTH_BYTES_MAX = 4 << 20  # in 3 rounds: a leak of 1 KiB a request is more
PROBE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def problem_of(answer):
    """What is wrong with an answer as such; None when nothing is."""
    kind = answer.fields.get("content-type", "")
    is_page = answer.status == 404 and kind.startswith("text/html")  # a page that is not there, to a browser
    if answer.status >= 400 and answer.body and not is_page and not kind.startswith("application/problem+json"):
        return f"a {answer.status} that is no problem document"
    if any(isinstance(value, list) for value in answer.fields.values()):
        return f"a field twice: {answer.fields}"
    return None


def try_case(port, case):
    """What went wrong, in words; None when all is as it must be."""
    with Wire(port) as wire:
        wire.send(case.sent)
        if case.cuts:
            wire.finish()
        for index, wanted in enumerate(case.statuses):
            answer = wire.answer(case.methods[index] if case.methods else "GET")
            if answer is None or answer.status != wanted:
                return f"answer {index} is {answer and (answer.status, answer.body[:300])} instead of {wanted}"
            if wrong := problem_of(answer):
                return wrong
        for name, value in case.fields.items():
            if answer.fields.get(name) != value:
                return f"{name}: {answer.fields.get(name)!r} instead of {value!r}"
        if case.stays:
            wire.send(PROBE)
            if (answer := wire.answer()) is None or answer.status != 200:
                return f"the next request on the connection got {answer}"
            return None
        if case.statuses and not case.cuts and not answer.closes():
            return "the last answer does not say Connection: close"
        wire.ends()
        return None


def try_mutation(port, data):
    """(the statuses, what went wrong): any answers but 500, then an open connection or a closed one."""
    statuses = []
    with Wire(port) as wire:
        wire.send(data)
        wire.finish()  # or the server would wait for the rest of what a mutation cut short, as it should
        # To HEAD, an answer that ends the connection may still carry its words: nobody reads them as another answer.
        is_head = data.startswith(b"HEAD")
        while (answer := wire.answer("HEAD" if is_head and not statuses else "GET")) is not None:
            statuses.append(answer.status)
            if not 200 <= answer.status <= 599 or answer.status == 500:
                return statuses, f"an answer {answer.status}"
            if wrong := problem_of(answer):
                return statuses, wrong
            if answer.closes():
                if is_head and len(statuses) == 1:
                    wire.data = b""
                    while wire.more():
                        wire.data = b""
                wire.ends()
                break
        return statuses, None


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = start_server()
        cls.people = People(cls.server)
        cls.world = World(COURSE, cls.people.token, cls.people.victim, cls.people.member, cls.people.team)
        cls.cases = hostile_cases(cls.world)

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()  # fails when a sanitizer has found a leak

    def play(self, seed):
        """Every case and a set of mutations, by a few clients at once; returns (how often each status came, what went wrong)."""
        mutants = list(mutations(self.world, MUTATIONS, seed))
        counts, wrongs = Counter(), []

        def case_by(case):
            return case.name, case.sent, (case.statuses or ("closed",)), try_case(self.server.port, case)

        def mutation_by(mutant):
            statuses, wrong = try_mutation(self.server.port, mutant[1])
            return mutant[0], mutant[1], statuses or ("closed",), wrong

        def guarded(play, item):
            try:
                return play(item)
            except (OSError, Malformed) as error:
                return item[0], item[1], ("failed",), repr(error)

        with ThreadPoolExecutor(CLIENTS) as pool:
            for name, sent, statuses, wrong in [*pool.map(lambda case: guarded(case_by, case), self.cases),
                                                *pool.map(lambda mutant: guarded(mutation_by, mutant), mutants)]:
                counts[statuses[-1]] += 1
                if wrong:
                    wrongs.append(f"{name}: {wrong}\n    {sent[:300]!r}")
        return counts, wrongs

    def test_each_gets_its_answer_and_nothing_changes(self):
        before = dump(self.server.data)
        with Ordinary(self.server, self.people.ordinary) as ordinary:
            counts, wrongs = self.play(seed=0)
        total = sum(counts.values())
        print(f"{total} requests: {dict(sorted(counts.items(), key=str))}; {ordinary.words()}", file=sys.stderr)
        self.assertEqual(wrongs, [], "\n" + "\n".join(wrongs))
        self.assertEqual(difference(before, dump(self.server.data)), "", "hostile requests have changed the store")
        self.assertGreaterEqual(total, REQUESTS_LEAST)
        self.assertGreater(ordinary.count, 0)
        self.assertEqual([line for line in self.server.lines if "ERROR" in line or "error" in line], [])

    def test_no_descriptor_and_no_byte_is_lost(self):
        self.play(seed=1)
        open_before = settles(lambda: descriptors(self.server), 0, seconds=1)
        bytes_before = resident_bytes(self.server)
        for round_ in range(ROUNDS):
            _, wrongs = self.play(seed=2 + round_)
            self.assertEqual(wrongs, [], "\n" + "\n".join(wrongs))
        self.assertLessEqual(settles(lambda: descriptors(self.server), open_before), open_before)
        growth = resident_bytes(self.server) - bytes_before
        print(f"after {ROUNDS} more rounds: {open_before} descriptors as before, {growth // 1024} KiB more", file=sys.stderr)
        self.assertLess(growth, GROWTH_BYTES_MAX)


if __name__ == "__main__":
    unittest.main()
