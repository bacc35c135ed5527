// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/serve_doors.h"

#include <stdio.h>
#include <string.h>

#include "server/accounts/person.h"

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
  if (doors->sign_in_header[0] == '\0')
    return true;
  doors->peers.sign_in_header = doors->sign_in_header;
  if (doors->peers.proxy_count > 0)
    return true;
  fprintf(stderr, "tandem serve: --sign-in-header needs --trust-proxy: nobody else is believed\n");
  return false;
}

const char *door_sender(struct arena *arena, const struct door_options *doors, const char *mail_domain) {
  if (doors->mail_from[0] != '\0')
    return arena_text(arena, doors->mail_from);
  return arena_format(arena, "tandem@%s", mail_domain == NULL ? "localhost" : mail_domain);
}
