// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/curl_trust.h"

// A file replaces the machine's file only: Debian's libcurl would go on to look into the machine's folder as well.
bool curl_trust_only(CURL *easy, const char *ca_file) {
  return curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
}
