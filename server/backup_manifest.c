// SPDX-License-Identifier: AGPL-3.0-or-later
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/backup_private.h"
#include "server/http/vault.h"

// 1 had no uploaded files.
enum { MANIFEST_FORMAT = 2, HEX_DIGITS = 64 };

static void write_uploads(struct json *json, const struct backup_files *files);
static bool take(const json_t *root, struct arena *arena, struct backup *out);
static bool take_file(const json_t *root, struct arena *arena, struct backup *out);
static bool take_uploads(const json_t *root, struct arena *arena, struct backup *out);
static bool take_chains(const json_t *root, struct arena *arena, struct backup *out);
static bool take_instant(const json_t *root, const char *name, int64_t *out);
static const char *take_hex(const json_t *object, const char *name, struct arena *arena);

const char *backup_manifest_text(struct arena *arena, const struct backup *backup) {
  struct json json;
  json_init(&json, arena);
  json_begin_object(&json);
  json_int(&json, "format", MANIFEST_FORMAT);
  json_instant(&json, "made_at", backup->made_at);
  json_instant_or_null(&json, "store_now", backup->now);
  json_text(&json, "version", backup->version);
  json_int(&json, "schema", backup->schema);
  json_array_in(&json, "files");
  json_begin_object(&json);
  json_text(&json, "path", BACKUP_STORE);
  json_int(&json, "bytes", backup->size);
  json_text(&json, "sha256", backup->sha256);
  json_end(&json);
  write_uploads(&json, &backup->files);
  json_end(&json);
  json_array_in(&json, "chains");
  for (size_t i = 0; i < backup->chain_count; i++) {
    json_begin_object(&json);
    json_int(&json, "course", backup->chains[i].course);
    json_int(&json, "seq", backup->chains[i].seq);
    json_text(&json, "head", backup->chains[i].head);
    json_flag(&json, "sound", backup->chains[i].is_sound);
    json_end(&json);
  }
  json_end(&json);
  json_end(&json);
  text_add_char(&json.text, '\n');
  return text_get(&json.text);
}

static void write_uploads(struct json *json, const struct backup_files *files) {
  for (size_t i = 0; i < files->count; i++) {
    const struct file_content *content = &files->list[i];
    char path[sizeof VAULT_FOLDER + VAULT_PLACE_BYTES];
    snprintf(path, sizeof path, "%s/%.2s/%s", VAULT_FOLDER, content->sha256, content->sha256);
    json_begin_object(json);
    json_text(json, "path", path);
    json_int(json, "bytes", content->bytes);
    json_text(json, "sha256", content->sha256);
    json_end(json);
  }
}

enum err backup_manifest_parse(const char *bytes, size_t size, struct arena *arena, struct problem *problem,
                               struct backup *out) {
  json_auto_t *root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, NULL);
  const json_t *format = json_object_get(root, "format");
  if (json_is_integer(format) && json_integer_value(format) > MANIFEST_FORMAT)
    return problem_raise(problem, PROBLEM_BAD_REQUEST,
                         "The manifest has format %" JSON_INTEGER_FORMAT "; this program knows %d. Run a newer tandem.",
                         json_integer_value(format), MANIFEST_FORMAT);
  if (format == NULL || !take(root, arena, out))
    return problem_raise(problem, PROBLEM_BAD_REQUEST,
                         "The manifest is damaged: something that each has is missing. Take another backup.");
  return ERR_OK;
}

static bool take(const json_t *root, struct arena *arena, struct backup *out) {
  const char *version = json_string_value(json_object_get(root, "version"));
  const json_t *schema = json_object_get(root, "schema");
  if (version == NULL || !json_is_integer(schema) || !take_instant(root, "made_at", &out->made_at) ||
      !take_file(root, arena, out) || !take_uploads(root, arena, out) || !take_chains(root, arena, out))
    return false;
  out->version = arena_text(arena, version);
  out->schema = json_integer_value(schema);
  out->now = 0;
  return json_is_null(json_object_get(root, "store_now")) || take_instant(root, "store_now", &out->now);
}

static bool take_file(const json_t *root, struct arena *arena, struct backup *out) {
  const json_t *file = json_array_get(json_object_get(root, "files"), 0);
  const char *path = json_string_value(json_object_get(file, "path"));
  const json_t *size = json_object_get(file, "bytes");
  out->sha256 = take_hex(file, "sha256", arena);
  out->size = json_integer_value(size);
  return path != NULL && strcmp(path, BACKUP_STORE) == 0 && json_is_integer(size) && out->sha256 != NULL;
}

static bool take_uploads(const json_t *root, struct arena *arena, struct backup *out) {
  const json_t *files = json_object_get(root, "files");
  size_t count = json_array_size(files) - 1; // the store is the first
  struct file_content *list = arena_array(arena, count, sizeof *list);
  for (size_t i = 0; i < count; i++) {
    const json_t *file = json_array_get(files, i + 1);
    const json_t *size = json_object_get(file, "bytes");
    list[i] = (struct file_content){take_hex(file, "sha256", arena), json_integer_value(size)};
    if (list[i].sha256 == NULL || !json_is_integer(size))
      return false;
  }
  out->files = (struct backup_files){list, count};
  return true;
}

static bool take_chains(const json_t *root, struct arena *arena, struct backup *out) {
  const json_t *list = json_object_get(root, "chains");
  if (!json_is_array(list))
    return false;
  size_t count = json_array_size(list);
  struct backup_chain *chains = arena_array(arena, count, sizeof *chains);
  out->is_sound = true;
  for (size_t i = 0; i < count; i++) {
    const json_t *chain = json_array_get(list, i);
    const json_t *course = json_object_get(chain, "course");
    const json_t *seq = json_object_get(chain, "seq");
    const json_t *sound = json_object_get(chain, "sound");
    const char *head = take_hex(chain, "head", arena);
    if (!json_is_integer(course) || !json_is_integer(seq) || !json_is_boolean(sound) || head == NULL)
      return false;
    chains[i] = (struct backup_chain){json_integer_value(course), json_integer_value(seq), head, json_is_true(sound)};
    out->is_sound = out->is_sound && chains[i].is_sound;
  }
  out->chains = chains;
  out->chain_count = count;
  return true;
}

static bool take_instant(const json_t *root, const char *name, int64_t *out) {
  const char *words = json_string_value(json_object_get(root, name));
  return words != NULL && instant_parse(words, out);
}

static const char *take_hex(const json_t *object, const char *name, struct arena *arena) {
  const char *digits = json_string_value(json_object_get(object, name));
  if (digits == NULL || strlen(digits) != HEX_DIGITS || strspn(digits, "0123456789abcdef") != HEX_DIGITS)
    return NULL;
  return arena_text(arena, digits);
}
