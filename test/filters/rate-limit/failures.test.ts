/**
 * Refusals are charged to the author that caused them; honest mail of a server that many share is accepted all the
 * same.
 */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { postern } from '../../../src/engine/gateway.ts'
import { recommended } from '../../../src/filters/recommended.ts'
import type { Filter } from '../../../src/model/filter.ts'
import { reject } from '../../../src/model/finding.ts'
import { message } from '../../../src/testing/message.ts'
import { zone } from '../../../src/testing/zone.ts'

const [SHARED, NAMELESS] = ['192.0.2.10', '192.0.2.66']
const sender = { A: SHARED, MX: { exchange: 'mail.sender.test', priority: 10 } }
const dns = zone({
  'mail.sender.test': sender,
  'sender.test': { ...sender, TXT: [`v=spf1 ip4:${SHARED} -all`] },
  '_dmarc.sender.test': { TXT: ['v=DMARC1; p=reject'] },
  '10.2.0.192.in-addr.arpa': { PTR: 'mail.sender.test' },
  'spoofed.test': { ...sender, TXT: ['v=spf1 -all'] },
  '_dmarc.spoofed.test': { TXT: ['v=DMARC1; p=reject'] },
  'silent.test': sender,
})
/** More than `recommended` allows a client in an hour. */
const MANY = 101

const advertisement: Filter = {
  name: 'advertisement',
  message: ({ header }) => header.get('subject') === 'Buy' && reject('5.7.1', 'the subject is “Buy”'),
}
const guarded = () =>
  postern({ filters: [...recommended({ domains: ['example.org'] }), advertisement], dns, name: 'mx.example.org' })

interface Mail {
  readonly ip?: string
  readonly reversePath?: string
  readonly from?: string
  readonly subject?: string
}

/** @returns the first refusal, or the reply to the message */
async function send(gateway: ReturnType<typeof guarded>, mail: Mail): Promise<string> {
  const { ip = SHARED, reversePath = 'a@sender.test', from = 'a@sender.test', subject = 'Hello' } = mail
  const session = gateway.open({ ip })
  try {
    for (const step of [
      () => session.connect(),
      () => session.helo('mail.sender.test'),
      () => session.mail(reversePath),
      () => session.rcpt('b@example.org'),
      () => session.data(Readable.from([message({ from, subject })])),
    ]) {
      const { reply, stage } = await step()
      if (reply.code >= 400 || stage === 'message') return `${reply.code} ${reply.text}`
    }
    return 'nothing was refused, and no message was judged'
  } finally {
    // A client that stays until its QUIT: what it has done is charged by then.
    await new Promise(setImmediate)
    session.close()
  }
}

async function refusedTimes(gateway: ReturnType<typeof guarded>, mail: Mail): Promise<void> {
  for (let count = 0; count < MANY; count += 1) expect(await send(gateway, mail)).toMatch(/^5/)
}

test('forgeries from a shared server do not defer the honest mail that SPF authenticates', async () => {
  const gateway = guarded()
  await refusedTimes(gateway, { from: 'x@spoofed.test' })
  expect(await send(gateway, {})).toMatch(/^250 /)
  // No check authenticates this message, and the server has had its failures.
  const unknown = { reversePath: 'a@silent.test', from: 'a@silent.test' }
  expect(await send(gateway, unknown)).toMatch(/^451 Too many failures, try again later ref=/)
  await gateway.close()
})

test('forgeries with a reverse-path that SPF does not prove defer neither', async () => {
  const gateway = guarded()
  await refusedTimes(gateway, { reversePath: 'x@spoofed.test', from: 'x@spoofed.test' })
  expect(await send(gateway, {})).toMatch(/^250 /)
  await gateway.close()
})

test('an author whose mail is refused again and again is deferred at MAIL, and no other author of the domain', async () => {
  const gateway = guarded()
  await refusedTimes(gateway, { subject: 'Buy' })
  expect(await send(gateway, {})).toMatch(/^451 Too many failures, try again later ref=/)
  expect(await send(gateway, { reversePath: 'b@sender.test', from: 'b@sender.test' })).toMatch(/^250 /)
  await gateway.close()
})

test('a client without a confirmed name is disconnected, whatever sender it names', async () => {
  const gateway = guarded()
  await refusedTimes(gateway, { ip: NAMELESS, from: 'x@spoofed.test' })
  expect(await send(gateway, { ip: NAMELESS })).toMatch(/^421 Too many failures, try again later ref=/)
  expect(await send(gateway, {})).toMatch(/^250 /)
  await gateway.close()
})
