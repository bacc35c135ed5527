# SPDX-License-Identifier: AGPL-3.0-or-later
# Every outside library, its least version and the Debian package that brings it. All missing ones are told at once.
find_package(Threads REQUIRED)
find_package(PkgConfig QUIET)
if(NOT PKG_CONFIG_FOUND)
  message(FATAL_ERROR "pkg-config is missing (Debian package pkg-config). Run scripts/install, then configure again.")
endif()

set(tandem_missing "")
set(tandem_missing_packages "")

macro(tandem_note_missing what package)
  string(APPEND tandem_missing "\n  ${what}: Debian package ${package}")
  list(APPEND tandem_missing_packages "${package}")
endmacro()

# NAME becomes the target PkgConfig::NAME.
macro(tandem_require name module least package)
  pkg_check_modules(${name} QUIET IMPORTED_TARGET "${module}>=${least}")
  if(NOT ${name}_FOUND)
    # Asked without CMake's cache, only to say in the message which version was found.
    execute_process(COMMAND "${PKG_CONFIG_EXECUTABLE}" --modversion "${module}"
      OUTPUT_VARIABLE tandem_found_version ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(tandem_found_version)
      tandem_note_missing("${module} ${least} or later (found ${tandem_found_version})" "${package}")
    else()
      tandem_note_missing("${module} ${least} or later (not found)" "${package}")
    endif()
  endif()
endmacro()

#              target             pkg-config module  least    Debian package
tandem_require(yaml               yaml-0.1           0.2.5    libyaml-dev)
tandem_require(jansson            jansson            2.14     libjansson-dev)
tandem_require(libsodium          libsodium          1.0.18   libsodium-dev)
tandem_require(icu_i18n           icu-i18n           72       libicu-dev)
tandem_require(icu_uc             icu-uc             72       libicu-dev)
tandem_require(sqlite3            sqlite3            3.40     libsqlite3-dev)
tandem_require(libevent_core      libevent_core      2.1.12   libevent-dev)
tandem_require(libevent_pthreads  libevent_pthreads  2.1.12   libevent-dev)
tandem_require(libevent_openssl   libevent_openssl   2.1.12   libevent-dev)
tandem_require(openssl            openssl            3.0      libssl-dev)
tandem_require(libmagic           libmagic           5.44     libmagic-dev)
tandem_require(libcurl            libcurl            7.88     libcurl4-openssl-dev)
tandem_require(libical            libical            3.0.16   libical-dev)
if(TANDEM_TESTS)
  tandem_require(cmocka           cmocka             1.1.5    libcmocka-dev)
endif()
if(TANDEM_BENCH)
  tandem_require(libevent_extra   libevent_extra     2.1.12   libevent-dev)
endif()

# libcsv has no .pc file.
find_path(TANDEM_LIBCSV_INCLUDE csv.h)
find_library(TANDEM_LIBCSV_LIBRARY csv)
mark_as_advanced(TANDEM_LIBCSV_INCLUDE TANDEM_LIBCSV_LIBRARY)
if(TANDEM_LIBCSV_INCLUDE AND TANDEM_LIBCSV_LIBRARY)
  file(STRINGS "${TANDEM_LIBCSV_INCLUDE}/csv.h" tandem_csv_major REGEX "^#define CSV_MAJOR ")
  if(NOT tandem_csv_major MATCHES " 3$")
    tandem_note_missing("libcsv 3 (${TANDEM_LIBCSV_INCLUDE}/csv.h is of another release)" libcsv-dev)
  endif()
  add_library(tandem_libcsv INTERFACE)
  target_include_directories(tandem_libcsv SYSTEM INTERFACE "${TANDEM_LIBCSV_INCLUDE}")
  target_link_libraries(tandem_libcsv INTERFACE "${TANDEM_LIBCSV_LIBRARY}")
else()
  tandem_note_missing("libcsv 3 (csv.h and libcsv, not found)" libcsv-dev)
endif()

# Debian 13 has libllhttp; Debian 12 only ships the C sources that node-llhttp was generated to.
pkg_check_modules(libllhttp QUIET IMPORTED_TARGET "libllhttp>=8.1.0")
if(libllhttp_FOUND)
  add_library(tandem_llhttp INTERFACE)
  target_link_libraries(tandem_llhttp INTERFACE PkgConfig::libllhttp)
else()
  find_path(TANDEM_LLHTTP_INCLUDE llhttp.h PATHS /usr/share/include/llhttp)
  find_path(TANDEM_LLHTTP_SOURCES llhttp.c PATHS /usr/share/llhttp NO_DEFAULT_PATH)
  mark_as_advanced(TANDEM_LLHTTP_INCLUDE TANDEM_LLHTTP_SOURCES)
  if(TANDEM_LLHTTP_INCLUDE AND TANDEM_LLHTTP_SOURCES)
    add_library(tandem_llhttp STATIC
      "${TANDEM_LLHTTP_SOURCES}/api.c" "${TANDEM_LLHTTP_SOURCES}/http.c" "${TANDEM_LLHTTP_SOURCES}/llhttp.c")
    target_include_directories(tandem_llhttp SYSTEM PUBLIC "${TANDEM_LLHTTP_INCLUDE}")
    # Off by default in 8.1, and off it lets a CR after an empty value split headers.
    target_compile_definitions(tandem_llhttp PUBLIC LLHTTP_STRICT_MODE=1)
    target_compile_options(tandem_llhttp PRIVATE -w)
  else()
    tandem_note_missing("llhttp 8.1 (its C sources, or pkg-config libllhttp, not found)"
      "node-llhttp (Debian 12) or libllhttp-dev (Debian 13)")
  endif()
endif()

if(tandem_missing)
  list(REMOVE_DUPLICATES tandem_missing_packages)
  message(FATAL_ERROR "Tandem lacks libraries:${tandem_missing}\nRun scripts/install, which installs all of them, then configure again.")
endif()
