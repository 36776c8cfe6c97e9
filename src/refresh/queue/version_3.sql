-- A queue as the version before `successor` has left it: with each kind, each stage of a task and
-- the tables of that time. It must stay readable.
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    source TEXT NOT NULL,
    api TEXT NOT NULL,
    way TEXT NOT NULL,
    asked TEXT NOT NULL,
    mark TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    begun INTEGER NOT NULL,
    stage TEXT NOT NULL,
    part INTEGER NOT NULL DEFAULT 1,
    planned_searches INTEGER NOT NULL DEFAULT 0,
    planned_records INTEGER NOT NULL DEFAULT 0,
    planned_items INTEGER NOT NULL DEFAULT 0,
    made INTEGER NOT NULL DEFAULT 0,
    retried INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE task (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    kind TEXT NOT NULL,
    orcid TEXT NOT NULL,
    what TEXT NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL DEFAULT 0,
    known INTEGER,
    sent INTEGER NOT NULL DEFAULT 0,
    doubted INTEGER NOT NULL DEFAULT 0,
    part INTEGER,
    code TEXT,
    answered INTEGER,
    body BLOB,
    UNIQUE (run, kind, orcid, what)
) STRICT;
CREATE INDEX waiting ON task (run, not_before, id) WHERE state = 0;
CREATE INDEX planned ON task (run, kind, id) WHERE state = 4;
CREATE TABLE found (run INTEGER NOT NULL, how TEXT NOT NULL, orcid TEXT NOT NULL,
    PRIMARY KEY (run, how, orcid)) STRICT, WITHOUT ROWID;
CREATE TABLE held (run INTEGER NOT NULL, orcid TEXT NOT NULL, kind TEXT NOT NULL, put_code INTEGER NOT NULL,
    modified INTEGER, PRIMARY KEY (run, orcid, kind, put_code)) STRICT, WITHOUT ROWID;
CREATE TABLE leaving (run INTEGER NOT NULL, orcid TEXT NOT NULL, kind TEXT NOT NULL, put_code INTEGER NOT NULL,
    PRIMARY KEY (run, orcid, kind, put_code)) STRICT, WITHOUT ROWID;
CREATE TABLE member (scope TEXT NOT NULL, orcid TEXT NOT NULL, PRIMARY KEY (scope, orcid)) STRICT, WITHOUT ROWID;
CREATE TABLE unread (scope TEXT NOT NULL, orcid TEXT NOT NULL, PRIMARY KEY (scope, orcid)) STRICT, WITHOUT ROWID;
CREATE TABLE tally (run INTEGER NOT NULL, code TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (run, code)) STRICT, WITHOUT ROWID;
CREATE TABLE quota (client TEXT NOT NULL, day INTEGER NOT NULL, used INTEGER NOT NULL, ended_until INTEGER,
    last INTEGER, PRIMARY KEY (client, day)) STRICT, WITHOUT ROWID;
CREATE TABLE dataset (only INTEGER PRIMARY KEY CHECK (only = 1), mark TEXT NOT NULL) STRICT;
CREATE TABLE removed (run INTEGER NOT NULL, orcid TEXT NOT NULL,
    PRIMARY KEY (run, orcid)) STRICT, WITHOUT ROWID;
CREATE TABLE listed (run INTEGER NOT NULL, orcid TEXT NOT NULL, kind TEXT NOT NULL, put_code INTEGER NOT NULL,
    modified INTEGER NOT NULL, PRIMARY KEY (run, orcid, kind, put_code)) STRICT, WITHOUT ROWID;
PRAGMA user_version = 3;
INSERT INTO run (id, scope, source, api, way, asked, mark, since, until, begun, stage, planned_searches, planned_records,
    planned_items, made, retried) VALUES
    (1, 'all', 'api-1', 'https://a', 'each', 'None', '{}', 5, 9, 7, 'fetch', 1, 4, 4, 6, 1);
INSERT INTO task (id, run, kind, orcid, what, state, tries, not_before, known, doubted, code, body) VALUES
    (1, 1, 'search', '', '{"how":"there","query":"a","low":0,"high":1,"named":0}', 0, 2, 0, NULL, 0, 'busy', NULL),
    (2, 1, 'record', '0000-0002-1825-0097', '', 1, 1, 0, 4, 1, NULL, NULL),
    (3, 1, 'record', '0000-0001-5109-3700', '', 2, 0, 0, NULL, 0, 'deprecated',
        X'78016D8DD10A83300C457F25F81EDBE9D8B074FD863DFA5A6AE6066A4652619FAFE8061B2C90CBE5DC70E34984C56D0AAF719874F797828AE0F77056121C4935F614AE03452510BA9140668829F13C6507F79C9FEA8C61498FAE64E98D5D07D7ADF0706A8E58D5755B7AF3A7F3FD674B307147A1B1F6FC39FDC23F282C6C0A417C'),
    (4, 1, 'record', '0000-0002-1694-233X', '', 3, 6, 0, NULL, 0, 'locked', NULL),
    (5, 1, 'record', '0000-0002-9079-593X', '', 4, 0, 0, 3, 0, NULL, NULL),
    (6, 1, 'works', '0000-0002-1825-0097', '1,2', 4, 0, 0, NULL, 0, NULL, NULL),
    (7, 1, 'item', '0000-0002-1825-0097', 'work/3', 5, 0, 0, NULL, 0, 'not-found', NULL),
    (8, 1, 'item', '0000-0002-1825-0097', 'peer-review/4', 6, 0, 0, NULL, 1, 'not-found', NULL),
    (9, 1, 'item', '0000-0001-5109-3700', 'employment/5', 2, 0, 0, NULL, 0, 'item', X'7801B349D4B7030002B3010B'),
    (10, 1, 'listing', '0000-0001-5109-3700', '', 2, 0, 0, NULL, 0, 'record', NULL);
INSERT INTO found (run, how, orcid) VALUES
    (1, 'changed', '0000-0002-1825-0097'), (1, 'there', '0000-0002-1694-233X'), (1, 'primary', '0000-0002-1694-233X');
INSERT INTO held (run, orcid, kind, put_code, modified) VALUES (1, '0000-0002-1825-0097', 'work', 3, 10);
INSERT INTO listed (run, orcid, kind, put_code, modified) VALUES (1, '0000-0002-1825-0097', 'work', 3, 20);
INSERT INTO leaving (run, orcid, kind, put_code) VALUES (1, '0000-0001-5109-3700', 'work', 6);
INSERT INTO removed (run, orcid) VALUES (1, '0000-0001-5109-3700');
INSERT INTO member (scope, orcid) VALUES ('all', '0000-0002-1825-0097');
INSERT INTO unread (scope, orcid) VALUES ('all', '0000-0002-1694-233X');
INSERT INTO tally (run, code, count) VALUES (1, 'missing-results', 2), (1, 'record', 1);
INSERT INTO quota (client, day, used, ended_until, last) VALUES ('one', 0, 3, NULL, 8);
INSERT INTO dataset (only, mark) VALUES (1, '{"mark":1}');
