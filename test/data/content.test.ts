/**
 * Every message of the corpora through the facts about its content, and odd ones with bytes changed: within their time.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { links, parts, text } from '../../src/facts/index.ts'
import { ask } from '../../src/testing/probe.ts'
import { cpuTime } from '../support/cpu.ts'
import { fc, runs } from '../support/property.ts'

const data = resolve(process.env.POSTERN_DATA ?? '../shared/data')
const folder = join(tmpdir(), 'postern-data')

beforeAll(() => {
  execFileSync(join(data, 'unpack'), [folder])
}, 600_000)

const filesIn = (path: string): readonly string[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map(name => join(path, name))
    .filter(name => statSync(name).isFile() && !name.endsWith('/index') && !name.endsWith('.complete'))

const crlf = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n'), 'latin1')

/** Milliseconds of CPU beyond what 250 and 100 for each MB allow; everything asked, nothing thrown. */
async function excess(message: Buffer): Promise<number> {
  const before = cpuTime()
  const found = await ask(links, { message })
  expect(found.all.length).toBeLessThanOrEqual(1000)
  return cpuTime() - before - 250 - message.length / 10_000
}

test.for(['mime', 'spamassassin', 'csdmc-2010', 'trec06c-head', 'trec06p'])(
  'every message of %s is looked into within 250 ms and 100 ms for each MB',
  { timeout: 1_500_000 },
  async name => {
    const slow: string[] = []
    let count = 0
    for (const path of filesIn(join(folder, name))) {
      const message = crlf(readFileSync(path))
      // What disturbs once does not disturb six times.
      let over = await excess(message)
      for (let again = 0; over > 0 && again < 5; again++) over = await excess(message)
      if (over > 0) slow.push(`${path}: ${over} ms too many`)
      count++
    }
    expect(count).toBeGreaterThan(200)
    expect(slow).toEqual([])
  },
)

test.for([
  ['spamassassin', 0.5],
  ['csdmc-2010', 0.5],
] as const)('of the honest messages of %s fewer than %d per cent are ambiguous', async ([name, most]) => {
  const paths = filesIn(join(folder, name, 'ham'))
  let ambiguous = 0
  for (const path of paths) {
    const { ambiguities } = await ask(parts, { message: crlf(readFileSync(path)) })
    if (ambiguities.length > 0) ambiguous++
  }
  expect((100 * ambiguous) / paths.length).toBeLessThan(most)
})

test('odd messages with bytes changed are read too', async () => {
  const originals = filesIn(join(folder, 'mime')).map(path => crlf(readFileSync(path)).toString('latin1'))
  const changed = fc
    .tuple(
      fc.constantFrom(...originals),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 10 }),
    )
    .map(([original, changes]) => {
      const bytes = Buffer.from(original, 'latin1')
      for (const [where, byte] of changes) bytes[where % bytes.length] = byte
      return bytes
    })
  await fc.assert(
    fc.asyncProperty(changed, async message => {
      const [{ all }, { sections }] = await Promise.all([ask(parts, { message }), ask(text, { message })])
      expect(all.length).toBeGreaterThan(0)
      expect(sections.length).toBeLessThanOrEqual(100)
      expect(await excess(message)).toBeLessThanOrEqual(0)
    }),
    { numRuns: runs(2000) },
  )
})
