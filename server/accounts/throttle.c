// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/throttle.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/secret.h"

enum {
  WAYS = 8, // entries a bucket: a full one gives up its least interesting entry, so that memory stays bounded
  ACCOUNT_BUCKETS = 1024,
  ADDRESS_BUCKETS = 256,
  KEY_BYTES = 16,
  IPV6_PREFIX_BYTES = 8, // a /64 is one household or one machine
};

// A place for failures of one key: the instants of the last `limit` of them, oldest first.
struct entry {
  uint8_t key[KEY_BYTES];
  int64_t count; // 0: free
  int64_t instants[];
};

struct table {
  int64_t limit;
  size_t buckets;
  size_t entry_bytes;
  unsigned char *entries;
};

struct counters {
  struct table accounts;
  struct table addresses;
};

struct throttle {
  pthread_mutex_t lock;
  const struct clock *clock;
  uint8_t salt[KEY_BYTES]; // so that nobody can aim at a bucket
  struct counters counters[THROTTLE_KINDS];
};

struct limits {
  int64_t account;
  int64_t address;
};

static const struct limits limits[THROTTLE_KINDS] = {
    [THROTTLE_PASSWORD] = {THROTTLE_ACCOUNT_TRIES, THROTTLE_ADDRESS_TRIES},
    [THROTTLE_LINK] = {THROTTLE_CODE_TRIES, THROTTLE_ADDRESS_TRIES},
    [THROTTLE_MAIL] = {THROTTLE_MAIL_TRIES, THROTTLE_MAIL_ADDRESS_TRIES},
};

static int64_t monotonic_now(const struct clock *clock);
static const struct clock monotonic_clock = {monotonic_now, 0};

static void table_init(struct table *table, size_t buckets, int64_t limit);
static struct entry *entry_at(struct table *table, size_t bucket, size_t way);
static size_t bucket_of(const struct table *table, const uint8_t key[static KEY_BYTES]);
static struct entry *table_find(struct table *table, const uint8_t key[static KEY_BYTES], int64_t now);
static int64_t table_wait(struct table *table, const uint8_t key[static KEY_BYTES], int64_t now);
static void table_count(struct table *table, const uint8_t key[static KEY_BYTES], int64_t now);
static struct entry *table_claim(struct table *table, const uint8_t key[static KEY_BYTES], int64_t now);
static bool is_worth_less(const struct entry *a, const struct entry *b);
static void entry_age(struct entry *entry, int64_t now);
static void account_key(const struct throttle *throttle, const char *account, uint8_t key[static KEY_BYTES]);
static void address_key(const struct throttle *throttle, const char *peer, uint8_t key[static KEY_BYTES]);
static void make_key(const struct throttle *throttle, const char *kind, const void *bytes, size_t size,
                     uint8_t key[static KEY_BYTES]);

struct throttle *throttle_new(const struct clock *clock) {
  struct throttle *throttle = calloc(1, sizeof *throttle);
  if (!throttle)
    abort();
  pthread_mutex_init(&throttle->lock, NULL);
  throttle->clock = clock ? clock : &monotonic_clock;
  secret_random(throttle->salt, sizeof throttle->salt);
  for (size_t kind = 0; kind < THROTTLE_KINDS; kind++) {
    table_init(&throttle->counters[kind].accounts, ACCOUNT_BUCKETS, limits[kind].account);
    table_init(&throttle->counters[kind].addresses, ADDRESS_BUCKETS, limits[kind].address);
  }
  return throttle;
}

void throttle_free(struct throttle *throttle) {
  if (!throttle)
    return;
  pthread_mutex_destroy(&throttle->lock);
  for (size_t kind = 0; kind < THROTTLE_KINDS; kind++) {
    free(throttle->counters[kind].accounts.entries);
    free(throttle->counters[kind].addresses.entries);
  }
  free(throttle);
}

bool throttle_take(struct throttle *throttle, enum throttle_kind kind, const char *account, const char *peer,
                   int64_t *retry_after) {
  uint8_t of_account[KEY_BYTES], of_address[KEY_BYTES];
  account_key(throttle, account, of_account);
  address_key(throttle, peer, of_address);
  struct counters *counters = &throttle->counters[kind];
  pthread_mutex_lock(&throttle->lock);
  int64_t now = clock_now(throttle->clock);
  int64_t wait = account ? table_wait(&counters->accounts, of_account, now) : 0;
  int64_t address_wait = peer ? table_wait(&counters->addresses, of_address, now) : 0;
  if (address_wait > wait)
    wait = address_wait;
  if (wait == 0) { // only now: a refused try must not push others out of the table
    if (account)
      table_count(&counters->accounts, of_account, now);
    if (peer)
      table_count(&counters->addresses, of_address, now);
  }
  pthread_mutex_unlock(&throttle->lock);
  if (wait > 0)
    *retry_after = wait;
  return wait == 0;
}

void throttle_clear(struct throttle *throttle, enum throttle_kind kind, const char *account, const char *peer) {
  uint8_t of_account[KEY_BYTES], of_address[KEY_BYTES];
  account_key(throttle, account, of_account);
  address_key(throttle, peer, of_address);
  struct counters *counters = &throttle->counters[kind];
  pthread_mutex_lock(&throttle->lock);
  int64_t now = clock_now(throttle->clock);
  struct entry *tries = account ? table_find(&counters->accounts, of_account, now) : NULL;
  if (tries)
    tries->count = 0;
  struct entry *address_tries = peer ? table_find(&counters->addresses, of_address, now) : NULL;
  if (address_tries && address_tries->count > 0)
    address_tries->count--;
  pthread_mutex_unlock(&throttle->lock);
}

static int64_t monotonic_now(const struct clock *clock) {
  (void)clock;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec;
}

static void table_init(struct table *table, size_t buckets, int64_t limit) {
  table->limit = limit;
  table->buckets = buckets;
  table->entry_bytes = sizeof(struct entry) + (size_t)limit * sizeof(int64_t);
  table->entries = calloc(buckets * WAYS, table->entry_bytes);
  if (!table->entries)
    abort();
}

static struct entry *entry_at(struct table *table, size_t bucket, size_t way) {
  return (struct entry *)(void *)(table->entries + (bucket * WAYS + way) * table->entry_bytes);
}

static size_t bucket_of(const struct table *table, const uint8_t key[static KEY_BYTES]) {
  uint32_t number;
  memcpy(&number, key, sizeof number);
  return number % table->buckets;
}

// The key's entry with its old failures forgotten, or NULL.
static struct entry *table_find(struct table *table, const uint8_t key[static KEY_BYTES], int64_t now) {
  size_t bucket = bucket_of(table, key);
  for (size_t way = 0; way < WAYS; way++) {
    struct entry *entry = entry_at(table, bucket, way);
    if (entry->count == 0 || memcmp(entry->key, key, KEY_BYTES) != 0)
      continue;
    entry_age(entry, now);
    return entry;
  }
  return NULL;
}

// How many seconds until the key may try again; 0: now.
static int64_t table_wait(struct table *table, const uint8_t key[static KEY_BYTES], int64_t now) {
  const struct entry *entry = table_find(table, key, now);
  return !entry || entry->count < table->limit ? 0 : entry->instants[0] + THROTTLE_WINDOW_SECONDS - now;
}

static void table_count(struct table *table, const uint8_t key[static KEY_BYTES], int64_t now) {
  struct entry *entry = table_find(table, key, now);
  if (!entry)
    entry = table_claim(table, key, now);
  entry->instants[entry->count++] = now;
}

// A place for a new key: that of the entry which is worth least.
static struct entry *table_claim(struct table *table, const uint8_t key[static KEY_BYTES], int64_t now) {
  size_t bucket = bucket_of(table, key);
  struct entry *least = entry_at(table, bucket, 0);
  for (size_t way = 0; way < WAYS; way++) {
    struct entry *entry = entry_at(table, bucket, way);
    entry_age(entry, now);
    if (is_worth_less(entry, least))
      least = entry;
  }
  memcpy(least->key, key, KEY_BYTES);
  least->count = 0;
  return least;
}

// An entry near its limit protects an account; one with a single old failure hardly does.
static bool is_worth_less(const struct entry *a, const struct entry *b) {
  if (a->count != b->count)
    return a->count < b->count;
  return a->count > 0 && a->instants[a->count - 1] < b->instants[b->count - 1];
}

static void entry_age(struct entry *entry, int64_t now) {
  int64_t old = 0;
  while (old < entry->count && entry->instants[old] <= now - THROTTLE_WINDOW_SECONDS)
    old++;
  entry->count -= old;
  memmove(entry->instants, entry->instants + old, (size_t)entry->count * sizeof *entry->instants);
}

static void account_key(const struct throttle *throttle, const char *account, uint8_t key[static KEY_BYTES]) {
  make_key(throttle, "account", account, account ? strlen(account) : 0, key);
}

static void address_key(const struct throttle *throttle, const char *peer, uint8_t key[static KEY_BYTES]) {
  struct in6_addr ipv6;
  struct in_addr ipv4;
  bool is_ipv6 = peer && inet_pton(AF_INET6, peer, &ipv6) == 1;
  if (is_ipv6 && IN6_IS_ADDR_V4MAPPED(&ipv6))
    make_key(throttle, "ipv4", ipv6.s6_addr + 12, sizeof ipv4, key);
  else if (is_ipv6)
    make_key(throttle, "ipv6", &ipv6, IPV6_PREFIX_BYTES, key);
  else if (peer && inet_pton(AF_INET, peer, &ipv4) == 1)
    make_key(throttle, "ipv4", &ipv4, sizeof ipv4, key);
  else
    make_key(throttle, "peer", peer, peer ? strlen(peer) : 0, key);
}

static void make_key(const struct throttle *throttle, const char *kind, const void *bytes, size_t size,
                     uint8_t key[static KEY_BYTES]) {
  const struct digest_part parts[] = {{throttle->salt, sizeof throttle->salt}, {kind, strlen(kind)}, {bytes, size}};
  uint8_t digest[DIGEST_BYTES];
  digest_parts(parts, sizeof parts / sizeof *parts, digest);
  memcpy(key, digest, KEY_BYTES);
}
