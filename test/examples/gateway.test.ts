/** The gateway of its page, with the configuration of the page, in front of the mail server of the page. */
import { expect, test, vi } from 'vitest'
import { exampleFolder } from '../support/example.ts'
import { cli } from '../support/programs.ts'
import { freePort } from '../support/scratch.ts'

vi.setConfig({ testTimeout: 120_000 })

test('honest mail reaches the mail server, the test message is refused, and trace says why', async () => {
  const ports = { 2525: await freePort(), 2626: await freePort() }
  const files = ['gateway/postern.config.ts', 'gateway/mail-server.mjs', 'send.mjs']
  await using folder = await exampleFolder(files, ports)
  expect(await folder.node(cli, 'config', 'check')).toBe('postern.config.ts: no mistakes\n')
  await using mailServer = await folder.start(/^mail server on /m, 'mail-server.mjs')
  await using gateway = await folder.start(/^mode /m, cli, 'serve', '--dns', '127.0.0.1:9')
  const [accepted = '', refused = ''] = (await folder.node('send.mjs')).split('\n')
  expect(accepted).toMatch(/^250 2\.\d\.0 .*ref=\w+$/)
  expect(refused).toMatch(/^550 5\.7\.1 Refused by policy ref=\w+$/)
  await mailServer.writes(/Lunch at noon\?/)
  expect(mailServer.output()).not.toMatch(/GTUBE/)
  const ref = /ref=(\w+)/.exec(refused)?.[1] ?? ''
  await gateway.writes(new RegExp(`"type":"session","ref":"${ref}"`))
  expect(await folder.node(cli, 'trace', ref)).toMatch(/gtube/)
})
