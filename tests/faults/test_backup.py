# SPDX-License-Identifier: AGPL-3.0-or-later
"""Backups of a running server under write load: each restores to a store that verifies and holds every change that was acknowledged
before the backup began. Restoring over a live or non-empty folder is refused. An erased person is in no file of the store."""

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tandem import BINARY, COURSE, Server  # noqa: E402

WRITERS, BACKUPS, CLASS = 6, 5, 3000
AFTER_TERM = "2024-06-01T12:00:00Z"


def tandem(*arguments):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60)


class Writer(threading.Thread):
    """Changes what one team looks for over and over: "Team 3 change 17". Keeps the number of the last change that was acknowledged."""

    def __init__(self, server, team, token):
        super().__init__()
        self.client, self.team, self.token = server.connect(), team, token
        self.acknowledged = 0
        self.is_over = threading.Event()
        self.error = None

    def run(self):
        try:
            while not self.is_over.is_set():
                number = self.acknowledged + 1
                self.client.expect(200, "PATCH", f"/courses/{COURSE}/teams/{self.team}", {"looking_for": f"Team {self.team} change {number}"},
                                   token=self.token)
                self.acknowledged = number
        except Exception as error:  # told by the test, on its own thread
            self.error = error


class Backup(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="tandem-test-backup-")
        self.addCleanup(self.folder.cleanup)
        self.backups = os.path.join(self.folder.name, "backups")
        os.mkdir(self.backups, 0o700)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def found_teams(self, server, count):
        operator = server.operator()
        teams = []
        for i in range(count):
            _, token = server.person(operator, f"Student {i}")
            team = server.connect().expect(201, "POST", f"/courses/{COURSE}/teams", {"name": f"Team {i}"}, token=token)["id"]
            teams.append((team, token))
        return teams

    def backup(self, server):
        done = server.command("backup", self.backups, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_backups_under_load_hold_every_change_acknowledged_before(self):
        with Server() as server:
            # Large enough that copying takes a while.
            people = "".join(f"Person {i},person.{i}@tandem.example,{900000 + i},student,credit\n" for i in range(CLASS))
            server.operator().expect(200, "POST", f"/courses/{COURSE}/roster", "name,email,sis_id,role,credit\n" + people,
                                     headers={"Content-Type": "text/csv"})
            writers = [Writer(server, team, token) for team, token in self.found_teams(server, WRITERS)]
            for writer in writers:
                writer.start()
            taken = []
            for _ in range(BACKUPS):
                # Each backup stands amid new changes.
                wanted = [writer.acknowledged + 5 for writer in writers]
                while any(w.is_alive() and w.acknowledged < n for w, n in zip(writers, wanted)):
                    writers[0].join(0.001)
                before = [writer.acknowledged for writer in writers]
                made = self.backup(server)
                # What was under way when it returned may be in it, or not.
                taken.append((made, before, [writer.acknowledged + 1 for writer in writers]))
            for writer in writers:
                writer.is_over.set()
            for writer in writers:
                writer.join()
                self.assertIsNone(writer.error)
            for number, (made, before, after) in enumerate(taken):
                self.check_restored(made, writers, before, after, self.path(f"restored-{number}"))
            changes = sum(writer.acknowledged for writer in writers)
        self.assertGreater(changes, WRITERS * BACKUPS * 5)
        self.assertEqual(len(os.listdir(self.backups)), BACKUPS)
        print(f"{BACKUPS} backups among {changes} changes of {WRITERS} writers, none lost", file=sys.stderr)

    def check_restored(self, made, writers, before, after, data):
        done = tandem("restore", made["path"], "--data", data)
        self.assertEqual(done.returncode, 0, done.stderr)
        for chain in made["chains"]:
            self.assertIn(f"course {chain['course']}: {chain['seq']} rows, head {chain['head']}", done.stdout)
        verified = tandem("audit", "verify", "--data", data, "--json")
        self.assertEqual(verified.returncode, 0, verified.stderr)
        found = {chain["course"]: chain for chain in json.loads(verified.stdout)["chains"]}
        for chain in made["chains"]:
            self.assertEqual((found[chain["course"]]["seq"], found[chain["course"]]["head"]), (chain["seq"], chain["head"]))
        with Server(data=data, now=None) as restored:
            client = restored.operator()
            for writer, least, most in zip(writers, before, after):
                words = client.expect(200, "GET", f"/courses/{COURSE}/teams/{writer.team}")["looking_for"]
                number = int(re.fullmatch(rf"Team {writer.team} change (\d+)", words).group(1))
                self.assertTrue(least <= number <= most, f"team {writer.team}: {least} <= {number} <= {most}")

    def test_a_stopped_store_is_backed_up_the_same_way(self):
        with Server() as server:
            (team, _), = self.found_teams(server, 1)
            server.stop()
            made = self.backup(server)
            self.assertTrue(made["sound"])
            data = self.path("restored")
            self.assertEqual(tandem("restore", made["path"], "--data", data).returncode, 0)
            with Server(data=data, now=None) as restored:
                self.assertEqual(restored.operator().expect(200, "GET", f"/courses/{COURSE}/teams/{team}")["name"], "Team 0")
            server.start()

    def events(self, server, token, last=None):
        """The names of a stream's first events and the last id among them: up to the change or reload when `last` is given."""
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self.addCleanup(connection.close)
        fields = {"Authorization": f"Bearer {token}", **({"Last-Event-ID": last} if last else {})}
        connection.request("GET", f"/api/v1/courses/{COURSE}/events", headers=fields)
        answer, names = connection.getresponse(), []
        while len(names) < (2 if last else 1):
            field, _, value = answer.readline().decode().rstrip().partition(": ")
            if field == "id":
                last_id = value
            elif field == "event":
                names.append(value)
        return names, last_id

    def tag(self, server, team, token, known=None):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self.addCleanup(connection.close)
        fields = {"Authorization": f"Bearer {token}", **({"If-None-Match": known} if known else {})}
        connection.request("GET", f"/api/v1/courses/{COURSE}/teams/{team}", headers=fields)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers["ETag"]

    def test_what_was_seen_after_the_backup_is_not_taken_for_what_comes_after_the_restore(self):
        with Server() as server:
            (team, token), = self.found_teams(server, 1)
            server.connect().expect(200, "PATCH", f"/courses/{COURSE}/teams/{team}", {"name": "Before"}, token=token)
            made = self.backup(server)
            (names, common), (_, tag) = self.events(server, token), self.tag(server, team, token)
            self.assertEqual(names, ["hello"])
            server.connect().expect(200, "PATCH", f"/courses/{COURSE}/teams/{team}", {"name": "Lost"}, token=token)
            (_, lost), (_, lost_tag) = self.events(server, token), self.tag(server, team, token)
            self.assertEqual(self.events(server, token, common)[0], ["hello", "change"])
            server.stop()
        data = self.path("restored")
        self.assertEqual(tandem("restore", made["path"], "--data", data).returncode, 0)
        with Server(data=data, now=None) as restored:
            restored.connect().expect(200, "PATCH", f"/courses/{COURSE}/teams/{team}", {"name": "Found"}, token=token)
            (names, place) = self.events(restored, token, lost)
            self.assertEqual(names, ["hello", "reload"])
            self.assertEqual(place.partition(".")[2], lost.partition(".")[2])  # the same counter with another meaning
            self.assertEqual(self.tag(restored, team, token, lost_tag)[0], 200)
            self.assertEqual(self.tag(restored, team, token, tag)[0], 200)
            self.assertEqual(self.events(restored, token, common)[0], ["hello", "reload"])
            known = self.tag(restored, team, token)[1]
            restored.stop()
            restored.start()
            self.assertEqual(self.tag(restored, team, token, known)[0], 304)  # a restart changes nothing
            restored.connect().expect(200, "PATCH", f"/courses/{COURSE}/teams/{team}", {"name": "Again"}, token=token)
            self.assertEqual(self.events(restored, token, place)[0], ["hello", "change"])

    def test_restoring_over_a_live_or_non_empty_folder_is_refused(self):
        with Server() as server:
            self.found_teams(server, 1)
            made = self.backup(server)
            done = tandem("restore", made["path"], "--data", server.data)
            self.assertEqual(done.returncode, 1)
            self.assertIn("is not empty", done.stderr)
            self.assertTrue(json.loads(server.command("audit", "verify", "--json").stdout)["sound"])
            server.stop()
            before = {name: os.stat(os.path.join(server.data, name)).st_mtime_ns for name in os.listdir(server.data)}
            self.assertEqual(tandem("restore", made["path"], "--data", server.data).returncode, 1)
            self.assertEqual(before, {name: os.stat(os.path.join(server.data, name)).st_mtime_ns for name in os.listdir(server.data)})
            server.start()
        other = self.path("other")
        os.mkdir(other)
        with open(os.path.join(other, "notes.txt"), "w", encoding="utf-8") as file:
            file.write("mine")
        self.assertEqual(tandem("restore", made["path"], "--data", other).returncode, 1)
        self.assertEqual(os.listdir(other), ["notes.txt"])

    def test_a_daily_backup_is_made_at_start_and_the_operator_hears_of_trouble(self):
        with Server(options=("--cheap-passwords", "--backup-dir", self.backups, "--operator", "op@tandem.example", "--disk-low",
                             "1000000000")) as server:
            while not any(name.startswith("tandem-daily-") for name in os.listdir(self.backups)):
                server.reader.join(0.01)
            notes = server.connect().expect(200, "GET", "//readyz")["notes"]
            self.assertTrue(any("is nearly full" in note for note in notes), notes)
            mails = [name for name in os.listdir(os.path.join(server.data, "mail")) if name.startswith("-")]
            self.assertEqual(len(mails), 1)
            with open(os.path.join(server.data, "mail", mails[0]), encoding="utf-8") as file:
                text = file.read()
            self.assertIn("op@tandem.example", text)
            self.assertIn("Subject: Tandem: the disk is nearly full", text)

    def test_an_erased_person_is_in_no_file_of_the_store(self):
        with Server() as server:
            operator = server.operator()
            person, token = server.person(operator, "Zebulon Quagmire")
            server.connect().expect(201, "POST", f"/courses/{COURSE}/teams", {"name": "Descenders"}, token=token)
            self.assertTrue(self.found_in(server.data, b"Quagmire"))
            refused = server.command("person", "erase", "zebulon.quagmire@tandem.example", "--yes")
            self.assertEqual(refused.returncode, 1)
            self.assertIn("Drop them from the roster first", refused.stderr)
            server.stop()
            server.now = AFTER_TERM
            server.start()
            exported = json.loads(server.command("person", "export", "zebulon.quagmire@tandem.example").stdout)
            self.assertEqual(exported["data"]["people"][0]["name"], "Zebulon Quagmire")
            tried = server.command("person", "erase", "zebulon.quagmire@tandem.example")
            self.assertEqual(tried.returncode, 0, tried.stderr)
            self.assertIn("Nothing was changed. Add --yes", tried.stdout)
            self.assertTrue(self.found_in(server.data, b"Quagmire"))
            done = server.command("person", "erase", "zebulon.quagmire@tandem.example", "--yes")
            self.assertEqual(done.returncode, 0, done.stderr)
            # While the server runs: the writer empties the log when it is idle for a moment.
            for _ in range(600):
                if not self.found_in(server.data, b"Quagmire"):
                    break
                server.reader.join(0.1)
            for trace in (b"Quagmire", b"quagmire", b"Zebulon"):
                self.assertEqual(self.found_in(server.data, trace), [])
            self.assertTrue(json.loads(server.command("audit", "verify", "--json").stdout)["sound"])
            account = server.operator().expect(200, "GET", f"/accounts/{person}")
            self.assertEqual((account["name"], account["email"], account["disabled"]), (f"Erased person {person}", None, True))
            made = self.backup(server)
        self.assertEqual(self.found_in(made["path"], b"Quagmire"), [])

    @staticmethod
    def found_in(folder, needle):
        """The files of the store that hold these bytes."""
        found = []
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if name.startswith("tandem.db") and not name.endswith("-shm"):
                with open(path, "rb") as file:
                    if needle in file.read():
                        found.append(name)
        return found


if __name__ == "__main__":
    unittest.main()
