// SPDX-License-Identifier: AGPL-3.0-or-later
// Handlers of the operator's view of accounts: list, create, change, set a password. `tandem account` is made of these.
#pragma once

#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"

extern const struct shape account_query_shape, account_new_shape, account_change_shape, password_new_shape;
extern const struct answer accounts_answer;

enum err accounts_list(struct request *request);
enum err accounts_create(struct request *request);
enum err accounts_get(struct request *request);
enum err accounts_patch(struct request *request);
enum err accounts_password_prepare(struct request *request);
enum err accounts_password_handle(struct request *request);
