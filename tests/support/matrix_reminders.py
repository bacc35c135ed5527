# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the matrix asks of reminders: everybody's own, staff's counts, the operator's forecast."""

from matrix_rules import NOT_FOUND

SPAN = "?from=2023-09-01T00:00:00Z&to=2023-12-31T00:00:00Z"
COURSE_FILE = ()


def read(facts, _db):
    facts.reminders = None  # nothing of it decides who may ask


def plant(_world):
    pass


def plant_later(_world):
    pass


def plant_by_hand(_world, _db):
    pass


def secrets(_world):
    return []


def of_no_course(facts, _actor, ids):
    return None if ids["course"] in facts.slugs.values() else NOT_FOUND


def samples(sample):
    return {
        "GET /courses/{course}/reminders": sample(queries=("", SPAN)),
        "GET /courses/{course}/forecast": sample(queries=("", SPAN), rule=of_no_course),
    }
