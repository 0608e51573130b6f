/** The example for clients of Rspamd: every line of it is said by the client that it is for. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { letter } from '../relay/networks.ts'
import { type ExampleFolder, type ExampleProgram, exampleFolder } from '../support/example.ts'
import { eximSays } from '../support/exim.ts'
import { startHaraka } from '../support/haraka.ts'
import { rawClient } from '../support/raw-client.ts'
import { freePort } from '../support/scratch.ts'
import { INSTALL_TIMEOUT, need } from '../support/services.ts'
import { sink } from '../support/sink.ts'

const run = promisify(execFile)

/** In place of the example's filters: what the clients are to show. */
const WORDS = `
import { points, reject } from 'postern'
export const words = {
  name: 'words',
  header({ header }) {
    const subject = header.get('subject') ?? ''
    return (/offer/i.test(subject) && points(8, 'an offer')) || (/virus/i.test(subject) && reject('5.7.1', 'a virus'))
  },
}
`

let server: ExampleProgram
let folder: ExampleFolder
let port = 0

/** A file of the example, with our port in place of Rspamd's. */
const read = (name: string): string =>
  readFileSync(new URL(`../../examples/rspamd-clients/${name}`, import.meta.url), 'utf8').replaceAll(
    '11333',
    String(port),
  )

beforeAll(async () => {
  port = await freePort()
  folder = await exampleFolder(['rspamd-clients/server.ts'], { 11333: port })
  const file = join(folder.path, 'server.ts')
  const text = (await readFile(file, 'utf8')).replace(/filters: .*/, 'filters: [words],')
  await writeFile(file, `import { words } from './words.mjs'\n${text}`)
  await writeFile(join(folder.path, 'words.mjs'), WORDS)
  server = await folder.start(/ on 127\.0\.0\.1:/, 'server.ts')
  await writeFile(join(folder.path, 'message.eml'), letter.replace('Hello', 'An offer'))
  await need('rspamc', ['rspamd'])
  await need('spamc', ['spamc'])
  await need('curl', ['curl'])
}, INSTALL_TIMEOUT)
afterAll(async () => {
  await server?.end()
  await folder?.[Symbol.asyncDispose]()
})

const expected: readonly RegExp[] = [
  /Action: add header[\s\S]*Symbol: WORDS \(8\.00\)/,
  /Messages scanned: \d+/,
  /X-Spam-Status: Yes[\s\S]*Subject: An offer/,
  /WORDS/,
  /"action":"add header"/,
]
const lines = readFileSync(new URL('../../examples/rspamd-clients/clients.sh', import.meta.url), 'utf8')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('#'))

test.for(lines.map((line, index) => [line, expected[index] ?? /^$/] as const))('%s', async ([line, said]) => {
  const { stdout } = await run('sh', ['-c', line.replaceAll('11333', String(port))], { cwd: folder.path })
  expect(stdout).toMatch(said)
})

test('Exim refuses what is to be refused and marks the rest', { timeout: INSTALL_TIMEOUT }, async () => {
  const [main = '', acl = ''] = read('exim.conf').split('# ACL section.')
  const body = (subject: string) => [...letter.replace('Subject: Hello', `Subject: ${subject}`).split('\r\n'), '.']
  const to = ['MAIL FROM:<alice@example.org>', 'RCPT TO:<bob@example.net>', 'DATA']
  const { replies, queued } = await eximSays({
    ...{ main, acl, ip: '192.0.2.7' },
    lines: ['EHLO mx.example.org', ...to, ...body('A virus'), ...to, ...body('An offer')],
  })
  expect(replies).toMatch(/550 reject[\s\S]*250 OK id=/)
  expect(queued).toEqual([expect.stringContaining('X-Spam-Action: add header')])
})

test("Haraka's own plugin for Rspamd refuses and marks, too", { timeout: INSTALL_TIMEOUT }, async () => {
  await using nextHop = await sink()
  await using haraka = await startHaraka({
    nextHop: nextHop.port,
    plugin: 'exports.hook_rcpt = next => next(OK)\n',
    plugins: ['postern', 'rspamd', 'queue/smtp_forward'],
    config: { 'rspamd.ini': read('haraka-rspamd.ini') },
  })
  const client = rawClient(haraka.port)
  client.send('PROXY TCP4 192.0.2.7 192.0.2.25 40000 25\r\n')
  await client.reply()
  await client.say('EHLO mx.example.org')
  const send = async (subject: string): Promise<string> => {
    for (const line of ['MAIL FROM:<alice@example.org>', 'RCPT TO:<bob@example.net>', 'DATA']) await client.say(line)
    return await client.say(`${letter.replace('Subject: Hello', `Subject: ${subject}`)}.`)
  }
  expect(await send('A virus')).toMatch(/^550 .*ref=/)
  expect(await send('An offer')).toMatch(/^250 /)
  expect(nextHop.messages).toHaveLength(1)
  expect(nextHop.messages[0]).toMatch(/^X-Rspamd-Score: 8/m)
  expect(nextHop.messages[0]).toMatch(/^X-Spam-Flag: YES/m)
  client.destroy()
})
