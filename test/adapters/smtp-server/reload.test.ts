/** Another gateway takes the place of the gateway that a server began with. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { expect, test } from 'vitest'
import { type GuardOptions, guard, protect } from '../../../src/adapters/smtp-server/index.ts'
import { type Gateway, postern, reject } from '../../../src/index.ts'
import { zone } from '../../../src/testing/zone.ts'
import { rawClient } from '../../support/raw-client.ts'

const made = (refuses: boolean): Gateway =>
  postern({
    name: 'mx.example.org',
    dns: zone({}),
    filters: [{ name: 'rule', rcpt: () => refuses && reject('5.7.1', 'the new configuration says no') }],
  })

test.for(['guard', 'protect'] as const)(
  'a session that is open keeps its gateway, the next one gets the new (%s)',
  async by => {
    let current = made(false)
    const bare = { name: 'mx.example.org', logger: false, disabledCommands: ['STARTTLS', 'AUTH'] }
    const onData: GuardOptions['onData'] = (_content, _session, done) => done()
    const server =
      by === 'guard'
        ? new SMTPServer(guard(() => current, { ...bare, onData }))
        : protect(new SMTPServer({ ...bare, disableReverseLookup: true }), () => current)
    server.listen(0, '127.0.0.1')
    await once(server.server, 'listening')
    const { port } = server.server.address() as AddressInfo
    const begun = async () => {
      const client = rawClient(port)
      await client.reply()
      await client.say('EHLO client.example.net')
      await client.say('MAIL FROM:<a@example.net>')
      return client
    }
    const earlier = await begun()
    current = made(true)
    const later = await begun()
    expect(await earlier.say('RCPT TO:<b@example.org>')).toMatch(/^250 /)
    expect(await later.say('RCPT TO:<b@example.org>')).toMatch(/^550 5\.7\.1 /)
    for (const client of [earlier, later]) client.destroy()
    await new Promise<void>(resolve => server.close(() => resolve()))
  },
)
