/**
 * A rule that an attacker can make fail, beside a rule that refuses: the message is refused, and honest mail is
 * delivered.
 */
import { expect, test } from 'vitest'
import { thresholds } from '../../src/index.ts'
import type { Filter } from '../../src/model/filter.ts'
import { points } from '../../src/model/finding.ts'
import { guardedServer } from '../support/guarded-server.ts'

const advertisement: Filter = {
  name: 'advertisement',
  message: ({ header }) => header.get('subject') === 'Buy' && points(20, 'the subject is “Buy”'),
}
/** Divides by what the message says: 0 makes it NaN. */
const ratio: Filter = {
  name: 'ratio',
  message: ({ header }) => {
    const count = Number(header.get('x-count') ?? 1)
    return { rule: 'ratio', reason: 'the ratio is high', points: (0 * count) / count }
  },
}

test('P10 spam whose points a rule makes no number is refused over a real socket, while honest mail is delivered', async () => {
  const gateway = { policy: thresholds({ quarantine: 6, reject: 15 }) }
  await using host = await guardedServer({ filters: [advertisement, ratio], gateway })
  const client = await host.greeted()
  const send = async (fields: string) => {
    for (const line of ['MAIL FROM:<a@example.net>', 'RCPT TO:<b@example.org>', 'DATA']) await client.say(line)
    return await client.say(`From: a@example.net\r\n${fields}\r\n\r\nx\r\n.`)
  }
  for (const count of ['0', 'x', 'Infinity']) {
    expect(await send(`Subject: Buy\r\nX-Count: ${count}`)).toMatch(/^550 /)
    expect(await send('Subject: Hello')).toMatch(/^250 /)
  }
  expect(host.delivered).toHaveLength(3)
})
