// SPDX-License-Identifier: AGPL-3.0-or-later
// Handlers of what a person sees and changes of their own account: name, password, sessions, messages.
#pragma once

#include "server/accounts/person.h"
#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"

extern const struct shape me_change_shape, password_change_shape, message_query_shape;
extern const struct answer account_answer, my_enrolment_answer, me_answer;
extern const struct answer my_sessions_answer, sessions_ended_answer, messages_answer;

enum err me_get(struct request *request);
enum err me_patch(struct request *request);
enum err me_password_prepare(struct request *request);
enum err me_password_handle(struct request *request);
enum err me_sessions_list(struct request *request);
enum err me_sessions_end_all(struct request *request);
enum err me_sessions_end(struct request *request);
enum err me_messages_list(struct request *request);

// The operator passes rows for whoever is signed in, but is nobody's account: 401 for it.
CHECKED enum err me_check(struct request *request);
// "person" and "enrolments" as members of the open object.
CHECKED enum err me_write(struct request *request, struct json *json, int64_t person);
// The fields of a person as they themselves and the operator see them, into the open object.
void person_write(struct json *json, const struct person *person);
