// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/serve_doors.h"

#include <stdio.h>
#include <string.h>

#include "server/accounts/person.h"
#include "server/commands/serve_options.h"

static const char *address(struct arena *arena, const char *scheme, const char *host_port, unsigned port);

bool door_take_listen(struct serve_options *options, const char *value) {
  options->doors.listen = strcmp(value, "none") == 0 ? NULL : value;
  return true;
}

// Links in mails and calendars are this with a path behind it.
bool door_take_public_url(struct serve_options *options, const char *value) {
  static const char never[] = " \"'<>\\?#@";
  size_t scheme = strncasecmp(value, "https://", 8) == 0 ? 8 : strncasecmp(value, "http://", 7) == 0 ? 7 : 0;
  if (scheme == 0 || value[scheme] == '\0' || value[scheme] == '/' || strpbrk(value, never) != NULL)
    return false;
  options->public_url = value;
  return true;
}

bool door_take_proxy(struct serve_options *options, const char *value) {
  struct peer_rules *peers = &options->doors.peers;
  if (!peer_range_parse(value, &peers->proxies[peers->proxy_count]))
    return false;
  peers->proxy_count++;
  return true;
}

bool door_take_sign_in_header(struct serve_options *options, const char *value) {
  return peer_header_parse(value, options->doors.sign_in_header, sizeof options->doors.sign_in_header);
}

bool door_take_mail_from(struct serve_options *options, const char *value) {
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *clean, *key;
  if (!address_check(arena, value, &clean, &key))
    return false;
  snprintf(options->doors.mail_from, sizeof options->doors.mail_from, "%s", clean);
  return true;
}

const char *door_finish(struct door_options *doors) {
  bool has_pair = doors->tls_certificate != NULL && doors->tls_key != NULL;
  bool has_any = doors->tls_certificate != NULL || doors->tls_key != NULL || doors->tls_listen != NULL;
  if (has_any && (!has_pair || doors->tls_listen == NULL))
    return "--tls-listen, --tls-certificate and --tls-key (tls: listen, certificate, key) go together: all three or "
           "none";
  if (doors->listen == NULL && doors->tls_listen == NULL)
    return "with --listen none (listen: none) nobody gets in but by --tls-listen (tls: listen)";
  if (doors->sign_in_header[0] == '\0')
    return NULL;
  doors->peers.sign_in_header = doors->sign_in_header;
  return doors->peers.proxy_count > 0
             ? NULL
             : "--sign-in-header (sign_in_header) needs --trust-proxy (trusted_proxies): nobody else is believed";
}

const char *door_addresses(struct arena *arena, const struct door_options *doors, const struct listener *listener) {
  const char *plain = address(arena, "http", doors->listen, listener_port(listener));
  const char *tls = address(arena, "https", doors->tls_listen, listener_tls_port(listener));
  return arena_format(arena, "%s%s%s", plain, plain[0] != '\0' && tls[0] != '\0' ? " and " : "", tls);
}

const char *door_sender(struct arena *arena, const struct door_options *doors, const char *mail_domain) {
  if (doors->mail_from[0] != '\0')
    return arena_text(arena, doors->mail_from);
  return arena_format(arena, "tandem@%s", mail_domain == NULL ? "localhost" : mail_domain);
}

static const char *address(struct arena *arena, const char *scheme, const char *host_port, unsigned port) {
  const char *colon = host_port == NULL ? NULL : strrchr(host_port, ':');
  return colon == NULL ? "" : arena_format(arena, "%s://%.*s:%u", scheme, (int)(colon - host_port), host_port, port);
}
