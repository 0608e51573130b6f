/** `postern quarantine` as a program: it answers before it ends, also where a store makes it wait. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { folderQuarantine } from '../../src/quarantine/index.ts'
import { message } from '../../src/testing/message.ts'
import { cli } from '../support/programs.ts'
import { type Scratch, scratch } from '../support/scratch.ts'

const recipient = 'bob@example.org'

let folder: Scratch
beforeAll(async () => {
  folder = await scratch()
})
afterAll(() => folder.remove())

async function hold(path: string): Promise<string> {
  const content = message()
  const quarantine = await folderQuarantine({ folder: path, deliver: async () => undefined })
  try {
    const held = await quarantine.hold({
      ref: 'K3X9ABCD',
      transaction: 1,
      ip: '192.0.2.1',
      reversePath: 'alice@example.com',
      recipients: [recipient],
      kind: 'spam',
      score: 7,
      findings: [],
      content: Readable.from([content]),
      size: content.length,
    })
    if (held.kind !== 'held') throw new Error('there is no room')
    return held.message.id
  } finally {
    await quarantine.close()
  }
}

test('a release that trains the filters answers, though a store in a file collects what can wait', async () => {
  const path = (name: string) => join(folder.path, name)
  const config = { quarantine: { folder: path('held') }, store: { file: path('postern.db') }, maildir: path('mail') }
  await writeFile(path('postern.config.json'), JSON.stringify({ ...config, name: 'mx.example.org' }))
  const id = await hold(path('held'))
  const args = [
    'quarantine',
    'release',
    id,
    '--recipient',
    recipient,
    '--train',
    '--config',
    path('postern.config.json'),
  ]

  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--no-warnings', cli, ...args])

  expect(stdout).toContain(`released ${id}`)
  expect(stderr).not.toContain('unsettled')
})
