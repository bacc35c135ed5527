// SPDX-License-Identifier: AGPL-3.0-or-later
// The index page: plain HTML that needs nothing else, all words escaped, all links relative to it.
#include <string.h>

#include "common/base/html.h"
#include "server/course_export_private.h"

static void add_address(struct text *out, const char *path);
static void add_table(struct text *out, const char *title, const char *head, const struct text *rows);

// What begins a page in which nothing runs and nothing is fetched, whatever a name holds.
static const char page_head[] =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<style>body{font:16px/1.5 sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;padding:.4rem;text-align:left;"
    "vertical-align:top}ul{margin:0;padding-left:1.2rem}</style>\n";

static const struct {
  const char *path, *words;
} tables[] = {
    {"course.yaml", "The course file"},
    {"roster.csv", "Everybody in the course"},
    {"teams.csv", "Teams, a member a row"},
    {"milestones.csv", "Milestones"},
    {"proposals.csv", "Proposals, a version a row"},
    {"decisions.csv", "Decisions and recommendations"},
    {"submissions.csv", "What was handed in, a version a row"},
    {"lateness.csv", "What lateness cost, as it came about"},
    {"extensions.csv", "Extensions"},
    {"check-ins.csv", "Check-ins and presentations, a member a row"},
};

void export_index_link(struct text *out, const char *path, const char *words) {
  text_add(out, "<a href=\"");
  add_address(out, path);
  text_add(out, "\">");
  html_add(out, words);
  text_add(out, "</a>");
}

void export_index_holder(struct export *export, const struct export_holder *holder, const char *state,
                         const char *members) {
  struct text *out = holder->is_team ? &export->team_list : &export->student_list;
  text_add(out, "<tr><td>");
  html_add(out, holder->name);
  text_add_format(out, " (%lld)", (long long)holder->id);
  if (holder->is_team) {
    text_add(out, "</td><td>");
    html_add(out, state);
    text_add(out, "</td><td>");
    html_add(out, members);
  }
  text_add(out, "</td><td><ul>");
  text_add_n(out, text_get(&holder->work), holder->work.size);
  text_add(out, "</ul></td></tr>\n");
}

enum err export_index(struct export *export) {
  struct text page;
  char words[21];
  text_init(&page, export->arena);
  const char *title = export_cell(export->arena, export->course, "title");
  instant_format(export->source.request->act.now, words);
  text_add(&page, page_head);
  text_add(&page, "<title>");
  html_add(&page, title);
  text_add(&page, "</title>\n</head>\n<body>\n<h1>");
  html_add(&page, title);
  text_add(&page, "</h1>\n<p>");
  html_add(&page, export_cell(export->arena, export->course, "course"));
  text_add_format(
      &page,
      ", as it stood at %s: %zu teams, %zu versions of what was handed in. Instants are in UTC. For the "
      "course's staff: it names students, their lateness and their extensions.</p>\n<h2>Tables</h2>\n<ul>\n",
      words, export->teams, export->versions);
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
    text_add(&page, "<li>");
    export_index_link(&page, tables[i].path, tables[i].words);
    text_add(&page, "</li>\n");
  }
  text_add(&page, "</ul>\n<p>The folder data holds the same as JSON, as Tandem's interface answers it.</p>\n");
  add_table(&page, "Milestones", "<th>Milestone</th><th>Opens</th><th>Due</th><th>Closes</th>",
            &export->milestone_list);
  add_table(&page, "Teams", "<th>Team</th><th>State</th><th>Members</th><th>Work</th>", &export->team_list);
  add_table(&page, "Work of students in lab seats", "<th>Student</th><th>Work</th>", &export->student_list);
  text_add(&page, "</body>\n</html>\n");
  return export_folder_write(&export->folder, "index.html", text_get(&page), page.size);
}

// Unreserved characters and the slashes between names (RFC 3986 2.3).
static void add_address(struct text *out, const char *path) {
  static const char kept[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  for (; *path != '\0'; path++) {
    if (strchr(kept, *path) != NULL)
      text_add_char(out, *path);
    else
      text_add_format(out, "%%%02X", (unsigned)(unsigned char)*path);
  }
}

static void add_table(struct text *out, const char *title, const char *head, const struct text *rows) {
  if (rows->size == 0)
    return;
  text_add_format(out, "<h2>%s</h2>\n<table>\n<thead><tr>%s</tr></thead>\n<tbody>\n", title, head);
  text_add_n(out, text_get(rows), rows->size);
  text_add(out, "</tbody>\n</table>\n");
}
