// SPDX-License-Identifier: AGPL-3.0-or-later
// Event streams on real sockets: the house of client_house.h with one more route, whose news is the number of notes.
#include "tests/unit/server/http/client_house.h"

#include <stdatomic.h>
#include <time.h>

#include "server/http/stream.h"

enum { STREAM_MAX = 40, BIG_BYTES = 48 * 1024 };

// What the next telling does beside its event.
static struct {
  atomic_bool is_big; // an event is 48 KiB
  atomic_bool ends;   // every stream ends
  atomic_size_t checks;
} wanted;

static enum err count_notes(struct db *db, int64_t *out) { return db_get_int(db, out, "select count(*) from note"); }

static enum err follow(struct request *request) {
  int64_t count;
  enum err err = count_notes(request->act.db, &count);
  if (err != ERR_OK)
    return err;
  text_add_format(reply_text(request, "text/event-stream"), "event: hello\ndata: %lld\n\n", (long long)count);
  if (request->stream != NULL) {
    request->stream->course = 1 + (int64_t)(request->query != NULL);
    request->stream->told = count;
  }
  return ERR_OK;
}

static enum err tell(const struct http *http, struct stream_set *set, struct db *db, bool is_check) {
  (void)http;
  int64_t count;
  enum err err = db_begin_read(db);
  if (err != ERR_OK || (err = count_notes(db, &count)) != ERR_OK)
    return err;
  db_rollback(db);
  atomic_fetch_add(&wanted.checks, is_check);
  char *big = malloc(BIG_BYTES + 100);
  assert_non_null(big);
  size_t size = (size_t)snprintf(big, 100, "data: %lld\n\n", (long long)count);
  if (atomic_load(&wanted.is_big)) {
    memset(big + size, ':', BIG_BYTES);
    size += BIG_BYTES;
  }
  for (struct stream_group *group = stream_set_groups(set); group != NULL; group = group->next)
    for (size_t i = group->count; i-- > 0;) {
      struct stream *stream = group->streams[i];
      if (!stream_take_turn(stream))
        continue;
      bool is_new = stream->told != count;
      stream->told = count;
      if (atomic_load(&wanted.ends))
        stream_end(stream);
      else if (is_new)
        stream_send(stream, big, size);
    }
  free(big);
  return ERR_OK;
}

static const struct route stream_rows[] = {
    {METHOD_GET, "//events", ACCESS_PUBLIC, ROUTE_STREAM, NULL, follow, NULL, NULL, 200, NULL, "A stream"},
    {METHOD_POST, "//notes", ACCESS_PUBLIC, ROUTE_WRITE, NULL, post_note, NULL, &raw, 201, NULL, "A write"},
    {METHOD_GET, "//hello", ACCESS_PUBLIC, ROUTE_READ, NULL, get_hello, &hello, NULL, 200, NULL, "A small reply"},
};
static const struct route_table stream_table = {"streams", stream_rows, sizeof stream_rows / sizeof *stream_rows};

// A header says who it is.
static enum err by_header(struct request *request, bool is_writing) {
  (void)is_writing;
  const char *person = request_header(request, "x-person");
  request->who.person = person == NULL ? 1 : strtol(person, NULL, 10);
  return ERR_OK;
}

static void committed(void *context) { listener_news(context); }

static void step(void *context) { sem_post(context); }

static int open_streams(void **state) {
  setup(state);
  struct house *house = *state;
  atomic_store(&wanted.is_big, false);
  atomic_store(&wanted.ends, false);
  house->http.tables = &stream_table;
  house->http.router = router_new(house->arena, &stream_table, 1);
  house->http.hall = stream_hall_new(STREAM_MAX);
  house->http.authenticate = by_header;
  house->http.tell = tell;
  // So that the loops, which run already, see what was changed before they get a request.
  sem_t seen;
  sem_init(&seen, 0, 0);
  for (int i = 0; i < LOOPS; i++) {
    loop_call(house->loops[i], step, &seen);
    sem_wait(&seen);
  }
  sem_destroy(&seen);
  work_watch(house->work, committed, house->listener);
  return 0;
}

static int close_streams(void **state) {
  struct house *house = *state;
  struct stream_hall *hall = house->http.hall;
  work_watch(house->work, NULL, NULL);
  house_close(house);
  assert_int_equal(stream_hall_count(hall), 0); // every place was given back
  stream_hall_free(hall);
  free(house);
  return 0;
}

#define EVENTS_OF(person) "GET /events HTTP/1.1\r\nHost: a\r\nX-Person: " #person "\r\n\r\n"
#define EVENTS EVENTS_OF(1)
#define STREAM_TEST(name) cmocka_unit_test_setup_teardown(name, open_streams, close_streams)

// Until the text has come; everything up to its end is taken.
static void expect_text(struct client *client, const char *text) {
  char *found;
  while ((found = memmem(client->bytes, client->size, text, strlen(text))) == NULL)
    if (!client_receive(client)) {
      print_error("the stream ended before \"%s\": \"%.*s\"\n", text, (int)client->size, client->bytes);
      fail();
    }
  client_drop(client, (size_t)(found - client->bytes) + strlen(text));
}

static void expect_stream_end(struct client *client) {
  while (client_receive(client)) {
  }
}

static struct client follower(struct house *house, const char *request) {
  struct client client = client_open(house);
  client_say(&client, request);
  struct answer answer = client_hear(&client);
  assert_int_equal(answer.status, 200);
  expect_text(&client, "event: hello\n");
  expect_text(&client, "\n\n");
  return client;
}

static void write_note(struct house *house) {
  struct client client = client_open(house);
  client_say(&client, NOTE);
  expect(&client, 200, "note");
  client_close(&client);
}

static void await_count(struct house *house, size_t count) {
  for (int i = 0; i < PATIENCE_MS && stream_hall_count(house->http.hall) != count; i++)
    poll(NULL, 0, 1);
  assert_int_equal(stream_hall_count(house->http.hall), count);
}

static void a_stream_says_what_it_is_and_stays_open(void **state) {
  struct house *house = *state;
  struct client client = client_open(house);
  client_say(&client, EVENTS);
  struct answer answer = client_hear(&client);
  assert_int_equal(answer.status, 200);
  assert_memory_equal(head_field(answer.head, "Content-Type"), "text/event-stream\r\n", 19);
  assert_memory_equal(head_field(answer.head, "Cache-Control"), "no-store\r\n", 10);
  assert_memory_equal(head_field(answer.head, "X-Accel-Buffering"), "no\r\n", 4);
  assert_memory_equal(head_field(answer.head, "Connection"), "close\r\n", 7); // its end is the answer's end
  assert_null(head_field(answer.head, "Content-Length"));
  assert_null(head_field(answer.head, "ETag"));
  expect_text(&client, "event: hello\ndata: 0\n\n");
  write_note(house);
  expect_text(&client, "data: 1\n\n");
  write_note(house);
  expect_text(&client, "data: 2\n\n");
  assert_int_equal(client.size, 0);
  client_close(&client);
}

static void http_1_0_gets_the_same_stream(void **state) {
  struct house *house = *state;
  struct client client = follower(house, "GET /events HTTP/1.0\r\n\r\n");
  write_note(house);
  expect_text(&client, "data: 1\n\n");
  client_close(&client);
}

static void head_is_answered_and_takes_no_place(void **state) {
  struct house *house = *state;
  struct client client = client_open(house);
  client_say(&client, "HEAD /events HTTP/1.1\r\nHost: a\r\n\r\n");
  struct answer answer = client_hear_as(&client, true);
  assert_int_equal(answer.status, 200);
  assert_null(head_field(answer.head, "Content-Length"));
  expect_end(&client);
  assert_int_equal(stream_hall_count(house->http.hall), 0);
  client_close(&client);
}

static void what_is_no_stream_is_refused_and_takes_no_place(void **state) {
  static const struct {
    const char *request;
    int status;
    const char *why;
  } cases[] = {
      {"POST /events HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 405, "only GET"},
      {"DELETE /events HTTP/1.1\r\nHost: a\r\n\r\n", 405, "only GET"},
      {"GET /events HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n", 406, "the answer has one type"},
      {"GET /events?x=1 HTTP/1.1\r\nHost: a\r\n\r\n", 422, "no such parameter"},
  };
  struct house *house = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct client client = client_open(house);
    client_say(&client, cases[i].request);
    struct answer answer = client_hear(&client);
    if (answer.status != cases[i].status)
      print_error("%s: %d\n", cases[i].why, answer.status);
    assert_int_equal(answer.status, cases[i].status);
    await_count(house, 0); // what a refused one took is given back behind the answer
    client_close(&client);
  }
}

static void many_streams_all_hear_of_every_note(void **state) {
  struct house *house = *state;
  struct client clients[STREAM_MAX];
  char request[200];
  for (int i = 0; i < STREAM_MAX; i++) {
    snprintf(request, sizeof request, "GET /events HTTP/1.1\r\nHost: a\r\nX-Person: %d\r\n\r\n", i);
    clients[i] = follower(house, request);
  }
  for (int note = 1; note <= 3; note++) {
    char text[40];
    snprintf(text, sizeof text, "data: %d\n\n", note);
    write_note(house);
    for (int i = 0; i < STREAM_MAX; i++)
      expect_text(&clients[i], text);
  }
  for (int i = 0; i < STREAM_MAX; i++)
    client_close(&clients[i]);
  await_count(house, 0);
}

static void a_commit_while_the_stream_opens_is_not_missed(void **state) {
  struct house *house = *state;
  for (int round = 0; round < 20; round++) {
    struct client writer = client_open(house);
    struct client client = client_open(house);
    client_say(&writer, NOTE);
    client_say(&client, EVENTS);
    expect(&writer, 200, "note");
    char hello_text[60], event_text[60];
    snprintf(hello_text, sizeof hello_text, "hello\ndata: %d\n\n", round + 1);
    snprintf(event_text, sizeof event_text, "\n\ndata: %d\n\n", round + 1);
    // Either the snapshot had it, or an event follows.
    while (memmem(client.bytes, client.size, hello_text, strlen(hello_text)) == NULL &&
           memmem(client.bytes, client.size, event_text, strlen(event_text)) == NULL)
      assert_true(client_receive(&client));
    client_close(&writer);
    client_close(&client);
  }
  await_count(house, 0);
}

static void what_the_client_says_is_ignored_up_to_a_limit(void **state) {
  struct house *house = *state;
  struct client client = follower(house, EVENTS);
  client_say(&client, HELLO); // pipelined behind an answer that does not end
  write_note(house);
  expect_text(&client, "data: 1\n\n");
  char noise[STREAM_IGNORED_BYTES_MAX];
  memset(noise, 'x', sizeof noise);
  client_say_n(&client, noise, sizeof noise);
  await_count(house, 0);
  client_close(&client);
}

static void a_client_that_goes_gives_its_place_back(void **state) {
  struct house *house = *state;
  struct client first = follower(house, EVENTS), second = follower(house, EVENTS);
  assert_int_equal(stream_hall_count(house->http.hall), 2);
  client_close(&first);
  await_count(house, 1);
  shutdown(second.fd, SHUT_WR); // who sends no more has gone as well
  await_count(house, 0);
  client_close(&second);
}

static void a_person_has_sixteen_streams_and_others_theirs(void **state) {
  struct house *house = *state;
  struct client clients[STREAMS_A_PERSON_MAX];
  for (int i = 0; i < STREAMS_A_PERSON_MAX; i++)
    clients[i] = follower(house, EVENTS);
  struct client refused = client_open(house);
  client_say(&refused, EVENTS);
  struct answer answer = client_hear(&refused);
  assert_int_equal(answer.status, 429);
  assert_non_null(strstr(answer.body, "too_many_streams"));
  assert_non_null(head_field(answer.head, "Retry-After"));
  client_say(&refused, HELLO); // a refusal is an answer like any other
  expect(&refused, 200, "peer");
  struct client other = follower(house, EVENTS_OF(2));
  client_close(&clients[3]);
  await_count(house, STREAMS_A_PERSON_MAX);
  clients[3] = follower(house, EVENTS);
  for (int i = 0; i < STREAMS_A_PERSON_MAX; i++)
    client_close(&clients[i]);
  client_close(&other);
  client_close(&refused);
}

static void when_all_places_are_taken_it_says_so(void **state) {
  struct house *house = *state;
  struct client clients[STREAM_MAX];
  char request[200];
  for (int i = 0; i < STREAM_MAX; i++) {
    snprintf(request, sizeof request, "GET /events HTTP/1.1\r\nHost: a\r\nX-Person: %d\r\n\r\n", i);
    clients[i] = follower(house, request);
  }
  struct client refused = client_open(house);
  client_say(&refused, EVENTS_OF(99));
  struct answer answer = client_hear(&refused);
  assert_int_equal(answer.status, 503);
  assert_non_null(strstr(answer.body, "\"busy\""));
  for (int i = 0; i < STREAM_MAX; i++)
    client_close(&clients[i]);
  client_close(&refused);
}

static void a_slow_reader_is_dropped_and_slows_nobody(void **state) {
  struct house *house = *state;
  struct sockaddr_in address = address_of(house);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){4096}, sizeof(int));
  struct client slow = client_of(fd, (struct sockaddr *)&address, sizeof address);
  client_say(&slow, EVENTS);
  struct client quick = follower(house, EVENTS_OF(2));
  await_count(house, 2);
  atomic_store(&wanted.is_big, true);
  int note = 0;
  for (; stream_hall_count(house->http.hall) == 2 && note < 50; note++) {
    char text[40];
    snprintf(text, sizeof text, "data: %d\n\n", note + 1);
    write_note(house);
    expect_text(&quick, text);
  }
  await_count(house, 1);
  assert_true(note >= 2); // not at the first that it does not take at once
  atomic_store(&wanted.is_big, false);
  write_note(house);
  expect_text(&quick, "data: ");
  client_close(&slow);
  client_close(&quick);
}

static void a_stream_that_is_ended_says_when_to_come_back(void **state) {
  struct house *house = *state;
  struct client clients[5];
  for (int i = 0; i < 5; i++)
    clients[i] = follower(house, EVENTS);
  atomic_store(&wanted.ends, true);
  write_note(house);
  for (int i = 0; i < 5; i++) {
    expect_text(&clients[i], "retry: ");
    expect_stream_end(&clients[i]);
    unsigned long wait_ms = strtoul(clients[i].bytes, NULL, 10);
    assert_in_range(wait_ms, 1000, 5000);
    client_close(&clients[i]);
  }
  await_count(house, 0);
}

static void a_house_that_closes_ends_its_streams_in_good_order(void **state) {
  struct house *house = *state;
  struct client clients[8];
  for (int i = 0; i < 8; i++)
    clients[i] = follower(house, EVENTS);
  listener_drain(house->listener, 5, house_is_drained, &house->drained);
  for (int i = 0; i < 8; i++) {
    expect_text(&clients[i], "retry: ");
    expect_text(&clients[i], "\n\n");
    expect_stream_end(&clients[i]);
    client_close(&clients[i]);
  }
  sem_wait(&house->drained);
  assert_int_equal(stream_hall_count(house->http.hall), 0);
}

static void a_house_that_closes_does_not_wait_for_who_reads_nothing(void **state) {
  struct house *house = *state;
  struct sockaddr_in address = address_of(house);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){4096}, sizeof(int));
  struct client slow = client_of(fd, (struct sockaddr *)&address, sizeof address);
  client_say(&slow, EVENTS);
  struct client quick = follower(house, EVENTS_OF(2));
  await_count(house, 2);
  atomic_store(&wanted.is_big, true);
  for (int note = 0; note < 2; note++) {
    write_note(house);
    expect_text(&quick, note == 0 ? "data: 1\n\n" : "data: 2\n\n");
  }
  assert_int_equal(stream_hall_count(house->http.hall), 2); // it has not been dropped yet
  listener_drain(house->listener, 0, house_is_drained, &house->drained);
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 20; // a reply to somebody who reads nothing is given up after 30
  assert_int_equal(0, sem_timedwait(&house->drained, &until));
  client_close(&slow);
  client_close(&quick);
}

static void sessions_are_looked_at_although_nothing_else_happens(void **state) {
  struct house *house = *state;
  struct client client = follower(house, EVENTS);
  size_t before = atomic_load(&wanted.checks);
  write_note(house); // the first commit of the set's life is at once one that looks
  expect_text(&client, "data: 1\n\n");
  assert_true(before > 0 || atomic_load(&wanted.checks) > 0);
  client_close(&client);
}

static void places_are_counted_for_many_people(void **state) {
  (void)state;
  struct stream_hall *hall = stream_hall_new(5000);
  struct http http = {.hall = hall};
  struct request *requests[3000];
  for (int64_t i = 0; i < 3000; i++) {
    requests[i] = request_new(&http, arena_new());
    requests[i]->who.person = i % 1000;
    assert_int_equal(stream_open(requests[i]), ERR_OK);
  }
  assert_int_equal(stream_hall_count(hall), 3000);
  for (int64_t i = 0; i < 3000; i++)
    request_free(requests[i]);
  assert_int_equal(stream_hall_count(hall), 0);
  // Others come when those have gone, again and again: the table does not fill up with who was here once.
  for (int64_t i = 0; i < 20000; i++) {
    struct request *request = request_new(&http, arena_new());
    request->who.person = 5000 + i;
    assert_int_equal(stream_open(request), ERR_OK);
    request_free(request);
  }
  assert_int_equal(stream_hall_count(hall), 0);
  stream_hall_free(hall);
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  log_set_capture(ignore_line, NULL);
  const struct CMUnitTest tests[] = {
      STREAM_TEST(a_stream_says_what_it_is_and_stays_open),
      STREAM_TEST(http_1_0_gets_the_same_stream),
      STREAM_TEST(head_is_answered_and_takes_no_place),
      STREAM_TEST(what_is_no_stream_is_refused_and_takes_no_place),
      STREAM_TEST(many_streams_all_hear_of_every_note),
      STREAM_TEST(a_commit_while_the_stream_opens_is_not_missed),
      STREAM_TEST(what_the_client_says_is_ignored_up_to_a_limit),
      STREAM_TEST(a_client_that_goes_gives_its_place_back),
      STREAM_TEST(a_person_has_sixteen_streams_and_others_theirs),
      STREAM_TEST(when_all_places_are_taken_it_says_so),
      STREAM_TEST(a_slow_reader_is_dropped_and_slows_nobody),
      STREAM_TEST(a_stream_that_is_ended_says_when_to_come_back),
      STREAM_TEST(a_house_that_closes_ends_its_streams_in_good_order),
      STREAM_TEST(a_house_that_closes_does_not_wait_for_who_reads_nothing),
      STREAM_TEST(sessions_are_looked_at_although_nothing_else_happens),
      cmocka_unit_test(places_are_counted_for_many_people),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
