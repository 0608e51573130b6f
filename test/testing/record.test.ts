/** What was recorded is played again without any service, and every decision is the same to the letter. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type Gateway, postern } from '../../src/engine/gateway.ts'
import type { PosternOptions } from '../../src/engine/options.ts'
import type { Session } from '../../src/engine/session.ts'
import type { Filter } from '../../src/model/filter.ts'
import { defer, points, reject } from '../../src/model/finding.ts'
import type { Resolver } from '../../src/model/resolver.ts'
import { systemClock } from '../../src/model/services.ts'
import { message } from '../../src/testing/message.ts'
import { type RecordOptions, record } from '../../src/testing/record.ts'
import { type Recording, readMessage, saveTo } from '../../src/testing/recording.ts'
import { replay } from '../../src/testing/replay.ts'
import { zone } from '../../src/testing/zone.ts'
import { dice } from '../support/random.ts'
import { scratch } from '../support/scratch.ts'

const roll = dice()

/** A world that is slow, and different at every question: what a replay must not ask again. */
const world: Resolver = {
  resolve: async (name, type, options) => {
    await sleep(5 + roll(10))
    const held = zone({
      'example.org': { TXT: `v=spf1 ip4:192.0.2.1 exp=${roll(1e9)} -all` },
      '1.2.0.192.bl.example.com': { A: '127.0.0.2' },
      'slow.example': 'timeout',
    })
    return await held.resolve(name, type, options)
  },
}
const nowhere: Resolver = {
  resolve: () => {
    throw new Error('a replay asks no resolver')
  },
}

/** Filters with their own state, asynchronous, asking DNS and others, one failing, one too slow. */
function filters(calls: { count: number }, service: () => Promise<unknown> = async () => calls.count): Filter[] {
  return [
    {
      name: 'listed',
      connect: async ({ ip, dns }) => {
        const answer = await dns.resolve(`${ip?.split('.').reverse().join('.')}.bl.example.com`, 'A')
        return answer.kind === 'answer' && points(2, `${ip} is listed as ${answer.records.join()}`, { rule: 'hit' })
      },
    },
    {
      name: 'counter',
      mail: async ({ callExternal, reversePath }) => {
        calls.count += 1
        const count = await callExternal(`counter:${reversePath}`, service)
        return points(1, `${reversePath} was seen ${count} times`)
      },
    },
    {
      name: 'broken',
      rcpt: async ({ callExternal }) => {
        await callExternal('directory', () => Promise.reject(new Error(`no directory, incident ${calls.count}`)))
      },
    },
    {
      name: 'hanging',
      deadline: '60ms',
      header: () => new Promise(() => undefined),
    },
    {
      name: 'text',
      message: async ({ dns, ask: _ask, header, open }) => {
        const answer = await dns.resolve('example.org', 'TXT')
        let raw = 0
        for await (const chunk of open()) raw += chunk.length
        const text = answer.kind === 'answer' ? answer.records.flat().join() : answer.kind
        if (/lottery/i.test(header.get('subject') ?? '')) return reject('5.7.1', `a lottery of ${raw} bytes, ${text}`)
        return points(0.5, `${raw} bytes, ${text}`)
      },
    },
  ]
}

async function talk(session: Session, subject = 'Hello', paths = ['bob@example.net']): Promise<void> {
  await session.connect()
  await session.helo('mx.example.org')
  await session.mail('alice@example.org', { utf8: true })
  for (const path of paths) await session.rcpt(path)
  await session.data(Readable.from([message({ subject })]))
  session.close()
}

async function recorded(
  play: (session: Session) => Promise<void>,
  options: Partial<PosternOptions> = {},
  recordOptions: RecordOptions = {},
): Promise<Recording> {
  const { promise, resolve } = Promise.withResolvers<Recording>()
  const gateway = postern({ filters: filters({ count: 41 }), dns: world, name: 'mx.example.net', ...options })
  const recording = record(gateway, resolve, recordOptions)
  await play(recording.open({ ip: '192.0.2.1' }))
  return await promise
}

const offline = (options: Partial<PosternOptions> = {}): Gateway =>
  postern({ filters: filters({ count: 0 }), dns: nowhere, name: 'mx.example.net', ...options })

const changes = (replayed: Awaited<ReturnType<typeof replay>>) =>
  replayed.steps.filter(step => step.differences.length > 0)

describe('a recording', () => {
  test('played again gives the same decisions to the letter, and asks no service', async () => {
    const recording = await recorded(session => talk(session))
    const replayed = await replay(recording, offline())
    expect(changes(replayed)).toEqual([])
    expect(replayed).toMatchObject({ same: true, missing: [] })
    const last = replayed.steps.at(-1)
    expect(last?.replayed?.reply.text).toContain(`ref=${recording.peer.ref}`)
    expect(last?.replayed?.findings.map(({ rule }) => rule)).toEqual([
      'listed/hit',
      'counter',
      'broken/failed',
      'hanging/timeout',
      'text',
    ])
    expect(last?.replayed?.findings[1]?.reason).toBe('alice@example.org was seen 42 times')
    expect(last?.replayed?.findings[2]?.reason).toContain('incident 42')
  })

  test('goes through a file that a person can read, named by the reference, and for its owner alone', async () => {
    await using folder = await scratch()
    const { promise, resolve } = Promise.withResolvers<void>()
    const save = saveTo(folder.path)
    const gateway = record(postern({ filters: filters({ count: 1 }), dns: world, name: 'mx.example.net' }), recording =>
      save(recording).then(resolve),
    )
    await talk(gateway.open({ ip: '192.0.2.1', ref: 'REF-7' }), 'A lottery')
    await promise
    expect(await readdir(folder.path)).toEqual(['REF-7.json'])
    const file = join(folder.path, 'REF-7.json')
    const text = await readFile(file, 'utf8')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(text).toContain('"Subject: A lottery"')
    expect(text).toContain('"question": "1.2.0.192.bl.example.com A"')
    const replayed = await replay(file, offline())
    expect(replayed.same).toBe(true)
    expect(replayed.steps.at(-1)?.replayed).toMatchObject({ verdict: 'reject', reply: { status: '5.7.1' } })
  })

  test('holds any bytes of a message', async () => {
    const bytes = Buffer.concat([message(), Buffer.from([0, 0xff, 0xfe, 0x0a, 0x0d, 0x41])])
    const recording = await recorded(async session => {
      await session.connect()
      await session.helo('a')
      await session.mail('')
      await session.rcpt('bob@example.net')
      await session.data(Readable.from([bytes.subarray(0, 100), bytes.subarray(100)]))
      session.close()
    })
    const step = recording.steps.find(({ verb }) => verb === 'data')
    expect(step?.verb === 'data' && readMessage(step.message)).toEqual(bytes)
    expect((await replay(recording, offline())).same).toBe(true)
  })

  test.for<[string, (session: Session) => Promise<void>]>([
    [
      'several transactions, resets and verbs out of turn',
      async session => {
        await session.connect()
        await session.mail('early@example.org')
        await session.helo('a')
        await session.mail('a@example.org')
        session.reset()
        await session.data(Readable.from([message()]))
        await session.mail('b@example.org')
        await session.rcpt('bob@example.net')
        await session.rcpt('eve@example.net')
        await session.data(Readable.from([message({ subject: 'one' })]))
        await session.mail('b@example.org')
        await session.rcpt('bob@example.net')
        await session.data(Readable.from([message({ subject: 'lottery' })]))
        session.close()
      },
    ],
    [
      'a client that leaves within the message',
      async session => {
        await session.connect()
        await session.helo('a')
        await session.mail('a@example.org')
        await session.rcpt('bob@example.net')
        const content = new PassThrough()
        content.write(message().subarray(0, 60))
        const outcome = session.data(content)
        await sleep(5)
        content.destroy(new Error('the client has left'))
        expect((await outcome).verdict).toBe('defer')
        session.close()
      },
    ],
    [
      'a client that leaves while DNS is asked',
      async session => {
        const connected = session.connect()
        await sleep(2)
        session.close()
        await connected
      },
    ],
  ])('of %s is played the same', async ([, play]) => {
    const recording = await recorded(play)
    const replayed = await replay(recording, offline())
    expect(changes(replayed)).toEqual([])
    expect(replayed.missing).toEqual([])
  })

  test('of a message refused at its header leaves the host its stream', async () => {
    const early: Filter = { name: 'early', header: () => reject('5.7.1', 'seen enough') }
    const content = new PassThrough()
    const recording = await recorded(
      async session => {
        await session.connect()
        await session.helo('a')
        await session.mail('a@example.org')
        await session.rcpt('bob@example.net')
        content.write('Subject: a\r\n\r\n')
        expect((await session.data(content)).verdict).toBe('reject')
        expect(content.destroyed).toBe(false)
        content.end(Buffer.alloc(1_000_000))
        content.resume()
        await new Promise(resolve => content.once('close', resolve))
        session.close()
      },
      { filters: [early] },
    )
    expect((await replay(recording, offline({ filters: [early] }))).same).toBe(true)
  })

  test('shows what a different configuration decides, and what it asks beyond the recording', async () => {
    const recording = await recorded(session => talk(session))
    const stricter: Filter = {
      name: 'stricter',
      mail: async ({ dns }) => {
        const answer = await dns.resolve('other.example', 'A')
        return defer('4.7.1', `other.example: ${answer.kind}`)
      },
    }
    const replayed = await replay(recording, offline({ filters: [...filters({ count: 0 }), stricter] }))
    expect(replayed.same).toBe(false)
    expect(replayed.missing).toEqual(['other.example A'])
    const [first] = changes(replayed)
    expect(first?.said).toBe('mail <alice@example.org>')
    expect(first?.differences).toContain('verdict: accept → defer')
    expect(first?.differences).toContain('only after: stricter (defer 4.7.1) other.example: failure')
  })

  test('holds no secret that was to be redacted, in whatever case, and is played all the same', async () => {
    const secret = 'SeCretKey99'
    const keyed: Filter = {
      name: 'keyed',
      connect: async ({ dns }) => {
        const answer = await dns.resolve(`2.0.0.127.${secret}.bl.example.com`, 'A')
        return points(1, `the list ${secret} says ${answer.kind}`)
      },
    }
    const recording = await recorded(
      session => talk(session, `My key is ${secret.toUpperCase()}`),
      { filters: [keyed] },
      { redact: [secret] },
    )
    expect(JSON.stringify(recording).toLowerCase()).not.toContain(secret.toLowerCase())
    expect(JSON.stringify(recording)).toContain('2.0.0.127.redacted.bl.example.com A')
    const replayed = await replay(recording, offline({ filters: [keyed] }), { redact: [secret] })
    expect(replayed).toMatchObject({ same: true, missing: [] })
  })

  test('is given up at its bounds, and the session goes on', async () => {
    const recording = await recorded(session => talk(session), {}, { size: 50, entries: 3 })
    expect(recording.steps.map(({ verb }) => verb)).toEqual(['connect', 'helo', 'mail'])
    const cut = await recorded(session => talk(session), {}, { size: 50 })
    expect(cut.steps.find(({ verb }) => verb === 'data')).toMatchObject({
      end: 'unread',
      decision: { verdict: 'accept' },
    })
  })

  test('a sink that throws does not harm the session', async () => {
    const warnings: string[] = []
    const onWarning = (warning: Error) => warnings.push(warning.message)
    process.on('warning', onWarning)
    const gateway = record(postern({ filters: [], clock: systemClock }), () => {
      throw new Error('disk full')
    })
    const session = gateway.open({ ip: '192.0.2.1' })
    await session.connect()
    session.close()
    await sleep(20)
    process.off('warning', onWarning)
    expect(warnings).toEqual(['postern: a session was not recorded: disk full'])
  })
})
