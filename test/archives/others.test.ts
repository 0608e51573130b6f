/** Archives as other programs write them, and as they are bent: what those programs see is seen. */
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import type { FileTrait, Inspection } from '../../src/archives/inspection.ts'
import { zip } from './build.ts'

const { signal } = new AbortController()
const look = (bytes: Buffer): Promise<Inspection | undefined> => inspector({ signal })('', bytes)

/** All names, those of archives in archives behind theirs. */
const names = (found: Inspection | undefined): readonly string[] => [
  ...(found?.members ?? []).map(({ name }) => name),
  ...(found?.inside ?? []).flatMap(({ inspection }) => names(inspection)),
]
const traits = (found: Inspection | undefined): readonly FileTrait[] => [
  ...(found?.traits ?? []),
  ...(found?.inside ?? []).flatMap(({ inspection }) => traits(inspection)),
]

/** Made by the zipfile of Python 3: packed with LZMA; a stored archive with ZIP64 sizes. */
const lzma = Buffer.from(
  'UEsDBD8AAgAOAJhxd12PXQ5eFgAAAGQAAAAIAAAAaW5uZXIuanMJBAUAXQAAgAAAPG6fB/////+AAAAAUEsBAj8DPwACAA4AmHF3XY9dDl4WAAAAZAAAAAgAAAAAAAAAAAAAAIABAAAAAGlubmVyLmpzUEsFBgAAAAABAAEANgAAADwAAAAAAA==',
  'base64',
)
const zip64 = Buffer.from(
  'UEsDBC0AAAAAAAAAIQAMUFnt//////////8GABQAaW4uemlwAQAQAIIAAAAAAAAAggAAAAAAAABQSwMEFAAAAAgAmHF3XZ2EYb4SAAAAggAAAAcAAABldmlsLmpzCw9OLsosKNELzkjNyQkfCA4AUEsBAhQDFAAAAAgAmHF3XZ2EYb4SAAAAggAAAAcAAAAAAAAAAAAAAIABAAAAAGV2aWwuanNQSwUGAAAAAAEAAQA1AAAANwAAAAAAUEsBAi0DLQAAAAAAAAAhAAxQWe2CAAAAggAAAAYAAAAAAAAAAAAAAIABAAAAAGluLnppcFBLBQYAAAAAAQABADQAAAC6AAAAAAA=',
  'base64',
)
const inner = zip([{ name: 'evil.js', data: 'WScript.Shell' }])
const office = [
  { name: '[Content_Types].xml', data: '<Types/>' },
  { name: 'word/document.xml', data: '<w:document/>' },
]

describe('zip archives', () => {
  test('a stored archive with ZIP64 sizes is inspected', async () => {
    const found = await look(zip64)
    expect(names(found)).toEqual(['in.zip', 'evil.js'])
    expect(traits(found)).toEqual(['script'])
  })

  test('M13 an entry that Python packs with LZMA is examined', async () => {
    const found = await look(lzma)
    expect(names(found)).toEqual(['inner.js'])
    expect(traits(found)).toEqual(['script'])
  })

  test.for<readonly [what: string, bytes: Buffer, trait: FileTrait]>([
    ['an entry that says it is empty', zip([{ name: 'in.zip', data: inner, declared: 0 }]), 'directory-mismatch'],
    ['a file beside the parts of a document', zip([...office, { name: 'in.zip', data: inner }]), 'script'],
    ['a file among the parts of a document', zip([...office, { name: 'word/in.zip', data: inner }]), 'script'],
    ['something before an archive that says nothing of it', Buffer.concat([Buffer.from('GIF89a'), inner]), 'script'],
  ])('M13 %s does not hide the files inside', async ([, bytes, trait]) => {
    const found = await look(bytes)
    expect(names(found)).toContain('evil.js')
    expect(traits(found)).toEqual(expect.arrayContaining(['script', trait]))
  })

  test('M13 a name outside of ASCII that only streaming readers see is a directory mismatch', async () => {
    const found = await look(zip([{ name: 'invoice.pdf', ownName: 'fünf.exe', data: 'x' }]))
    expect(found?.traits).toEqual(['directory-mismatch'])
  })
})

/** Made by the tarfile of Python 3, with a name of 308 characters. */
const tars = {
  GNU: 'H4sIAAAAAAACA9PT19N38MnPS/fJzMtmoA0wgABctIGJmSmcDRE3NzczYlDwYaADKC0uSSxSUGAYoaBiFBAN9ApS0vRSK1JH4580AMrUZiYmOPO/oYkZav43NjUyNWBQMBjN/zQHvlEMo2AEg+zSoirdZ9OXPpuzRi+rmHb1P0n539DQxNhkNP+P5v9RMHQBANYscvVaDAAA',
  POSIX:
    'H4sIAAAAAAACA9PT19N3CEis8EhNTEktYqAJMIAAXLSBibkZnA0WNzQwMjJhUKhgoAMoLS5JLAJazzAygbGhhUJBYkmGbcUoIBroFaSk6aVWpHIN/finR3CBMrWZiQnO/G9ogpb/jU2NDQ0YFAxG8z/NgW8UwygYwUBvENT/BkbmGPW/4Wj9TxdgZAyp/rNLi6p0n01f+mzOGr2sYq7RjDFCADje7e2BcU47O0iu/w3MTU2NRuv/0fp/FAxdAABEkmGpWhAAAA==',
}
/** The same library's, with the mark of the newer forms cleared. */
const old = 'H4sIAAAAAAACA0sty8zRyypmoCUwAAIzExMwDQToNBCYIrFB4mYGhmYMCgYMo4DWoCyxSKFiNBhGwSgYkQAAyNSFhAAGAAA='
const unpacked = (text: string): Buffer => gunzipSync(Buffer.from(text, 'base64'))

describe('tar archives', () => {
  test.for(Object.entries(tars))('M11 the end of a long name in the form of %s is listed', async ([, text]) => {
    const found = await look(unpacked(text))
    expect(names(found)).toEqual([`${'x'.repeat(247)}.pdf.exe`, 'kurz-日本.js'])
    expect(found?.inside.map(({ inspection }) => inspection.format)).toEqual(['pe', 'pe'])
  })

  test('an archive without a signature is recognised by the checksum of its first header', async () => {
    const found = await look(unpacked(old))
    expect(found?.format).toBe('tar')
    expect(names(found)).toEqual(['evil.js'])
    expect(traits(found)).toEqual(['script'])
  })

  test('M13 an archive of folders alone exceeds a bound', async () => {
    const folder = unpacked(old).subarray(0, 512)
    folder[156] = 0x35
    folder.write('00000000000', 124)
    folder.write('ustar', 257)
    const found = await look(Buffer.alloc(512 * 10_001, folder))
    expect(found?.evidence).toEqual(['it has more entries than are read'])
  })
})
