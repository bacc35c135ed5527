// SPDX-License-Identifier: AGPL-3.0-or-later
// Files that people upload in a course. A file waits 7 days to be handed in (rules.md, Time and lateness), then it
// goes; one that was handed in stays. Its content lies in the vault (server/http/vault.h), which the caller sees to:
// first the content, then file_add in the same transaction. Knows no submission: whoever takes a file over calls
// file_attach.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/accounts/services.h"
#include "server/courses/course_view.h"
#include "server/http/content_type.h"

enum {
  FILE_BYTES_MAX = 20 << 20,           // unless the course file takes larger ones
  FILES_WAITING_MAX = 20,              // of one person in one course
  FILES_WAITING_BYTES_MAX = 200 << 20, // together; or two of the largest that the course takes
  FILE_WAIT_SECONDS = 7 * 24 * 3600,
  FILE_NAME_CHARACTERS_MAX = 120,
};

struct file {
  int64_t id;
  int64_t course;
  int64_t owner;
  int64_t team; // whose members may read it; 0: none
  const char *name;
  const char *media;
  const char *sha256; // hexadecimal
  int64_t bytes;
  int64_t uploaded_at;
  int64_t expires_at;  // 0 once it is attached
  int64_t attached_at; // 0: it waits
};

struct file_body {
  const char *sha256;
  int64_t bytes;
  const struct content_type *type;
};

// What one file may have in this course.
int64_t file_bytes_max(const struct course_view *course);
// The name as it is stored (NFC); a field error for what is no file's name or has an ending that is not taken.
CHECKED enum err file_check_name(const struct act *act, const char *given, const char **name);
// Whether the caller may have one more, of so many bytes: too_many_files.
CHECKED enum err file_check_room(const struct act *act, const struct course_view *course, int64_t bytes);
// The caller's, from now on waiting. All of the above again, and wrong_content when the content is not what the name
// says. `name` is file_check_name's. Audited.
CHECKED enum err file_add(const struct act *act, const struct course_view *course, const char *name,
                          const struct file_body *body, struct file *out);
// Its owner, staff, members of the team that handed it in, and of one that shares it (NULL: none does); not_found for
// everybody else.
CHECKED enum err file_get(const struct act *act, const struct course_view *course, int64_t id,
                          file_share_hook *is_shared, struct file *out);
// The caller's that wait, newest first, ids below `below`.
CHECKED enum err file_list(const struct act *act, int64_t course, int64_t below, int64_t limit, struct file **out,
                           size_t *count);
// By its owner, while it waits: file_attached. Audited.
CHECKED enum err file_delete(const struct act *act, const struct course_view *course, int64_t id);
// The duty of AGENDA_FILE_EXPIRES. Audited.
CHECKED enum err file_expire(const struct act *act, int64_t course, int64_t id);

// For whoever hands something in, in the transaction that writes what names the file; the caller audits that. The file
// is the actor's own or, with a team (0: none), a member's of that team; from now on it stays, and the team's members
// may read it. One that this team, or without a team this person, handed in before is taken again. not_found for one
// that is neither; file_attached for one that was handed in elsewhere.
CHECKED enum err file_attach(const struct act *act, int64_t course, int64_t id, int64_t team, struct file *out);
