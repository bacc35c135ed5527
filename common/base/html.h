// SPDX-License-Identifier: AGPL-3.0-or-later
// Words inside HTML: as text or as an attribute's value in double quotes. Knows no page.
#pragma once

#include "common/base/text.h"

void html_add(struct text *out, const char *words);
// The same with <br> at each line end, a last one left out.
void html_add_lines(struct text *out, const char *words);
