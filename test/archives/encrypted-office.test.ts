/** Encrypted Office documents: those that open without asking are read, others are reported. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import type { FileTrait, Inspection } from '../../src/archives/inspection.ts'
import { ole } from './build.ts'
import { cryptoApiBook, MACRO_BOOK, rc4Book, record, stream, workbook, xorBook } from './workbooks.ts'

const { signal } = new AbortController()
const look = (bytes: Buffer, ...passwords: readonly string[]): Promise<Inspection | undefined> =>
  inspector({ signal, passwords: async () => passwords.map(password => ({ password, place: 'text' }) as const) })(
    '',
    bytes,
  )
const traits = (found: Inspection | undefined): readonly FileTrait[] => [
  ...(found?.traits ?? []),
  ...(found?.inside ?? []).flatMap(({ inspection }) => traits(inspection)),
]
const fixture = (name: string): Buffer => readFileSync(`fixtures/encrypted/${name}`)

const DEFAULT = 'VelvetSweatshop'
const MACROS: readonly FileTrait[] = ['macro', 'dangerous-macro', 'auto-run']
/** The key and the verifier that the default password makes. */
const [XOR_KEY, XOR_VERIFIER] = [0xb359, 0x9a0a]

describe('documents of Office 2007 and later', () => {
  test.for([['agile.xlsm'], ['standard.xlsm']])(
    'M13 %s opens with the default password of Excel',
    async ([name = '']) => {
      expect(traits(await look(fixture(name)))).toEqual(['macro', 'dangerous-macro'])
    },
  )

  test('M13 a password of the message opens a document, and a wrong one does not', async () => {
    expect(traits(await look(fixture('agile-password.xlsm'), '4471-K'))).toEqual([
      'decrypted',
      'macro',
      'dangerous-macro',
    ])
    expect(traits(await look(fixture('agile-password.xlsm'), '4471-L'))).toEqual(['encrypted'])
    expect(traits(await look(fixture('agile-password.xlsm')))).toEqual(['encrypted'])
  })

  test('encryption that no program of Office writes is reported', async () => {
    for (const info of [
      Buffer.alloc(4),
      Buffer.alloc(300, 4),
      Buffer.from('\x04\0\x04\0\x40\0\0\0<encryption><keyData/></encryption>'),
    ])
      expect(
        traits(
          await look(
            ole([
              { path: 'EncryptionInfo', data: info },
              { path: 'EncryptedPackage', data: Buffer.alloc(64) },
            ]),
          ),
        ),
      ).toEqual(['encrypted'])
  })

  test('M13 rounds without a bound are not hashed', async () => {
    const info = fixture('agile.xlsm')
    const more = Buffer.from(info.toString('latin1').replace('spinCount="100000"', 'spinCount="999999"'), 'latin1')
    expect(more.equals(info)).toBe(false)
    const found = await look(more)
    expect(traits(found)).toEqual(['unscannable', 'encrypted'])
    expect(found?.beyond).toMatch(/more work/)
  })

  test('M13 what the text says about passwords does not keep the default password from a document', async () => {
    const said = Array.from({ length: 20 }, (_, index) => `wrong-${index}`)
    expect(traits(await look(fixture('agile.xlsm'), ...said))).toEqual(['macro', 'dangerous-macro'])
  })

  test('M13 documents beyond the work for default passwords are reported as not examined', async () => {
    const inspect = inspector({ signal, passwords: async () => [] })
    const seen: (Inspection | undefined)[] = []
    for (let index = 0; index < 6; index += 1) seen.push(await inspect('a.xlsx', fixture('agile-password.xlsm')))
    expect(seen.map(found => found?.beyond)).toEqual([
      ...Array.from({ length: 4 }, () => undefined),
      ...Array.from({ length: 2 }, () => 'it is encrypted, and the default passwords were not tried'),
    ])
  })
})

describe('workbooks of Excel 97 to 2003', () => {
  const padded = [...MACRO_BOOK.slice(0, 2), record(0x1234, Buffer.alloc(3000, 7)), ...MACRO_BOOK.slice(2)]

  test('M13 a very hidden sheet of macros, the name that runs it, and what it calls', async () => {
    const found = await look(workbook(stream(MACRO_BOOK)))
    expect(found?.traits).toEqual(MACROS)
    expect(found?.evidence).toEqual([
      'it has a sheet of Excel 4.0 macros, very hidden',
      'a sheet of Excel 4.0 macros calls EXEC',
      'an Excel 4.0 macro runs by itself: Auto_Open',
    ])
  })

  test.for<readonly [what: string, name: Buffer]>([
    ['written out', Buffer.from('\0Auto_Open')],
    ['in other case', Buffer.from('\0AUTO_OPEN_1')],
    ['in UTF-16', Buffer.concat([Buffer.from([1]), Buffer.from('auto_close', 'utf16le')])],
  ])('M13 a name that runs a macro, %s', async ([, name]) => {
    const length = name[0] === 1 ? (name.length - 1) / 2 : name.length - 1
    const head = [0, 0, 0, length, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    expect((await look(workbook(stream([...MACRO_BOOK.slice(0, 3), record(0x18, head, name)]))))?.traits).toEqual([
      'macro',
      'auto-run',
    ])
  })

  test.for<readonly [what: string, bytes: Buffer]>([
    ['RC4 of 40 bits', rc4Book(MACRO_BOOK, DEFAULT)],
    ['RC4 of the CryptoAPI', cryptoApiBook(MACRO_BOOK, DEFAULT)],
    ['exclusive or', xorBook(MACRO_BOOK, DEFAULT, XOR_KEY, XOR_VERIFIER)],
    [
      'without a code page',
      rc4Book(
        MACRO_BOOK.filter(({ kind }) => kind !== 0x42),
        DEFAULT,
      ),
    ],
    ['RC4 over several blocks', rc4Book(padded, DEFAULT)],
    ['exclusive or over several blocks', xorBook(padded, DEFAULT, XOR_KEY, XOR_VERIFIER)],
  ])('M13 a workbook with the default password is read: %s', async ([, bytes]) => {
    expect((await look(workbook(bytes)))?.traits).toEqual(MACROS)
  })

  test.for<readonly [what: string, bytes: Buffer]>([
    ['RC4 of 40 bits', rc4Book(MACRO_BOOK, '4471-K')],
    ['RC4 of the CryptoAPI', cryptoApiBook(MACRO_BOOK, '4471-K')],
  ])('M13 a password of the message opens a workbook: %s', async ([, bytes]) => {
    expect((await look(workbook(bytes), 'x', '4471-K'))?.traits).toEqual(['decrypted', ...MACROS])
    expect((await look(workbook(bytes), 'x'))?.traits).toEqual(['encrypted'])
  })

  test('links, DDE and texts', async () => {
    const url = Buffer.from('https://larch.example/a\0', 'utf16le')
    const size = Buffer.alloc(4)
    size.writeUInt32LE(url.length)
    const link = record(0x1b8, Buffer.alloc(32), Buffer.from('e0c9ea79f9bace118c8200aa004ba90b', 'hex'), size, url)
    const book = (service: string) => record(0x1ae, [0, 0, service.length, 0, 0], Buffer.from(service))
    const found = await look(
      workbook(
        stream([
          ...MACRO_BOOK.slice(0, 2),
          link,
          book('cmd\x03/c calc'),
          record(0xfc, Buffer.alloc(8), [4, 0, 0], Buffer.from('Hello')),
        ]),
      ),
    )
    expect(found?.links).toEqual([{ url: 'https://larch.example/a' }])
    expect(found?.traits).toEqual(['dde'])
    expect(found?.text).toContain('Hello')
    expect((await look(workbook(stream([...MACRO_BOOK.slice(0, 2), book('BLP\x03M')]))))?.traits).toEqual([])
  })
})

test('the small streams of a Compound File are read to the end', async () => {
  // Most of this file is one small stream.
  const found = await look(
    workbook(stream([...MACRO_BOOK.slice(0, 2), record(0x1234, Buffer.alloc(3500)), ...MACRO_BOOK.slice(2)])),
  )
  expect(found?.traits).toEqual(MACROS)
})
