/** The doctor beside the relay: what is checked, which notices come, and who sees the last report. */
import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import type { CheckResult, CheckStatus, DoctorReport } from '../../../src/doctor/types.ts'
import type { Notice } from '../../../src/model/services.ts'
import { checksOf } from '../../../src/relay/checks/checks.ts'
import { configuration } from '../../../src/relay/checks/configuration.ts'
import { hopHosts, reachableListeners, signingKeys } from '../../../src/relay/checks/targets.ts'
import { effective } from '../../../src/relay/config/options.ts'
import type { RelayConfig } from '../../../src/relay/config/types.ts'
import { Board } from '../../../src/relay/management/doctor-board.ts'
import { job } from '../../../src/relay/management/doctor-job.ts'
import type { ManagementParts } from '../../../src/relay/management/types.ts'
import { zone } from '../../../src/testing/index.ts'
import { look } from '../../doctor/look.ts'
import { handClock } from '../../support/hand-clock.ts'

const optionsOf = (config: RelayConfig) =>
  effective({ name: 'mx.example.org', ...config }, { args: ['--config', 'x'], environment: {} }).options

const namesOf = (config: RelayConfig) =>
  checksOf({ options: optionsOf(config), dns: zone({}), servers: [], storeText: 'memory' }).map(({ name }) => name)

test('what the configuration does not have is not looked at', () => {
  const always = ['disk', 'clock', 'descriptors', 'node', 'configuration']
  expect(namesOf({})).toEqual(['dns', 'host-name', 'port-25', 'certificate', 'clamd', 'maildir', ...always])
  expect(namesOf({ filters: { clamav: false } })).not.toContain('clamd')
  expect(namesOf({ name: '[192.0.2.1]', authservId: 'a.example' })).not.toContain('port-25')
  const more = namesOf({
    domains: ['example.org'],
    nextHop: { hosts: ['mail.example.org'] },
    quarantine: { folder: '/held' },
    log: { history: { folder: '/history' } },
    filters: { dnsbl: { zones: [{ zone: 'bl.example.org' }] } },
    doctor: { skip: ['tls-rpt'] },
  })
  for (const name of ['mx', 'spf', 'dmarc', 'mta-sts', 'next-hop', 'quarantine', 'history', 'dns-list'])
    expect(more).toContain(name)
  expect(more).not.toContain('tls-rpt')
})

const configured = (config: RelayConfig, uid = 1000) => look(configuration(optionsOf(config), uid))

const RIGHT: RelayConfig = { mode: 'enforce', store: { file: '/var/lib/postern/postern.db' } }

test('a usual configuration is right', async () => {
  expect(await configured(RIGHT)).toEqual(['ok configuration: nothing is unusual'])
})

test.for<[string, RelayConfig]>([
  ['mode', { mode: 'shadow' }],
  ['store', { store: 'memory' }],
  ['log', { log: { stdout: false } }],
  ['filters', { filters: { spf: false, dkim: false } }],
])('an unusual %s is a warning', async ([option, config]) => {
  expect(await configured({ ...RIGHT, ...config })).toEqual([
    expect.stringMatching(new RegExp(`^warning configuration ${option}: `)),
  ])
})

test('root is a warning unless it becomes another user', async () => {
  expect(await configured(RIGHT, 0)).toEqual(['warning configuration user: postern runs as root'])
  expect(await configured({ ...RIGHT, user: 'postern' }, 0)).toEqual(['ok configuration: nothing is unusual'])
})

test('a listener is reached on the loopback, unless it waits for a PROXY header from there', () => {
  const at = (config: NonNullable<RelayConfig['listeners']>[number]) =>
    reachableListeners(optionsOf({ listeners: [config] }))[0]?.at
  expect(at({ address: '0.0.0.0:25' })).toEqual({ host: '127.0.0.1', port: 25 })
  expect(at({ address: '[::]:25' })).toEqual({ host: '::1', port: 25 })
  expect(at({ address: '192.0.2.1:25' })).toEqual({ host: '192.0.2.1', port: 25 })
  expect(at({ address: '/run/postern.sock' })).toEqual({ path: '/run/postern.sock' })
  expect(at({ address: 'systemd' })).toBeUndefined()
  expect(at({ address: '0.0.0.0:25', proxies: { header: ['10.0.0.0/8'] } })).toBeDefined()
  expect(at({ address: '0.0.0.0:25', proxies: { header: ['127.0.0.0/8'] } })).toBeUndefined()
})

test('each host of a next hop is asked once, for the domains of all its routes', () => {
  const nextHop = { hosts: ['a.example.org:25', '/run/lmtp.sock'], protocol: 'lmtp' } as const
  const routes = [
    { domains: ['example.org', '.example.org'], nextHop },
    { domains: ['example.net'], nextHop: { hosts: ['a.example.org:25'] } },
  ]
  expect(hopHosts(optionsOf({ routes })).map(({ text, domains }) => [text, domains])).toEqual([
    ['a.example.org:25', ['example.org', 'example.net']],
    ['/run/lmtp.sock', ['example.org']],
  ])
})

test('each key with which we sign or seal is looked up, once', () => {
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const of = (selector: string) => ({ domain: 'example.org', selector, key })
  const hop = (selector: string) => ({ hosts: ['a.example.org:25'], arc: of(selector), dkim: of('dkim') })
  const routes = [
    { domains: ['example.org'], nextHop: hop('one') },
    { domains: ['example.net'], nextHop: hop('two') },
  ]
  const options = optionsOf({ routes })
  expect(signingKeys(options).map(({ selector }) => selector)).toEqual(['dkim', 'one', 'two'])
  expect(namesOf({ domains: ['example.org'], nextHop: { hosts: ['a:25'], arc: of('arc') } })).toContain('dkim')
})

const result = (name: string, status: CheckStatus, remedy = 'renew it'): CheckResult => ({
  ...{ name, status, found: 'it ends in 3 days', expected: '14 days' },
  ...(status !== 'ok' && { remedy }),
})

test('the job runs the checks at the start and every so often, and tells only what has changed', async () => {
  const clock = handClock()
  const notices: Notice[] = []
  const runs: CheckResult[][] = [
    [result('certificate', 'warning'), result('disk', 'ok')],
    [result('certificate', 'warning'), result('disk', 'unknown')],
    [result('certificate', 'failed'), result('disk', 'failed')],
    [result('certificate', 'ok'), result('disk', 'ok')],
  ]
  const doctor = new Board(async () => ({ time: clock.now(), node: 'mx', results: runs.shift() ?? [] }))
  const options = optionsOf({ doctor: { every: '1h' } })
  const parts = { clock, options, doctor, notify: (notice: Notice) => notices.push(notice) }
  const running = await job.start(parts as unknown as ManagementParts)
  const told = async (ms: number) => {
    await clock.advance(ms)
    return notices.splice(0).map(({ code, reason }) => `${code} ${reason}`)
  }
  expect(await told(10_000)).toEqual(['doctor/warning certificate: it ends in 3 days; renew it'])
  expect(await told(3_600_000)).toEqual([])
  expect(await told(3_600_000)).toEqual([
    'doctor/failed certificate: it ends in 3 days; renew it',
    'doctor/failed disk: it ends in 3 days; renew it',
  ])
  expect(await told(3_600_000)).toEqual([
    'doctor/ok certificate: it ends in 3 days',
    'doctor/ok disk: it ends in 3 days',
  ])
  const [metric] = running.metrics?.() ?? []
  expect(metric?.samples).toContainEqual({ labels: { status: 'ok' }, value: 2 })
  await running.close()
  expect(await told(3_600_000)).toEqual([])
})

test('two who ask at once wait for one run, and a listener that throws harms no other', async () => {
  let runs = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const board = new Board(async (): Promise<DoctorReport> => {
    runs += 1
    await promise
    return { time: 1, node: 'mx', results: [] }
  })
  const seen: DoctorReport[] = []
  const warned = new Promise(done => process.once('warning', done))
  board.onReport(() => {
    throw new Error('broken')
  })
  board.onReport(report => seen.push(report))
  const both = Promise.all([board.run(), board.run()])
  resolve()
  await both
  expect([runs, seen.length, board.last?.time]).toEqual([1, 1, 1])
  expect(String(await warned)).toContain('broken')
})
