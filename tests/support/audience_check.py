# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds an answer of the real server against the table of who sees what (`x-audience` in OpenAPI): as answer_check.c does for the C
tests. "self" and "team" are relations of the reader to the nearest enclosing person or team of the answer."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Reader:
    person: int = 0
    role: str = None
    team: int = 0
    is_operator: bool = False


@dataclass(frozen=True)
class Place:
    path: str
    person: int  # 0: the reader
    team: int    # 0: the reader's


class Audiences:
    def __init__(self, document):
        self.schemas = document["components"]["schemas"]

    def fault(self, operation, status, reader, ids, body):
        """None, or which field somebody outside its audience was shown."""
        content = operation["responses"][str(status)].get("content", {}).get("application/json")
        if content is None or "$ref" not in content["schema"]:
            return None
        name = content["schema"]["$ref"].rpartition("/")[2]
        if operation["x-access"] == "public" and self.schemas[name].get("x-secret"):
            reader = replace(reader, person=body["person"]["id"])  # nobody asked, and is somebody by the answer
        return self._fault_of_object(Place("", ids.get("person", 0), ids.get("team", 0)), reader, name, body)

    def _fault_of_object(self, place, reader, name, value):
        fields = self.schemas[name].get("properties", {})
        for key, found in value.items():
            if isinstance(found, int) and not isinstance(found, bool):
                if key == "person" or (key == "id" and name == "Account"):
                    place = replace(place, person=found)
                if key == "team" or (key == "id" and name.startswith("Team")):
                    place = replace(place, team=found)
        for key, found in value.items():
            where = f"{place.path}{key}"
            if key not in fields:
                return f"{where}: not in the table of {name}"
            if not sees(fields[key].get("x-audience", "caller"), place, reader):
                return f"{where}: shown to somebody outside its audience, {fields[key]['x-audience']}"
            fault = self._fault_of_value(replace(place, path=where), reader, fields[key], found)
            if fault:
                return fault
        return None

    def _fault_of_value(self, place, reader, schema, value):
        inner = referred(schema.get("items", {})) if isinstance(value, list) else referred(schema)
        if inner is None or value is None:
            return None
        for index, one in enumerate(value if isinstance(value, list) else [value]):
            at = f"{place.path}[{index}]." if isinstance(value, list) else f"{place.path}."
            fault = self._fault_of_object(replace(place, path=at), reader, inner, one)
            if fault:
                return fault
        return None


def referred(schema):
    for one in [schema, *schema.get("anyOf", ())]:
        if "$ref" in one:
            return one["$ref"].rpartition("/")[2]
    return None


def sees(audience, place, reader):
    if reader.is_operator or audience == "caller":
        return True
    is_staff = reader.role in ("staff", "instructor")
    if audience == "self":
        return is_staff or place.person in (0, reader.person)
    if audience == "team":
        return is_staff or (reader.team != 0 and place.team in (0, reader.team))
    return audience == "staff" and is_staff or audience == "instructor" and reader.role == "instructor"
