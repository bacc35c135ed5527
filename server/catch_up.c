// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/catch_up.h"

#include "server/db/agenda.h"
#include "server/duties.h"
#include "server/reminders/planner.h"

enum err catch_up_run(struct app *app) {
  const struct planner_options options = {.services = app_services(app), .clock = app_http(app)->clock};
  int64_t last = clock_now(options.clock) - DUTY_DELAY_SECONDS;
  struct arena *arena SCOPED_ARENA = arena_new();
  size_t count = 0;
  do {
    struct agenda_item *item = NULL;
    size_t ran = 0;
    enum err err = agenda_due(app_db(app), arena, last, 1, &item, &count);
    if (err == ERR_OK && count > 0)
      err = planner_run_due(&options, app_db(app), item->at);
    if (err == ERR_OK && count > 0)
      err = duties_run_until(app, item->at, &ran);
    if (err != ERR_OK)
      return err;
  } while (count > 0);
  size_t ran = 0;
  enum err err = planner_run_due(&options, app_db(app), INT64_MAX);
  return err == ERR_OK ? duties_run_due(app, &ran) : err;
}
