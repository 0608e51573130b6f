/** Alerts over several nodes: each is sent once, by any of the nodes. */
import { expect, test } from 'vitest'
import { breakable, DOWN, HOUR, MINUTE, Node } from './node.ts'

async function cluster(names: readonly string[]) {
  const { clock } = new Node()
  const { store, state } = breakable(clock)
  const nodes = names.map(name => new Node({ name, clock, store }))
  for (const node of nodes) {
    DOWN(node, false)
    await node.alerts.start()
  }
  await clock.advance(5 * MINUTE)
  const subjects = () => nodes.flatMap(node => node.subjects)
  return { clock, nodes, state, subjects }
}

test('an alert that three nodes see is sent once, with the names of all, and so is its end', async () => {
  const { clock, nodes, subjects } = await cluster(['mx1', 'mx2', 'mx3'])
  for (const node of nodes) DOWN(node, true)
  await clock.advance(5 * MINUTE)
  expect(subjects()).toEqual(['postern: critical: next-hop/mail.example.org:25'])
  const [first] = nodes[2]?.alerts.active ?? []
  expect(first?.nodes).toEqual(['mx1', 'mx2', 'mx3'])
  for (const node of nodes.slice(0, 2)) DOWN(node, false)
  await clock.advance(10 * MINUTE)
  expect(subjects()).toHaveLength(1)
  for (const node of nodes) DOWN(node, false)
  await clock.advance(10 * MINUTE)
  expect(subjects().slice(1)).toEqual(['postern: over: next-hop/mail.example.org:25'])
})

test('the alert of a node that has died ends when it has not been seen for three minutes', async () => {
  const { clock, nodes, subjects } = await cluster(['mx1', 'mx2'])
  const [dying] = nodes
  if (dying) DOWN(dying, true)
  await clock.advance(3 * MINUTE)
  expect(subjects()).toHaveLength(1)
  await dying?.alerts.close()
  await clock.advance(5 * MINUTE)
  expect(subjects().slice(1)).toEqual(['postern: over: next-hop/mail.example.org:25'])
})

test('a mail that a node could not send is sent by another one', async () => {
  const { clock, nodes, subjects } = await cluster(['mx1', 'mx2'])
  const [cut] = nodes
  if (cut) cut.canSend = false
  if (cut) DOWN(cut, true)
  await clock.advance(20 * MINUTE)
  expect(subjects()).toEqual(['postern: critical: next-hop/mail.example.org:25'])
  expect(cut?.mails).toEqual([])
})

test('when the store comes back what was sent meanwhile is not sent again, and what lasts elsewhere does not end', async () => {
  const { clock, nodes, state, subjects } = await cluster(['mx1', 'mx2'])
  const [one, two] = nodes
  if (two) DOWN(two, true, 'other.example.org:25')
  await clock.advance(5 * MINUTE)
  expect(subjects()).toHaveLength(1)
  state.isDown = true
  for (const node of nodes) node.gauge('postern_store_up', 0)
  await clock.advance(10 * MINUTE)
  // Each is on its own: both tell of the store.
  expect(subjects().filter(subject => subject.endsWith(': store'))).toHaveLength(2)
  state.isDown = false
  for (const node of nodes) node.gauge('postern_store_up', 1)
  await clock.advance(20 * MINUTE)
  expect(subjects().filter(subject => subject.startsWith('postern: critical'))).toHaveLength(3)
  expect(subjects().filter(subject => subject.startsWith('postern: over'))).toEqual(['postern: over: store'])
  expect(one?.alerts.active.map(({ id }) => id)).toEqual(['next-hop/other.example.org:25'])
  if (two) DOWN(two, false, 'other.example.org:25')
  await clock.advance(HOUR)
  expect(one?.alerts.active).toEqual([])
})
