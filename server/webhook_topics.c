// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/webhook_topics.h"

#include <string.h>

#include "server/event_topics.h"

// Not told: cards, invitations, who is enrolled or dropped, extensions, penalties, check-ins, files, comments, what
// staff think. How a proposal was decided is not told either, only that its team has been told.
// clang-format off
const struct webhook_row webhook_rows[] = {
    {"team founded",                "teams",     "founded"},
    {"team founded by staff",       "teams",     "founded"},
    {"team changed",                "teams",     "changed"},
    {"team renamed",                "teams",     "changed"},
    {"team renamed by staff",       "teams",     "changed"},
    {"member joined",               "teams",     "changed"},
    {"member left",                 "teams",     "changed"},
    {"member removed",              "teams",     "changed"},
    {"team registered",             "teams",     "registered"},
    {"team incomplete",             "teams",     "incomplete"},
    {"team forms again",            "teams",     "changed"},
    {"team dissolved",              "teams",     "dissolved"},
    {"teams merged",                "teams",     "changed"},
    {"team split",                  "teams",     "changed"},
    {"lab seat taken",              "labs",      "seats changed"},
    {"lab seat given up",           "labs",      "seats changed"},
    {"lab seat given",              "labs",      "seats changed"},
    {"lab seat taken back",         "labs",      "seats changed"},
    {"lab seat offered",            "labs",      "seats changed"},
    {"lab offer expired",           "labs",      "seats changed"},
    {"lab seat freed after a drop", "labs",      "seats changed"},
    {"lab list ended",              "labs",      "list ended"},
    {"proposal submitted",          "proposals", "submitted"},
    {"proposal decision told",      "proposals", "decided"},
    {"proposal reopened",           "proposals", "reopened"},
    {"work handed in",              "milestones", "handed in"},
    {"work withdrawn",              "milestones", "withdrawn"},
    {"milestone dates moved",       "schedule",  "dates moved"},
    {"course file changed",         "schedule",  "course file changed"},
    {"course state changed",        "schedule",  "course state changed"},
    {"announcement sent",           "announcements", "sent"},
    {"request made",                "requests",  "made"},
    {"request granted",             "requests",  "answered"},
    {"request declined",            "requests",  "answered"},
    {"request withdrawn",           "requests",  "withdrawn"},
};
// clang-format on
const size_t webhook_row_count = sizeof webhook_rows / sizeof *webhook_rows;

bool webhook_event_of(const char *audit_kind, const char *subject, struct arena *arena, struct webhook_event *out) {
  for (size_t i = 0; i < webhook_row_count; i++) {
    if (strcmp(webhook_rows[i].audit_kind, audit_kind) != 0)
      continue;
    enum event_audience audience = event_rule_of(audit_kind)->audience;
    struct event_subject about = event_subject_of(subject);
    // A person's number is a name to whoever can look it up.
    bool is_told = (audience == EVENT_TEAM || audience == EVENT_COURSE) && strcmp(about.noun, "person") != 0;
    *out = (struct webhook_event){.topic = webhook_rows[i].topic,
                                  .kind = webhook_rows[i].kind,
                                  .id = is_told && about.id[0] != '\0' ? arena_text(arena, about.id) : NULL};
    return true;
  }
  return false;
}
