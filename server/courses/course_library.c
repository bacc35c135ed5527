// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/course_library.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/course/course_file.h"
#include "server/courses/course_store.h"

// A parsed file; freed by whoever lets the last reference go.
struct volume {
  struct volume *next;
  int64_t course;
  int64_t version;
  atomic_int references; // one is the library's
  struct arena *arena;
  const struct course *file;
};

struct course_library {
  pthread_mutex_t lock;
  struct volume *volumes; // the newest version of each course; a handful
  int64_t given;          // the highest version ever given out, of any course
};

static struct volume *find(struct course_library *library, int64_t course, int64_t version);
static enum err parse(struct db *db, int64_t course, int64_t version, struct volume **out);
static struct volume *shelve(struct course_library *library, struct volume *volume);
static void release(void *subject);

struct course_library *course_library_new(void) {
  struct course_library *library = calloc(1, sizeof *library);
  if (library == NULL)
    abort();
  pthread_mutex_init(&library->lock, NULL);
  return library;
}

void course_library_free(struct course_library *library) {
  if (library == NULL)
    return;
  while (library->volumes != NULL) {
    struct volume *volume = library->volumes;
    library->volumes = volume->next;
    release(volume);
  }
  pthread_mutex_destroy(&library->lock);
  free(library);
}

enum err course_library_get(struct course_library *library, struct db *db, struct arena *arena, int64_t course,
                            int64_t version, const struct course **out) {
  pthread_mutex_lock(&library->lock);
  struct volume *volume = find(library, course, version);
  pthread_mutex_unlock(&library->lock);
  if (volume == NULL) {
    struct volume *parsed = NULL;
    enum err err = parse(db, course, version, &parsed);
    if (err != ERR_OK || parsed == NULL)
      return err;
    volume = shelve(library, parsed);
  }
  arena_defer(arena, release, volume);
  *out = volume->file;
  return ERR_OK;
}

int64_t course_library_next_version(struct course_library *library, int64_t current) {
  pthread_mutex_lock(&library->lock);
  library->given = (current > library->given ? current : library->given) + 1;
  int64_t version = library->given;
  pthread_mutex_unlock(&library->lock);
  return version;
}

// With a reference for the caller. The lock is held.
static struct volume *find(struct course_library *library, int64_t course, int64_t version) {
  for (struct volume *volume = library->volumes; volume != NULL; volume = volume->next) {
    if (volume->course == course && volume->version == version) {
      atomic_fetch_add(&volume->references, 1);
      return volume;
    }
  }
  return NULL;
}

static enum err parse(struct db *db, int64_t course, int64_t version, struct volume **out) {
  struct volume *volume = calloc(1, sizeof *volume);
  if (volume == NULL)
    abort();
  *volume = (struct volume){.course = course, .version = version, .arena = arena_new()};
  atomic_init(&volume->references, 2);
  const char *syllabus = NULL;
  enum err err = course_store_syllabus(db, volume->arena, course, version, &syllabus);
  if (err == ERR_OK) {
    struct findings findings = {0};
    err = course_file_read(volume->arena, syllabus, strlen(syllabus), &findings, &volume->file);
    if (err != ERR_OK) {
      log_line(LOG_ERROR, "courses", "the stored file of course %lld, version %lld is not sound: %s", (long long)course,
               (long long)version, findings.count > 0 ? findings.list[0].message : "");
      err = ERR_INTERNAL;
    }
  }
  if (err != ERR_OK) {
    arena_free(volume->arena);
    free(volume);
    return err;
  }
  *out = volume;
  return ERR_OK;
}

// Puts the volume on the shelf in place of older versions; another thread's equal one wins. A version that came about
// in a transaction that was rolled back is replaced the same way, because a version number is never given twice
// (course_library_next_version).
static struct volume *shelve(struct course_library *library, struct volume *volume) {
  pthread_mutex_lock(&library->lock);
  struct volume *twin = find(library, volume->course, volume->version);
  struct volume *gone = NULL;
  if (twin == NULL) {
    for (struct volume **link = &library->volumes; *link != NULL;) {
      struct volume *other = *link;
      if (other->course == volume->course && other->version < volume->version) {
        *link = other->next;
        other->next = gone;
        gone = other;
      } else {
        link = &other->next;
      }
    }
    volume->next = library->volumes;
    library->volumes = volume;
  }
  pthread_mutex_unlock(&library->lock);
  while (gone != NULL) {
    struct volume *next = gone->next;
    release(gone);
    gone = next;
  }
  if (twin == NULL)
    return volume;
  arena_free(volume->arena);
  free(volume);
  return twin;
}

static void release(void *subject) {
  struct volume *volume = subject;
  if (atomic_fetch_sub(&volume->references, 1) > 1)
    return;
  arena_free(volume->arena);
  free(volume);
}
