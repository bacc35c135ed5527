# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the matrix knows of appointments: a slot that a team has booked and one that is free, what its members wrote before, to all and to
staff alone, and what staff recorded; whose they are; and a good request for each of their rows."""

from matrix_coursework import NOT_YOUR_TRACK, OF_MILESTONE, is_of_track
from matrix_rules import BELONGING, NOT_FOUND, Refusal
from matrix_world import A, UNKNOWN, Secret

COURSE_FILE = (("opens: 2023-10-02 09:00\n    due: 2023-10-06 17:00", "opens: 2023-09-01 09:00\n    due: 2023-10-06 17:00"),)
CHECK_IN = f"/courses/{A}/milestones/check-in-1"
SLOT = "/courses/{course}/slots/{slot}"
MENTOR = "/courses/{course}/teams/{team}/mentor"
NO_CHECK_IN = Refusal(409, "conflict")


def read(facts, db):
    facts.slots = {row[0]: (facts.slugs[row[1]], row[2]) for row in db.execute("select id, course_id, milestone from slots")}
    facts.bookings = set(db.execute("select slot_id, team_id from slot_bookings where ended_at is null"))
    facts.follow_ups = {row[0]: facts.slugs[row[1]] for row in db.execute("select id, course_id from follow_ups")}


def plant(world):
    six = world.teams["six"]
    world.things["slots"] = world.as_("stan", 201, "POST", f"{CHECK_IN}/slots", {
        "starts": "2023-10-04T14:00:00Z", "place": "Room 1", "count": 2, "capacity": 2})["ids"]
    world.as_("six", 200, "PUT", f"/courses/{A}/slots/{world.things['slots'][0]}/booking")
    world.as_("moe", 200, "PUT", f"{CHECK_IN}/update", {"done": "Zqupdate", "next": "More.", "note_to_staff": "Zqprivate"})
    made = world.as_("stan", 201, "POST", f"{CHECK_IN}/check-ins", {
        "team": six, "notes": "Zqseen", "risk": "at risk", "follow_ups": ["Zqfollowup"]})
    world.things["follow-ups"] = [one["id"] for one in made["follow_ups"]]
    world.as_("ines", 200, "PUT", f"/courses/{A}/teams/{six}/mentor", {"person": world.people["stan"]})


def plant_later(_world):
    pass


def plant_by_hand(_world, _db):
    pass


def secrets(world):
    six, moe = world.teams["six"], world.people["moe"]

    def staff(facts, actor):
        return not actor.is_dead and facts.is_staff(actor, A)

    return [
        Secret("Zqupdate", "what a team writes before a check-in",
               lambda facts, actor: staff(facts, actor) or (not actor.is_dead and facts.team(actor, A) == six)),
        Secret("Zqprivate", "note of a member to staff alone", lambda facts, actor: staff(facts, actor) or actor.person == moe),
        Secret("Zqseen", "notes of staff on a check-in", staff),
        Secret("Zqfollowup", "what staff want to come back to", staff),
    ]


BELONGING.update({
    "slots": lambda facts, _actor, ids, _row: facts.slots.get(ids["slot"], (None,))[0] == ids["course"],
    "follow-ups": lambda facts, _actor, ids, _row: facts.follow_ups.get(ids["follow_up"]) == ids["course"],
})


def reads_update(facts, actor, ids):
    return NOT_FOUND if ids["milestone"] != "check-in-1" else writes_update(facts, actor, ids)


def writes_update(facts, actor, ids):
    if ids["milestone"] != "check-in-1":
        return NO_CHECK_IN
    return None if is_of_track(facts, actor, ids["course"], "check-in-1") else NOT_YOUR_TRACK


def books(facts, actor, ids):
    return None if is_of_track(facts, actor, ids["course"], facts.slots[ids["slot"]][1]) else NOT_YOUR_TRACK


def gives_up(facts, actor, ids):
    team = facts.team(actor, ids["course"])
    if team and facts.teams[team][2] != "registered":
        return None  # such a team has none: 409
    return books(facts, actor, ids) or (None if (ids["slot"], team) in facts.bookings else NOT_FOUND)


def new_slot(world, actor, ids):
    return {"starts": f"2023-11-{world.number() % 28 + 1:02}T{world.number() % 24:02}:00:00Z", "place": "Room 2"}


def foreign_slots(world, _actor):
    return [{"starts": "2023-10-05T14:00:00Z", "place": "Room 3", "staff": number}
            for number in (world.people["bob"], world.people["mia"], UNKNOWN)]


def foreign_holders(world, _actor):
    return [{"team": world.teams["three"]}, {"team": UNKNOWN}, {"person": world.people["bea"]}]


def foreign_records(world, _actor):
    return [{"team": world.teams["three"], "risk": "at risk"}, {"team": UNKNOWN, "risk": "at risk"},
            {"team": world.teams["six"], "members": [{"person": world.people["bea"], "state": "excused"}]},
            {"team": world.teams["eight"], "closes": world.things["follow-ups"]}]


def foreign_mentors(world, _actor):
    return [{"person": number} for number in (world.people["bob"], world.people["mia"], UNKNOWN)]


def record(world, _actor, _ids):
    return {"team": world.teams["eight"], "notes": f"Seen {world.number()} times."}


def samples(sample):
    return {
        f"POST {OF_MILESTONE}/slots": sample(body=new_slot, foreign=foreign_slots),
        f"GET {OF_MILESTONE}/slots": sample(),
        f"PATCH {SLOT}": sample(body={"place": "Room 4"}),
        f"POST {SLOT}/cancellation": sample(body={"reason": "The room is taken."}, lasts=True),
        f"POST {SLOT}/bookings": sample(body=lambda world, *_: {"team": world.teams["eight"]}, foreign=foreign_holders),
        f"PUT {SLOT}/booking": sample(rule=books),
        f"DELETE {SLOT}/booking": sample(rule=gives_up, lasts=True),
        f"GET {OF_MILESTONE}/update": sample(rule=reads_update),
        f"PUT {OF_MILESTONE}/update": sample(body={"done": "This.", "next": "That."}, rule=writes_update),
        f"GET {OF_MILESTONE}/board": sample(),
        f"POST {OF_MILESTONE}/check-ins": sample(body=record, foreign=foreign_records),
        "POST /courses/{course}/follow-ups/{follow_up}/closing": sample(lasts=True),
        f"GET {MENTOR}": sample(),
        f"PUT {MENTOR}": sample(body=lambda world, *_: {"person": world.people["stan"]}, foreign=foreign_mentors),
    }
