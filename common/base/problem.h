// SPDX-License-Identifier: AGPL-3.0-or-later
// A refusal in words: a stable code, what to do about it, and which fields are at fault (RFC 9457 says how it travels).
// Every code is one row of the table in problem.c: {code, err, title}. Nothing here knows HTTP.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/err.h"

// X(NAME, "code", ERR_..., "Title")
#define PROBLEM_TABLE(X)                                                                                               \
  X(NONE, "none", ERR_OK, "No problem")                                                                                \
  X(BAD_REQUEST, "bad_request", ERR_INVALID, "The request is not well formed")                                         \
  X(TIMEOUT, "timeout", ERR_INVALID, "The request did not arrive in time")                                             \
  X(URI_TOO_LONG, "uri_too_long", ERR_INVALID, "The address is too long")                                              \
  X(EXPECTATION_FAILED, "expectation_failed", ERR_INVALID, "The server cannot do what Expect asks")                    \
  X(HEADERS_TOO_LARGE, "headers_too_large", ERR_INVALID, "The header is too large")                                    \
  X(NOT_IMPLEMENTED, "not_implemented", ERR_INVALID, "The server knows no such method")                                \
  X(VERSION_NOT_SUPPORTED, "version_not_supported", ERR_INVALID, "The server speaks HTTP/1.1")                         \
  X(IDEMPOTENCY_KEY_REUSED, "idempotency_key_reused", ERR_INVALID, "The Idempotency-Key stood with another body")      \
  X(INVALID_FIELDS, "invalid_fields", ERR_INVALID, "Some fields are not valid")                                        \
  X(INVALID_JSON, "invalid_json", ERR_INVALID, "The body is not valid JSON")                                           \
  X(INVALID_CSV, "invalid_csv", ERR_INVALID, "The CSV cannot be imported")                                             \
  X(RANGE_NOT_SATISFIABLE, "range_not_satisfiable", ERR_INVALID, "The range is not in the file")                       \
  X(WRONG_CONTENT, "wrong_content", ERR_INVALID, "The content is not what the name says")                              \
  X(INVALID_COURSE_FILE, "invalid_course_file", ERR_INVALID, "The course file has errors")                             \
  X(NOT_SIGNED_IN, "not_signed_in", ERR_UNAUTHENTICATED, "Sign in first")                                              \
  X(WRONG_CREDENTIALS, "wrong_credentials", ERR_UNAUTHENTICATED, "Address or password is wrong")                       \
  X(LINK_NOT_VALID, "link_not_valid", ERR_UNAUTHENTICATED, "The link or code is not valid")                            \
  X(UNKNOWN_LOGIN, "unknown_login", ERR_UNAUTHENTICATED, "No account has this login")                                  \
  X(TOKEN_SCOPE, "token_scope", ERR_FORBIDDEN, "The API token does not reach this")                                    \
  X(UNTRUSTED_HEADER, "untrusted_header", ERR_FORBIDDEN, "Only a named proxy may send this header")                    \
  X(CROSS_ORIGIN, "cross_origin", ERR_FORBIDDEN, "The request came from another site")                                 \
  X(NOT_ENROLLED, "not_enrolled", ERR_FORBIDDEN, "You are not enrolled in this course")                                \
  X(NOT_ALLOWED, "not_allowed", ERR_FORBIDDEN, "Your role does not allow this")                                        \
  X(NOT_YOUR_TEAM, "not_your_team", ERR_FORBIDDEN, "You are not a member of this team")                                \
  X(NOT_YOUR_TRACK, "not_your_track", ERR_FORBIDDEN, "This belongs to a track that you do not do")                     \
  X(NOT_CONTACT, "not_contact", ERR_FORBIDDEN, "Only the team's contact may do this")                                  \
  X(AUDITOR_NOT_APPROVED, "auditor_not_approved", ERR_FORBIDDEN, "Your audit is not approved yet")                     \
  X(NOT_FOUND, "not_found", ERR_NOT_FOUND, "There is nothing here")                                                    \
  X(METHOD_NOT_ALLOWED, "method_not_allowed", ERR_METHOD, "This method does not exist here")                           \
  X(NOT_ACCEPTABLE, "not_acceptable", ERR_NOT_ACCEPTABLE, "No acceptable form of the answer")                          \
  X(CONFLICT, "conflict", ERR_CONFLICT, "The state of things refuses this")                                            \
  X(COURSE_ARCHIVED, "course_archived", ERR_CONFLICT, "The course is archived")                                        \
  X(NAME_TAKEN, "name_taken", ERR_CONFLICT, "The name is taken")                                                       \
  X(NOT_OPEN, "not_open", ERR_CONFLICT, "Not open yet")                                                                \
  X(DEADLINE_PASSED, "deadline_passed", ERR_CONFLICT, "The deadline has passed")                                       \
  X(IN_TEAM, "in_team", ERR_CONFLICT, "Already in a team")                                                             \
  X(IN_LAB, "in_lab", ERR_CONFLICT, "Already in a lab seat")                                                           \
  X(TEAM_FULL, "team_full", ERR_CONFLICT, "The team is full")                                                          \
  X(TEAM_TOO_SMALL, "team_too_small", ERR_CONFLICT, "The team is too small")                                           \
  X(TEAM_REGISTERED, "team_registered", ERR_CONFLICT, "The team is registered")                                        \
  X(TEAM_NOT_REGISTERED, "team_not_registered", ERR_CONFLICT, "The team is not registered yet")                        \
  X(TEAM_NOT_FORMING, "team_not_forming", ERR_CONFLICT, "The team is not forming any more")                            \
  X(SKILLS_NOT_COVERED, "skills_not_covered", ERR_CONFLICT, "The team's skills are not covered")                       \
  X(GAP_PLAN_NEEDED, "gap_plan_needed", ERR_CONFLICT, "State how the team will close the gap")                         \
  X(INVITATION_LAPSED, "invitation_lapsed", ERR_CONFLICT, "The invitation has lapsed")                                 \
  X(INVITATION_EXISTS, "invitation_exists", ERR_CONFLICT, "Already invited or asked")                                  \
  X(ALREADY_ANSWERED, "already_answered", ERR_CONFLICT, "Already answered")                                            \
  X(REQUEST_EXISTS, "request_exists", ERR_CONFLICT, "You have asked for this already")                                 \
  X(CONSENT_NEEDED, "consent_needed", ERR_CONFLICT, "The other person has not agreed")                                 \
  X(MEMBER_ACTIVE, "member_active", ERR_CONFLICT, "The member is active")                                              \
  X(LAB_FULL, "lab_full", ERR_CONFLICT, "All lab seats are taken")                                                     \
  X(OFFER_EXPIRED, "offer_expired", ERR_CONFLICT, "The offer has expired")                                             \
  X(NOT_SEATED, "not_seated", ERR_CONFLICT, "Neither seated nor waiting")                                              \
  X(DROPS_NEED_CONSENT, "drops_need_consent", ERR_CONFLICT, "The import drops many people")                            \
  X(LAST_INSTRUCTOR, "last_instructor", ERR_CONFLICT, "The course needs an instructor")                                \
  X(TOO_MANY_TOKENS, "too_many_tokens", ERR_CONFLICT, "You have too many API tokens")                                  \
  X(TOO_MANY_WEBHOOKS, "too_many_webhooks", ERR_CONFLICT, "The course has too many webhooks")                          \
  X(CHANGES_OPEN, "changes_open", ERR_CONFLICT, "Requested changes are not answered")                                  \
  X(CONFIRMATION_NEEDED, "confirmation_needed", ERR_CONFLICT, "Confirm what this would do")                            \
  X(WOULD_ORPHAN, "would_orphan", ERR_CONFLICT, "This would cut off what is stored")                                   \
  X(VERSION_CONFLICT, "version_conflict", ERR_PRECONDITION, "Changed by someone else meanwhile")                       \
  X(IF_MATCH_NEEDED, "if_match_needed", ERR_PRECONDITION, "Say which version you change")                              \
  X(TOO_MANY_FILES, "too_many_files", ERR_CONFLICT, "Too many files wait to be handed in")                             \
  X(TOO_MANY_NAMES, "too_many_names", ERR_CONFLICT, "The team has had too many names lately")                          \
  X(FILE_ATTACHED, "file_attached", ERR_CONFLICT, "The file has been handed in")                                       \
  X(SLOT_FULL, "slot_full", ERR_CONFLICT, "The slot is taken")                                                         \
  X(SLOT_PAST, "slot_past", ERR_CONFLICT, "The slot has begun")                                                        \
  X(TOO_LATE_TO_MOVE, "too_late_to_move", ERR_CONFLICT, "Too late to book or move")                                    \
  X(SLOT_OVERLAP, "slot_overlap", ERR_CONFLICT, "Slots of one person overlap")                                         \
  X(TOO_LARGE, "too_large", ERR_TOO_LARGE, "The body is too large")                                                    \
  X(UNSUPPORTED_MEDIA, "unsupported_media_type", ERR_UNSUPPORTED_MEDIA, "The body has another type")                   \
  X(TOO_MANY_TRIES, "too_many_tries", ERR_THROTTLED, "Too many tries")                                                 \
  X(TOO_MANY_STREAMS, "too_many_streams", ERR_THROTTLED, "Too many event streams")                                     \
  X(TOO_MANY_KEYS, "too_many_keys", ERR_THROTTLED, "Too many changes with an Idempotency-Key")                         \
  X(STORE_UNAVAILABLE, "store_unavailable", ERR_UNAVAILABLE, "The store cannot take this now")                         \
  X(BACKUP_FAILED, "backup_failed", ERR_UNAVAILABLE, "The backup could not be made")                                   \
  X(EXPORT_FAILED, "export_failed", ERR_UNAVAILABLE, "The export could not be written")                                \
  X(BUSY, "busy", ERR_UNAVAILABLE, "The server is busy")                                                               \
  X(SHUTTING_DOWN, "shutting_down", ERR_UNAVAILABLE, "The server is going down")                                       \
  X(INTERNAL, "internal", ERR_INTERNAL, "The server made a mistake")

enum problem_code {
#define X(name, code, err, title) PROBLEM_##name,
  PROBLEM_TABLE(X)
#undef X
      PROBLEM_COUNT
};

struct field_error {
  const char *field;   // a path: "skills[2].level"; "" is the body as a whole
  const char *message; // what is wrong and what would be right
};

// Of a save that met somebody else's (version_conflict): both texts, so that neither is lost.
struct problem_current {
  const char *yours;
  const char *value; // what is stored
  int64_t version;
  int64_t by;
  const char *by_name;
  int64_t at;
};

struct problem {
  struct arena *arena; // where the words live
  enum problem_code code;
  const char *detail;
  struct field_error *errors;
  size_t error_count;
  const struct problem_current *current; // NULL: there is none to tell
};

void problem_init(struct problem *problem, struct arena *arena);
void problem_clear(struct problem *problem);
// Sets code and words and returns the code's err, so that a refusal is one statement: `return problem_raise(p,
// PROBLEM_LAB_FULL, "…")`.
enum err problem_raise(struct problem *problem, enum problem_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// Adds an error of a field; the code becomes INVALID_FIELDS if none is set. Always returns ERR_INVALID. At most 50 are
// kept.
enum err problem_field(struct problem *problem, const char *field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const char *problem_code_text(enum problem_code code);
const char *problem_title(enum problem_code code);
enum err problem_err(enum problem_code code);
