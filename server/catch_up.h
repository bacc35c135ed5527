// SPDX-License-Identifier: AGPL-3.0-or-later
// What fell due while nobody was here, before the first request is answered: duties and reminders in the order of their
// instants, so that a reminder of before a duty goes by how things stood before it.
#pragma once

#include "server/app.h"

// On app_db. Stops at the first failure; what is left is tried again by the running server.
CHECKED enum err catch_up_run(struct app *app);
