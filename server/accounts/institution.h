// SPDX-License-Identifier: AGPL-3.0-or-later
// Signing in by the institution: its proxy (CAS, Shibboleth, OpenID Connect) has proven who somebody is and says so in
// a header, which http/peer.h believes from a named proxy alone. The name is mapped to a login.
#pragma once

#include "server/http/request.h"

enum err institution_sign_in(struct request *request);
