/** What becomes of a message under the recommended filters, from a sender with nothing else against them. */
import { Readable } from 'node:stream'
import { recommended } from '../../src/filters/recommended.ts'
import { type Outcome, postern, thresholds } from '../../src/index.ts'
import { zone } from '../../src/testing/zone.ts'

const ip = '198.51.100.25'
const world = zone({
  'mail.sender.example': { A: ip },
  '25.100.51.198.in-addr.arpa': { PTR: 'mail.sender.example' },
  'sender.example': { A: ip, MX: { exchange: 'mail.sender.example', priority: 10 }, TXT: [`v=spf1 ip4:${ip} -all`] },
  '_dmarc.sender.example': { TXT: ['v=DMARC1; p=none'] },
})

const gateway = postern({
  name: 'mx.example.org',
  filters: recommended({ domains: ['example.org'], content: true }),
  policy: thresholds({ quarantine: 6, reject: 15 }),
  dns: world,
})

/** The fields that honest mail has, but for those that say what it holds. */
export const honest =
  'From: Anna <anna@sender.example>\r\nTo: bob@example.org\r\nSubject: Minutes\r\nMIME-Version: 1.0\r\n' +
  'Date: Sun, 29 Nov 2026 12:00:00 +0000\r\nMessage-ID: <20261129120000.1@sender.example>\r\n'

export async function judge(message: string | Buffer): Promise<Outcome> {
  const session = gateway.open({ ip })
  await session.connect()
  await session.helo('mail.sender.example')
  await session.mail('anna@sender.example')
  await session.rcpt('bob@example.org')
  const bytes = typeof message === 'string' ? Buffer.from(message, 'latin1') : message
  const outcome = await session.data(Readable.from([bytes]))
  session.close()
  return outcome
}

export interface Judged {
  readonly verdict: string
  /** Of what the message holds: rules of `structure`, `attachments` and `unexamined`. */
  readonly points: number
  readonly rules: readonly string[]
}

/** Only what was found in the parts of the message: points for words and headers are left out. */
export async function judgeParts(message: string | Buffer): Promise<Judged> {
  const { verdict, findings } = await judge(message)
  const found = findings.filter(({ rule = '' }) => /^(?:structure|attachments|unexamined)\//.test(rule))
  const points = found.reduce((sum, finding) => sum + (finding.points ?? (finding.verdict ? 6 : 0)), 0)
  return { verdict, points, rules: found.map(({ rule = '' }) => rule) }
}
