// SPDX-License-Identifier: AGPL-3.0-or-later
// Handlers of asking for a link by mail and of signing in by it, and the operator's way to make one. Known, unknown and
// disabled addresses get the same answer after the same work.
#pragma once

#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"

extern const struct shape link_wish_shape, link_sign_in_shape;
extern const struct answer link_wish_answer, sign_in_link_answer;

enum err link_wish_prepare(struct request *request);
enum err link_wish_handle(struct request *request);
enum err link_sign_in_prepare(struct request *request);
enum err link_sign_in_handle(struct request *request);
// The operator's: nothing is mailed, the answer has the link.
enum err link_for_operator(struct request *request);
