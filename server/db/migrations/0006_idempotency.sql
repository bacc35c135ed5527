-- Answers that are kept for a day, so that a repeat with the same Idempotency-Key gets them instead of changing things
-- again (server/http/idempotency.h). Written in the savepoint of the change that they answer.
create table idempotency_keys (
  id integer primary key,
  person_id integer not null references people,
  key_hash blob not null,                 -- BLAKE2b of method, path, query and key; the key itself is nowhere
  body_hash blob not null,                -- BLAKE2b of the key and the SHA-256 of the body: not to be guessed without the key
  request text not null,                  -- method, path and query: for the person's export
  status integer not null,
  content_type text,                      -- null: no body
  headers text not null,                  -- "Name: value" and a line feed each
  body text not null,
  bytes integer not null,                 -- of headers and body
  at integer not null
) strict;
create unique index idempotency_keys_by_key on idempotency_keys (person_id, key_hash);
create index idempotency_keys_by_person on idempotency_keys (person_id, at, bytes);
create index idempotency_keys_by_age on idempotency_keys (at);
