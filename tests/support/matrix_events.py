# SPDX-License-Identifier: AGPL-3.0-or-later
"""The course live, in the matrix: who may open a stream at all. What comes over it, and for whom, is tests/http/test_events.py's."""

COURSE_FILE = ()


def read(_facts, _db):
    pass


def plant(_world):
    pass


def plant_later(_world):
    pass


def plant_by_hand(_world, _db):
    pass


def secrets(_world):
    return []


def samples(sample):
    return {"GET /courses/{course}/events": sample(queries=("", "?after=1", "?after=999999999"))}
