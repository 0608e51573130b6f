/** Alerts of a real relay: a mail into a Maildir, a signed request, a metric. */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { scratch } from '../../support/scratch.ts'
import { messages, relayProcess } from '../relay-process.ts'

test('an alert is delivered into a Maildir, posted with a signature, and a metric', { timeout: 180_000 }, async () => {
  await using folder = await scratch()
  const posted: { readonly body: string; readonly stamp: string; readonly signature: string }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { 'x-postern-timestamp': stamp = '', 'x-postern-signature': signature = '' } = request.headers
    posted.push({ body: Buffer.concat(chunks).toString(), stamp: String(stamp), signature: String(signature) })
    response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const secret = 'a secret of more than sixteen characters'
  const config = join(folder.path, 'config.json')
  const maildir = join(folder.path, 'mail')
  await writeFile(
    config,
    JSON.stringify({
      ...{ name: 'mx.example.org', maildir, metrics: '127.0.0.1:0', mail: { from: 'postern@example.org' } },
      alerts: {
        mail: ['ops@example.org'],
        webhook: { url: `http://127.0.0.1:${port}/hook`, secret },
        custom: [{ name: 'always', metric: 'postern_load', below: 2, for: 0, remedy: 'Nothing.' }],
      },
    }),
  )
  await using relay = await relayProcess(['--config', config])
  const url = /http:\/\/\S+?(?=\/metrics)/.exec(relay.told)?.[0]
  while (posted.length === 0 || (await messages(maildir)).length === 0) await sleep(100)
  const [mail = ''] = await messages(maildir)
  expect(mail).toContain('Subject: postern: warning: always')
  expect(mail).toContain('To do: Nothing.')
  const [{ body, stamp, signature } = { body: '', stamp: '', signature: '' }] = posted
  expect(signature).toBe(`sha256=${createHmac('sha256', secret).update(`${stamp}.${body}`).digest('hex')}`)
  expect(JSON.parse(body)).toMatchObject({
    version: 1,
    kind: 'begin',
    alerts: [{ id: 'always', nodes: ['mx.example.org'] }],
  })
  const text = await (await fetch(`${url}/metrics`)).text()
  expect(text).toMatch(/^postern_alert\{name="always",worker="management"\} 1$/m)
  expect(text).toMatch(/^postern_alert\{name="store",worker="management"\} 0$/m)
  server.close()
})
