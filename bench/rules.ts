/**
 * What the rules catch alone, without any training of a classifier: `npm run bench:rules`, with POSTERN_DATA. The test
 * half of SpamAssassin's mail, which the points were not measured on, and samples of other collections.
 */
import { hash } from 'node:crypto'
import { classify } from '../src/filters/classify/classify.ts'
import type { Gateway } from '../src/index.ts'
import { gatewayFor, judge } from './judge.ts'
import { type Corpus, mail } from './mail.ts'

const QUARANTINE = 6
const REJECT = 15

interface Tally {
  messages: number
  quarantined: number
  rejected: number
}

const part = (count: number, { messages }: Tally): string => `${((100 * count) / Math.max(messages, 1)).toFixed(2)} %`

/** A gateway whose classifier was trained on the training half in the order of digests, which mixes kinds and sets. */
async function trained(corpus: Corpus, falsePositives: `${number}%`): Promise<Gateway> {
  const gateway = gatewayFor({ world: 'content', beside: [classify({ falsePositives })] })
  const examples = [...mail(corpus, 1)].filter(({ training }) => training)
  const digest = ({ bytes }: { readonly bytes: Buffer }) => hash('sha1', bytes)
  for (const { bytes, spam } of examples.toSorted((a, b) => (digest(a) < digest(b) ? -1 : 1)))
    await gateway.feedback({ message: bytes, label: spam ? 'spam' : 'ham', by: 'bench' })
  return gateway
}

async function measure(
  corpus: Corpus,
  step: number,
  half?: 'test',
  gateway = gatewayFor({ world: 'content' }),
): Promise<void> {
  const [spam, ham]: readonly [Tally, Tally] = [
    { messages: 0, quarantined: 0, rejected: 0 },
    { messages: 0, quarantined: 0, rejected: 0 },
  ]
  const before = process.cpuUsage()
  for (const message of mail(corpus, step)) {
    if (half === 'test' && message.training) continue
    const tally = message.spam ? spam : ham
    const { findings } = (await judge(gateway, message, 'content')).decision
    // Collections keep the first line of the mailbox on top, which no client sends.
    const counted = findings.filter(({ rule }) => rule !== 'header-form/malformed')
    const score = counted.reduce((sum, { points = 0 }) => sum + points, 0)
    const refused = score >= REJECT || counted.some(({ verdict }) => verdict === 'reject')
    tally.messages += 1
    if (refused) tally.rejected += 1
    if (refused || score >= QUARANTINE) tally.quarantined += 1
  }
  const { user, system } = process.cpuUsage(before)
  await gateway.close()
  const ms = ((user + system) / 1000 / (spam.messages + ham.messages)).toFixed(2)
  console.log(
    `${corpus}${half ? ', test half' : ''}: caught ${part(spam.quarantined, spam)} of ${spam.messages} (refused ${part(spam.rejected, spam)}), ` +
      `false positives ${part(ham.quarantined, ham)} of ${ham.messages} (refused ${part(ham.rejected, ham)}), ${ms} ms of CPU each`,
  )
}

console.log(`Quarantine from ${QUARANTINE}, refusal from ${REJECT}; no DNS, no classifier unless stated`)
await measure('spamassassin', 1, 'test')
for (const falsePositives of ['0.7%', '0.5%', '0.3%'] as const) {
  console.log(`With a classifier that was trained on the training half, with a target of ${falsePositives}`)
  await measure('spamassassin', 1, 'test', await trained('spamassassin', falsePositives))
}
console.log('Without one')
await measure('csdmc-2010', 1)
await measure('trec06p', 10)
