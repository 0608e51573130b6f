/** Command line and environment: what they say, and what is wrong with them. */
import { expect, test } from 'vitest'
import { PosternError } from '../../../src/index.ts'
import { known, optionHelp } from '../../../src/relay/config/command-line.ts'
import { readOptions } from '../../../src/relay/config/options.ts'

test('without options it listens on the loopback, delivers into ./mail and carries no decision out', () => {
  expect(readOptions([], {})).toMatchObject({
    listeners: [{ at: { host: '127.0.0.1', port: 2525 }, protocol: 'smtp', implicitTls: false, proxies: {} }],
    routes: [{ maildir: 'mail' }],
    dns: [],
    forwarders: [],
    workers: 1,
    relays: 1,
    store: 'memory',
    load: { sessions: 2_000 },
    filters: { content: true, greylist: false, reputation: true },
    enforce: false,
  })
})

test('the command line takes precedence over the environment', () => {
  const environment = { POSTERN_LISTEN: '[::1]:25', POSTERN_DOMAIN: 'a.example, b.example', POSTERN_ENFORCE: '1' }
  expect(readOptions(['--listen=127.0.0.1:26', '--next-hop', 'lmtp://mail.example:24'], environment)).toMatchObject({
    listeners: [{ at: { host: '127.0.0.1', port: 26 } }],
    routes: [{ domains: ['a.example', 'b.example'], nextHop: { hosts: ['mail.example:24'], protocol: 'lmtp' } }],
    enforce: true,
  })
})

test('--trusted-network none trusts no address, and stands alone', () => {
  expect(readOptions([], {}).trustedNetworks).toBeUndefined()
  expect(readOptions(['--trusted-network', 'none'], {}).trustedNetworks).toEqual([])
  expect(readOptions([], { POSTERN_TRUSTED_NETWORK: 'none' }).trustedNetworks).toEqual([])
  expect(readOptions(['--trusted-network', '10.0.0.0/8'], {}).trustedNetworks).toEqual(['10.0.0.0/8'])
  const both = ['--trusted-network', 'none', '--trusted-network', '10.0.0.0/8']
  expect(() => readOptions(both, {})).toThrow(/^--trusted-network: found "none, 10\.0\.0\.0\/8", expected networks/)
})

const problemsOf = (args: readonly string[]): readonly string[] => {
  try {
    readOptions(args, {})
    return []
  } catch (error) {
    return error instanceof PosternError ? error.problems.map(({ path }) => path) : [String(error)]
  }
}

test('all that is wrong with the options is reported at once', () => {
  const hop = ['--next-hop', '[::1]:25', '--next-hop-tls', 'perhaps']
  const args = ['--listen', 'here', ...hop, '--enforced', 'extra', '--cert', '/nowhere.pem']
  const wrong = ['--domain', '--key', '--listen', '--next-hop-tls', 'command line', 'command line']
  // Between a next hop that is wrong itself and its domains there is no question.
  expect([...problemsOf(args)].sort()).toEqual(wrong.filter(path => path !== '--domain').sort())
  expect(problemsOf(['--next-hop', '[::1]:25'])).toEqual(['--domain'])
  expect(() => readOptions(['--next-hop', 'mail example', '--domain', 'a.example'], {})).toThrow('--next-hop: found')
})

test('files that cannot be read are named together', () => {
  const hop = ['--next-hop', '[::1]:25', '--domain', 'a.example', '--next-hop-ca', '/nowhere/ca.pem']
  expect(problemsOf([...hop, '--cert', '/nowhere/cert.pem', '--key', '/nowhere/key.pem']).toSorted()).toEqual([
    '--cert',
    '--key',
    '--next-hop-ca',
  ])
})

test('a misspelt option is named with the option that was meant', () => {
  expect(() => readOptions(['--next-hob', '127.0.0.1:25'], {})).toThrow(/found "--next-hob".*did you mean --next-hop\?/)
})

test('--next-hop-tls says how much TLS the next hop needs', () => {
  const hop = ['--next-hop', 'mail.example:25', '--domain', 'a.example']
  const tlsOf = (given: string) => readOptions([...hop, '--next-hop-tls', given], {}).routes[0]?.nextHop?.tls
  expect(['off', 'opportunistic', 'required', 'verified'].map(tlsOf)).toEqual([
    'off',
    'opportunistic',
    'required',
    'verified',
  ])
  expect(() => tlsOf('perhaps')).toThrow('--next-hop-tls: found "perhaps"')
})

test('several workers share a file beside the mail, unless another store is named', () => {
  expect(readOptions(['--workers', '4'], {})).toMatchObject({ workers: 4, store: { file: 'mail/postern.db' } })
  const url = 'redis://127.0.0.1:6379/1'
  expect(readOptions(['--workers', '4', '--store', url], {}).store).toEqual({ redis: { url } })
  expect(readOptions([], { POSTERN_STORE: '/var/lib/postern/store.db' }).store).toEqual({
    file: '/var/lib/postern/store.db',
  })
  expect(readOptions([], { POSTERN_GREYLIST: '1', POSTERN_REPUTATION: '0', POSTERN_SESSIONS: '50' })).toMatchObject({
    filters: { greylist: true, reputation: false, knownSender: false },
    load: { sessions: 50 },
  })
})

test.for([
  [['--workers', '0'], '--workers: found'],
  [['--workers', 'many'], '--workers: found'],
  [['--workers', '2', '--store', 'memory'], '--store: found'],
  [['--store', 'mysql://127.0.0.1'], '--store: found'],
  [['--store', ''], '--store: found'],
  [['--store', 'redis://'], '--store: found'],
  [['--sessions', '-1'], '--sessions: found'],
  [['--sessions', '200000'], '--sessions: found'],
  [['--relays', '0'], '--relays: found'],
  [['--greylist=perhaps'], '--greylist: found'],
  [['--reputation=maybe'], '--reputation: found'],
  [['--metrics', 'everywhere'], '--metrics: found'],
  [['--name', 'mx'], '--name: found'],
  [['--name', 'mx.-x.example'], '--name: found'],
  [['--domain', 'a b'], '--domain: found'],
  [['--maildir', ''], '--maildir: found'],
  [['--clamd', ''], '--clamd: found'],
  [['--group', 'mail'], '--group: found'],
  [['--proxy', 'all'], '--proxy: found'],
] as const)('%j is refused: %s', ([args, complaint]) => {
  expect(() => readOptions(args, {})).toThrow(complaint)
})

test('every option stands in --help', () => {
  for (const name of Object.keys(known)) expect(optionHelp).toContain(`--${name}`)
})

test('the password of a store is not shown when its URL is wrong', () => {
  for (const store of ['mysql://user:s3cret@127.0.0.1', 'redis://user:s3cret@[', 'rediss://:s3cret@host:port'])
    expect(() => readOptions(['--store', store], {}), store).not.toThrow('s3cret')
  expect(() => readOptions(['--store', 'redis://user:s3cret@['], {})).toThrow('--store: found')
})
