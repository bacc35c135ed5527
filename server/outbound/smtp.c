// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/smtp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/base/arena.h"
#include "common/base/log.h"
#include "server/outbound/mail.h"
#include "server/outbound/smtp_connection.h"

enum { IDLE_SECONDS = 10 }; // then a connection is closed

struct errand {
  struct errand *next;
  struct transport_mail mail;
  delivery_done *done;
  void *context;
  enum delivery delivery;
  char reason[SMTP_REASON_BYTES];
};

// One connection at the most, and the thread that speaks on it.
struct slot {
  struct smtp *smtp;
  pthread_t thread;
  bool is_started;
  struct smtp_connection connection; // of the thread
};

// Where threads leave what became of mails, for the main loop. It outlives the transport when a call is still under way
// to a loop that is ending.
struct desk {
  pthread_mutex_t lock;
  struct smtp *smtp; // NULL: released
  struct errand *back;
  bool is_called;
};

struct smtp {
  struct transport transport; // first
  struct arena *arena;
  struct loop *loop;
  struct smtp_settings settings;
  struct desk *desk;
  struct slot *slots;
  size_t slot_count;
  atomic_bool is_ending;
  pthread_mutex_t lock; // of what follows
  pthread_cond_t has_work;
  struct errand *first;
  struct errand *last;
};

static bool start_slots(struct smtp *smtp, long timeout);
static bool host_of(const char *url, char *host, size_t size, bool *is_tls);
static bool host_is_loopback(const char *host);
static void send_mail(struct transport *transport, const struct transport_mail *mail, delivery_done *done,
                      void *context);
static void release(struct transport *transport);
static void free_errands(struct errand *errand);
static void *slot_run(void *context);
static struct errand *take_errand(struct slot *slot);
static void desk_leave(struct desk *desk, struct loop *loop, struct errand *errand);
static void desk_open(void *context);
static void desk_free(struct desk *desk);

const char *smtp_refusal(const struct smtp_settings *settings) {
  char host[256];
  bool is_tls = false;
  if (!host_of(settings->url, host, sizeof host, &is_tls))
    return "the mail server is written as smtp://HOST, smtp://HOST:PORT or smtps://HOST";
  bool is_loopback = host_is_loopback(host);
  if (settings->is_loopback_only && !is_loopback)
    return "this store ever ran on --now: it sends mail to a mail server on this machine only (localhost, 127.0.0.1)";
  if (settings->username != NULL && !is_tls && settings->starttls != SMTP_STARTTLS_REQUIRED && !is_loopback)
    return "a name and a password go to another machine over TLS only: starttls required, or smtps://";
  if ((settings->username == NULL) != (settings->password == NULL))
    return "a mail server wants a name and a password, or neither";
  return NULL;
}

enum err smtp_new(struct loop *main_loop, const struct smtp_settings *settings, struct transport **out) {
  const char *refusal = smtp_refusal(settings);
  if (refusal != NULL) {
    log_line(LOG_ERROR, "mail", "%s", refusal);
    return ERR_INVALID;
  }
  struct arena *arena = arena_new();
  struct smtp *smtp = arena_alloc(arena, sizeof *smtp);
  long timeout = settings->timeout_seconds > 0 ? settings->timeout_seconds : SMTP_TIMEOUT_SECONDS;
  long count = settings->connections > 0 ? settings->connections : SMTP_CONNECTIONS;
  *smtp = (struct smtp){.arena = arena, .loop = main_loop, .settings = *settings};
  smtp->slot_count = (size_t)(count > SMTP_CONNECTIONS_MAX ? SMTP_CONNECTIONS_MAX : count);
  smtp->transport = (struct transport){
      .at_once = smtp->slot_count, .timeout_seconds = (int)timeout, .send = send_mail, .release = release};
  smtp->settings.url = arena_text(arena, settings->url);
  smtp->settings.username = arena_text(arena, settings->username);
  smtp->settings.password = arena_text(arena, settings->password);
  smtp->settings.ca_file = arena_text(arena, settings->ca_file);
  smtp->slots = arena_array(arena, smtp->slot_count, sizeof *smtp->slots);
  smtp->desk = calloc(1, sizeof *smtp->desk);
  if (smtp->desk == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    abort();
  smtp->desk->smtp = smtp;
  pthread_mutex_init(&smtp->desk->lock, NULL);
  pthread_mutex_init(&smtp->lock, NULL);
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC); // who sets the machine's clock keeps no connection open
  pthread_cond_init(&smtp->has_work, &attributes);
  pthread_condattr_destroy(&attributes);
  if (!start_slots(smtp, timeout)) {
    release(&smtp->transport);
    return ERR_UNAVAILABLE;
  }
  *out = &smtp->transport;
  return ERR_OK;
}

static bool start_slots(struct smtp *smtp, long timeout) {
  int code = 0;
  for (size_t i = 0; i < smtp->slot_count; i++) {
    struct slot *slot = &smtp->slots[i];
    *slot = (struct slot){.smtp = smtp};
    smtp_connection_init(&slot->connection, &smtp->settings, timeout, &smtp->is_ending);
    if (code == 0)
      code = pthread_create(&slot->thread, NULL, slot_run, slot);
    slot->is_started = code == 0;
  }
  if (code == 0)
    return true;
  errno = code;
  log_line(LOG_ERROR, "mail", "cannot start a thread: %m");
  return false;
}

static bool host_of(const char *url, char *host, size_t size, bool *is_tls) {
  CURLU *parsed = curl_url();
  char *scheme = NULL, *name = NULL, *part = NULL;
  bool is_known = parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
                  curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                  curl_url_get(parsed, CURLUPART_HOST, &name, 0) == CURLUE_OK && strlen(name) < size;
  is_known = is_known && (strcmp(scheme, "smtp") == 0 || strcmp(scheme, "smtps") == 0);
  static const CURLUPart others[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_QUERY,
                                     CURLUPART_FRAGMENT};
  for (size_t i = 0; is_known && i < sizeof others / sizeof *others; i++) {
    is_known = curl_url_get(parsed, others[i], &part, 0) != CURLUE_OK;
    curl_free(part);
    part = NULL;
  }
  if (is_known) {
    snprintf(host, size, "%s", name);
    *is_tls = strcmp(scheme, "smtps") == 0;
  }
  curl_free(scheme);
  curl_free(name);
  curl_url_cleanup(parsed);
  return is_known;
}

static bool host_is_loopback(const char *host) {
  struct in_addr v4;
  if (inet_pton(AF_INET, host, &v4) == 1)
    return ntohl(v4.s_addr) >> 24 == 127;
  return strcmp(host, "[::1]") == 0 || strcasecmp(host, "localhost") == 0;
}

static void send_mail(struct transport *transport, const struct transport_mail *mail, delivery_done *done,
                      void *context) {
  struct smtp *smtp = (struct smtp *)transport;
  // libcurl would send a line end in an address as it is, and what follows would be a command (facts.md, SMTP).
  if (!mail_address_is_clean(mail->from) || !mail_address_is_clean(mail->to)) {
    done(context, DELIVERY_REFUSED, "no mail can be sent to or from an address of this form");
    return;
  }
  struct errand *errand = calloc(1, sizeof *errand);
  if (errand == NULL)
    abort();
  *errand = (struct errand){.mail = *mail, .done = done, .context = context};
  pthread_mutex_lock(&smtp->lock);
  if (smtp->first == NULL)
    smtp->first = errand;
  else
    smtp->last->next = errand;
  smtp->last = errand;
  pthread_cond_signal(&smtp->has_work);
  pthread_mutex_unlock(&smtp->lock);
}

static void release(struct transport *transport) {
  struct smtp *smtp = (struct smtp *)transport;
  pthread_mutex_lock(&smtp->lock);
  atomic_store(&smtp->is_ending, true);
  pthread_cond_broadcast(&smtp->has_work);
  pthread_mutex_unlock(&smtp->lock);
  for (size_t i = 0; i < smtp->slot_count; i++)
    smtp_connection_interrupt(&smtp->slots[i].connection);
  for (size_t i = 0; i < smtp->slot_count; i++) {
    if (smtp->slots[i].is_started)
      pthread_join(smtp->slots[i].thread, NULL);
    smtp_connection_done(&smtp->slots[i].connection);
  }
  free_errands(smtp->first);
  pthread_mutex_destroy(&smtp->lock);
  pthread_cond_destroy(&smtp->has_work);
  struct desk *desk = smtp->desk;
  pthread_mutex_lock(&desk->lock);
  desk->smtp = NULL;
  bool is_called = desk->is_called;
  pthread_mutex_unlock(&desk->lock);
  if (!is_called)
    desk_free(desk);
  arena_free(smtp->arena);
}

static void free_errands(struct errand *errand) {
  while (errand != NULL) {
    struct errand *next = errand->next;
    free(errand);
    errand = next;
  }
}

static void *slot_run(void *context) {
  struct slot *slot = context;
  struct smtp *smtp = slot->smtp;
  while (!atomic_load(&smtp->is_ending)) {
    struct errand *errand = take_errand(slot);
    if (errand == NULL) {
      smtp_connection_close(&slot->connection); // the end, or nothing to do for a while
      continue;
    }
    errand->delivery = smtp_connection_send(&slot->connection, &errand->mail, errand->reason, sizeof errand->reason);
    desk_leave(smtp->desk, smtp->loop, errand);
  }
  return NULL;
}

// Waits. NULL: there is nothing to send, and a connection has been idle long enough; or it is the end.
static struct errand *take_errand(struct slot *slot) {
  struct smtp *smtp = slot->smtp;
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += IDLE_SECONDS;
  struct errand *errand = NULL;
  int code = 0;
  pthread_mutex_lock(&smtp->lock);
  while (smtp->first == NULL && !atomic_load(&smtp->is_ending) && code == 0)
    code = slot->connection.easy == NULL ? pthread_cond_wait(&smtp->has_work, &smtp->lock)
                                         : pthread_cond_timedwait(&smtp->has_work, &smtp->lock, &until);
  if (!atomic_load(&smtp->is_ending) && smtp->first != NULL) {
    errand = smtp->first;
    smtp->first = errand->next;
    errand->next = NULL;
  }
  pthread_mutex_unlock(&smtp->lock);
  return errand;
}

static void desk_leave(struct desk *desk, struct loop *loop, struct errand *errand) {
  pthread_mutex_lock(&desk->lock);
  errand->next = desk->back;
  desk->back = errand;
  bool is_called = desk->is_called;
  desk->is_called = true;
  pthread_mutex_unlock(&desk->lock);
  if (!is_called)
    loop_call(loop, desk_open, desk);
}

// On the main loop, or as it ends.
static void desk_open(void *context) {
  struct desk *desk = context;
  pthread_mutex_lock(&desk->lock);
  struct errand *errand = desk->back;
  bool is_released = desk->smtp == NULL;
  if (!is_released) {
    desk->back = NULL;
    desk->is_called = false;
  }
  pthread_mutex_unlock(&desk->lock);
  if (is_released) {
    desk_free(desk);
    return;
  }
  while (errand != NULL) {
    struct errand *next = errand->next;
    errand->done(errand->context, errand->delivery, errand->delivery == DELIVERY_SENT ? NULL : errand->reason);
    free(errand);
    errand = next;
  }
}

static void desk_free(struct desk *desk) {
  free_errands(desk->back);
  pthread_mutex_destroy(&desk->lock);
  free(desk);
}
