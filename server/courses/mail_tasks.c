// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/mail_tasks.h"

#include <inttypes.h>

#include "server/outbound/mail_store.h"

enum { FORGET_SECONDS = 14 * 86400 };

enum err mail_tasks_failed(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (!course_is_staff(course))
    return ERR_OK;
  int64_t people = 0;
  enum err err = mail_store_unreached(act->db, course->id, act->now - FORGET_SECONDS, &people);
  if (err != ERR_OK || people == 0)
    return err;
  const struct task task = {
      .kind = "mail failed",
      .title = people == 1 ? "Mail to a person of the course failed"
                           : arena_format(act->arena, "Mail to %" PRId64 " people of the course failed", people),
      .words = "The mail server refused it for good, or could not be reached for days. The list says why: often an "
               "address is wrong. What was to be told can be read at GET /me/messages all the same.",
      .link = arena_format(act->arena, "/courses/%s/mail?state=failed", course->slug),
  };
  task_add(list, &task);
  return ERR_OK;
}
