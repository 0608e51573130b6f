/** The files of held messages: what names them comes from us, and nothing else is ever opened, written or removed. */
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Keys } from '../../src/quarantine/cipher.ts'
import { MessageFiles } from '../../src/quarantine/folder/message-files.ts'
import { type Scratch, scratch } from '../support/scratch.ts'

const ID = 'Ab3_-dEfGhIjKlMn'

let folder: Scratch
let files: MessageFiles
const outside = (): string => join(folder.path, 'secret')
const content = (): Readable => Readable.from([Buffer.from('a held message')])

beforeEach(async () => {
  folder = await scratch()
  await writeFile(outside(), 'not a message')
  files = await MessageFiles.open(join(folder.path, 'quarantine'), new Keys(undefined))
})
afterEach(() => folder.remove())

test.for([
  '../../secret',
  '..',
  '.',
  '',
  '/etc/passwd',
  `${ID}/../../../secret`,
  `../${ID}`,
  `..\\..\\secret`,
  'Ab3_-dEfGhIjKl\0n',
  `${ID}\n`,
  ID.slice(1),
  `${ID}x`,
  'Ab3_-dEfGhIjKlM.',
  '%2e%2e%2fsecret0',
])('K05 the id %j is refused, and nothing is read, written or removed', async id => {
  expect(() => files.read(id)).toThrow('not the id of a held message')
  await expect(files.write(id, content())).rejects.toThrow('not the id of a held message')
  await expect(files.remove(id)).rejects.toThrow('not the id of a held message')
  expect(await readFile(outside(), 'utf8')).toBe('not a message')
  expect(await readdir(folder.path)).toEqual(['quarantine', 'secret'])
  expect(await readdir(join(folder.path, 'quarantine'), { recursive: true })).toEqual(['messages', 'tmp'])
})

test('K05 a message is not written through a link that lies in its place', async () => {
  await symlink(outside(), join(folder.path, 'quarantine', 'tmp', ID))
  await expect(files.write(ID, content())).rejects.toMatchObject({ code: 'EEXIST' })
  expect(await readFile(outside(), 'utf8')).toBe('not a message')
})

test('K05 a link in the place of a held message is replaced, and what it leads to stays', async () => {
  await symlink(outside(), join(folder.path, 'quarantine', 'messages', ID))
  await files.write(ID, content())
  expect(await readFile(outside(), 'utf8')).toBe('not a message')
  expect(await readFile(join(folder.path, 'quarantine', 'messages', ID), 'utf8')).toBe('a held message')
})
