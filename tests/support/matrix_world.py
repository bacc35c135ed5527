# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two courses full of people, teams and things that belong to somebody, for tests that try every route as everybody; and what the
store says of who is what, so that an expectation never comes from the server's own answers."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass

from tandem import COURSE, INSIDE, PASSWORD, SAMPLE, Server

A, B, NO_COURSE = "matrix-a", "matrix-b", "no-such-course"
UNKNOWN = 987654321
# What is made first has expired by INSIDE, and is still in the store: whoever signs in sweeps out what has expired by then, so everybody
# else does it before that, and late enough to be signed in at INSIDE.
FIRST, SECOND = "2023-08-01T14:00:00Z", "2023-08-20T14:00:00Z"
FIRST_TOKEN_DAYS = 25
LATER = "2023-09-05T14:30:00Z"  # half an hour after INSIDE: what is told after a while has been told
CAPACITY = 2
PEOPLE = [(key, A, {}) for key in ("mia", "tom", "tina", "tess", "six", "moe", "sol", "eve", "eli", "nat", "ned", "ted", "tia", "sue", "sam",
                                   "sid", "wes", "uma", "wanda", "dis")]
PEOPLE += [("ines", A, {"role": "instructor"}), ("stan", A, {"role": "staff"}), ("aud", A, {"credit": "audit"}),
           ("bob", B, {"role": "instructor"}), ("bea", B, {}), ("ben", B, {}), ("bert", B, {})]
REGISTRAR = {"vic": "Victoria Zqregistrar", "conf": "Zqhidden Example", "connie": "Zqcontact Example"}
FILE = b"Notes that wait to be handed in.\n"


@dataclass
class Actor:
    name: str
    person: int = 0
    token: str = None
    is_operator: bool = False
    is_dead: bool = False  # what is sent proves nobody
    scopes: frozenset = None  # of an API token; None: a session, or nothing


@dataclass
class Secret:
    """A text that nobody but some may ever receive."""

    text: str
    what: str
    may: object  # (facts, actor) -> bool, of everybody but the operator


class Facts:
    """Who is what and whose is what, read from the store."""

    def __init__(self, data, features):
        with contextlib.closing(sqlite3.connect(f"file:{os.path.join(data, 'tandem.db')}?mode=ro", uri=True)) as db:
            self.slugs = dict(db.execute("select id, slug from courses"))
            self.people = {row[0] for row in db.execute("select id from people")}
            self.enrolled = {(row[0], self.slugs[row[1]]) for row in db.execute("select person_id, course_id from enrolments")}
            self.roles = {(row[0], self.slugs[row[1]]): row[2] for row in db.execute(
                "select person_id, course_id, role from enrolments where state = 'active'")}
            self.unapproved = {(row[0], self.slugs[row[1]]) for row in db.execute(
                "select person_id, course_id from enrolments where credit = 'audit' and is_audit_approved = 0")}
            self.held = {(row[0], self.slugs[row[1]]) for row in db.execute(
                "select person_id, course_id from enrolments where hold_until is not null")}
            self.team_of = {(row[0], self.slugs[row[1]]): row[2] for row in db.execute(
                "select person_id, course_id, team_id from placements where until_at is null and team_id is not null")}
            self.teams = {row[0]: (self.slugs[row[1]], row[2], row[3]) for row in db.execute("select id, course_id, contact_id, state from teams")}
            self.questions = {(row[0], row[1]) for row in db.execute("select team_id, person_id from member_questions")}
            self.invitations = {}
            self.join_requests = {}
            for row in db.execute("select id, course_id, team_id, person_id, direction from invitations"):
                (self.invitations if row[4] == "invited" else self.join_requests)[row[0]] = (self.slugs[row[1]], row[2], row[3])
            self.petitions = {row[0]: (self.slugs[row[1]], row[2], row[3]) for row in db.execute(
                "select id, course_id, person_id, partner_id from petitions")}
            self.files = {row[0]: (self.slugs[row[1]], row[2], row[3]) for row in db.execute(
                "select id, course_id, owner_id, team_id from files")}
            self.seated = {(row[0], self.slugs[row[1]]) for row in db.execute(
                "select person_id, course_id from placements where until_at is null and team_id is null")}
            for feature in features:
                feature.read(self, db)
            self.sessions = dict(db.execute("select id, person_id from sessions"))
            self.tokens = dict(db.execute("select id, person_id from api_tokens"))
            self.expired = [db.execute(f"select count(*) from {table} where expires_at < unixepoch(?)", (INSIDE,)).fetchone()[0]
                            for table in ("sessions", "api_tokens")]

    def role(self, actor, course):
        if actor.is_operator and course in self.slugs.values():
            return "instructor"
        return None if actor.is_dead else self.roles.get((actor.person, course))

    def is_staff(self, actor, course):
        return self.role(actor, course) in ("staff", "instructor")

    def standing(self, actor):
        """What others' rights over them, and theirs, follow from."""
        return [(self.role(actor, course), self.team(actor, course), self.teams.get(self.team(actor, course)), (actor.person, course) in self.seated)
                for course in (A, B)]

    def team(self, actor, course):
        """The team that the reader is an active member of."""
        return self.team_of.get((actor.person, course), 0) if self.role(actor, course) else 0


class World:
    """The house; restore() puts the store back as it was. A feature is a module of what it adds: COURSE_FILE (dates that it needs
    otherwise), read (its facts), plant (its things; half an hour later what
    becomes of them; by hand in the stopped server's store what only time makes), secrets."""

    def __init__(self, features):
        self.features = features
        self.folder = tempfile.TemporaryDirectory(prefix="tandem-matrix-")
        self.kept = os.path.join(self.folder.name, "kept")
        self.server = Server(data=os.path.join(self.folder.name, "data"), now=FIRST)
        self.server.start()
        self.things = {}  # numbers, by the path segment that goes before one
        self.places = {}
        self.emails = {}
        self.numbers = 0
        self.people = {}
        self.tokens = {}
        self.actors = {}
        self.operator = self.server.operator()
        self.client = self.server.connect()
        self._courses()
        self._person("exa", A, "Exa Pired", "exa@matrix.example")
        self.expired_token = self._api_token("exa", "read", "write", "staff", days=FIRST_TOKEN_DAYS)
        self._go_on(SECOND)
        self._people()
        self._actors()
        self._go_on(INSIDE)
        self._teams()
        self._things()
        for feature in self.features:
            feature.plant(self)
        self._import("dro")
        self._go_on(LATER)
        for feature in self.features:
            feature.plant_later(self)
        self._secrets()
        self.server.stop()
        with contextlib.closing(sqlite3.connect(os.path.join(self.server.data, "tandem.db"))) as db, db:
            for feature in self.features:
                feature.plant_by_hand(self, db)
        shutil.copytree(self.server.data, self.kept)
        self.start()

    def _go_on(self, now):
        self.server.stop()
        self.server.now = now
        self.start()

    def start(self):
        self.server.start()
        self.operator = self.server.operator()
        self.client = self.server.connect()

    def reconnect(self):
        """At the next request: the server hangs up on who was idle for a minute."""
        for client in (self.operator, self.client):
            client.connection.close()

    def restore(self):
        self.server.process.kill()  # nothing of it is kept
        self.server.process.wait()
        self.server.kill()
        shutil.rmtree(self.server.data)
        shutil.copytree(self.kept, self.server.data)
        self.start()

    def close(self):
        self.server.__exit__()
        self.folder.cleanup()

    def columns(self, table, names):
        """Where these columns stand in a row of the table."""
        if names and table not in self.places:
            with contextlib.closing(sqlite3.connect(f"file:{os.path.join(self.server.data, 'tandem.db')}?mode=ro", uri=True)) as db:
                rows = db.execute("select cid, name from pragma_table_info(?)", (table,))
                self.places[table] = [place for place, name in rows if name in names]
        return self.places.get(table, ())

    def number(self):
        """Another one each time."""
        self.numbers += 1
        return self.numbers

    def facts(self):
        return Facts(self.server.data, self.features)

    # --- what it consists of
    def course_text(self, slug):
        with open(SAMPLE, encoding="utf-8") as file:
            text = file.read().replace(COURSE, slug).replace("capacity: 20", f"capacity: {CAPACITY}")
        for before, after in [change for feature in self.features for change in feature.COURSE_FILE]:
            if before not in text:
                raise AssertionError(f"the sample course has no more: {before}")
            text = text.replace(before, after)
        return text

    def _courses(self):
        for slug in (A, B):
            self.operator.expect(201, "POST", "/courses", self.course_text(slug), headers={"Content-Type": "application/yaml"})

    def _person(self, key, course, name, email, **enrolment):
        person = self.operator.expect(201, "POST", "/accounts", {"name": name, "email": email})["id"]
        self.people[key], self.emails[key] = person, email
        self.operator.expect(204, "PUT", f"/accounts/{person}/password", {"password": PASSWORD})
        if course:
            self.operator.expect(200, "PUT", f"/courses/{course}/roster/{person}", {"role": "student", **enrolment})
        self.tokens[key] = self.sign_in(key)
        return person

    def sign_in(self, key):
        return self.operator.expect(201, "POST", "/session", {"email": self.emails[key], "password": PASSWORD})["token"]

    def _api_token(self, key, *scopes, days=90):
        made = self.client.expect(201, "POST", "/me/tokens", {"name": "a program", "scopes": scopes, "days": days},
                                  token=self.tokens[key])
        return made["token"]

    def _people(self):
        for key, course, enrolment in PEOPLE:
            self._person(key, course, f"{key.title()} Example", f"{key}@matrix.example", **enrolment)
        self._person("vic", A, "Victoria Zqregistrar", "zqmail@matrix.example")
        self.operator.expect(200, "PATCH", f"/accounts/{self.people['vic']}", {"preferred_name": "Vic Example", "login": "zqlogin"})
        self._person("conf", A, "Zqhidden Example", "zqhiddenmail@matrix.example", confidential=True)
        self._person("connie", A, "Zqcontact Example", "zqcontactmail@matrix.example", confidential=True)
        self._person("dro", A, "Dro Example", "zqdropmail@matrix.example")
        self._import("")
        self.things["tokens"] = [self._token_id("vic"), self._token_id("uma"), self._token_id("bea")]

    def _import(self, gone):
        """The registrar's list, without one person; it knows more of the victim than Tandem's own pages set."""
        rows = ["name,email,sis_id,section"]
        listed = [key for key, course, enrolment in PEOPLE if course == A and "role" not in enrolment]
        for key in ("exa", *listed, *REGISTRAR, "dro"):
            name = REGISTRAR.get(key, f"{key.title()} Example")
            if key != gone:
                rows.append(f"{name},{self.emails[key]},{'Zqsis' if key == 'vic' else 'id-' + key},{'Zqsection' if key == 'vic' else 'A1'}")
        text = "\n".join(rows) + "\n"
        self.operator.expect(200, "POST", f"/courses/{A}/roster?allow_drops=1", text, headers={"Content-Type": "text/csv"})
        self.rosters = {A: text, B: "name,email\n" + "".join(f"{key.title()} Example,{self.emails[key]}\n" for key in ("bea", "ben", "bert"))}

    def as_(self, key, status, method, path, body=None, **options):
        return self.client.expect(status, method, path, body, token=self.tokens[key], **options)

    def _card(self, key, level="project", course=A, **more):
        self.as_(key, 200, "PUT", f"/courses/{course}/info-card", {
            "skills": [{"skill": "ml", "level": level, "evidence": "Some evidence."},
                       {"skill": "systems", "level": "course", "evidence": "Zqevidence" if key == "vic" else "A course."}],
            **more})

    def _team(self, course, name, contact, *members):
        team = self.as_(contact, 201, "POST", f"/courses/{course}/teams", {"name": name})["id"]
        for member in members:
            if member == "conf":  # nobody can invite them; they ask
                asked = self.as_(member, 201, "POST", f"/courses/{course}/teams/{team}/join-requests", {"message": "May I?"})
                self.as_(contact, 200, "POST", f"/courses/{course}/join-requests/{asked['id']}/acceptance")
            else:
                invited = self.as_(contact, 201, "POST", f"/courses/{course}/teams/{team}/invitations", {"person": self.people[member]})
                self.as_(member, 200, "POST", f"/courses/{course}/invitations/{invited['id']}/acceptance")
        return team

    def _teams(self):
        for key in ("mia", "tom", "tina", "six", "conf", "connie", "dro", "sue"):
            self._card(key)
        self._card("vic", availability="Zqavailability", about="Zqabout")
        self._card("uma", seeking=True, availability="Evenings", about="Looks for a team")
        self._card("bea", course=B)
        self.teams = {
            "one": self._team(A, "Team One", "mia", "vic", "conf"),
            "two": self._team(A, "Team Two", "tom", "tina", "dro"),
            "four": self._team(A, "Team Four", "tess"),
            "six": self._team(A, "Team Six", "six", "sol"),
            "eight": self._team(A, "Team Eight", "eve", "eli"),
            "nine": self._team(A, "Team Nine", "nat", "ned"),
            "ten": self._team(A, "Team Ten", "ted", "tia"),
            "seven": self._team(A, "Team Seven", "connie", "sam"),
            "three": self._team(B, "Team Three", "bea"),
        }
        for key in ("sue", "sid", "wes"):
            self.as_(key, 200, "PUT", f"/courses/{A}/labs/seat", {})
        self.as_("ines", 200, "PUT", f"/courses/{A}/placements/{self.people['moe']}", {"team": self.teams["six"], "reason": "Zqreason"})
        for key, team in (("six", "six"), ("eve", "eight"), ("nat", "nine"), ("ted", "ten")):
            self.as_(key, 200, "POST", f"/courses/{A}/teams/{self.teams[team]}/registration", {
                "gap_plan": f"{'Zqgapplan' if team == 'six' else 'Plan'}: we take the course on systems together and ask for help every week."})
        self.as_("ines", 200, "POST", f"/courses/{A}/teams/{self.teams['one']}/coverage-waiver", {"reason": "Zqwaiver"})
        self.as_("mia", 200, "POST", f"/courses/{A}/teams/{self.teams['one']}/members/{self.people['vic']}/question")

    def _things(self):
        def invite(course, contact, team, key, words):
            return self.as_(contact, 201, "POST", f"/courses/{course}/teams/{self.teams[team]}/invitations",
                            {"person": self.people[key], "message": words})["id"]

        def ask(course, key, team, words):
            return self.as_(key, 201, "POST", f"/courses/{course}/teams/{self.teams[team]}/join-requests", {"message": words})["id"]

        def petition(course, key, **body):
            return self.as_(key, 201, "POST", f"/courses/{course}/requests", body)["id"]

        def upload(course, key):
            return self.as_(key, 201, "POST", f"/courses/{course}/files?name=notes.txt", FILE,
                            headers={"Content-Type": "application/octet-stream"})["id"]

        self.things["invitations"] = [invite(A, "mia", "one", "uma", "Zqinvitation"), invite(A, "tom", "two", "wanda", "Come"),
                            invite(A, "connie", "seven", "uma", "Come to us"),
                            invite(B, "bea", "three", "ben", "Come")]
        self.things["join-requests"] = [ask(A, "wanda", "one", "Zqjoin"), ask(A, "uma", "four", "Take me"), ask(B, "bert", "three", "Take me")]
        self.things["requests"] = [
            petition(A, "vic", kind="swap", person=self.people["tina"], message="Zqpetition"),
            petition(A, "tom", kind="team size", team=self.teams["two"], size=5, message="We are many"),
            petition(B, "bea", kind="team size", team=self.teams["three"], size=5, message="We are many")]
        declined = petition(A, "vic", kind="team size", size=6, message="Zqpetition of size")
        self.as_("ines", 201, "POST", f"/courses/{A}/requests/{declined}/answer", {"verdict": "decline", "words": "Zqanswer"})
        self.things["requests"].append(declined)
        self.things["files"] = [upload(A, "vic"), upload(A, "uma"), upload(B, "bea")]

    def _token_id(self, key):
        return self.as_(key, 201, "POST", "/me/tokens", {"name": "spare", "scopes": ["read"]})["id"]

    def _actors(self):
        every = ("read", "write", "staff")

        def add(name, key=None, token=None, **more):
            self.actors[name] = Actor(name, self.people.get(key, 0), token or self.tokens.get(key), **more)

        add("nobody", is_dead=True)
        add("instructor", "ines")
        add("staff", "stan")
        add("contact of team one", "mia")
        add("victim in team one", "vic")
        add("confidential in team one", "conf")
        add("member of team two", "tina")
        add("contact of team two", "tom")
        add("contact of team four", "tess")
        add("contact of the registered team", "six")
        add("member of the registered team", "moe")
        add("contact of the declined team", "eve")
        add("contact of the team decided just now", "ted")
        add("seated student", "sue")
        add("waiting student", "wes")
        add("unplaced student", "uma")
        add("auditor not approved", "aud")
        add("dropped student", "dro")
        add("instructor of the other course", "bob")
        add("student of the other course", "bea")
        for name, key, scopes in (("instructor's token without staff", "ines", ("read", "write")), ("student's reading token", "mia", ("read",)),
                                  ("student's writing token", "uma", ("write",)), ("staff's full token", "stan", every),
                                  ("full token of the other course's instructor", "bob", every), ("full token of the dropped", "dro", every)):
            add(name, key, self._api_token(key, *scopes), scopes=frozenset(scopes))
        disabled = self._api_token("dis", *every)
        session = self.tokens["dis"]
        self.operator.expect(200, "PATCH", f"/accounts/{self.people['dis']}", {"disabled": True})
        add("disabled account", token=session, is_dead=True)
        add("token of the disabled account", token=disabled, is_dead=True)
        add("expired session", token=self.tokens["exa"], is_dead=True)
        add("expired API token", token=self.expired_token, is_dead=True)
        revoked = self.sign_in("ines")
        self.client.expect(204, "DELETE", "/session", token=revoked)
        add("revoked session", token=revoked, is_dead=True)
        made = self.as_("ines", 201, "POST", "/me/tokens", {"name": "revoked", "scopes": every})
        self.as_("ines", 204, "DELETE", f"/me/tokens/{made['id']}")
        add("revoked API token", token=made["token"], is_dead=True)
        add("operator", is_operator=True)

    def _secrets(self):
        one, six = self.teams["one"], self.teams["six"]
        wanda, uma = self.people["wanda"], self.people["uma"]

        def of(*keys, team=None, people=()):
            selves = {self.people[key] for key in keys} | set(people)

            def may(facts, actor):
                if actor.is_dead:
                    return False
                is_mate = team is not None and facts.team(actor, A) == team
                # Whoever enrols somebody in their own course too is their staff there.
                is_staff = any(facts.is_staff(actor, course) and any((person, course) in facts.enrolled for person in selves)
                               for course in (A, B))
                return actor.person in selves or is_mate or is_staff
            return may

        # Nor by number, to whom their names may not be told.
        self.hidden = {self.people["conf"]: of("conf", team=one), self.people["connie"]: of("connie", team=self.teams["seven"])}
        self.secrets = [
            Secret("zqmail@", "e-mail of a member of team one", of("vic", team=one)),
            Secret("Zqregistrar", "name as the registrar has it, of who prefers another", of("vic")),
            Secret("zqlogin", "login at the institution", of("vic")),
            Secret("Zqsis", "id in the student information system", of("vic")),
            Secret("Zqsection", "section", of("vic")),
            Secret("Zqevidence", "evidence of a level", of("vic")),
            Secret("Zqavailability", "availability of who does not seek", of("vic")),
            Secret("Zqabout", "about of who does not seek", of("vic")),
            Secret("Zqpetition", "message of a request", of("vic")),
            Secret("Zqanswer", "answer to a request", of("vic")),
            Secret("Zqreason", "reason of a repair", of("moe", team=six)),
            Secret("Zqgapplan", "how a team closes its gap", of("six", team=six)),
            Secret("Zqwaiver", "why staff waived the coverage", lambda facts, actor: facts.is_staff(actor, A)),
            Secret("Zqinvitation", "message of an invitation", of("vic", team=one, people=[uma])),
            Secret("Zqjoin", "message of a join request", of("vic", team=one, people=[wanda])),
            Secret("Zqhidden", "name of a confidential student", of("conf", team=one)),
            Secret("zqhiddenmail", "e-mail of a confidential student", of("conf", team=one)),
            Secret("Zqcontact", "name of a confidential contact", of("connie", team=self.teams["seven"])),
            Secret("zqcontactmail", "e-mail of a confidential contact", of("connie", team=self.teams["seven"])),
            Secret("zqdropmail", "e-mail of a dropped student", of("dro", team=self.teams["two"])),
            *[secret for feature in self.features for secret in feature.secrets(self)],
        ]
