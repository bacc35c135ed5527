# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each request must come to, by the row's x-access and how who asks stands to what the path names. Knows no server: a row of
`tandem routes --openapi`, the store's facts, and rules.md."""

import re
from dataclasses import dataclass, field
from itertools import product

from matrix_world import A, B, NO_COURSE, UNKNOWN

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Row:
    name: str  # "GET /courses/{course}"
    method: str
    path: str
    access: str
    scopes: tuple
    operation: dict = field(compare=False)

    @property
    def params(self):
        """The path's parameters with what they number: [("course", "courses"), ("request", "join-requests")]."""
        return [(name, kind) for kind, name in re.findall(r"([^/]+)/\{([^}]+)\}", self.path)]

    @property
    def reads(self):
        return self.method == "GET"

    @property
    def success(self):
        return next(int(status) for status in self.operation["responses"] if status.startswith("2"))


def rows_of(document):
    rows = []
    for path, item in document["paths"].items():
        outside = "/" if "servers" in item else ""
        for method in METHODS:
            if method in item:
                operation = item[method]
                scopes = tuple(scope for way in operation["security"] for scope in way.get("bearer", ()))
                rows.append(Row(f"{method.upper()} {path}", method.upper(), outside + path, operation["x-access"], scopes, operation))
    return rows


@dataclass(frozen=True)
class Refusal:
    status: int
    code: str


NOT_FOUND = Refusal(404, "not_found")
NOT_ALLOWED = Refusal(403, "not_allowed")
NOT_SIGNED_IN = Refusal(401, "not_signed_in")
NOT_CONTACT = Refusal(403, "not_contact")
NOT_YOUR_TEAM = Refusal(403, "not_your_team")
NOT_APPROVED = Refusal(403, "auditor_not_approved")


def expected(row, sample, facts, actor, ids):
    """The refusal, or None: who asks may do it, and what comes of it is a matter of the rules of the thing."""
    return (door(row, facts, actor, ids) or (sample.first and sample.first(facts, actor, ids)) or belonging(row, sample, facts, actor, ids)
            or (sample.rule and sample.rule(facts, actor, ids)))


def door(row, facts, actor, ids):
    """What the row's access alone decides."""
    if row.access in ("public", "loopback"):
        return None
    if actor.scopes is not None and not actor.is_dead and not set(row.scopes or ("session",)) <= actor.scopes:
        return Refusal(403, "token_scope")
    if row.access == "operator":
        return None if actor.is_operator else NOT_ALLOWED
    if actor.is_dead or (actor.name == "nobody"):
        return NOT_SIGNED_IN
    if row.access in ("signed in", "account"):
        return NOT_SIGNED_IN if actor.is_operator and row.path != "/courses" else None  # the operator has no account
    return door_of_course(row, facts, actor, ids)


def door_of_course(row, facts, actor, ids):
    course = ids["course"]
    if course not in facts.slugs.values():
        return NOT_FOUND
    role = facts.role(actor, course)
    if role is None:
        return Refusal(403, "not_enrolled")
    is_staff = role in ("staff", "instructor")
    if is_staff and actor.scopes is not None and "staff" not in actor.scopes:
        return Refusal(403, "token_scope")
    lacks = {
        "course": False,
        "student": role != "student" or actor.is_operator,
        "team": not is_staff and facts.team(actor, course) != ids.get("team"),
        "staff": not is_staff,
        "instructor": role != "instructor",
    }[row.access]
    return (NOT_YOUR_TEAM if row.access == "team" else NOT_ALLOWED) if lacks else None


def belonging(row, sample, facts, actor, ids):
    """A thing is in the course of the path, and concerns who asks; to all others it is not there."""
    for name, kind in row.params:
        if kind in BELONGING and not BELONGING[kind](facts, actor, ids, row):
            return sample.missing
    return None


def has_team(facts, _actor, ids, _row):
    return facts.teams.get(ids["team"], (None,))[0] == ids["course"]


def has_person(facts, actor, ids, row):
    person = ids["person"]
    if row.access == "operator":
        return person in facts.people
    if not facts.is_staff(actor, ids["course"]):
        return True  # the row's own rule says what others may
    if row.name == "PUT /courses/{course}/roster/{person}":
        return (person, ids["course"]) in facts.enrolled or (actor.is_operator and person in facts.people)
    if "team" in ids:
        return True  # member or not: the row's own rule
    return (person, ids["course"]) in facts.enrolled


def is_invited(things, name):
    def concerns(facts, actor, ids, row):
        course, team, person = getattr(facts, things).get(ids[name], (None, 0, 0))
        if course != ids["course"]:
            return False
        if row.path.endswith("/acceptance"):
            return actor.person == person or (things == "join_requests" and facts.team(actor, course) == team)
        return actor.person == person or facts.team(actor, course) == team or facts.is_staff(actor, course)
    return concerns


def is_petitions(facts, actor, ids, _row):
    course, asker, partner = facts.petitions.get(ids["request"], (None, 0, 0))
    return course == ids["course"] and (actor.person in (asker, partner or asker) or facts.is_staff(actor, course))


def has_file(facts, actor, ids, _row):
    course, owner, team = facts.files.get(ids["file"], (None, 0, None))
    return course == ids["course"] and (actor.person == owner or (team and team == facts.team(actor, course)) or facts.is_staff(actor, course))


def owns(things, name):
    return lambda facts, actor, ids, _row: getattr(facts, things).get(ids[name]) == actor.person


# By the segment before the parameter.
BELONGING = {
    "teams": has_team,
    "accounts": has_person, "people": has_person, "roster": has_person, "info-cards": has_person, "members": has_person,
    "seats": has_person, "placements": has_person,
    "invitations": is_invited("invitations", "invitation"),
    "join-requests": is_invited("join_requests", "request"),
    "requests": is_petitions,
    "files": has_file,
    "sessions": owns("sessions", "session"),
    "tokens": owns("tokens", "token"),
}


def candidates(world, facts, actor, kind):
    """Own ones first, then another's, another course's, and at last one that nobody has."""
    people = [world.people[key] for key in ("vic", "tina", "bea")]
    own = facts.team_of.get((actor.person, A)) or facts.team_of.get((actor.person, B))
    teams = ([own] if own else []) + [world.teams[key] for key in ("one", "two", "six", "seven", "three")]
    sessions = [number for number, person in facts.sessions.items() if person == actor.person][:1]
    lists = {
        "teams": teams,
        **world.things,
        "sessions": sessions + [number for number, person in facts.sessions.items() if person == world.people["vic"]][:1],
    }
    found = lists[kind] if kind in lists else ([actor.person] if actor.person else []) + people
    return list(dict.fromkeys(found)) + [NOTHING.get(kind, UNKNOWN)]


def paths(world, facts, actor, row, sample):
    """Every combination of ids for who comes in at the door; the first one for whom no id can help."""
    others = [(name, candidates(world, facts, actor, kind)) for name, kind in row.params if name != "course"]
    if others:
        others[-1][1][-1:-1] = [number for number in sample.also(world) if number not in others[-1][1]]
    has_course = "{course}" in row.path
    combinations = [dict(zip([name for name, _ in others], values)) for values in product(*[values for _, values in others])
                    if all(value != known[-1] for value, (_, known) in zip(values, others))]
    firsts = {name: values[0] for name, values in others}  # what nobody has is tried beside what is their own
    combinations += [{**firsts, name: values[-1]} for name, values in others]
    combinations += sample.more(world)
    if actor.is_dead or actor.scopes is not None:  # as who made it does, or not at all
        combinations = combinations[:1]
    for course in courses(facts, actor) if has_course else (None,):
        all_ids = [{"course": course, **ids} if has_course else ids for ids in combinations]
        is_open = row.access == "team" and facts.role(actor, course) or door(row, facts, actor, all_ids[0]) is None
        yield from all_ids if is_open else all_ids[:1]


NOTHING = {}  # what nobody has, of parameters that are no numbers


def courses(facts, actor):
    """Their own; and for the doors of the others, which are alike to all who are not enrolled, some of them do."""
    if actor.is_operator or actor.name in ("instructor", "contact of team one", "unplaced student"):
        return A, B, NO_COURSE
    return (A, B) if (actor.person, B) in facts.enrolled else (A,)


def is_known(row):
    return all(kind == "courses" or kind in BELONGING for _, kind in row.params)
