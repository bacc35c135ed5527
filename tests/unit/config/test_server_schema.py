#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""config/server.yaml, its schema, the reader (tandem check --settings) and the documentation say the same."""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

try:
    import yaml
    from jsonschema import Draft202012Validator
except ImportError as error:
    sys.exit(f"{error}: install the Debian packages python3-yaml and python3-jsonschema (scripts/install test)")

ROOT = Path(os.environ.get("TANDEM_SOURCE_DIR", Path(__file__).resolve().parents[3]))
SHIPPED = (ROOT / "config/server.yaml").read_text()
SCHEMA = json.loads((ROOT / "config/server.schema.json").read_text())
TABLE = (ROOT / "server/commands/serve_options.c").read_text()

SOUND = [
    ("{}", "all that is said holds unless told"),
    ("listen: none\ntls: { listen: '127.0.0.1:0', certificate: a.pem, key: b.pem }", "TLS alone"),
    ("mail: { smtp: { url: 'smtps://[::1]:465', username: u, starttls: none } }", "TLS from the start needs no STARTTLS"),
    ("trusted_proxies: ['2001:db8::/32', 127.0.0.1]\nsign_in_header: X-Remote-User", "a header of a proxy"),
    ("courses: []\nbackup: { folder: /b, keep: 1, at: '23:59' }", "edges of the backup"),
    ("webhooks: { allow_private: true }\ndisk_low_mib: 1", "a flag and a number"),
]
# What both refuse: where the reader points, a word of what it says, and why.
BROKEN = [
    ("lisen: none", "1:1", "did you mean 'listen'", "a key that is nearly one"),
    ("quota: 5", "1:1", "known here: data, listen", "a key that is none"),
    ("mail:\n  smtp:\n    password: secret", "3:5", "unknown key 'password'", "a password never stands here"),
    ("mail.from: a@b.example", "1:1", "unknown key", "a dotted key is no section"),
    ("mail: a@b.example", "1:7", "must be a map", "a value for a section"),
    ("courses: a.yaml", "1:10", "must be a list", "a value for a list"),
    ("disk_low_mib: '5'", "1:15", "not '5'", "a number in quotes"),
    ("disk_low_mib: 0", "1:15", "from 1", "nothing is too little"),
    ("webhooks: { allow_private: 'true' }", "1:28", "true or false", "a flag in quotes"),
    ("webhooks: { allow_private: yes please }", "1:28", "true or false", "no flag"),
    ("backup: { at: '24:00' }", "1:15", "time of day", "no time of day"),
    ("backup: { keep: 10001 }", "1:17", "10000", "too many"),
    ("mail: { from: 'Tandem <t@example.edu>' }", "1:15", "an address", "a name beside the address"),
    ("mail: { smtp: { url: 'smtp://u:p@mail.example.edu' } }", "1:22", "a mail server", "a password in the URL"),
    ("mail: { smtp: { url: 'https://mail.example.edu' } }", "1:22", "a mail server", "no SMTP"),
    ("mail: { smtp: { url: 'smtp://a', starttls: maybe } }", "1:44", "required, offered or none", "no such choice"),
    ("mail: { smtp: { url: 'smtp://a', connections: 17 } }", "1:47", "16", "too many connections"),
    ("mail: { smtp: { username: u } }", "", "--smtp", "a name for no server"),
    ("trusted_proxies: [proxy.example.edu]", "1:19", "an address or a network", "a name"),
    ("sign_in_header: 'X Remote'", "1:17", "the name of a header", "no name of a header"),
    ("tls: { listen: '0.0.0.0:443' }", "", "all three or none", "TLS without a certificate"),
    ("listen:", "1:8", "HOST:PORT", "nothing said"),
    ("public_url: tandem.example.edu", "1:13", "such as https://", "no scheme"),
    ("public_url: 'https://tandem.example.edu/?a=1'", "1:13", "such as https://", "a query, and a path would follow"),
    ("public_url: 'https://u:p@tandem.example.edu'", "1:13", "not a value with '@'", "a password in every link"),
    ("- listen", "1:1", "is a map", "a list at the root"),
]
# What a schema cannot see.
SENSE = [
    ("", "the file is empty", "an empty file is rather a mistake than a wish"),
    ("trusted_proxies: [10.0.0.1/8]", "without bits behind the prefix", "bits behind the prefix"),
    ("sign_in_header: X-Remote-User", "nobody else is believed", "a header that nobody may send"),
    ("listen: none", "nobody gets in", "no door"),
    ("mail: { smtp: { url: 'smtp://mail.example.edu', username: u, starttls: offered } }", "over TLS only", "a password in the clear"),
    ("listen: none\nlisten: none", "already in line 1", "a key twice"),
    ("data: &here a\ncourses: [*here]", "anchors", "an anchor"),
    ("sign_in_header: Cookie", "the name of a header", "a header with another use"),
]


class Loader(yaml.SafeLoader):
    """As editors' YAML 1.2 servers take it: 03:30 is no number, yes no boolean."""


for first in "yYnNoO":
    Loader.yaml_implicit_resolvers[first] = [
        row for row in yaml.SafeLoader.yaml_implicit_resolvers.get(first, []) if row[0] != "tag:yaml.org,2002:bool"]


def schema_complaints(text):
    data = yaml.load(text, Loader)
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors({} if data is None else data)]


def check(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "server.yaml"
        path.write_text(text)
        done = subprocess.run([os.environ["TANDEM_BINARY"], "check", "--settings", path], capture_output=True, text=True, timeout=30,
                              check=False)
        return done.returncode, done.stderr.replace(f"{path}:", "")


def keys_of(node, prefix=""):
    for key, value in node.get("properties", {}).items():
        if "properties" in value:
            yield from keys_of(value, f"{prefix}{key}.")
        else:
            yield prefix + key


def all_set():
    """The shipped file with every example taken."""
    return re.sub(r"^#($|[^ ]|  )", r"\1", SHIPPED, flags=re.MULTILINE)


class ServerSchema(unittest.TestCase):
    def test_the_schema_is_a_schema_of_2020_12(self):
        Draft202012Validator.check_schema(SCHEMA)

    def test_what_is_sound_both_take(self):
        for text, why in [(SHIPPED, "shipped"), (all_set(), "all examples"), *SOUND]:
            with self.subTest(why):
                self.assertEqual(schema_complaints(text), [])
                self.assertEqual(check(text), (0, ""))

    def test_mistakes_of_form_both_refuse_and_the_reader_points_at_them(self):
        for text, place, words, why in BROKEN:
            with self.subTest(why):
                self.assertNotEqual(schema_complaints(text), [])
                code, said = check(text)
                self.assertEqual(code, 1, said)
                self.assertTrue(said.startswith(place), said)
                self.assertIn(words, said)

    def test_what_makes_no_sense_the_reader_refuses(self):
        for text, words, why in SENSE:
            with self.subTest(why):
                code, said = check(text)
                self.assertEqual(code, 1, said)
                self.assertIn(words, said)

    def test_every_key_of_the_reader_is_in_the_schema_in_the_shipped_file_and_in_the_documentation(self):
        rows = re.findall(r'^    \{"([a-z-]+)", (?:"([a-z_.]+)"|NULL), SETTING_', TABLE, re.MULTILINE)
        self.assertGreater(len(rows), 20)
        read = {key for _, key in rows if key}
        self.assertEqual(read ^ set(keys_of(SCHEMA)), set())
        shipped = yaml.load(all_set(), Loader)
        for key in read:
            value = shipped
            for part in key.split("."):
                self.assertIn(part, value, key)
                value = value[part]
        documented = (ROOT / "docs/operations.md").read_text()
        for option, key in rows:
            if option != "cheap-passwords":
                self.assertIn(f"`--{option}", documented)
            if key:
                self.assertIn(f"`{key}`", documented)


if __name__ == "__main__":
    unittest.main()
