/** Without the optional package 7z-wasm: names where they can be read, and contents that are not examined. */
import { expect, test, vi } from 'vitest'
import { inspector } from '../../../src/archives/inspect.ts'
import { attachments } from '../../../src/filters/content/attachments/attachments.ts'
import type { Notice, Notify, Services } from '../../../src/model/services.ts'
import { pack } from '../../support/seven-zip.ts'

vi.mock(import('../../../src/archives/unpack/installed.ts'), () => ({ isInstalled: () => false }))

const REASON = 'it was not unpacked, because the package 7z-wasm is not installed'
const { signal } = new AbortController()
const files = { 'invoice.exe': `MZ\0${'program '.repeat(20)}` }

test('the names of an archive are listed, and its content is not examined', async () => {
  const found = await inspector({ signal })('a.7z', await pack('a.7z', files, ['-mhc=off']))
  expect(found).toMatchObject({ members: [{ name: 'invoice.exe' }], traits: ['unscannable'], beyond: REASON })
})

test('an archive without names that can be read is not examined', async () => {
  const found = await inspector({ signal })('a.xz', await pack('a.xz', files))
  expect(found).toMatchObject({ members: [], traits: ['unscannable'], beyond: REASON })
})

test('one compressed text is unscannable, which costs less', async () => {
  const found = await inspector({ signal })('fix.patch.xz', await pack('a.xz', { 'fix.patch': '--- a' }))
  expect(found).toMatchObject({ traits: ['unscannable'], evidence: [REASON] })
  expect(found?.beyond).toBeUndefined()
})

test('an archive in which all is stored or deflated is examined', async () => {
  const found = await inspector({ signal })('a.zip', await pack('a.zip', files))
  expect(found).toMatchObject({ traits: [], inside: [{ name: 'invoice.exe' }] })
})

test('the filter says so once, when it starts', async () => {
  const notices: Notice[] = []
  const notify: Notify = notice => notices.push(notice)
  await attachments().start?.({ notify } as Services)
  expect(notices).toMatchObject([{ code: 'attachments/unpack-absent', level: 'warning' }])
})
