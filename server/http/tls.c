// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/tls.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/text.h"

struct tls {
  char *certificate_path;
  char *key_path;
  pthread_mutex_t lock; // of what follows: loops read it, a reload replaces it
  SSL_CTX *context;
  int64_t ends_at;
  bool has_failed; // the last reload
};

struct loaded {
  SSL_CTX *context;
  int64_t ends_at;
};

// Forward secrecy and authenticated encryption only; TLS 1.3 has its own list, which is sound.
static const char ciphers_of_tls_1_2[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
static const unsigned char alpn_http_1_1[] = "\x08http/1.1";

static const char *load(struct arena *arena, const struct tls *tls, struct loaded *out);
static const char *check_readable(struct arena *arena, const char *path);
static void warn_of_open_key(const char *path);
static SSL_CTX *context_new(void);
static const char *check_dates(struct arena *arena, const char *path, const X509 *certificate, int64_t *ends_at);
static int64_t instant_of(const ASN1_TIME *time);
static const char *reason(struct arena *arena, const char *path, const char *what);
static bool is_mismatch(unsigned long code);
static int give_no_passphrase(char *out, int size, int is_writing, void *context);
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_size, const unsigned char *in,
                           unsigned in_size, void *context);
static void context_release(SSL_CTX **context);
static char *copy_of(const char *text);

enum err tls_new(const char *certificate_path, const char *key_path, struct tls **out) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct tls *tls = calloc(1, sizeof *tls);
  if (tls == NULL)
    abort();
  *tls = (struct tls){.certificate_path = copy_of(certificate_path), .key_path = copy_of(key_path)};
  pthread_mutex_init(&tls->lock, NULL);
  struct loaded loaded = {0};
  const char *why = load(arena, tls, &loaded);
  if (why != NULL) {
    log_line(LOG_ERROR, "tls", "%s", why);
    tls_free(tls);
    return ERR_INVALID;
  }
  tls->context = loaded.context;
  tls->ends_at = loaded.ends_at;
  *out = tls;
  return ERR_OK;
}

enum err tls_reload(struct tls *tls) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct loaded loaded = {0};
  const char *why = load(arena, tls, &loaded);
  SSL_CTX *old = NULL;
  pthread_mutex_lock(&tls->lock);
  tls->has_failed = why != NULL;
  if (why == NULL) {
    old = tls->context;
    tls->context = loaded.context;
    tls->ends_at = loaded.ends_at;
  }
  pthread_mutex_unlock(&tls->lock);
  SSL_CTX_free(old); // connections hold it as long as they need it
  if (why != NULL) {
    log_line(LOG_ERROR, "tls", "not reloaded, the certificate before it stays in use: %s", why);
    return ERR_INVALID;
  }
  char until[21];
  instant_format(loaded.ends_at, until);
  log_line(LOG_INFO, "tls", "%s: reloaded; it ends at %s", tls->certificate_path, until);
  return ERR_OK;
}

bool tls_reload_failed(struct tls *tls) {
  pthread_mutex_lock(&tls->lock);
  bool has_failed = tls->has_failed;
  pthread_mutex_unlock(&tls->lock);
  return has_failed;
}

int64_t tls_ends_at(struct tls *tls) {
  pthread_mutex_lock(&tls->lock);
  int64_t ends_at = tls->ends_at;
  pthread_mutex_unlock(&tls->lock);
  return ends_at;
}

void tls_free(struct tls *tls) {
  if (tls == NULL)
    return;
  SSL_CTX_free(tls->context);
  pthread_mutex_destroy(&tls->lock);
  free(tls->certificate_path);
  free(tls->key_path);
  free(tls);
}

struct bufferevent *tls_accept(struct tls *tls, struct event_base *base, int fd) {
  pthread_mutex_lock(&tls->lock);
  SSL_CTX *context __attribute__((cleanup(context_release))) = tls->context;
  SSL_CTX_up_ref(context);
  pthread_mutex_unlock(&tls->lock);
  SSL *ssl = SSL_new(context);
  struct bufferevent *bev = NULL;
  if (ssl != NULL)
    bev = bufferevent_openssl_socket_new(base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
  if (bev == NULL) {
    SSL_free(ssl);
    close(fd);
    return NULL;
  }
  // Many clients end without close_notify; the length of a body tells whether it came whole.
  bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
  return bev;
}

bool tls_take_pending(struct bufferevent *bev, size_t bytes_max) {
  SSL *ssl = bufferevent_openssl_get_ssl(bev);
  struct evbuffer *input = bufferevent_get_input(bev);
  char bytes[4096];
  bool has_taken = false;
  while (SSL_pending(ssl) > 0 && evbuffer_get_length(input) < bytes_max) {
    int size = SSL_read(ssl, bytes, sizeof bytes);
    if (size <= 0 || evbuffer_add(input, bytes, (size_t)size) != 0)
      break;
    has_taken = true;
  }
  return has_taken;
}

void tls_say_end(struct bufferevent *bev) {
  SSL *ssl = bufferevent_openssl_get_ssl(bev);
  if (!SSL_is_init_finished(ssl))
    return;
  SSL_shutdown(ssl);
  ERR_clear_error();
}

void tls_broken(struct bufferevent *bev) {
  SSL_set_quiet_shutdown(bufferevent_openssl_get_ssl(bev), 1);
  ERR_clear_error();
}

// NULL, or why not, with the name of the file at fault.
static const char *load(struct arena *arena, const struct tls *tls, struct loaded *out) {
  const char *certificate = tls->certificate_path;
  const char *key = tls->key_path;
  const char *why = check_readable(arena, certificate);
  if (why == NULL)
    why = check_readable(arena, key);
  if (why != NULL)
    return why;
  ERR_clear_error();
  SSL_CTX *context __attribute__((cleanup(context_release))) = context_new();
  if (context == NULL)
    return reason(arena, certificate, "TLS cannot be set up");
  if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
    return reason(arena, certificate, "holds no certificate in PEM that can be used");
  int64_t ends_at = 0;
  if ((why = check_dates(arena, certificate, SSL_CTX_get0_certificate(context), &ends_at)) != NULL)
    return why;
  // That the key is another one's shows here already.
  if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
    return is_mismatch(ERR_peek_last_error())
               ? arena_format(arena, "%s: the key does not belong to the certificate in %s", key, certificate)
               : reason(arena, key, "holds no private key in PEM without a passphrase");
  if (SSL_CTX_check_private_key(context) != 1)
    return arena_format(arena, "%s: the key does not belong to the certificate in %s", key, certificate);
  warn_of_open_key(key);
  *out = (struct loaded){.context = context, .ends_at = ends_at};
  context = NULL;
  return NULL;
}

// OpenSSL tells these as errors of its own, in words that name no file.
static const char *check_readable(struct arena *arena, const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  bool is_open = fd >= 0 && fstat(fd, &status) == 0;
  int why = errno;
  if (fd >= 0)
    close(fd);
  if (!is_open)
    return arena_format(arena, "%s: %s", path, strerrordesc_np(why));
  if (!S_ISREG(status.st_mode))
    return arena_format(arena, "%s: not a file", path);
  return NULL;
}

static void warn_of_open_key(const char *path) {
  struct stat status;
  if (stat(path, &status) == 0 && (status.st_mode & S_IROTH) != 0)
    log_line(LOG_WARN, "tls", "%s: every user of this machine can read the private key", path);
}

static SSL_CTX *context_new(void) {
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  if (context == NULL)
    return NULL;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Tickets resume sessions; a cache would keep memory for each client, and the buffers for each idle connection.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER); // an evbuffer moves its bytes
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
  SSL_CTX_set_default_passwd_cb(context, give_no_passphrase);
  if (SSL_CTX_set_cipher_list(context, ciphers_of_tls_1_2) == 1)
    return context;
  SSL_CTX_free(context);
  return NULL;
}

static const char *check_dates(struct arena *arena, const char *path, const X509 *certificate, int64_t *ends_at) {
  int64_t now = time(NULL);
  int64_t from = instant_of(X509_get0_notBefore(certificate));
  int64_t until = instant_of(X509_get0_notAfter(certificate));
  char words[21];
  instant_format(now > until ? until : from, words);
  if (now > until)
    return arena_format(arena, "%s: the certificate ended at %s", path, words);
  if (now < from)
    return arena_format(arena, "%s: the certificate begins only at %s", path, words);
  *ends_at = until;
  return NULL;
}

static int64_t instant_of(const ASN1_TIME *time) {
  struct tm utc;
  return ASN1_TIME_to_tm(time, &utc) == 1 ? timegm(&utc) : 0;
}

// With OpenSSL's own word, which tells a key that is too short from a file that is no PEM.
static const char *reason(struct arena *arena, const char *path, const char *what) {
  const char *word = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return arena_format(arena, "%s: %s (%s)", path, what, word == NULL ? "unknown" : word);
}

static bool is_mismatch(unsigned long code) {
  return ERR_GET_LIB(code) == ERR_LIB_X509 && ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH;
}

// Without this OpenSSL would ask at the terminal.
static int give_no_passphrase(char *out, int size, int is_writing, void *context) {
  (void)is_writing;
  (void)context;
  if (size > 0)
    out[0] = '\0';
  return 0;
}

// RFC 7301 3.2: a client that names only protocols which we do not speak is told so.
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_size, const unsigned char *in,
                           unsigned in_size, void *context) {
  (void)ssl;
  (void)context;
  unsigned char *chosen = NULL;
  if (SSL_select_next_proto(&chosen, out_size, alpn_http_1_1, sizeof alpn_http_1_1 - 1, in, in_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

static void context_release(SSL_CTX **context) { SSL_CTX_free(*context); }

static char *copy_of(const char *text) {
  char *copy = strdup(text);
  if (copy == NULL)
    abort();
  return copy;
}
