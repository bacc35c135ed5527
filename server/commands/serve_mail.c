// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/serve_mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/text.h"
#include "server/commands/input_file.h"
#include "server/commands/serve_options.h"

static enum err read_file(struct arena *arena, const char *path, const char **out);
static enum err refuse_file(const char *path, const char *why);

bool mail_take_url(struct serve_options *options, const char *value) {
  const struct smtp_settings settings = {.url = value};
  if (smtp_refusal(&settings) != NULL)
    return false;
  options->mail.url = value;
  return true;
}

bool mail_take_starttls(struct serve_options *options, const char *value) {
  static const char *const words[] = {
      [SMTP_STARTTLS_REQUIRED] = "required", [SMTP_STARTTLS_OFFERED] = "offered", [SMTP_STARTTLS_NONE] = "none"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(words[i], value) == 0) {
      options->mail.starttls = (enum smtp_starttls)i;
      return true;
    }
  return false;
}

bool mail_take_connections(struct serve_options *options, const char *value) {
  int64_t number;
  if (!int64_parse(value, &number) || number < 1 || number > SMTP_CONNECTIONS_MAX)
    return false;
  options->mail.connections = number;
  return true;
}

const char *mail_finish(const struct mail_options *mail) {
  if (mail->url == NULL)
    return mail->username == NULL && mail->password_file == NULL && mail->ca_file == NULL
               ? NULL
               : "a name, a password file or certificates for a mail server need --smtp (mail: smtp: url)";
  if (mail->username == NULL && mail->password_file != NULL)
    return "--smtp-password-file (password_file) needs --smtp-username (username)";
  // Whether a password may go there at all does not depend on which one it is.
  const struct smtp_settings settings = mail_smtp_settings(mail, mail->username == NULL ? NULL : "any", false);
  return smtp_refusal(&settings);
}

struct smtp_settings mail_smtp_settings(const struct mail_options *mail, const char *password, bool is_loopback_only) {
  return (struct smtp_settings){.url = mail->url,
                                .starttls = mail->starttls,
                                .username = mail->username,
                                .password = password,
                                .ca_file = mail->ca_file,
                                .connections = (long)mail->connections,
                                .is_loopback_only = is_loopback_only};
}

enum err mail_password_read(struct arena *arena, const struct mail_options *mail, const char **out) {
  if (mail->username == NULL) {
    *out = NULL;
    return ERR_OK;
  }
  if (mail->password_file != NULL)
    return read_file(arena, mail->password_file, out);
  const char *folder = getenv("CREDENTIALS_DIRECTORY");
  const char *credential = folder == NULL ? NULL : arena_format(arena, "%s/smtp-password", folder);
  if (credential != NULL && access(credential, F_OK) == 0)
    return read_file(arena, credential, out);
  const char *given = getenv("TANDEM_SMTP_PASSWORD");
  if (given == NULL || given[0] == '\0' || strlen(given) > MAIL_PASSWORD_BYTES_MAX || text_has_control(given, false)) {
    fprintf(stderr, "tandem serve: the mail server's password is missing: name a file with --smtp-password-file "
                    "(password_file), or set TANDEM_SMTP_PASSWORD to one line\n");
    return ERR_INVALID;
  }
  *out = arena_text(arena, given);
  return ERR_OK;
}

static enum err read_file(struct arena *arena, const char *path, const char **out) {
  struct stat status;
  if (stat(path, &status) != 0)
    return refuse_file(path, "it cannot be read");
  if ((status.st_mode & (S_IRWXO & ~(mode_t)S_IXOTH)) != 0)
    return refuse_file(path, "others may read or write it; chmod o= it first");
  const char *bytes, *reason;
  size_t size;
  if (input_file_read(arena, path, MAIL_PASSWORD_BYTES_MAX, &bytes, &size, &reason) != ERR_OK)
    return refuse_file(path, reason);
  size_t length = strcspn(bytes, "\r\n");
  const char *rest = bytes + length + strspn(bytes + length, "\r\n");
  const char *password = arena_format(arena, "%.*s", (int)length, bytes);
  if (length == 0 || size > MAIL_PASSWORD_BYTES_MAX || rest != bytes + size || text_has_control(password, false))
    return refuse_file(path, "it must hold the password on one line and nothing else");
  *out = password;
  return ERR_OK;
}

static enum err refuse_file(const char *path, const char *why) {
  fprintf(stderr, "tandem serve: the mail server's password in %s: %s\n", path, why);
  return ERR_INVALID;
}
