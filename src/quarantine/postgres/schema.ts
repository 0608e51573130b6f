/** The tables of a quarantine in PostgreSQL. */
import type { Migrations } from '../../postgres/migrate.ts'

const FIRST = `
CREATE TABLE held_messages (
  id text PRIMARY KEY, time bigint NOT NULL, expires bigint NOT NULL, size bigint NOT NULL, kind text NOT NULL,
  details bytea NOT NULL, kept smallint NOT NULL DEFAULT 1, spent bigint
);
CREATE INDEX ON held_messages (expires);
CREATE INDEX ON held_messages (spent) WHERE kept = 1 AND spent IS NOT NULL;
CREATE TABLE held_recipients (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, message text NOT NULL, position integer NOT NULL,
  name text NOT NULL, domain text NOT NULL, kind text NOT NULL, time bigint NOT NULL, address bytea NOT NULL,
  state text NOT NULL, by text, role text, why text, at bigint, size bigint NOT NULL, expires bigint NOT NULL,
  pending text, trained text, allowed bytea, UNIQUE (message, name)
);
CREATE INDEX ON held_recipients (name, number);
CREATE INDEX ON held_recipients (domain, number);
CREATE INDEX ON held_recipients (state, number);
CREATE INDEX ON held_recipients (expires) WHERE state = 'held';
CREATE INDEX ON held_recipients (at) WHERE pending IS NOT NULL;
CREATE TABLE held_names (name text PRIMARY KEY, messages bigint NOT NULL, bytes bigint NOT NULL);
CREATE TABLE held_usage (messages bigint NOT NULL, bytes bigint NOT NULL);
INSERT INTO held_usage VALUES (0, 0);
CREATE TABLE held_chunks (
  message text NOT NULL, number integer NOT NULL, is_last boolean NOT NULL, bytes bytea NOT NULL,
  time timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (message, number)
);
ALTER TABLE held_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE INDEX ON held_chunks (time) WHERE number = 0;
`

export const QUARANTINE_TABLES: Migrations = { name: 'quarantine', steps: [FIRST] }
