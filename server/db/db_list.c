// SPDX-License-Identifier: AGPL-3.0-or-later
#include <string.h>

#include "server/db/db.h"

static void read_id(struct db_rows *rows, struct arena *arena, void *row);
static void read_text(struct db_rows *rows, struct arena *arena, void *row);

enum err db_one(struct db_rows *rows, struct arena *arena, db_reader *read, void *out) {
  if (!db_next(rows))
    return rows->err != ERR_OK ? rows->err : ERR_NOT_FOUND;
  read(rows, arena, out);
  return ERR_OK;
}

enum err db_list_sized(struct db_rows *rows, struct arena *arena, db_reader *read, size_t size_bytes, void *out,
                       size_t *count) {
  char *list = NULL;
  size_t size = 0;
  while (db_next(rows)) {
    list = arena_more(arena, list, size, size_bytes);
    read(rows, arena, list + size * size_bytes);
    size++;
  }
  if (rows->err != ERR_OK)
    return rows->err;
  memcpy(out, &list, sizeof list); // whatever the type of the pointer
  *count = size;
  return ERR_OK;
}

enum err db_ids(struct db_rows *rows, struct arena *arena, int64_t **out, size_t *count) {
  return db_list(rows, arena, read_id, out, count);
}

enum err db_texts(struct db_rows *rows, struct arena *arena, const char ***out, size_t *count) {
  return db_list(rows, arena, read_text, out, count);
}

int db_column_choice(struct db_rows *rows, int column, const char *const *names) {
  const char *name = db_column_peek(rows, column);
  for (int i = 0; name != NULL && names[i] != NULL; i++)
    if (strcmp(names[i], name) == 0)
      return i;
  return 0;
}

static void read_id(struct db_rows *rows, struct arena *arena, void *row) {
  (void)arena;
  *(int64_t *)row = db_column_int(rows, 0);
}

static void read_text(struct db_rows *rows, struct arena *arena, void *row) {
  *(const char **)row = db_column_text(rows, 0, arena);
}
