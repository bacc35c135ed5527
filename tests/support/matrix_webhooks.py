# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the matrix knows of webhooks: one a course, whose address only its own instructors may read; and a good request for each of their rows.
The world's server allows no private address, so nothing is sent anywhere that exists."""

from matrix_rules import BELONGING
from matrix_world import A, B, Secret

COURSE_FILE = ()
HOOK = "/courses/{course}/webhooks/{webhook}"
TOPICS = ["announcements"]


def read(facts, db):
    facts.webhooks = {row[0]: facts.slugs[row[1]] for row in db.execute("select id, course_id from webhooks")}


def plant(world):
    # A name that is reserved for not existing (RFC 2606).
    world.things["webhooks"] = [world.operator.expect(201, "POST", f"/courses/{course}/webhooks", {"url": f"https://hooks.invalid/{key}", "topics": TOPICS})["id"]
            for course, key in ((A, "Zqhook"), (B, "Zqotherhook"))]


def plant_later(_world):
    pass


def plant_by_hand(_world, db):
    # What was planted is not told: then nothing of theirs moves while nobody changes anything.
    db.execute("update webhooks set seen_seq = (select seq from audit_heads h where h.course_id = webhooks.course_id)")


def secrets(_world):
    def instructor(course):
        return lambda facts, actor: not actor.is_dead and facts.role(actor, course) == "instructor"

    return [
        Secret("Zqhook", "address of a webhook", instructor(A)),
        Secret("Zqotherhook", "address of another course's webhook", instructor(B)),
    ]


BELONGING["webhooks"] = lambda facts, _actor, ids, _row: facts.webhooks.get(ids["webhook"]) == ids["course"]


def samples(sample):
    return {
        "GET /courses/{course}/webhooks": sample(),
        "POST /courses/{course}/webhooks": sample(body={"url": "https://hooks.invalid/more", "topics": TOPICS}),
        f"GET {HOOK}": sample(),
        f"PATCH {HOOK}": sample(body={"topics": ["announcements", "schedule"]}),
        f"DELETE {HOOK}": sample(lasts=True),
        f"POST {HOOK}/test": sample(),
        f"GET {HOOK}/deliveries": sample(),
    }
