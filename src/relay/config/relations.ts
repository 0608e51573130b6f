/** What must hold between options of the configuration that are right by themselves. */
import { repeatedRule } from '../../alerts/options.ts'
import { isSameOrganisation } from '../../dns/organisation.ts'
import { isRecord, problemsOf, type Relation, relation } from '../../model/options.ts'
import { mailboxOf } from '../../net/path.ts'
import { deliverySchema } from '../delivery/options.ts'
import { digestRelations } from './digest-relations.ts'
import { MANAGEMENT_BLOCKS, wantsManagement } from './management-blocks.ts'
import type { RelayConfig } from './types.ts'

export const relations: readonly Relation<RelayConfig>[] = [
  relation(
    ['domains', 'nextHop'],
    ({ domains = [], nextHop: hop }) =>
      hop !== undefined &&
      domains.length === 0 && {
        found: domains,
        expected: 'at least one domain beside a next hop, or the relay would be open to every sender',
        remedy: "set domains: ['example.org']",
      },
  ),
  relation(['routes', 'domains', 'nextHop', 'recipients'], ({ routes, domains, nextHop, recipients }) => {
    const beside = Object.entries({ domains, nextHop, recipients }).filter(([, value]) => value !== undefined)
    return (
      routes !== undefined &&
      beside.length > 0 && {
        found: Object.fromEntries(beside),
        expected: 'routes alone, without domains, nextHop and recipients beside them',
        remedy: 'move these into a route',
      }
    )
  }),
  relation(['routes'], ({ routes }) => {
    const [found] = routes === undefined ? [] : problemsOf(deliverySchema, { routes })
    if (found === undefined) return undefined
    const { path: _path, ...problem } = found
    return problem
  }),
  relation(['recipients', 'nextHop'], ({ recipients, nextHop }) => {
    return (
      nextHop === undefined &&
      isRecord(recipients) &&
      'nextHop' in recipients && {
        found: recipients,
        expected: 'a source of addresses that needs no next hop',
        remedy: "set recipients to { list }, { file }, { ask }, { url } or 'any'",
      }
    )
  }),
  relation(['log'], ({ log }) => {
    const kinds = log?.redis && (['url', 'sentinel', 'cluster'] as const).filter(key => log.redis?.[key] !== undefined)
    return (
      kinds !== undefined &&
      kinds.length !== 1 && {
        found: kinds.join(', '),
        expected: 'in log.redis one of url, sentinel and cluster',
        remedy: 'give exactly one of them',
      }
    )
  }),
  relation(
    ['store', 'workers'],
    ({ store: place, workers = 1 }) =>
      place === 'memory' &&
      workers > 1 && {
        found: place,
        expected: 'a store that several workers can share',
        remedy: "set store: { file: '/var/lib/postern/postern.db' } or { redis: { url } }",
      },
  ),
  relation(
    ['store', ...MANAGEMENT_BLOCKS],
    config =>
      config.store === 'memory' &&
      wantsManagement(config) && {
        found: config.store,
        expected: `a store that the management process can share, since ${MANAGEMENT_BLOCKS.join(', ')} run in it`,
        remedy: "leave store out, or set store: { file: '/var/lib/postern/postern.db' } or { redis: { url } }",
      },
  ),
  relation(['alerts'], ({ alerts = {} }) => repeatedRule(alerts)),
  relation(
    ['mail', 'alerts'],
    ({ mail, alerts }) =>
      mail === undefined &&
      alerts?.mail !== undefined &&
      alerts.mail.length > 0 && {
        found: mail,
        expected: 'an address from which alerts are sent',
        remedy: "set mail: { from: 'postern@example.org' }",
      },
  ),
  relation(
    ['mail', 'reports', 'summary'],
    ({ mail, reports, summary }) =>
      mail === undefined &&
      (reports?.send !== undefined || summary !== undefined) && {
        found: mail,
        expected: 'who our own mail is from, since reports and summaries are mail',
        remedy: "set mail: { from: 'postern@example.org', dkim: { domain, selector, key } }",
      },
  ),
  relation(
    ['reports', 'mail'],
    ({ reports, mail }) =>
      reports?.send !== undefined &&
      (reports.send.nextHop ?? mail?.nextHop) === undefined && {
        found: reports.send,
        expected: 'in reports.send or in mail a nextHop that takes mail for all domains',
        remedy: "set mail.nextHop: { hosts: ['out.example.org:25'] }",
      },
  ),
  relation(['reports', 'mail'], ({ reports, mail }) => {
    const { from = '', dkim } = mail ?? {}
    const { domain } = mailboxOf(from)
    return (
      reports?.send !== undefined &&
      from !== '' &&
      (dkim === undefined || !isSameOrganisation(dkim.domain, domain)) && {
        found: dkim?.domain,
        expected: `in mail.dkim a key of ${domain}: reports that do not pass DMARC are refused (RFC 9990 §3.5.2)`,
        remedy: 'set mail.dkim: { domain, selector, key }',
      }
    )
  }),
  relation(
    ['console'],
    ({ console }) =>
      console !== undefined &&
      console.url === undefined &&
      !isLoopback(console.listen) && {
        found: console.listen,
        expected: 'the loopback, or the url of a reverse proxy with TLS in front of it',
        remedy: "set console: { listen: '127.0.0.1:8080', url: 'https://console.example.org' }",
      },
  ),
  relation(['console'], ({ console }) => {
    const wanting = (['refusalLink', 'mailboxes', 'oidc'] as const).find(name => console?.[name])
    return (
      wanting !== undefined &&
      console?.url === undefined && {
        found: `console.${wanting} without console.url`,
        expected: 'the url under which people reach the console',
        remedy: "set console.url: 'https://console.example.org'",
      }
    )
  }),
  relation(
    ['console'],
    ({ console }) =>
      console?.proxyHeader !== undefined &&
      (console.proxies ?? []).length === 0 && {
        found: 'console.proxyHeader without console.proxies',
        expected: 'the addresses of the proxies from which the header counts',
        remedy: "set console.proxies: ['127.0.0.1']",
      },
  ),
  relation(
    ['console', 'mail'],
    ({ console, mail }) =>
      console?.mailboxes === true &&
      mail === undefined && {
        found: mail,
        expected: 'who our own mail is from, since owners of mailboxes sign in by a link in mail',
        remedy: "set mail: { from: 'postern@example.org' }",
      },
  ),
  ...digestRelations,
  relation(
    ['listeners', 'workers'],
    ({ listeners = [], workers = 1 }) =>
      workers > 1 &&
      listeners.some(({ address }) => address.startsWith('/')) && {
        found: 'a Unix socket',
        expected: 'listeners on ports: several workers cannot share a Unix socket',
        remedy: 'set workers to 1, or give the listener HOST:PORT',
      },
  ),
  relation(
    ['authservId', 'name'],
    ({ authservId, name = '' }) =>
      name.startsWith('[') &&
      authservId === undefined && {
        found: authservId,
        expected: 'a name for Authentication-Results, since name is an address',
        remedy: "set authservId: 'mx.example.org'",
      },
  ),
  relation(
    ['group', 'user'],
    ({ group, user }) =>
      group !== undefined &&
      user === undefined && { found: group, expected: 'a user beside it', remedy: 'set user, too' },
  ),
]

const isLoopback = (listen: string): boolean => /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]):/.test(listen)
