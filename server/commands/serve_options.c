// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/serve_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "server/commands/command.h"
#include "server/commands/control.h"
#include "server/commands/serve_settings.h"

enum { FIRST_CODE = 256 }; // of getopt_long: no character

static bool take_course(struct serve_options *options, const char *value);
static bool take_now(struct serve_options *options, const char *value);

#define FIELD(member) offsetof(struct serve_options, member), NULL
#define TAKEN 0

static const struct setting settings[] = {
    {"settings", NULL, SETTING_PATH, 0, FIELD(settings), "a file of settings"},
    {"data", "data", SETTING_PATH, 0, FIELD(data_dir), "a folder"},
    {"listen", "listen", SETTING_TEXT, 0, TAKEN, door_take_listen, "HOST:PORT, or none"},
    {"public-url", "public_url", SETTING_TEXT, 0, TAKEN, door_take_public_url,
     "an address such as https://tandem.example.edu"},
    {"course", "courses", SETTING_PATH, COURSES_MAX, TAKEN, take_course, "a course file"},
    {"now", NULL, SETTING_TEXT, 0, TAKEN, take_now, "an instant such as 2023-09-05T14:00:00Z"},
    {"cheap-passwords", NULL, SETTING_FLAG, 0, FIELD(has_cheap_passwords), ""},
    {"tls-listen", "tls.listen", SETTING_TEXT, 0, FIELD(doors.tls_listen), "HOST:PORT"},
    {"tls-certificate", "tls.certificate", SETTING_PATH, 0, FIELD(doors.tls_certificate), "a file"},
    {"tls-key", "tls.key", SETTING_PATH, 0, FIELD(doors.tls_key), "a file"},
    {"trust-proxy", "trusted_proxies", SETTING_TEXT, PEER_RANGES_MAX, TAKEN, door_take_proxy,
     "an address or a network such as 127.0.0.1, 10.1.0.0/16 or 2001:db8::/32 (without bits behind the prefix)"},
    {"sign-in-header", "sign_in_header", SETTING_TEXT, 0, TAKEN, door_take_sign_in_header,
     "the name of a header such as X-Remote-User"},
    {"mail-domain", "mail.domain", SETTING_TEXT, 0, FIELD(mail_domain), "a domain such as example.edu"},
    {"mail-from", "mail.from", SETTING_TEXT, 0, TAKEN, door_take_mail_from, "an address such as tandem@example.edu"},
    {"smtp", "mail.smtp.url", SETTING_TEXT, 0, TAKEN, mail_take_url,
     "a mail server such as smtp://mail.example.edu:587, or smtps://… (without a name or password in it)"},
    {"smtp-starttls", "mail.smtp.starttls", SETTING_TEXT, 0, TAKEN, mail_take_starttls, "required, offered or none"},
    {"smtp-username", "mail.smtp.username", SETTING_TEXT, 0, FIELD(mail.username), "a name to sign in with"},
    {"smtp-password-file", "mail.smtp.password_file", SETTING_PATH, 0, FIELD(mail.password_file), "a file"},
    {"smtp-ca-file", "mail.smtp.ca_file", SETTING_PATH, 0, FIELD(mail.ca_file), "a file of certificates (PEM)"},
    {"smtp-connections", "mail.smtp.connections", SETTING_NUMBER, 0, TAKEN, mail_take_connections,
     "a number from 1 to 16"},
    {"backup-dir", "backup.folder", SETTING_PATH, 0, FIELD(upkeep.backup_dir), "a folder that exists"},
    {"backup-keep", "backup.keep", SETTING_NUMBER, 0, TAKEN, upkeep_take_keep, "a number from 1 to 10000"},
    {"backup-at", "backup.at", SETTING_TEXT, 0, TAKEN, upkeep_take_at, "a time of day such as \"03:30\""},
    {"operator", "operator", SETTING_TEXT, 0, TAKEN, upkeep_take_operator, "an address such as operator@example.edu"},
    {"disk-low", "disk_low_mib", SETTING_NUMBER, 0, TAKEN, upkeep_take_disk_low, "a number from 1 to 1073741824"},
    {"webhooks-allow-private", "webhooks.allow_private", SETTING_FLAG, 0, FIELD(allows_private_webhooks),
     "true or false"},
    {"webhooks-ca-file", "webhooks.ca_file", SETTING_PATH, 0, FIELD(webhook_ca_file), "a file of certificates (PEM)"},
};
enum { SETTING_COUNT = sizeof settings / sizeof *settings };

struct given {
  struct serve_options *options;
  int count[SETTING_COUNT]; // how often each came on the command line
};

static bool find_given(int argc, char **argv, struct given *given);
static bool take_given(int argc, char **argv, struct given *given);
static bool take_argument(struct given *given, size_t at, const char *value);
static void fill_names(struct option names[static SETTING_COUNT + 1]);

const struct setting *serve_setting_table(size_t *count) {
  *count = SETTING_COUNT;
  return settings;
}

bool serve_setting_take(const struct setting *setting, struct serve_options *options, const char *value) {
  void *member = (char *)options + setting->offset;
  if (setting->kind == SETTING_FLAG) {
    *(bool *)member = strcmp(value, "true") == 0;
    return *(bool *)member || strcmp(value, "false") == 0;
  }
  if (value[0] == '\0' || text_has_control(value, false))
    return false;
  if (setting->take != NULL)
    return setting->take(options, value);
  *(const char **)member = value;
  return true;
}

bool serve_setting_is_private(const char *value) { return strchr(value, ':') != NULL && strchr(value, '@') != NULL; }

void serve_options_init(struct serve_options *options) {
  *options = (struct serve_options){.doors = DOOR_DEFAULTS, .mail = MAIL_DEFAULTS, .upkeep = UPKEEP_DEFAULTS};
}

const char *serve_options_finish(struct serve_options *options) {
  const char *wrong = door_finish(&options->doors);
  return wrong != NULL ? wrong : mail_finish(&options->mail);
}

int serve_options_read(struct arena *arena, int argc, char **argv, struct serve_options *options) {
  serve_options_init(options);
  options->data_dir = control_data_dir(NULL);
  struct given given = {.options = options};
  if (!find_given(argc, argv, &given))
    return EXIT_USAGE;
  int code = EXIT_DONE;
  if (options->settings != NULL)
    code = serve_settings_read(arena, options->settings, given.count, options);
  if (code != EXIT_DONE)
    return code;
  if (!take_given(argc, argv, &given))
    return EXIT_USAGE;
  const char *wrong = serve_options_finish(options);
  if (wrong == NULL)
    return EXIT_DONE;
  fprintf(stderr, "tandem serve: %s\n", wrong);
  return EXIT_USAGE;
}

// The first pass: which options there are, so that the file knows what it has no say in, and which file.
static bool find_given(int argc, char **argv, struct given *given) {
  struct option names[SETTING_COUNT + 1];
  fill_names(names);
  optind = 1;
  for (int code; (code = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (code < FIRST_CODE)
      return false; // getopt_long said why
    size_t at = (size_t)(code - FIRST_CODE);
    given->count[at]++;
    if (strcmp(settings[at].option, "settings") == 0)
      given->options->settings = optarg;
  }
  if (optind == argc)
    return true;
  fprintf(stderr, "tandem serve: \"%s\" is one word too many\n", argv[optind]);
  return false;
}

static bool take_given(int argc, char **argv, struct given *given) {
  struct option names[SETTING_COUNT + 1];
  fill_names(names);
  optind = 1;
  for (int code; (code = getopt_long(argc, argv, "", names, NULL)) != -1;)
    if (!take_argument(given, (size_t)(code - FIRST_CODE), optarg == NULL ? "true" : optarg))
      return false;
  return true;
}

static bool take_argument(struct given *given, size_t at, const char *value) {
  const struct setting *setting = &settings[at];
  if (setting->list_max > 0 && given->count[at] > setting->list_max) {
    fprintf(stderr, "tandem serve: --%s is taken at most %d times\n", setting->option, setting->list_max);
    return false;
  }
  if (serve_setting_take(setting, given->options, value))
    return true;
  if (serve_setting_is_private(value))
    fprintf(stderr, "tandem serve: --%s takes %s, not a value with \"@\" in it\n", setting->option, setting->form);
  else
    fprintf(stderr, "tandem serve: --%s takes %s, not \"%s\"\n", setting->option, setting->form, value);
  return false;
}

static void fill_names(struct option names[static SETTING_COUNT + 1]) {
  size_t count = 0;
  for (int i = 0; i < SETTING_COUNT; i++)
    if (settings[i].option != NULL)
      names[count++] = (struct option){
          settings[i].option, settings[i].kind == SETTING_FLAG ? no_argument : required_argument, NULL, FIRST_CODE + i};
  names[count] = (struct option){NULL, 0, NULL, 0};
}

static bool take_course(struct serve_options *options, const char *value) {
  options->courses[options->course_count++] = value;
  return true;
}

static bool take_now(struct serve_options *options, const char *value) { return instant_parse(value, &options->now); }
