#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/openapi.yaml and docs/privacy.md are what the program prints, and the document is sound OpenAPI 3.1."""

import collections
import difflib
import os
import re
import subprocess
import sys
import unittest

import jsonschema
import yaml

SOURCE = os.environ.get("TANDEM_SOURCE_DIR", os.path.abspath(os.path.join(os.path.dirname(__file__), "../../..")))
BINARY = os.environ.get("TANDEM_BINARY", os.path.join(SOURCE, "build/dev/tandem"))
METHODS = ("get", "put", "post", "patch", "delete")
MARK = "<!-- Printed by scripts/api"
HINT = f"if the change is meant, run: scripts/api {os.path.dirname(BINARY)}"


def printed(option):
    done = subprocess.run([BINARY, "routes", option], capture_output=True, text=True, encoding="utf-8", timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def read(name):
    with open(os.path.join(SOURCE, "docs", name), encoding="utf-8") as file:
        return file.read()


def first_difference(kept, now):
    lines = difflib.unified_diff(kept.splitlines(), now.splitlines(), "docs", "printed", n=1, lineterm="")
    return "\n".join(list(lines)[:20])


class Strict(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Refuses a key that stands twice in one map, which YAML forbids and PyYAML overlooks."""


def strict_map(loader, node):
    for key, count in collections.Counter(loader.construct_object(key) for key, _ in node.value).items():
        if count > 1:
            raise AssertionError(f"{key} stands {count} times in one map{node.start_mark}")
    return loader.construct_mapping(node, deep=True)


Strict.add_constructor("tag:yaml.org,2002:map", lambda loader, node: strict_map(loader, node))


class Committed(unittest.TestCase):
    def test_the_document_is_what_the_program_prints(self):
        now = printed("--openapi")
        kept = read("openapi.yaml")
        if kept != now:
            self.fail(f"docs/openapi.yaml is not what `tandem routes --openapi` prints; {HINT}\n{first_difference(kept, now)}")

    def test_the_tables_of_who_sees_what_are_what_the_program_prints(self):
        now = printed("--privacy")
        page = read("privacy.md")
        self.assertIn(MARK, page)
        kept = page[page.index(MARK):].split("\n\n", 1)[1]
        if kept != now:
            self.fail(f"docs/privacy.md is not what `tandem routes --privacy` prints; {HINT}\n{first_difference(kept, now)}")


class Document(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = printed("--openapi")
        cls.document = yaml.load(cls.text, Strict)
        cls.operations = [(method, path, operation, item) for path, item in cls.document["paths"].items()
                          for method, operation in item.items() if method in METHODS]

    def resolve(self, reference):
        self.assertTrue(reference.startswith("#/"), reference)
        node = self.document
        for part in reference[2:].split("/"):
            self.assertIn(part, node, reference)
            node = node[part]
        return node

    def references(self, node):
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for value in node.values():
                yield from self.references(value)
        elif isinstance(node, list):
            for value in node:
                yield from self.references(value)

    def test_every_reference_resolves_and_every_component_is_referred_to(self):
        used = set(self.references(self.document))
        for reference in used:
            self.resolve(reference)
        for kind in ("schemas", "responses", "parameters", "headers"):
            for name in self.document["components"][kind]:
                self.assertIn(f"#/components/{kind}/{name}", used)

    def test_every_schema_is_a_schema_of_2020_12(self):
        for name, schema in self.document["components"]["schemas"].items():
            with self.subTest(schema=name):
                jsonschema.Draft202012Validator.check_schema(schema)
                self.assertIs(schema["additionalProperties"], False)
                self.assertLessEqual(set(schema.get("required", [])), set(schema["properties"]))
        for _, path, operation, _ in self.operations:
            for parameter in operation.get("parameters", []):
                with self.subTest(path=path):
                    jsonschema.Draft202012Validator.check_schema(parameter.get("schema", {}))

    def test_the_document_holds_what_openapi_3_1_demands(self):
        self.assertEqual(self.document["openapi"], "3.1.0")
        self.assertLessEqual({"title", "version"}, set(self.document["info"]))
        tags = {tag["name"] for tag in self.document["tags"]}
        schemes = self.document["components"]["securitySchemes"]
        names = collections.Counter(operation["operationId"] for _, _, operation, _ in self.operations)
        self.assertEqual([name for name, count in names.items() if count > 1], [])
        for method, path, operation, item in self.operations:
            with self.subTest(method=method, path=path):
                self.assertRegex(path, r"^/")
                self.assertLessEqual(set(operation["tags"]), tags)
                self.assertTrue(operation["summary"])
                self.assertRegex(operation["operationId"], r"^[a-z_]+$")
                for requirement in operation["security"]:
                    self.assertLessEqual(set(requirement), set(schemes))
                in_path = [parameter["name"] for parameter in item.get("parameters", []) if parameter["in"] == "path"]
                self.assertEqual(in_path, re.findall(r"\{([^}]+)\}", path))
                for status, response in operation["responses"].items():
                    self.assertRegex(status, r"^([2345]\d\d|default)$")
                    self.assertIn("description", self.resolve(response["$ref"]) if "$ref" in response else response)
                self.assertNotIn("requestBody", operation if method == "get" else {})

    def test_paths_that_only_differ_in_a_parameters_name_stand_once(self):
        shapes = collections.Counter(re.sub(r"\{[^}]+\}", "{}", path) for path in self.document["paths"])
        self.assertEqual([path for path, count in shapes.items() if count > 1], [])

    def test_each_row_of_the_program_is_an_operation(self):
        rows = set()
        for line in subprocess.run([BINARY, "routes"], capture_output=True, text=True, timeout=30).stdout.splitlines():
            found = re.match(r"  (\w+) +(/\S+) +(\w[\w ]*?) +(?:read|write|work|upload|stream) ", line)
            if found:
                rows.add((found.group(1).lower(), found.group(2), found.group(3)))
        self.assertGreater(len(rows), 60)
        listed = {(method, path if "servers" in item else "/api/v1" + path, operation["x-access"])
                  for method, path, operation, item in self.operations}
        self.assertEqual(rows, listed)

    def test_a_key_may_be_sent_with_changes_of_a_person_and_with_nothing_secret(self):
        key = {"$ref": "#/components/parameters/IdempotencyKey"}
        taking = {operation["operationId"] for _, _, operation, _ in self.operations if key in operation.get("parameters", [])}
        self.assertLessEqual({"post_course_teams", "put_course_labs_seat", "delete_course_teams_by_team"}, taking)
        for refused in ("get_course_teams", "post_session", "post_me_tokens", "put_me_password", "post_accounts"):
            self.assertNotIn(refused, taking)

    def test_edits_of_things_with_a_version_take_if_match(self):
        match = {"$ref": "#/components/parameters/IfMatch"}
        taking = {operation["operationId"] for _, _, operation, _ in self.operations if match in operation.get("parameters", [])}
        self.assertLessEqual({"put_course_info_card", "patch_course_teams_by_team"}, taking)

    def test_the_problem_document_knows_the_codes_and_each_status_its_own(self):
        codes = set(self.document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"])
        self.assertLessEqual({"lab_full", "in_team", "version_conflict"}, codes)
        conflict = self.document["components"]["responses"]["Conflict"]["content"]["application/problem+json"]["schema"]
        self.assertIn("lab_full", conflict["properties"]["code"]["enum"])
        self.assertNotIn("not_found", conflict["properties"]["code"]["enum"])


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
