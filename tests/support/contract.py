# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds answers against docs/openapi.yaml: the status, the content type, and the body by its JSON Schema."""

import functools
import os
import re

import jsonschema
import yaml

SOURCE = os.environ.get("TANDEM_SOURCE_DIR", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
DOCUMENT = os.path.join(SOURCE, "docs/openapi.yaml")
BEFORE_A_ROW = {408, 414, 417, 431, 501, 505}  # what a connection answers by itself
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Contract:
    def __init__(self, document):
        self.document = document
        self.formats = jsonschema.FormatChecker(formats=())
        self.formats.checks("date-time")(_is_instant)
        self.paths = [(_pattern(path), path.count("{"), item) for path, item in document["paths"].items()]
        self.paths.sort(key=lambda row: row[1])  # a literal segment goes before a parameter
        self.validators = {}

    def fault(self, method, path, status, content_type, body):
        """None when the answer is as promised; else in words what is not. `body` is parsed JSON, a text, or None."""
        item = self._item(path)
        operation = (item or {}).get(method.lower())
        if operation is None:
            if status < 400 or (status not in (404, 405) and status not in BEFORE_A_ROW):
                return f"{status}, but the request is not in docs/openapi.yaml; if it is new, run scripts/api"
            return self._fault_of_body("problem", {"schema": {"$ref": "#/components/schemas/Problem"}}, body)
        responses = operation["responses"]
        name = str(status)
        if name not in responses:
            if status not in BEFORE_A_ROW:
                return f"{status} is not among {', '.join(responses)} of {operation['operationId']}"
            name = "default"
        return self._fault_of_response(f"{operation['operationId']} {name}", self._resolve(responses[name]),
                                       content_type, body)

    def _fault_of_response(self, key, response, content_type, body):
        content = response.get("content")
        if content is None:
            return None if body in (None, "") else f"a body, where {key} has none: {str(body)[:200]}"
        media = (content_type or "").split(";")[0]
        if "*/*" in content:
            media = "*/*"
        if media not in content:
            return f"content type {content_type}, where {key} has {', '.join(content)}"
        return self._fault_of_body(key, content[media], body)

    def _fault_of_body(self, key, content, body):
        if key not in self.validators:
            # With the components in it, so that "#/components/…" is a place in the schema itself.
            schema = {**content.get("schema", {}), "components": self.document["components"]}
            self.validators[key] = jsonschema.Draft202012Validator(schema, format_checker=self.formats)
        error = jsonschema.exceptions.best_match(self.validators[key].iter_errors(body))
        if error is None:
            return None
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
        return f"{place.lstrip('.') or 'the body'}: {error.message} (docs/openapi.yaml, {key})"

    def _item(self, path):
        bare = path.split("?")[0]
        for pattern, _, item in self.paths:
            if pattern.fullmatch(bare):
                return item
        return None

    def _resolve(self, node):
        if "$ref" not in node:
            return node
        found = self.document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return found


@functools.cache
def contract():
    with open(DOCUMENT, encoding="utf-8") as file:
        return Contract(yaml.load(file, LOADER))


def check(method, path, status, content_type, body):
    """Raises AssertionError when an answer is not what docs/openapi.yaml says. `path` is below /api/v1, or from // on."""
    fault = contract().fault(method, path[1:] if path.startswith("//") else path, status, content_type, body)
    if fault:
        raise AssertionError(f"{method} {path}: {fault}")


def _pattern(path):
    return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]+\})", path)))


def _is_instant(value):
    return not isinstance(value, str) or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value) is not None
