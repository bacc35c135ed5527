// SPDX-License-Identifier: AGPL-3.0-or-later
// Info cards (rules.md, Coverage): what a student says of themselves, and what of it counts. A lowered level counts at
// once; one that is raised in a registered team counts once staff confirm it, and staff are told of every change from
// then on.
#pragma once

#include "server/http/shape.h"
#include "server/teams/card_store.h"

enum {
  CARD_EVIDENCE_CHARACTERS_MAX = 300,
  CARD_AVAILABILITY_CHARACTERS_MAX = 500,
  CARD_ABOUT_CHARACTERS_MAX = 2000,
  CARD_TOPICS_MAX = 20
};

struct card_skill_input {
  const char *skill; // ids of the course file
  const char *level;
  const char *evidence;
};

struct card_input {
  struct item_list skills; // of struct card_skill_input; those left out are at the lowest level
  struct text_list topics;
  const char *availability;
  const char *about;
  bool is_seeking;
};

// The actor's own card.
CHECKED enum err card_put(const struct act *act, const struct course_view *course, const struct card_input *input);
// Staff: what is stated counts from now on. `version` is the one that they saw (version_conflict if it moved), or 0.
CHECKED enum err card_confirm(const struct act *act, const struct course_view *course, int64_t person, int64_t version);
// The ids of skills, levels, topics for messages: "known: ml, systems".
const char *card_known_skills(const struct act *act, const struct course *file);
const char *card_known_levels(const struct act *act, const struct course *file);
const char *card_known_topics(const struct act *act, const struct course *file);
