// SPDX-License-Identifier: AGPL-3.0-or-later
// Whose certificates a transfer of libcurl believes when the operator names a file of them. Knows neither mail nor
// webhooks.
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

// Those that the file's (PEM) vouch for and nobody else: not those that the machine trusts. False: libcurl refuses.
bool curl_trust_only(CURL *easy, const char *ca_file);
