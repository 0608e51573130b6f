/** Configuration files: what is loaded, what takes precedence, and how mistakes are named. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PosternError } from '../../../src/index.ts'
import { checkConfiguration } from '../../../src/relay/config/check.ts'
import { loadOptions } from '../../../src/relay/config/load.ts'
import { MANAGEMENT_BLOCKS } from '../../../src/relay/config/management-blocks.ts'
import { printed } from '../../../src/relay/config/print.ts'
import { TEMPLATE_FILE, template } from '../../../src/relay/config/template.ts'
import type { RelayConfig } from '../../../src/relay/index.ts'
import { scratch } from '../../support/scratch.ts'

/** Writes a file and loads it with these further arguments. */
async function load(name: string, text: string, ...args: readonly string[]) {
  await using folder = await scratch()
  const file = join(folder.path, name)
  await writeFile(file, text)
  return await loadOptions({ args: ['--config', file, ...args], environment: {} })
}

const problemsIn = async (config: object, ...args: readonly string[]): Promise<readonly string[]> => {
  await using folder = await scratch()
  const file = join(folder.path, 'postern.json')
  await writeFile(file, JSON.stringify(config))
  try {
    await checkConfiguration({ args: ['--config', file, ...args], environment: {} })
    return []
  } catch (error) {
    if (error instanceof PosternError) return error.problems.map(({ path }) => path)
    throw error
  }
}

test.for([
  ['postern.config.ts', "const mode: string = 'enforce'\nexport default { mode }\n"],
  ['postern.config.mts', "export default { mode: 'enforce' as const }\n"],
  ['postern.config.mjs', "export default { mode: 'enforce' }\n"],
  ['postern.json', '{ "mode": "enforce" }'],
] as const)('%s is loaded', async ([name, text]) => {
  const { options, config } = await load(name, text)
  expect([options.enforce, config.mode]).toEqual([true, 'enforce'])
})

test.for([
  ['postern.yaml', 'mode: enforce', /found "\.yaml", expected a file that ends in \.ts, \.mts, \.js, \.mjs or \.json/],
  ['postern.json', '{\n  "mode": "enforce",\n  "name": \n}', /found "line 4: /],
  ['postern.json', '{\n  "mode": shadow\n}', /found "line 2: /],
  ['postern.json', '[]', /expected an object in JSON/],
  ['postern.config.mjs', 'export const config = {}\n', /expected a default export/],
  ['postern.config.mjs', 'export default () => ({})\n', /expected an object as its default export; write export/],
  ['postern.config.mjs', "throw new Error('no such secret')\n", /found "no such secret"/],
] as const)('%s with a mistake is named with its place: %j', async ([name, text, words]) => {
  await expect(load(name, text)).rejects.toThrow(words)
})

test.for([
  [{ listeners: '0.0.0.0:25' }, "write [{ address: '0.0.0.0:25' }]"],
  [{ domains: 'a.example' }, 'domains: found "a.example", expected an array of domains; write [\'a.example\']'],
  [{ domains: ['a.example'], nextHop: '127.0.0.1:2626' }, "write { hosts: ['127.0.0.1:2626'] }"],
  [{ filters: [{ name: 'rule' }] }, 'filters: found an array of 1, expected filters by name'],
  [{ filters: [{ name: 'rule' }] }, 'write filters that you have made into ownFilters: […]'],
  [{ store: 'postern.db' }, "write store: { file: './postern.db' }"],
  [{ quarantine: './held' }, "write quarantine: { folder: './held' }"],
] as const)('%j is one mistake, with what to write', async ([config, words]) => {
  const error = await load('postern.json', JSON.stringify(config)).catch((cause: unknown) => cause)
  if (!(error instanceof PosternError)) throw error
  expect(error.message).toContain(words)
  expect(error.problems).toHaveLength(1)
})

test('a file that is not there is named', async () => {
  const loading = loadOptions({ args: ['--config', '/nowhere/postern.json'], environment: {} })
  await expect(loading).rejects.toThrow(/^\/nowhere\/postern\.json: found "no such file"/)
})

test('command line over environment over file over defaults', async () => {
  await using folder = await scratch()
  const file = join(folder.path, 'postern.json')
  const listeners = [{ address: '127.0.0.1:1', proxies: { header: ['192.0.2.0/24'] } }, { address: '127.0.0.1:2' }]
  await writeFile(
    file,
    JSON.stringify({ listeners, workers: 3, maildir: 'a', store: { file: 'a.db' }, dns: ['192.0.2.1'] }),
  )
  const { options } = await loadOptions({
    args: ['--listen', '127.0.0.1:3', '--dns', '192.0.2.3'],
    environment: { POSTERN_CONFIG: file, POSTERN_DNS: '192.0.2.2', POSTERN_MAILDIR: 'b' },
  })
  expect(options).toMatchObject({ workers: 3, maildir: 'b', dns: ['192.0.2.3'], relays: 1 })
  // One listener in place of all, with the other options of the first.
  expect(options.listeners).toEqual([
    {
      at: { host: '127.0.0.1', port: 3 },
      protocol: 'smtp',
      implicitTls: false,
      proxies: { header: ['192.0.2.0/24'] },
    },
  ])
})

test('every mistake is named at once with its path, those of filters, lists, routes and policies too', async () => {
  const paths = await problemsIn({
    listeners: [{ address: '25' }, { address: '127.0.0.1:25', protocol: 'smpt' }],
    name: 'mx',
    filters: { greylist: { wiat: '5m' }, spf: { fali: 3 }, nosuch: true },
    lists: { deny: { networks: ['192.0.2.0/33'] } },
    policies: [{ recipients: ['bob@example.org'], thresholds: { reject: 3 } }],
    routes: [{ nextHop: { hosts: ['mail example'] } }],
    workes: 2,
  })
  expect(paths.toSorted()).toEqual([
    'filters.nosuch',
    'listeners[0].address',
    'listeners[1].protocol',
    'lists.deny.networks[0]',
    'name',
    'policies[0].thresholds.quarantine',
    'routes[0].nextHop.hosts[0]',
    'workes',
  ])
  expect(await problemsIn({ filters: { traps: {}, opinion: { from: 5 } } })).toEqual([
    'filters.traps.recipients',
    'filters.opinion.ask',
  ])
  expect(await problemsIn({ filters: { greylist: { wiat: '5m' }, spf: { fali: 3 }, dnsbl: {} } })).toEqual([
    'filters.spf.fali',
    'filters.greylist.wiat',
    'filters.dnsbl.zones',
  ])
})

test.for<readonly [string, RelayConfig, string]>([
  ['a next hop without domains', { nextHop: { hosts: ['127.0.0.1:25'] } }, 'domains'],
  ['routes beside domains', { domains: ['example.org'], routes: [{ maildir: 'mail' }] }, 'routes'],
  ['a route without a target', { routes: [{ domains: ['example.org'] }] }, 'routes'],
  ['a hop to ask where there is none', { recipients: { nextHop: {} } }, 'recipients'],
  ['workers with a store in memory', { workers: 2, store: 'memory' }, 'store'],
  ['a group without a user', { group: 'mail' }, 'group'],
  ['two kinds of Redis', { store: { redis: { url: 'redis://a:1', cluster: { hosts: ['b:1'] } } } }, 'store.redis'],
  ['no kind of Redis', { store: { redis: {} } }, 'store.redis'],
  ['an address literal without authservId', { name: '[192.0.2.1]' }, 'authservId'],
  ['a Unix socket for several workers', { workers: 2, listeners: [{ address: '/run/x.sock' }] }, 'listeners'],
  ['a scanner that is misspelt', { filters: { clamav: { sokcet: '/x' } } } as RelayConfig, 'filters.clamav.sokcet'],
  ['a history without a place', { log: { history: {} } } as unknown as RelayConfig, 'log.history.folder'],
  [
    'a history in two places',
    { log: { history: { postgres: { url: 'postgres://a/b' }, folder: 'x' } } } as unknown as RelayConfig,
    'log.history.folder',
  ],
  [
    'a database that is no PostgreSQL',
    { log: { history: { postgres: { url: 'mysql://a:s3cret@b/c' } } } },
    'log.history.postgres.url',
  ],
  [
    'TLS in the URL of a database',
    { quarantine: { postgres: { url: 'postgres://a@b/c?sslmode=require' } } },
    'quarantine.postgres.url',
  ],
  ['a quarantine without a place', { quarantine: { keep: '3d' } } as unknown as RelayConfig, 'quarantine.folder'],
  ['a tag above the quarantine', { thresholds: { tag: 7 } }, 'thresholds.tag'],
  ['a greylist band without room', { thresholds: { greylist: 6 } }, 'thresholds.greylist'],
  [
    'a greylist band of a policy without room',
    { policies: [{ recipients: ['example.org'], thresholds: { greylist: 5, quarantine: 5 } }] },
    'policies[0].thresholds.greylist',
  ],
  [
    'two sets of bounds for greylisting',
    { thresholds: { greylist: 3 }, filters: { greylist: { from: 2 } } },
    'filters.greylist',
  ],
  ['a DNS server that is a name', { dns: ['dns.example.org'] }, 'dns.servers[0]'],
])('%s is refused', async ([, config, path]) => {
  expect(await problemsIn(config)).toEqual([path])
})

test.for(['mx.example.org', 'mx-1.xn--mnchen-3ya.example', '[192.0.2.1]', '[IPv6:2001:db8::1]'])(
  '%s is a host name',
  async name => {
    expect(await problemsIn({ name, authservId: 'mx.example.org' })).toEqual([])
  },
)

test.for([
  'mx',
  'localhost',
  '192.0.2.1',
  '[2001:db8::1]',
  '[IPv6:192.0.2.1]',
  'mx_1.example.org',
  '-mx.example.org',
  '',
])('%s is no host name', async name => {
  expect(await problemsIn({ name, authservId: 'mx.example.org' })).toEqual(['name'])
})

test('secrets are not printed', () => {
  const text = printed({
    store: {
      redis: { sentinel: { name: 'main', hosts: ['a:1'], password: 's3cret-1', sentinelPassword: 's3cret-2' } },
    },
    routes: [
      {
        nextHop: {
          hosts: ['a:25'],
          dkim: { domain: 'example.org', selector: 's', key: '-----BEGIN PRIVATE KEY-----\ns3cret-3' },
          srs: { domain: 'example.org', secret: 's3cret-4-s3cret-4-s3cret' },
        },
      },
    ],
    listeners: [{ address: '127.0.0.1:25', tls: { cert: '/etc/cert.pem', key: '/etc/key.pem' } }],
  })
  expect(text).not.toContain('s3cret')
  expect(text).toContain('/etc/key.pem')
  expect(printed({ store: { redis: { url: 'rediss://user:s3cret@[::1]:6379/1' } } })).toContain(
    'rediss://user:(hidden)@[::1]:6379/1',
  )
  expect(printed({ store: { redis: { url: 'redis://:s3cret@a:1' } } })).not.toContain('s3cret')
  for (const url of ['redis://u:p@s3cret@a:1', 'redis://u:s3cret@x@a:1', 'redis://a/?user=u&password=s3cret#x'])
    expect(printed({ store: { redis: { url } } })).not.toContain('s3cret')
})

test('keys of the quarantine and of privacy are not printed, and the password of a database neither', () => {
  const key = Buffer.alloc(32, 7).toString('base64')
  const url = 'postgres://postern:s3cret@db.example.org/postern'
  const text = printed({
    log: { history: { postgres: { url } }, privacy: { subject: 'hash', key: 's3cret' } },
    quarantine: { postgres: { url }, key },
  })
  expect(text).not.toContain('s3cret')
  expect(text).not.toContain(key)
  expect(text).toContain('db.example.org')
})

test('what init writes is right as it stands, and names the file in its first lines', async () => {
  expect(template(false)).toContain(TEMPLATE_FILE)
  const local = template(false).replace(/^import .*$/m, 'const defineConfig = (config: object) => config')
  const { options } = await load(TEMPLATE_FILE, local)
  expect(options).toMatchObject({ enforce: false, routes: [{ maildir: './mail' }], workers: 1, store: 'memory' })
})

test('what init --all writes switches on what the management process runs', async () => {
  const local = template(true).replace(/^import .*$/m, 'const defineConfig = (config: object) => config')
  const { options } = await load(TEMPLATE_FILE, local)
  expect(MANAGEMENT_BLOCKS.filter(block => options[block] === undefined)).toEqual([])
  expect([options.log.history, options.quarantine]).not.toContain(undefined)
})

test('with every example of the template the configuration is right', async () => {
  const uncommented = template(false)
    .replace(/^import .*$/m, 'const defineConfig = (config: object) => config')
    .replace(/^( *)\/\/ (?=(?:\w+: |\w+: \{$| |\}))/gm, '$1')
    .replace(/^ *tls: .*$/m, '')
  const { options } = await load(TEMPLATE_FILE, uncommented)
  expect(options).toMatchObject({ name: 'mx.example.org', workers: 2, thresholds: { reject: 15 } })
})
