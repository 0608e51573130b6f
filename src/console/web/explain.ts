/** Why a verdict fell, in a sentence; which findings weigh most. */
import type { FindingEntry, GatewayEvent } from '../../model/events.ts'
import type { Verdict } from '../../model/finding.ts'
import { type Formats, inert } from './format.ts'
import type { Texts } from './texts/en.ts'

/** A finding, of an event or of a held message. */
export type Finding = Omit<FindingEntry, 'status'>

/** What a verdict rests on. */
export interface Judged {
  readonly verdict: Verdict
  readonly dryRun?: Verdict
  readonly score: number
  readonly tagged?: true
  readonly findings: readonly Finding[]
}

/** Why it fell, in a sentence or two. */
export function explain(judged: Judged, texts: Texts, formats: Formats): string {
  const { verdict, dryRun } = judged
  const why = sentence(judged, texts.explain, formats)
  return dryRun === undefined || dryRun === verdict ? why : `${why} ${texts.explain.dryRun(texts.verdicts[dryRun])}`
}

function sentence({ verdict, score, tagged, findings }: Judged, texts: Texts['explain'], formats: Formats): string {
  const deciding = findings.find(finding => finding.verdict === verdict)
  const reason = deciding && asClause(inert(deciding.reason, 320))
  switch (verdict) {
    case 'accept':
      if (tagged) return texts.tagged(formats.score(score))
      if (reason !== undefined) return texts.acceptBecause(reason)
      return score > 0 ? texts.acceptScore(formats.score(score)) : texts.accept
    case 'quarantine':
      return reason === undefined ? texts.quarantine(formats.score(score)) : texts.quarantineBecause(reason)
    case 'defer':
      return reason === undefined ? texts.defer : texts.deferBecause(reason)
    case 'reject':
      return reason === undefined ? texts.reject(formats.score(score)) : texts.rejectBecause(reason)
    case 'discard':
      return reason === undefined ? texts.discard : texts.discardBecause(reason)
    default:
      return verdict satisfies never
  }
}

/** A reason stands at the end of a sentence: it ends with a full stop. */
const asClause = (reason: string): string => (/[.!?。]$/.test(reason) ? reason : `${reason}.`)

/** Findings that decide first, then those with the most points, up or down; what has no effect comes last. */
export function byWeight(findings: readonly Finding[]): readonly Finding[] {
  const weight = ({ verdict, points, dryRun }: Finding): number =>
    verdict !== undefined ? 10_000 : points !== undefined ? Math.abs(points) + 1 : dryRun ? -1 : 0
  return findings.toSorted((a, b) => weight(b) - weight(a))
}

/** What is known of a session, put in order for a page. */
export interface Story {
  readonly session: SessionPart | undefined
  readonly transactions: readonly TransactionPart[]
}

type EventOf<T extends GatewayEvent['type']> = Extract<GatewayEvent, { readonly type: T }>
type SessionPart = EventOf<'session'>

/** One message of a session, and what became of it for each recipient. */
export interface TransactionPart {
  readonly number: number
  readonly event: EventOf<'transaction'> | undefined
  readonly recipients: readonly RecipientPart[]
}

/** One recipient, and its deliveries in order. */
export interface RecipientPart {
  readonly event: EventOf<'recipient'>
  readonly deliveries: readonly EventOf<'delivery'>[]
}

/** Puts the events of a session in order. */
export function storyOf(events: readonly GatewayEvent[]): Story {
  const of = <T extends GatewayEvent['type']>(type: T) =>
    events.filter((event): event is EventOf<T> => event.type === type)
  const deliveries = of('delivery')
  const recipients = of('recipient')
  const transactions = of('transaction')
  const numbers = new Set([...transactions, ...recipients].map(({ transaction }) => transaction))
  return {
    session: of('session').at(-1),
    transactions: [...numbers]
      .sort((a, b) => a - b)
      .map(number => ({
        number,
        event: transactions.find(({ transaction }) => transaction === number),
        recipients: recipients
          .filter(({ transaction }) => transaction === number)
          .map(event => ({
            event,
            deliveries: deliveries.filter(
              ({ recipient, transaction = number }) => recipient === event.recipient && transaction === number,
            ),
          })),
      })),
  }
}
