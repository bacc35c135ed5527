// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/backup_routes.h"

#include "server/accounts/services.h"
#include "server/http/answer.h"
#include "server/http/http.h"
#include "server/http/shape.h"
#include "server/upkeep.h"

enum { DIRECTORY_CHARACTERS_MAX = 1000 };

struct backup_body {
  const char *directory;
};

static route_handler make_backup;
static void write_backup(struct json *json, const struct backup *backup);

// SHAPE_LINES, because SHAPE_TEXT would make one space of two.
static const struct field backup_fields[] = {
    {"directory", SHAPE_LINES, REQUIRED, DIRECTORY_CHARACTERS_MAX, offsetof(struct backup_body, directory), NO_PRESENT,
     NULL, NULL, "An existing folder on the server, from / on; the backup becomes a folder in it."},
};
static const struct shape backup_shape = {"BackupNew", MEDIA_JSON, 8192, sizeof(struct backup_body), backup_fields, 1};

// clang-format off
static const struct answer_field backup_chain_answer_fields[] = {
  {"course", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "The course's number; 0 is the installation"},
  {"seq", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "Of the last audit row"},
  {"head", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "Its hash"},
  {"sound", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "Whether the chain holds"},
};
static const struct answer backup_chain_answer = {"BackupChain", NULL, false, backup_chain_answer_fields, sizeof backup_chain_answer_fields / sizeof *backup_chain_answer_fields};
static const struct answer_field backup_answer_fields[] = {
  {"path", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "The folder that was made"},
  {"made_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "When, by real time"},
  {"store_now", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_OPERATOR, NULL, NULL, "The store's own clock"},
  {"schema", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "The schema's version"},
  {"bytes", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "Size of the database"},
  {"sha256", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "Its digest"},
  {"chains", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, &backup_chain_answer, "The audit's chains in it"},
  {"sound", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "Whether all of them hold"},
};
static const struct answer backup_answer = {"Backup", NULL, false, backup_answer_fields, sizeof backup_answer_fields / sizeof *backup_answer_fields};
// clang-format on

// clang-format off
static const struct route rows[] = {
  {METHOD_POST, "/backups", ACCESS_OPERATOR, ROUTE_WORK, make_backup, NULL, NULL, &backup_shape, 201, &backup_answer, "Makes a verified backup of the store while it runs"},
};
// clang-format on

const struct route_table backup_routes = {"backups", rows, sizeof rows / sizeof *rows};

// On a worker; nothing is written to the store.
static enum err make_backup(struct request *request) {
  const struct backup_body *body = request->input;
  const struct readiness *readiness = request->http->readiness;
  // The request's own snapshot would keep the log from being reset for as long as the copy takes.
  db_rollback(request->act.db);
  struct backup backup;
  enum err err =
      upkeep_backup(request_services(request)->upkeep, body->directory, false,
                    readiness == NULL ? NULL : readiness->is_draining, request->arena, &request->problem, &backup);
  if (err != ERR_OK)
    return err;
  write_backup(reply_object(request), &backup);
  reply_status(request, 201);
  return ERR_OK;
}

static void write_backup(struct json *json, const struct backup *backup) {
  json_text(json, "path", backup->path);
  json_instant(json, "made_at", backup->made_at);
  json_instant_or_null(json, "store_now", backup->now);
  json_int(json, "schema", backup->schema);
  json_int(json, "bytes", backup->size);
  json_text(json, "sha256", backup->sha256);
  json_array_in(json, "chains");
  for (size_t i = 0; i < backup->chain_count; i++) {
    json_begin_object(json);
    json_int(json, "course", backup->chains[i].course);
    json_int(json, "seq", backup->chains[i].seq);
    json_text(json, "head", backup->chains[i].head);
    json_flag(json, "sound", backup->chains[i].is_sound);
    json_end(json);
  }
  json_end(json);
  json_flag(json, "sound", backup->is_sound);
}
