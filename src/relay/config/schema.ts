/** Checks a configuration: every mistake at once, with its path, what was found and expected, and the remedy. */
import { isIP } from 'node:net'
import { type AlertsOptions, alertsShape } from '../../alerts/options.ts'
import { CHECK_NAMES } from '../../doctor/names.ts'
import type { AdmissionOptions } from '../../filters/admission/admission.ts'
import { loadSheddingShape } from '../../filters/load-shedding.ts'
import { recentlyRefusedSchema } from '../../filters/recently-refused/recently-refused.ts'
import { mailShape } from '../../mailing/check.ts'
import { duration, flag, number, oneOf, score, size, text, whole } from '../../model/checks.ts'
import {
  type Check,
  check,
  either,
  isRecord,
  list,
  object,
  required,
  type Schema,
  schemaOf,
} from '../../model/options.ts'
import { domainPattern, knownClient, ownNetwork } from '../../net/checks.ts'
import { isAddressLiteral } from '../../net/names.ts'
import { recipientPattern, thresholdShape } from '../../policy/thresholds.ts'
import { wireCheck } from '../../smtp/limits.ts'
import { proxiesCheck } from '../../smtp/proxies.ts'
import type { SessionLimits } from '../../smtp/session-slots.ts'
import { hostNameCheck } from '../../trace/authentication-results.ts'
import { nextHopCheck, recipientsCheck, routeCheck } from '../delivery/options.ts'
import { readHostPort } from './addresses.ts'
import { consoleCheck } from './console-check.ts'
import { digestCheck } from './digest-check.ts'
import { logCheck } from './log-check.ts'
import { quarantineCheck } from './quarantine-check.ts'
import { relations } from './relations.ts'
import { reportsCheck, summaryCheck } from './reports-check.ts'
import { hostPort, storeCheck } from './store-check.ts'
import type {
  DoctorConfig,
  FilterConfig,
  LimitConfig,
  ListenerConfig,
  LoadConfig,
  MailConfig,
  PolicyConfig,
  RelayConfig,
  RelayThresholds,
  TlsConfig,
} from './types.ts'

/** HOST:PORT, the path of a Unix socket, or a socket of systemd. */
const listenAddress: Check<string> = check(
  "HOST:PORT such as '0.0.0.0:25' or '[::]:25', the path of a Unix socket, or 'systemd'",
  value =>
    typeof value === 'string' && (value === 'systemd' || value.startsWith('/') || readHostPort(value, 0) !== undefined),
)

/** RFC 5321 §2.3.5 and §4.1.3: a full name, or an address literal. */
function isHostName(name: string): boolean {
  if (name.startsWith('[')) return isAddressLiteral(name)
  const isName = /^(?!.*-(?:\.|$))[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9][a-z0-9-]{0,62})+$/i.test(name)
  return isName && name.length <= 253 && isIP(name) === 0
}

const hostName: Check<string> = check(
  'a full host name such as mx.example.org, or an address literal such as [192.0.2.1]; write the name that the ' +
    "client's DNS finds for this host",
  value => typeof value === 'string' && isHostName(value),
)

const listener: Check<ListenerConfig> = object<ListenerConfig>(
  {
    address: required(listenAddress),
    protocol: oneOf('smtp', 'lmtp'),
    tls: object<TlsConfig>(
      { cert: required(text('the path of a file in PEM')), key: required(text('the path of a file in PEM')) },
      'a certificate',
    ),
    implicitTls: flag(),
    proxies: proxiesCheck,
  },
  'a listener',
)

const thresholdOptions: Check<RelayThresholds> = object<RelayThresholds>(
  { ...thresholdShape, greylist: score({ above: 0 }) },
  'thresholds',
)

const policy: Check<PolicyConfig> = object<PolicyConfig>(
  {
    recipients: required(list(recipientPattern, 'addresses and domains', { min: 1 })),
    thresholds: required(thresholdOptions),
  },
  'a policy',
)

/** The options of a filter are checked by the filter itself, when it is made. */
const optional = <T>(name: string): Check<T> =>
  check<T>(`true, false or options of ${name}`, found => typeof found === 'boolean' || isRecord(found))
const optionsOrFalse = <T>(name: string): Check<T> =>
  check<T>(`false or options of ${name}`, found => found === false || isRecord(found))

const filterOptions: Check<FilterConfig> = object<FilterConfig>(
  {
    earlyTalker: optionsOrFalse('earlyTalker'),
    rateLimit: optionsOrFalse('rateLimit'),
    rdns: optionsOrFalse('rdns'),
    helo: optionsOrFalse('helo'),
    senderDomain: optionsOrFalse('senderDomain'),
    spf: optionsOrFalse('spf'),
    recipients: optionsOrFalse('recipients'),
    authenticatedFrom: optionsOrFalse('authenticatedFrom'),
    headerForm: optionsOrFalse('headerForm'),
    loop: optionsOrFalse('loop'),
    dkim: optionsOrFalse('dkim'),
    dmarc: optionsOrFalse('dmarc'),
    content: optional('contentFilters'),
    reputation: optional('reputation'),
    knownSender: optional('knownSender'),
    greylist: optional('greylist'),
    classify: optionsOrFalse('classify'),
    traps: optionsOrFalse('traps'),
    opinion: optionsOrFalse('opinion'),
    lists: optional('lists'),
    dnsbl: optionsOrFalse('dnsbl'),
    uribl: optionsOrFalse('uribl'),
    clamav: optionsOrFalse('clamav'),
  },
  'filters by name',
)

const LIST_OF_FILTERS =
  "filters by name, such as { greylist: { wait: '2m' } }; name their options here, and write filters that you have " +
  'made into ownFilters: […]'

const filters: Check<FilterConfig> = either(LIST_OF_FILTERS, found =>
  Array.isArray(found) || typeof found === 'function' ? undefined : filterOptions,
) as Check<FilterConfig>

const load: Check<LoadConfig> = object<LoadConfig>(
  {
    ...loadSheddingShape,
    sessions: whole({ min: 1, max: 100_000 }),
    admission: object<Omit<AdmissionOptions, 'max' | 'min' | 'forecast'>>(
      {
        reserve: number({ min: 0, max: 1 }),
        peakReserve: number({ min: 0, max: 0.99 }),
        maxWait: duration(),
        maxQueue: whole(),
      },
      'options of admission',
    ),
    recentlyRefused: recentlyRefusedSchema.check,
  },
  'options of load control',
)

const limits: Check<LimitConfig> = object<LimitConfig>(
  {
    size: size({ min: 1 }),
    wire: wireCheck,
    sessions: object<SessionLimits>(
      {
        perAddress: whole({ min: 1 }),
        perNetwork: whole({ min: 1 }),
        perSite: whole({ min: 1 }),
        all: whole({ min: 1 }),
      },
      'limits of sessions',
    ),
  },
  'limits',
)

const checkName: Check<string> = check(`one of ${CHECK_NAMES.join(', ')}`, value =>
  CHECK_NAMES.includes(value as string),
)

const doctor: Check<DoctorConfig> = object<DoctorConfig>(
  { every: duration({ min: '1m' }), skip: list(checkName, 'names of checks'), outward: hostPort(1) },
  'options of the doctor',
)

const served: Check<string | false> = either('HOST:PORT, or false', found =>
  found === false ? flag() : hostPort(0),
) as Check<string | false>

const account = (what: string): Check<string> =>
  check(`the name or number of a ${what}`, value => typeof value === 'string' && /^[\w.-]{1,64}$/.test(value))

/** The configuration. Options of filters, lists and own filters are also checked by what they make. */
export const relaySchema: Schema<RelayConfig> = schemaOf<RelayConfig>(
  '',
  {
    listeners: list(listener, 'listeners', { min: 1 }),
    name: hostName,
    authservId: hostNameCheck(),
    domains: list(domainPattern(), 'domains'),
    nextHop: nextHopCheck,
    recipients: recipientsCheck,
    maildir: text('the path of a folder'),
    routes: list(routeCheck, 'routes', { min: 1 }),
    trustedNetworks: list(ownNetwork(), 'networks'),
    forwarders: list(knownClient(), 'networks and names'),
    mode: oneOf('shadow', 'enforce'),
    thresholds: thresholdOptions,
    policies: list(policy, 'policies'),
    filters,
    lists: check('lists; write lists: { allow: { … }, deny: { … } }', isRecord),
    ownFilters: check('an array of filters', Array.isArray),
    dns: list(text('the address of a DNS server'), 'addresses of DNS servers'),
    store: storeCheck,
    relays: whole({ min: 1, max: 1_000 }),
    workers: whole({ min: 1, max: 64 }),
    load,
    log: logCheck,
    doctor: either('true, false or options of the doctor', found =>
      typeof found === 'boolean' ? flag() : doctor,
    ) as Check<DoctorConfig | boolean>,
    alerts: object<AlertsOptions>(alertsShape),
    quarantine: quarantineCheck,
    console: consoleCheck,
    digest: digestCheck,
    mail: object<MailConfig>({ ...mailShape, nextHop: nextHopCheck }, 'our own mail'),
    reports: reportsCheck,
    summary: summaryCheck,
    limits,
    metrics: served,
    rspamd: served,
    user: account('user'),
    group: account('group'),
  },
  ...relations,
)
