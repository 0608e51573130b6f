/** Whatever the next server does, the sender gets a code of the right class, and no connection is left. */
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/model/services.ts'
import { dotStuffed } from '../../../src/relay/delivery/hop/dot-stuffing.ts'
import { NextHop } from '../../../src/relay/delivery/hop/next-hop.ts'
import type { NextHopOptions, NextHopTls } from '../../../src/relay/delivery/types.ts'
import { selfSigned } from '../../../src/relay/tls/self-signed.ts'
import { freeLoad, hopAt, quick } from '../../support/delivery.ts'
import { freePort } from '../../support/scratch.ts'
import { type Conduct, type SinkOptions, sink } from '../../support/sink.ts'

const body = 'Subject: x\r\n\r\nhello\r\n'
const parcel = (forwardPaths: readonly string[], text = body) => ({
  reversePath: 'a@example.org',
  recipients: forwardPaths.map(forwardPath => ({ forwardPath })),
  size: text.length,
  utf8: false,
  open: () => Readable.from([Buffer.from(text, 'latin1')]),
})
const services = { name: 'relay.example.org', clock: systemClock, load: freeLoad, notify: () => undefined }

/** What is said of each recipient, and the connections that are left when the hop is closed. */
async function send(options: NextHopOptions, message = parcel(['b@example.net'])) {
  const hop = new NextHop(options, services)
  const { answers } = await hop.send(message)
  hop.close()
  return message.recipients.map(({ forwardPath }) => {
    const { code, status } = answers.get(forwardPath) ?? {}
    return `${code} ${status}`
  })
}

const only =
  (step: string, said: string, count = 1): Conduct =>
  (now, times) =>
    now === step && times === count ? said : undefined

const always =
  (step: string, said: string): Conduct =>
  now =>
    now === step ? said : undefined

describe.concurrent('D10 the code of the next server is passed on by its class', () => {
  const rows: readonly (readonly [string, 'smtp' | 'lmtp', Conduct, readonly string[], number])[] = [
    ['takes it', 'smtp', () => undefined, ['250 2.6.0', '250 2.6.0'], 1],
    ['is silent at the greeting (half-open)', 'smtp', only('connect', 'silent'), ['451 4.4.2', '451 4.4.2'], 0],
    ['hangs up at the greeting', 'smtp', only('connect', 'close'), ['451 4.4.2', '451 4.4.2'], 0],
    ['greets with 554', 'smtp', only('connect', '554 5.3.2 no'), ['451 4.4.1', '451 4.4.1'], 0],
    ['greets with 421', 'smtp', only('connect', '421 4.3.2 no'), ['451 4.4.1', '451 4.4.1'], 0],
    ['speaks no SMTP', 'smtp', only('connect', 'SSH-2.0-OpenSSH'), ['451 4.4.2', '451 4.4.2'], 0],
    ['knows HELO only', 'smtp', only('EHLO', '502 no'), ['250 2.6.0', '250 2.6.0'], 1],
    [
      'refuses EHLO and HELO',
      'smtp',
      step => (/^(?:EHLO|HELO)$/.test(step) ? '504 no' : undefined),
      ['451 4.4.1', '451 4.4.1'],
      0,
    ],
    ['refuses EHLO for now', 'smtp', only('EHLO', '421 later'), ['451 4.4.1', '451 4.4.1'], 0],
    [
      'wants us to authenticate, at MAIL',
      'smtp',
      only('MAIL', '530 5.7.0 Authentication required'),
      ['451 4.3.5', '451 4.3.5'],
      0,
    ],
    [
      'wants a full host name of us, at RCPT',
      'smtp',
      always('RCPT', '504 5.5.2 need a name'),
      ['451 4.3.5', '451 4.3.5'],
      0,
    ],
    ['wants TLS of us, at DATA', 'smtp', only('DATA', '530 5.7.0 STARTTLS first'), ['451 4.3.5', '451 4.3.5'], 0],
    [
      'refuses the address for its form',
      'smtp',
      always('RCPT', '501 5.1.3 bad address'),
      ['501 5.1.3', '501 5.1.3'],
      0,
    ],
    ['refuses MAIL for now', 'smtp', only('MAIL', '450 4.1.8 later'), ['450 4.1.8', '450 4.1.8'], 0],
    ['refuses MAIL', 'smtp', only('MAIL', '550 5.7.1 never'), ['550 5.7.1', '550 5.7.1'], 0],
    ['is silent at MAIL', 'smtp', only('MAIL', 'silent'), ['451 4.4.2', '451 4.4.2'], 0],
    ['refuses RCPT for now', 'smtp', always('RCPT', '452 4.2.2 full'), ['452 4.2.2', '452 4.2.2'], 0],
    ['refuses RCPT without a status', 'smtp', always('RCPT', '550 nobody'), ['550 5.0.0', '550 5.0.0'], 0],
    [
      'refuses RCPT with a status of another class',
      'smtp',
      always('RCPT', '550 2.1.5 nobody'),
      ['550 5.0.0', '550 5.0.0'],
      0,
    ],
    ['refuses one of two recipients', 'smtp', only('RCPT', '550 5.1.1 nobody', 2), ['250 2.6.0', '550 5.1.1'], 1],
    ['refuses one of two recipients for now', 'smtp', only('RCPT', '452 4.2.2 full', 2), ['250 2.6.0', '452 4.2.2'], 1],
    ['hangs up at RCPT', 'smtp', only('RCPT', 'close'), ['451 4.4.2', '451 4.4.2'], 0],
    ['refuses DATA', 'smtp', only('DATA', '554 5.5.1 no'), ['554 5.5.1', '554 5.5.1'], 0],
    ['says 250 to DATA', 'smtp', only('DATA', '250 what'), ['451 4.5.0', '451 4.5.0'], 0],
    ['refuses the message for now', 'smtp', only('end', '451 4.7.1 greylisted'), ['451 4.7.1', '451 4.7.1'], 1],
    ['refuses the message', 'smtp', only('end', '554 5.6.0 bad'), ['554 5.6.0', '554 5.6.0'], 1],
    ['says 421 at the end', 'smtp', only('end', '421 4.3.2 stopping'), ['451 4.3.2', '451 4.3.2'], 1],
    ['is silent at the end', 'smtp', only('end', 'silent'), ['451 4.4.2', '451 4.4.2'], 1],
    ['hangs up at the end', 'smtp', only('end', 'close'), ['451 4.4.2', '451 4.4.2'], 1],
    ['takes it by LMTP', 'lmtp', () => undefined, ['250 2.6.0', '250 2.6.0'], 1],
    ['defers one of two by LMTP', 'lmtp', only('end', '452 4.2.2 full', 2), ['250 2.6.0', '452 4.2.2'], 1],
    ['refuses one of two by LMTP', 'lmtp', only('end', '550 5.2.1 off', 1), ['550 5.2.1', '250 2.6.0'], 1],
    ['leaves after the first answer by LMTP', 'lmtp', only('end', 'close', 2), ['250 2.6.0', '451 4.4.2'], 1],
  ]
  test.for(rows)('%s', async ([, protocol, conduct, said, messages], { expect }) => {
    await using server = await sink(conduct)
    const answers = await send(hopAt(server.port, { protocol }), parcel(['b@example.net', 'c@example.net']))
    expect(answers).toEqual(said)
    expect(server.messages).toEqual(Array.from({ length: messages }, () => body))
    for (let waited = 0; server.open() > 0 && waited < 100; waited += 1) await sleep(20)
    expect(server.open()).toBe(0)
  })

  test('cannot be reached', async () => {
    expect(await send(hopAt(await freePort()))).toEqual(['451 4.4.1'])
  })
})

describe.concurrent('D10 STARTTLS to the next server', () => {
  const [known, other] = [selfSigned('localhost'), selfSigned('elsewhere.example')]
  const offered: SinkOptions = { tls: known }
  const pretended: SinkOptions = { pretends: true }
  const plain = () => undefined
  /** To a handshake it says nothing at all. */
  const mute: Conduct = step => (/^[a-z]+$/i.test(step) ? undefined : 'silent')
  const none = '4.7.5'
  type Row = readonly [string, NextHopTls, SinkOptions, Conduct, number, string, number, number]
  const rows: readonly Row[] = [
    ['is used where it is offered', 'opportunistic', offered, plain, 250, '2.6.0', 1, 1],
    ['of an unknown certificate is better than none', 'opportunistic', { tls: other }, plain, 250, '2.6.0', 1, 1],
    ['is not asked for where it is off', 'off', offered, plain, 250, '2.6.0', 1, 0],
    ['that is not offered is done without', 'opportunistic', {}, plain, 250, '2.6.0', 1, 0],
    [
      'that is refused now is done without',
      'opportunistic',
      offered,
      only('STARTTLS', '454 4.7.0 no'),
      250,
      '2.6.0',
      1,
      0,
    ],
    [
      'that is none after all is done without, over a new connection',
      'opportunistic',
      pretended,
      plain,
      250,
      '2.6.0',
      1,
      0,
    ],
    ['that hangs is done without', 'opportunistic', pretended, mute, 250, '2.6.0', 1, 0],
    [
      'behind which somebody else speaks is not believed',
      'opportunistic',
      offered,
      only('STARTTLS', '220 go\r\n250 evil'),
      250,
      '2.6.0',
      1,
      0,
    ],
    ['that is verified and can be trusted', 'verified', offered, plain, 250, '2.6.0', 1, 1],
    ['that is verified and not offered', 'verified', {}, plain, 451, none, 0, 0],
    ['that is verified and refused', 'verified', offered, only('STARTTLS', '454 4.7.0 no'), 451, none, 0, 0],
    ['that is verified and none after all', 'verified', pretended, plain, 451, none, 0, 0],
    ['that is verified, with the certificate of another', 'verified', { tls: other }, plain, 451, none, 0, 0],
    [
      'that is verified, behind which somebody else speaks',
      'verified',
      offered,
      only('STARTTLS', '220 go\r\n250 evil'),
      451,
      none,
      0,
      0,
    ],
    ['that hangs up in the handshake', 'verified', offered, only('STARTTLS', 'close'), 451, '4.4.2', 0, 0],
    ['behind which EHLO is refused, but not HELO', 'verified', offered, only('EHLO', '502 no', 2), 250, '2.6.0', 1, 1],
    [
      'behind which EHLO and HELO are refused',
      'verified',
      offered,
      (step, count) => (step === 'HELO' || (step === 'EHLO' && count === 2) ? '502 no' : undefined),
      451,
      '4.4.1',
      0,
      1,
    ],
    ['behind which RCPT is refused', 'verified', offered, only('RCPT', '550 5.1.1 nobody'), 550, '5.1.1', 0, 1],
  ]
  test.for(rows)('%s', async ([, tls, options, conduct, code, status, messages, secured], { expect }) => {
    await using server = await sink(conduct, options)
    const timeouts = { ...quick, connect: 500 }
    const answers = await send({ hosts: [`localhost:${server.port}`], tls, ca: known.cert, timeouts })
    expect(answers).toEqual([`${code} ${status}`])
    expect(server.messages).toEqual(Array.from({ length: messages }, () => body))
    await expect.poll(() => [server.secured(), server.open()]).toEqual([secured, 0])
  })

  test.for([
    ['the name itself', ['elsewhere.example'], '250 2.6.0'],
    ['one of several', ['mail.example', 'ELSEWHERE.example'], '250 2.6.0'],
    ['all names below a domain', ['.example'], '250 2.6.0'],
    ['another name', ['mail.example'], '451 4.7.5'],
    ['all names below another domain', ['.elsewhere.example'], '451 4.7.5'],
  ] as const)('names: %s', async ([, names, said]) => {
    await using server = await sink(plain, { tls: other })
    const hosts = [`127.0.0.1:${server.port}`]
    expect(await send({ hosts, tls: 'verified', ca: other.cert, names, timeouts: quick })).toEqual([said])
  })

  test('required takes any certificate, and no connection without TLS', async () => {
    await using secure = await sink(plain, { tls: other })
    await using insecure = await sink(plain)
    const options = { tls: 'required', timeouts: quick } as const
    expect(await send({ ...options, hosts: [`localhost:${secure.port}`] })).toEqual(['250 2.6.0'])
    expect(await send({ ...options, hosts: [`localhost:${insecure.port}`] })).toEqual(['451 4.7.5'])
    expect([secure.secured(), insecure.messages]).toEqual([1, []])
  })

  test('a name that the certificate does not bear is not trusted, whatever authority has signed it', async () => {
    await using server = await sink(plain, { tls: other })
    const hosts = [`localhost:${server.port}`]
    const options = { hosts, protocol: 'lmtp', tls: 'verified', ca: other.cert, timeouts: quick } as const
    expect(await send(options)).toEqual(['451 4.7.5'])
    expect(server.messages).toEqual([])
  })
})

test('a message that breaks off is never ended', async () => {
  await using server = await sink()
  const open = () =>
    Readable.from(
      (async function* () {
        yield Buffer.from('Subject: x\r\n\r\n')
        throw new Error('the disk is gone')
      })(),
    )
  expect(await send(hopAt(server.port), { ...parcel(['b@example.net']), open })).toEqual(['451 4.4.2'])
  expect(server.messages).toEqual([])
})

test('dots are stuffed wherever the chunks are cut, and the end is a separate line', async () => {
  for (const text of ['.\r\n', '..\r\na\r\n.b\r\n', 'a\r\n\r\n.\r\n.\r\n', 'no end', '', 'a\r\n.']) {
    const wire = text.replace(/^\./, '..').replace(/\r\n\./g, '\r\n..')
    const expected = wire.endsWith('\r\n') || wire === '' ? `${wire}.\r\n` : `${wire}\r\n.\r\n`
    for (let size = 1; size <= text.length + 1; size += 1) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
        Buffer.from(text.slice(index * size, (index + 1) * size)),
      )
      const out: Buffer[] = []
      for await (const bytes of dotStuffed(Readable.from(chunks))) out.push(bytes)
      expect(Buffer.concat(out).toString()).toBe(expected)
    }
  }
})
