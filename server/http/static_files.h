// SPDX-License-Identifier: AGPL-3.0-or-later
// The pages: files of server/web that the build embeds (scripts/cmake/embed_web.cmake) and that GET answers from
// memory, by their exact paths. There is no file system behind them, so no path can lead out. Knows no API and nobody's
// session.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct request;

struct static_file {
  const char
      *path; // "/", "/sign-in", "/assets/tandem.1a2b3c4d5e6f7a8b.css"; "": the page for a path that does not exist
  const char *media;
  const unsigned char *bytes;
  size_t size;
  const unsigned char *gzip;
  size_t gzip_size;
  const char *tag; // strong, with its quotes, one for each coding
  const char *gzip_tag;
  bool is_immutable; // its path holds a hash of its content
};

// Written by the build.
extern const struct static_file static_files[];
extern const size_t static_file_count;

// What every page is sent with: where scripts may come from, that nobody may frame it, what it tells of where one was.
void static_file_protect(struct request *request, const char *referrer_policy);
// The page of that path with this title, and these words (HTML) in the place of what stands between <!-- words --> and
// <!-- /words -->.
void static_file_page(struct request *request, const char *path, const char *title, const char *words,
                      const char *referrer_policy);
// A refusal outside /api/v1 of what a browser asks for: the reply's body is then a page that says it. False for other
// clients: the caller writes a problem document.
bool static_file_refusal(struct request *request, const char *title, const char *detail);
// For a path that no row has. True: the reply is complete (a file, 304, 405, or the page that says 404 to a browser).
// False below /api/v1 and for other clients: the caller says 404 by a problem document.
bool static_file_answer(struct request *request);
