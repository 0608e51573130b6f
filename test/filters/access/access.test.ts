import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dkim } from '../../../src/facts/dkim/dkim.ts'
import { rdns } from '../../../src/facts/rdns.ts'
import { type AccessOptions, access } from '../../../src/filters/access/access.ts'
import { PosternError } from '../../../src/model/errors.ts'
import type { Filter } from '../../../src/model/filter.ts'
import { allow, type Finding, reject } from '../../../src/model/finding.ts'
import type { Notice, Notify } from '../../../src/model/services.ts'
import type { Connection } from '../../../src/model/stage.ts'
import { probe } from '../../../src/testing/probe.ts'
import { servicesOf } from '../../../src/testing/services.ts'
import { zone } from '../../../src/testing/zone.ts'
import { handClock } from '../../support/hand-clock.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-access-'))
})
afterAll(() => rm(folder, { recursive: true }))

const denied = (reason: string, rule: string, close = false): Finding =>
  reject('5.7.1', reason, { rule: `access/${rule}`, ...(close && { close }) })
const allowed = (reason: string, rule: string): Finding => allow(reason, { rule: `access/${rule}` })
const mail = { ip: '192.0.2.1', helo: 'client.test' } as const

describe('a client is judged by its network', () => {
  const filter = access({
    allow: { networks: ['192.0.2.7', '198.51.100.0/24', '2001:db8:1::/48'] },
    deny: {
      networks: ['192.0.2.0/24', '198.51.100.0/24', '::ffff:203.0.113.0/120', '2001:db8::/32', '198.51.100.64/26'],
    },
  })
  test.for([
    ['192.0.2.1', denied('192.0.2.1 in 192.0.2.0/24 is denied by deny.networks', 'network', true)],
    ['192.0.2.7', allowed('192.0.2.7 is allowed by allow.networks', 'network')],
    ['198.51.100.1', allowed('198.51.100.1 in 198.51.100.0/24 is allowed by allow.networks', 'network')],
    ['198.51.100.65', denied('198.51.100.65 in 198.51.100.64/26 is denied by deny.networks', 'network', true)],
    ['203.0.113.9', denied('203.0.113.9 in 203.0.113.0/24 is denied by deny.networks', 'network', true)],
    ['2001:db8:2::1', denied('2001:db8:2::1 in 2001:db8::/32 is denied by deny.networks', 'network', true)],
    ['2001:db8:1::1', allowed('2001:db8:1::1 in 2001:db8:1::/48 is allowed by allow.networks', 'network')],
  ] as const)('%s', async ([ip, finding]) => {
    expect(await probe(filter, { ip })).toEqual([finding])
  })

  test('a stranger to all lists is left alone', async () => {
    for (const ip of ['192.0.3.1', '2001:db9::1']) expect(await probe(filter, { ip })).toEqual([])
  })

  test('the connection may stay open', async () => {
    expect(await probe(access({ deny: { networks: ['192.0.2.1'] }, close: false }), { ip: '192.0.2.1' })).toEqual([
      denied('192.0.2.1 is denied by deny.networks', 'network'),
    ])
  })

  test('the answer comes at once, without a promise, so that a host can refuse before a session begins', () => {
    const connection = (ip: string) => ({ ip }) as Connection
    expect(filter.connect?.(connection('192.0.2.1'), { score: 0, findings: [] })).toMatchObject({ verdict: 'reject' })
    expect(filter.connect?.(connection('192.0.3.1'), { score: 0, findings: [] })).toBeUndefined()
  })
})

describe('a sender is judged by address and domain', () => {
  const filter = access({
    allow: { proof: false, senders: ['Good@spam.test'], domains: ['good.below.test'] },
    deny: { senders: ['eve@example.org'], domains: ['spam.test', '.below.test', 'bücher.example'] },
  })
  test.for([
    ['eve@example.org', denied('the reverse-path eve@example.org is denied by deny.senders', 'sender')],
    ['"EVE"@Example.org', denied('the reverse-path "EVE"@Example.org is denied by deny.senders', 'sender')],
    ['@a.test:eve@example.org', denied('the reverse-path @a.test:eve@example.org is denied by deny.senders', 'sender')],
    ['good@SPAM.test', allowed('the reverse-path good@SPAM.test is allowed by allow.senders', 'sender')],
    ['bad@SPAM.test.', denied("the reverse-path's domain spam.test is denied by deny.domains", 'domain')],
    ['a@x.y.below.test', denied("the reverse-path's domain x.y.below.test is denied by deny.domains", 'domain')],
    ['a@good.below.test', allowed("the reverse-path's domain good.below.test is allowed by allow.domains", 'domain')],
    ['a@BÜCHER.example', denied("the reverse-path's domain xn--bcher-kva.example is denied by deny.domains", 'domain')],
  ] as const)('%s', async ([reversePath, finding]) => {
    expect(await probe(filter, { ...mail, reversePath })).toEqual([finding])
  })

  test.for([
    '',
    'bob@example.org',
    'a@sub.spam.test',
    'a@below.test',
    'a@notbelow.test',
    `a@${'a.'.repeat(500)}below.test`,
  ])('%j is left alone', async reversePath => {
    expect(await probe(filter, { ...mail, reversePath })).toEqual([])
  })
})

test('a recipient is judged by its address', async () => {
  const filter = access({
    deny: { recipients: ['trap@example.org'] },
    allow: { recipients: ['postmaster@example.org'] },
  })
  const forwardPaths = ['Trap@example.org', 'bob@example.org', 'postmaster@EXAMPLE.org']
  expect(await probe(filter, { ...mail, reversePath: '', forwardPaths })).toEqual([
    denied('the forward-path Trap@example.org is denied by deny.recipients', 'recipient'),
    allowed('the forward-path postmaster@EXAMPLE.org is allowed by allow.recipients', 'recipient'),
  ])
})

describe('a client is judged by its confirmed names', () => {
  const filter = access({
    allow: { hosts: ['mx.pool.test'] },
    deny: { hosts: ['.pool.test'], networks: ['203.0.113.1'] },
  })
  const world = (names: readonly string[]) => ({
    ip: '192.0.2.1',
    dns: zone({}),
    facts: [[rdns, { result: 'pass', names: [...names, 'forged.pool.test'], confirmed: names }]] as const,
  })
  test('an entry for names below a domain holds for them', async () => {
    expect(await probe(filter, world(['a.pool.test']))).toEqual([
      denied("the client's name a.pool.test is denied by deny.hosts", 'host', true),
    ])
  })

  test('of several names the allowed name counts', async () => {
    expect(await probe(filter, world(['a.pool.test', 'mx.pool.test']))).toEqual([
      allowed("the client's name mx.pool.test is allowed by allow.hosts", 'host'),
    ])
  })

  test('a name that leads nowhere back counts for nothing', async () => {
    expect(await probe(filter, world([]))).toEqual([])
  })

  test('nothing is asked for a client whose network has decided', async () => {
    const dns = zone({})
    expect(await probe(filter, { ip: '203.0.113.1', dns })).toHaveLength(1)
    expect(dns.asked).toEqual([])
  })

  test('the name is found by asking DNS', async () => {
    const dns = zone({ '1.2.0.192.in-addr.arpa': { PTR: 'a.pool.test' }, 'a.pool.test': { A: '192.0.2.1' } })
    expect(await probe(filter, { ip: '192.0.2.1', dns })).toEqual([
      denied("the client's name a.pool.test is denied by deny.hosts", 'host', true),
    ])
  })
})

describe('a wrong configuration', () => {
  const problemsOf = (options: AccessOptions) => {
    try {
      access(options)
    } catch (error) {
      if (error instanceof PosternError) return error.problems
    }
    return 'nothing was wrong'
  }
  const remedy = 'correct or remove it'

  test('names all that is wrong in arrays and files, with line numbers', async () => {
    const file = join(folder, 'wrong')
    await writeFile(file, '# ours\n192.0.2.0/24 # well\n\n192.0.2.1/24\r\n')
    const none = join(folder, 'none')
    expect(
      problemsOf({
        allow: { networks: ['10.0.0.0/8', 'office'], senders: ['example.org'] },
        deny: { networks: { file }, domains: ['ok.test', 'not ok'], hosts: { file: none } },
      }),
    ).toEqual([
      {
        path: 'allow.networks[1]',
        found: 'office',
        expected: 'an IP address or network such as 192.0.2.0/24 or 2001:db8::/32',
        remedy,
      },
      {
        path: `deny.networks (${file} line 4)`,
        found: '192.0.2.1/24',
        expected: 'no bit beyond the prefix, as in 192.0.2.0/24',
        remedy: 'correct the address or the prefix',
      },
      {
        path: 'deny.hosts',
        found: none,
        expected: 'a file that can be read',
        remedy: expect.stringContaining('see that it is there and readable (ENOENT'),
      },
      {
        path: 'deny.domains[1]',
        found: 'not ok',
        expected: 'a domain such as example.org, or .example.org for all below it',
        remedy,
      },
      { path: 'allow.senders[0]', found: 'example.org', expected: 'an address such as bob@example.org', remedy },
    ])
  })

  test('of a caller without types is named too', () => {
    expect(problemsOf({ deny: { networks: [7 as unknown as string] } })).toMatchObject([
      { path: 'access.deny.networks[0]', found: 7 },
    ])
  })
})

describe('a file', () => {
  const ip = '192.0.2.1'
  const started = async (file: string, notify: Notify) => {
    const clock = handClock()
    const filter = access({ deny: { networks: { file } }, every: '1s' })
    await filter.start?.(servicesOf({ clock, notify }))
    return { clock, filter }
  }
  const until = async (clock: { pass(ms: number): void }, done: () => boolean | Promise<boolean>) => {
    for (let tries = 0; tries < 500 && !(await done()); tries += 1) {
      clock.pass(1_000)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    expect(await done()).toBe(true)
  }
  const judged = async (filter: Filter) => (await probe(filter, { ip })).length > 0

  test('that is replaced is read again, and its findings name it', async () => {
    const file = join(folder, 'replaced')
    await writeFile(file, '# empty: nobody yet\n')
    const { clock, filter } = await started(file, ({ reason }) => expect.fail(reason))
    expect(await judged(filter)).toBe(false)
    await writeFile(`${file}.new`, '192.0.2.0/24 # a neighbour\n')
    await rename(`${file}.new`, file)
    await until(clock, () => judged(filter))
    expect(await probe(filter, { ip })).toEqual([denied(`${ip} in 192.0.2.0/24 is denied by ${file}`, 'network', true)])
    await writeFile(file, '# empty\n')
    await until(clock, async () => !(await judged(filter)))
    await filter.stop?.()
  })

  test('that has become wrong is reported once, the old table kept, and the mended one taken', async () => {
    const file = join(folder, 'broken')
    const told: Notice[] = []
    await writeFile(file, '192.0.2.0/24\n')
    const { clock, filter } = await started(file, notice => told.push(notice))
    await writeFile(file, '192.0.2.0/33\n198.51.100.0/24\n')
    await until(clock, () => told.length > 0)
    await until(clock, () => true)
    expect(told).toEqual([
      {
        code: 'access/file',
        reason: `the old table stays: deny.networks (${file} line 1): found "192.0.2.0/33", expected a prefix length from 0 to 32; correct the number after the /`,
        level: 'warning',
      },
    ])
    expect(await judged(filter)).toBe(true)
    await writeFile(file, '198.51.100.0/24\n')
    await until(clock, async () => !(await judged(filter)))
    await filter.stop?.()
  })

  test('that is gone is reported, and the old table kept', async () => {
    const file = join(folder, 'gone')
    const told: Notice[] = []
    await writeFile(file, '192.0.2.0/24\n')
    const { clock, filter } = await started(file, notice => told.push(notice))
    await rm(file)
    await until(clock, () => told.length > 0)
    expect(told[0]?.reason).toContain('ENOENT')
    expect(await judged(filter)).toBe(true)
    await filter.stop?.()
  })

  test('that changed between reading and starting is read again', async () => {
    const file = join(folder, 'early')
    await writeFile(file, '# empty\n')
    const filter = access({ deny: { networks: { file } } })
    await writeFile(file, '192.0.2.0/24\n')
    await filter.start?.(servicesOf({ clock: handClock() }))
    await until({ pass: () => {} }, () => judged(filter))
    await filter.stop?.()
  })

  test('is looked at no more when the gateway has closed', async () => {
    const file = join(folder, 'closed')
    await writeFile(file, '# empty\n')
    const { clock, filter } = await started(file, ({ reason }) => expect.fail(reason))
    await filter.stop?.()
    await writeFile(file, '192.0.2.0/24\n')
    for (let tries = 0; tries < 10; tries += 1) {
      clock.pass(1_000)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    expect(await judged(filter)).toBe(false)
  })
})

test('a hundred thousand networks in a file are read and searched', async () => {
  const file = join(folder, 'many')
  const lines = Array.from(
    { length: 100_000 },
    (_, index) => `10.${index >> 9}.${(index >> 1) & 255}.${(index & 1) * 128}/25`,
  )
  await writeFile(file, lines.join('\n'))
  const filter = access({ deny: { networks: { file } }, allow: { networks: ['10.7.7.7'] } })
  expect(await probe(filter, { ip: '10.7.7.8' })).toMatchObject([{ verdict: 'reject' }])
  expect(await probe(filter, { ip: '10.7.7.7' })).toMatchObject([{ verdict: 'accept' }])
  expect(await probe(filter, { ip: '11.7.7.7' })).toEqual([])
})

describe('P08 an allow entry for a sender', () => {
  const dns = zone({ 'partner.example': { TXT: ['v=spf1 ip4:192.0.2.44 -all'] } })
  const said = { dns, helo: 'mx.partner.example', reversePath: 'a@partner.example' }
  const rules = async (options: AccessOptions, world: Parameters<typeof probe>[1]) =>
    (await probe(access(options), world)).map(({ rule, allow }) => [rule, allow === true])

  test.for([
    [{ senders: ['a@partner.example'] }, '192.0.2.44', ['access/sender', true]],
    [{ domains: ['partner.example'] }, '192.0.2.44', ['access/domain', true]],
    [{ senders: ['a@partner.example'] }, '192.0.2.45', ['access/unproven', false]],
    [{ domains: ['partner.example'], proof: false }, '192.0.2.45', ['access/domain', true]],
  ] as const)('%j from %s', async ([allow, ip, finding]) => {
    expect(await rules({ allow }, { ...said, ip })).toEqual([finding])
  })

  test.for([
    ['of the same organisation', 'news.partner.example', 'pass', false, true],
    ['of another', 'mallory.example', 'pass', false, false],
    ['that fails', 'partner.example', 'fail', false, false],
    ['of a part of the body', 'partner.example', 'pass', { signed: 1, total: 9 }, false],
  ] as const)('is proven by a signature, if not by SPF: one %s', async ([, domain, result, partial, proven]) => {
    const signature = { result, domain, partial: partial || undefined }
    const facts = [[dkim, { signatures: [signature], ignored: 0 }]] as never
    const world = { ...said, ip: '192.0.2.45', facts, header: { from: 'b@elsewhere.example' } }
    const found = await rules({ allow: { senders: ['a@partner.example'] } }, world)
    expect(found).toEqual([['access/unproven', false], ...(proven ? [['access/sender', true]] : [])])
  })
})

test.for(['0.0.0.0/0', '::/0', '128.0.0.0/1', '2000::/3', '64.0.0.0/7'])('%s is a slip of the pen', network => {
  for (const side of ['allow', 'deny'])
    expect(() => access({ [side]: { networks: [network] } })).toThrow(/much of the Internet/)
})

describe('a list that was emptied', () => {
  test('is not taken unless it says so, and the operator is notified', async () => {
    const file = join(folder, 'emptied')
    const told: Notice[] = []
    await writeFile(file, '192.0.2.0/24\n')
    const clock = handClock()
    const filter = access({ deny: { networks: { file } }, every: '1s' })
    await filter.start?.(servicesOf({ clock, notify: notice => told.push(notice) }))
    for (const [text, verdicts] of [
      ['', ['reject']],
      ['# all gone\n\n', ['reject']],
      ['# empty\n', []],
    ] as const) {
      const before = told.length
      await writeFile(file, text)
      await expect
        .poll(async () => {
          await clock.pass(1_000)
          return verdicts.length === 0 ? (await probe(filter, { ip: '192.0.2.1' })).length === 0 : told.length > before
        })
        .toBe(true)
      expect((await probe(filter, { ip: '192.0.2.1' })).map(({ verdict }) => verdict)).toEqual(verdicts)
    }
    await filter.stop?.()
    expect(told[0]).toMatchObject({ code: 'access/file', reason: expect.stringContaining("write a line '# empty'") })
  })

  test('at the start is reported', async () => {
    const file = join(folder, 'empty-at-start')
    await writeFile(file, '\n')
    const told: Notice[] = []
    const filter = access({ deny: { networks: { file } } })
    await filter.start?.(servicesOf({ notify: notice => told.push(notice) }))
    await filter.stop?.()
    expect(told).toMatchObject([{ code: 'access/file', level: 'warning' }])
  })
})
