// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows of uploaded files: up, down, one's own that wait, away.
#pragma once

#include "server/http/answer.h"
#include "server/http/route.h"

extern const struct route_table file_routes;
// Of whatever lists files, and what writes it.
extern const struct answer file_answer;
struct file;
struct json;
void file_write(struct json *json, const struct file *file); // in the open object
