# SPDX-License-Identifier: AGPL-3.0-or-later
# Files written at build time into build/<preset>/generated: the version header, the embedded migrations and pages.
set(tandem_generated "${CMAKE_BINARY_DIR}/generated")

# Runs in every build, because a commit changes no source file; the header is only touched when its text changes.
add_custom_target(tandem_version_header
  COMMAND "${CMAKE_COMMAND}" "-DVERSION=${PROJECT_VERSION}" "-DSOURCE=${CMAKE_SOURCE_DIR}"
          "-DOUT=${tandem_generated}/tandem_version.h" -P "${CMAKE_SOURCE_DIR}/scripts/cmake/write_version.cmake"
  BYPRODUCTS "${tandem_generated}/tandem_version.h"
  VERBATIM)

set(TANDEM_MIGRATIONS_SOURCE "${tandem_generated}/migrations.c")
file(GLOB tandem_migrations CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/server/db/migrations/*")
add_custom_command(OUTPUT "${TANDEM_MIGRATIONS_SOURCE}"
  COMMAND "${CMAKE_COMMAND}" "-DFILES=${tandem_migrations}" "-DOUT=${TANDEM_MIGRATIONS_SOURCE}"
          -P "${CMAKE_SOURCE_DIR}/scripts/cmake/embed_migrations.cmake"
  DEPENDS ${tandem_migrations} "${CMAKE_SOURCE_DIR}/scripts/cmake/embed_migrations.cmake"
  COMMENT "Embedding the migrations"
  VERBATIM)

set(TANDEM_WEB_SOURCE "${tandem_generated}/web_files.c")
file(GLOB_RECURSE tandem_web CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}/server/web" "${CMAKE_SOURCE_DIR}/server/web/*")
list(TRANSFORM tandem_web PREPEND "${CMAKE_SOURCE_DIR}/server/web/" OUTPUT_VARIABLE tandem_web_paths)
add_custom_command(OUTPUT "${TANDEM_WEB_SOURCE}"
  COMMAND "${CMAKE_COMMAND}" "-DROOT=${CMAKE_SOURCE_DIR}/server/web" "-DFILES=${tandem_web}"
          "-DWORK=${tandem_generated}/web" "-DOUT=${TANDEM_WEB_SOURCE}" -P "${CMAKE_SOURCE_DIR}/scripts/cmake/embed_web.cmake"
  DEPENDS ${tandem_web_paths} "${CMAKE_SOURCE_DIR}/scripts/cmake/embed_web.cmake"
  COMMENT "Embedding the pages"
  VERBATIM)
