/** A message that is tagged: what its recipients, hosts and the log see of it. */
import { expect, test } from 'vitest'
import { actionOf } from '../../src/adapters/rspamd/result.ts'
import { type Filter, points, postern, thresholds } from '../../src/index.ts'
import type { GatewayEvent } from '../../src/model/events.ts'
import { zone } from '../../src/testing/zone.ts'
import { spamStatus } from '../../src/trace/spam-status.ts'
import { send } from '../support/mail-flow.ts'

const words: Filter = { name: 'words', message: async () => points(4.5, 'an offer') }
const options = {
  name: 'mx.example.org',
  filters: [words],
  dns: zone({}),
  trace: [spamStatus],
  policy: thresholds({ recipients: { 'lax@example.org': { tag: 'off' } } }),
} as const

test('recipients with other thresholds get a separate copy, and only the tagged copy says so', async () => {
  const gateway = postern(options)
  const { outcome } = await send(gateway, { forwardPaths: ['bob@example.org', 'lax@example.org', 'eve@example.org'] })
  expect(
    outcome?.groups?.map(({ verdict, tagged, forwardPaths, trace }) => [verdict, tagged, forwardPaths, trace[0]?.[0]]),
  ).toEqual([
    ['accept', undefined, ['lax@example.org'], 'X-Spam-Status'],
    ['accept', true, ['bob@example.org', 'eve@example.org'], 'X-Spam-Tag'],
  ])
})

test('the events of the transaction and of the recipient have the tag', async () => {
  const events: GatewayEvent[] = []
  await send(postern({ ...options, events: { write: event => void events.push(event) } }))
  const tagged = { verdict: 'accept', score: 4.5, tagged: true }
  expect(events.filter(({ type }) => type === 'transaction')).toMatchObject([tagged])
  expect(events.filter(({ type }) => type === 'recipient')).toMatchObject([tagged])
})

test('in shadow mode nothing is tagged: mail programs would sort by it', async () => {
  const { outcome } = await send(postern({ ...options, mode: 'shadow' }))
  expect(outcome).toMatchObject({ verdict: 'accept', score: 4.5 })
  expect(outcome?.tagged).toBeUndefined()
  expect(outcome?.trace.map(([name]) => name)).toEqual(['X-Spam-Status'])
})

test('clients of Rspamd are asked to add the header', () => {
  expect(actionOf({ verdict: 'accept', tagged: true })).toBe('add header')
  expect(actionOf({ verdict: 'accept' })).toBe('no action')
})

test('a policy that makes a verdict stricter loses the tag', async () => {
  const policy = thresholds()
  const gateway = postern({
    ...options,
    policy: (findings, at) => ({ ...policy(findings, at), verdict: 'quarantine' }),
  })
  const { outcome } = await send(gateway)
  expect(outcome).toMatchObject({ verdict: 'quarantine', score: 4.5 })
  expect(outcome?.tagged).toBeUndefined()
})

test('a tag that is not true is malformed', async () => {
  const policy = thresholds()
  const gateway = postern({ ...options, policy: (findings, at) => ({ ...policy(findings, at), tagged: 1 as never }) })
  const { decisions } = await send(gateway)
  expect(decisions[0]?.findings.at(-1)?.reason).toMatch(/tagged: found 1, expected true or nothing/)
})
