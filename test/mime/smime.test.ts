/** What is signed or compressed as S/MIME is opened, in DER and in BER; what is encrypted is reported. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { contentsOf } from '../../src/mime/content.ts'
import { parse } from '../../src/mime/parse.ts'
import { readTree } from '../../src/mime/tree.ts'
import { payload } from '../support/mime-cases.ts'

const oid = (last: number) => Buffer.from([6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, last])
const [DATA, SIGNED, ENVELOPED] = [oid(1), oid(2), oid(3)]

function length(size: number): Buffer {
  if (size < 128) return Buffer.of(size)
  const digits = size.toString(16)
  const content = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex')
  return Buffer.concat([Buffer.of(0x80 | content.length), content])
}

/** A value of ASN.1 with its length in DER. */
const der = (tag: number, ...inner: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(inner)
  return Buffer.concat([Buffer.of(tag), length(content.length), content])
}
/** The same with an end instead of a length. */
const ber = (tag: number, ...inner: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.of(tag, 0x80), ...inner, Buffer.of(0, 0)])

const pieces = (content: Buffer, size: number): readonly Buffer[] =>
  Array.from({ length: Math.ceil(content.length / size) }, (_, index) =>
    der(4, content.subarray(index * size, (index + 1) * size)),
  )

const version = der(2, Buffer.of(1))
const algorithms = der(0x31, der(0x30, oid(1)))
const signedBy = (tlv: typeof der, content: Buffer): Buffer =>
  tlv(0x30, SIGNED, tlv(0xa0, tlv(0x30, version, algorithms, tlv(0x30, DATA, tlv(0xa0, content)), der(0x31))))

const inner = Buffer.from(
  `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/octet-stream; name=x.exe\r\n` +
    `Content-Transfer-Encoding: base64\r\n\r\n${payload.toString('base64')}\r\n--b--\r\n`,
)
const message = (
  content: Buffer | string,
  fields = 'Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m',
) =>
  Buffer.concat([
    Buffer.from(`From: a@example.org\r\n${fields}\r\n`),
    typeof content === 'string'
      ? Buffer.from(`\r\n${content}`)
      : Buffer.from(
          `Content-Transfer-Encoding: base64\r\n\r\n${content.toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n`,
        ),
  ])

const sha256 = createHash('sha256').update(payload).digest('hex')

describe('M12 opaque S/MIME is opened', () => {
  test.for<[how: string, content: Buffer]>([
    ['in DER', signedBy(der, der(4, inner))],
    ['in BER, with ends instead of lengths', signedBy(ber, der(4, inner))],
    ['in BER, in pieces', signedBy(ber, ber(0x24, ...pieces(inner, 50)))],
    ['in DER, in pieces', signedBy(der, der(0x24, ...pieces(inner, 100)))],
    ['in BER, in pieces of pieces', signedBy(ber, ber(0x24, ber(0x24, ...pieces(inner, 40))))],
    ['cut off within the signature', signedBy(der, der(4, inner)).subarray(0, -2)],
  ])('%s', async ([, content]) => {
    const bytes = message(content)
    const { parts, ambiguities, defects } = readTree(bytes)
    expect(parts.map(({ path, contentType }) => [path, contentType])).toEqual([
      ['', 'application/pkcs7-mime'],
      ['1', 'multipart/mixed'],
      ['1.1', 'application/octet-stream'],
    ])
    expect([parts[2]?.sha256, ambiguities, defects]).toEqual([sha256, [], []])
    const source = {
      size: bytes.length,
      open: (start = 0) => Readable.from([bytes.subarray(start)]),
      signal: AbortSignal.timeout(60_000),
    }
    expect(await contentsOf(source)(parts[2]?.place ?? [], 1_000_000)).toEqual(payload)
  })

  test.for<[how: string, bytes: Buffer]>([
    ['by another type', message(signedBy(der, der(4, inner)), 'Content-Type: application/x-pkcs7-mime')],
    ['by its name', message(signedBy(der, der(4, inner)), 'Content-Type: application/octet-stream; name=smime.p7m')],
    [
      'in PEM',
      message(`-----BEGIN PKCS7-----\r\n${signedBy(der, der(4, inner)).toString('base64')}\r\n-----END PKCS7-----\r\n`),
    ],
    ['in base64 that no field tells of', message(`${signedBy(der, der(4, inner)).toString('base64')}\r\n`)],
    ['in what is signed itself', message(signedBy(der, der(4, message(signedBy(ber, der(4, inner))))))],
  ])('%s', ([, bytes]) => {
    expect(readTree(bytes).parts.some(part => part.sha256 === sha256)).toBe(true)
  })
})

test('M12 a signed file is listed under its original name', () => {
  const fields = 'Content-Type: application/pkcs7-mime; name=payroll.exe.p7m'
  const { parts, ambiguities } = readTree(message(signedBy(der, der(4, payload)), fields))
  expect(parts[1]).toMatchObject({ path: '1', filenames: ['payroll.exe'], sha256 })
  expect(ambiguities).toEqual([])
})

test.for<
  [what: string, content: Buffer, fields: string | undefined, kinds: readonly string[], defects: readonly string[]]
>([
  [
    'what is encrypted',
    der(0x30, ENVELOPED, der(0xa0, der(0x30))),
    'Content-Type: application/pkcs7-mime; smime-type=enveloped-data',
    [],
    ['encrypted'],
  ],
  [
    'certificates alone',
    der(0x30, SIGNED, der(0xa0, der(0x30, version, algorithms, der(0x30, DATA)))),
    'Content-Type: application/pkcs7-mime; smime-type=certs-only',
    [],
    [],
  ],
  ['what is no S/MIME', Buffer.from('nothing of the kind'), undefined, ['unopened'], []],
  ['what is built otherwise', der(0x30, SIGNED, der(4, inner)), undefined, ['unopened'], []],
  [
    'what has no content',
    der(0x30, SIGNED, der(0xa0, der(0x30, version, algorithms, der(0x30, DATA)))),
    undefined,
    ['unopened'],
    [],
  ],
])('M12 S/MIME: %s is reported', ([, content, fields, kinds, defects]) => {
  const found = readTree(message(content, fields))
  expect([found.ambiguities.map(({ kind }) => kind), found.defects]).toEqual([kinds, defects])
})

test('endlessly nested values cost no more than their bytes', () => {
  const deep = Buffer.alloc(200_000, Buffer.from([0x24, 0x80]))
  const { parts } = readTree(message(signedBy(der, deep)))
  expect(parts.length).toBeLessThan(4)
})

const COMPRESSED = Buffer.concat([Buffer.from([6, 11]), Buffer.from('2a864886f70d0109100109', 'hex')])
const zlibAlgorithm = der(0x30, Buffer.concat([Buffer.from([6, 11]), Buffer.from('2a864886f70d0109100308', 'hex')]))
const compressedAs = (tlv: typeof der, packed: Buffer): Buffer =>
  tlv(0x30, COMPRESSED, tlv(0xa0, tlv(0x30, der(2, Buffer.of(0)), zlibAlgorithm, tlv(0x30, DATA, tlv(0xa0, packed)))))
const asCompressed = 'Content-Type: application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z'

describe('M12 compressed S/MIME (RFC 3274) is inflated', () => {
  const packed = deflateSync(inner)
  test.for<[how: string, content: Buffer]>([
    ['in DER', compressedAs(der, der(4, packed))],
    ['in BER, in pieces', compressedAs(ber, ber(0x24, ...pieces(packed, 50)))],
    ['without the end of its data', compressedAs(der, der(4, packed.subarray(0, -4)))],
    ['around what is signed', compressedAs(der, der(4, deflateSync(message(signedBy(der, der(4, inner))))))],
    ['in what is signed', signedBy(der, der(4, message(compressedAs(der, der(4, packed)), asCompressed)))],
  ])('%s', async ([, content]) => {
    const bytes = message(content, asCompressed)
    const { parts, ambiguities, defects } = readTree(bytes)
    const part = parts.find(found => found.sha256 === sha256)
    expect([ambiguities, defects]).toEqual([[], []])
    const source = {
      size: bytes.length,
      open: (start = 0) => Readable.from([bytes.subarray(start)]),
      signal: AbortSignal.timeout(60_000),
    }
    expect(await contentsOf(source)(part?.place ?? [], 1_000_000)).toEqual(payload)
  })

  test('what is damaged, or holds more than it may, is not examined', () => {
    const damaged = Buffer.from(packed)
    damaged.fill(0xff, 20, 60)
    const bomb = deflateSync(Buffer.alloc(9_000_000, 'x'))
    for (const content of [damaged, bomb]) {
      const { parts, defects } = readTree(message(compressedAs(der, der(4, content)), asCompressed))
      expect([parts.length, defects]).toEqual([1, ['compressed-cut']])
    }
  })

  test('many parts that hold much together are not all inflated', () => {
    const part = compressedAs(der, der(4, deflateSync(Buffer.alloc(3_000_000, 'x\r\n')))).toString('base64')
    const fields = `${asCompressed}\r\nContent-Transfer-Encoding: base64`
    const parts = Array.from({ length: 50 }, () => `--b\r\n${fields}\r\n\r\n${part}\r\n`).join('')
    const { defects } = readTree(message(`${parts}--b--\r\n`, 'Content-Type: multipart/mixed; boundary=b'))
    expect(defects.filter(defect => /cut|readings/.test(defect)).length).toBeGreaterThan(0)
  })

  test('a small message that holds a megabyte is read in a thread', async () => {
    const big = Buffer.concat([inner, Buffer.alloc(1_000_000, 'x\r\n')])
    const bytes = message(compressedAs(der, der(4, deflateSync(big))), asCompressed)
    const signal = AbortSignal.timeout(60_000)
    const parsed = await parse({ size: bytes.length, open: () => Readable.from([bytes]) }, { signal })
    expect(parsed).toMatchObject({ kind: 'parsed', defects: [] })
    expect(parsed.kind === 'parsed' && parsed.parts.some(part => part.sha256 === sha256)).toBe(true)
  })
})
