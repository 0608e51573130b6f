/** Containers that 7-Zip unpacks: names, contents, and what stays closed without a password. */
import { describe, expect, test } from 'vitest'
import { inspector } from '../../../src/archives/inspect.ts'
import type { FileTrait, Inspection } from '../../../src/archives/inspection.ts'
import { pack } from '../../support/seven-zip.ts'

const { signal } = new AbortController()
const look = (bytes: Buffer, name = ''): Promise<Inspection | undefined> => inspector({ signal })(name, bytes)
const names = (found: Inspection | undefined): readonly string[] => found?.members.map(({ name }) => name) ?? []
/** The names and formats of all files inside, from the outside inwards. */
const inside = (found: Inspection | undefined): readonly string[] =>
  found?.inside.flatMap(({ name, inspection }) => [`${name}: ${inspection.format}`, ...inside(inspection)]) ?? []
const traits = (found: Inspection | undefined): readonly FileTrait[] => [
  ...(found?.traits ?? []),
  ...(found?.inside.flatMap(({ inspection }) => traits(inspection)) ?? []),
]

const program = Buffer.concat([Buffer.from('MZ\0'), Buffer.alloc(3000, 'program ')])

describe('7-Zip archives', () => {
  test.for([
    ['as 7-Zip writes them', []],
    ['not compressed', ['-mx=0']],
    ['with PPMd', ['-m0=PPMd']],
    ['with BZip2', ['-m0=BZip2']],
    ['with a filter for programs', ['-m0=BCJ', '-m1=LZMA']],
    ['with Deflate64', ['-m0=Deflate64']],
    ['with a directory that is not compressed', ['-mhc=off']],
  ] as const)('M13 the files in 7-Zip archives are examined, %s', async ([, options]) => {
    const found = await look(await pack('a.7z', { 'invoice.exe': program, 'note.txt': 'hello' }, options))
    expect(names(found)).toEqual(['invoice.exe', 'note.txt'])
    expect(inside(found)).toEqual(['invoice.exe: pe'])
    expect(found?.traits).toEqual([])
  })

  test('the names of encrypted files are listed, and what is not encrypted is examined', async () => {
    const found = await look(await pack('a.7z', { 'invoice.exe': program }, ['-psecret']))
    expect(found).toMatchObject({ members: [{ name: 'invoice.exe', encrypted: true }], traits: ['encrypted'] })
  })

  test('an archive with encrypted names is encrypted', async () => {
    const found = await look(await pack('a.7z', { 'invoice.exe': program }, ['-psecret', '-mhe=on']))
    expect(found).toMatchObject({ members: [], traits: ['encrypted'] })
  })

  test('archives in archives are examined', async () => {
    const inner = await pack('inner.7z', { 'invoice.exe': program })
    const found = await look(await pack('a.7z', { 'inner.7z': inner }))
    expect(inside(found)).toEqual(['inner.7z: 7z', 'invoice.exe: pe'])
    expect(traits(found)).toEqual(['executable'])
  })
})
