/** The resolver against servers that lie, cut, loop and fall silent. */
import { createSocket } from 'node:dgram'
import { afterEach, describe, expect, test } from 'vitest'
import { type ResolverOptions, resolver } from '../../src/dns/node.ts'
import { encodeRecord, encodeReply, type Query, type Served } from '../support/dns-codec.ts'
import { dnsLiar, type Liar, type ReceivedQuery } from '../support/dns-liar.ts'
import { handClock } from '../support/hand-clock.ts'

const liars: Liar[] = []
afterEach(async () => {
  await Promise.all(liars.splice(0).map(liar => liar.close()))
})
const liar = async (say: (query: ReceivedQuery) => readonly (Buffer | 'close')[]): Promise<Liar> => {
  const made = await dnsLiar(say)
  liars.push(made)
  return made
}
const dns = ({ address }: Liar, options: ResolverOptions = {}) =>
  resolver({ servers: [address], timeout: '5s', cache: { entries: 0 }, ...options })

const text = (owner: string, value: string, ttl = 300): Served => ({
  owner,
  type: 'TXT',
  ttl,
  data: encodeRecord('TXT', [value]),
})
const answer = (query: Query, records: readonly Served[] = [text(query.name, 'true')]) =>
  encodeReply(query, { rcode: 0, records })
const cut = (query: Query) => encodeReply(query, { rcode: 0, truncated: true, records: [] })
const isTrue = { kind: 'answer', records: [['true']] }

describe('a forged reply', () => {
  test.for<[string, (query: ReceivedQuery) => Buffer]>([
    ['with another id', query => answer({ ...query, id: query.id ^ 1 }, [text(query.name, 'false')])],
    ['to another question', query => answer({ ...query, question: otherQuestion(query) }, [text(query.name, 'false')])],
    ['that is a question itself', query => Buffer.from(query.packet)],
    ['of one byte', () => Buffer.of(0)],
    ['of nothing', () => Buffer.alloc(0)],
  ])('%s is passed over, and the true one that follows is taken', async ([, forge]) => {
    const server = await liar(query => [forge(query), answer(query)])
    expect(await dns(server).resolve('example.org', 'TXT')).toEqual(isTrue)
  })

  test('from another port is never seen', async () => {
    const stranger = createSocket('udp4')
    const ports: number[] = []
    const server = await liar(query => (query.how === 'tcp' ? [] : []))
    const udp = createSocket('udp4')
    await new Promise<void>(done => udp.bind(0, '127.0.0.1', done))
    udp.on('message', (packet, { port }) => {
      ports.push(port)
      const query = {
        ...server.received[0],
        id: packet.readUInt16BE(0),
        name: 'example.org',
        question: packet.subarray(12, 29),
      }
      const forged = answer(query as Query, [text('example.org', 'false')])
      stranger.send(forged, port, '127.0.0.1', () => udp.send(answer(query as Query), port, '127.0.0.1'))
    })
    const address = `127.0.0.1:${udp.address().port}`
    expect(await resolver({ servers: [address], timeout: '5s' }).resolve('example.org', 'TXT')).toEqual(isTrue)
    expect(ports).toHaveLength(1)
    udp.close()
    stranger.close()
  })

  test('that lost the case of the letters is asked for again over TCP', async () => {
    const lower = (query: ReceivedQuery) => Buffer.from(query.question.toString('latin1').toLowerCase(), 'latin1')
    const server = await liar(query =>
      query.how === 'udp'
        ? [answer({ ...query, question: lower(query) }, [text(query.name, 'false')])]
        : [answer(query)],
    )
    // Thirty letters that all fall in lower case by chance are not met with.
    const name = `${'abcdefghijklmno'.repeat(2)}.example.org`
    expect(await dns(server).resolve(name, 'TXT')).toEqual(isTrue)
    expect(server.received.map(({ how }) => how)).toEqual(['udp', 'tcp'])
  })

  test('about another name brings no record in', async () => {
    const server = await liar(query => [answer(query, [text('bank.example', 'false'), text(query.name, 'true')])])
    expect(await dns(server).resolve('example.org', 'TXT')).toEqual(isTrue)
  })

  test('names and ids differ from question to question', async () => {
    const server = await liar(query => [answer(query)])
    const asking = dns(server)
    for (let index = 0; index < 20; index += 1) await asking.resolve('a-name-of-many-letters.example.org', 'TXT')
    expect(new Set(server.received.map(({ id }) => id)).size).toBeGreaterThan(15)
    expect(new Set(server.received.map(({ name }) => name)).size).toBeGreaterThan(15)
  })
})

describe('what a server may say', () => {
  test.for(Array.from({ length: 16 }, (_, rcode) => rcode))('A15 rcode %i is taken for what it is', async rcode => {
    const server = await liar(query => [encodeReply(query, { rcode, records: [] })])
    const types = ['A', 'AAAA', 'TXT', 'MX', 'PTR', 'NS', 'CNAME'] as const
    const answers = await Promise.all(types.map(type => dns(server).resolve('example.org', type)))
    const [kind] = new Set(answers.map(found => found.kind))
    expect(kind).toBe(rcode === 0 ? 'nodata' : rcode === 3 ? 'nxdomain' : 'failure')
    const causes = new Set(answers.map(found => (found.kind === 'failure' ? found.cause : '')))
    expect([...causes]).toEqual([{ 0: '', 3: '', 1: 'malformed', 5: 'refused' }[rcode] ?? 'servfail'])
  })

  test('A15 an answer that is cut over TCP too is a failure, never "no record"', async () => {
    const server = await liar(query => [cut(query)])
    expect(await dns(server).resolve('example.org', 'MX')).toEqual({
      kind: 'failure',
      cause: 'malformed',
      detail: 'the answer to example.org MX is truncated over TCP too',
    })
  })

  test('A15 a server that only refers to others is a failure, never "no record"', async () => {
    const server = await liar(query => {
      const referral = answer(query, [
        { owner: 'org', type: 'NS', ttl: 300, data: encodeRecord('NS', 'ns.example.org') },
      ])
      // From the answers to the authorities.
      referral.writeUInt16BE(0, 6)
      referral.writeUInt16BE(1, 8)
      return [referral]
    })
    expect(await dns(server).resolve('example.org', 'TXT')).toMatchObject({ kind: 'failure', cause: 'servfail' })
  })

  test('a server that cannot read additional records is asked without', async () => {
    const server = await liar(query => [query.edns ? encodeReply(query, { rcode: 1, records: [] }) : answer(query)])
    expect(await dns(server).resolve('example.org', 'TXT')).toEqual(isTrue)
    expect(server.received.map(({ edns }) => edns)).toEqual([true, false])
  })

  test('a question that is lost is sent again', async () => {
    let count = 0
    const server = await liar(query => {
      count += 1
      return count === 1 ? [] : [answer(query)]
    })
    expect(await dns(server, { timeout: 900 }).resolve('example.org', 'TXT')).toEqual(isTrue)
  })

  test('64 KB of texts over TCP are read whole: no sender is deferred for ever because of many records', async () => {
    const whole = (query: ReceivedQuery) =>
      answer(
        query,
        Array.from({ length: 15 }, () => text(query.name, 'x'.repeat(4_000))),
      )
    const server = await liar(query => [query.how === 'udp' ? cut(query) : whole(query)])
    const found = await dns(server).resolve('example.org', 'TXT')
    expect(found.kind === 'answer' && found.records).toHaveLength(15)
  })

  test.for<[string, number]>([
    ['itself', 0],
    ['what comes after it', 40],
  ])('a name that points to %s is malformed', async ([, ahead]) => {
    const server = await liar(query => {
      const reply = answer(query)
      const at = 12 + query.question.length
      reply.writeUInt16BE(0xc000 + at + ahead, at)
      return [reply]
    })
    expect(await dns(server).resolve('example.org', 'TXT')).toMatchObject({ kind: 'failure', cause: 'malformed' })
  })

  test('the server that answered is asked first the next time', async () => {
    const broken = await liar(query => [encodeReply(query, { rcode: 2, records: [] })])
    const sound = await liar(query => [answer(query)])
    const both = resolver({ servers: [broken.address, sound.address], timeout: '5s', cache: { entries: 0 } })
    for (let index = 0; index < 3; index += 1) expect(await both.resolve('example.org', 'TXT')).toEqual(isTrue)
    expect([broken.received.length, sound.received.length]).toEqual([1, 3])
  })
})

test('an MX that is no host name is no MX, so that an address beside it is used', async () => {
  const data = Buffer.concat([Buffer.of(0, 10, 10), Buffer.from('not a host'), Buffer.of(0)])
  const server = await liar(query => [answer(query, [{ owner: query.name, type: 'MX', ttl: 1, data }])])
  expect(await dns(server).resolve('example.org', 'MX')).toEqual({ kind: 'nodata' })
})

describe('an old or odd server', () => {
  const lower = (query: ReceivedQuery) => Buffer.from(query.question.toString('latin1').toLowerCase(), 'latin1')
  const upper = (query: ReceivedQuery) =>
    Buffer.from(
      query.question.toString('latin1').replace(/[a-z]{2,}/g, l => l.toUpperCase()),
      'latin1',
    )
  const name = `${'abcdefghijklmno'.repeat(2)}.example.org`
  const form = ({ how, edns }: ReceivedQuery) => `${how}${edns ? ' edns' : ''}`

  test.for<[string, (query: ReceivedQuery) => Buffer]>([
    ['lower', lower],
    ['upper', upper],
  ])(
    'that writes every question in %s case, over TCP too, is believed over TCP, and then over UDP',
    async ([, change]) => {
      const server = await liar(query => [answer({ ...query, question: change(query) })])
      const asking = dns(server)
      for (let index = 0; index < 3; index += 1) expect(await asking.resolve(name, 'TXT')).toEqual(isTrue)
      expect(server.received.map(({ how }) => how)).toEqual(['udp', 'tcp', 'udp', 'udp'])
      expect(server.received.at(-1)?.name).toBe(name)
    },
  )

  test('that changes the case and closes TCP is asked once more without mixed case', async () => {
    const server = await liar(query =>
      query.how === 'tcp' ? ['close'] : [answer({ ...query, question: lower(query) })],
    )
    const asking = dns(server)
    expect(await asking.resolve(name, 'TXT')).toEqual(isTrue)
    expect(server.received.map(({ how }) => how)).toEqual(['udp', 'tcp', 'udp'])
    // What was not proven over TCP may have been a forger: the next question has mixed case again.
    await asking.resolve(name, 'TXT')
    expect(server.received.at(3)?.name).not.toBe(name)
  })

  test('that changes the case and is silent over TCP is asked once more without mixed case', async () => {
    const server = await liar(query => (query.how === 'tcp' ? [] : [answer({ ...query, question: lower(query) })]))
    expect(await dns(server, { timeout: 900 }).resolve(name, 'TXT')).toEqual(isTrue)
  })

  test('that drops what has EDNS is asked without, and from the third question on at once', async () => {
    const server = await liar(query => (query.edns ? [] : [answer(query)]))
    const asking = dns(server, { timeout: 600 })
    for (let index = 0; index < 3; index += 1) expect(await asking.resolve(name, 'TXT')).toEqual(isTrue)
    expect(server.received.map(form)).toEqual(['udp edns', 'udp', 'udp edns', 'udp', 'udp'])
  })

  test('that drops EDNS does not make the next server be asked in vain', async () => {
    const make = () => liar(query => (query.edns ? [] : [answer(query)]))
    const servers = [(await make()).address, (await make()).address]
    const asking = resolver({ servers, timeout: 1_200, cache: { entries: 0 } })
    expect(await asking.resolve(name, 'TXT')).toEqual(isTrue)
  })

  test('that cuts answers and has no TCP is asked for a larger packet', async () => {
    const sizeOf = (query: ReceivedQuery) => (query.edns ? query.packet.readUInt16BE(query.packet.length - 8) : 0)
    const server = await liar(query => {
      if (query.how === 'tcp') return ['close']
      return [sizeOf(query) > 1_232 ? answer(query) : cut(query)]
    })
    expect(await dns(server).resolve(name, 'TXT')).toEqual(isTrue)
    expect(server.received.map(({ how }) => how)).toEqual(['udp', 'tcp', 'udp'])
  })

  test('A15 that cuts all answers and has no TCP is a failure, never "no record"', async () => {
    const server = await liar(query => (query.how === 'tcp' ? ['close'] : [cut(query)]))
    expect(await dns(server).resolve(name, 'TXT')).toMatchObject({ kind: 'failure', cause: 'unreachable' })
  })

  test('whose packet cannot be read is asked over TCP', async () => {
    const server = await liar(query => [query.how === 'udp' ? answer(query).subarray(0, -3) : answer(query)])
    expect(await dns(server).resolve(name, 'TXT')).toEqual(isTrue)
  })
})

describe('how long it lives', () => {
  const seconds = async (say: (query: ReceivedQuery) => Buffer): Promise<number> => {
    const server = await liar(query => [say(query)])
    const clock = handClock()
    const asking = dns(server, { clock, cache: {} })
    let passed = 0
    for (await asking.resolve('example.org', 'TXT'); server.received.length === 1; passed += 1) {
      clock.pass(1_000)
      await asking.resolve('example.org', 'TXT')
    }
    return passed
  }
  const withSoa = (rcode: number, ttl: number, minimum: number) => (query: ReceivedQuery) => {
    const soa = Buffer.concat([Buffer.of(0, 0), Buffer.alloc(16), Buffer.of(0, 0, 0, minimum)])
    const reply = encodeReply(query, { rcode, records: [{ owner: 'org', type: 'TXT', ttl, data: soa }] })
    reply.writeUInt16BE(0, 6)
    reply.writeUInt16BE(1, 8)
    reply.writeUInt16BE(6, 12 + query.question.length + Buffer.byteLength('org') + 2)
    return reply
  }

  test.for<[string, number, (query: ReceivedQuery) => Buffer]>([
    ['a text: its TTL', 7, query => answer(query, [text(query.name, 'true', 7)])],
    ['several: the least', 5, query => answer(query, [text(query.name, 'a', 9), text(query.name, 'b', 5)])],
    ['no such name: the minimum of the zone (RFC 2308 §5)', 4, withSoa(3, 9, 4)],
    ['no such record: the TTL of the SOA where that is less', 3, withSoa(0, 3, 8)],
    ['no such name, and nothing said: a minute', 60, query => encodeReply(query, { rcode: 3, records: [] })],
  ])('%s', async ([, expected, say]) => {
    expect(await seconds(say)).toBe(expected)
  })
})

function otherQuestion({ question }: Query): Buffer {
  const other = Buffer.from(question)
  other.writeUInt8(other.readUInt8(1) === 0x78 ? 0x79 : 0x78, 1)
  return other
}
