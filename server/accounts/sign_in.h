// SPDX-License-Identifier: AGPL-3.0-or-later
// Handlers of signing in and out by password, and their body. Known and unknown addresses get the same answer at the
// same cost.
#pragma once

#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"

extern const struct shape sign_in_shape;
extern const struct answer signed_in_answer;

enum err sign_in_prepare(struct request *request);
enum err sign_in_handle(struct request *request);
enum err sign_out_handle(struct request *request);

// However somebody has proven who they are: opens their session, sets the cookie and writes the answer.
CHECKED enum err sign_in_open(struct request *request, int64_t person);
