# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the matrix knows of proposals: one that is to be changed, one declined, one that waits with a recommendation, one decided a moment
ago; planted with texts that the team, or anybody but staff, may not read yet or ever; whose they are; and a good request for each row."""

import threading
import time

from matrix_rules import BELONGING, NOT_ALLOWED, NOT_FOUND, NOT_YOUR_TEAM, Refusal, has_team
from matrix_world import A, UNKNOWN, Secret

COURSE_FILE = (("proposals:\n", "proposals:\n  rubric: [{ id: plan, title: The plan, points: 5 }]\n"),)
PROPOSAL = "/courses/{course}/teams/{team}/proposal"
TOLD_WITHIN_SECONDS = 20
SUBMITTED = Refusal(409, "proposal_state")


def read(facts, db):
    of_team = "from proposal_{0} t join proposals p on p.id = t.proposal_id"
    facts.proposals = dict(db.execute("select team_id, state from proposals order by round"))
    # What a decision has written is not the team's to read before it is told.
    facts.versions = {row[:2]: row[2] for row in db.execute(
        "select v.team_id, v.version, v.kind = 'decided' and exists (select 1 from proposal_decisions d where d.proposal_id = v.proposal_id "
        "and d.kind = 'decision' and d.told_at is null) from proposal_versions v")}
    facts.comments = {row[0]: row[1:] for row in db.execute(f"select t.id, p.team_id, t.is_note, t.by_id {of_team.format('comments')}")}
    facts.decisions = {row[0]: row[1:] for row in db.execute(
        f"select t.id, p.team_id, t.told_at is not null and t.kind <> 'recommendation' {of_team.format('decisions')}")}
    facts.changes = {row[0]: facts.decisions[row[1]] for row in db.execute("select id, decision_id from proposal_changes")}


def proposal(world, team):
    return f"/courses/{A}/teams/{world.teams[team]}/proposal"


def submit(world, team, contact, *members):
    def save(field, value):
        world.as_(contact, 200, "PATCH", proposal(world, team), {"field": field, "value": value})

    for field in ("title", "hypothesis", "refutation", "methodology", "ai-use"):
        save(field, "Zqproposal" if team == "six" else "Some words.")
    save("topics", ["serving"])
    for member in (contact, *members):
        save("parts", {str(world.people[member]): "A third of it."})
    world.as_(contact, 200, "POST", f"{proposal(world, team)}/submissions")


def plant(world):
    def staff(key, path, **body):
        return world.as_(key, 201, "POST", path, body)["id"]

    submit(world, "six", "six", "sol", "moe")
    submit(world, "eight", "eve", "eli")
    world.things["comments"] = [
        world.as_("six", 201, "POST", f"{proposal(world, 'six')}/comments", {"text": "Zqcomment"})["id"],
        staff("stan", f"{proposal(world, 'six')}/comments", text="Zqstaffnote", note=True)]
    world.things["decisions"] = [
        staff("ines", f"{proposal(world, 'six')}/decisions", verdict="request changes", comment="Zqdecided",
              changes=[{"text": "Zqchange"}, {"text": "Zqchange as well"}]),
        staff("ines", f"{proposal(world, 'eight')}/decisions", verdict="decline", comment="It has been done.")]
    world.as_("stan", 200, "PUT", f"/courses/{A}/conflicts", {"teams": [world.teams["four"]]})


def plant_later(world):
    """10 minutes after the decisions their teams have been told."""
    pause, end = threading.Event(), time.monotonic() + TOLD_WITHIN_SECONDS
    while not all(told for _, told in world.facts().decisions.values()) and time.monotonic() < end:
        pause.wait(0.02)
    world.things["changes"] = list(world.facts().changes)
    world.as_("six", 200, "PUT", f"{proposal(world, 'six')}/changes/{world.things['changes'][0]}/answer", {"text": "Zqchanged"})
    submit(world, "nine", "nat", "ned")
    submit(world, "ten", "ted", "tia")
    world.as_("stan", 201, "POST", f"{proposal(world, 'nine')}/decisions", {"verdict": "recommend approve", "comment": "Zqrecommended"})
    made = world.as_("ines", 201, "POST", f"{proposal(world, 'ten')}/decisions", {"verdict": "approve with conditions", "comment": "Zqnottold"})
    world.things["decisions"].append(made["id"])
    world.things["versions"] = [1, 2, 3]


def plant_by_hand(_world, _db):
    pass


def secrets(world):
    team = world.teams["six"]

    def staff(facts, actor):
        return not actor.is_dead and facts.is_staff(actor, A)

    def six_and_staff(facts, actor):
        return staff(facts, actor) or (not actor.is_dead and facts.team(actor, A) == team)

    return [
        Secret("Zqproposal", "text of a proposal", six_and_staff),
        Secret("Zqcomment", "comment on a proposal", six_and_staff),
        Secret("Zqstaffnote", "note of staff on a proposal", staff),
        Secret("Zqdecided", "decision on a proposal", six_and_staff),
        Secret("Zqchange", "change that is requested of a proposal", six_and_staff),
        Secret("Zqrecommended", "recommendation on a proposal", staff),
        Secret("Zqnottold", "decision that its team was not told yet", staff),
    ]


# --- whose they are

def has_version(facts, actor, ids, _row):
    is_hidden = facts.versions.get((ids["team"], ids["version"]), True)
    return not is_hidden or ((ids["team"], ids["version"]) in facts.versions and facts.is_staff(actor, ids["course"]))


def has_comment(facts, actor, ids, _row):
    team, is_note, _ = facts.comments.get(ids["comment"], (None, 0, 0))
    return team == ids["team"] and (not is_note or facts.is_staff(actor, ids["course"]))


def is_shown(things, name):
    def shown(facts, actor, ids, _row):
        team, is_told = getattr(facts, things).get(ids[name], (None, 0))
        return team == ids["team"] and (is_told or facts.is_staff(actor, ids["course"]))
    return shown


BELONGING.update({"versions": has_version, "comments": has_comment, "decisions": is_shown("decisions", "decision"),
                  "changes": is_shown("changes", "change")})


def only_members(facts, actor, ids):
    return None if facts.team(actor, ids["course"]) == ids["team"] else NOT_YOUR_TEAM


def has_begun(facts, _actor, ids):
    return None if ids["team"] in facts.proposals else NOT_FOUND


def is_to_submit(facts, _actor, ids):
    """Of a proposal that has been submitted no version is looked at."""
    is_open = facts.proposals.get(ids["team"]) in (None, "draft", "changes requested")
    return None if is_open or not has_team(facts, None, ids, None) else SUBMITTED


def only_students(facts, actor, ids):
    return None if facts.role(actor, ids["course"]) == "student" else NOT_ALLOWED


def only_instructors(facts, actor, ids):
    return None if facts.role(actor, ids["course"]) == "instructor" else NOT_ALLOWED


def who_reopens(facts, actor, ids):
    is_decided = facts.proposals.get(ids["team"]) in ("approved", "approved with conditions", "not approved")
    return only_instructors(facts, actor, ids) if is_decided else None


def only_author(facts, actor, ids):
    return None if actor.person and facts.comments[ids["comment"]][2] == actor.person else NOT_ALLOWED


def not_operator(_facts, actor, _ids):
    return NOT_ALLOWED if actor.is_operator else None


def after_the_first(_facts, _actor, ids):
    return NOT_FOUND if ids["version"] == 1 else None


# --- requests

def verdict(world, actor, ids):
    prefix = "" if world.facts().role(actor, ids["course"]) == "instructor" else "recommend "
    return {"verdict": f"{prefix}approve", "comment": "Go on."}


def of_nine(world, actor, ids):
    return {"teams": [world.teams["nine"]], **verdict(world, actor, ids)}


def foreign_verdicts(_world, actor):
    """Who only recommends cannot decide."""
    return [{"verdict": "approve"}] if actor.name.startswith("staff") else []


def foreign_teams(world, actor):
    return [{"teams": [world.teams["three"]], "verdict": "recommend approve"}, {"teams": [UNKNOWN], "verdict": "recommend approve"},
            *({"teams": [world.teams["nine"]], **body} for body in foreign_verdicts(world, actor))]


def foreign_reviewers(world, _actor):
    return [{"people": [world.people[key]]} for key in ("bob", "mia")] + [{"people": [UNKNOWN]}]


def substitute(world, actor, _ids):
    return {"person": world.people["ines" if actor.person == world.people["stan"] else "stan"], "until": "2023-12-01T00:00:00Z"}


def foreign_substitutes(world, _actor):
    return [{"person": world.people[key], "until": "2023-12-01T00:00:00Z"} for key in ("bob", "mia")]


def team(name):
    return lambda world: [{"team": world.teams[name]}]


def own(world, name, number):
    return [{"team": world.teams["ten"], name: number}]


def samples(sample):
    return {
        f"GET {PROPOSAL}": sample(),
        f"PATCH {PROPOSAL}": sample(body={"field": "baseline", "value": "What others do."}, rule=only_members),
        f"GET {PROPOSAL}/versions": sample(),
        f"GET {PROPOSAL}/versions/{{version}}": sample(),
        f"GET {PROPOSAL}/versions/{{version}}/changes": sample(rule=after_the_first),
        f"POST {PROPOSAL}/versions/{{version}}/counting": sample(body={"reason": "The network was down."}, first=is_to_submit, lasts=True),
        f"POST {PROPOSAL}/submissions": sample(queries=("?dry_run=true", ""), rule=only_members),
        f"POST {PROPOSAL}/rounds": sample(rule=only_members, lasts=True),
        f"GET {PROPOSAL}/decisions": sample(rule=has_begun),
        f"POST {PROPOSAL}/decisions": sample(body=verdict, foreign=foreign_verdicts, more=team("nine"), lasts=True),
        f"DELETE {PROPOSAL}/decisions/{{decision}}": sample(
            first=only_instructors, more=lambda world: own(world, "decision", world.things["decisions"][-1]), lasts=True),
        f"PUT {PROPOSAL}/decisions/{{decision}}/reading": sample(first=only_students),
        f"POST {PROPOSAL}/reopenings": sample(body={"reason": "They found something.", "changes": [{"text": "Say what you found."}]},
                                              first=who_reopens, more=team("eight"), lasts=True),
        "POST /courses/{course}/proposal-decisions": sample(body=of_nine, foreign=foreign_teams, lasts=True),
        f"GET {PROPOSAL}/scores": sample(rule=has_begun),
        f"PUT {PROPOSAL}/scores": sample(body={"scores": [{"item": "plan", "points": 3, "words": "Go on."}]}, first=not_operator, more=team("nine")),
        f"GET {PROPOSAL}/changes": sample(rule=has_begun),
        f"PUT {PROPOSAL}/changes/{{change}}/answer": sample(body={"text": "It is changed."}, first=only_members),
        f"PUT {PROPOSAL}/changes/{{change}}/acceptance": sample(body={"accepted": True}),
        f"GET {PROPOSAL}/comments": sample(rule=has_begun),
        f"POST {PROPOSAL}/comments": sample(body={"text": "Well said."}),
        f"DELETE {PROPOSAL}/comments/{{comment}}": sample(rule=only_author, lasts=True),
        f"PUT {PROPOSAL}/comments/{{comment}}/resolution": sample(body={"resolved": True}),
        "GET /courses/{course}/similarity": sample(queries=("", "?least=0")),
        "GET /courses/{course}/reviews": sample(queries=("", "?mine=true")),
        f"GET {PROPOSAL}/reviewers": sample(),
        f"PUT {PROPOSAL}/reviewers": sample(body=lambda world, *_: {"people": [world.people["stan"]]}, foreign=foreign_reviewers),
        "POST /courses/{course}/proposal-reviewers": sample(body={"evenly": True}),
        "GET /courses/{course}/conflicts": sample(),
        "PUT /courses/{course}/conflicts": sample(body=lambda world, *_: {"teams": [world.teams["four"]]}, rule=not_operator,
                                                  foreign=lambda world, _actor: [{"teams": [world.teams["three"]]}]),
        "GET /courses/{course}/substitute": sample(),
        "PUT /courses/{course}/substitute": sample(body=substitute, rule=not_operator, foreign=foreign_substitutes),
    }
