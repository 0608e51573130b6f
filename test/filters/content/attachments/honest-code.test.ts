/** What developers and administrators attach costs less than what runs; what only looks like it does not. */
import { expect, test } from 'vitest'
import { attachments } from '../../../../src/filters/content/attachments/attachments.ts'
import { links } from '../../../../src/filters/content/links/links.ts'
import type { Filter } from '../../../../src/model/filter.ts'
import { message } from '../../../../src/testing/message.ts'
import { probe } from '../../../../src/testing/probe.ts'
import { zip } from '../../../archives/build.ts'
import { encryptedZip } from '../../../archives/encrypted-zip.ts'

const rulesOf = async (filename: string, content: Buffer | string, filter: Filter = attachments()) => {
  const found = await probe(filter, {
    reversePath: 'it@larchfield.example.com',
    forwardPaths: ['bob@example.net'],
    message: message({
      from: 'IT <it@larchfield.example.com>',
      text: 'Hello Bob\n',
      attachments: [{ filename, content, type: 'application/octet-stream' }],
    }),
  })
  return found.map(({ rule = '' }) => rule)
}

const members = (...names: readonly string[]) => names.map(name => ({ name, data: Buffer.from('x = 1') }))
const PROJECT = ['proj/run.bat', 'proj/src/index.js', 'proj/src/main.c', 'proj/README.md', 'proj/Makefile'] as const

test('scripts among other source code do not count as files that run', async () => {
  const found = await rulesOf('proj.zip', zip(members(...PROJECT)))
  expect(found).toContain('attachments/source-code')
  expect(found).not.toContain('attachments/auto-executable')
})

test('a Linux program in its package may have an entry for the menu', async () => {
  const found = await rulesOf('fern.zip', zip(members('usr/bin/fern', 'usr/share/applications/fern.desktop')))
  expect(found).not.toContain('attachments/auto-executable')
})

test('a saved page has its scripts beside it; elsewhere they run', async () => {
  const saved = zip(members('Larches.html', 'Larches_files/main.js', 'Larches_files/logo.png'))
  expect(await rulesOf('a.zip', saved)).not.toContain('attachments/auto-executable')
  const other = zip(members('Larches.html', 'Larches_files/main.js', 'Larches_files/x/main.vbs'))
  expect(await rulesOf('a.zip', other)).toContain('attachments/auto-executable')
  expect(await rulesOf('a.zip', zip(members('Order_files/main.js')))).toContain('attachments/auto-executable')
})

test.for<[what: string, name: string, bytes: Buffer]>([
  ['a script alone', 'a.zip', zip(members('invoice.js'))],
  ['a script beside documents', 'a.zip', zip(members('invoice.js', 'a.pdf', 'b.docx', 'c.png', 'd.txt'))],
  ['code beside a script for the host', 'a.zip', zip(members(...PROJECT, 'proj/invoice.hta'))],
  [
    'the same name outside of the code',
    'a.zip',
    zip([...members(...PROJECT), { name: 'x.zip', data: zip(members('index.js')) }]),
  ],
  ['encrypted code', 'a.zip', encryptedZip('x', members(...PROJECT))],
])('M14 %s runs', async ([, name, bytes]) => {
  expect(await rulesOf(name, bytes)).toContain('attachments/auto-executable')
})

const desktop = (...lines: readonly string[]): string => [...lines, 'redirectsmartcards:i:1', ''].join('\r\n')

test.for([
  ['of the author', desktop('full address:s:ts01.larchfield.example.com', 'gatewayhostname:s:gw.example.com')],
  ['of an internal network', desktop('full address:s:TS01')],
  ['at a private address', desktop('full address:s:10.1.2.3:3390')],
] as const)('a desktop %s is not a file that runs, and its host no link to a program', async ([, text]) => {
  expect(await rulesOf('desk.rdp', text)).toEqual(['attachments/remote-desktop'])
  expect(await rulesOf('desk.rdp', text, links())).not.toContain('links/system-handler')
})

test.for([
  ['of somebody else', desktop('full address:s:desk.evil.net')],
  ['behind a gateway of somebody else', desktop('full address:s:TS01', 'gatewayhostname:s:gw.evil.net')],
  ['of the author that gets the drives', desktop('full address:s:ts01.example.com', 'drivestoredirect:s:*')],
  ['without a host', desktop()],
] as const)('M14 a desktop %s runs', async ([, text]) => {
  expect(await rulesOf('desk.rdp', text)).toContain('attachments/auto-executable')
})
