/** The relay behind a proxy: whom it takes for the client. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { scratch } from '../support/scratch.ts'
import { INSTALL_TIMEOUT, need } from '../support/services.ts'
import { begin, messages, relayProcess } from './relay-process.ts'

const run = promisify(execFile)
let swaks = ''
beforeAll(async () => {
  swaks = await need('swaks', ['swaks'])
}, INSTALL_TIMEOUT)

const proxied = (version: string) => [
  ...['--proxy-version', version, '--proxy-family', version === '1' ? 'TCP4' : 'AF_INET'],
  ...['--proxy-source', '192.0.2.7', '--proxy-source-port', '4711'],
  ...['--proxy-dest', '192.0.2.1', '--proxy-dest-port', '25'],
]
const send = (port: number, args: readonly string[]) =>
  run(swaks, ['--server', `127.0.0.1:${port}`, '--from', 'a@example.org', '--to', 'b@example.net', ...args])

test.for(['1', '2'])('swaks says by version %s of the PROXY protocol for whom it speaks', async version => {
  await using folder = await scratch()
  await using relay = await relayProcess(['--maildir', folder.path, '--proxy', '127.0.0.0/8'])
  await send(relay.port, proxied(version))
  const [message = ''] = await messages(folder.path)
  expect(message).toMatch(/^Received: from \S+ \(\[192\.0\.2\.7\]\)/m)
  await expect.poll(relay.log).toContain('"ip":"192.0.2.7"')
})

test('W21 swaks from outside of the named networks is refused', async () => {
  await using folder = await scratch()
  await using relay = await relayProcess([
    '--maildir',
    folder.path,
    '--proxy',
    '192.0.2.0/24',
    '--xclient',
    '192.0.2.0/24',
  ])
  await expect(send(relay.port, proxied('2'))).rejects.toThrow()
  const client = await begin(relay.port)
  client.send('.\r\n')
  await client.reply()
  expect(await client.say('XCLIENT ADDR=192.0.2.7')).toMatch(/^550 /)
  client.destroy()
  await expect.poll(relay.log).toContain('"ip":"127.0.0.1"')
  expect(relay.log()).not.toContain('192.0.2.7')
})

test('what is no network is reported at the start', async () => {
  await using folder = await scratch()
  await expect(relayProcess(['--maildir', folder.path, '--proxy', 'mx.example.org'])).rejects.toThrow(
    /mx\.example\.org/,
  )
})
