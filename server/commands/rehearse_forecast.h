// SPDX-License-Identifier: AGPL-3.0-or-later
// tandem rehearse --data: what a running course will tell whom between two instants, as the server forecasts it.
#pragma once

#include <stdbool.h>

struct forecast_wish {
  const char *data_dir; // NULL: as every command finds it
  const char *course;   // NULL: the only one there is
  const char *from, *to;
  bool is_json;
};

// The command's exit code; what went wrong was said on stderr.
int rehearse_forecast(const struct forecast_wish *wish);
