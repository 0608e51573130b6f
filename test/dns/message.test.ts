/** The DNS codec: it reads what was written, never throws, and keeps its limits. */
import { expect, test } from 'vitest'
import { encodeQuery, type Query, readReply } from '../../src/dns/message.ts'
import type { Records, RecordType } from '../../src/model/resolver.ts'
import { decodeQuery, encodeRecord, encodeReply } from '../support/dns-codec.ts'
import { fc, runs } from '../support/property.ts'

const query: Query = { id: 0x1234, name: 'wWw.exAmple.org', type: 'MX' }
const asked = decodeQuery(encodeQuery(query, { edns: 1232 }))
const samples: { readonly [T in RecordType]: readonly Records[T][] } = {
  A: ['192.0.2.1', '255.255.255.255'],
  AAAA: ['2001:db8::1', '::', '1:2:3:4:5:6:7:8'],
  TXT: [['v=spf1 -all'], ['one', '', 'x'.repeat(255)]],
  MX: [
    { exchange: 'mx.example.org', priority: 10 },
    { exchange: '', priority: 65_535 },
  ],
  PTR: ['host.example.org'],
  NS: ['ns.example.org'],
  CNAME: ['other.example.org'],
}

test.for(Object.keys(samples) as RecordType[])('a record of type %s is read as it was written', type => {
  const own: Query = { ...query, type }
  const records = samples[type].map(record => ({
    owner: own.name,
    type,
    ttl: 60,
    data: encodeRecord(type, record as never),
  }))
  const reply = encodeReply(decodeQuery(encodeQuery(own, { edns: 0 })), { rcode: 0, records })
  expect(readReply(reply, own)).toEqual({
    rcode: 0,
    truncated: false,
    caseMismatch: false,
    referral: false,
    records: samples[type],
    ttl: 60,
  })
})

const whole = encodeReply(asked, {
  rcode: 0,
  records: [
    { owner: query.name, type: 'CNAME', ttl: 9, data: encodeRecord('CNAME', 'mail.example.org') },
    ...samples.MX.map(record => ({
      owner: 'mail.example.org',
      type: 'MX' as const,
      ttl: 7,
      data: encodeRecord('MX', record),
    })),
  ],
})

test('an alias is followed, and the TTL is the least on the way', () => {
  expect(readReply(whole, query)).toMatchObject({ records: samples.MX, ttl: 7 })
})

test('a reply that is cut off anywhere is malformed or foreign, never a shorter answer', () => {
  const cuts = Array.from({ length: whole.length }, (_, length) => readReply(whole.subarray(0, length), query))
  expect(new Set(cuts)).toEqual(new Set(['foreign', 'malformed']))
})

test('aliases in a loop give no record', () => {
  const circle = ['a.example', 'b.example', query.name.toLowerCase()]
  const records = circle.map((to, index) => ({
    owner: circle.at(index - 1) ?? '',
    type: 'CNAME' as const,
    ttl: 1,
    data: encodeRecord('CNAME', to),
  }))
  expect(readReply(encodeReply(asked, { rcode: 0, records }), query)).toMatchObject({ rcode: 0, records: [] })
})

test('a malformed record does not invalidate the others', () => {
  const good = {
    owner: query.name,
    type: 'MX' as const,
    ttl: 1,
    data: encodeRecord('MX', { exchange: 'mx.a', priority: 1 }),
  }
  const records = [{ ...good, data: Buffer.of(0) }, good]
  expect(readReply(encodeReply(asked, { rcode: 0, records }), query)).toMatchObject({
    records: [{ exchange: 'mx.a', priority: 1 }],
  })
})

test('a dot inside a label does not end it', () => {
  const data = Buffer.concat([Buffer.of(0, 1, 15), Buffer.from('bank.example\0ab'), Buffer.of(0)])
  const records = [{ owner: query.name, type: 'MX' as const, ttl: 1, data }]
  expect(readReply(encodeReply(asked, { rcode: 0, records }), query)).toMatchObject({
    records: [{ exchange: 'bank\\.example\0ab', priority: 1 }],
  })
})

test('arbitrary bytes after the right id never throw', () => {
  const head = whole.subarray(0, 12 + asked.question.length)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(8), (raw, counts) => {
      const bytes = Buffer.concat([head, raw])
      bytes.writeUInt16BE(counts, 6)
      readReply(bytes, query)
      readReply(Buffer.concat([head.subarray(0, 2), raw]), query)
      readReply(Buffer.from(raw), query)
    }),
    { numRuns: runs(5_000) },
  )
})

test('a reply with changed bytes is read or refused, and its records are bounded', () => {
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255))
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), changes => {
      const bytes = Buffer.from(whole)
      for (const [at, byte] of changes) bytes.writeUInt8(byte, at)
      const said = readReply(bytes, query)
      if (typeof said !== 'string') expect(said.records.length).toBeLessThanOrEqual(3)
    }),
    { numRuns: runs(5_000) },
  )
})

test('a thousand names of pointer chains cost linear time, and later records are not read', () => {
  const chain = Buffer.alloc(2 * 120)
  const start = 12 + asked.question.length + 11
  for (let link = 0; link < 120; link += 1)
    chain.writeUInt16BE(0xc000 + (link === 0 ? 12 : start + 2 * link - 2), 2 * link)
  const first = Buffer.concat([Buffer.of(0, 0, 16, 0, 1, 0, 0, 0, 1), Buffer.of(0, chain.length), chain])
  const pointer = 0xc000 + start + chain.length - 2
  const record = Buffer.of(pointer >> 8, pointer & 255, 0, 15, 0, 1, 0, 0, 0, 1, 0, 0)
  const bytes = Buffer.concat([whole.subarray(0, 12 + asked.question.length), first, ...Array(999).fill(record)])
  bytes.writeUInt16BE(1_000, 6)
  const began = process.cpuUsage()
  for (let run = 0; run < 10; run += 1) readReply(bytes, query)
  const { user } = process.cpuUsage(began)
  // Ten replies of 1000 names with 120 jumps each; measured 1.5 ms a reply.
  expect(user / 10_000).toBeLessThan(200)
  bytes.writeUInt16BE(60_000, 6)
  expect(readReply(bytes, query)).toMatchObject({ rcode: 0 })
})

const mx = (ttl: number, owner = query.name) => ({
  owner,
  type: 'MX' as const,
  ttl,
  data: encodeRecord('MX', { exchange: 'mx.example.org', priority: 1 }),
})

test.for([
  [0, 0],
  [1, 1],
  [0x7fff_ffff, 0x7fff_ffff],
  [0x8000_0000, 0],
  [0xffff_ffff, 0],
] as const)('RFC 2181 §8: a TTL of %i is read as %i', ([written, ttl]) => {
  expect(readReply(encodeReply(asked, { rcode: 0, records: [mx(written)] }), query)).toMatchObject({ ttl })
  expect(readReply(encodeReply(asked, { rcode: 0, records: [mx(60), mx(written)] }), query)).toMatchObject({
    ttl: Math.min(60, ttl),
  })
})

test.for([
  [16, 1],
  [17, 0],
] as const)('of %i aliases in a row %i record is found', ([length, count]) => {
  const names = [query.name, ...Array.from({ length }, (_, index) => `a${index}.example`)]
  const aliases = names.slice(1).map((to, index) => ({
    owner: names[index] ?? '',
    type: 'CNAME' as const,
    ttl: 5,
    data: encodeRecord('CNAME', to),
  }))
  const reply = encodeReply(asked, { rcode: 0, records: [...aliases, mx(60, names.at(-1))] })
  const read = readReply(reply, query)
  expect(typeof read === 'string' ? read : read.records.length).toBe(count)
})

test.for([
  [63, true],
  [64, false],
] as const)('a label of %i bytes is read: %s', ([length, isRead]) => {
  const data = Buffer.concat([Buffer.of(0, 1, length), Buffer.alloc(length, 'a'), Buffer.of(0)])
  const read = readReply(encodeReply(asked, { rcode: 0, records: [{ ...mx(1), data }] }), query)
  expect(read).toMatchObject({ records: isRead ? [{ exchange: 'a'.repeat(length) }] : [] })
})

test.for([
  [255, true],
  [256, false],
] as const)('a name of %i bytes is read: %s', ([length, isRead]) => {
  // Three labels of 63, one of the rest, and the root: 3 * 64 + 1 + last + 1.
  const labels = [63, 63, 63, length - 194].flatMap(size => [Buffer.of(size), Buffer.alloc(size, 'a')])
  const data = Buffer.concat([Buffer.of(0, 1), ...labels, Buffer.of(0)])
  const read = readReply(encodeReply(asked, { rcode: 0, records: [{ ...mx(1), data }] }), query)
  expect(typeof read === 'string' ? read : read.records.length).toBe(isRead ? 1 : 0)
})
