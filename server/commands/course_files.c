// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/course_files.h"

#include <stdio.h>
#include <string.h>

#include "common/course/course_file.h"
#include "server/commands/input_file.h"
#include "server/local_call.h"

static enum err check(struct arena *arena, const char *path, const char *bytes, size_t size,
                      const struct course **course);
static void compare(const struct app *app, struct arena *arena, const char *path, const struct course *course,
                    const char *bytes);

enum err course_file_offer(struct app *app, const char *path) {
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *bytes = NULL, *reason = NULL;
  size_t size = 0;
  enum err err = input_file_read(arena, path, COURSE_FILE_BYTES_MAX, &bytes, &size, &reason);
  if (err != ERR_OK) {
    fprintf(stderr, "%s: error: it cannot be read: %s\n", path, reason);
    return err;
  }
  const struct course *course = NULL;
  if ((err = check(arena, path, bytes, size, &course)) != ERR_OK)
    return err;
  struct local_answer answer;
  local_call(app, arena,
             &(struct local_call){.method = METHOD_POST,
                                  .target = "/api/v1/courses",
                                  .content_type = "application/yaml",
                                  .body = bytes,
                                  .size = size,
                                  .is_operator = true},
             &answer);
  if (answer.status == 201)
    fprintf(stderr, "%s: the course %s is new and was created\n", path, course->id);
  else if (answer.status == 409)
    compare(app, arena, path, course, bytes);
  else
    fprintf(stderr, "%s: the course was not created: %s\n", path, answer.body);
  return answer.status == 201 || answer.status == 409 ? ERR_OK : ERR_UNAVAILABLE;
}

static enum err check(struct arena *arena, const char *path, const char *bytes, size_t size,
                      const struct course **course) {
  struct findings findings = {0};
  enum err err = course_file_read(arena, bytes, size, &findings, course);
  for (size_t i = 0; err != ERR_OK && i < findings.count; i++) {
    const struct finding *finding = &findings.list[i];
    if (!finding->is_warning)
      fprintf(stderr, "%s:%d:%d: error: %s\n", path, finding->line, finding->column, finding->message);
  }
  return err;
}

// The stored course stays whatever the file says (design.md, The commands).
static void compare(const struct app *app, struct arena *arena, const char *path, const struct course *course,
                    const char *bytes) {
  struct local_answer answer;
  local_call(app, arena,
             &(struct local_call){.method = METHOD_GET,
                                  .target = arena_format(arena, "/api/v1/courses/%s/syllabus", course->id),
                                  .is_operator = true},
             &answer);
  if (answer.status == 200 && strcmp(answer.body, bytes) != 0)
    fprintf(stderr,
            "%s: differs from the stored course %s, which stays as it is: `tandem apply %s` shows what it would "
            "change, and changes it\n",
            path, course->id, path);
}
