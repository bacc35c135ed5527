# SPDX-License-Identifier: AGPL-3.0-or-later
# Files written at build time into build/<preset>/generated: the version header and the embedded migrations.
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
