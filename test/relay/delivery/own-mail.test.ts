/** Mail that the program writes itself: delivered once for each name, without being judged, from the null sender. */
import { expect, test } from 'vitest'
import { memoryStore } from '../../../src/store/index.ts'
import { testDelivery } from '../../support/delivery.ts'
import { scratch } from '../../support/scratch.ts'
import { sink } from '../../support/sink.ts'
import { messages } from '../relay-process.ts'

const CONTENT = Buffer.from('From: postern@example.org\r\nSubject: a digest\r\n\r\nHello\r\n.dot\r\n')
const mail = (name = 'digest 1', recipient = 'bob@example.org') => ({ recipient, name, content: CONTENT })

test('a next hop gets it from the null sender, once for each name and recipient', async () => {
  await using hop = await sink()
  const nextHop = { hosts: [`127.0.0.1:${hop.port}`] }
  await using made = await testDelivery([{ domains: ['example.org'], nextHop }])
  const { sendOwn } = made.delivery
  await sendOwn(mail())
  await sendOwn(mail())
  await sendOwn(mail('digest 2'))
  await sendOwn(mail('digest 1', 'ann@example.org'))
  expect(hop.messages).toEqual([CONTENT, CONTENT, CONTENT].map(String))
  expect(hop.received().match(/MAIL FROM:<>/g)).toHaveLength(3)
})

test('a Maildir gets it once, also when the note is lost', async () => {
  await using folder = await scratch()
  for (const store of [memoryStore(), memoryStore()]) {
    await using made = await testDelivery([{ maildir: folder.path }], { store })
    await made.delivery.sendOwn(mail())
  }
  expect(await messages(folder.path)).toEqual([`Return-Path: <>\r\n${CONTENT}`])
})

test('two that are sent at the same moment are delivered once, by one process or by two', async () => {
  await using hop = await sink()
  const routes = [{ domains: ['example.org'], nextHop: { hosts: [`127.0.0.1:${hop.port}`] } }]
  const store = memoryStore()
  await using one = await testDelivery(routes, { store })
  await using two = await testDelivery(routes, { store })
  const first = one.delivery.sendOwn(mail())
  const second = one.delivery.sendOwn(mail())
  await expect(two.delivery.sendOwn(mail())).rejects.toThrow('another process sends this mail')
  await Promise.all([first, second])
  await two.delivery.sendOwn(mail())
  expect(hop.messages).toHaveLength(1)
})

test('an alert about a store that is down is sent without it, once', async () => {
  await using hop = await sink()
  const store = { run: () => Promise.reject(new Error('down')) } as unknown as ReturnType<typeof memoryStore>
  await using made = await testDelivery([{ domains: ['example.org'], nextHop: { hosts: [`127.0.0.1:${hop.port}`] } }], {
    store,
  })
  await made.delivery.sendOwn(mail('alert'))
  await made.delivery.sendOwn(mail('alert'))
  expect(hop.messages).toHaveLength(1)
})

test('what a next hop refuses or defers is an error, and is tried again', async () => {
  let reply = '550 5.1.1 who'
  await using hop = await sink(step => (step === 'RCPT' && reply !== '' ? reply : undefined))
  await using made = await testDelivery([{ domains: ['example.org'], nextHop: { hosts: [`127.0.0.1:${hop.port}`] } }])
  await expect(made.delivery.sendOwn(mail())).rejects.toThrow(/550 .*who/)
  reply = '450 4.2.0 later'
  await expect(made.delivery.sendOwn(mail())).rejects.toThrow(/4\d\d .*later/)
  reply = ''
  await made.delivery.sendOwn(mail())
  expect(hop.messages).toHaveLength(1)
})

test('an address without a route is an error, unless a next hop for our own mail takes it', async () => {
  await using hop = await sink()
  await using outside = await sink()
  const routes = [{ domains: ['example.org'], nextHop: { hosts: [`127.0.0.1:${hop.port}`] } }]
  await using none = await testDelivery(routes)
  const toOthers = mail('alert', 'operator@example.com')
  await expect(none.delivery.sendOwn(toOthers)).rejects.toThrow(
    'there is no route for operator@example.com; mail.nextHop',
  )
  await using made = await testDelivery(routes, { ownMailHop: { hosts: [`127.0.0.1:${outside.port}`] } })
  await made.delivery.sendOwn(toOthers)
  await made.delivery.sendOwn(mail('alert'))
  expect([hop.messages.length, outside.messages.length]).toEqual([1, 1])
  expect(outside.received()).toContain('RCPT TO:<operator@example.com>')
  // No other mail goes there: the relay is open to no sender.
  const question = { forwardPath: 'operator@example.com', reversePath: 'a@example.net' }
  expect(await made.delivery.checkRecipient(question)).toMatchObject({ code: 550 })
})
