/** What runs inside of Haraka: the plugin, and the gateways that a test chooses from. */
import { hash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { haraka } from '../../../src/adapters/haraka/index.ts'
import { dkim } from '../../../src/filters/dkim.ts'
import { spf } from '../../../src/filters/spf.ts'
import { discard, type Filter, type Gateway, points, postern, quarantine, reject } from '../../../src/index.ts'
import { zone } from '../../../src/testing/zone.ts'
import { gatewayFor } from '../../support/dialogs.ts'

const seen: string[] = []
let ended = 0
const gatewayOf = (...filters: readonly Filter[]): Gateway =>
  postern({
    name: 'mx.example.net',
    dns: zone({}),
    filters,
    events: ({ type }) => {
      if (type === 'session') ended += 1
    },
  })

const gateways: Readonly<Record<string, (details: string) => Gateway | Promise<Gateway>>> = {
  dialog: gatewayFor,
  open: () => gatewayOf({ name: 'seen', message: () => points(1, 'seen') }),
  dkim: key =>
    postern({
      name: 'mx.example.net',
      dns: zone({ 'rsa._domainkey.example.org': { TXT: [key] } }),
      filters: [dkim()],
    }),
  choosy: () =>
    gatewayOf(
      { name: 'choosy', rcpt: ({ forwardPath }) => forwardPath.startsWith('carol') && reject('5.7.1', 'no') },
      { name: 'seen', message: () => points(0, 'seen') },
    ),
  dora: () =>
    postern({
      name: 'mx.example.net',
      dns: zone({}),
      filters: [{ name: 'seen', message: () => points(1, 'seen') }],
      policy: (findings, at) => {
        const no = at.stage === 'message' && at.forwardPath === 'dora@example.net'
        const reply = no
          ? ({ code: 550, status: '5.7.1', text: 'no' } as const)
          : ({ code: 250, status: '2.0.0', text: 'fine' } as const)
        return { stage: at.stage, verdict: no ? 'reject' : 'accept', score: 0, findings, reply }
      },
    }),
  odd: () => gatewayOf({ name: 'odd', message: () => quarantine('it is odd') }),
  trap: () => gatewayOf({ name: 'trap', message: () => discard('a trap') }),
  full: () =>
    postern({ name: 'mx.example.net', dns: zone({}), filters: [], folder: '/nowhere', limits: { memory: '1kb' } }),
  away: () =>
    gatewayOf({ name: 'away', failure: 'defer', message: () => Promise.reject(new Error('nobody is there')) }),
  early: () => gatewayOf({ name: 'header', header: () => reject('5.6.0', 'no') }),
  throws: () => ({ ...gatewayOf(), open: () => JSON.parse('no gateway') }),
  client: () => gatewayOf({ name: 'client', connect: () => reject('5.7.1', 'no', { close: true }) }),
  slow: () => gatewayOf({ name: 'slow', message: () => new Promise(() => undefined), deadline: '60s' }),
  // From the first field that the client sent: Haraka has put its own field before it.
  bytes: () =>
    gatewayOf({
      name: 'octets',
      message: async ({ open }) => {
        const bytes = await buffer(open())
        seen.push(hash('sha256', bytes.subarray(bytes.indexOf('X-Case: '))))
      },
    }),
  sees: () =>
    gatewayOf(spf(), {
      name: 'sees',
      message: ({ reversePath, forwardPaths, user }) => {
        seen.push(`${reversePath} ${forwardPaths.join()} ${user ?? ''}`)
        return reversePath.startsWith('mallory') && reject('5.7.1', 'no')
      },
    }),
}

let gateway: Gateway = gatewayOf()
process.on('message', async ({ use, details = '' }: { readonly use?: string; readonly details?: string }) => {
  if (use !== undefined) {
    seen.length = 0
    ended = 0
    gateway = (await (gateways[use] ?? gateways.open)?.(details)) ?? gateway
  }
  process.send?.({ seen: [...seen], ended })
})

export const plugin = haraka(() => gateway, { admit: true })
