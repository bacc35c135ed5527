# SPDX-License-Identifier: AGPL-3.0-or-later
"""A good request for each row of the route table: its query, its body, what the body could name that is not theirs to name, and who of
those that the row lets in may do it (rules.md). A new row needs a sample here, and its parameter a line in matrix_rules.BELONGING."""

import json
import os
from dataclasses import dataclass

import matrix_calendar
import matrix_check_ins
import matrix_course_states
import matrix_events
import matrix_coursework
import matrix_mail
import matrix_notices
import matrix_proposals
import matrix_reminders
import matrix_syllabus
import matrix_webhooks
from matrix_rules import NOT_ALLOWED, NOT_APPROVED, NOT_CONTACT, NOT_FOUND, NOT_YOUR_TEAM, Refusal
from matrix_world import A, FILE, PASSWORD

REASON = "It was agreed with everybody."


@dataclass(frozen=True)
class Sample:
    queries: tuple = ("",)  # each is tried; "{n}" becomes a number that is new each time
    body: object = None     # what is sent as JSON, as bytes, or a function (world, actor, ids) of it
    media: str = "application/json"
    rule: object = None     # (facts, actor, ids) -> a Refusal, or None
    first: object = None    # the same, asked before whether the thing is there
    foreign: object = None  # (world, actor) -> bodies that name somebody else's team, person or course, or what only others may say
    foreign_queries: object = None  # (world) -> queries that only staff may ask
    also: object = lambda world: ()  # further ids for the last parameter
    more: object = lambda world: ()  # further combinations of ids, beside the course
    lasts: bool = False     # what it does stands in the way of other rows: tried after them
    signs_out: bool = False  # who asks, perhaps
    missing: Refusal = NOT_FOUND  # what is said of what is not there, or not for who asks
    never: str = ""         # why nobody succeeds with it here


def people(*keys):
    return lambda world: [world.people[key] for key in keys]


def reasoned(**more):
    return {"reason": REASON, **more}


# --- who may, beyond the row

def only_contact(facts, actor, ids):
    is_contact = facts.teams[ids["team"]][1] == actor.person
    return None if is_contact or facts.is_staff(actor, ids["course"]) else NOT_CONTACT


def dissolve(facts, actor, ids):
    return None if facts.teams[ids["team"]][2] == "registered" else only_contact(facts, actor, ids)  # 409 to all members


def only_members(facts, actor, ids):
    return None if facts.team(actor, ids["course"]) == ids["team"] else NOT_YOUR_TEAM


def remove_member(facts, actor, ids):
    if facts.team_of.get((ids["person"], ids["course"])) != ids["team"]:
        return NOT_FOUND
    return None if ids["person"] == actor.person else only_contact(facts, actor, ids)


def ask_member(facts, actor, ids):
    if facts.teams[ids["team"]][2] == "registered":
        return None  # whatever else, its members are not the contact's to ask any more: 409
    is_member = facts.team_of.get((ids["person"], ids["course"])) == ids["team"]
    return only_contact(facts, actor, ids) or (None if is_member else NOT_FOUND)


def answer_question(facts, actor, ids):
    if ids["person"] != actor.person or facts.team_of.get((actor.person, ids["course"])) != ids["team"]:
        return NOT_ALLOWED
    return None if (ids["team"], actor.person) in facts.questions else NOT_FOUND


def end_invitation(facts, actor, ids):
    course, team, person = facts.invitations[ids["invitation"]]
    is_contact = facts.teams[team][1] == actor.person
    return None if actor.person == person or is_contact or facts.is_staff(actor, course) else NOT_CONTACT


def not_asker(facts, actor, ids):
    return NOT_YOUR_TEAM if facts.join_requests[ids["request"]][2] == actor.person else None


def only_partner(facts, actor, ids):
    return None if actor.person and facts.petitions[ids["request"]][2] == actor.person else NOT_ALLOWED


def only_asker(facts, actor, ids):
    return None if facts.petitions[ids["request"]][1] == actor.person else NOT_ALLOWED


def only_owner(facts, actor, ids):
    return None if facts.files[ids["file"]][1] == actor.person else NOT_ALLOWED


def oneself_or_staff(facts, actor, ids):
    return None if ids["person"] == actor.person or facts.is_staff(actor, ids["course"]) else NOT_ALLOWED


def approved(facts, actor, ids):
    return NOT_APPROVED if (actor.person, ids["course"]) in facts.unapproved else None


def not_operator(_facts, actor, _ids):
    return NOT_ALLOWED if actor.is_operator else None


def of_student(facts, _actor, ids):
    return None if facts.roles.get((ids["person"], ids["course"])) == "student" else NOT_FOUND


def is_held(facts, _actor, ids):
    return None if (ids["person"], ids["course"]) in facts.held else NOT_FOUND


def has_taken(facts, _actor, ids):
    """Staff's work on somebody who is a student; that an auditor needs approval first comes from the labs' rules."""
    if facts.roles.get((ids["person"], ids["course"])) != "student":
        return NOT_FOUND
    return NOT_APPROVED if (ids["person"], ids["course"]) in facts.unapproved else None


# --- bodies that depend on who asks, and on what

def own_credentials(world, actor, _ids):
    key = next((key for key, person in world.people.items() if person == actor.person), "uma")
    return {"email": world.emails[key], "password": PASSWORD}


def fresh_link(world, _actor, _ids):
    made = world.operator.expect(201, "POST", f"/accounts/{world.people['sam']}/sign-in-link")
    return {"link": made["link"].partition("#")[2]}


def new_course(world, _actor, _ids):
    return world.course_text(f"matrix-{world.number()}").encode()


def new_folder(world, _actor, _ids):
    path = os.path.join(world.folder.name, f"backups-{world.number()}")
    os.mkdir(path)
    return {"directory": path}


def petition_of(world, actor, ids):
    if actor.person == world.people["uma"]:
        return {"kind": "late join", "team": world.teams["six"], "message": "I know them well."}
    if actor.person == world.people["aud"]:
        return {"kind": "audit", "message": "I want to hear it."}
    return {"kind": "coverage", "message": "We learn it as we go."}


def enrolment_of(world, actor, ids):
    return {} if (ids["person"], ids["course"]) in world.facts().enrolled else {"role": "student"}


def roster(world, _actor, ids):
    return world.rosters.get(ids["course"], "").encode()


def card(_world, _actor, _ids):
    return {"skills": [{"skill": "ml", "level": "course", "evidence": "A course."}], "availability": "Mondays"}


def invited(world, actor, ids):
    return {"person": world.people["sid"]} if ids["course"] == A else {"person": world.people["ben"]}


def strangers(world):
    """A student in no team, a student of another course, and nobody."""
    return [world.people["wanda"], world.people["bea"], 987654321]


def foreign_swaps(world, _actor):
    return [reasoned(first=world.people["vic"], second=world.people["bea"]), reasoned(first=world.people["bea"], second=world.people["vic"])]


def foreign_placements(world, _actor):
    return [reasoned(placements=[{"person": world.people["bea"], "team": world.teams["two"]}]),
            reasoned(placements=[{"person": world.people["uma"], "team": world.teams["three"]}])]


def foreign_wishes(world, actor):
    wish = {"message": "Please."}
    other = world.teams["one" if actor.name.endswith("the registered team") else "six"]
    return [{"kind": "late join", "team": world.teams["three"], **wish}, {"kind": "team size", "team": other, "size": 6, **wish},
            {"kind": "swap", "person": world.people["bea"], **wish}, {"kind": "swap", "person": world.people["conf"], **wish},
            {"kind": "leave", "team": world.teams["three"], **wish}, {"kind": "coverage", "team": world.teams["three"], **wish},
            {"kind": "extension", "milestone": "midpoint", "until": "2023-12-01T12:00:00Z", "team": other, **wish}]


TEAM = "/courses/{course}/teams/{team}"
TWICE = ("?dry_run=true", "")  # the first shows what would be, the second does it

SAMPLES = {
    "GET /healthz": Sample(),
    "GET /readyz": Sample(),
    "GET /metrics": Sample(),
    # accounts
    "POST /session": Sample(body=own_credentials),
    "DELETE /session": Sample(lasts=True, signs_out=True),
    "POST /session/link": Sample(body=fresh_link),
    "POST /session/institution": Sample(never="no proxy is named to this server; test_sign_in_mail and test_institution have it"),
    "POST /sign-in-links": Sample(body={"email": "uma@matrix.example"}),
    "GET /me": Sample(),
    "PATCH /me": Sample(body={"preferred_name": "Somebody Else"}),
    "PUT /me/password": Sample(body={"current": PASSWORD, "new": "another horse battery"}, lasts=True),
    "GET /me/sessions": Sample(),
    "DELETE /me/sessions": Sample(lasts=True, signs_out=True),
    "DELETE /me/sessions/{session}": Sample(lasts=True, signs_out=True),
    "GET /me/tokens": Sample(),
    "POST /me/tokens": Sample(body={"name": "a script", "scopes": ["read"]}),
    "DELETE /me/tokens/{token}": Sample(),
    "GET /me/messages": Sample(queries=("?limit=100",)),
    "GET /accounts": Sample(queries=("", "?q=Zq")),
    "POST /accounts": Sample(body=lambda world, *_: {"name": "New Person", "email": f"new{world.number()}@matrix.example"}),
    "GET /accounts/{person}": Sample(),
    "PATCH /accounts/{person}": Sample(body={"preferred_name": "Renamed Example"}),
    "PUT /accounts/{person}/password": Sample(body={"password": "a password of theirs"}, lasts=True),
    "POST /accounts/{person}/sign-in-link": Sample(),
    # courses
    "GET /courses": Sample(),
    "POST /courses": Sample(body=new_course, media="application/yaml"),
    "GET /courses/{course}": Sample(),
    "GET /courses/{course}/syllabus": Sample(),
    "GET /courses/{course}/audit": Sample(queries=("?limit=200",)),
    "GET /audit/verification": Sample(),
    # roster
    "GET /courses/{course}/roster": Sample(queries=("", "?dropped=true")),
    "PUT /courses/{course}/roster/{person}": Sample(body=enrolment_of, lasts=True),
    "DELETE /courses/{course}/roster/{person}/hold": Sample(rule=is_held, also=people("dro"), lasts=True),
    "GET /courses/{course}/unplaced": Sample(),
    "POST /courses/{course}/roster": Sample(queries=("?dry_run=true", "?allow_drops=100"), body=roster, media="text/csv", lasts=True),
    "POST /courses/{course}/welcome": Sample(queries=TWICE),
    # teams
    "GET /courses/{course}/info-card": Sample(),
    "PUT /courses/{course}/info-card": Sample(body=card),
    "GET /courses/{course}/info-cards/{person}": Sample(rule=of_student),
    "POST /courses/{course}/info-cards/{person}/confirmation": Sample(rule=of_student),
    "GET /courses/{course}/seekers": Sample(),
    "GET /courses/{course}/teams": Sample(),
    "POST /courses/{course}/teams": Sample(body=lambda world, *_: {"name": f"New Team {world.number()}"}, lasts=True),
    f"GET {TEAM}": Sample(),
    f"PATCH {TEAM}": Sample(body=lambda world, *_: {"looking_for": f"Somebody who can solder {world.number()}"},
                            foreign=lambda world, _actor: [{"contact": person} for person in strangers(world)]),
    f"DELETE {TEAM}": Sample(rule=dissolve, lasts=True),
    f"POST {TEAM}/invitations": Sample(rule=only_members, body=invited, also=lambda world: [world.teams["four"]],
                                       foreign=lambda world, _actor: [{"person": world.people["bea"]}, {"person": 987654321},
                                                              {"email": world.emails["bea"]}, {"email": "zq@nowhere.example"}]),
    "GET /courses/{course}/invitations": Sample(),
    "POST /courses/{course}/invitations/{invitation}/acceptance": Sample(lasts=True),
    "GET /courses/{course}/invitations/{invitation}": Sample(),
    "DELETE /courses/{course}/invitations/{invitation}": Sample(rule=end_invitation, lasts=True),
    f"POST {TEAM}/join-requests": Sample(body={"message": "I would like to."}),
    "POST /courses/{course}/join-requests/{request}/acceptance": Sample(rule=not_asker, lasts=True),
    "GET /courses/{course}/join-requests/{request}": Sample(),
    "DELETE /courses/{course}/join-requests/{request}": Sample(lasts=True),
    f"DELETE {TEAM}/members/{{person}}": Sample(rule=remove_member, lasts=True),
    f"POST {TEAM}/members/{{person}}/question": Sample(rule=ask_member),
    f"POST {TEAM}/members/{{person}}/answer": Sample(rule=answer_question),
    f"POST {TEAM}/registration": Sample(body={"gap_plan": "We take the course on systems together and ask for help each week of the term."},
                                        lasts=True),
    f"POST {TEAM}/coverage-waiver": Sample(body={"reason": REASON}),
    f"DELETE {TEAM}/coverage-waiver": Sample(),
    # labs
    "GET /courses/{course}/labs": Sample(),
    "PUT /courses/{course}/labs/seat": Sample(body={"leave_team": True}, rule=approved, lasts=True),
    "DELETE /courses/{course}/labs/seat": Sample(lasts=True),
    "GET /courses/{course}/labs/seats": Sample(),
    "PUT /courses/{course}/labs/seats/{person}": Sample(queries=TWICE, body=reasoned(leave_team=True), rule=has_taken, also=people("sue", "aud")),
    "DELETE /courses/{course}/labs/seats/{person}": Sample(queries=TWICE, body=reasoned(), also=people("sue", "wes"), lasts=True,
                                                           missing=Refusal(409, "not_seated")),
    # privacy, export, backups
    "GET /me/data": Sample(),
    "GET /people/{person}/data": Sample(),
    "DELETE /people/{person}/data": Sample(queries=("?dry_run=true",)),
    "GET /courses/{course}/teams/export": Sample(queries=("?format=canvas", "?format=moodle", "?format=plain")),
    "POST /backups": Sample(body=new_folder),
    # files
    "POST /courses/{course}/files": Sample(queries=("?name=more.txt",), body=FILE, media="application/octet-stream", rule=not_operator),
    "GET /courses/{course}/files": Sample(),
    "GET /courses/{course}/files/{file}": Sample(),
    "DELETE /courses/{course}/files/{file}": Sample(rule=only_owner),
    # repairs
    "GET /courses/{course}/placements/{person}": Sample(rule=oneself_or_staff),
    "PUT /courses/{course}/placements/{person}": Sample(
        queries=TWICE, body=lambda world, actor, ids: reasoned(team=world.teams["four" if ids["course"] == A else "three"]), rule=of_student,
        foreign=lambda world, _actor: [reasoned(team=world.teams["three"]), reasoned(team=987654321)], lasts=True),
    "POST /courses/{course}/placements": Sample(
        queries=TWICE, body=lambda world, *_: reasoned(placements=[{"person": world.people["uma"], "team": world.teams["four"]}]),
        foreign=foreign_placements, lasts=True),
    "POST /courses/{course}/placements/{person}/undo": Sample(queries=TWICE, body=reasoned(), rule=of_student, also=people("moe"), lasts=True),
    "POST /courses/{course}/placement-swaps": Sample(
        queries=TWICE, body=lambda world, *_: reasoned(first=world.people["vic"], second=world.people["tina"]), foreign=foreign_swaps, lasts=True),
    "POST /courses/{course}/staff-teams": Sample(
        queries=TWICE, body=lambda world, *_: reasoned(name=f"Made {world.number()}", people=[world.people["uma"], world.people["wanda"]]),
        foreign=lambda world, _actor: [reasoned(name="Made of strangers", people=[world.people["uma"], world.people["bea"]])], lasts=True),
    f"POST {TEAM}/merger": Sample(
        queries=TWICE, body=lambda world, *_: reasoned(into=world.teams["four"]),
        foreign=lambda world, _actor: [reasoned(into=world.teams["three"]), reasoned(into=987654321)], lasts=True),
    f"POST {TEAM}/split": Sample(
        queries=TWICE, body=lambda world, actor, ids: reasoned(name=f"Split {world.number()}", people=[world.people["vic"], world.people["conf"]]),
        foreign=lambda world, _actor: [reasoned(name="Split of strangers", people=[world.people["bea"], world.people["aud"]])], lasts=True),
    f"PUT {TEAM}/size": Sample(queries=TWICE, body=reasoned(size_max=6)),
    "POST /courses/{course}/roster/{person}/audit-approval": Sample(queries=TWICE, body=reasoned(), rule=of_student, also=people("aud")),
    "DELETE /courses/{course}/roster/{person}/audit-approval": Sample(queries=TWICE, body=reasoned(), rule=of_student, also=people("aud")),
    # requests
    "POST /courses/{course}/requests": Sample(body=petition_of, foreign=foreign_wishes),
    "GET /courses/{course}/requests": Sample(),
    "GET /courses/{course}/requests/{request}": Sample(),
    "DELETE /courses/{course}/requests/{request}": Sample(rule=only_asker, lasts=True),
    "POST /courses/{course}/requests/{request}/answer": Sample(body={"verdict": "decline", "words": "Not this time."}, lasts=True),
    "POST /courses/{course}/requests/{request}/consent": Sample(body={"agrees": True}, rule=only_partner),
    "GET /courses/{course}/tasks": Sample(),
    "GET /courses/{course}/search": Sample(queries=("?q=Example", "?q=Zqhidden", "?q=Zqregistrar", "?q=zqmail", "?q=Team")),
}


FEATURES = (matrix_coursework, matrix_proposals, matrix_check_ins, matrix_course_states, matrix_mail, matrix_notices, matrix_reminders, matrix_webhooks, matrix_syllabus, matrix_calendar, matrix_events)
for feature in FEATURES:
    SAMPLES.update(feature.samples(Sample))


def body_of(world, sample, actor, ids):
    body = sample.body(world, actor, ids) if callable(sample.body) else sample.body
    return body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
