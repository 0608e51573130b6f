-- The event stream of postern in ClickHouse: one line of JSON in, one row out. docs/reference/events.md describes the fields.
-- clickhouse-client --multiquery < clickhouse.sql
CREATE DATABASE IF NOT EXISTS postern;

-- What is inserted here is read by the view below and not kept.
CREATE TABLE IF NOT EXISTS postern.lines (line String) ENGINE = Null;

CREATE TABLE IF NOT EXISTS postern.events
(
  time DateTime64(3, 'UTC'),
  type LowCardinality(String),
  ref String,
  transaction UInt16,
  node LowCardinality(String),
  ip String,
  client LowCardinality(String),
  helo String,
  reversePath String,
  recipient String,
  stage LowCardinality(String),
  verdict LowCardinality(String),
  dryRun LowCardinality(String),
  tagged UInt8,
  score Float32,
  rules Array(LowCardinality(String)),
  replyCode UInt16,
  replyText String,
  accepted UInt16,
  refused UInt16,
  size UInt64,
  fromAddress String,
  messageId String,
  queueId String,
  fingerprint String,
  spf LowCardinality(String),
  dmarc LowCardinality(String),
  dmarcDomain String,
  result LowCardinality(String),
  nextHop LowCardinality(String),
  deliveryCode UInt16,
  ms Float64,
  label LowCardinality(String),
  person String,
  action LowCardinality(String),
  target String,
  code LowCardinality(String),
  reason String,
  level LowCardinality(String),
  -- The whole event: what has no column is read from it.
  line String CODEC(ZSTD(6)),
  INDEX ref_bloom ref TYPE bloom_filter(0.01) GRANULARITY 4,
  INDEX ip_bloom ip TYPE bloom_filter(0.01) GRANULARITY 4,
  INDEX sender_bloom reversePath TYPE bloom_filter(0.01) GRANULARITY 4,
  INDEX message_bloom messageId TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(time)
ORDER BY (type, recipient, time)
TTL toDateTime(time) + INTERVAL 90 DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS postern.reading TO postern.events AS
SELECT
  fromUnixTimestamp64Milli(JSONExtractInt(line, 'time'), 'UTC') AS time,
  JSONExtractString(line, 'type') AS type,
  JSONExtractString(line, 'ref') AS ref,
  toUInt16(JSONExtractUInt(line, 'transaction')) AS transaction,
  JSONExtractString(line, 'node') AS node,
  JSONExtractString(line, 'ip') AS ip,
  JSONExtractString(line, 'client') AS client,
  JSONExtractString(line, 'helo') AS helo,
  JSONExtractString(line, 'reversePath') AS reversePath,
  JSONExtractString(line, 'recipient') AS recipient,
  JSONExtractString(line, 'stage') AS stage,
  JSONExtractString(line, 'verdict') AS verdict,
  JSONExtractString(line, 'dryRun') AS dryRun,
  JSONExtractBool(line, 'tagged') AS tagged,
  toFloat32(JSONExtractFloat(line, 'score')) AS score,
  arrayMap(finding -> JSONExtractString(finding, 'rule'), JSONExtractArrayRaw(line, 'findings')) AS rules,
  toUInt16(JSONExtractUInt(line, 'reply', 'code')) AS replyCode,
  JSONExtractString(line, 'reply', 'text') AS replyText,
  toUInt16(JSONExtractUInt(line, 'accepted')) AS accepted,
  toUInt16(JSONExtractUInt(line, 'refused')) AS refused,
  JSONExtractUInt(line, 'size') AS size,
  JSONExtractString(line, 'from') AS fromAddress,
  JSONExtractString(line, 'messageId') AS messageId,
  JSONExtractString(line, 'queueId') AS queueId,
  JSONExtractString(line, 'fingerprint') AS fingerprint,
  JSONExtractString(line, 'spf', 'result') AS spf,
  JSONExtractString(line, 'dmarc', 'result') AS dmarc,
  JSONExtractString(line, 'dmarc', 'domain') AS dmarcDomain,
  JSONExtractString(line, 'result') AS result,
  JSONExtractString(line, 'nextHop') AS nextHop,
  if(JSONExtractString(line, 'type') = 'delivery', toUInt16(JSONExtractUInt(line, 'code')), 0) AS deliveryCode,
  JSONExtractFloat(line, 'ms') AS ms,
  JSONExtractString(line, 'label') AS label,
  JSONExtractString(line, 'by') AS person,
  JSONExtractString(line, 'action') AS action,
  JSONExtractString(line, 'target') AS target,
  if(JSONExtractString(line, 'type') = 'notice', JSONExtractString(line, 'code'), '') AS code,
  JSONExtractString(line, 'reason') AS reason,
  JSONExtractString(line, 'level') AS level,
  line
FROM postern.lines;
