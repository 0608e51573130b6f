/** Rewritten reverse-paths, and the bounces that come back to them. */
import { describe, expect, test } from 'vitest'
import { SenderRewriting } from '../../../src/relay/delivery/srs.ts'
import { hopAt, testDelivery } from '../../support/delivery.ts'
import { incoming } from '../../support/incoming.ts'
import { fc } from '../../support/property.ts'
import { sink } from '../../support/sink.ts'

const DAY = 86_400_000
const secret = 'a secret of some length'
const at = (day: number, domain = 'fwd.example') => new SenderRewriting({ domain, secret }, () => day * DAY)

describe('SRS', () => {
  test('rewrites and reverses, whatever the case', () => {
    const path = at(20_000).rewrite('Alice+tag=1@Example.org')
    expect(path).toMatch(/^SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=example\.org=Alice\+tag=1@fwd\.example$/)
    expect(at(20_010).reverse(path)).toBe('Alice+tag=1@example.org')
    expect(at(20_010).reverse(path.toLowerCase())).toBe('alice+tag=1@example.org')
  })

  test('bounces come in time, also over the end of the cycle of days', () => {
    for (const day of [0, 1_020, 1_023, 20_000]) {
      const path = at(day).rewrite('a@example.org')
      expect([at(day).reverse(path), at(day + 21).reverse(path)]).toEqual(['a@example.org', 'a@example.org'])
      expect([at(day + 22).reverse(path), at(day + 500).reverse(path)]).toEqual([undefined, undefined])
    }
  })

  test('an address of another secret, another domain or a changed part is refused', () => {
    const path = at(20_000).rewrite('a@example.org')
    const other = new SenderRewriting({ domain: 'fwd.example', secret: 'another secret of length' }, () => 20_000 * DAY)
    expect(other.reverse(path)).toBeUndefined()
    const changed = [
      path.replace('=example.org=', '=evil.example='),
      path.replace('=a@', '=b@'),
      path.replace(/^SRS0=[A-Z2-7]{8}/, 'SRS0=AAAAAAAA'),
      path.replace(/^SRS0=[A-Z2-7]{8}/, 'SRS0='),
      'SRS0@fwd.example',
      'SRS1=x=y==z@fwd.example',
    ]
    expect(changed.map(text => at(20_000).reverse(text))).toEqual(changed.map(() => undefined))
  })

  test('a chain of forwarders: a bounce goes to the first of them, which returns it to the sender', () => {
    const [first, second, third] = ['one.example', 'two.example', 'three.example'].map(name => at(20_000, name))
    const once = first?.rewrite('a@example.org') ?? ''
    const twice = second?.rewrite(once) ?? ''
    const thrice = third?.rewrite(twice) ?? ''
    expect(twice).toMatch(/^SRS1=[A-Z2-7]{8}=one\.example==[A-Z2-7]{8}=[A-Z2-7]{2}=example\.org=a@two\.example$/)
    expect(thrice).toMatch(/^SRS1=[A-Z2-7]{8}=one\.example==[A-Z2-7]{8}=[A-Z2-7]{2}=example\.org=a@three\.example$/)
    expect([second?.reverse(twice), third?.reverse(thrice)]).toEqual([once, once])
    expect(first?.reverse(once)).toBe('a@example.org')
  })

  test('every ordinary address is reversed to itself', () => {
    const local = fc.stringMatching(/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/)
    const domain = fc.stringMatching(/^[a-z0-9]{1,20}\.[a-z]{2,6}$/)
    fc.assert(
      fc.property(local, domain, (name, host) => {
        fc.pre(!/^SRS[01][=+-]/i.test(name) && host !== 'fwd.example')
        const path = at(20_000).rewrite(`${name}@${host}`)
        expect(at(20_001).reverse(path)).toBe(`${name}@${host}`)
      }),
    )
  })

  test('the null reverse-path, our own domain, and what is not plain stays', () => {
    const paths = ['', 'a@fwd.example', '"a b"@example.org', 'ä@example.org', `${'x'.repeat(250)}@example.org`]
    expect(paths.map(path => at(1).rewrite(path))).toEqual(paths)
  })
})

test('mail is forwarded with a rewritten sender, and its bounce goes to the sender and to no other', async () => {
  await using server = await sink()
  const srs = { domain: 'fwd.example', secret }
  const route = { domains: ['example.net'], nextHop: hopAt(server.port, { srs }), recipients: 'any' } as const
  await using relay = await testDelivery([route])
  await relay.delivery.deliver(incoming('x\r\n'))
  const [, path = ''] = /^MAIL FROM:<([^>]*)>/m.exec(server.received()) ?? []
  expect(path).toMatch(/^SRS0=.*=example\.org=a@fwd\.example$/)
  expect(relay.delivery.domains).toEqual(['example.net', 'fwd.example'])

  const check = (forwardPath: string, reversePath = '') => relay.delivery.checkRecipient({ forwardPath, reversePath })
  expect(await check(path)).toBeUndefined()
  expect(await check(path, 'spammer@example.com')).toMatchObject({ code: 550, status: '5.1.1' })
  expect(await check(path.replace('=a@', '=victim@'))).toMatchObject({ code: 550, status: '5.1.1' })
  expect(await relay.delivery.isKnown({ forwardPath: path.replace('=a@', '=v@'), reversePath: '' })).toBe(false)
  // The answer is remembered for the address: a wrong sender must not make it unknown to the bounce that follows.
  for (const reversePath of ['', 'spammer@example.com'])
    expect(await relay.delivery.isKnown({ forwardPath: path, reversePath })).toBe(true)
  expect(await relay.delivery.deliver(incoming('bounce\r\n', { from: '', to: [path] }))).toMatchObject({ code: 250 })
  expect(server.received()).toMatch(/MAIL FROM:<>[^\r]*\r\nRCPT TO:<a@example\.org>/)
  // Our own users are not rewritten.
  await relay.delivery.deliver(incoming('y\r\n', { from: 'b@example.net' }))
  expect(server.received()).toMatch(/MAIL FROM:<b@example\.net>/)
})
