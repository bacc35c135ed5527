# SPDX-License-Identifier: AGPL-3.0-or-later
"""Malformed and hostile requests, each with the exact answers it must get: facts.md, "HTTP, as an attacker sends it", and what attackers
add to it. Most are a good request, one that would found the team "Planted" or sign somebody out, with one thing wrong: were one let
through, the store would show it."""

import random
from typing import NamedTuple


class World(NamedTuple):
    course: str
    token: str   # of a student without a team: the outer requests' own
    victim: str  # of another one: what a smuggled request would act for
    member: str  # of a student in a team, to whom a good request to found one is 409
    team: int


class Case(NamedTuple):
    name: str
    sent: bytes
    statuses: tuple     # of all answers, in order; () is a connection closed without a word
    stays: bool = False  # the connection is good for another request afterwards
    cuts: bool = False   # the client sends no more after it
    fields: dict = {}    # of the last answer
    methods: tuple = ()  # where an answer is HEAD's
    is_open: bool = False  # its second request hides from nobody: a proxy that keeps the connection may rightly pass it on


TOO_LONG = 4097
BODY = b'{"name":"Planted"}'


def framing_cases(make):
    for maker in (first_lines, lines_and_names, hosts, doubles, lengths, codings, chunks, sizes, smuggling, pipelines, cut_short):
        yield from maker(make)


class Builder:
    def __init__(self, world):
        self.world = world
        self.teams = f"/api/v1/courses/{world.course}/teams".encode()
        self.mine = self.teams + b"/%d" % world.team

    def bearer(self, token):
        return b"Authorization: Bearer " + token.encode()

    def plain(self, line, *fields):
        """A request without a body, just as it is told."""
        return b"\r\n".join([line, *fields, b"", b""])

    def get(self, *fields, target=b"/api/v1/me"):
        return self.plain(b"GET " + target + b" HTTP/1.1", b"Host: localhost", self.bearer(self.world.token), *fields)

    def post(self, *fields, body=BODY, line=None, without=(), token=None):
        """Founds a team, unless something is wrong with it. The length is the body's unless a field tells another framing."""
        own = {b"Host": b"Host: localhost", b"Authorization": self.bearer(token or self.world.token),
               b"Content-Type": b"Content-Type: application/json", b"Content-Length": b"Content-Length: %d" % len(body)}
        if any(field.lower().startswith((b"content-length", b"transfer-encoding")) for field in fields):
            del own[b"Content-Length"]
        for name in without:
            own.pop(name, None)
        return self.plain(line or b"POST " + self.teams + b" HTTP/1.1", *own.values(), *fields) + body

    def member(self, *fields, **options):
        """A good request that changes nothing: 409."""
        return self.post(*fields, token=self.world.member, **options)

    def inner(self):
        """What must never be executed."""
        return self.post(token=self.world.victim, body=b'{"name":"Smuggled"}')

    def sign_out(self):
        return self.plain(b"DELETE /api/v1/session HTTP/1.1", b"Host: localhost", self.bearer(self.world.victim))


def bad(name, sent):
    return Case(name, sent, (400,))


def first_lines(make):
    for why, version, status in (
            ("0.9", b"HTTP/0.9", 505), ("1.2", b"HTTP/1.2", 505), ("2.0", b"HTTP/2.0", 505), ("3.0", b"HTTP/3.0", 505), ("0.0", b"HTTP/0.0", 505),
            ("RTSP", b"RTSP/1.0", 400), ("ICE", b"ICE/1.1", 400), ("small letters", b"http/1.1", 400), ("two digits", b"HTTP/1.10", 400),
            ("leading zero", b"HTTP/01.1", 400), ("no minor", b"HTTP/1", 400), ("no minor but a dot", b"HTTP/1.", 400),
            ("three numbers", b"HTTP/1.1.1", 400),
            ("a comma", b"HTTP/1,1", 400), ("a sign", b"HTTP/+1.1", 400), ("words after", b"HTTP/1.1 x", 400), ("a space after", b"HTTP/1.1 ", 400),
            ("a tab after", b"HTTP/1.1\t", 400), ("a fullwidth digit", "HTTP/1.\uff11".encode(), 400), ("none but a space", b"", 400),
            ("HTTPS", b"HTTPS/1.1", 400)):
        yield Case(f"version {why}", make.post(line=b"POST " + make.teams + b" " + version), (status,))
    yield bad("version missing", make.post(line=b"POST " + make.teams))
    yield Case("HTTP/2's preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (505,))
    yield bad("a TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64))
    yield bad("an SSLv2 hello", b"\x80\x2e\x01\x00\x02" + bytes(40))
    yield bad("PROXY protocol, version 1", b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n" + make.post())
    yield bad("PROXY protocol, version 2", b"\r\n\r\n\0\r\nQUIT\n!\x11\0\x0c" + bytes(12) + make.post())
    for why, before in (("an empty line", b"\r\n"), ("a bare LF", b"\n"), ("a bare CR", b"\r"), ("a space", b" "), ("a tab", b"\t"), ("NUL", b"\0"),
                        ("a byte order mark", b"\xef\xbb\xbf"), ("a UTF-16 mark", b"\xff\xfe"), ("a colon", b": "), ("a vertical tab", b"\x0b")):
        yield bad(f"{why} before the request", before + make.post())
    yield bad("UTF-16", make.post().decode().encode("utf-16-be"))
    for why, method, status in (("BREW", b"BREW", 501), ("OPTIONS", b"OPTIONS", 501), ("TRACE", b"TRACE", 501), ("CONNECT", b"CONNECT", 501),
            ("QUERY", b"QUERY", 501),
                                ("M-SEARCH", b"M-SEARCH", 501), ("PROPFIND", b"PROPFIND", 501), ("in small letters", b"post", 501),
                                ("in mixed letters", b"Post", 501),
                                ("that begins like ours", b"POSTS", 501), ("of 2,000 letters", b"A" * 2000, 501),
                                ("with a parenthesis", b"P(ST", 400),
                                ("with NUL", b"PO\0ST", 400), ("beyond ASCII", b"P\xc3\x96ST", 400), ("with a slash", b"PO/ST", 400),
                                ("with a comma", b"GET,POST", 400),
                                ("in quotes", b'"POST"', 400), ("that is empty", b"", 400), ("in fullwidth letters", "ＰＯＳＴ".encode(), 400)):
        yield Case(f"a method {why}", make.post(line=method + b" " + make.teams + b" HTTP/1.1"), (status,))
    for why, line in (("two spaces before the target", b"POST  %s HTTP/1.1"), ("two spaces before the version", b"POST %s  HTTP/1.1"),
                      ("tabs", b"POST\t%s\tHTTP/1.1"), ("a tab and a space", b"POST \t%s HTTP/1.1"), ("no-break spaces", b"POST\xa0%s\xa0HTTP/1.1"),
                      ("CR for spaces", b"POST\r%s\rHTTP/1.1"), ("form feeds", b"POST\x0c%s\x0cHTTP/1.1")):
        yield bad(f"first line with {why}", make.post(line=line % make.teams))
    yield bad("a first line of one word", b"POST\r\nHost: localhost\r\n\r\n")
    yield bad("a CONNECT in its own form", make.plain(b"CONNECT localhost:22 HTTP/1.1", b"Host: localhost:22"))


def lines_and_names(make):
    yield bad("bare LF after the first line", make.post().replace(b"HTTP/1.1\r\n", b"HTTP/1.1\n", 1))
    yield bad("bare LF after a field", make.post().replace(b"localhost\r\n", b"localhost\n", 1))
    yield bad("bare LF throughout", make.post().replace(b"\r\n", b"\n"))
    yield bad("bare LF as the empty line", make.post().replace(b"\r\n\r\n", b"\r\n\n", 1))
    yield bad("bare CR after the first line", make.post().replace(b"HTTP/1.1\r\n", b"HTTP/1.1\r", 1))
    yield Case("bare CR throughout", make.post().replace(b"\r\n", b"\r"), (), cuts=True)
    yield bad("LF CR", make.post().replace(b"localhost\r\n", b"localhost\n\r", 1))
    yield bad("CR CR LF", make.post().replace(b"localhost\r\n", b"localhost\r\r\n", 1))
    for why, field in (("bare CR in a value", b"A: b\rc"), ("bare CR that hides a length", b"A: b\rContent-Length: 0"),
            ("CR after an empty value", b"A:\rContent-Length: 0"),
                       ("NUL in a value", b"A: b\0c"), ("NUL in a name", b"A\0: b"), ("an escape", b"A: \x1b[2J"), ("DEL in a value", b"A: b\x7f"),
                       ("a bell", b"A: \x07"),
                       ("a vertical tab in a value", b"A: b\x0bc"), ("a form feed in a value", b"A: b\x0cc"), ("a backspace", b"A: b\x08"),
                       ("a space before the colon", b"A : b"), ("a tab before the colon", b"A\t: b"), ("an empty name", b": b"), ("no colon", b"A"),
                       ("only a colon", b":"), ("brackets in a name", b"A[0]: b"), ("a slash in a name", b"A/B: c"),
                       ("an at sign in a name", b"A@B: c"),
                       ("quotes in a name", b'"A": b'), ("a name beyond ASCII", "É: b".encode()), ("a Latin-1 name", b"\xc9: b"),
                       ("a space within a name", b"A B: c"),
                       ("a name in braces", b"{A}: b"), ("a comma in a name", b"A,B: c"), ("parentheses in a name", b"A(B): c"),
                       ("a backslash in a name", b"A\\B: c"),
                       ("DEL in a name", b"A\x7f: b"), ("a control byte in a name", b"A\x01: b"), ("fold with a space", b"A: b\r\n c"),
                       ("fold with a tab", b"A: b\r\n\tc"),
                       ("fold that hides a coding", b"A: b\r\n Transfer-Encoding: chunked"), ("fold of white space alone", b"A: b\r\n "),
                       ("a bare LF that hides a coding", b"A: b\nTransfer-Encoding: chunked"), ("NEL that looks like a break", b"A: b\x85\x01c")):
        yield bad(f"field with {why}", make.post(field))
    yield bad("fold before the first field", make.post(line=b"POST " + make.teams + b" HTTP/1.1\r\n X: y"))
    yield bad("fold of Host", make.post(b"Host:\r\n localhost", without=(b"Host",)))
    yield bad("fold of Content-Length", make.post(b"Content-Length:\r\n 18"))
    yield bad("fold of Transfer-Encoding", make.post(b"Transfer-Encoding:\r\n chunked", body=b"0\r\n\r\n"))
    yield Case("bytes over 0x7F in a value are opaque", make.get(b"X-Name: \xe9\xff"), (200,), stays=True)
    yield Case("an empty value is one", make.get(b"X-Empty:"), (200,), stays=True)


def hosts(make):
    yield bad("no Host", make.post(without=(b"Host",)))
    yield bad("no Host at all in a bare request", b"GET /healthz HTTP/1.1\r\n\r\n")
    yield Case("no Host in 1.0", b"GET /healthz HTTP/1.0\r\n\r\n", (200,))
    for why, field in (("two that differ", b"Host: evil.example"), ("two that agree", b"Host: localhost"),
            ("two in another case", b"HOST: localhost"), ("a second, empty one", b"Host:")):
        yield bad(f"Host, {why}", make.post(field))
    for why, value in (("empty", b""), ("blank", b"   "), ("a list", b"localhost, evil.example"), ("with a path", b"localhost/x"),
            ("with a user", b"me@localhost"),
                       ("with a space", b"local host"), ("with a scheme", b"http://localhost"), ("with a query", b"localhost?x"),
                       ("beyond ASCII", "l\u043ecalhost".encode()),
                       ("with a fragment", b"localhost#x"), ("with a backslash", b"localhost\\x"), ("with quotes", b'"localhost"'),
                       ("with NUL", b"local\0host"),
                       ("with markup", b"<script>"), ("with a tab inside", b"local\thost")):
        yield bad(f"Host {why}", make.post(b"Host: " + value, without=(b"Host",)))
    for why, line in (("another host", b"POST http://evil.example%s HTTP/1.1"), ("another port", b"POST http://localhost:81%s HTTP/1.1"),
            ("a user", b"POST http://me@localhost%s HTTP/1.1"),
                      ("no host", b"POST http://%s HTTP/1.1"), ("another scheme", b"POST ftp://localhost%s HTTP/1.1"),
                      ("a file", b"POST file://localhost%s HTTP/1.1"),
                      ("two slashes in its path", b"POST http://localhost/%s HTTP/1.1"), ("one slash", b"POST http:/localhost%s HTTP/1.1"),
                      ("a scheme alone", b"POST http:%s HTTP/1.1"),
                      ("a host that only begins like ours", b"POST http://localhost.evil.example%s HTTP/1.1"),
                      ("a backslash", b"POST http://localhost\\%s HTTP/1.1")):
        yield bad(f"absolute target of {why}", make.post(line=line % make.teams))
    yield Case("absolute target of our own host", make.member(line=b"POST http://localhost" + make.teams + b" HTTP/1.1"), (409,), stays=True)
    yield bad("absolute target without Host in 1.0", b"GET http://localhost/healthz HTTP/1.0\r\n\r\n")


def doubles(make):
    bearer = make.bearer(make.world.victim)
    for why, fields in (("Content-Length that agree", (b"Content-Length: 18", b"Content-Length: 18")),
            ("Content-Length that differ", (b"Content-Length: 18", b"Content-Length: 0")),
                        ("Content-Length in another case", (b"content-length: 18", b"CONTENT-LENGTH: 18")),
                        ("Transfer-Encoding", (b"Transfer-Encoding: chunked",) * 2),
                        ("Transfer-Encoding that differ", (b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity")),
                        ("length and coding", (b"Content-Length: 18", b"Transfer-Encoding: chunked")),
                        ("coding and length", (b"Transfer-Encoding: chunked", b"Content-Length: 18")),
                        ("length of zero and coding", (b"Content-Length: 0", b"Transfer-Encoding: chunked")), ("Authorization", (bearer,)),
                        ("Authorization in another case", (bearer.replace(b"Auth", b"auth"),)), ("Cookie", (b"Cookie: a=1", b"Cookie: b=2")),
                        ("Cookie in another case", (b"Cookie: a=1", b"COOKIE: a=1")), ("Content-Type", (b"Content-Type: text/csv",)),
                        ("Expect", (b"Expect: 100-continue", b"Expect: 100-continue")),
                        ("Origin", (b"Origin: http://localhost", b"Origin: http://evil.example"))):
        yield bad(f"doubled {why}", make.post(*fields))
    yield Case("a field of no meaning may come twice", make.get(b"X-A: 1", b"X-A: 2", b"Accept: */*"), (200,), stays=True)


def lengths(make):
    for why, value in (("+5", b"+5"), ("negative", b"-1"), ("minus zero", b"-0"), ("0x10", b"0x10"), ("a list", b"5, 5"), ("a list of 18", b"18,18"),
            ("a fraction", b"18.0"), ("with an exponent", b"1e1"),
                       ("with a space inside", b"1 8"), ("with a tab inside", b"1\t8"), ("empty", b""), ("blank", b"  "), ("a word", b"all"),
                       ("in quotes", b'"18"'), ("with an underscore", b"1_8"),
                       ("Arabic digits", "١٨".encode()), ("fullwidth digits", "１８".encode()), ("a superscript", "1⁸".encode()),
                       ("with a semicolon", b"18;"), ("with NUL", b"18\0"),
                       ("of 2^63", b"9223372036854775808"), ("of 2^64", b"18446744073709551616"), ("of 2^64 + 18", b"18446744073709551634"),
                       ("of 2^32 + 18 twice over", b"42949672960000018"),
                       ("of 300 digits", b"9" * 300), ("of zeros and 2^64", b"0" * 30 + b"18446744073709551616"), ("octal by its look", b"0o22"),
                       ("binary by its look", b"0b10010"),
                       ("with a thousands mark", b"1'8"), ("with a no-break space", b"18\xa0"), ("with a letter after", b"18a"), ("infinite", b"inf"),
                       ("not a number", b"NaN")):
        yield bad(f"length {why}", make.post(b"Content-Length: " + value))
    yield Case("length with leading zeros is that number", make.member(b"Content-Length: 00018"), (409,), stays=True)
    yield Case("length between spaces is that number", make.member(b"Content-Length:   18  "), (409,), stays=True)
    yield bad("length between tabs: the two readers disagree", make.post(b"Content-Length: \t 18 \t"))
    yield Case("length of a gigabyte", make.post(b"Content-Length: 1073741824"), (413,))
    yield Case("length one over the cap", make.post(b"Content-Length: 4097", body=b""), (413,))
    yield Case("length shorter than the body", make.post(b"Content-Length: 17"), (400, 400))
    yield Case("length longer than the body", make.post(b"Content-Length: 19"), (), cuts=True)
    yield Case("length of zero and a body", make.member(b"Content-Length: 0"), (400, 400))


def codings(make):
    body = b"12\r\n" + BODY + b"\r\n0\r\n\r\n"
    for why, value in (("x, chunked", b"x, chunked"), ("chunked, chunked", b"chunked, chunked"), ("gzip, chunked", b"gzip, chunked"),
            ("chunked, identity", b"chunked, identity"), ("identity", b"identity"),
                       ("gzip", b"gzip"), ("empty", b""), ("blank", b" \t "), ("a list with nothing first", b", chunked"),
                       ("a list with nothing last", b"chunked,"), ("with a parameter", b"chunked;q=1"), ("with an empty parameter", b"chunked;"),
                       ("in quotes", b'"chunked"'), ("in single quotes", b"'chunked'"), ("with a vertical tab", b"\x0bchunked"),
                       ("with a form feed", b"chunked\x0c"), ("with NUL", b"chunked\0"), ("with a no-break space", b"\xa0chunked"),
                       ("that begins like it", b"chunkedx"), ("that ends like it", b"xchunked"), ("with a Kelvin sign", "chun\u212aed".encode()),
                       ("with a long s", "\u017fchunked".encode()), ("with a bare CR", b"\rchunked"), ("with a space inside", b"chun ked"),
                       ("with two words", b"chunked chunked"), ("with a colon", b": chunked"), ("in brackets", b"[chunked]"),
                       ("fullwidth", "ｃｈｕｎｋｅｄ".encode()), ("with a byte order mark", b"\xef\xbb\xbfchunked"), ("deflate", b"deflate")):
        yield bad(f"coding {why}", make.post(b"Transfer-Encoding: " + value, body=body))
    for why, name in (("a space before the colon", b"Transfer-Encoding : chunked"), ("a tab before the colon", b"Transfer-Encoding\t: chunked"),
            ("NUL after its name", b"Transfer-Encoding\0: chunked"),
                      ("a no-break space after its name", b"Transfer-Encoding\xa0: chunked"),
                      ("a space before its name", b" Transfer-Encoding: chunked"),
                      ("a control byte before its name", b"\x0bTransfer-Encoding: chunked")):
        yield bad(f"coding with {why}", make.post(name, b"Content-Length: 5", body=body))
    yield Case("a coding under another name is none", make.member(b"Transfer_Encoding: chunked", b"X-Transfer-Encoding: chunked", b"TE: chunked",
            b"Content-Length: 18"), (409,), stays=True)
    yield bad("coding in 1.0", make.post(b"Transfer-Encoding: chunked", body=body, line=b"POST " + make.teams + b" HTTP/1.0"))
    yield bad("coding in 1.0 with keep-alive", make.post(b"Transfer-Encoding: chunked", b"Connection: keep-alive", body=body,
            line=b"POST " + make.teams + b" HTTP/1.0"))
    yield Case("coding in capitals", make.member(b"TRANSFER-ENCODING: CHUNKED", body=body), (409,), stays=True)
    yield bad("coding for GET, with one thing wrong", make.get(b"Transfer-Encoding: chunked,") + body)


def chunks(make):
    coding = b"Transfer-Encoding: chunked"
    for why, body in (("junk after it", b"12\r\n" + BODY + b"junk\r\n0\r\n\r\n"), ("a byte after it", b"12\r\n" + BODY + b"x\r\n0\r\n\r\n"),
            ("LF alone after it", b"12\r\n" + BODY + b"\n0\r\n\r\n"),
                      ("CR alone after it", b"12\r\n" + BODY + b"\r0\r\n\r\n"), ("nothing after it", b"12\r\n" + BODY + b"0\r\n\r\n"),
                      ("LF alone after its size", b"12\n" + BODY + b"\r\n0\r\n\r\n"),
                      ("CR alone after its size", b"12\rx" + BODY + b"\r\n0\r\n\r\n"), ("no size", b"\r\n" + BODY + b"\r\n0\r\n\r\n"),
                      ("a size that is no number", b"xyz\r\n" + BODY + b"\r\n0\r\n\r\n"),
                      ("a size with a sign", b"+12\r\n" + BODY + b"\r\n0\r\n\r\n"), ("a negative size", b"-12\r\n" + BODY + b"\r\n0\r\n\r\n"),
                      ("a size with 0x", b"0x12\r\n" + BODY + b"\r\n0\r\n\r\n"),
                      ("a space before its size", b" 12\r\n" + BODY + b"\r\n0\r\n\r\n"),
                      ("a size with a comma", b"12,\r\n" + BODY + b"\r\n0\r\n\r\n"),
                      ("a size of 17 digits", b"10000000000000012\r\n" + BODY + b"\r\n0\r\n\r\n"),
                      ("a size that wraps around to its own", b"100000000000000000000000000000012\r\n" + BODY + b"\r\n0\r\n\r\n"),
                      ("a fullwidth size", "１２\r\n".encode() + BODY + b"\r\n0\r\n\r\n"),
                      ("a trailer", b"12\r\n" + BODY + b"\r\n0\r\nX-T: y\r\n\r\n"),
                      ("a trailer that is a length", b"12\r\n" + BODY + b"\r\n0\r\nContent-Length: 5\r\n\r\n"),
                      ("a trailer that is an Authorization", b"12\r\n" + BODY + b"\r\n0\r\n" + make.bearer(make.world.victim) + b"\r\n\r\n"),
                      ("a trailer with a fold", b"12\r\n" + BODY + b"\r\n0\r\n x\r\n\r\n"), ("LF alone at the end", b"12\r\n" + BODY + b"\r\n0\n\n"),
                      ("NUL in its size", b"12\0\r\n" + BODY + b"\r\n0\r\n\r\n"),
                      ("an extension of 8 KiB", b"12;" + b"x" * 8192 + b"\r\n" + BODY + b"\r\n0\r\n\r\n"),
                      ("an extension without end", b"12;" + b"x" * 60000),
                      ("a thousand extensions", b"".join(b"1;" + b"x" * 30 + b"\r\n \r\n" for _ in range(1000)) + b"0\r\n\r\n"),
                      ("a bare LF in an extension", b"12;a\nb\r\n" + BODY + b"\r\n0\r\n\r\n"),
                      ("zeros before its size without end", b"0" * 60000)):
        yield bad(f"chunk with {why}", make.post(coding, body=body))
    for why, size in (("FFFFFFFF", b"FFFFFFFF"), ("7FFFFFFFFFFFFFFF", b"7FFFFFFFFFFFFFFF"), ("FFFFFFFFFFFFFFFE", b"FFFFFFFFFFFFFFFE"),
            ("1001: one over the cap", b"1001")):
        yield Case(f"chunk of size {why}", make.post(coding, body=size + b"\r\n" + BODY), (413,))
    yield Case("chunks that together go over the cap", make.post(coding,
            body=b"800\r\n" + b" " * 2048 + b"\r\n" + b"801\r\n" + b" " * 2049 + b"\r\n0\r\n\r\n"), (413,))
    yield Case("chunks of one byte", make.member(coding, body=b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + b"0\r\n\r\n"), (409,), stays=True)
    yield Case("a chunk with a short extension", make.member(coding, body=b"12;a=b\r\n" + BODY + b"\r\n0\r\n\r\n"), (409,), stays=True)
    yield Case("a last chunk alone", make.member(coding, body=b"0\r\n\r\n"), (400,), stays=True)
    yield Case("a last chunk of many zeros", make.member(coding, body=b"12\r\n" + BODY + b"\r\n0000000000\r\n\r\n"), (409,), stays=True)
    yield Case("a chunk cut short", make.post(coding, body=b"12\r\n" + BODY[:5]), (), cuts=True)
    yield Case("chunks without a last one", make.post(coding, body=b"12\r\n" + BODY + b"\r\n"), (), cuts=True)


def sizes(make):
    few = [b"X-%d: y" % i for i in range(62)]
    yield Case("64 fields", make.get(*few), (200,), stays=True)
    yield Case("65 fields", make.get(*few, b"X: y"), (431,))
    yield Case("65 fields before a body", make.post(*[b"X-%d: y" % i for i in range(61)]), (431,))
    yield Case("1,000 fields", make.get(*[b"X-%d: y" % i for i in range(1000)]), (431,))
    rest = 16384 - len(make.get(b"X-Long: "))
    yield Case("a header of 16 KiB", make.get(b"X-Long: " + b"x" * rest), (200,), stays=True)
    yield Case("a header of 16 KiB and one", make.get(b"X-Long: " + b"x" * (rest + 1)), (431,))
    yield Case("a header of 64 KiB", make.get(b"X-Long: " + b"x" * 65536), (431,))
    yield Case("a header of 64 KiB without end", make.get()[:-4] + b"\r\nX-Long: " + b"x" * 65536, (431,))
    yield Case("a header of many short fields without end", make.get()[:-2] + b"A: b\r\n" * 10000, (431,))
    yield Case("a name of 16 KiB", make.get(b"x" * 16384 + b": y"), (431,))
    yield Case("a bearer of 15,000 characters", make.plain(b"GET /api/v1/me HTTP/1.1", b"Host: localhost", b"Authorization: Bearer " + b"a" * 15000),
            (401,), stays=True)
    yield Case("a cookie of 15,000 characters", make.plain(b"GET /api/v1/me HTTP/1.1", b"Host: localhost", b"Cookie: tandem_session=" + b"a" * 15000),
            (401,), stays=True)
    yield Case("a target of 4 KiB", make.get(target=b"/" + b"a" * (TOO_LONG - 2)), (404,), stays=True)
    yield Case("a target of 4 KiB and one", make.get(target=b"/" + b"a" * (TOO_LONG - 1)), (414,))
    yield Case("a target of 60,000", make.get(target=b"/" + b"a" * 60000), (414,))
    yield Case("a first line without end", b"GET /" + b"a" * 60000, (414,))
    yield Case("a method without end", b"A" * 60000, (414,))
    yield Case("a path of 2,000 parts", make.get(target=b"/a" * 2000), (404,), stays=True)
    yield Case("a query of 1,000 parameters", make.get(target=make.teams + b"?" + b"&".join(b"a%d" % (i % 10) for i in range(1000))), (422,),
            stays=True)


def smuggling(make):
    """Two readers of the same bytes must never see two sets of requests: the second one acts for somebody else."""
    inner, out = make.inner(), make.sign_out()
    for word, hidden in (("founding", inner), ("sign-out", out)):
        ends = b"0\r\n\r\n" + hidden
        yield bad(f"CL.TE, {word}", make.post(b"Content-Length: %d" % len(ends), b"Transfer-Encoding: chunked", body=ends))
        yield bad(f"TE.CL, {word}", make.post(b"Transfer-Encoding: chunked", b"Content-Length: 4",
                body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(hidden), hidden)))
        yield bad(f"CL.CL, {word}", make.post(b"Content-Length: 18", b"Content-Length: %d" % (18 + len(hidden)), body=BODY + hidden))
        yield bad(f"TE.TE, {word}", make.post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: x", b"Content-Length: %d" % len(ends), body=ends))
        for why, field in (("space", b"Transfer-Encoding : chunked"), ("tab", b"Transfer-Encoding:\tchunked\x0b"),
                ("fold", b"Transfer-Encoding:\r\n chunked"), ("LF", b"X: y\nTransfer-Encoding: chunked"), ("CR", b"X: y\rTransfer-Encoding: chunked"),
                ("x", b"Transfer-Encoding: xchunked"), ("comma", b"Transfer-Encoding: chunked,"), ("cow", b"Transfer-Encoding: cow"),
                ("quotes", b'Transfer-Encoding: "chunked"'), ("NUL", b"Transfer-Encoding: chunked\0"), ("empty", b"Transfer-Encoding:")):
            yield bad(f"CL.TE hidden by {why}, {word}", make.post(field, b"Content-Length: %d" % len(ends), body=ends))
        yield Case(f"a request within a body is a body, {word}", make.member(body=hidden), (400,), stays=True)
        yield Case(f"a request within a chunk is a chunk, {word}", make.member(b"Transfer-Encoding: chunked",
                body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(hidden), hidden)), (400,), stays=True)
        yield Case(f"a request within a refused body, {word}", make.post(b"Content-Type: text/plain", body=hidden, without=(b"Content-Type",)),
                (415,))
        yield Case(f"a request within the body of a read, {word}", make.get(b"Content-Length: %d" % len(hidden)) + hidden, (400,))
        yield Case(f"a request within the body of nothing, {word}", make.post(line=b"POST /nowhere HTTP/1.1", body=hidden), (404,))
        yield Case(f"a request within a body over the cap, {word}", make.post(b"Content-Length: 5000", body=hidden), (413,))
        yield bad(f"a request after a bad one, {word}", make.post(b"A : b") + hidden)
        yield Case(f"a request after Connection: close, {word}", make.member(b"Connection: close") + hidden, (409,))
        yield Case(f"a request after 1.0, {word}", make.member(line=b"POST " + make.teams + b" HTTP/1.0") + hidden, (409,))
        yield Case(f"a request after 1.0 with keep-alive, {word}", make.member(b"Connection: keep-alive",
                line=b"POST " + make.teams + b" HTTP/1.0") + hidden, (409,), is_open=True)
        yield bad(f"a request in an extension, {word}", make.post(b"Transfer-Encoding: chunked", body=b"12;\n" + hidden + BODY + b"\r\n0\r\n\r\n"))
        yield bad(f"a request in a trailer, {word}", make.post(b"Transfer-Encoding: chunked", body=b"0\r\nX: y\r\n" + hidden))
        yield bad(f"a request in a field, {word}", make.post(b"X: y\r\n\n" + hidden))
        yield Case(f"a request after an unmet expectation, {word}", make.post(b"Expect: 200-ok") + hidden, (417,), is_open=True)
        yield Case(f"a request in an encoded line break, {word}", make.get(target=b"/healthz%0d%0a%0d%0a" + hidden.split(b" HTTP")[0].replace(b" ",
                b"%20")), (404,), stays=True)


def pipelines(make):
    good = make.get()
    for why, garbage in (("NULs", bytes(100)), ("0x80", b"\x80" * 50), ("an empty line", b"\r\n\r\n"), ("HTML", b"<html>"), ("spaces", b"   "),
            ("a second version", b"GET / HTTP/9.9\r\n\r\n"), ("a bare LF", make.get().replace(b"\r\n", b"\n"))):
        yield Case(f"a good one, then {why}", good + garbage, (200, 505 if b"9.9" in garbage else 400))
    yield Case("100 good ones at once", good * 100, (200,) * 100, stays=True)
    yield Case("30 good ones, then a bad one, then a change", good * 30 + b"x y\r\n\r\n" + make.inner(), (200,) * 30 + (400,))
    yield Case("good ones with bodies", make.member() * 20, (409,) * 20, stays=True)
    yield Case("HEAD, then GET", make.get().replace(b"GET", b"HEAD", 1) + good, (200, 200), stays=True, methods=("HEAD", "GET"))
    yield Case("reads of nothing", make.get(target=b"/x") * 50, (404,) * 50, stays=True)


def cut_short(make):
    whole = make.post()
    for at in range(1, len(whole)):
        yield Case(f"cut after byte {at}", whole[:at], (), cuts=True)
    yield Case("a good one and half of another", make.get() + whole[:50], (200,), cuts=True)
    yield Case("half-closed after the whole request", make.member(), (409,), cuts=True)


def good_requests(world):
    """None of them changes anything, and none does after a few bytes were changed."""
    make = Builder(world)
    return [make.get(), make.get(b"If-None-Match: W/\"x\"", b"Accept: application/json;q=0.5, */*", target=make.teams + b"?limit=5"),
            make.get(target=make.mine), make.member(),
            make.member(b"Transfer-Encoding: chunked", body=b"5\r\n" + BODY[:5] + b"\r\nd\r\n" + BODY[5:] + b"\r\n0\r\n\r\n"),
            make.member(b"Expect: 100-continue", b"Idempotency-Key: a1b2c3"),
            make.plain(b"HEAD /readyz HTTP/1.1", b"Host: localhost", b"Connection: close"),
            make.plain(b"GET http://localhost/healthz HTTP/1.0", b"Host: localhost")]


def mutations(world, count, seed):
    """Good requests with up to four bytes or pieces flipped, deleted, doubled, put in or moved."""
    chance = random.Random(seed)
    good = good_requests(world)
    telling = [b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\0", b" ", b"\t", b":", b"%", b"/", b"\x80", b"\xff", b"0", b"-", b",", b";", b"chunked",
            b"Content-Length: 5\r\n", b"HTTP/1.1", b"\r\n "]
    for number in range(count):
        data = bytearray(chance.choice(good))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            kind = chance.randrange(6)
            if kind == 0:
                data[at] ^= 1 << chance.randrange(8)
            elif kind == 1:
                del data[at:at + chance.choice((1, 1, 2, 7))]
            elif kind == 2:
                data[at:at] = data[at:at + chance.choice((1, 1, 2, 40))]
            elif kind == 3:
                data[at:at] = chance.choice(telling)
            elif kind == 4:
                data[at] = chance.randrange(256)
            else:
                piece = data[at:at + chance.randint(1, 20)]
                del data[at:at + len(piece)]
                to = chance.randint(0, len(data))
                data[to:to] = piece
        yield f"mutation {number}", bytes(data)
