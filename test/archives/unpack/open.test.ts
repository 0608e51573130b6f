/** Encrypted archives, opened with a password. */
import { describe, expect, test } from 'vitest'
import { budget } from '../../../src/archives/inspection.ts'
import { openEncrypted } from '../../../src/archives/unpack/open.ts'
import { pack } from '../../support/seven-zip.ts'

const { signal } = new AbortController()
const files = { 'invoice.exe': 'MZ and more', 'note.txt': 'hello' }

describe.for([
  ['7z', '7z', ['-psecret']],
  ['7z', '7z with encrypted names', ['-psecret', '-mhe=on']],
  ['zip', 'zip with ZipCrypto', ['-psecret']],
  ['zip', 'zip with AES', ['-psecret', '-mem=AES256']],
] as const)('%s: %s', ([format, , options]) => {
  const make = () => pack(`a.${format}`, files, options)

  test('the right password opens it', async () => {
    const opened = await openEncrypted(await make(), 'secret', { format, budget: budget(), signal })
    expect(opened).toMatchObject({ kind: 'opened', entries: [{ name: 'invoice.exe' }, { name: 'note.txt' }] })
    const contents = opened.kind === 'opened' ? opened.files : []
    expect(contents.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()])).toEqual(Object.entries(files))
  })

  test('another password does not', async () => {
    const opened = await openEncrypted(await make(), 'Secret', { format, budget: budget(), signal })
    expect(opened).toEqual({ kind: 'wrong-password' })
  })
})

test('what a wrong password cost is counted, and without time nothing is tried', async () => {
  const left = budget()
  const bytes = await pack('a.7z', files, ['-psecret'])
  await openEncrypted(bytes, 'wrong', { format: '7z', budget: left, signal })
  expect(left.time).toBeLessThan(150)
  const opened = await openEncrypted(bytes, 'secret', { format: '7z', budget: budget({ time: 0 }), signal })
  expect(opened).toMatchObject({ kind: 'not-examined' })
})
