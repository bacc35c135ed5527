// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/event_topics.h"

#include <string.h>

#include "common/base/text.h"

// clang-format off
static const struct event_rule event_rules[] = {
  // the course
  {"course created",                    "course",     EVENT_COURSE,      NULL,    false},
  {"course copied",                     "course",     EVENT_STAFF,       NULL,    false},
  {"course state changed",              "course",     EVENT_COURSE,      NULL,    false},
  {"course file changed",               "course",     EVENT_COURSE,      NULL,    false},
  {"milestone dates moved",             "milestone",  EVENT_COURSE,      NULL,    false},
  {"outage noted",                      "outage",     EVENT_STAFF,       NULL,    false},
  {"welcome sent",                      "roster",     EVENT_STAFF,       NULL,    false},
  {"webhook added",                     "webhook",    EVENT_INSTRUCTORS, NULL,    false},
  {"webhook changed",                   "webhook",    EVENT_INSTRUCTORS, NULL,    false},
  {"webhook paused",                    "webhook",    EVENT_INSTRUCTORS, NULL,    false},
  {"webhook removed",                   "webhook",    EVENT_INSTRUCTORS, NULL,    false},
  // people: drop, audit and credit are their own and staff's
  {"person enrolled",                   "roster",     EVENT_HOLDER,      NULL,    false},
  {"enrolment changed",                 "roster",     EVENT_HOLDER,      NULL,    false},
  {"enrolment flags changed",           "roster",     EVENT_HOLDER,      NULL,    false},
  {"person dropped",                    "roster",     EVENT_HOLDER,      NULL,    false},
  {"person came back",                  "roster",     EVENT_HOLDER,      NULL,    false},
  {"hold released",                     "roster",     EVENT_STAFF,       NULL,    false},
  // what a card holds beside its levels is no business of team mates
  {"card filled in",                    "card",       EVENT_HOLDER,      NULL,    false},
  {"card edited",                       "card",       EVENT_HOLDER,      NULL,    false},
  {"card edited after registration",    "card",       EVENT_HOLDER,      NULL,    false},
  {"card confirmed",                    "card",       EVENT_HOLDER,      NULL,    false},
  // teams
  {"team founded",                      "team",       EVENT_TEAM,        NULL,    false},
  {"team founded by staff",             "team",       EVENT_TEAM,        NULL,    false},
  {"team changed",                      "team",       EVENT_TEAM,        NULL,    false},
  {"team renamed",                      "team",       EVENT_TEAM,        NULL,    false},
  {"team renamed by staff",             "team",       EVENT_TEAM,        NULL,    false},
  {"team registered",                   "team",       EVENT_TEAM,        NULL,    false},
  {"team incomplete",                   "team",       EVENT_TEAM,        NULL,    false},
  {"team dissolved",                    "team",       EVENT_TEAM,        NULL,    false},
  {"team forms again",                  "team",       EVENT_TEAM,        NULL,    false},
  {"teams merged",                      "team",       EVENT_TEAM,        NULL,    false},
  {"team split",                        "team",       EVENT_TEAM,        NULL,    false},
  {"member joined",                     "team",       EVENT_TEAM,        NULL,    false},
  {"member left",                       "team",       EVENT_TEAM,        NULL,    false},
  {"member removed",                    "team",       EVENT_TEAM,        NULL,    false},
  {"member's hold ended",               "team",       EVENT_TEAM,        NULL,    false},
  {"team size changed",                 "team",       EVENT_HOLDER,      NULL,    false},
  {"member asked",                      "team",       EVENT_HOLDER,      NULL,    false},
  {"member answered",                   "team",       EVENT_HOLDER,      NULL,    false},
  {"coverage gap opened",               "team",       EVENT_HOLDER,      NULL,    false},
  {"coverage gap closed",               "team",       EVENT_HOLDER,      NULL,    false},
  {"coverage waived",                   "team",       EVENT_HOLDER,      NULL,    false},
  {"coverage waiver withdrawn",         "team",       EVENT_HOLDER,      NULL,    false},
  {"person invited",                    "invitation", EVENT_HOLDER,      NULL,    false},
  {"invitation accepted",               "invitation", EVENT_HOLDER,      NULL,    false},
  {"invitation declined",               "invitation", EVENT_HOLDER,      NULL,    false},
  {"invitation withdrawn",              "invitation", EVENT_HOLDER,      NULL,    false},
  {"invitation lapsed",                 "invitation", EVENT_HOLDER,      NULL,    false},
  {"join requested",                    "invitation", EVENT_HOLDER,      NULL,    false},
  {"join request accepted",             "invitation", EVENT_HOLDER,      NULL,    false},
  {"join request declined",             "invitation", EVENT_HOLDER,      NULL,    false},
  {"join request withdrawn",            "invitation", EVENT_HOLDER,      NULL,    false},
  {"join request lapsed",               "invitation", EVENT_HOLDER,      NULL,    false},
  // staff moving people; the teams that a row's details name are told as teams
  {"student placed",                    "placement",  EVENT_HOLDER,      NULL,    true},
  {"student taken out",                 "placement",  EVENT_HOLDER,      NULL,    true},
  {"students swapped",                  "placement",  EVENT_HOLDER,      NULL,    true},
  {"student moved in a merger",         "placement",  EVENT_HOLDER,      NULL,    true},
  {"student moved in a split",          "placement",  EVENT_HOLDER,      NULL,    true},
  {"join undone",                       "placement",  EVENT_HOLDER,      NULL,    true},
  {"lab seat given",                    "placement",  EVENT_HOLDER,      "labs",  true},
  {"lab seat taken back",               "placement",  EVENT_HOLDER,      "labs",  true},
  // lab seats: how many are free is everybody's, who waits is not
  {"lab seat taken",                    "seat",       EVENT_HOLDER,      "labs",  false},
  {"lab seat asked for",                "seat",       EVENT_HOLDER,      NULL,    false},
  {"lab request withdrawn",             "seat",       EVENT_HOLDER,      NULL,    false},
  {"lab seat given up",                 "seat",       EVENT_HOLDER,      "labs",  false},
  {"lab seat offered",                  "seat",       EVENT_HOLDER,      "labs",  false},
  {"lab offer expired",                 "seat",       EVENT_HOLDER,      "labs",  false},
  {"lab seat freed after a drop",       "seat",       EVENT_STAFF,       "labs",  false},
  {"taken out of the line",             "seat",       EVENT_HOLDER,      NULL,    false},
  {"place in line ended",               "seat",       EVENT_HOLDER,      NULL,    false},
  {"place in line taken up again",      "seat",       EVENT_HOLDER,      NULL,    false},
  {"lab list ended",                    "labs",       EVENT_COURSE,      NULL,    false},
  // requests
  {"request made",                      "request",    EVENT_HOLDER,      NULL,    false},
  {"request agreed to",                 "request",    EVENT_HOLDER,      NULL,    false},
  {"request objected to",               "request",    EVENT_HOLDER,      NULL,    false},
  {"request granted",                   "request",    EVENT_HOLDER,      NULL,    false},
  {"request declined",                  "request",    EVENT_HOLDER,      NULL,    false},
  {"request withdrawn",                 "request",    EVENT_HOLDER,      NULL,    false},
  // handing in
  {"file uploaded",                     "file",       EVENT_HOLDER,      NULL,    false},
  {"file deleted",                      "file",       EVENT_STAFF,       NULL,    false},
  {"file expired",                      "file",       EVENT_STAFF,       NULL,    false},
  {"work handed in",                    "submission", EVENT_HOLDER,      NULL,    false},
  {"work withdrawn",                    "submission", EVENT_HOLDER,      NULL,    false},
  {"version chosen",                    "submission", EVENT_HOLDER,      NULL,    false},
  {"work accepted",                     "submission", EVENT_HOLDER,      NULL,    false},
  {"acceptance taken back",             "submission", EVENT_HOLDER,      NULL,    false},
  {"extension granted",                 "extension",  EVENT_HOLDER,      NULL,    false},
  {"extension withdrawn",               "extension",  EVENT_HOLDER,      NULL,    false},
  {"penalty waived",                    "penalty",    EVENT_HOLDER,      NULL,    false},
  {"milestone excused",                 "penalty",    EVENT_HOLDER,      NULL,    false},
  {"milestone owed",                    "penalty",    EVENT_HOLDER,      NULL,    false},
  {"excusal withdrawn",                 "penalty",    EVENT_HOLDER,      NULL,    false},
  // check-ins: what staff record holds their notes; what comes of it for a person is a row of its own
  {"slot offered",                      "slot",       EVENT_STAFF,       "slots", false},
  {"slot booked",                       "slot",       EVENT_HOLDER,      "slots", false},
  {"slot moved",                        "slot",       EVENT_HOLDER,      "slots", false},
  {"slot given up",                     "slot",       EVENT_STAFF,       "slots", false},
  {"slot cancelled",                    "slot",       EVENT_HOLDER,      "slots", false},
  {"slot place changed",                "slot",       EVENT_HOLDER,      "slots", false},
  {"update written",                    "update",     EVENT_HOLDER,      NULL,    false},
  {"note to staff written",             "note",       EVENT_HOLDER,      NULL,    false},
  {"check-in recorded",                 "check-in",   EVENT_STAFF,       NULL,    false},
  {"check-in result",                   "check-in",   EVENT_HOLDER,      NULL,    false},
  {"follow-up closed",                  "check-in",   EVENT_STAFF,       NULL,    false},
  {"mentor set",                        "mentor",     EVENT_HOLDER,      NULL,    false},
  {"mentor removed",                    "mentor",     EVENT_HOLDER,      NULL,    false},
  // proposals: a decision is the team's once it is told; comments may be notes of staff, where the kind does not tell
  {"proposal begun",                    "proposal",   EVENT_HOLDER,      NULL,    false},
  {"proposal begun anew",               "proposal",   EVENT_HOLDER,      NULL,    false},
  {"proposal saved",                    "proposal",   EVENT_HOLDER,      NULL,    false},
  {"proposal submitted",                "proposal",   EVENT_HOLDER,      NULL,    false},
  {"proposal changes requested",        "proposal",   EVENT_STAFF,       NULL,    false},
  {"proposal approved",                 "proposal",   EVENT_STAFF,       NULL,    false},
  {"proposal approved with conditions", "proposal",   EVENT_STAFF,       NULL,    false},
  {"proposal not approved",             "proposal",   EVENT_STAFF,       NULL,    false},
  {"proposal decision taken back",      "proposal",   EVENT_STAFF,       NULL,    false},
  {"proposal recommendation",           "proposal",   EVENT_STAFF,       NULL,    false},
  {"proposal decision told",            "proposal",   EVENT_HOLDER,      NULL,    false},
  {"proposal decision read",            "proposal",   EVENT_HOLDER,      NULL,    false},
  {"proposal reopened",                 "proposal",   EVENT_HOLDER,      NULL,    false},
  {"proposal change answered",          "proposal",   EVENT_HOLDER,      NULL,    false},
  {"proposal change accepted",          "proposal",   EVENT_HOLDER,      NULL,    false},
  {"proposal change not accepted",      "proposal",   EVENT_HOLDER,      NULL,    false},
  {"proposal comment written",          "proposal",   EVENT_HOLDER,      NULL,    false},
  {"proposal comment removed",          "proposal",   EVENT_STAFF,       NULL,    false},
  {"proposal thread resolved",          "proposal",   EVENT_STAFF,       NULL,    false},
  {"proposal thread opened again",      "proposal",   EVENT_STAFF,       NULL,    false},
  {"proposal note written",             "proposal",   EVENT_STAFF,       NULL,    false},
  {"proposal comments told",            "proposal",   EVENT_STAFF,       NULL,    false},
  {"proposal scored",                   "review",     EVENT_STAFF,       NULL,    false},
  {"proposal reviewers set",            "review",     EVENT_STAFF,       NULL,    false},
  {"review conflicts set",              "review",     EVENT_STAFF,       NULL,    false},
  {"review substitute set",             "review",     EVENT_STAFF,       NULL,    false},
  // announcements: the rest of the course hears only that the list of those may be another one
  {"announcement planned",              "announcement", EVENT_STAFF,     NULL,    false},
  {"announcement changed",              "announcement", EVENT_STAFF,     NULL,    false},
  {"announcement cancelled",            "announcement", EVENT_STAFF,     NULL,    false},
  {"announcement sent",                 "announcement", EVENT_STAFF,     "announcements", false},
};
// clang-format on
enum { EVENT_RULES = sizeof event_rules / sizeof *event_rules };

static const char *const event_nouns[] = {"course",     "team", "person",    "invitation", "proposal", "request",
                                          "submission", "slot", "extension", "file",       "outage",   "milestone",
                                          "follow-up",  "labs", "webhook",   NULL};

static const struct event_rule unknown = {"", "course", EVENT_STAFF, NULL, false};

const struct event_rule *event_rule_of(const char *kind) {
  for (size_t i = 0; i < EVENT_RULES; i++)
    if (strcmp(event_rules[i].kind, kind) == 0)
      return &event_rules[i];
  return &unknown;
}

struct event_subject event_subject_of(const char *subject) {
  size_t size = strcspn(subject, " ");
  struct event_subject found = {.noun = "", .id = subject[size] == ' ' ? subject + size + 1 : ""};
  for (size_t i = 0; event_nouns[i] != NULL; i++)
    if (strlen(event_nouns[i]) == size && memcmp(event_nouns[i], subject, size) == 0)
      found.noun = event_nouns[i];
  // Such as they are in addresses: no sign, no leading zero.
  if (found.id[0] < '1' || found.id[0] > '9' || !int64_parse(found.id, &found.number))
    found.number = 0;
  return found;
}
