// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/welcome.h"

#include "common/base/text.h"
#include "server/courses/welcome_store.h"
#include "server/db/audit.h"
#include "server/outbound/outbox.h"

static size_t without_students(struct welcome_person *people, size_t count);
static const char *next_step(const struct act *act, const struct course_view *course,
                             const struct welcome_person *person);

enum err welcome_plan(const struct act *act, const struct course_view *course, struct welcome_person **out,
                      size_t *count, int64_t *already) {
  enum err err = welcome_store_count(act->db, course->id, already);
  if (err == ERR_OK)
    err = welcome_store_list(act->db, act->arena, course->id, act->actor, out, count);
  if (err == ERR_OK && course->state == COURSE_DRAFT)
    *count = without_students(*out, *count);
  return err;
}

struct welcome_mail welcome_write(const struct act *act, const struct course_view *course,
                                  const struct welcome_person *person) {
  static const struct welcome_person sample = {.name = "NAME", .email = "ADDRESS", .role = "student"};
  if (person == NULL)
    person = &sample;
  const char *title = course->file->title;
  // A course's title may be as long as a whole subject.
  const char *subject =
      utf8_length(title) > 150 ? "Welcome to your course" : arena_format(act->arena, "Welcome to %s", title);
  const char *words = arena_format(
      act->arena,
      "Hello %s,\n\n"
      "you are enrolled in %s as %s. Its teams, proposals and deadlines are kept in Tandem.\n\n"
      "To sign in, open the page at the end of this mail and enter this address, %s. You get a mail with a link that "
      "works once and for 60 minutes; with it you can also set a password.\n%s",
      person->name, title, person->role, person->email, next_step(act, course, person));
  return (struct welcome_mail){.subject = subject, .words = words};
}

enum err welcome_send(const struct act *act, const struct course_view *course, const struct welcome_person *people,
                      size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct welcome_mail mail = welcome_write(act, course, &people[i]);
    const struct message message = {
        .course = course->id,
        .person = people[i].person,
        .kind = "welcome",
        .subject = mail.subject,
        .words = mail.words,
        .link = "/sign-in",
    };
    enum err err = outbox_put(act, &message);
    if (err == ERR_OK)
      err = welcome_store_insert(act->db, course->id, people[i].person, act->now);
    if (err != ERR_OK)
      return err;
  }
  if (count == 0)
    return ERR_OK;
  return audit_write(act, course->id, "welcome sent", "course", NULL,
                     arena_format(act->arena, "{\"recipients\":%zu}", count));
}

// They find no draft when they sign in; their welcome waits until it runs.
static size_t without_students(struct welcome_person *people, size_t count) {
  size_t left = 0;
  for (size_t i = 0; i < count; i++)
    if (!text_equal(people[i].role, "student"))
      people[left++] = people[i];
  return left;
}

static const char *next_step(const struct act *act, const struct course_view *course,
                             const struct welcome_person *person) {
  int64_t due = course->file->info_card.due;
  if (!text_equal(person->role, "student") || due <= act->now)
    return "";
  return arena_format(act->arena, "\nThen fill in your info card, by %s.\n",
                      course_instant_words(course, act->arena, due));
}
