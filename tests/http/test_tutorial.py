# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/tutorial.md is walked as it stands: its shell blocks run in one session against a store filled by scripts/demo, and each
must print what the text block below it says. There `…` alone on a line stands for any lines, and within a line for anything up to what
follows on that line; a shell block without a text block prints nothing. And the store is what README.md and the tutorial say of it."""

import os
import re
import secrets
import select
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tandem import BINARY, COURSE, SOURCE, Server  # noqa: E402

TUTORIAL = os.path.join(SOURCE, "docs", "tutorial.md")
BLOCK_SECONDS = 20
WALK_SECONDS = 55
# What the walk is for. Each must stand in the document as a promised answer, so that no edit loses a station unnoticed.
STATIONS = ["→ 201", '"token":', '"is_filled_in": true', '"state": "forming"', '"code": "gap_plan_needed"', '"is_covered": false',
            '"is_covered": true', '"state": "registered"', '"code": "in_team"', '"seated": 20', '"state": "seated"',
            '"state": "waiting"', '"place": 1']


class Step:
    def __init__(self, line, command, answer):
        self.line = line
        self.command = command
        self.answer = answer


def steps_of(text):
    """Each ```sh block with the ```text block that follows it before the next ```sh block."""
    steps = []
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        kind, body = found.groups()
        line = text.count("\n", 0, found.start()) + 1
        if kind == "sh":
            steps.append(Step(line, body, ""))
        elif kind == "text":
            if not steps or steps[-1].answer:
                raise AssertionError(f"docs/tutorial.md:{line}: an answer without a command")
            steps[-1].answer = body
        else:
            raise AssertionError(f"docs/tutorial.md:{line}: a block is sh or text, not {kind!r}")
    return steps


def is_as_promised(promised, printed):
    pattern = ""
    for line in promised.splitlines():
        pattern += r"(?:.*\n)*?" if line.strip() == "…" else ".*?".join(re.escape(part) for part in line.split("…")) + r"\n"
    return re.fullmatch(pattern, printed.rstrip("\n") + "\n" if printed.strip() else "") is not None


class Session:
    """One bash, fed a block at a time."""

    def __init__(self, environment):
        self.bash = subprocess.Popen(["bash", "--norc", "--noprofile"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                     env={**os.environ, **environment}, start_new_session=True)

    def run(self, command, seconds):
        """What the block printed, and the exit code of its last command."""
        mark = secrets.token_hex(16)
        self.bash.stdin.write(f"{command}\nprintf '\\n{mark} %d\\n' $?\n".encode())
        self.bash.stdin.flush()
        printed, until = b"", time.monotonic() + seconds
        while True:
            ready, _, _ = select.select([self.bash.stdout], [], [], max(0, until - time.monotonic()))
            more = os.read(self.bash.stdout.fileno(), 65536) if ready else b""
            printed += more
            found = re.search(rb"\n" + mark.encode() + rb" (\d+)\n", printed)
            if found:
                return printed[: found.start()].decode(), int(found.group(1))
            if not more:
                raise AssertionError(f"the session {'ended' if ready else 'took too long'}; it printed:\n{printed.decode(errors='replace')}")

    def end(self):
        self.bash.kill()
        self.bash.wait()
        self.bash.stdin.close()
        self.bash.stdout.close()


def seed(folder):
    subprocess.run([os.path.join(SOURCE, "scripts", "demo"), BINARY, folder], check=True, timeout=WALK_SECONDS)


def what_the_instructor_sees(folder):
    """The demo's course by its requests, without the instants, which depend on how fast it was made."""
    with Server(data=folder, now=None) as server:
        client = server.connect()
        credentials = {"email": "iris.cloudharbor@tandem.example", "password": "tandem-demo-2023"}
        client.token = client.expect(201, "POST", "/session", credentials)["token"]
        views = {name: client.expect(200, "GET", f"/courses/{COURSE}/{name}")
                 for name in ("roster", "teams", "labs", "labs/seats", "unplaced", "seekers")}
        views["team"] = [client.expect(200, "GET", f"/courses/{COURSE}/teams/{team['id']}") for team in views["teams"]["teams"]]
        return without_instants(views)


def without_instants(value):
    if isinstance(value, dict):
        return {name: without_instants(member) for name, member in value.items()}
    if isinstance(value, list):
        return [without_instants(member) for member in value]
    return "an instant" if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]+Z", value) else value


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="tandem-demo-") as folder:
            seed(folder)
            cls.views = what_the_instructor_sees(folder)

    def test_it_has_the_people_of_a_living_course(self):
        roles = [person["role"] for person in self.views["roster"]["people"]]
        self.assertEqual({role: roles.count(role) for role in set(roles)}, {"student": 120, "staff": 3, "instructor": 1})
        self.assertEqual((self.views["labs"]["seated"], self.views["labs"]["free"]), (19, 1))
        self.assertGreater(len(self.views["seekers"]["seekers"]), 10)
        self.assertGreater(len(self.views["unplaced"]["people"]), 10)

    def test_its_teams_are_of_every_kind(self):
        kinds = {(team["state"], team["coverage"]["is_covered"], team["places_left"] > 0) for team in self.views["team"]}
        for kind, why in [(("registered", True, False), "registered and covered"), (("registered", False, False), "registered with a gap"),
                          (("forming", True, False), "full, not yet registered"), (("forming", False, True), "forming with a gap")]:
            self.assertIn(kind, kinds, why)
        self.assertTrue(any(team["invitations"] for team in self.views["team"]))
        self.assertTrue(any(team["join_requests"] for team in self.views["team"]))

    def test_it_is_the_same_every_time(self):
        with tempfile.TemporaryDirectory(prefix="tandem-demo-") as folder:
            seed(folder)
            self.assertEqual(what_the_instructor_sees(folder), self.views)


class Tutorial(unittest.TestCase):
    def test_the_walk_goes_as_the_tutorial_says(self):
        with open(TUTORIAL, encoding="utf-8") as file:
            steps = steps_of(file.read())
        until = time.monotonic() + WALK_SECONDS
        with tempfile.TemporaryDirectory(prefix="tandem-tutorial-") as folder:
            seed(folder)
            # The store goes on from its last instant: no --now.
            with Server(data=folder, now=None) as server:
                session = Session({"TANDEM_URL": f"http://127.0.0.1:{server.port}", "NO_PROXY": "127.0.0.1"})
                self.addCleanup(session.end)
                for step in steps:
                    printed, code = session.run(step.command, min(BLOCK_SECONDS, until - time.monotonic()))
                    where = f"docs/tutorial.md:{step.line}:\n{step.command}"
                    self.assertTrue(is_as_promised(step.answer, printed), f"{where}promises\n{step.answer}\nbut prints\n{printed}")
                    self.assertEqual(code, 0, where)

    def test_every_station_is_promised(self):
        with open(TUTORIAL, encoding="utf-8") as file:
            promised = "".join(step.answer for step in steps_of(file.read()))
        at = 0
        for i, station in enumerate(STATIONS):
            at = promised.find(station, at)
            self.assertGreaterEqual(at, 0, f"{station} is not promised after {STATIONS[:i]}")

    def test_a_different_answer_is_noticed(self):
        cases = [
            ("→ 201\n", "→ 201\n", True, "the same"),
            ("→ 201\n", "→ 409\n", False, "another status"),
            ("→ 200\n{ … }\n", '→ 200\n{ "a": 1 }\n', True, "left out within a line"),
            ("{\n…\n}\n", '{\n"a": 1,\n"b": 2\n}\n', True, "left out lines"),
            ("{ … }\n", "{\n}\n", False, "within a line no line may be left out"),
            ("{\n…\n}\n", "{\n}\n", True, "no lines"),
            ('"place": 1\n', '"place": 12\n', False, "no prefix"),
            ('…\n"place": 1\n', '"state": "waiting",\n"place": 2\n', False, "left out, and another value"),
            ("", "curl: (7) Failed to connect\n", False, "something where nothing is promised"),
            ("→ 200\n", "", False, "nothing"),
        ]
        for promised, printed, wanted, why in cases:
            self.assertEqual(is_as_promised(promised, printed), wanted, why)


if __name__ == "__main__":
    unittest.main()
