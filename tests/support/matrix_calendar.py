# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the matrix asks of calendar feeds: one's own address, staff's of a course, and the feed itself, which whoever has the address reads."""

from matrix_rules import BELONGING, NOT_SIGNED_IN, NOTHING
from matrix_world import A

COURSE_FILE = ()


def read(facts, db):
    facts.calendars = set(db.execute("select person_id, course_id from calendar_feeds"))


def plant(world):
    made = [world.as_("vic", 201, "POST", "/me/calendar"), world.as_("stan", 201, "POST", f"/courses/{A}/calendar")]
    world.things["calendar"] = [feed["url"].rsplit("/", 1)[1] for feed in made]


def plant_later(_world):
    pass


def plant_by_hand(_world, db):
    """The events stand as they are: what the clock writes anew each minute would stand in the way of comparing the store."""
    db.execute("delete from agenda where kind = 'calendars'")


def secrets(_world):
    return []


def for_people(_facts, actor, _ids):
    return NOT_SIGNED_IN if actor.is_operator else None  # the operator has no account, and no calendar


BELONGING["calendar"] = lambda _facts, _actor, ids, _row: ids["secret"] != NOTHING["calendar"]
NOTHING["calendar"] = "A" * 43 + ".ics"


def samples(sample):
    return {
        "GET /me/calendar": sample(),
        "POST /me/calendar": sample(),
        "DELETE /me/calendar": sample(),
        "GET /courses/{course}/calendar": sample(rule=for_people),
        "POST /courses/{course}/calendar": sample(rule=for_people),
        "DELETE /courses/{course}/calendar": sample(rule=for_people),
        "GET /calendar/{secret}": sample(),
    }
