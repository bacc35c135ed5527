// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/services.h"

#include "server/http/http.h"

const struct services *request_services(const struct request *request) { return request->http->services; }
