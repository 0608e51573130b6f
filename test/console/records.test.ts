/** Records of the console in a file of SQLite. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sqliteRecords } from '../../src/console/index.ts'
import { type Scratch, scratch } from '../support/scratch.ts'
import { recordsContract } from './records.ts'

let folder: Scratch
beforeEach(async () => {
  folder = await scratch()
})
afterEach(() => folder.remove())

recordsContract(clock => sqliteRecords({ file: join(folder.path, 'console.db'), clock }))

test('the file is for its owner alone', async () => {
  const file = join(folder.path, 'console.db')
  await sqliteRecords({ file }).close()
  expect(statSync(file).mode & 0o777).toBe(0o600)
})
