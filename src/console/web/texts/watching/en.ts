/** English: the live view, load, and charts. */
import type { Concern } from '../../live/judgement.ts'

const number = (value: number): string => new Intl.NumberFormat('en', { maximumFractionDigits: 1 }).format(value)

/** Writes a name of others so that it changes nothing on the page. */
type Inert = (text: string) => string

const PARTS: Readonly<Record<string, string>> = {
  loop: 'Event loop',
  busy: 'Processor',
  memory: 'Memory',
  sessions: 'Sessions',
  scans: 'Scans',
  spool: 'Spool',
  descriptors: 'File descriptors',
  dns: 'DNS',
  clamav: 'Virus scanner',
  'next-hop': 'Next hops',
  store: 'Store',
}

/** Says what is not as it should be. */
function concern(found: Concern, inert: Inert): string {
  switch (found.kind) {
    case 'next-hop-down':
      return `Nothing is delivered to ${found.names.map(name => inert(name)).join(', ')}: connections fail. See its log.`
    case 'next-hop-failing':
      return `${found.names.map(name => inert(name)).join(', ')} defers most of what it is given.`
    case 'load':
      return found.level === 'red'
        ? `Overload: ${PARTS[found.part] ?? inert(found.part)} is used up. Unknown clients are asked to come again.`
        : `${PARTS[found.part] ?? inert(found.part)} is nearly used up. Expensive checks are reduced.`
    case 'flood':
      return `Refusals are ${number(Math.round(found.times))} times what they were: a flood, and it is being refused.`
    case 'deferring':
      return `${Math.round(found.share * 100)}% of mail is deferred.`
    case 'no-metrics':
      return 'The gateway cannot read its own counters. Its log says why.'
    default:
      return found satisfies never
  }
}

/** All texts of these pages. */
export const watching = {
  charts: {
    nothingYet: 'Nothing was measured yet. The first values come within a minute.',
    walk: (title: string) => `${title}: arrow keys go through the values`,
    table: 'Show as a table',
    time: 'Time',
    range: (low: string, high: string) => `${low} to ${high}`,
  },
  live: {
    pause: 'Pause',
    resume: 'Go on',
    states: { connecting: 'Connecting', live: 'Live', paused: 'Paused', lost: 'Connection lost, trying again' },
    at: (time: string) => `Last value at ${time}`,
    wellnessLabel: 'State of the gateway',
    wellness: { well: 'All is well', busy: 'Look here', trouble: 'Mail is affected', unknown: 'State unknown' },
    allWell: 'Next hops take mail, and the load is low.',
    concern,
    perSecond: (value: string) => `${value}/s`,
    sessions: 'Open sessions',
    opened: (value: string) => `${value} new/s`,
    load: 'Load',
    levels: { green: 'Low', amber: 'High', red: 'Overload' },
    verdictsTitle: 'Verdicts each second',
    nextHops: 'Next hops',
    nextHop: 'Next hop',
    noNextHops: 'Nothing was delivered yet.',
    state: 'State',
    up: 'In use',
    down: 'Not reachable',
    delivered: 'Delivered/s',
    notDelivered: 'Not delivered/s',
    latency: 'Latency',
    saved: {
      title: 'Saved by refusing early',
      connections: 'Connections',
      bytes: 'Bytes not sent',
      scans: 'Scans not made',
      estimated: '(estimated)',
      notMeasured: 'not measured',
      how: (time: string) =>
        `In the last ${time}. Connections are counted. Bytes and scans are estimates: each refused connection counts as ` +
        'one message of the mean size of received messages.',
    },
    newest: 'Newest recipients',
    noEntries: 'No mail has come yet.',
    verdict: 'Verdict',
    from: 'From',
    to: 'To',
    score: 'Score',
  },
  load: {
    about: 'How near this node is to its limits, and what it expects of the next hours.',
    time: 'Time',
    hours: (hours: number) =>
      hours > 24 ? `Last ${hours / 24} days` : hours === 1 ? 'Last hour' : `Last ${hours} hours`,
    part: (part: string) => PARTS[part] ?? part,
    now: (load: string) => `Load now: ${load}`,
    arrivals: 'Sessions each minute',
    counted: 'Counted',
    expected: 'Expected',
    band: 'Nine of ten values',
    forecastHow: 'The band holds nine of ten values. The right end is the forecast of the next hours.',
    noForecast: 'The forecast begins when a whole day was observed.',
    latency: 'Latency of next hops',
    byHour: 'Recipients each hour',
    noHours: 'There is no history of this time.',
    onlyDay: 'Load, arrivals and latency are kept for a day. Recipients each hour come from the history.',
  },
}
