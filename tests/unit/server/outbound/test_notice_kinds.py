#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every kind of message that the sources name has a row in server/outbound/notice_kind.c, and every row has a sender."""

import re
import unittest
from pathlib import Path

SERVER = Path(__file__).resolve().parents[4] / "server"
MESSAGES = ("message", "notice", "submission_notice", "slot_notice")
OPENING = re.compile(r"\bstruct (\w+)(?: \*?\w+(?:\[\])? = |\)\s*)\{|^\}", re.M)
KIND = re.compile(r"\.kind = ((?:[^\",;{}]|\"[^\"]*\")+)[,;}]|\b(?:message|notice)\.kind = ([^;]+);")
LITERAL = re.compile(r"\"([^\"]+)\"")


def kinds_of_table():
    text = (SERVER / "outbound/notice_kind.c").read_text()
    return re.findall(r'^\s+\{"([^"]+)",\s+(?:ALL|STUDENTS|STAFF|OPERATOR),', text, re.M)


def value_of(text, words, at):
    """Literals of the expression, or of the variable that it names, as set last before it."""
    if LITERAL.search(words):
        return LITERAL.findall(words)
    name = words.strip()
    if not re.fullmatch(r"\w+", name):
        return []  # another struct's: found where that one is filled in
    before = [match.group(1) for match in re.finditer(rf"(?<![.\w]){name} = ([^;]+);", text[:at])]
    return LITERAL.findall(before[-1]) if before else []


def kinds_of_source(text):
    found = set()
    for match in KIND.finditer(text):
        if match.group(2) is None:
            openings = [opening.group(1) for opening in OPENING.finditer(text, 0, match.start())]
            if not openings or openings[-1] not in MESSAGES:
                continue
        words = match.group(2) or match.group(1)
        condition, question, rest = words.partition("?")
        found.update(value_of(text, rest if question else condition, match.start()))
    return found


class NoticeKinds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.table = kinds_of_table()
        cls.sent = {}
        for path in sorted(SERVER.rglob("*.c")):
            for kind in kinds_of_source(path.read_text()):
                cls.sent.setdefault(kind, []).append(str(path.relative_to(SERVER)))

    def test_what_is_found_in_the_sources(self):
        for text, kinds in (
                ('struct message message = {.course = 1,\n .kind = "a",\n};', {"a"}),
                ('err = put(&(struct message){.kind = is_given ? "a" : "b", .words = "x"});', {"a", "b"}),
                ('const char *kind = is_a ? "a" : "b";\n struct notice to = {\n .kind = kind,\n};', {"a", "b"}),
                ('struct notice notice = {.kind = n == 1 ? "a"\n : "b",', {"a", "b"}),
                ('message.kind = soon ? "a" : "b";', {"a", "b"}),
                ('struct repair_entry entry = {.kind = "a", .x = 1};', set()),
                ('struct message m = {.kind = notice->kind,', set())):
            self.assertEqual(kinds, kinds_of_source(text), text)

    def test_what_is_sent_has_a_row(self):
        unknown = {kind: paths for kind, paths in self.sent.items() if kind not in self.table}
        self.assertEqual({}, unknown, "kinds without a row in notice_kind.c")

    def test_every_row_has_a_sender(self):
        self.assertGreater(len(self.table), 60)
        self.assertEqual([], [kind for kind in self.table if kind not in self.sent], "rows of notice_kind.c that nobody sends")


if __name__ == "__main__":
    unittest.main()
