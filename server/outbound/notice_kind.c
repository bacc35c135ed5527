// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/notice_kind.h"

#include <string.h>

#define ALL NOTICE_EVERYBODY
#define STUDENTS NOTICE_STUDENTS
#define STAFF NOTICE_STAFF

// What somebody must act on within limited time leaves now, what concerns the account alone, the rest within an hour;
// what staff are told, with their daily mail. What changes somebody's place, dates or result may not be off.
// clang-format off
static const struct notice_kind kinds[] = {
    {"sign-in link",              ALL,      NOTICE_ALONE, false, false, "A link to sign in, when you ask for one", "Your link to sign in to Tandem"},
    {"welcome",                   ALL,      NOTICE_ALONE, false, false, "You are enrolled in a course", "Welcome to Systems for Machine Learning"},
    {"API token",                 ALL,      NOTICE_ALONE, false, false, "An API token was made for your account", "A new API token for your Tandem account"},
    {"announcement",              ALL,      NOTICE_HOUR,  false, false, "The course's staff announce something", "The room of Thursday's lecture has changed"},
    {"urgent announcement",       ALL,      NOTICE_NOW,   false, false, "The course's staff announce something that cannot wait", "Today's lecture is cancelled"},

    {"reminder",                  STUDENTS, NOTICE_NOW,   true,  false, "Something of yours is due soon and not done; without these mails only the pages tell you", "Proposal: due tomorrow at 23:59"},
    {"dates moved",               STUDENTS, NOTICE_HOUR,  false, false, "The schedule changed: a date of yours moved", "Lab 2: now due Mon 23 Oct 2023 23:59 EDT"},
    {"course changed",            STUDENTS, NOTICE_HOUR,  false, false, "The schedule changed: the course has a new file that changes what is yours", "The course's staff changed the course"},
    {"extension",                 STUDENTS, NOTICE_HOUR,  false, false, "You have more time", "You have more time"},
    {"extension withdrawn",       STUDENTS, NOTICE_HOUR,  false, false, "An extension was taken back", "An extension was taken back"},
    {"excusal",                   STUDENTS, NOTICE_HOUR,  false, false, "You are excused from a milestone, or no longer", "You are excused from a milestone"},
    {"penalty waived",            STUDENTS, NOTICE_HOUR,  false, false, "What lateness cost you is waived", "What lateness cost you is waived"},

    {"invitation",                STUDENTS, NOTICE_NOW,   true,  false, "A team invites you", "Blue Team invites you"},
    {"invitation declined",       STUDENTS, NOTICE_HOUR,  true,  false, "Somebody declined your team's invitation", "Blue Team: an invitation was declined"},
    {"invitation lapsed",         STUDENTS, NOTICE_HOUR,  true,  false, "An invitation was not answered in time", "The invitation by Blue Team has lapsed"},
    {"invitation withdrawn",      STUDENTS, NOTICE_HOUR,  true,  false, "A team withdrew its invitation to you", "Blue Team withdrew its invitation"},
    {"join request",              STUDENTS, NOTICE_NOW,   true,  false, "Somebody asks to join your team", "Blue Team: somebody asks to join"},
    {"join request accepted",     STUDENTS, NOTICE_HOUR,  false, false, "A team that you asked takes you in", "You are in Blue Team"},
    {"join request declined",     STUDENTS, NOTICE_HOUR,  true,  false, "A team that you asked declined", "Blue Team declined your request"},
    {"join request lapsed",       STUDENTS, NOTICE_HOUR,  true,  false, "A join request was not answered in time", "Blue Team did not answer in time"},
    {"join request withdrawn",    STUDENTS, NOTICE_HOUR,  true,  false, "Somebody no longer asks to join your team", "Blue Team: a join request was withdrawn"},
    {"member joined",             STUDENTS, NOTICE_HOUR,  true,  false, "Somebody joined your team", "Blue Team has a new member"},
    {"member left",               STUDENTS, NOTICE_HOUR,  true,  false, "Somebody left your team", "Blue Team has lost a member"},
    {"member question",           STUDENTS, NOTICE_NOW,   false, false, "Your team asks whether you are still with it", "Are you still with Blue Team?"},
    {"member answer",             STUDENTS, NOTICE_HOUR,  true,  false, "A member whom you asked is still with the team", "Blue Team: a member has answered"},
    {"removed from team",         STUDENTS, NOTICE_HOUR,  false, false, "You were removed from a team", "You are no longer in Blue Team"},
    {"moved by staff",            STUDENTS, NOTICE_HOUR,  false, false, "The staff changed your place in the course", "You are now in Blue Team"},
    {"team changed by staff",     STUDENTS, NOTICE_HOUR,  true,  false, "The staff changed your team", "Who is in Blue Team has changed"},
    {"team contact",              STUDENTS, NOTICE_HOUR,  true,  false, "Your team has a new contact", "Blue Team has a new contact"},
    {"team dissolved",            STUDENTS, NOTICE_HOUR,  false, false, "Your team was dissolved", "Blue Team was dissolved"},
    {"team incomplete",           STUDENTS, NOTICE_HOUR,  false, false, "Your team could not be registered", "Blue Team could not be registered"},
    {"team registered",           STUDENTS, NOTICE_HOUR,  true,  false, "Your team is registered", "Blue Team is registered"},
    {"team renamed",              STUDENTS, NOTICE_HOUR,  true,  false, "Your team has another name", "Blue Team is now Green Team"},
    {"coverage gap",              STUDENTS, NOTICE_HOUR,  false, false, "Your team no longer covers all skills", "Blue Team no longer covers all skills"},
    {"coverage gap closed",       STUDENTS, NOTICE_HOUR,  true,  false, "Your team covers all skills again", "Blue Team: the coverage gap is closed"},
    {"coverage waived",           STUDENTS, NOTICE_HOUR,  true,  false, "Your team need not cover all skills", "Blue Team need not cover all skills"},
    {"coverage waiver withdrawn", STUDENTS, NOTICE_HOUR,  false, false, "Your team has to cover all skills again", "Blue Team has to cover all skills again"},
    {"card confirmed",            STUDENTS, NOTICE_HOUR,  true,  false, "The staff confirmed your info card", "Your raised levels count now"},
    {"lab seat",                  STUDENTS, NOTICE_NOW,   false, false, "A lab seat: offered, expired, the list ended", "A lab seat is yours if you take it by Fri 8 Sep 2023 17:00 EDT"},
    {"audit approval",            STUDENTS, NOTICE_HOUR,  false, false, "The staff decided whether you may audit", "You may audit the course"},
    {"request consent",           STUDENTS, NOTICE_NOW,   false, false, "Somebody's request needs your word", "Do you agree? A request: swap"},
    {"request answered",          STUDENTS, NOTICE_HOUR,  false, false, "A request of yours was answered", "Your request was granted: extension"},

    {"proposal begun anew",       STUDENTS, NOTICE_HOUR,  true,  false, "Your team proposes anew", "Blue Team proposes anew"},
    {"proposal comments",         STUDENTS, NOTICE_HOUR,  true,  false, "New comments on your team's proposal", "New comments on your team's proposal"},
    {"proposal counted",          STUDENTS, NOTICE_HOUR,  false, false, "The staff counted a saved proposal as submitted", "A saved version of the proposal of Blue Team counts as submitted"},
    {"proposal decided",          STUDENTS, NOTICE_HOUR,  false, false, "Your team's proposal was decided", "Changes to your proposal are requested"},
    {"proposal reopened",         STUDENTS, NOTICE_HOUR,  false, false, "The staff opened your team's proposal again", "Your proposal is open again"},
    {"proposal submitted",        STUDENTS, NOTICE_HOUR,  true,  false, "Somebody submitted your team's proposal", "The proposal of Blue Team was submitted"},
    {"work handed in",            STUDENTS, NOTICE_HOUR,  true,  false, "Somebody handed in your team's work", "Version 2 was handed in: Final report"},
    {"work withdrawn",            STUDENTS, NOTICE_HOUR,  false, false, "What was handed in was withdrawn", "Version 2 was withdrawn: Final report"},
    {"version chosen",            STUDENTS, NOTICE_HOUR,  false, false, "Another version of your work counts", "Version 1 counts now: Final report"},
    {"work accepted",             STUDENTS, NOTICE_HOUR,  true,  false, "The staff accepted your work", "Version 2 is accepted: Final report"},
    {"acceptance taken back",     STUDENTS, NOTICE_HOUR,  false, false, "The staff took an acceptance back", "Version 2 is not accepted any more: Final report"},
    {"slot booked",               STUDENTS, NOTICE_HOUR,  true,  false, "Somebody booked a slot for your team", "A slot was booked: Check-in 1"},
    {"slot cancelled",            STUDENTS, NOTICE_NOW,   false, false, "Your slot was cancelled", "Your slot was cancelled: Check-in 1"},
    {"slot given up",             STUDENTS, NOTICE_HOUR,  false, false, "Somebody gave up your team's slot", "Your slot was given up: Check-in 1"},
    {"slot moved",                STUDENTS, NOTICE_HOUR,  false, false, "Somebody moved your team's slot", "Your slot was moved: Check-in 1"},
    {"slot soon",                 STUDENTS, NOTICE_NOW,   false, false, "A change of a slot of yours that begins within a day", "A slot was booked: Check-in 1"},
    {"slot place changed",        STUDENTS, NOTICE_NOW,   false, false, "Your slot has another place", "Your slot has another place: Check-in 1"},
    {"check-in result",           STUDENTS, NOTICE_HOUR,  false, false, "What was recorded of you at a check-in", "What was recorded of you: Check-in 1"},
    {"mentor",                    STUDENTS, NOTICE_HOUR,  true,  false, "Your team has a mentor", "Your team has a mentor"},

    {"daily tasks",               STAFF,    NOTICE_NOW,   true,  false, "What there is to do, once a day", "Today in Systems for Machine Learning: 3 things to do"},
    {"urgent for staff",          STAFF,    NOTICE_NOW,   true,  false, "Something of yours is due within 24 hours", "Yours to do by tomorrow: 2 proposals wait"},
    {"staff reminder",            STAFF,    NOTICE_DAY,   true,  false, "Who has handed in, who has not", "Proposal: 12 of 16 teams have handed in"},
    {"outage",                    STAFF,    NOTICE_NOW,   false, false, "The server was not there at a deadline", "The server was not there at a deadline"},
    {"webhook paused",            STAFF,    NOTICE_DAY,   true,  false, "A webhook of the course was paused (to instructors)", "A webhook of the course was paused"},
    {"own slot soon",             STAFF,    NOTICE_NOW,   true,  false, "A change of a slot of yours that begins within a day", "A slot that you hold was booked: Check-in 1"},
    {"own slot",                  STAFF,    NOTICE_DAY,   true,  false, "A change of a slot of yours", "A slot that you hold is free again: Check-in 1"},
    {"team to mentor",            STAFF,    NOTICE_DAY,   true,  false, "You mentor a team", "You mentor a team"},
    {"request",                   STAFF,    NOTICE_DAY,   true,  false, "A student's request waits", "A request: team size"},
    {"proposals to review",       STAFF,    NOTICE_DAY,   true,  false, "Proposals were given to you to review", "You review proposals"},
    {"proposal waits",            STAFF,    NOTICE_DAY,   true,  false, "A proposal was submitted", "The proposal of Blue Team waits"},
    {"proposal resubmitted",      STAFF,    NOTICE_DAY,   true,  false, "A revised proposal was submitted", "A revised proposal of Blue Team waits"},
    {"comments to staff",         STAFF,    NOTICE_DAY,   true,  false, "New comments on a proposal", "New comments on a proposal"},
    {"review substitute",         STAFF,    NOTICE_DAY,   true,  false, "You stand in for a reviewer", "You stand in for somebody who is away"},
    {"team coverage gap",         STAFF,    NOTICE_DAY,   true,  false, "A registered team does not cover all skills", "Blue Team no longer covers all skills"},
    {"team too small",            STAFF,    NOTICE_DAY,   true,  false, "A registered team has too few members", "Blue Team has too few members"},
    {"card edited",               STAFF,    NOTICE_DAY,   true,  false, "A member of a registered team edited the info card", "Blue Team: an info card was edited"},
};
// clang-format on

const struct notice_kind *notice_kind_find(const char *name) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(kinds[i].name, name) == 0)
      return &kinds[i];
  return NULL;
}

const struct notice_kind *notice_kinds(size_t *count) {
  *count = sizeof kinds / sizeof *kinds;
  return kinds;
}
