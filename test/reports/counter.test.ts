import { expect, test } from 'vitest'
import type { GatewayEvent } from '../../src/model/events.ts'
import { DMARC_SHAPE, DmarcCounter } from '../../src/reports/dmarc/counter.ts'
import { TallyTree, tallyAt } from '../../src/reports/tally-tree.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { recipientEvent, transactionEvent } from '../history/events.ts'
import { handClock } from '../support/hand-clock.ts'
import { DMARC, messageEvents } from './events.ts'

const DAY = '2026-11-25'

/** What is counted of events: rows by policy domain. */
async function countsOf(events: readonly GatewayEvent[], path: readonly string[]) {
  const store = memoryStore()
  const tree = new TallyTree({ store, shape: DMARC_SHAPE, clock: handClock(), notify: () => undefined })
  const counter = new DmarcCounter({ tree, addresses: ['dmarc@example.org', 'reports@mx.example.org'] })
  for (const event of events) counter.write(event)
  await tree.close()
  const found: Record<string, number> = {}
  for await (const [name, count] of tallyAt(store, DMARC_SHAPE, path).entries()) found[name] = count
  return found
}

test('a message counts once, however many recipients it has', async () => {
  const events = [
    transactionEvent({ dmarc: DMARC }),
    ...['a', 'b', 'c'].map(name => recipientEvent({ recipient: `${name}@example.org` })),
  ]
  expect(await countsOf([...events, ...events], [DAY])).toEqual({ 'example.com': 2 })
})

test('a recipient that is deferred does not hide the others', async () => {
  const events = [
    transactionEvent({ dmarc: DMARC }),
    recipientEvent({ verdict: 'defer' }),
    recipientEvent({ recipient: 'eve@example.org' }),
  ]
  expect(await countsOf(events, [DAY])).toEqual({ 'example.com': 1 })
})

test('policy domains are counted below their organisation', async () => {
  const at = (policyDomain: string) => messageEvents({ dmarc: { ...DMARC, policyDomain } })
  const events = [...at('example.com'), ...at('a.example.com'), ...at('a.example.com'), ...at('example.co.uk')]
  expect(await countsOf(events, [DAY])).toEqual({ 'example.com': 3, 'example.co.uk': 1 })
  expect(await countsOf(events, [DAY, 'example.com'])).toEqual({ 'example.com': 1, 'a.example.com': 2 })
})

test('an organisation with a policy at every name has at most twenty reports', async () => {
  const events = Array.from({ length: 500 }, (_, index) =>
    messageEvents({ dmarc: { ...DMARC, policyDomain: `n${index}.example.com` } }),
  ).flat()
  expect(await countsOf(events, [DAY])).toEqual({ 'example.com': 500 })
  expect(Object.keys(await countsOf(events, [DAY, 'example.com']))).toHaveLength(20)
})

test.for<[string, readonly GatewayEvent[]]>([
  ['to the address that receives reports', messageEvents({}, { recipient: 'DMARC@Example.ORG' })],
  ['by the address that sends reports', messageEvents({ from: 'reports@mx.example.org' })],
])('a message %s is not counted', async ([, events]) => {
  expect(await countsOf(events, [DAY])).toEqual({})
})

test('a message to the address that receives reports and to others is counted', async () => {
  const events = [
    ...messageEvents({}, { recipient: 'dmarc@example.org' }),
    recipientEvent({ recipient: 'bob@example.org' }),
  ]
  expect(await countsOf(events, [DAY])).toEqual({ 'example.com': 1 })
})

test('recipients that are refused at RCPT bring no message', async () => {
  expect(await countsOf(messageEvents({}, { stage: 'rcpt' }), [DAY])).toEqual({})
})
