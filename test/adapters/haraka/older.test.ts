/** The same plugin under Haraka's two forms of a path: before 3.2 the address is a method, from then on a value. */
import { Readable, type Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { haraka } from '../../../src/adapters/haraka/index.ts'
import type { HarakaConnection, HarakaMail, HarakaTransaction, Path } from '../../../src/adapters/haraka/types.ts'
import { type Filter, type Notice, postern, reject } from '../../../src/index.ts'
import { zone } from '../../../src/testing/zone.ts'
import { EventLog } from '../../support/event-log.ts'

/** As address-rfc2821 makes them: the method lies on the prototype, and needs its object. */
class Rfc2821 {
  readonly user: string
  readonly host: string
  constructor(path: string) {
    const [user = '', host = ''] = path.split('@')
    this.user = user
    this.host = host
  }
  address(): string {
    return this.user === '' ? '' : `${this.user}@${this.host}`
  }
}

const forms: readonly (readonly [version: string, path: (text: string) => Path])[] = [
  ['3.0 and 3.1', text => new Rfc2821(text)],
  ['3.2 and later', text => ({ address: text })],
]

const results = { add: () => undefined }

function world(ip: string | null | undefined, pathOf: (text: string) => unknown) {
  const seen: string[] = []
  const notices: Notice[] = []
  const log = new EventLog()
  const watch: Filter = {
    name: 'watch',
    connect: client => void seen.push(`connect ${client.ip}`),
    mail: ({ reversePath }) => void seen.push(`mail <${reversePath}>`),
    rcpt: ({ forwardPath }) => (forwardPath.startsWith('no@') ? reject('5.1.1', 'nobody') : undefined),
    message: ({ forwardPaths }) => void seen.push(`message ${forwardPaths}`),
  }
  const gateway = postern({
    dns: zone({}),
    filters: [watch],
    trace: [],
    notify: notice => notices.push(notice),
    events: log,
  })
  const plugin = haraka(gateway)
  const text = 'From: alice@example.org\r\n\r\nHello\r\n'
  const begin = (from: string, to: readonly string[]) =>
    ({
      mail_from: pathOf(from),
      rcpt_to: to.map(pathOf),
      notes: {},
      uuid: '7F0A-1',
      results,
      header: { header_list: [], headers: {}, headers_decoded: {} },
      message_stream: { pipe: (destination: Writable) => Readable.from([text]).pipe(destination) },
      add_leading_header: () => undefined,
      reset_headers: () => undefined,
    }) as unknown as HarakaTransaction
  const connectionOf = (transaction: HarakaTransaction): HarakaConnection => ({
    remote: { ip },
    hello: { host: 'mx.example.org', verb: 'EHLO' },
    tls: { enabled: false },
    notes: {},
    early_talker: false,
    results,
    transaction,
  })
  const call = (
    hook: 'connect' | 'ehlo' | 'mail' | 'rcpt' | 'data_post' | 'queue_ok' | 'reset_transaction',
    connection: HarakaConnection,
    params?: unknown,
  ) => new Promise<unknown>(resolve => plugin[`hook_${hook}`](code => resolve(code ?? 'next'), connection, params))
  return { begin, connectionOf, call, seen, notices, plugin, log }
}

test.for(forms)('Haraka %s: sender and recipients are read, and refused ones are left out', async ([, pathOf]) => {
  const { begin, connectionOf, call, seen, notices } = world('192.0.2.1', pathOf)
  const transaction = begin('alice@example.org', ['bob@example.net', 'no@example.net'])
  const connection = connectionOf(transaction)
  const codes = [await call('connect', connection), await call('ehlo', connection)]
  codes.push(await call('mail', connection, [transaction.mail_from, {}]))
  for (const path of [...transaction.rcpt_to]) codes.push(await call('rcpt', connection, [path, {}]))
  transaction.rcpt_to.pop()
  codes.push(await call('data_post', connection))
  expect(codes).toEqual(['next', 'next', 'next', 'next', 902, 'next'])
  expect(seen).toEqual(['connect 192.0.2.1', 'mail <alice@example.org>', 'message bob@example.net'])
  expect(notices).toEqual([])
})

test.for(forms)('Haraka %s: a bounce has the null reverse-path', async ([, pathOf]) => {
  const { begin, connectionOf, call, seen } = world('192.0.2.1', pathOf)
  const transaction = begin('', [])
  expect(await call('mail', connectionOf(transaction), [transaction.mail_from, {}])).toBe('next')
  expect(seen).toContain('mail <>')
})

test('paths of another form are reported in words, and defer', async () => {
  const { begin, connectionOf, call, notices } = world('192.0.2.1', text => ({ address: { text } }))
  const transaction = begin('alice@example.org', [])
  expect(await call('mail', connectionOf(transaction), [transaction.mail_from, {}])).toBe(903)
  expect(notices.map(({ reason }) => reason)).toEqual([
    'the address of a path is of type object: a string or a method was expected from Haraka',
  ])
})

test.for([null, undefined, '', 'unix socket'])('P06 a client whose address Haraka gives as %o is unknown', async ip => {
  const { begin, connectionOf, call, seen } = world(ip, text => ({ address: text }))
  expect(await call('connect', connectionOf(begin('', [])))).toBe('next')
  expect(seen).toEqual(['connect undefined'])
})

/** Carries one message up to the hook before it is queued. */
async function accepted(own: ReturnType<typeof world>, relaying: boolean) {
  const transaction = own.begin('alice@example.org', ['bob@example.net', 'carol@example.net'])
  const connection = { ...own.connectionOf(transaction), relaying }
  for (const hook of ['connect', 'ehlo'] as const) await own.call(hook, connection)
  await own.call('mail', connection, [transaction.mail_from, {}])
  for (const path of [...transaction.rcpt_to]) await own.call('rcpt', connection, [path, {}])
  await own.call('data_post', connection)
  return { transaction, connection }
}

test.for(forms)('Haraka %s: what was queued is delivered, with its reply and its queue id', async ([, pathOf]) => {
  const own = world('192.0.2.1', pathOf)
  const { connection } = await accepted(own, false)
  await own.call('queue_ok', connection, 'Message Queued (7F0A-1)')
  await own.call('reset_transaction', connection)
  expect(own.log.of('transaction')).toMatchObject([{ queueId: '7F0A-1', accepted: 2 }])
  const reply = { code: 250, text: 'Message Queued (7F0A-1)' }
  expect(own.log.of('recipient')).toMatchObject([
    { recipient: 'bob@example.net', reply },
    { recipient: 'carol@example.net', reply },
  ])
  const report = { transaction: 1, result: 'delivered', text: 'Message Queued (7F0A-1)' }
  expect(own.log.of('delivery')).toMatchObject([
    { recipient: 'bob@example.net', ...report },
    { recipient: 'carol@example.net', ...report },
  ])
})

test.for(forms)('Haraka %s: the outbound queue reports its deliveries after the session', async ([, pathOf]) => {
  const own = world('192.0.2.1', pathOf)
  const { transaction, connection } = await accepted(own, true)
  await own.call('queue_ok', connection, 'Message Queued (7F0A-1)')
  await own.call('reset_transaction', connection)
  expect(own.log.of('delivery')).toEqual([])
  // As the queue file holds it.
  const notes = JSON.parse(JSON.stringify(transaction.notes))
  const [bob, carol] = [pathOf('bob@example.net'), pathOf('carol@example.net')]
  const mail = { num_failures: 1, todo: { rcpt_to: [bob, carol], notes } }
  const { plugin } = own
  const call = (hook: 'hook_delivered' | 'hook_deferred' | 'hook_bounce', given: unknown, of: unknown = mail) =>
    new Promise<void>(resolve => plugin[hook](() => resolve(), of as HarakaMail, given))
  await call('hook_deferred', { delay: 64, err: 'Tried all MXs' })
  await call('hook_delivered', ['mx.example.net', '192.0.2.25', '250 OK', 1.5, 25, 'SMTP', [bob], false])
  await call('hook_bounce', Object.assign(new Error('no such user'), { bounced_rcpt: [carol] }))
  // A message that another plugin has made, and a transaction that has lost its recipients.
  await call('hook_delivered', ['mx.example.net'], { todo: { rcpt_to: [bob] } })
  await call('hook_delivered', ['mx.example.net'], { todo: { notes } })
  const { ref } = own.log.of('transaction')[0] ?? {}
  expect(own.log.of('delivery').map(({ v: _v, time: _t, node: _n, type: _type, ...rest }) => rest)).toEqual([
    { ref, transaction: 1, recipient: 'bob@example.net', result: 'deferred', text: 'Tried all MXs', tries: 2 },
    { ref, transaction: 1, recipient: 'carol@example.net', result: 'deferred', text: 'Tried all MXs', tries: 2 },
    {
      ref,
      transaction: 1,
      recipient: 'bob@example.net',
      result: 'delivered',
      nextHop: 'mx.example.net:25',
      text: '250 OK',
      tries: 2,
    },
    { ref, transaction: 1, recipient: 'carol@example.net', result: 'refused', text: 'no such user', tries: 2 },
  ])
  expect(own.notices).toMatchObject([{ code: 'haraka/failed' }])
})
