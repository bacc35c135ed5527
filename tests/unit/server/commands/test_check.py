#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""tandem check, version and help as a person at a terminal and a program meet them."""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("TANDEM_SOURCE_DIR", Path(__file__).resolve().parents[4]))
BROKEN = "tests/unit/common/course/broken"


def tandem(*arguments, stdin=b"", stdout=subprocess.PIPE):
    done = subprocess.run([os.environ["TANDEM_BINARY"], *arguments], cwd=ROOT, input=stdin, stdout=stdout,
                          stderr=subprocess.PIPE, timeout=30, check=False)
    return done.returncode, (done.stdout or b"").decode(), done.stderr.decode()


class Check(unittest.TestCase):
    def test_a_sound_file_says_so_and_sums_its_weights(self):
        code, out, err = tandem("check", "config/cs8803-smr.yaml")
        self.assertEqual(code, 0)
        self.assertEqual(out, "config/cs8803-smr.yaml: sound: weights 10 + 10 + 25 + 55 = 100; project, 7 milestones: "
                         "5 + 2.5 + 10 + 2.5 + 10 + 5 + 20 = 55; labs, 4 milestones: 10 + 15 + 15 + 15 = 55 (1 warning)\n")
        self.assertRegex(err, r"^config/cs8803-smr.yaml:\d+:\d+: warning: there is no component 'paper-reviews'")

    def test_errors_are_lines_of_file_line_column_on_stderr(self):
        path = f"{BROKEN}/three-errors.yaml"
        code, out, err = tandem("check", path)
        expected = (ROOT / BROKEN / "three-errors.expected").read_text().splitlines()
        self.assertEqual((code, out), (1, ""))
        self.assertEqual(err.splitlines(), [f"{path}:{line}" for line in expected])

    def test_one_broken_file_among_sound_ones_is_exit_1_and_the_others_are_still_told(self):
        code, out, _ = tandem("check", f"{BROKEN}/empty.yaml", "config/minimal.yaml")
        self.assertEqual(code, 1)
        self.assertEqual(out, "config/minimal.yaml: sound: weights 100; project, 1 milestone: 100\n")

    def test_what_is_wrong_with_a_settings_file_is_told_of_a_settings_file(self):
        with tempfile.TemporaryDirectory() as folder:
            for text, words in (("listen: &a none\n", "anchors (&name) are not used in settings files"),
                                ("listen: *a\n", "aliases (*name) are not used in settings files"),
                                ("listen: !b none\n", "tags (!name) are not used in settings files"),
                                ("<<: { listen: none }\n", "merge keys (<<) are not used in settings files"),
                                ("listen: none\n---\nlisten: none\n", "a settings file is one document"),
                                ("%TAG ! !x\n---\nlisten: none\n", "%TAG directives are not used in settings files"),
                                ("[none]\n", "a settings file is a map"), ("", "the file is empty"), ("listen: 'none\n", "not valid YAML")):
                path = os.path.join(folder, "server.yaml")
                Path(path).write_text(text, encoding="utf-8")
                code, out, err = tandem("check", "--settings", path)
                self.assertEqual((code, out), (1, ""), text)
                self.assertIn(words, err)
                self.assertNotIn("course", err)

    def test_json_is_for_programs(self):
        code, out, err = tandem("check", "--json", f"{BROKEN}/unknown-key-near.yaml", "config/minimal.yaml", "missing.yaml")
        self.assertEqual((code, err), (1, ""))
        broken, sound, missing = json.loads(out)["files"]
        self.assertEqual(broken["findings"], [{"severity": "error", "line": 45, "column": 5,
                                               "message": "unknown key 'titel', did you mean 'title'?"}])
        self.assertEqual((broken["sound"], sound["sound"], sound["course"]), (False, True, "minimal-2024sp"))
        self.assertEqual(missing["unread"], "No such file or directory")

    def test_stdin_is_named_by_a_dash_and_an_odd_file_name_follows_two(self):
        code, out, _ = tandem("check", "-", stdin=(ROOT / "config/minimal.yaml").read_bytes())
        self.assertEqual((code, out[:9]), (0, "-: sound:"))
        code, _, err = tandem("check", "--", "--json")
        self.assertEqual((code, err), (1, "--json: error: it cannot be read: No such file or directory\n"))

    def test_a_file_that_cannot_be_read_is_the_inputs_fault(self):
        for path, words in (("missing.yaml", "No such file"), (tempfile.gettempdir(), "Is a directory")):
            code, out, err = tandem("check", path)
            self.assertEqual((code, out), (1, ""))
            self.assertIn(words, err)

    def test_output_that_does_not_arrive_is_the_systems_fault(self):
        with open("/dev/full", "wb") as full:
            code, _, err = tandem("check", "config/minimal.yaml", stdout=full)
        self.assertEqual(code, 3)
        self.assertIn("No space left", err)

    def test_misuse_is_exit_2_and_says_what_was_meant(self):
        for arguments, words in ((["check"], "which course file?"), (["check", "--jsn", "a"], "did you mean '--json'?"),
                                 (["chekc"], "did you mean 'check'?"), (["frobnicate"], "no command 'frobnicate'"),
                                 ([], "tandem check"), (["version", "x"], "one word too many"), (["help", "chck"], "did you mean")):
            with self.subTest(arguments):
                code, out, err = tandem(*arguments)
                self.assertEqual((code, out), (2, ""))
                self.assertIn(words, err)

    def test_help_and_version_go_to_stdout(self):
        for arguments, words in ((["help"], "tandem check [--json]"), (["--help"], "Exit codes"), (["help", "check"], "usage: tandem check"),
                                 (["check", "--help"], "usage: tandem check"), (["version"], "zone data 20"), (["--version"], "libyaml 0.2")):
            with self.subTest(arguments):
                code, out, err = tandem(*arguments)
                self.assertEqual((code, err), (0, ""))
                self.assertIn(words, out)


if __name__ == "__main__":
    unittest.main()
