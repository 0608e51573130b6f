/** `postern short-links` fills the cache in the store of a gateway. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { links } from '../../src/facts/links.ts'
import { sqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { message } from '../../src/testing/message.ts'
import { ask } from '../../src/testing/probe.ts'
import { type Scratch, scratch } from '../support/scratch.ts'

let folder: Scratch
beforeAll(async () => {
  folder = await scratch()
})
afterAll(() => folder.remove())

async function run(...args: readonly string[]) {
  const lines: string[] = []
  const take = (line: string) => void lines.push(line)
  const status = await main(['short-links', ...args], { out: take, error: take })
  return { status, text: lines.join('\n') }
}

test('targets are added, imported and removed, and messages have them', async () => {
  const file = join(folder.path, 'postern.db')
  const store = sqliteStore({ file })
  const hosts = async () => {
    const { all } = await ask(links, { store, message: message({ text: 'https://bit.ly/1 https://t.co/2\n' }) })
    return all.map(({ host }) => host)
  }
  try {
    expect(await hosts()).toEqual(['bit.ly', 't.co'])
    const added = await run('add', 'https://bit.ly/1', 'https://a.example/x', '--ttl', '7d', '--store', file)
    expect(added).toEqual({ status: 0, text: 'remembered 1 short link' })
    const list = join(folder.path, 'links.tsv')
    await writeFile(list, '# seen this week\nhttps://t.co/2\thttps://b.example/x\n\n')
    expect(await run('import', list, '--store', file)).toEqual({ status: 0, text: 'remembered 1 short link' })
    expect(await hosts()).toEqual(['bit.ly', 'a.example', 't.co', 'b.example'])
    expect(await run('remove', 'https://bit.ly/1', '--store', file)).toEqual({
      status: 0,
      text: 'removed 1 short link',
    })
    expect(await hosts()).toEqual(['bit.ly', 't.co', 'b.example'])
  } finally {
    await store.close?.()
  }
})

test('a line without a target is named, and nothing is written', async () => {
  const list = join(folder.path, 'wrong.tsv')
  await writeFile(list, 'https://bit.ly/1 https://a.example/\nhttps://bit.ly/2\n')
  const { status, text } = await run('import', list, '--store', join(folder.path, 'postern.db'))
  expect(status).toBe(2)
  expect(text).toContain('wrong.tsv:2')
})

test.for<readonly string[]>([['add', 'https://bit.ly/1'], ['import'], ['show'], []])(
  '%j is answered with the usage',
  async args => {
    expect(await run(...args)).toMatchObject({ status: 2, text: expect.stringContaining('usage: postern short-links') })
  },
)
