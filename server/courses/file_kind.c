// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/file_kind.h"

#include <string.h>
#include <strings.h>

#include "common/base/text.h"

// What libmagic calls text that looks like something else of text's.
static const char *const text_like[] = {"application/json",          "application/x-ndjson", "application/csv",
                                        "application/javascript",    "message/rfc822",       "message/news",
                                        "application/x-setupscript", "application/x-bibtex", NULL};
static const char *const pdf[] = {"application/pdf", NULL};
static const char *const png[] = {"image/png", NULL};
static const char *const jpeg[] = {"image/jpeg", NULL};
static const char *const gif[] = {"image/gif", NULL};
static const char *const webp[] = {"image/webp", NULL};
static const char *const zip[] = {"application/zip", "application/java-archive", NULL};
static const char *const gzip[] = {"application/gzip", "application/x-gzip", NULL};
static const char *const xz[] = {"application/x-xz", NULL};
static const char *const tar[] = {"application/x-tar", NULL};
static const char *const mp4[] = {"video/mp4", "video/x-m4v", "video/quicktime", "audio/mp4", NULL};
static const char *const webm[] = {"video/webm", NULL};
static const char *const docx[] = {"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                                   "application/vnd.openxmlformats-officedocument", NULL};
static const char *const pptx[] = {"application/vnd.openxmlformats-officedocument.presentationml.presentation",
                                   "application/vnd.openxmlformats-officedocument", NULL};
static const char *const xlsx[] = {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                                   "application/vnd.openxmlformats-officedocument", NULL};
static const char *const odt[] = {"application/vnd.oasis.opendocument.text", NULL};
static const char *const odp[] = {"application/vnd.oasis.opendocument.presentation", NULL};
static const char *const ods[] = {"application/vnd.oasis.opendocument.spreadsheet", NULL};

// clang-format off
static const struct file_kind kinds[] = {
  {"pdf",    "application/pdf",          false, pdf},
  {"png",    "image/png",                false, png},
  {"jpg",    "image/jpeg",               false, jpeg},
  {"jpeg",   "image/jpeg",               false, jpeg},
  {"gif",    "image/gif",                false, gif},
  {"webp",   "image/webp",               false, webp},
  {"txt",    "text/plain",               true,  text_like},
  {"md",     "text/markdown",            true,  text_like},
  {"csv",    "text/csv",                 true,  text_like},
  {"tsv",    "text/tab-separated-values", true, text_like},
  {"log",    "text/plain",               true,  text_like},
  {"tex",    "text/x-tex",               true,  text_like},
  {"bib",    "text/x-bibtex",            true,  text_like},
  {"json",   "application/json",         true,  text_like},
  {"ipynb",  "application/x-ipynb+json", true,  text_like},
  {"yaml",   "text/plain",               true,  text_like},
  {"yml",    "text/plain",               true,  text_like},
  {"toml",   "text/plain",               true,  text_like},
  {"py",     "text/x-python",            true,  text_like},
  {"c",      "text/x-c",                 true,  text_like},
  {"h",      "text/x-c",                 true,  text_like},
  {"cc",     "text/x-c++",               true,  text_like},
  {"cpp",    "text/x-c++",               true,  text_like},
  {"hpp",    "text/x-c++",               true,  text_like},
  {"cu",     "text/plain",               true,  text_like},
  {"rs",     "text/plain",               true,  text_like},
  {"go",     "text/plain",               true,  text_like},
  {"java",   "text/x-java",              true,  text_like},
  {"sh",     "text/x-shellscript",       true,  text_like},
  {"sql",    "text/plain",               true,  text_like},
  {"patch",  "text/x-diff",              true,  text_like},
  {"zip",    "application/zip",          false, zip},
  {"tar",    "application/x-tar",        false, tar},
  {"tar.gz", "application/gzip",         false, gzip},
  {"tgz",    "application/gzip",         false, gzip},
  {"tar.xz", "application/x-xz",         false, xz},
  {"docx",   "application/vnd.openxmlformats-officedocument.wordprocessingml.document",   false, docx},
  {"pptx",   "application/vnd.openxmlformats-officedocument.presentationml.presentation", false, pptx},
  {"xlsx",   "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",         false, xlsx},
  {"odt",    "application/vnd.oasis.opendocument.text",         false, odt},
  {"odp",    "application/vnd.oasis.opendocument.presentation", false, odp},
  {"ods",    "application/vnd.oasis.opendocument.spreadsheet",  false, ods},
  {"mp4",    "video/mp4",                false, mp4},
  {"mov",    "video/quicktime",          false, mp4},
  {"webm",   "video/webm",               false, webm},
};
// clang-format on
enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

const struct file_kind *file_kind_of(const char *name) {
  const struct file_kind *found = NULL;
  size_t size = strlen(name);
  for (size_t i = 0; i < KIND_COUNT; i++) {
    size_t ending = strlen(kinds[i].ending);
    bool has_ending =
        size > ending + 1 && name[size - ending - 1] == '.' && strcasecmp(name + size - ending, kinds[i].ending) == 0;
    if (has_ending && (found == NULL || ending > strlen(found->ending)))
      found = &kinds[i];
  }
  return found;
}

bool file_kind_takes(const struct file_kind *kind, const struct content_type *content) {
  if (kind->is_text && !content->is_text)
    return false;
  if (kind->is_text && text_starts(content->media, "text/"))
    return true;
  for (const char *const *accepted = kind->accepted; *accepted != NULL; accepted++)
    if (strcmp(*accepted, content->media) == 0)
      return true;
  return false;
}

const char *file_kind_list(struct arena *arena) {
  struct text text;
  text_init(&text, arena);
  for (size_t i = 0; i < KIND_COUNT; i++)
    text_add_format(&text, "%s%s", i == 0 ? "" : ", ", kinds[i].ending);
  return text_get(&text);
}
