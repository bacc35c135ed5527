// SPDX-License-Identifier: AGPL-3.0-or-later
// Handlers of the link at the end of a mail (RFC 8058): GET shows what it would turn off, and changes nothing; POST
// turns it off, from a mail program or from the page's button, and on again by the other button of that page. The token
// in the path is the right; nobody signs in.
#pragma once

#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"

extern const struct shape unsubscribe_shape;
extern const struct answer unsubscribe_answer;

enum err unsubscribe_get(struct request *request);
enum err unsubscribe_post(struct request *request);
