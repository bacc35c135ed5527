// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/roster_import.h"

#include "common/base/text.h"
#include "common/base/text_unseen.h"
#include "server/accounts/login.h"
#include "server/accounts/person.h"
#include "server/courses/roster_csv.h"
#include "server/courses/roster_drops.h"
#include "server/courses/roster_index.h"
#include "server/courses/roster_store.h"

struct planner {
  const struct act *act;
  const struct roster_file *file;
  struct roster_course course; // who is in it now
  struct roster_index *by_sis_id;
  struct roster_index *by_address; // primary ones, folded
  struct roster_index *by_person;
  struct roster_index *claimed; // person to entry
  struct roster_plan *plan;
};

// Whom an entry means.
struct match {
  int64_t person;      // 0: a new one
  ptrdiff_t enrolment; // position, or ROSTER_INDEX_NONE
  const char *name;    // as everybody sees it
  const char *full_name;
  const char *email; // primary, or NULL
};

static enum err load_course(struct planner *planner, int64_t course);
static enum err plan_entry(struct planner *planner, const struct roster_entry *entry);
static enum err find_match(const struct planner *planner, const struct roster_entry *entry, struct match *out);
static enum err find_owner(const struct planner *planner, const struct roster_entry *entry, struct match *out);
static struct match match_of(const struct planner *planner, ptrdiff_t enrolment);
static enum err claim(const struct planner *planner, const struct roster_entry *entry, const struct match *match);
static enum err plan_terms(const struct planner *planner, const struct match *match, struct roster_person *person);
static enum err plan_login(struct planner *planner, const struct match *match, struct roster_person *person);
static void plan_enrolment(const struct planner *planner, const struct match *match, struct roster_person *person);
static void keep(struct planner *planner, const struct match *match, int line, const char *reason);
static enum err plan_account(struct planner *planner, const struct match *match, struct roster_person *person);
static enum roster_fate fate_of(const struct enrolment *before, const struct roster_person *person);
static const char *place_words(const struct act *act, const struct enrolment *before);
static void change(struct roster_person *person, const char *field, const char *from, const char *to);
static enum err refuse(const struct planner *planner, const struct roster_entry *entry, const char *words);
static const char *person_key(const struct planner *planner, int64_t person);
static const char *fold_or_null(struct arena *arena, const char *text);
static enum err apply_person(const struct act *act, const struct services *services, const struct course_view *course,
                             struct roster_person *person);

enum err roster_plan_make(const struct act *act, const struct course_view *course, const struct roster_file *file,
                          struct roster_plan *out) {
  struct roster_plan plan = {.file = file};
  struct planner planner = {.act = act, .file = file, .plan = &plan};
  enum err err = load_course(&planner, course->id);
  if (err != ERR_OK)
    return err;
  size_t room = 3 * file->entry_count + planner.course.count;
  plan.people = arena_array(act->arena, file->entry_count, sizeof *plan.people);
  plan.kept = arena_array(act->arena, room, sizeof *plan.kept);
  bool is_sound = true;
  for (size_t i = 0; i < file->entry_count; i++) {
    err = plan_entry(&planner, &file->entries[i]);
    if (err != ERR_OK && err != ERR_INVALID)
      return err;
    is_sound = is_sound && err == ERR_OK;
  }
  if (!is_sound)
    return problem_raise(act->problem, PROBLEM_INVALID_CSV,
                         "Nothing was imported. Mend what is listed (at most 50 are) and send the file again.");
  roster_drops_plan(act, course, &planner.course, &plan);
  *out = plan;
  return ERR_OK;
}

enum err roster_plan_consent(const struct act *act, const struct roster_plan *plan, int64_t allow_drops) {
  if (allow_drops >= plan->drops_to_allow)
    return ERR_OK;
  // The operator's requests are commands, which call the parameters otherwise.
  bool is_command = act->actor == 0;
  return problem_raise(
      act->problem, PROBLEM_DROPS_NEED_CONSENT,
      "This file would drop %zu of %lld active students. Look at each with %s; if they are right, send "
      "the file again with %s%lld.",
      plan->drop_count, (long long)plan->active_students, is_command ? "--dry-run" : "dry_run=true",
      is_command ? "--allow-drops " : "allow_drops=", (long long)plan->drops_to_allow);
}

enum err roster_plan_apply(const struct act *act, const struct services *services, const struct course_view *course,
                           struct roster_plan *plan) {
  for (size_t i = 0; i < plan->person_count; i++) {
    enum err err = apply_person(act, services, course, &plan->people[i]);
    if (err != ERR_OK)
      return err;
  }
  for (size_t i = 0; i < plan->drop_count; i++) {
    enum err err = enrolment_drop(act, services, course, plan->drops[i].person);
    if (err != ERR_OK)
      return err;
  }
  return ERR_OK;
}

static enum err load_course(struct planner *planner, int64_t course) {
  struct arena *arena = planner->act->arena;
  struct roster_course *known = &planner->course;
  enum err err = enrolment_list(planner->act, course, true, &known->list, &known->count);
  if (err != ERR_OK)
    return err;
  known->in_file = arena_array(arena, known->count, sizeof *known->in_file);
  planner->by_sis_id = roster_index_new(arena, known->count);
  planner->by_address = roster_index_new(arena, known->count);
  planner->by_person = roster_index_new(arena, known->count);
  planner->claimed = roster_index_new(arena, planner->file->entry_count);
  for (size_t i = 0; i < known->count; i++) {
    const struct enrolment *enrolment = &known->list[i];
    const char *address = fold_or_null(arena, enrolment->email);
    (void)roster_index_put(planner->by_person, person_key(planner, enrolment->person), i);
    if (enrolment->sis_id != NULL)
      (void)roster_index_put(planner->by_sis_id, text_drop_unseen(arena, enrolment->sis_id), i);
    if (address != NULL)
      (void)roster_index_put(planner->by_address, address, i);
  }
  return ERR_OK;
}

static enum err plan_entry(struct planner *planner, const struct roster_entry *entry) {
  struct match match = {0};
  enum err err = find_match(planner, entry, &match);
  if (err != ERR_OK)
    return err;
  struct roster_plan *plan = planner->plan;
  struct roster_person person = {.entry = entry, .person = match.person, .name = match.name};
  if ((err = claim(planner, entry, &match)) != ERR_OK || (err = plan_terms(planner, &match, &person)) != ERR_OK ||
      (err = plan_account(planner, &match, &person)) != ERR_OK ||
      (err = plan_login(planner, &match, &person)) != ERR_OK)
    return err;
  plan_enrolment(planner, &match, &person);
  if (entry->left_out != NULL)
    keep(planner, &match, entry->line, entry->left_out);
  const struct enrolment *before = match.enrolment == ROSTER_INDEX_NONE ? NULL : &planner->course.list[match.enrolment];
  if (before != NULL)
    planner->course.in_file[match.enrolment] = true;
  person.fate = fate_of(before, &person);
  if (person.fate == ROSTER_BACK)
    person.place = place_words(planner->act, before);
  plan->counts[person.fate]++;
  plan->people[plan->person_count++] = person;
  return ERR_OK;
}

static enum err find_match(const struct planner *planner, const struct roster_entry *entry, struct match *out) {
  struct match owner = {0};
  enum err err = find_owner(planner, entry, &owner);
  if (err != ERR_OK)
    return err;
  ptrdiff_t enrolment = roster_index_get(planner->by_sis_id, entry->sis_id);
  if (enrolment == ROSTER_INDEX_NONE) {
    *out = owner;
    return ERR_OK;
  }
  struct match match = match_of(planner, enrolment);
  if (owner.person != 0 && owner.person != match.person)
    return refuse(planner, entry,
                  arena_format(planner->act->arena,
                               "the SIS id %s is %s's, but the address %s is %s's; correct one of the two",
                               entry->sis_id, match.full_name, entry->email, owner.full_name));
  *out = match;
  return ERR_OK;
}

// Who has the entry's address; person 0 with the entry's own words when nobody has.
static enum err find_owner(const struct planner *planner, const struct roster_entry *entry, struct match *out) {
  const struct act *act = planner->act;
  ptrdiff_t enrolment = roster_index_get(planner->by_address, entry->email_key);
  if (enrolment == ROSTER_INDEX_NONE) {
    struct person person;
    enum err err = person_find(act->db, act->arena, entry->email, &person);
    if (err != ERR_OK && err != ERR_NOT_FOUND)
      return err;
    if (err == ERR_NOT_FOUND)
      person = (struct person){.name = entry->name, .full_name = entry->name, .email = entry->email};
    else
      enrolment = roster_index_get(planner->by_person, person_key(planner, person.id));
    *out = (struct match){person.id, enrolment, person.name, person.full_name, person.email};
    return ERR_OK;
  }
  *out = match_of(planner, enrolment);
  return ERR_OK;
}

static struct match match_of(const struct planner *planner, ptrdiff_t enrolment) {
  const struct enrolment *known = &planner->course.list[enrolment];
  return (struct match){known->person, enrolment, known->name, known->full_name, known->email};
}

// Two rows can mean one person though they share neither address nor SIS id: by an older address.
static enum err claim(const struct planner *planner, const struct roster_entry *entry, const struct match *match) {
  if (match->person == 0)
    return ERR_OK;
  size_t position = (size_t)(entry - planner->file->entries);
  ptrdiff_t earlier = roster_index_put(planner->claimed, person_key(planner, match->person), position);
  if (earlier == ROSTER_INDEX_NONE)
    return ERR_OK;
  return refuse(planner, entry,
                arena_format(planner->act->arena, "means %s, as line %d does already; leave one of the two lines",
                             match->full_name, planner->file->entries[earlier].line));
}

// A file may give a role, and takes none away. Who dropped comes back as what the file says, never as the staff they
// were.
static enum err plan_terms(const struct planner *planner, const struct match *match, struct roster_person *person) {
  const struct roster_entry *entry = person->entry;
  const struct enrolment *before =
      match->enrolment == ROSTER_INDEX_NONE ? NULL : &planner->course.list[match->enrolment];
  bool is_active = before != NULL && before->is_active;
  enum role stored = is_active ? before->role : ROLE_STUDENT;
  person->terms = (struct enrolment_terms){
      .role = entry->has_role ? entry->role : stored,
      .credit = entry->has_credit ? entry->credit
                : before != NULL  ? before->credit
                                  : CREDIT_CREDIT,
      .sis_id = entry->sis_id,
      .section = entry->section,
  };
  struct arena *arena = planner->act->arena;
  if (person->terms.role < stored)
    return refuse(planner, entry,
                  arena_format(arena,
                               "would turn %s from %s into %s; a roster takes no role away. Leave the role empty, or "
                               "change it by itself first",
                               before->full_name, role_names[stored], role_names[person->terms.role]));
  if (person->terms.role != ROLE_STUDENT && before != NULL && (before->team != 0 || before->is_seated))
    return refuse(planner, entry,
                  arena_format(arena, "would make %s %s, but they have a place in %s; take them out of it first",
                               before->full_name, role_names[person->terms.role],
                               before->is_seated ? "the lab" : before->team_name));
  return ERR_OK;
}

// A login's address is the key to an account, so of people who are staff anywhere a course's roster changes neither
// that nor the name.
static enum err plan_account(struct planner *planner, const struct match *match, struct roster_person *person) {
  const struct roster_entry *entry = person->entry;
  const struct act *act = planner->act;
  bool is_renamed = match->person != 0 && !text_equal(entry->name, match->full_name);
  bool is_readdressed = match->person != 0 && !text_equal(entry->email_key, fold_or_null(act->arena, match->email));
  if (!is_renamed && !is_readdressed)
    return ERR_OK;
  bool is_staff = false;
  enum err err = roster_store_is_staff(act->db, match->person, &is_staff);
  if (err != ERR_OK)
    return err;
  if (is_staff) {
    keep(planner, match, entry->line,
         is_readdressed ? "is staff of a course; their address is changed with `tandem account`, not by a roster"
                        : "is staff of a course; their name is changed with `tandem account`, not by a roster");
    return ERR_OK;
  }
  person->is_renamed = is_renamed;
  person->is_readdressed = is_readdressed;
  if (is_renamed)
    change(person, "name", match->full_name, entry->name);
  if (is_readdressed)
    change(person, "email", match->email, entry->email);
  return ERR_OK;
}

// The institution's proxy signs in by it: as much a key as the address.
static enum err plan_login(struct planner *planner, const struct match *match, struct roster_person *person) {
  const struct roster_entry *entry = person->entry;
  const struct act *act = planner->act;
  int64_t owner = 0;
  if (entry->login == NULL)
    return ERR_OK;
  enum err err = login_find(act->db, act->arena, entry->login, NULL, &owner);
  if (err == ERR_OK)
    return owner == match->person && owner != 0
               ? ERR_OK
               : refuse(planner, entry,
                        arena_format(act->arena,
                                     "the login %s is another person's; correct it, or take it away there "
                                     "with `tandem account set-login`",
                                     entry->login));
  if (err != ERR_NOT_FOUND)
    return err;
  struct person known = {0};
  bool is_staff = false;
  if (match->person != 0 && ((err = roster_store_is_staff(act->db, match->person, &is_staff)) != ERR_OK ||
                             (err = person_get(act->db, act->arena, match->person, &known)) != ERR_OK))
    return err;
  if (is_staff) {
    keep(planner, match, entry->line,
         "is staff of a course; their login is set with `tandem account set-login`, not by a roster");
    return ERR_OK;
  }
  person->is_login_new = true;
  if (match->person != 0)
    change(person, "login", known.login, entry->login);
  return ERR_OK;
}

static void plan_enrolment(const struct planner *planner, const struct match *match, struct roster_person *person) {
  if (match->enrolment == ROSTER_INDEX_NONE) {
    person->is_enrolment_changed = true;
    return;
  }
  const struct enrolment *before = &planner->course.list[match->enrolment];
  const struct enrolment_terms *terms = &person->terms;
  size_t count = person->change_count;
  if (terms->sis_id != NULL && !text_equal(terms->sis_id, before->sis_id))
    change(person, "sis_id", before->sis_id, terms->sis_id);
  if (terms->section != NULL && !text_equal(terms->section, before->section))
    change(person, "section", before->section, terms->section);
  if (terms->role != before->role)
    change(person, "role", role_names[before->role], role_names[terms->role]);
  if (terms->credit != before->credit)
    change(person, "credit", credit_names[before->credit], credit_names[terms->credit]);
  person->is_enrolment_changed = person->change_count > count || !before->is_active;
}

static enum roster_fate fate_of(const struct enrolment *before, const struct roster_person *person) {
  if (before == NULL)
    return ROSTER_ADDED;
  if (!before->is_active)
    return ROSTER_BACK;
  return person->change_count > 0 ? ROSTER_CHANGED : ROSTER_UNCHANGED;
}

static const char *place_words(const struct act *act, const struct enrolment *before) {
  if (before->team != 0)
    return arena_format(act->arena, "finds the place in %s again", before->team_name);
  return before->is_seated ? "finds the lab seat again" : "has neither team nor seat";
}

static void change(struct roster_person *person, const char *field, const char *from, const char *to) {
  person->changes[person->change_count++] = (struct roster_change){field, from, to};
}

static void keep(struct planner *planner, const struct match *match, int line, const char *reason) {
  struct roster_plan *plan = planner->plan;
  plan->kept[plan->kept_count++] = (struct roster_kept){line, match->person, match->name, reason};
}

static enum err refuse(const struct planner *planner, const struct roster_entry *entry, const char *words) {
  const struct act *act = planner->act;
  return problem_field(act->problem, roster_csv_place(act->arena, 0, entry->line), "%s", words);
}

static const char *person_key(const struct planner *planner, int64_t person) {
  return arena_format(planner->act->arena, "%lld", (long long)person);
}

static const char *fold_or_null(struct arena *arena, const char *text) {
  return text == NULL ? NULL : text_fold(arena, text);
}

static enum err apply_person(const struct act *act, const struct services *services, const struct course_view *course,
                             struct roster_person *person) {
  const struct roster_entry *entry = person->entry;
  enum err err = ERR_OK;
  if (person->person == 0)
    err = person_create(act, entry->name, entry->email, &person->person);
  if (err == ERR_OK && person->is_renamed)
    err = person_rename(act, person->person, entry->name, NULL);
  if (err == ERR_OK && person->is_readdressed)
    err = person_set_address(act, person->person, entry->email);
  if (err == ERR_OK && person->is_login_new)
    err = login_set(act, person->person, entry->login);
  bool is_changed = false;
  if (err == ERR_OK && person->is_enrolment_changed)
    err = enrolment_put(act, services, course, person->person, &person->terms, &is_changed);
  return err;
}
