// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/serve_doors.h"

#include <stdio.h>
#include <string.h>

#include "server/accounts/person.h"

static bool check_tls(const struct door_options *doors);
static const char *address(struct arena *arena, const char *scheme, const char *host_port, unsigned port);

bool door_option(struct door_options *doors, int code, const char *argument) {
  switch (code) {
  case DOOR_LISTEN:
    doors->listen = strcmp(argument, "none") == 0 ? NULL : argument;
    return true;
  case DOOR_TLS_LISTEN:
    doors->tls_listen = argument;
    return true;
  case DOOR_TLS_CERTIFICATE:
    doors->tls_certificate = argument;
    return true;
  case DOOR_TLS_KEY:
    doors->tls_key = argument;
    return true;
  default:
    return false;
  }
}

bool door_trust_proxy(struct door_options *doors, const char *argument) {
  struct peer_rules *peers = &doors->peers;
  if (peers->proxy_count == PEER_RANGES_MAX) {
    fprintf(stderr, "tandem serve: at most %d proxies can be trusted; name a network such as 10.1.0.0/16\n",
            PEER_RANGES_MAX);
    return false;
  }
  if (!peer_range_parse(argument, &peers->proxies[peers->proxy_count])) {
    fprintf(stderr,
            "tandem serve: --trust-proxy takes an address or a network such as 127.0.0.1, 10.1.0.0/16 or 2001:db8::/32 "
            "(without bits behind the prefix), not \"%s\"\n",
            argument);
    return false;
  }
  peers->proxy_count++;
  return true;
}

bool door_sign_in_header(struct door_options *doors, const char *argument) {
  if (peer_header_parse(argument, doors->sign_in_header, sizeof doors->sign_in_header))
    return true;
  fprintf(stderr, "tandem serve: --sign-in-header takes the name of a header such as X-Remote-User, not \"%s\"\n",
          argument);
  return false;
}

bool door_mail_from(struct door_options *doors, const char *argument) {
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *clean, *key;
  if (!address_check(arena, argument, &clean, &key)) {
    fprintf(stderr, "tandem serve: --mail-from takes an address such as tandem@example.edu, not \"%s\"\n", argument);
    return false;
  }
  snprintf(doors->mail_from, sizeof doors->mail_from, "%s", clean);
  return true;
}

bool door_finish(struct door_options *doors) {
  if (!check_tls(doors))
    return false;
  if (doors->sign_in_header[0] == '\0')
    return true;
  doors->peers.sign_in_header = doors->sign_in_header;
  if (doors->peers.proxy_count > 0)
    return true;
  fprintf(stderr, "tandem serve: --sign-in-header needs --trust-proxy: nobody else is believed\n");
  return false;
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

static bool check_tls(const struct door_options *doors) {
  bool has_pair = doors->tls_certificate != NULL && doors->tls_key != NULL;
  bool has_any = doors->tls_certificate != NULL || doors->tls_key != NULL || doors->tls_listen != NULL;
  if (has_any && (!has_pair || doors->tls_listen == NULL)) {
    fprintf(stderr, "tandem serve: --tls-listen, --tls-certificate and --tls-key go together: all three or none\n");
    return false;
  }
  if (doors->listen != NULL || doors->tls_listen != NULL)
    return true;
  fprintf(stderr, "tandem serve: with --listen none nobody gets in but by --tls-listen\n");
  return false;
}

static const char *address(struct arena *arena, const char *scheme, const char *host_port, unsigned port) {
  const char *colon = host_port == NULL ? NULL : strrchr(host_port, ':');
  return colon == NULL ? "" : arena_format(arena, "%s://%.*s:%u", scheme, (int)(colon - host_port), host_port, port);
}
