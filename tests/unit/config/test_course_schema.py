#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""config/course.schema.json takes the shipped course files, refuses broken ones, and says the same as the documentation."""
import json
import os
import re
import sys
import unittest
from pathlib import Path

try:
    import yaml
    from jsonschema import Draft202012Validator
except ImportError as error:
    sys.exit(f"{error}: install the Debian packages python3-yaml and python3-jsonschema (scripts/install test)")

ROOT = Path(os.environ.get("TANDEM_SOURCE_DIR", Path(__file__).resolve().parents[3]))
BROKEN = ROOT / "tests/unit/common/course/broken"
SCHEMA = json.loads((ROOT / "config/course.schema.json").read_text())

# Mistakes of form, which a schema can see; sums, references and the order of dates it cannot.
FORM = """bad-file-type bad-id bad-percent bad-size bad-time-does-not-cascade blank-title capacity-zero choice-far choice-near
date-without-time empty-value field-max-of-another-kind file-without-types flag-yes grace-in-days hand-in-and-one-of
hand-in-of-nothing holiday-twice item-no-map lab-without-decide-by lab-without-offers list-at-the-root list-for-value
map-for-list missing-key missing-section offer-with-sign percent-100 points-over-100 quoted-number reminder-without-sign
requirement-wrong-type seat-keys-on-a-team-track time-for-date title-too-long too-many-levels types-of-no-file
unknown-key-far unknown-key-near unknown-section value-for-map""".split()


class Loader(yaml.SafeLoader):
    """Dates stay text, as editors' YAML 1.2 servers and the reader itself take them."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
# YAML 1.1 takes yes and no for booleans, 1.2 and the reader do not.
for first in "yYnNoO":
    Loader.yaml_implicit_resolvers[first] = [
        row for row in Loader.yaml_implicit_resolvers.get(first, []) if row[0] != "tag:yaml.org,2002:bool"]


def complaints(path):
    with open(path, encoding="utf-8") as file:
        data = yaml.load(file, Loader)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in Draft202012Validator(SCHEMA).iter_errors(data)]


def keys_of(node):
    if isinstance(node, dict):
        for key in node.get("properties", {}):
            yield key
        for value in node.values():
            yield from keys_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from keys_of(value)


class CourseSchema(unittest.TestCase):
    def test_the_schema_is_a_schema_of_2020_12(self):
        Draft202012Validator.check_schema(SCHEMA)

    def test_what_the_reader_takes_the_schema_takes(self):
        sound = [ROOT / "config/cs8803-smr.yaml", ROOT / "config/minimal.yaml", *sorted(BROKEN.glob("warning-*.yaml"))]
        self.assertGreater(len(sound), 10)
        for path in sound:
            with self.subTest(path.name):
                self.assertEqual(complaints(path), [])

    def test_mistakes_of_form_are_seen_in_the_editor(self):
        for name in FORM:
            with self.subTest(name):
                self.assertNotEqual(complaints(BROKEN / f"{name}.yaml"), [])

    def test_every_key_is_in_the_documentation(self):
        documented = set(re.findall(r"`([a-z_]+)`", (ROOT / "docs/course-file.md").read_text()))
        self.assertEqual(sorted(set(keys_of(SCHEMA)) - documented), [])

    def test_every_key_of_the_reader_is_in_the_schema(self):
        rows = re.compile(r'^    \{"([a-z_]+)", VALUE_', re.MULTILINE)
        read = {key for path in (ROOT / "common/course").glob("course_*.c") for key in rows.findall(path.read_text())}
        self.assertGreater(len(read), 50)
        self.assertEqual(read ^ set(keys_of(SCHEMA)), set())


if __name__ == "__main__":
    unittest.main()
