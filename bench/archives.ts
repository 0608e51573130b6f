/** What looking into files costs: honest ones, and those made to cost much. `node bench/archives.ts` */
import { randomBytes } from 'node:crypto'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { inspector } from '../src/archives/inspect.ts'
import { ole, vba, type ZipFileOptions, zip } from '../test/archives/build.ts'

const { signal } = new AbortController()
const zeros = { bytes: deflateRawSync(Buffer.alloc(4_000_000)), size: 4_000_000, crc: 0 }
const page = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(4_000_000)])
const packedPage = { bytes: deflateRawSync(page), size: page.length, crc: crc32(page) }
const many = (count: number, file: (index: number) => ZipFileOptions) =>
  zip(Array.from({ length: count }, (_, index) => file(index)))
let nest = zip([{ name: 'a.txt', data: 'x' }])
for (let depth = 0; depth < 1000; depth += 1) nest = zip([{ name: 'a.zip', data: nest, stored: true }])

const samples: readonly (readonly [what: string, name: string, bytes: Buffer])[] = [
  ['a zip of 20 texts', 'a.zip', many(20, index => ({ name: `${index}.txt`, data: 'some words '.repeat(200) }))],
  [
    'an Office document with macros',
    'a.docm',
    zip([
      { name: '[Content_Types].xml', data: '<Types/>' },
      { name: 'word/document.xml', data: '<w:p>words</w:p>'.repeat(5000) },
      {
        name: 'word/vbaProject.bin',
        data: ole([
          {
            path: 'VBA/Module1',
            data: Buffer.concat([Buffer.alloc(64), vba(`Attribute VB\r\n${'x = 1\r\n'.repeat(3000)}`)]),
          },
        ]),
      },
    ]),
  ],
  ['a PDF of 4 MB', 'a.pdf', page],
  ['a zip of 10,000 entries', 'a.zip', many(10_000, index => ({ name: String(index), data: 'x' }))],
  [
    '500 entries over one kernel of 4 MB',
    'a.zip',
    many(500, index => ({ name: String(index), packed: zeros, ...(index > 0 && { sameAs: 0 }) })),
  ],
  ['8 PDFs of 4 MB in a zip', 'a.zip', many(8, index => ({ name: `${index}.pdf`, packed: packedPage }))],
  ['a zip a thousand deep', 'a.zip', nest],
  ['100 MB of nothing in a gzip', 'a.gz', gzipSync(Buffer.alloc(100_000_000))],
  ['4 MB of local headers', 'a.zip', Buffer.from(`PK\x03\x04${'\0'.repeat(22)}\x01\0\0\0x`.repeat(130_000), 'latin1')],
]

for (const [what, name, bytes] of samples) {
  let least = Number.POSITIVE_INFINITY
  let traits = ''
  let block = 0
  for (let run = 0; run < 5; run += 1) {
    const before = process.cpuUsage()
    let last = performance.now()
    const tick = setInterval(() => {
      block = Math.max(block, performance.now() - last - 1)
      last = performance.now()
    }, 1)
    const found = await inspector({ signal })(name, bytes)
    clearInterval(tick)
    block = Math.max(block, performance.now() - last - 1)
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
    traits = found?.traits.join(', ') ?? ''
  }
  console.log(
    `${what} (${(bytes.length / 1e6).toFixed(2)} MB): ${least.toFixed(1)} ms of CPU, the loop held for at most ${block.toFixed(0)} ms [${traits}]`,
  )
}
