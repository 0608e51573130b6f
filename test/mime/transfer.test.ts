import fc from 'fast-check'
import { expect, test } from 'vitest'
import { transferDecoder } from '../../src/mime/transfer.ts'

function decode(encoding: string, text: string, size = text.length || 1): string {
  const decoder = transferDecoder(encoding)
  if (!decoder) throw new Error(`no decoder for ${encoding}`)
  const source = Buffer.from(text, 'latin1')
  const out: Buffer[] = []
  for (let at = 0; at < source.length; at += size) out.push(Buffer.from(decoder.push(source.subarray(at, at + size))))
  return Buffer.concat([...out, decoder.end()]).toString('latin1')
}

test.for<[text: string, decoded: string]>([
  ['a=3Db', 'a=b'],
  ['one=\r\ntwo\r\n', 'onetwo\r\n'],
  ['one= \t\r\ntwo', 'onetwo'],
  ['=e4=E4', '\xe4\xe4'],
  ['a=zz=', 'a=zz='],
  ['=', '='],
])('quoted-printable %j is %j, however it is cut', ([text, decoded]) => {
  for (const size of [1, 2, 3, 100]) expect(decode('quoted-printable', text, size)).toBe(decoded)
})

test('base64 is decoded however its lines and chunks are cut, and what is no base64 is passed over', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 90 }),
      fc.integer({ min: 1, max: 50 }),
      (octets, width, size) => {
        const plain = Buffer.from(octets)
        const lines = plain.toString('base64').replace(new RegExp(`.{${width}}`, 'g'), '$& \r\n*')
        expect(decode('base64', lines, size)).toBe(plain.toString('latin1'))
      },
    ),
  )
})

test('the identities change nothing, and an encoding nobody knows has no decoder', () => {
  for (const encoding of ['', '7bit', '8bit', 'binary']) expect(decode(encoding, 'a=3D\0\xff', 2)).toBe('a=3D\0\xff')
  expect(transferDecoder('x-uuencode')).toBeUndefined()
})
