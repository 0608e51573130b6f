/** What is left of a client: between its transactions, and after it has gone. */
import { readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { reject } from '../../src/model/finding.ts'
import { type Clock, systemClock } from '../../src/model/services.ts'
import { fc, runs } from '../support/property.ts'
import { scratch } from '../support/scratch.ts'
import { everyWay, type Setting, served, servers } from '../support/servers.ts'

const bad = {
  name: 'bad',
  rcpt: ({ forwardPath }: { forwardPath: string }) => forwardPath.startsWith('no') && reject('5.1.1', 'no'),
}
const good = 'From: a@example.net\r\n\r\nText\r\n.'

/** The reference: what each command is answered, from nothing but RFC 5321 §4.1.4. */
interface Model {
  /** Whether a second MAIL is looked at before its place is. */
  readonly isSyntaxFirst: boolean
  greeted: boolean
  mail: boolean
  rcpt: number
}
const commands: Readonly<Record<string, (model: Model) => number>> = {
  'EHLO client.example.net': model => {
    Object.assign(model, { greeted: true, mail: false, rcpt: 0 })
    return 250
  },
  'MAIL FROM:<a@example.net>': model => {
    if (!model.greeted || model.mail) return 503
    model.mail = true
    return 250
  },
  'MAIL FROM:<a@>': model => (model.greeted && (model.isSyntaxFirst || !model.mail) ? 501 : 503),
  'RCPT TO:<b@example.org>': model => {
    if (!model.mail) return 503
    model.rcpt += 1
    return 250
  },
  'RCPT TO:<no@example.org>': model => (model.mail ? 550 : 503),
  DATA: model => {
    if (model.rcpt === 0) return 503
    Object.assign(model, { mail: false, rcpt: 0 })
    return 354
  },
  RSET: model => {
    Object.assign(model, { mail: false, rcpt: 0 })
    return 250
  },
  'VRFY b': () => 252,
  NOOP: () => 250,
}

const steps = [
  'EHLO client.example.net',
  'MAIL FROM:<a@example.net>',
  'RCPT TO:<b@example.org>',
  'DATA',
  'Subject: x',
  '',
  'half',
] as const

/** The machine's clock, and how many of its timers have yet to fire. */
function countingClock(): Clock & { readonly waiting: () => number } {
  let waiting = 0
  return {
    ...systemClock,
    after: (ms, ring) => {
      waiting += 1
      let over = false
      const once = () => {
        if (!over) waiting -= 1
        over = true
      }
      const cancel = systemClock.after(ms, () => {
        once()
        ring()
      })
      return () => {
        once()
        cancel()
      }
    },
    waiting: () => waiting,
  }
}

const sockets = () => process.getActiveResourcesInfo().filter(resource => resource === 'TCPSocketWrap').length
const slow = {
  name: 'slow',
  deadline: '5s',
  rcpt: () => new Promise<void>(resolve => setTimeout(resolve, 20)),
} as const

describe.for(servers)('%s', kind => {
  const serve = (setting?: Setting) => served(kind, setting)

  test('W22 after any walk through the commands the replies are those of the reference, and so is the journal', async () => {
    await using host = await serve({
      filters: [bad],
      wire: { junk: 1e6, errors: 1e6 },
    })
    const clients = 30
    const walks = fc.sample(fc.array(fc.constantFrom(...Object.keys(commands)), { minLength: 100, maxLength: 100 }), {
      numRuns: clients,
      seed: 22,
    })
    await Promise.all(
      walks.map(async walk => {
        const client = host.client()
        await client.reply()
        const model: Model = { isSyntaxFirst: kind === 'guard', greeted: false, mail: false, rcpt: 0 }
        for (const [step, command] of walk.entries()) {
          const expected = commands[command]?.(model) ?? 0
          const said = await client.say(command)
          expect(`${step} ${command}: ${said.slice(0, 3)}`).toBe(`${step} ${command}: ${expected}`)
          if (expected === 354) expect(await client.say(good)).toMatch(/^250 /)
        }
        client.destroy()
      }),
    )
    for (const { forwardPaths } of host.delivered) expect(new Set(forwardPaths)).toEqual(new Set(['b@example.org']))
    for (const { outcome } of host.delivered) expect([...(outcome?.each.keys() ?? [])]).toEqual(['b@example.org'])
  }, 60_000)

  test.for([
    ['MAIL FROM:a@example.net', 501],
    ['MAIL FROM:<a@example.net', 501],
    ['MAIL FROM:<<a@example.net>>', 501],
    ['MAIL FROM:<a@example.net>>', 501],
    ['MAIL FROM:<a b@example.net>', 501],
    ['MAIL FROM:<a@b@example.net>', 501],
    ['MAIL FROM:<@example.net>', 501],
    ['MAIL FROM:<a@>', 501],
    ['MAIL FROM:<a>', 501],
    ['MAIL FROM:<a@example..net>', 501],
    ['MAIL FROM:<a@.example.net>', 501],
    ['MAIL FROM:<a@[192.0.2.300]>', 501],
    ['MAIL FROM:<a@[IPv6:xyz]>', 501],
    ['MAIL FROM:<a@[192.0.2.1>', 501],
    ['MAIL FROM:<a@exa mple.net>', 501],
    ['MAIL FROM:<a@exa_mple!.net>', 501],
    ['MAIL FROM:<a\x07@example.net>', 501],
    [`MAIL FROM:<${'a'.repeat(250)}@example.net>`, 501],
    ['MAIL FROM', 501],
    ['MAIL', 501],
    ['MAIL FROM:', 501],
    ['MAIL FROM:<>', 250],
    // Addresses that mobile carriers gave out.
    ['MAIL FROM:<a..b@example.net>', 250],
    ['MAIL FROM:<.a@example.net>', 250],
    ['MAIL FROM:<a.@example.net>', 250],
    ['MAIL FROM:<@relay.example:a@example.net>', 250],
    ['MAIL FROM:<a@[192.0.2.1]>', 250],
  ] as const)('W23 %j is answered %i', async ([command, code]) => {
    await using host = await serve()
    const client = await host.greeted()
    expect(Number((await client.say(command)).slice(0, 3))).toBe(code)
  })

  test('W27 random bytes at every point of the dialogue break nothing', async () => {
    await using host = await serve()
    const noise = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 600 }), { numRuns: runs(300) })
    await Promise.all(
      noise.map(async (bytes, index) => {
        const client = host.client()
        await client.reply()
        for (const step of steps.slice(0, index % 5)) await client.say(step)
        client.send(Buffer.from(bytes))
        client.send('\r\n')
        await new Promise(resolve => setTimeout(resolve, 20))
        client.destroy()
      }),
    )
    const client = await host.greeted()
    for (const step of steps.slice(1, 4)) await client.say(step)
    expect(await client.say(good)).toMatch(/^250 /)
  })
})

describe.for(everyWay)('%s', kind => {
  const serve = (setting?: Setting) => served(kind, setting)

  test('W26 a client that leaves, at any place, leaves no session, socket, timer or file behind', {
    timeout: 60_000,
  }, async () => {
    await using folder = await scratch()
    const before = sockets()
    const clock = countingClock()
    await using host = await serve({
      filters: [slow],
      gateway: { folder: folder.path, limits: { memory: '1kb' }, clock },
      wire: { command: '4s' },
    })
    let left = 0
    for (let far = 0; far <= steps.length; far += 1) {
      for (const how of ['destroy', 'resetAndDestroy', 'end'] as const) {
        const client = host.client()
        if (far > 0) await client.reply()
        for (const step of steps.slice(0, far)) {
          client.send(`${step}\r\n`)
          if (/^[A-Z]{4}( |$)/.test(step)) await client.reply()
        }
        if (far === steps.length) client.send('x'.repeat(10_000))
        await new Promise(resolve => setTimeout(resolve, 10))
        client.socket[how]()
        await client.closed
        left += 1
      }
    }
    await expect.poll(() => host.connections(), { timeout: 8_000 }).toBe(0)
    // A client that leaves before the greeting may never be a session for guard, which opens it then.
    const sessions = kind === 'guard' ? left - 3 : left
    await expect.poll(() => host.entries.length, { timeout: 8_000 }).toBeGreaterThanOrEqual(sessions)
    expect(host.entries.length).toBeLessThanOrEqual(left)
    await expect.poll(() => readdir(folder.path), { timeout: 8_000 }).toEqual([])
    await expect.poll(clock.waiting, { timeout: 8_000 }).toBe(0)
    await expect.poll(sockets, { timeout: 8_000 }).toBe(before)
    expect(host.delivered).toEqual([])
  })
})
