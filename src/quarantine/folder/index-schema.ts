/** The tables of the index: which messages are held for whom. */
import type { FileKind } from '../../sqlite/file.ts'

/** 'held': the id that tells the index from a database of another program. */
const APPLICATION = 0x68656c64

const FIRST = `
CREATE TABLE messages (
  id TEXT PRIMARY KEY, time INTEGER NOT NULL, expires INTEGER NOT NULL, size INTEGER NOT NULL, kind TEXT NOT NULL,
  details BLOB NOT NULL, kept INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;
CREATE INDEX by_end ON messages (expires);
CREATE TABLE recipients (
  number INTEGER PRIMARY KEY, message TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, domain TEXT NOT NULL,
  kind TEXT NOT NULL, time INTEGER NOT NULL, address BLOB NOT NULL, state TEXT NOT NULL, by TEXT, why TEXT, at INTEGER
) STRICT;
CREATE UNIQUE INDEX by_message ON recipients (message, name);
CREATE INDEX by_name ON recipients (name, number);
CREATE INDEX by_domain ON recipients (domain, number);
CREATE INDEX by_state ON recipients (state, number);
CREATE TABLE usage (messages INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
INSERT INTO usage VALUES (0, 0);
CREATE TRIGGER message_added AFTER INSERT ON messages
  BEGIN UPDATE usage SET messages = messages + 1, bytes = bytes + new.size; END;
CREATE TRIGGER file_dropped AFTER UPDATE OF kept ON messages WHEN old.kept = 1 AND new.kept = 0
  BEGIN UPDATE usage SET messages = messages - 1, bytes = bytes - old.size; END;
CREATE TRIGGER message_removed AFTER DELETE ON messages WHEN old.kept = 1
  BEGIN UPDATE usage SET messages = messages - 1, bytes = bytes - old.size; END;
`

/** Budgets of recipients, what follows a decision, and when the last recipient was decided on. */
const SECOND = `
ALTER TABLE messages ADD COLUMN spent INTEGER;
ALTER TABLE recipients ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recipients ADD COLUMN expires INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recipients ADD COLUMN role TEXT;
ALTER TABLE recipients ADD COLUMN pending TEXT;
ALTER TABLE recipients ADD COLUMN trained TEXT;
ALTER TABLE recipients ADD COLUMN allowed BLOB;
UPDATE recipients SET (size, expires) = (SELECT messages.size, messages.expires FROM messages WHERE id = message);
UPDATE messages SET spent = time WHERE NOT EXISTS (
  SELECT 1 FROM recipients WHERE message = id AND state IN ('held', 'releasing'));
CREATE INDEX by_spent ON messages (spent) WHERE kept = 1 AND spent IS NOT NULL;
CREATE INDEX by_recipient_end ON recipients (expires) WHERE state = 'held';
CREATE INDEX by_pending ON recipients (at) WHERE pending IS NOT NULL;
CREATE TABLE names (name TEXT PRIMARY KEY, messages INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO names SELECT name, count(*), sum(size) FROM recipients WHERE state = 'held' GROUP BY name;
CREATE TRIGGER held_added AFTER INSERT ON recipients WHEN new.state = 'held' BEGIN
  INSERT INTO names VALUES (new.name, 1, new.size) ON CONFLICT (name) DO UPDATE
    SET messages = messages + 1, bytes = bytes + excluded.bytes; END;
CREATE TRIGGER held_again AFTER UPDATE OF state ON recipients WHEN old.state <> 'held' AND new.state = 'held' BEGIN
  INSERT INTO names VALUES (new.name, 1, new.size) ON CONFLICT (name) DO UPDATE
    SET messages = messages + 1, bytes = bytes + excluded.bytes; END;
CREATE TRIGGER held_decided AFTER UPDATE OF state ON recipients WHEN old.state = 'held' AND new.state <> 'held' BEGIN
  UPDATE names SET messages = messages - 1, bytes = bytes - old.size WHERE name = old.name;
  DELETE FROM names WHERE name = old.name AND messages <= 0; END;
CREATE TRIGGER held_removed AFTER DELETE ON recipients WHEN old.state = 'held' BEGIN
  UPDATE names SET messages = messages - 1, bytes = bytes - old.size WHERE name = old.name;
  DELETE FROM names WHERE name = old.name AND messages <= 0; END;
`

/** A commit survives a loss of power: a client that got 250 does not send the message again. */
export const INDEX: FileKind = {
  application: APPLICATION,
  version: 2,
  schema: FIRST,
  upgrades: [SECOND],
  pragmas: 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216',
  timeout: 5_000,
}
