#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every kind of audit row that the server's sources can write has its row in server/event_topics.c, and the other way.

Follows the argument `kind` from audit_write outwards: a literal is a kind; a parameter makes its function one more
place to look; a variable or a table of the same function or file stands for the literals in it. What cannot be
followed is an error, so that nobody writes a kind that this does not see. No stream follows the installation's own chain."""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
KIND_AT = {"audit_write": 2}
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def strip_comments(source):
    return re.sub(r"//[^\n]*", "", source)


def arguments(source, start):
    """The arguments of the call whose opening parenthesis stands at start, at the top level."""
    depth, found, begin, at = 0, [], start + 1, start
    while at < len(source):
        char = source[at]
        if char == '"':
            at = LITERAL.match(source, at).end()
            continue
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth == 0:
                return found + [source[begin:at].strip()]
        elif char == "," and depth == 1:
            found.append(source[begin:at].strip())
            begin = at + 1
        at += 1
    raise AssertionError("no end of a call")


FUNCTION = re.compile(r"^(?:[a-z][\w \*]*[ \*])?(\w+)\(([^;{}]*?)\) \{", re.M)


class Sources:
    def __init__(self, folder):
        self.files = {p: strip_comments(p.read_text()) for p in sorted(folder.rglob("*.c"))}
        self.kinds = {}
        self.lost = []
        self.seen = set()

    def follow(self, name, position):
        if (name, position) in self.seen:
            return
        self.seen.add((name, position))
        for path, source in self.files.items():
            for call in re.finditer(rf"\b{name}\(", source):
                given = arguments(source, call.end() - 1)
                if re.match(r"(const )?(struct|enum|int64_t|char|bool)\b", given[0]):
                    continue  # its own declaration or definition
                if given[1] == "AUDIT_INSTALLATION":
                    continue
                self.take(path, source, call.start(), given[position])

    def take(self, path, source, at, value):
        literals = LITERAL.findall(value)
        if literals:
            for kind in literals:
                self.kinds.setdefault(kind, path)
            return
        head = [m for m in FUNCTION.finditer(source) if m.start() < at][-1]
        body = source[head.end():at]
        own = re.match(r"\w+\.(\w+)$", value)
        if own is not None:  # of a struct that the function itself fills
            value = " ".join(re.findall(rf"\.{own.group(1)} =([^;]*?)(?:,\s*\.|\}}?;)", body, re.S))
            found = LITERAL.findall(value)
            for kind in found:
                self.kinds.setdefault(kind, path)
            if not found:
                self.lost.append(f"{path}: {own.group(0)}")
            return
        word = re.match(r"(\w+)(?:\[\w+\]|->(\w+))?$", value)
        if word is None:
            self.lost.append(f"{path}: {value}")
        elif word.group(2):
            self.take_member(path, word.group(2))
        elif (where := self.parameter(head.group(2), word.group(1))) is not None:
            # One of the same name in another file is another function, unless this one is exported.
            self.follow_from(path, head, where)
        else:
            text = re.search(rf"\b{word.group(1)}(?:\[\])? = (\{{[^}}]*\}}|[^;]*);", body) or re.search(
                rf"\b{word.group(1)}(?:\[\])? = (\{{[^}}]*\}}|[^;]*);", source)
            found = LITERAL.findall(text.group(1)) if text else []
            for kind in found:
                self.kinds.setdefault(kind, path)
            if not found:
                self.lost.append(f"{path}: {value}")

    def follow_from(self, path, head, where):
        is_static = source_is_static(self.files[path], head.group(1))
        if not is_static:
            self.follow(head.group(1), where)
            return
        key = (path, head.group(1), where)
        if key in self.seen:
            return
        self.seen.add(key)
        source = self.files[path]
        for call in re.finditer(rf"\b{head.group(1)}\(", source):
            given = arguments(source, call.end() - 1)
            if not re.match(r"(const )?(struct|enum|int64_t|char|bool)\b", given[0]):
                self.take(path, source, call.start(), given[where])

    def take_member(self, path, member):
        """A struct's member: what initializers of that struct give it in the folder's files of the same subject."""
        assert (path.parent.name, member) == ("teams", "kind"), f"{path}: teach this test what ->{member} holds"
        for other, source in self.files.items():
            if other.parent == path.parent:
                for match in re.finditer(r"struct repair \w+ = \{([^;]*)\};", source):
                    for kind in re.findall(r"\.kind = \"([^\"]*)\"", match.group(1)):
                        self.kinds.setdefault(kind, other)
                for match in re.finditer(r"\brepair(?:\.|->)kind = \"([^\"]*)\"", source):
                    self.kinds.setdefault(match.group(1), other)

    @staticmethod
    def parameter(parameters, name):
        for index, parameter in enumerate(parameters.split(",")):
            if re.search(rf"\b{name}$", parameter.strip()):
                return index
        return None


def source_is_static(source, name):
    return re.search(rf"^static [\w \*]*\b{name}\(", source, re.M) is not None


class EventKinds(unittest.TestCase):
    def setUp(self):
        self.sources = Sources(ROOT / "server")
        for name, position in KIND_AT.items():
            self.sources.follow(name, position)
        table = (ROOT / "server" / "event_topics.c").read_text()
        self.rows = re.findall(r'^  \{"([^"]+)",', table, re.M)

    def test_every_kind_can_be_followed_to_its_words(self):
        self.assertEqual(self.sources.lost, [])
        self.assertGreater(len(self.sources.kinds), 90)

    def test_every_kind_has_a_row(self):
        missing = {kind: str(path.relative_to(ROOT)) for kind, path in self.sources.kinds.items()
                   if kind not in self.rows}
        self.assertEqual(missing, {}, "say in server/event_topics.c who may know of these")

    def test_every_row_is_of_a_kind_that_is_written(self):
        self.assertEqual([kind for kind in self.rows if kind not in self.sources.kinds], [])

    def test_no_kind_stands_twice(self):
        self.assertEqual(len(self.rows), len(set(self.rows)))


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--list":
        listed = Sources(ROOT / "server")
        listed.follow("audit_write", 2)
        print("\n".join(f"{kind}: {path.name}" for kind, path in sorted(listed.kinds.items())))
    else:
        unittest.main()
