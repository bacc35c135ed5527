# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the matrix knows of a course's life: a draft that only its staff may find, though a student of the course is enrolled in it, and a good
request for each row that changes the state, copies or exports. That nothing of an archived course changes: test_course_state.c, by row."""

import os

from matrix_rules import NOT_FOUND
from matrix_world import Secret

COURSE_FILE = ()
DRAFT = "draft-course"
TITLE = "Zqdraft"  # the id stands in /me/data of who is enrolled: that is all that is stored of them


def read(_facts, _db):
    pass


def plant(world):
    text = world.course_text(DRAFT).replace("CS8803-SMR Systems for Machine Learning", TITLE)
    world.operator.expect(201, "POST", "/courses", text, headers={"Content-Type": "application/yaml"})
    world.operator.expect(200, "PATCH", f"/courses/{DRAFT}", {"state": "draft"})
    for key, role in (("stan", "staff"), ("six", "student"), ("bea", "student")):
        world.operator.expect(200, "PUT", f"/courses/{DRAFT}/roster/{world.people[key]}", {"role": role})


def plant_later(_world):
    pass


def plant_by_hand(_world, _db):
    pass


def secrets(_world):
    return [Secret(TITLE, "title of a draft", lambda facts, actor: not actor.is_dead and facts.is_staff(actor, DRAFT))]


def copy_of(world, _actor, _ids):
    return {"course": f"copy-{world.number()}", "starts": "2024-08-19"}


def folder_of(world, _actor, _ids):
    return {"folder": os.path.join(world.folder.name, f"export-{world.number()}")}


def is_a_course(facts, actor, ids):
    return NOT_FOUND if actor.is_operator and ids["course"] not in facts.slugs.values() else None


def samples(sample):
    return {
        "PATCH /courses/{course}": sample(body={"state": "running"}),
        "POST /courses/{course}/copies": sample(queries=("?dry_run=true", ""), body=copy_of),
        "POST /courses/{course}/exports": sample(body=folder_of, first=is_a_course),
    }
