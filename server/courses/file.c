// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/file.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/text_unseen.h"
#include "server/courses/file_kind.h"
#include "server/courses/file_store.h"
#include "server/courses/placement.h"
#include "server/db/agenda.h"
#include "server/db/audit.h"

enum { NAME_BYTES_MAX = 240 };

static bool has_direction(const char *text);
static enum err check_content(const struct act *act, const char *name, const struct file_body *body);
static enum err refuse_unknown(const struct act *act);
static enum err may_attach(const struct act *act, const struct file *file, int64_t team, bool *may);
static const char *subject_of(struct arena *arena, const struct file *file);
static const char *details_of(struct arena *arena, const struct file *file);

int64_t file_bytes_max(const struct course_view *course) {
  const struct course *file = course->file;
  int64_t max = FILE_BYTES_MAX;
  for (size_t i = 0; i < file->proposals.field_count; i++)
    if (file->proposals.fields[i].kind == FIELD_FILE && file->proposals.fields[i].max > max)
      max = file->proposals.fields[i].max;
  for (size_t i = 0; i < file->milestone_count; i++)
    for (size_t j = 0; j < file->milestones[i].hand_in_count; j++)
      if (file->milestones[i].hand_ins[j].max_size_bytes > max)
        max = file->milestones[i].hand_ins[j].max_size_bytes;
  return max;
}

enum err file_check_name(const struct act *act, const char *given, const char **name) {
  const char *composed = text_compose(act->arena, given);
  if (composed == NULL || strpbrk(composed, "/\\") != NULL)
    return problem_field(act->problem, "name", "must be a file's name without its folder");
  if (strlen(composed) > NAME_BYTES_MAX)
    return problem_field(act->problem, "name", "must have at most %d bytes", NAME_BYTES_MAX);
  if (has_direction(composed))
    return problem_field(act->problem, "name", "must not have characters that turn the direction of writing");
  const char *seen = text_drop_unseen(act->arena, composed); // rather than refused, when a deadline is near
  if (file_kind_of(seen) == NULL)
    return problem_field(act->problem, "name", "must end in one of: %s", file_kind_list(act->arena));
  *name = seen;
  return ERR_OK;
}

enum err file_check_room(const struct act *act, const struct course_view *course, int64_t bytes) {
  int64_t count = 0, used = 0;
  // Room for the largest that the course takes, and for its next version beside it.
  int64_t largest = file_bytes_max(course);
  int64_t most = 2 * largest > FILES_WAITING_BYTES_MAX ? 2 * largest : FILES_WAITING_BYTES_MAX;
  enum err err = file_store_usage(act, course->id, act->actor, &count, &used);
  if (err != ERR_OK)
    return err;
  if (count >= FILES_WAITING_MAX)
    return problem_raise(act->problem, PROBLEM_TOO_MANY_FILES,
                         "%" PRId64 " of your files wait to be handed in, and no more can. Delete one first.", count);
  if (used + bytes > most)
    return problem_raise(act->problem, PROBLEM_TOO_MANY_FILES,
                         "Your files that wait to be handed in have %" PRId64
                         " bytes; with this one they would have more than %" PRId64 ". Delete one first.",
                         used, most);
  return ERR_OK;
}

enum err file_add(const struct act *act, const struct course_view *course, const char *name,
                  const struct file_body *body, struct file *out) {
  enum err err = check_content(act, name, body);
  if (err == ERR_OK)
    err = file_check_room(act, course, body->bytes);
  if (err != ERR_OK)
    return err;
  struct file file = {.course = course->id,
                      .owner = act->actor,
                      .name = name,
                      .media = file_kind_of(name)->media,
                      .sha256 = body->sha256,
                      .bytes = body->bytes,
                      .uploaded_at = act->now,
                      .expires_at = act->now + FILE_WAIT_SECONDS};
  if ((err = file_store_insert(act, &file)) == ERR_OK)
    err = agenda_set(act->db, AGENDA_FILE_EXPIRES, course->id, file.id, file.expires_at);
  if (err == ERR_OK)
    err = audit_write(act, course->id, "file uploaded", subject_of(act->arena, &file), NULL,
                      details_of(act->arena, &file));
  if (err == ERR_OK)
    *out = file;
  return err;
}

enum err file_get(const struct act *act, const struct course_view *course, int64_t id, file_share_hook *is_shared,
                  struct file *out) {
  struct file file;
  enum err err = file_store_get(act, course->id, id, &file);
  if (err == ERR_NOT_FOUND)
    return refuse_unknown(act);
  if (err != ERR_OK)
    return err;
  bool may = file.owner == act->actor || (file.team != 0 && file.team == course->team) || course_is_staff(course);
  if (!may && is_shared != NULL && course->team != 0 && file.attached_at == 0)
    err = is_shared(act, course, id, &may);
  if (err != ERR_OK || !may)
    return err != ERR_OK ? err : refuse_unknown(act);
  *out = file;
  return ERR_OK;
}

enum err file_list(const struct act *act, int64_t course, int64_t below, int64_t limit, struct file **out,
                   size_t *count) {
  return file_store_waiting(act, course, act->actor, below, limit, out, count);
}

enum err file_delete(const struct act *act, const struct course_view *course, int64_t id) {
  struct file file = {0};
  enum err err = file_get(act, course, id, NULL, &file);
  if (err != ERR_OK)
    return err;
  if (file.owner != act->actor)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED, "Only who uploaded the file deletes it.");
  if (file.attached_at != 0)
    return problem_raise(act->problem, PROBLEM_FILE_ATTACHED,
                         "The file is part of what was handed in, and stays. Hand in another version without it.");
  if ((err = file_store_delete(act, id)) == ERR_OK)
    err = agenda_clear(act->db, AGENDA_FILE_EXPIRES, course->id, id);
  if (err == ERR_OK)
    err = audit_write(act, course->id, "file deleted", subject_of(act->arena, &file), details_of(act->arena, &file),
                      NULL);
  return err;
}

enum err file_expire(const struct act *act, int64_t course, int64_t id) {
  struct file file;
  enum err err = file_store_get(act, course, id, &file);
  // Gone with a person who was erased.
  if (err == ERR_NOT_FOUND)
    return ERR_OK;
  if (err != ERR_OK || file.attached_at != 0)
    return err;
  if ((err = file_store_delete(act, id)) != ERR_OK)
    return err;
  // Without the name: what the system did outlives the person's data.
  return audit_write(act, course, "file expired", subject_of(act->arena, &file), NULL, NULL);
}

enum err file_attach(const struct act *act, int64_t course, int64_t id, int64_t team, struct file *out) {
  struct file file;
  bool may = false;
  enum err err = file_store_get(act, course, id, &file);
  if (err == ERR_OK)
    err = may_attach(act, &file, team, &may);
  if (err == ERR_NOT_FOUND || (err == ERR_OK && !may))
    return refuse_unknown(act);
  if (err != ERR_OK)
    return err;
  if (file.attached_at != 0 && file.team != team)
    return problem_raise(act->problem, PROBLEM_FILE_ATTACHED,
                         "%s has been handed in elsewhere already. Upload it again for this.", file.name);
  if (file.attached_at == 0) {
    file.team = team;
    file.attached_at = act->now;
    file.expires_at = 0;
    if ((err = file_store_attach(act, id, team, act->now, 0)) == ERR_OK)
      err = agenda_clear(act->db, AGENDA_FILE_EXPIRES, course, id);
  }
  if (err == ERR_OK)
    *out = file;
  return err;
}

// Marks, embeddings and overrides of Unicode's bidirectional algorithm: with one of them "fdp.exe" reads "exe.pdf".
static bool has_direction(const char *text) {
  for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
    if (c[0] == 0xD8 && c[1] == 0x9C) // U+061C
      return true;
    if (c[0] != 0xE2)
      continue;
    if (c[1] == 0x80 && (c[2] == 0x8E || c[2] == 0x8F || (c[2] >= 0xAA && c[2] <= 0xAE)))
      return true;
    if (c[1] == 0x81 && c[2] >= 0xA6 && c[2] <= 0xA9)
      return true;
  }
  return false;
}

static enum err check_content(const struct act *act, const char *name, const struct file_body *body) {
  if (body->bytes == 0)
    return problem_raise(act->problem, PROBLEM_WRONG_CONTENT, "%s is empty.", name);
  const struct file_kind *kind = file_kind_of(name);
  if (file_kind_takes(kind, body->type))
    return ERR_OK;
  return problem_raise(act->problem, PROBLEM_WRONG_CONTENT,
                       "%s is not what its name says: the content is %s. Export it as .%s again, or give it the name "
                       "of what it is.",
                       name, body->type->media, kind->ending);
}

static enum err refuse_unknown(const struct act *act) {
  return problem_raise(act->problem, PROBLEM_NOT_FOUND,
                       "There is no such file. One that was not handed in goes after %d days.",
                       FILE_WAIT_SECONDS / (24 * 3600));
}

// A team mate's is taken while both are members, and afterwards only what the team has handed in already.
static enum err may_attach(const struct act *act, const struct file *file, int64_t team, bool *may) {
  *may = file->owner == act->actor || (team != 0 && file->team == team);
  if (*may || team == 0 || file->attached_at != 0)
    return ERR_OK;
  struct placement placement = {0};
  enum err err = placement_of(act->db, file->course, file->owner, &placement);
  *may = err == ERR_OK && placement.id != 0 && placement.team == team;
  return err;
}

static const char *subject_of(struct arena *arena, const struct file *file) {
  return arena_format(arena, "file %" PRId64, file->id);
}

static const char *details_of(struct arena *arena, const struct file *file) {
  struct json json;
  json_init(&json, arena);
  json_begin_object(&json);
  json_text(&json, "name", file->name);
  json_int(&json, "bytes", file->bytes);
  json_text(&json, "sha256", file->sha256);
  json_end(&json);
  return json_get(&json);
}
