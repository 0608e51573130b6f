/** Errors of the system that an operator can put right say how. */
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemErrorText } from '../../src/relay/system-error.ts'
import { scratch } from '../support/scratch.ts'

test('a port where another program listens', async () => {
  const first = createServer().listen(0, '127.0.0.1')
  await once(first, 'listening')
  const address = first.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const second = createServer().listen(port, '127.0.0.1')
  const [error] = await once(second, 'error')
  expect(systemErrorText(error)).toMatch(new RegExp(`^127\\.0\\.0\\.1:${port}: found another program .*choose another`))
  first.close()
})

test('an address that this machine does not have', async () => {
  const [error] = await once(createServer().listen(25, '192.0.2.1'), 'error')
  expect(systemErrorText(error)).toMatch(/^192\.0\.2\.1:25: found no (?:such address|permission)/)
})

test('a file in place of a folder', async () => {
  await using folder = await scratch()
  await writeFile(join(folder.path, 'file'), '')
  const failed = await mkdir(join(folder.path, 'file', 'tmp')).catch((error: unknown) => error)
  expect(systemErrorText(failed)).toMatch(/\/file\/tmp: found a file in place of a folder, expected a place/)
})

test('other errors keep their words', () => {
  expect(systemErrorText(new Error('something else'))).toBe('something else')
  expect(systemErrorText(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))).toBe('reset')
})
