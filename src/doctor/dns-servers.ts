/** The DNS servers: whether each answers, and whether it is a public one, which DNS lists refuse. */
import type { Resolver } from '../model/resolver.ts'
import type { Check } from './run.ts'
import { verdicts } from './verdicts.ts'

/** Public resolvers: DNS lists refuse what comes through them, or answer it wrongly. */
const PUBLIC: Readonly<Record<string, string>> = {
  '8.8.8.8': 'Google',
  '8.8.4.4': 'Google',
  '2001:4860:4860::8888': 'Google',
  '2001:4860:4860::8844': 'Google',
  '1.1.1.1': 'Cloudflare',
  '1.0.0.1': 'Cloudflare',
  '2606:4700:4700::1111': 'Cloudflare',
  '2606:4700:4700::1001': 'Cloudflare',
  '9.9.9.9': 'Quad9',
  '149.112.112.112': 'Quad9',
  '2620:fe::fe': 'Quad9',
  '208.67.222.222': 'OpenDNS',
  '208.67.220.220': 'OpenDNS',
  '4.2.2.1': 'Level 3',
  '4.2.2.2': 'Level 3',
  '64.6.64.6': 'Verisign',
  '94.140.14.14': 'AdGuard',
}

export interface DnsServersOptions {
  /** Each with its resolver. */
  readonly servers: readonly { readonly address: string; readonly dns: Resolver }[]
  /** A name that is asked for. @default 'org' */
  readonly question?: string
}

const EXPECTED = 'a resolver on this machine or in this network, that answers'

export const dnsServers = ({ servers, question = 'org' }: DnsServersOptions): Check => ({
  name: 'dns',
  expected: EXPECTED,
  run: signal =>
    Promise.all(
      servers.map(async ({ address, dns }) => {
        const { ok, warning, failed } = verdicts(`dns ${address}`, EXPECTED)
        const began = performance.now()
        const answer = await dns.resolve(question, 'NS', { signal })
        const owner = PUBLIC[address.replace(/^\[|\](?::\d+)?$/g, '').replace(/^([\d.]+):\d+$/, '$1')]
        if (answer.kind === 'failure')
          return failed(
            `it gives no answer (${answer.cause}: ${answer.detail})`,
            'start a resolver such as unbound on this machine, and name it in dns or in /etc/resolv.conf',
          )
        if (owner !== undefined)
          return warning(
            `it is the public resolver of ${owner}, whose questions DNS lists refuse`,
            'run a resolver such as unbound on this machine, and set dns to 127.0.0.1',
          )
        return ok(`it answers in ${Math.round(performance.now() - began)} ms`)
      }),
    ),
})
