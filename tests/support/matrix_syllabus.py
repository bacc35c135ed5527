# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the matrix knows of another course file: its plan alone, so that the course stays as the other rows need it."""

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


def moved(world, _actor, ids):
    """The stored file with a deadline a day later, so that there are people to tell in the plan."""
    return world.course_text(ids["course"]).replace("due: 2023-12-12 23:59", "due: 2023-12-13 23:59").encode()


def samples(sample):
    return {"PUT /courses/{course}/syllabus": sample(queries=("?dry_run=true",), body=moved, media="application/yaml")}
