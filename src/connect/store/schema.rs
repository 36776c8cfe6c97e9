//! The tables of the database.

/// The version of the tables; a database of another one is refused.
pub const VERSION: i64 = 2;

/// What a database of version 1 lacks: when somebody began to mail an invitation.
pub const FROM_1: &str = "ALTER TABLE invitation ADD COLUMN sending INTEGER";

/// Times are microseconds since 1970. `digest` columns are SHA-256 of words that only their holders
/// know; `sealed` columns are encrypted with the key `key_id`.
pub const SCHEMA: &str = "
CREATE TABLE person (
    id INTEGER PRIMARY KEY,
    local_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    given_names TEXT NOT NULL,
    family_names TEXT NOT NULL,
    email TEXT NOT NULL,
    language TEXT NOT NULL,
    listed_orcid TEXT,
    denied INTEGER,
    created INTEGER NOT NULL
) STRICT;
CREATE TABLE invitation (
    id INTEGER PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person (id),
    digest BLOB NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    sent INTEGER,
    used INTEGER,
    withdrawn INTEGER,
    sending INTEGER
) STRICT;
CREATE INDEX invitation_of ON invitation (person);
CREATE TABLE flow (
    id INTEGER PRIMARY KEY,
    state_digest BLOB NOT NULL UNIQUE,
    session_digest BLOB NOT NULL,
    person INTEGER NOT NULL REFERENCES person (id),
    nonce TEXT NOT NULL,
    scope TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    used INTEGER
) STRICT;
CREATE INDEX flow_of ON flow (session_digest);
CREATE TABLE link (
    id INTEGER PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person (id),
    orcid TEXT NOT NULL,
    name TEXT,
    scope TEXT NOT NULL,
    client_id TEXT NOT NULL,
    issuer TEXT NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    expires INTEGER,
    UNIQUE (person, orcid)
) STRICT;
CREATE UNIQUE INDEX one_person_each ON link (orcid) WHERE state IN ('connected', 'permission lost', 'to confirm');
CREATE UNIQUE INDEX one_orcid_each ON link (person) WHERE state IN ('connected', 'permission lost');
CREATE TABLE token (
    id INTEGER PRIMARY KEY,
    link INTEGER REFERENCES link (id),
    client_id TEXT NOT NULL,
    orcid TEXT NOT NULL,
    kind TEXT NOT NULL,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER
) STRICT;
CREATE INDEX token_of ON token (link);
CREATE TABLE history (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    person INTEGER NOT NULL REFERENCES person (id),
    orcid TEXT,
    event TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX history_of ON history (person, id);
CREATE TABLE revocation (
    id INTEGER PRIMARY KEY,
    person INTEGER NOT NULL,
    client_id TEXT NOT NULL,
    orcid TEXT NOT NULL,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try INTEGER NOT NULL,
    fault TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE hook (
    id INTEGER PRIMARY KEY,
    orcid TEXT NOT NULL UNIQUE,
    digest BLOB NOT NULL UNIQUE,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    state TEXT NOT NULL,
    changed INTEGER NOT NULL,
    marked INTEGER,
    calls INTEGER NOT NULL DEFAULT 0,
    last_call INTEGER
) STRICT;
CREATE TABLE session (
    digest BLOB PRIMARY KEY,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";
