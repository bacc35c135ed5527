// SPDX-License-Identifier: AGPL-3.0-or-later
// libcurl's multi interface on a loop's event base (CURLMOPT_SOCKETFUNCTION and TIMERFUNCTION): transfers that wait for
// nobody. All calls on that loop's thread. Knows neither mail nor webhooks.
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

#include "server/work/loop.h"

struct curl_loop;

// `code` is libcurl's; what it means is the caller's. The easy handle is out of the multi handle again, still the
// caller's to clean up.
typedef void curl_loop_done(void *context, CURL *easy, CURLcode code);

// At most `connections_max` at a time; further transfers wait inside libcurl.
CHECKED enum err curl_loop_new(struct loop *loop, long connections_max, struct curl_loop **out);
// Takes out what is under way without calling done; NULL is allowed. The easy handles stay the callers'. Not from done.
void curl_loop_free(struct curl_loop *transfers);
// False when libcurl refuses; then done is not called. Never calls done before it returns.
bool curl_loop_add(struct curl_loop *transfers, CURL *easy, curl_loop_done *done, void *context);
// Takes it out without calling done.
void curl_loop_remove(struct curl_loop *transfers, CURL *easy);
