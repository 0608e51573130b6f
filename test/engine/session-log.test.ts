/** What is written down of a session tells each thing once. */
import { expect, test } from 'vitest'
import { points, postern, type SessionEntry } from '../../src/index.ts'
import { zone } from '../../src/testing/zone.ts'

test('a finding stands with the decision where it was first heard of, and a stage without news is left out', async () => {
  const entries: SessionEntry[] = []
  const gateway = postern({
    name: 'mx.example.org',
    dns: zone({}),
    filters: [{ name: 'a', connect: () => points(1, 'connected'), rcpt: () => points(2, 'named') }],
    log: entry => entries.push(entry),
  })
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('mx.example.net')
  await session.mail('alice@example.net')
  await session.rcpt('bob@example.org')
  session.close()
  expect(entries[0]?.decisions.map(({ stage, score, findings }) => ({ stage, score, findings }))).toEqual([
    { stage: 'connect', score: 1, findings: [points(1, 'connected', { rule: 'a' })] },
    { stage: 'rcpt', score: 3, findings: [points(2, 'named', { rule: 'a' })] },
  ])
})
