/** Forwarded mail is signed and sealed so that mailauth, which did not write these fields here, verifies them. */
import { generateKeyPairSync } from 'node:crypto'
import { authenticate } from 'mailauth'
import { describe, expect, test } from 'vitest'
import type { NextHopOptions } from '../../../src/relay/delivery/types.ts'
import { hopAt, testDelivery } from '../../support/delivery.ts'
import { incoming } from '../../support/incoming.ts'
import { sink } from '../../support/sink.ts'

const pair = (type: 'rsa' | 'ed25519') =>
  type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')

const keys = { rsa: pair('rsa'), ed: pair('ed25519') }
const pem = (key: 'rsa' | 'ed') => keys[key].privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const spki = keys.rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
const raw = keys.ed.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')
const records: Readonly<Record<string, string>> = {
  'k1._domainkey.fwd.example': `v=DKIM1; k=rsa; p=${spki}`,
  'e1._domainkey.fwd.example': `v=DKIM1; k=ed25519; p=${raw}`,
}
const resolver = async (name: string, type: string) => {
  const text = type === 'TXT' ? records[name] : undefined
  if (text === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
  return [[text]]
}
const rsa = { domain: 'fwd.example', selector: 'k1', key: pem('rsa') }
const ed = { domain: 'fwd.example', selector: 'e1', key: pem('ed') }

async function forwarded(
  text: string,
  options: Partial<NextHopOptions>,
  field = 'mx.example.org; dmarc=pass header.from=example.org',
) {
  await using server = await sink()
  await using relay = await testDelivery([{ nextHop: hopAt(server.port, options), recipients: 'any' }])
  const trace = field === '' ? [] : ([['Authentication-Results', field]] as const)
  expect((await relay.delivery.deliver(incoming(text, { trace }))).code).toBe(250)
  return { message: server.messages[0] ?? '', notices: relay.notices }
}

const verify = async (message: string) => {
  const { dkim, arc } = await authenticate(Buffer.from(message, 'latin1'), {
    resolver,
    trustReceived: false,
    disableBimi: true,
  })
  return {
    dkim: dkim.results.map(({ signingDomain, status }) => `${signingDomain} ${status.result}`),
    arc: arc && typeof arc !== 'boolean' ? arc.status.result : 'none',
  }
}

const messages: Readonly<Record<string, string>> = {
  plain: 'From: a@example.org\r\nSubject: hello\r\nDate: Mon, 23 Nov 2026 11:00:00 +0000\r\n\r\nbody\r\n',
  'eight bits': 'From: a@example.org\r\nSubject: h\r\n\r\n\xa0caf\xe9 \xa0 \r\n\xc2\xa0x\xe3\x80\x80\r\n',
  'without a body': 'From: a@example.org\r\nSubject: h\r\n\r\n',
  'dots and blanks': 'From: a@example.org\r\nSubject: h\r\n\r\n.\r\n..x  \t y \r\n\r\n\r\n',
  large: `From: a@example.org\r\nSubject: h\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(5_000)}`,
}

describe('forwarded mail', () => {
  test.for(Object.keys(messages))('%s is signed and sealed', async name => {
    for (const key of [rsa, ed]) {
      const { message, notices } = await forwarded(messages[name] ?? '', { dkim: key, arc: key })
      expect(notices).toEqual([])
      expect(message.split('\r\n')[0]).toMatch(/^ARC-Seal: i=1; /)
      expect(await verify(message)).toMatchObject({ dkim: ['fwd.example pass'], arc: 'pass' })
      expect(message).toMatch(/^ARC-Authentication-Results: i=1;\s+mx\.example\.org;\s+dmarc=pass\s/m)
    }
  })

  test('a changed body breaks both', async () => {
    const { message } = await forwarded(messages.plain ?? '', { dkim: rsa, arc: rsa })
    expect(await verify(message.replace('\r\nbody\r\n', '\r\nBODY\r\n'))).toMatchObject({
      dkim: ['fwd.example neutral'],
    })
    expect((await verify(message.replace('\r\nbody\r\n', '\r\nBODY\r\n'))).arc).not.toBe('pass')
  })

  test('a chain that was whole is continued, a broken chain is closed, an unknown chain is left', async () => {
    const first = (await forwarded(messages.plain ?? '', { arc: rsa })).message
    const second = (await forwarded(first, { arc: ed }, 'mx.two.example; arc=pass')).message
    expect(second).toMatch(/^ARC-Seal: i=2; .*cv=pass/m)
    expect((await verify(second)).arc).toBe('pass')
    const broken = (await forwarded(first, { arc: ed }, 'mx.two.example; arc=fail')).message
    expect(broken).toMatch(/^ARC-Seal: i=2; .*cv=fail/m)
    const closed = (await forwarded(broken, { arc: ed }, 'mx.three.example; arc=fail')).message
    expect(closed).not.toContain('i=3')
    for (const field of ['mx.two.example; spf=pass', 'mx.two.example; arc=temperror', '']) {
      const { message, notices } = await forwarded(first, { arc: ed }, field)
      expect([message.includes('i=2'), notices]).toEqual([false, []])
    }
  })

  test('without a field of ours the seal says that nothing was found out', async () => {
    const { message } = await forwarded(messages.plain ?? '', { arc: rsa }, '')
    expect(message).toMatch(/^ARC-Authentication-Results: i=1;\s+relay\.example\.org;\s+none/m)
    expect((await verify(message)).arc).toBe('pass')
  })
})
