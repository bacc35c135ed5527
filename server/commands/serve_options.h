// SPDX-License-Identifier: AGPL-3.0-or-later
// What `tandem serve` is told, by its command line or by a settings file: one table of settings, each with its option,
// its key and the form of its value. An option on the command line wins over the file.
#pragma once

#include "common/base/arena.h"
#include "common/course/course_file.h"
#include "server/commands/serve_doors.h"
#include "server/commands/serve_mail.h"
#include "server/commands/serve_upkeep.h"

enum { COURSES_MAX = 32, SETTINGS_FILE_BYTES_MAX = 64 * 1024 };

struct serve_options {
  const char *settings; // the file, or NULL
  const char *data_dir;
  const char *public_url;
  const char *mail_domain;
  int64_t now;
  const char *courses[COURSES_MAX];
  size_t course_count;
  bool has_cheap_passwords;
  bool allows_private_webhooks; // to loopback and private networks
  const char *webhook_ca_file;  // NULL: what the machine trusts
  struct door_options doors;
  struct mail_options mail;
  struct upkeep_settings upkeep;
};

enum setting_kind {
  SETTING_TEXT,
  SETTING_PATH,   // in a file: as seen from the file's folder
  SETTING_NUMBER, // in a file: without quotes
  SETTING_FLAG,   // an option without a value; true or false in a file
};

struct setting {
  const char *option; // "mail-from"; NULL: in a file only
  const char *key;    // "mail.from"; NULL: on the command line only
  enum setting_kind kind;
  int list_max;  // 0: one value; else a list, the option may come that often
  size_t offset; // of a `const char *` (of a flag: a bool), when `take` is NULL
  bool (*take)(struct serve_options *options, const char *value);
  const char *form; // "an address such as tandem@example.edu"
};
const struct setting *serve_setting_table(size_t *count);
// False when the value has not the setting's form.
bool serve_setting_take(const struct setting *setting, struct serve_options *options, const char *value);
// Whether a refused value may hold a password, as smtp://me:secret@mail does: then it is not repeated in words.
bool serve_setting_is_private(const char *value);

void serve_options_init(struct serve_options *options);
// NULL when the options make sense together, else what is wrong. Points the peers at the header: `options` must not
// move later.
const char *serve_options_finish(struct serve_options *options);
// From the command line and the file that it names; texts live in the arena or in argv. EXIT_DONE, or what was wrong
// was said on stderr.
int serve_options_read(struct arena *arena, int argc, char **argv, struct serve_options *options);
