/** Virus scans with ClamAV: a message is clean, infected or unknown, and unknown is never taken for clean. */
import { duration, having, oneOf, port, size, text, whole } from '../../model/checks.ts'
import type { Filter } from '../../model/filter.ts'
import { defer, discard, type Finding, type Findings, quarantine, reject } from '../../model/finding.ts'
import { checked, relation, schemaOf } from '../../model/options.ts'
import { type Duration, type Size, toBytes, toMilliseconds } from '../../model/units.ts'
import { clamdScan, ping } from './clamd.ts'
import { clamscanScan, type StreamScanner } from './clamscan.ts'
import { type Address, addressText } from './connection.ts'
import { guardedScanner } from './scanner.ts'
import { scans } from './scans.ts'
import { withTimeout } from './timeout.ts'
import { clean, type ScanVerdict } from './verdict.ts'

/** What `clamav` takes. */
export interface ClamavOptions {
  /** The Unix socket of clamd. @default '/run/clamav/clamd.ctl', unless `port` or `scanner` is given */
  readonly socket?: string
  /** The host of clamd, beside `port`. @default '127.0.0.1' */
  readonly host?: string
  /** The TCP port of clamd. The connection is not encrypted. @default a Unix socket is used */
  readonly port?: number
  /** An instance of clamscan, in place of the built-in client. @default none */
  readonly scanner?: StreamScanner
  /** How long one message may take, including its time in the queue. @default '30s' */
  readonly deadline?: Duration
  /** Messages scanned at once. Keep it at or below clamd's MaxThreads. @default 10 */
  readonly concurrency?: number
  /** Messages that may wait in the queue; more fail at once. @default 100 */
  readonly maxQueue?: number
  /** The largest message that is scanned. Keep it at or below clamd's StreamMaxLength. @default '25mb' */
  readonly maxSize?: Size
  /** What becomes of an infected message. @default 'reject' */
  readonly infected?: 'reject' | 'quarantine' | 'discard'
  /**
   * What becomes of a message that can never be scanned: too large, encrypted, or beyond clamd's limits. clamd reports
   * the last two only with `AlertEncrypted yes` and `AlertExceedsMax yes`.
   * @default 'quarantine'
   */
  readonly unscannable?: 'pass' | 'quarantine' | 'defer' | 'reject'
  /** What it means when the scanner gives no verdict. @default 'defer' */
  readonly failure?: 'pass' | 'defer'
  /** Failures in a row after which the scanner is not asked until it answers a PING. @default 5 */
  readonly failures?: number
  /** How often it gets a PING meanwhile. @default '1s' */
  readonly retry?: Duration
}

const schema = schemaOf<ClamavOptions>(
  'clamav',
  {
    socket: text('the path of a Unix socket'),
    host: text('a host', { max: 253 }),
    port: port(),
    scanner: having('an instance of clamscan', 'scanStream'),
    deadline: duration({ min: '100ms' }),
    concurrency: whole({ min: 1, max: 10_000 }),
    maxQueue: whole({ max: 1_000_000 }),
    maxSize: size({ min: 1 }),
    infected: oneOf('reject', 'quarantine', 'discard'),
    unscannable: oneOf('pass', 'quarantine', 'defer', 'reject'),
    failure: oneOf('pass', 'defer'),
    failures: whole({ min: 1 }),
    retry: duration({ min: '10ms' }),
  },
  relation(['socket', 'port', 'scanner'], ({ socket, port, scanner }) => {
    const named = Object.entries({ socket, port, scanner }).filter(([, value]) => value !== undefined)
    return (
      named.length > 1 && {
        found: named.map(([key]) => key).join(' and '),
        expected: 'one of socket, port and scanner',
        remedy: 'leave out all but one',
      }
    )
  }),
  relation(
    ['host', 'port'],
    ({ host, port }) =>
      host !== undefined &&
      port === undefined && { found: host, expected: 'a port beside it', remedy: 'add port: 3310' },
  ),
)

/**
 * Scans each message that no other filter has decided on. A Received field is added on top, because libclamav
 * recognises mail by its first lines. Where readers interpret the parts of a message differently, the parts are scanned
 * too. The strictest verdict counts.
 *
 * @throws PosternError when more than one scanner is named, or an option is wrong
 * @example
 * import NodeClam from 'clamscan'
 *
 * clamav({ socket: '/run/clamav/clamd.ctl' })
 * clamav({ scanner: await new NodeClam().init({ clamdscan: { host: '127.0.0.1', port: 3310 } }) })
 */
export function clamav(options: ClamavOptions = {}): Filter {
  const {
    socket,
    host,
    port,
    scanner,
    deadline = '30s',
    concurrency = 10,
    maxQueue = 100,
    maxSize = '25mb',
    infected = 'reject',
    unscannable = 'quarantine',
    failure = 'defer',
    failures = 5,
    retry = '1s',
  } = checked(schema, options)

  const address: Address =
    port === undefined ? { path: socket ?? '/run/clamav/clamd.ctl' } : { host: host ?? '127.0.0.1', port }
  const ms = toMilliseconds(deadline)
  const maxBytes = toBytes(maxSize)
  const scan = guardedScanner(scanner ? clamscanScan(scanner) : clamdScan(address), {
    deadline: ms,
    concurrency,
    maxQueue,
    maxSize: maxBytes,
    failures,
    retry: toMilliseconds(retry),
    ...(!scanner && { ping: signal => ping(address, signal) }),
  })

  return {
    name: 'clamav',
    order: 'late',
    failure,
    // Later than the deadline of the scan, so that the scanner's cause is reported.
    deadline: ms + 5_000,
    ...(!scanner && {
      start: async ({ clock, callExternal }) => {
        const there = () => withTimeout({ clock, ms: 2_000, late: false }, signal => ping(address, signal))
        if (!(await callExternal('clamav:ping', there))) throw new Error(`no clamd answers at ${addressText(address)}`)
      },
    }),
    message: async message => {
      const verdicts: ScanVerdict[] = []
      for await (const verdict of scans(message, scan, maxBytes)) verdicts.push(verdict)
      return judge(strictest(verdicts, failure), { infected, unscannable })
    },
  }
}

/** The strictest verdict: a virus, then a failure that defers, then a message that can never be scanned. */
function strictest(verdicts: readonly ScanVerdict[], failure: 'pass' | 'defer'): ScanVerdict {
  const rank = (verdict: ScanVerdict): number => {
    if (verdict.kind === 'clean') return 0
    if (isUnscannable(verdict)) return 2
    return verdict.kind === 'infected' ? 4 : failure === 'defer' ? 3 : 1
  }
  return verdicts.reduce((worst, verdict) => (rank(verdict) > rank(worst) ? verdict : worst), clean)
}

const isUnscannable = (verdict: ScanVerdict): boolean =>
  (verdict.kind === 'infected' && UNSCANNABLE.test(verdict.name)) ||
  (verdict.kind === 'unknown' && verdict.cause === 'size-limit')

/** @throws Error when it is unknown whether the message is clean: `failure` says what that means */
function judge(
  verdict: ScanVerdict,
  { infected, unscannable }: Required<Pick<ClamavOptions, 'infected' | 'unscannable'>>,
): Findings {
  switch (verdict.kind) {
    case 'clean':
      return
    case 'infected':
      return UNSCANNABLE.test(verdict.name)
        ? unscanned[unscannable](`ClamAV could not scan all of the message: ${verdict.name}`)
        : refused[infected](`ClamAV found ${verdict.name}`)
    case 'unknown':
      if (verdict.cause === 'size-limit') return unscanned[unscannable](`too large to be scanned: ${verdict.detail}`)
      throw new Error(`not scanned (${verdict.cause}): ${verdict.detail}`)
    default:
      verdict satisfies never
      throw new Error('not scanned: the recorded verdict is invalid')
  }
}

/** The names that clamd reports for encrypted parts, and for limits of size, depth, number or time. */
const UNSCANNABLE = /^Heuristics\.(?:Encrypted|Limits\.Exceeded)(?:\.|$)/

type ByOption<K extends string> = Readonly<Record<K, (reason: string) => Finding>>

const refused: ByOption<'reject' | 'quarantine' | 'discard'> = {
  reject: reason => reject('5.7.1', reason, { rule: 'infected', replyText: 'Message contains malware' }),
  quarantine: reason => quarantine(reason, { rule: 'infected' }),
  discard: reason => discard(reason, { rule: 'infected' }),
}

const unscanned: ByOption<'pass' | 'quarantine' | 'defer' | 'reject'> = {
  pass: reason => ({ rule: 'unscannable', reason }),
  quarantine: reason => quarantine(reason, { rule: 'unscannable' }),
  defer: reason => defer('4.7.1', reason, { rule: 'unscannable' }),
  reject: reason => reject('5.7.1', reason, { rule: 'unscannable' }),
}
