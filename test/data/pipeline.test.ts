/**
 * Every message of the corpora through the whole pipeline: nothing throws, nothing fails, everything is delivered
 * whole.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { beforeAll, expect, test } from 'vitest'
import { parsed } from '../../src/facts/index.ts'
import { recommended } from '../../src/filters/index.ts'
import { type Filter, postern } from '../../src/index.ts'
import type { ForgedField } from '../../src/model/decision.ts'
import { zone } from '../../src/testing/zone.ts'

const data = resolve(process.env.POSTERN_DATA ?? '../shared/data')
const folder = join(tmpdir(), 'postern-data')

beforeAll(() => {
  execFileSync(join(data, 'unpack'), [folder])
}, 600_000)

/** Asks for what no recommended filter asks for. */
const reads: Filter = {
  name: 'reads',
  message: async message => {
    await message.ask(parsed)
  },
}

test.for(['mime', 'spamassassin', 'csdmc-2010', 'trec06c-head', 'trec06p'])(
  'every message of %s is judged without a failure, and delivered to the byte',
  { timeout: 1_500_000 },
  async name => {
    const unhandled: unknown[] = []
    const listen = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', listen)
    const gateway = postern({
      name: 'mx.example.org',
      // `shadow` lets every message see every filter.
      mode: 'shadow',
      filters: [...recommended({ domains: ['example.org'] }).filter(({ name }) => name !== 'rate-limit'), reads],
      dns: zone({}),
      trace: [],
    })
    const wrong: string[] = []
    let count = 0
    for (const path of filesIn(join(folder, name))) {
      const bytes = readFileSync(path)
      const session = gateway.open({ ip: '192.0.2.1' })
      await session.connect()
      await session.helo('client.example')
      await session.mail('sender@example.net')
      await session.rcpt('bob@example.org')
      const outcome = await session.data(Readable.from([bytes]))
      const failed = outcome.findings.filter(({ rule }) => /\/(failed|timeout)$|^session\//.test(rule ?? ''))
      if (failed.length > 0) wrong.push(`${path}: ${JSON.stringify(failed)}`)
      if (outcome.verdict !== 'accept' || outcome.content === undefined) wrong.push(`${path}: ${outcome.verdict}`)
      else if (!isSame(await delivered(outcome.content.open()), crlf(bytes), outcome.forged))
        wrong.push(`${path}: not as it came`)
      session.close()
      count += 1
    }
    process.off('unhandledRejection', listen)
    expect(count).toBeGreaterThan(200)
    expect(wrong).toEqual([])
    expect(unhandled).toEqual([])
  },
)

async function delivered(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}

/** The plain way to what the one pass does. */
const crlf = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n'), 'latin1')

function* filesIn(path: string): Generator<string> {
  for (const entry of readdirSync(path).sort()) {
    const file = join(path, entry)
    if (statSync(file).isDirectory()) yield* filesIn(file)
    else if (entry !== 'index' && entry !== '.complete') yield file
  }
}

/** Fields that only we may write are removed (RFC 8601 §5), and no other line. */
function isSame(got: Buffer, sent: Buffer, forged: readonly ForgedField[]): boolean {
  if (forged.length === 0) return got.equals(sent)
  const names = new Set(forged.map(({ name }) => name.toLowerCase()))
  const rest = got.toString('latin1').split('\r\n')
  let [at, isRemoved] = [0, false]
  for (const line of sent.toString('latin1').split('\r\n')) {
    isRemoved = isRemoved && /^[ \t]/.test(line)
    if (!isRemoved && line === rest[at]) at += 1
    else {
      isRemoved ||= names.has(/^([^:]*?)[ \t]*:/.exec(line)?.[1]?.toLowerCase() ?? '')
      if (!isRemoved) return false
    }
  }
  return at === rest.length
}
