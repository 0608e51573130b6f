/** `postern score` on a busy machine: nothing is said about load, which is no property of the message. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { message } from '../../src/testing/message.ts'
import { type Scratch, scratch } from '../support/scratch.ts'

let folder: Scratch
beforeAll(async () => {
  folder = await scratch()
  await writeFile(join(folder.path, 'mail.eml'), message())
  // Each stage holds the event loop longer than what is full load, and then lets the meter look.
  await writeFile(
    join(folder.path, 'busy.config.mjs'),
    `const hold = async () => {
  for (const until = performance.now() + 400; performance.now() < until; );
  await new Promise(resolve => setTimeout(resolve, 150))
}
export default { name: 'mx.example.org', ownFilters: [{ name: 'busy', connect: hold, helo: hold, message: hold }] }
`,
  )
})
afterAll(() => folder.remove())

test('a stalled event loop is no warning', async () => {
  const warnings: string[] = []
  const take = ({ message: text }: Error) => void warnings.push(text)
  process.on('warning', take)
  try {
    const config = join(folder.path, 'busy.config.mjs')
    const lines: string[] = []
    const output = { out: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) }
    await main(['score', join(folder.path, 'mail.eml'), '--config', config, '--offline'], output)
    await sleep(0)
    expect(lines.at(-1)).toMatch(/^ {2}score /)
    expect(warnings.filter(text => text.includes('load/'))).toEqual([])
  } finally {
    process.off('warning', take)
  }
})
