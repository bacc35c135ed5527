# SPDX-License-Identifier: AGPL-3.0-or-later
"""Calendar documents read by two programs that know nothing of Tandem: python3-icalendar and npm's ical.js. Both must find the same."""

import json
import os
import subprocess
from datetime import datetime, timezone

import icalendar

SUPPORT = os.path.dirname(os.path.abspath(__file__))
LINE_OCTETS_MAX = 75


def read(document):
    """{summary: event}, of what both readers make of it."""
    check_lines(document)
    ours, theirs = read_python(document), read_javascript(document)
    if ours != theirs:
        raise AssertionError(f"icalendar and ical.js differ:\n{ours}\n{theirs}")
    found = {event["summary"]: event for event in ours}
    if len(found) != len(ours) or len({event["uid"] for event in ours}) != len(ours):
        raise AssertionError("two events have one title, or one UID")
    return found


def check_lines(document):
    """RFC 5545 3.1: CRLF, at most 75 octets, no character cut in two."""
    if not document.endswith(b"\r\n") or b"\n" in document.replace(b"\r\n", b"") or b"\r" in document.replace(b"\r\n", b""):
        raise AssertionError("a line does not end with CRLF")
    for line in document.split(b"\r\n"):
        line.decode()
        if len(line) > LINE_OCTETS_MAX:
            raise AssertionError(f"a line of {len(line)} octets: {line}")


def instant(value):
    if value is None:
        return None
    time = value.dt
    if not isinstance(time, datetime):
        return time.isoformat()
    if time.tzinfo is None:
        raise AssertionError(f"{time} is in no zone")
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_python(document):
    calendar = icalendar.Calendar.from_ical(document)
    faults = [fault for component in calendar.walk() for fault in getattr(component, "errors", [])]
    if faults:
        raise AssertionError(f"icalendar complains: {faults}")
    return [{
        "uid": str(event["uid"]),
        "sequence": int(event["sequence"]),
        "summary": str(event["summary"]),
        "description": str(event["description"]) if "description" in event else None,
        "location": str(event["location"]) if "location" in event else None,
        "status": str(event["status"]),
        "starts": instant(event["dtstart"]),
        "ends": instant(event.get("dtend")),
        "stamp": instant(event["dtstamp"]),
        "revised": instant(event["last-modified"]),
    } for event in calendar.walk("VEVENT")]


def read_javascript(document):
    if not os.path.isdir(os.path.join(SUPPORT, "node_modules", "ical.js")):
        raise AssertionError("tests/support/node_modules/ical.js is missing: run scripts/install test where npm reaches its registry")
    try:
        run = subprocess.run(["node", os.path.join(SUPPORT, "read_calendar.mjs")], input=document, capture_output=True, timeout=60, check=False)
    except FileNotFoundError:
        raise AssertionError("node is missing: run scripts/install test") from None
    if run.returncode != 0:
        raise AssertionError("ical.js complains: " + run.stderr.decode(errors="replace"))
    return json.loads(run.stdout)["events"]
