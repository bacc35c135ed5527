#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The check that every answer of the Python tests goes through finds what is wrong, and says where."""

import os
import sys
import unittest

SOURCE = os.environ.get("TANDEM_SOURCE_DIR", os.path.abspath(os.path.join(os.path.dirname(__file__), "../../../..")))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))
import contract  # noqa: E402

JSON = "application/json"
PROBLEM = "application/problem+json"
GOOD = {"id": 5, "at": "2023-09-11T23:59:00Z", "parts": [{"email": None}]}
LOST = {"code": "not_found"}
DOCUMENT = {
    "paths": {
        "/things/{thing}": {
            "get": {"operationId": "get_thing",
                    "responses": {"200": {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                                  "304": {"description": "unchanged"},
                                  "404": {"$ref": "#/components/responses/NotFound"},
                                  "default": {"$ref": "#/components/responses/NotFound"}}},
            "delete": {"operationId": "delete_thing", "responses": {"204": {"description": "done"}}}},
        "/things/list": {
            "get": {"operationId": "get_things", "responses": {"200": {"content": {"text/csv": {"schema": {"type": "string"}}}}}}},
    },
    "components": {
        "schemas": {
            "Thing": {"type": "object", "additionalProperties": False, "required": ["id", "at"],
                      "properties": {"id": {"type": "integer"}, "at": {"type": "string", "format": "date-time"},
                                     "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}}}},
            "Part": {"type": "object", "additionalProperties": False, "properties": {"email": {"type": ["string", "null"]}}},
            "Problem": {"type": "object", "additionalProperties": False, "required": ["code"],
                        "properties": {"code": {"type": "string"}}},
        },
        "responses": {"NotFound": {"content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem",
                                                                    "properties": {"code": {"enum": ["not_found"]}}}}}}},
    },
}
CASES = [  # method, path, status, content type, body, a part of the fault
    ("GET", "/things/5", 200, JSON, GOOD, None),
    ("GET", "/things/5?x=1", 200, JSON, {"id": 5, "at": GOOD["at"]}, None),
    ("GET", "/things/5", 304, None, None, None),
    ("DELETE", "/things/5", 204, None, None, None),
    ("GET", "/things/list", 200, "text/csv; charset=utf-8", "a,b", None),
    ("GET", "/things/5", 404, PROBLEM, LOST, None),
    ("GET", "/nothing", 404, PROBLEM, LOST, None),
    ("PUT", "/things/5", 405, PROBLEM, {"code": "method_not_allowed"}, None),
    ("GET", "/things/5", 431, PROBLEM, LOST, None),
    ("GET", "/things/5", 200, JSON, {**GOOD, "more": 1}, "'more' was unexpected"),
    ("GET", "/things/5", 200, JSON, {"id": 5}, "'at' is a required property"),
    ("GET", "/things/5", 200, JSON, {**GOOD, "id": "5"}, "id: '5' is not of type 'integer'"),
    ("GET", "/things/5", 200, JSON, {**GOOD, "at": "2023-09-11"}, "at: '2023-09-11' is not a 'date-time'"),
    ("GET", "/things/5", 200, JSON, {**GOOD, "parts": [{}, {"email": 1}]}, "parts[1].email: 1 is not of type"),
    ("GET", "/things/5", 200, JSON, {**GOOD, "parts": [{"phone": 1}]}, "parts[0]: Additional properties"),
    ("GET", "/things/5", 200, "text/html", "<p>", "content type text/html"),
    ("GET", "/things/5", 201, JSON, GOOD, "201 is not among 200, 304, 404, default of get_thing"),
    ("GET", "/things/5", 304, JSON, GOOD, "a body"),
    ("DELETE", "/things/5", 204, JSON, GOOD, "a body"),
    ("GET", "/things/list", 200, "text/csv", None, "the body: None is not of type 'string'"),
    ("GET", "/things/5", 404, PROBLEM, {"code": "lost"}, "code: 'lost' is not one of"),
    ("GET", "/things/5", 404, JSON, LOST, "content type application/json"),
    ("GET", "/nothing", 200, JSON, {}, "run scripts/api"),
    ("GET", "/nothing", 403, PROBLEM, LOST, "run scripts/api"),
    ("GET", "/nothing", 404, PROBLEM, {}, "'code' is a required property"),
]


class Answers(unittest.TestCase):
    def test_each_fault_is_found_and_named(self):
        made_up = contract.Contract(DOCUMENT)
        for method, path, status, content_type, body, fault in CASES:
            with self.subTest(method=method, path=path, status=status, fault=fault):
                found = made_up.fault(method, path, status, content_type, body)
                if fault is None:
                    self.assertIsNone(found)
                else:
                    self.assertIn(fault, found or "no fault")

    def test_the_committed_document_refuses_a_field_that_nobody_promised(self):
        contract.check("GET", "//healthz", 200, JSON, {"status": "ok"})
        with self.assertRaisesRegex(AssertionError, "GET //healthz: .*'load' was unexpected"):
            contract.check("GET", "//healthz", 200, JSON, {"status": "ok", "load": 3})
        with self.assertRaisesRegex(AssertionError, "DELETE /session: 200 is not among 204"):
            contract.check("DELETE", "/session", 200, JSON, {})


if __name__ == "__main__":
    unittest.main()
