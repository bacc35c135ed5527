# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the matrix knows of milestones: work that is handed in, late and in time, extensions, waivers and excusals, planted with texts that
most may never read; whose they are; and a good request for each of their rows."""

from matrix_rules import BELONGING, NOT_ALLOWED, NOTHING, Refusal
from matrix_world import A, UNKNOWN, Secret

# Both dates of the midpoint lie behind INSIDE; lab 1 is open and not due.
COURSE_FILE = (("opens: 2023-10-16 09:00\n    due: 2023-10-25 09:30", "opens: 2023-08-24 09:00\n    due: 2023-09-04 09:30"),
         ("opens: 2023-09-12 09:00", "opens: 2023-09-01 09:00"))
MILESTONES = ("midpoint", "lab-1", "check-in-1")
OUTAGE = "2023-09-04T13:00:00Z", "2023-09-04T14:00:00Z"
NOT_YOUR_TRACK = Refusal(403, "not_your_track")
NOTHING_TO_HAND_IN = Refusal(409, "conflict")
PDF = b"%PDF-1.4\n% Zqfile\n" + b"\n" * 200
OF_MILESTONE = "/courses/{course}/milestones/{milestone}"
SUBMISSIONS = f"{OF_MILESTONE}/submissions"


def read(facts, db):
    slugs = facts.slugs
    rows = db.execute("select id, course_id, milestone, team_id, person_id from submissions")
    facts.submissions = {row[0]: (slugs[row[1]], *row[2:]) for row in rows}
    rows = db.execute("select id, course_id, person_id, granted_by from extensions")
    facts.extensions = {row[0]: (slugs[row[1]], *row[2:]) for row in rows}
    facts.excusals = {row[0]: (slugs[row[1]], row[2]) for row in db.execute("select id, course_id, milestone from excusals")}
    facts.outages = {row[0]: slugs[row[1]] for row in db.execute("select id, course_id from outages")}


def plant(world):
    def submit(key, milestone, statement):
        file = world.as_(key, 201, "POST", f"/courses/{A}/files?name=report.pdf", PDF, headers={"Content-Type": "application/octet-stream"})
        made = world.as_(key, 200, "POST", f"/courses/{A}/milestones/{milestone}/submissions", {"files": [file["id"]], "statement": statement})
        return made["submission"]["id"], file["id"]

    def staff(key, status, path, **body):
        return world.as_(key, status, "POST", f"/courses/{A}{path}", body)

    six, moe, sue = world.people["six"], world.people["moe"], world.people["sue"]
    first, file = submit("six", "midpoint", "Zqstatement")
    # A second version, which does not count: the first one is chosen by staff.
    second, _ = submit("six", "midpoint", "Zqstatement again")
    world.as_("stan", 200, "PUT", f"/courses/{A}/milestones/midpoint/submissions/{first}/counting", {"reason": "Zqchoice"})
    own, _ = submit("sue", "lab-1", "none")
    world.things["submissions"] = [first, second, own]
    world.things["files"].insert(0, file)
    accommodation = staff("ines", 200, "/milestones/midpoint/extensions", scope="person", person=moe, days=7, reason="Zqaccommodation",
                          accommodation=True, category="Zqcategory", note="Zqnote")["extensions"]
    plain = staff("stan", 200, "/milestones/lab-1/extensions", scope="person", person=sue, days=2, reason="Zqplain")["extensions"]
    staff("stan", 200, "/extensions", scope="team", team=world.teams["six"], days=1, reason="For all of them.")
    world.things["extensions"] = [*accommodation, *plain]
    staff("stan", 201, "/milestones/midpoint/penalty-waivers", person=six, reason="Zqpenalty")
    excusal = staff("stan", 201, "/milestones/midpoint/excusals", person=moe, reason="Zqexcusal")["id"]
    world.things["excusals"] = [excusal]
    world.things["milestones"] = list(MILESTONES)


def plant_later(_world):
    pass


def plant_by_hand(world, db):
    """The server was down while the midpoint was due: a test cannot wait for that, and --now is no outage."""
    course = db.execute("select id from courses where slug = ?", (A,)).fetchone()[0]
    at = [db.execute("select unixepoch(?)", (instant,)).fetchone()[0] for instant in OUTAGE]
    insert = "insert into outages (course_id, cause, from_at, until_at) values (?, 'down', ?, ?) returning id"
    outage = db.execute(insert, (course, *at)).fetchone()[0]
    db.execute("insert into outage_milestones (outage_id, milestone, not_in) values (?, 'midpoint', 1)", (outage,))
    world.things["outages"] = [outage]


def secrets(world):
    six, moe, sue = (world.people[key] for key in ("six", "moe", "sue"))
    team = world.teams["six"]

    def only(*people, mates=False, staff=("staff", "instructor")):
        return lambda facts, actor: not actor.is_dead and (
            actor.person in people or facts.role(actor, A) in staff or (mates and facts.team(actor, A) == team))

    return [
        Secret("Zqstatement", "statement of what is handed in", only(mates=True)),
        Secret("Zqfile", "content of what is handed in", only(mates=True)),
        Secret("Zqchoice", "why staff chose a version", only(mates=True)),
        Secret("Zqaccommodation", "reason of an accommodation", only(moe, staff=("instructor",))),
        Secret("Zqcategory", "category of an accommodation", only(moe, staff=("instructor",))),
        Secret("Zqnote", "note of an accommodation", only(moe, staff=("instructor",))),
        Secret("Zqplain", "reason of an extension", only(sue)),
        Secret("Zqpenalty", "why a penalty is waived", only(six)),
        Secret("Zqexcusal", "why somebody is excused", only(moe)),
    ]


# --- whose they are

def has_milestone(_facts, _actor, ids, _row):
    return ids["milestone"] in MILESTONES


def has_submission(facts, actor, ids, _row):
    course, milestone, team, person = facts.submissions.get(ids["submission"], (None, None, None, None))
    is_theirs = team == facts.team(actor, course) if team else person == actor.person
    return course == ids["course"] and milestone == ids["milestone"] and (is_theirs or facts.is_staff(actor, course))


def has_extension(facts, _actor, ids, _row):
    return facts.extensions.get(ids["extension"], (None,))[0] == ids["course"]


def has_excusal(facts, _actor, ids, _row):
    return facts.excusals.get(ids["excusal"]) == (ids["course"], ids["milestone"])


def has_outage(facts, _actor, ids, _row):
    return facts.outages.get(ids["outage"]) == ids["course"]


BELONGING.update({"milestones": has_milestone, "submissions": has_submission, "extensions": has_extension, "excusals": has_excusal,
                  "outages": has_outage})
NOTHING["milestones"] = "no-such-milestone"


def is_of_track(facts, actor, course, milestone):
    """A lab is somebody's own, all else a team's."""
    return (actor.person, course) in facts.seated if milestone == "lab-1" else bool(facts.team(actor, course))


def of_track(facts, actor, ids):
    """Only who does the track hands in."""
    if ids["milestone"] == "check-in-1":
        return NOTHING_TO_HAND_IN
    return None if is_of_track(facts, actor, ids["course"], ids["milestone"]) else NOT_YOUR_TRACK


def reads_of_track(facts, actor, ids):
    """Who does the other one has nothing to see there; who is placed nowhere yet looks at both."""
    course = ids["course"]
    is_placed = facts.team(actor, course) or (actor.person, course) in facts.seated
    return NOT_YOUR_TRACK if is_placed and not is_of_track(facts, actor, course, ids["milestone"]) else None


def takes_back(facts, actor, ids):
    """Of those to one person staff take back their own: which is an accommodation is not told by trying."""
    _, person, granted_by = facts.extensions[ids["extension"]]
    is_closed = person is not None and granted_by != actor.person
    return NOT_ALLOWED if is_closed and facts.role(actor, ids["course"]) != "instructor" else None


# --- requests

def new_dates(_world, _actor, _ids):
    return {"due": "2023-11-30T23:59:00Z", "confirm": True, "reason": "The room is taken."}


def extension(world, _actor, ids):
    key = "sue" if ids.get("milestone") == "lab-1" else "moe"
    return {"scope": "person", "person": world.people[key], "days": 20 if "milestone" in ids else 3, "reason": "They were ill."}


def foreign_extensions(world, actor):
    one = {"days": 20, "reason": "They were ill."}
    bodies = [{"scope": "person", "person": world.people["bea"], **one}, {"scope": "team", "team": world.teams["three"], **one},
              {"scope": "person", "person": UNKNOWN, **one}]
    if actor.name == "staff":  # only instructors record accommodations
        bodies.append({"scope": "person", "person": world.people["moe"], "accommodation": True, **one})
    return bodies


def foreign_people(world, _actor):
    return [{"person": world.people["bea"], "reason": "Please."}, {"person": UNKNOWN, "reason": "Please."}]


def foreign_holders(world, actor):
    return [*foreign_people(world, actor), {"team": world.teams["three"], "reason": "Please."}]


def new_work(world, actor, ids):
    return {"statement": "none", "link": "https://video.example/1"}


def foreign_work(world, _actor):
    """Files of another team, and of a student of another course."""
    return [{"files": [number], "statement": "none"} for number in (world.things["files"][1], world.things["files"][3], UNKNOWN)]


def foreign_lists(world):
    return [f"?team={world.teams['six']}", f"?person={world.people['sue']}"]


def samples(sample):
    dry = ("?dry_run=true", "")
    return {
        "GET /courses/{course}/milestones": sample(),
        f"GET {OF_MILESTONE}": sample(rule=reads_of_track),
        f"PATCH {OF_MILESTONE}": sample(queries=dry, body=new_dates, lasts=True),
        f"POST {SUBMISSIONS}": sample(queries=dry, body=new_work, rule=of_track, foreign=foreign_work, lasts=True),
        f"GET {SUBMISSIONS}": sample(foreign_queries=foreign_lists),
        f"GET {SUBMISSIONS}/{{submission}}": sample(),
        f"DELETE {SUBMISSIONS}/{{submission}}": sample(lasts=True),
        f"PUT {SUBMISSIONS}/{{submission}}/counting": sample(body={"reason": "It is the better one."}, lasts=True),
        f"PUT {SUBMISSIONS}/{{submission}}/acceptance": sample(),
        f"DELETE {SUBMISSIONS}/{{submission}}/acceptance": sample(),
        f"POST {OF_MILESTONE}/extensions": sample(queries=dry, body=extension, foreign=foreign_extensions),
        f"GET {OF_MILESTONE}/extensions": sample(foreign_queries=lambda world: [f"?person={world.people['moe']}"]),
        "POST /courses/{course}/extensions": sample(queries=dry, body=extension, foreign=foreign_extensions),
        "GET /courses/{course}/extensions": sample(foreign_queries=lambda world: [f"?person={world.people['moe']}"]),
        "DELETE /courses/{course}/extensions/{extension}": sample(queries=dry, rule=takes_back, lasts=True),
        "GET /courses/{course}/outages": sample(),
        "POST /courses/{course}/outages/{outage}/extension": sample(queries=dry, body={"margin_minutes": 60}, lasts=True),
        f"GET {OF_MILESTONE}/penalties": sample(),
        f"POST {OF_MILESTONE}/penalty-waivers": sample(body=lambda world, *_: {"person": world.people["sol"], "reason": "They were ill."},
                                                       foreign=foreign_people),
        f"GET {OF_MILESTONE}/excusals": sample(),
        f"POST {OF_MILESTONE}/excusals": sample(body=lambda world, *_: {"person": world.people["six"], "reason": "They were ill."},
                                                foreign=foreign_holders),
        f"DELETE {OF_MILESTONE}/excusals/{{excusal}}": sample(lasts=True),
    }
