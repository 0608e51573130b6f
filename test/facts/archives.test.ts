/** What attachments are and hold, found in whole messages. */
import { expect, test } from 'vitest'
import { archives } from '../../src/facts/archives.ts'
import { ask } from '../../src/testing/probe.ts'
import { ole, zip } from '../archives/build.ts'
import { cpuTime, growth } from '../support/cpu.ts'

interface Attached {
  readonly name: string
  readonly data: Buffer | string
  readonly type?: string
}

const message = (...files: readonly Attached[]): string =>
  [
    'From: alice@example.org',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/html',
    '',
    '<html><script>1</script>',
    ...files.flatMap(({ name, data, type = 'application/octet-stream' }) => [
      '--b',
      `Content-Type: ${type}`,
      `Content-Disposition: attachment; filename="${name}"`,
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from(data).toString('base64').replace(/.{76}/g, '$&\r\n'),
    ]),
    '--b--',
    '',
  ].join('\r\n')

test('each attached file is listed with the files inside it; the text of the message is not', async () => {
  const nested = zip([{ name: 'invoice.zip', data: zip([{ name: 'invoice.exe', data: `MZ${'x'.repeat(80)}` }]) }])
  const { files, all, cut } = await ask(archives, {
    message: message(
      { name: 'a.zip', data: nested },
      { name: 'b.txt', data: 'words' },
      { name: 'again.zip', data: nested },
    ),
  })
  expect(files.map(({ names, format, traits }) => [names.join(' > '), format, traits])).toEqual([
    ['a.zip', 'zip', []],
    ['a.zip > invoice.zip', 'zip', []],
    ['a.zip > invoice.zip > invoice.exe', 'pe', ['executable']],
  ])
  expect(all.map(({ path, name }) => [path, name])).toEqual([['2', 'a.zip']])
  expect(cut).toBe(false)
})

test('the format of a file is that of its bytes, whatever its name', async () => {
  const data = ole([
    { path: 'EncryptionInfo', data: 'x' },
    { path: 'EncryptedPackage', data: 'y' },
  ])
  const { files } = await ask(archives, { message: message({ name: 'photo.jpg', type: 'image/jpeg', data }) })
  expect(files).toEqual([
    {
      names: ['photo.jpg'],
      format: 'ole',
      traits: ['encrypted'],
      evidence: ['the document is encrypted as a whole'],
      members: [
        { name: 'EncryptedPackage', size: 1 },
        { name: 'EncryptionInfo', size: 1 },
      ],
    },
  ])
})

test('an attached page is inspected by any of its names', async () => {
  const data = '<html><form><input type=password></form><script>x</script>'
  const { files } = await ask(archives, { message: message({ name: 'login.shtml', type: 'text/html', data }) })
  expect(files.map(({ format, traits }) => [format, traits])).toEqual([['html', ['script', 'form', 'credentials']]])
})

test('five hundred files are a bound', async () => {
  const files = Array.from({ length: 510 }, (_, index) => ({ name: `${index}.js`, data: `var a${index}` }))
  const found = await ask(archives, { message: message(...files) })
  expect(found.cut).toBe(true)
  expect(found.files.map(({ traits }) => traits[0])).toEqual(Array<string>(500).fill('script'))
})

test('M08 a message in base64 that holds two hundred files is decoded once, not for each of them', async () => {
  const files = Array.from({ length: 190 }, (_, index) => ({
    name: `${index}.js`,
    data: `var a${index};${'x'.repeat(6_000)}`,
  }))
  const plain = message(...files)
  const packed = Buffer.from(plain).toString('base64').replace(/.{76}/g, '$&\r\n')
  const head = 'From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n'
  const outer = `${head}Content-Transfer-Encoding: base64\r\n\r\n${packed}\r\n`
  const open = async (text: string): Promise<void> => {
    const { files: found } = await ask(archives, { message: text })
    expect(found.map(({ names: [name] }) => name)).toEqual(files.map(({ name }) => name))
  }
  // Decoded for each of them it takes thirty times as long.
  expect(await growth(open, { small: plain, large: outer, enough: 8, time: cpuTime })).toBeLessThan(8)
})
