/** Programs that others have written, as hosts of the comparison: each accepts and discards, and asks the same DNS. */
import { startHaraka } from '../../test/support/haraka.ts'
import { startPostfix } from '../../test/support/postfix.ts'
import { cpuOf } from '../adapters-hosts.ts'
import type { Host } from './hosts.ts'

const HARAKA_FILTERS = {
  'SPF and DKIM': ['spf', 'dkim'],
  'its usual filters': [
    'fcrdns',
    'early_talker',
    'helo.checks',
    'mail_from.is_resolvable',
    'spf',
    'rcpt_to.in_host_list',
    'headers',
    'dkim',
    'attachment',
  ],
} as const

const PACKAGES = [
  'haraka-plugin-attachment@1.2.1',
  'haraka-plugin-dkim@1.3.1',
  'haraka-plugin-early_talker@1.0.2',
  'haraka-plugin-fcrdns@1.2.1',
  'haraka-plugin-headers@1.2.0',
  'haraka-plugin-helo.checks@1.1.3',
  'haraka-plugin-mail_from.is_resolvable@1.3.0',
  'haraka-plugin-spf@1.3.0',
]

/** Haraka's plugins ask through `node:dns`; each resolver that they make is to ask this server. */
const dnsOf = (server: string): string => `
const dns = require('node:dns')
dns.setServers(['${server}'])
dns.promises.setServers(['${server}'])
for (const host of [dns, dns.promises]) {
  const Original = host.Resolver
  host.Resolver = class extends Original {
    constructor(options) {
      super(options)
      this.setServers(['${server}'])
    }
  }
}
`

/** Haraka without any filter (null), or with some. */
export async function haraka(filters: keyof typeof HARAKA_FILTERS | null, dns: string): Promise<Host> {
  const names = filters === null ? [] : HARAKA_FILTERS[filters]
  const process = await startHaraka({
    nextHop: 9,
    plugin: 'exports.hook_rcpt = next => next(OK)\n',
    plugins: [...names, 'postern', 'mark', 'queue/discard'],
    packages: PACKAGES,
    config: { 'log.ini': 'level=notice\n', host_list: 'example.org\n', 'early_talker.ini': 'pause=0\n' },
    files: {
      'preload.cjs': dnsOf(dns),
      'plugins/mark.js':
        'exports.hook_data_post = (next, { transaction }) => { transaction.notes.discard = true; next() }\n',
    },
    preload: 'preload.cjs',
  })
  const pid = process.child.pid ?? 0
  return {
    name: filters === null ? 'Haraka, no filter' : `Haraka, ${filters}`,
    port: process.port,
    cpu: () => cpuOf([pid]),
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  }
}

/** Postfix without filters; the client names its address by the PROXY protocol, as for all others. */
export async function postfix(): Promise<Host> {
  const process = await startPostfix({
    nextHop: 9,
    settings: {
      relay_domains: 'example.org',
      relay_transport: 'discard:',
      smtpd_upstream_proxy_protocol: 'haproxy',
      smtpd_client_connection_rate_limit: '0',
    },
  })
  const pid = await process.pid()
  return {
    name: 'Postfix, no filter',
    port: process.port,
    cpu: () => cpuOf([pid]),
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  }
}
