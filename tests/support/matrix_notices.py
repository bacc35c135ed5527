# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the matrix knows of mail and announcements: what somebody turned off, the link at the end of a mail, announcements to everybody, to a
team, to nobody yet, and beside the course; whose they are; and a good request for each of their rows."""

import hashlib
import struct

from matrix_rules import BELONGING, NOT_ALLOWED, NOTHING
from matrix_world import A, B, UNKNOWN, Secret

COURSE_FILE = ()
KEY = "a-key-of-the-matrix"
ANNOUNCEMENT = "/courses/{course}/announcements/{announcement}"
PLANNED = {"audience": "everybody", "send_at": "2024-01-01T09:00:00Z"}


def token(person, *kinds):
    """As server/outbound/notice_choice.c makes it: one kind by its name, several by codes; BLAKE2b over parts that each begin with their
    length."""
    codes = "".join(hashlib.blake2b(kind.encode(), digest_size=32).hexdigest()[:6] for kind in kinds)
    claim = f"{person}.{kinds[0].replace(' ', '_')}" if len(kinds) == 1 else f"{person}.~{codes}"
    parts = b"".join(struct.pack("<Q", len(part)) + part for part in (b"unsubscribe key\0", KEY.encode(), claim.encode()))
    return f"{claim}.{hashlib.blake2b(parts, digest_size=32).hexdigest()[:32]}"


def read(facts, db):
    facts.announcements = {row[0]: (facts.slugs[row[1]], *row[2:]) for row in db.execute(
        "select id, course_id, audience, track, team_id, sent_at is not null, also_to from announcements")}
    facts.announced = set(db.execute("select announcement_id, person_id from announcement_people"))


def plant(world):
    quiet = {"starts": "22:00", "ends": "07:00", "zone": "Pacific/Marquesas"}
    world.as_("vic", 200, "PATCH", "/me/preferences", {"kinds": [{"kind": "team renamed", "on": False}], "quiet_hours": quiet})
    world.things["announcements"] = [world.as_(key, 201, "POST", f"/courses/{course}/announcements", {"subject": "News", **body})["id"] for
                                     key, course, body in (
        ("stan", A, {"audience": "everybody", "words": "To all."}),
        ("stan", A, {"audience": "team", "team": world.teams["six"], "words": "Zqtoteam"}),
        ("stan", A, {"words": "Zqplanned", **PLANNED}),
        ("ines", A, {"words": "Zqoutside", "also_to": "zqpiazza@class.example", **PLANNED}))]
    world.things["announcements"].append(world.operator.expect(201, "POST", f"/courses/{B}/announcements", {
        "subject": "News", "audience": "everybody", "words": "Zqother"})["id"])


def plant_later(_world):
    pass


def plant_by_hand(world, db):
    db.execute("insert into settings (name, value) values ('unsubscribe key', ?) on conflict (name) do update set value = excluded.value",
               (KEY,))  # there is one already when a mail was made before the server stopped
    world.things["unsubscribe"] = [token(world.people["vic"], "member left"), token(world.people["stan"], "request", "daily tasks")]


def secrets(world):
    def staff(facts, actor):
        return not actor.is_dead and facts.is_staff(actor, A)

    def told(facts, actor):
        return staff(facts, actor) or (not actor.is_dead and facts.team(actor, A) == world.teams["six"])

    return [
        Secret("Zqtoteam", "announcement to a team", told),
        Secret("Zqplanned", "announcement that has not been sent", staff),
        Secret("zqpiazza@class.example", "address beside the course", staff),
    ]


def concerns(facts, actor, ids, _row):
    course, audience, track, team, is_sent, _ = facts.announcements.get(ids["announcement"], (None,) * 6)
    if course != ids["course"] or facts.is_staff(actor, course):
        return course == ids["course"]
    own = "labs" if (actor.person, course) in facts.seated else "project" if facts.team(actor, course) else None
    return is_sent and (audience == "everybody" or (audience == "track" and track == own) or
                        (audience == "team" and team == facts.team(actor, course)) or (ids["announcement"], actor.person) in facts.announced)


def may_touch(facts, actor, ids):
    """What goes to an address outside is instructors'."""
    has_address = facts.announcements[ids["announcement"]][5] is not None
    return NOT_ALLOWED if has_address and facts.role(actor, ids["course"]) != "instructor" else None


def foreign(world, _actor):
    return [{"subject": "News", "words": "Words", "audience": "team", "team": number} for number in (world.teams["three"], UNKNOWN)]


def foreign_changes(world, _actor):
    return [{"audience": "team", "team": number} for number in (world.teams["three"], UNKNOWN)]


BELONGING["announcements"] = concerns

BELONGING["unsubscribe"] = lambda _facts, _actor, ids, _row: ids["secret"] != NOTHING["unsubscribe"]
NOTHING["unsubscribe"] = "1.member_left.00000000000000000000000000000000"


def samples(sample):
    return {
        "GET /courses/{course}/announcements": sample(),
        "POST /courses/{course}/announcements": sample(body={"subject": "News", "words": "Words", "audience": "everybody"}, foreign=foreign),
        f"GET {ANNOUNCEMENT}": sample(),
        f"PATCH {ANNOUNCEMENT}": sample(body={"words": "Other words."}, rule=may_touch, foreign=foreign_changes),
        f"DELETE {ANNOUNCEMENT}": sample(rule=may_touch, lasts=True),
        "GET /me/preferences": sample(),
        "PATCH /me/preferences": sample(body={"quiet_hours": {"starts": "23:00", "ends": "06:30", "zone": "UTC"}}),
        "GET /unsubscribe/{secret}": sample(),
        "POST /unsubscribe/{secret}": sample(body=b"List-Unsubscribe=One-Click", media="application/x-www-form-urlencoded"),
    }
