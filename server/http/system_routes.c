// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/system_routes.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "server/http/answer.h"
#include "server/http/http.h"
#include "server/http/tls.h"
#include "tandem_version.h"

static route_handler get_healthz;
static route_handler get_readyz;
static route_handler get_metrics;

static const char *const health_words[] = {"ok", NULL};
static const char *const ready_words[] = {"ready", NULL};

// clang-format off
static const struct answer_field health_answer_fields[] = {
  {"status", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_CALLER, health_words, NULL, "That the process answers"},
};
static const struct answer health_answer = {"Health", NULL, false, health_answer_fields, sizeof health_answer_fields / sizeof *health_answer_fields};
static const struct answer_field readiness_answer_fields[] = {
  {"status", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_CALLER, ready_words, NULL, "That requests may be sent here"},
  {"version", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Of the program"},
  {"build", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Of the program"},
  {"schema", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Version of the store's schema"},
  {"now", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The server's own clock, which `serve --now` may offset"},
  {"notes", ANSWER_TEXT_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "What the operator should know"},
};
static const struct answer readiness_answer = {"Readiness", NULL, false, readiness_answer_fields, sizeof readiness_answer_fields / sizeof *readiness_answer_fields};
static const struct answer metrics_answer = {"Metrics", "text/plain", false, NULL, 0};
// clang-format on

static const struct route rows[] = {
    {METHOD_GET, "//healthz", ACCESS_PUBLIC, ROUTE_READ, NULL, get_healthz, NULL, NULL, 200, &health_answer,
     "Whether the process answers at all"},
    {METHOD_GET, "//readyz", ACCESS_PUBLIC, ROUTE_READ, NULL, get_readyz, NULL, NULL, 200, &readiness_answer,
     "Whether to send requests here: 503 while going down; what the operator should know"},
    {METHOD_GET, "//metrics", ACCESS_LOOPBACK, ROUTE_READ, NULL, get_metrics, NULL, NULL, 200, &metrics_answer,
     "Figures for Prometheus"},
};

const struct route_table system_routes = {"system", rows, sizeof rows / sizeof rows[0]};

static void add_tls_notes(struct request *request, struct tls *tls, struct json *notes);
static void add_metric(struct text *out, const char *name, const char *type, const char *help);
static void add_work_metrics(struct text *out, struct work *work);
static void add_process_metrics(struct text *out);
static int64_t resident_bytes(void);
static int64_t open_descriptors(void);

static enum err get_healthz(struct request *request) {
  json_text(reply_object(request), "status", "ok");
  return ERR_OK;
}

static enum err get_readyz(struct request *request) {
  const struct readiness *readiness = request->http->readiness;
  if (readiness_is_draining(readiness))
    return problem_raise(&request->problem, PROBLEM_SHUTTING_DOWN,
                         "The server is going down. Send requests to another, or wait until it is up again.");
  struct json *json = reply_object(request);
  json_text(json, "status", "ready");
  json_text(json, "version", TANDEM_VERSION);
  json_text(json, "build", TANDEM_BUILD);
  json_int(json, "schema", db_schema_version(request->act.db));
  json_instant(json, "now", request->act.now);
  json_array_in(json, "notes");
  for (size_t i = 0; readiness != NULL && readiness->notes != NULL && readiness->notes[i] != NULL; i++)
    json_text(json, NULL, readiness->notes[i]);
  if (readiness != NULL && readiness->tls != NULL)
    add_tls_notes(request, readiness->tls, json);
  if (readiness != NULL && readiness->add_notes != NULL)
    readiness->add_notes(request, json);
  json_end(json);
  return ERR_OK;
}

static enum err get_metrics(struct request *request) {
  const struct http *http = request->http;
  struct text *out = reply_text(request, "text/plain; version=0.0.4; charset=utf-8");
  add_metric(out, "tandem_build_info", "gauge", "The version that runs.");
  text_add_format(out, "tandem_build_info{version=\"%s\",build=\"%s\"} 1\n", TANDEM_VERSION, TANDEM_BUILD);
  add_metric(out, "tandem_now_seconds", "gauge", "The server's own clock, which serve --now may offset.");
  text_add_format(out, "tandem_now_seconds %" PRId64 "\n", request->act.now);
  if (http->work != NULL)
    add_work_metrics(out, http->work);
  add_process_metrics(out);
  if (http->readiness != NULL && http->readiness->add_metrics != NULL)
    http->readiness->add_metrics(request, out);
  return ERR_OK;
}

// Against the real clock, as clients judge the certificate. The files' names are for the log: anybody may ask this.
static void add_tls_notes(struct request *request, struct tls *tls, struct json *notes) {
  int64_t ends_at = tls_ends_at(tls);
  char words[21];
  instant_format(ends_at, words);
  if (ends_at - time(NULL) < TLS_SOON_SECONDS)
    json_text(notes, NULL, arena_format(request->arena, "the TLS certificate ends at %s", words));
  if (tls_reload_failed(tls))
    json_text(notes, NULL, "the TLS certificate could not be reloaded; the one before it is in use");
}

static void add_metric(struct text *out, const char *name, const char *type, const char *help) {
  text_add_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_work_metrics(struct text *out, struct work *work) {
  struct work_figures figures;
  work_figures(work, &figures);
  add_metric(out, "tandem_writer_batches_total", "counter", "Transactions committed or lost, one fsync each.");
  text_add_format(out, "tandem_writer_batches_total %" PRIu64 "\n", figures.batches);
  add_metric(out, "tandem_writer_jobs_total", "counter",
             "Changes run in batches that were committed, refusals included.");
  text_add_format(out, "tandem_writer_jobs_total %" PRIu64 "\n", figures.jobs);
  add_metric(out, "tandem_writer_lost_total", "counter", "Changes answered 503 because their transaction was lost.");
  text_add_format(out, "tandem_writer_lost_total %" PRIu64 "\n", figures.lost);
  add_metric(out, "tandem_changes_refused_total", "counter",
             "Changes answered 503 for want of the store, room or a place in a queue.");
  text_add_format(out, "tandem_changes_refused_total %" PRIu64 "\n", figures.refused);
  add_metric(out, "tandem_queue_length", "gauge", "Jobs that wait.");
  text_add_format(out, "tandem_queue_length{queue=\"writer\"} %zu\ntandem_queue_length{queue=\"workers\"} %zu\n",
                  figures.writer_queued, figures.worker_queued);
}

static void add_process_metrics(struct text *out) {
  struct rusage usage;
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    int64_t micros = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) + usage.ru_utime.tv_usec +
                     usage.ru_stime.tv_usec;
    add_metric(out, "process_cpu_seconds_total", "counter", "User and system time.");
    text_add_format(out, "process_cpu_seconds_total %" PRId64 ".%06" PRId64 "\n", micros / 1000000, micros % 1000000);
  }
  int64_t resident = resident_bytes();
  if (resident >= 0) {
    add_metric(out, "process_resident_memory_bytes", "gauge", "Memory in use.");
    text_add_format(out, "process_resident_memory_bytes %" PRId64 "\n", resident);
  }
  int64_t descriptors = open_descriptors();
  if (descriptors >= 0) {
    add_metric(out, "process_open_fds", "gauge", "Open files and sockets.");
    text_add_format(out, "process_open_fds %" PRId64 "\n", descriptors);
  }
}

// -1 where /proc is missing.
static int64_t resident_bytes(void) {
  FILE *file = fopen("/proc/self/statm", "re");
  if (file == NULL)
    return -1;
  char line[128];
  int64_t pages = -1;
  if (fgets(line, sizeof line, file) != NULL) {
    const char *second = strchr(line, ' ');
    pages = second == NULL ? -1 : strtoll(second + 1, NULL, 10);
  }
  fclose(file);
  return pages < 0 ? -1 : pages * sysconf(_SC_PAGESIZE);
}

static int64_t open_descriptors(void) {
  DIR *folder = opendir("/proc/self/fd");
  if (folder == NULL)
    return -1;
  int64_t count = -1; // the folder's own
  while (readdir(folder) != NULL)
    count++;
  closedir(folder);
  return count - 2; // "." and ".."
}
