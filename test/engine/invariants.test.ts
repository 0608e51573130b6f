/** What holds for any session of any filters: random dialogues against random gateways. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import {
  type Decision,
  type Filter,
  type Findings,
  fact,
  formatReply,
  postern,
  type Session,
  type Stage,
} from '../../src/index.ts'
import { zone } from '../../src/testing/zone.ts'
import { fc, runs } from '../support/property.ts'

const stages = ['connect', 'helo', 'mail', 'rcpt', 'header', 'message'] as const satisfies readonly Stage[]

type Behaviour =
  | 'nothing'
  | 'points'
  | 'accept'
  | 'quarantine'
  | 'defer'
  | 'reject'
  | 'discard'
  | 'close'
  | 'throw'
  | 'slow'
const behaviours: readonly Behaviour[] = [
  ...(['nothing', 'nothing', 'nothing', 'points', 'points', 'accept'] as const),
  ...(['quarantine', 'defer', 'reject', 'discard', 'close', 'throw', 'slow'] as const),
]
const behave = (behaviour: Behaviour): Findings | Promise<Findings> => {
  switch (behaviour) {
    case 'nothing':
      return undefined
    case 'points':
      return { reason: 'evidence', points: 5 }
    case 'defer':
      return { reason: 'ünfug\r\nX: y', verdict: 'defer', status: '4.7.1' }
    case 'close':
      return { reason: 'closed', verdict: 'reject', status: '5.7.1', close: true }
    case 'reject':
      return { reason: 'refused', verdict: 'reject', status: '5.7.1' }
    case 'throw':
      throw new Error('thrown')
    case 'slow':
      return Promise.resolve().then(() => ({ reason: 'slow', points: 1 }))
    default:
      return { reason: behaviour, verdict: behaviour }
  }
}

const filters = fc.array(
  fc.record({
    order: fc.constantFrom(undefined, 'early', 'late', 'last'),
    failure: fc.constantFrom('pass', 'defer'),
    acts: fc.tuple(...stages.map(() => fc.constantFrom(...behaviours))),
  }),
  { maxLength: 5 },
)
const verbs = fc.array(
  fc.constantFrom('connect', 'helo', 'mail', 'rcpt', 'rcpt', 'data', 'data', 'broken-data', 'reset'),
  { maxLength: 25 },
)
type Verb = 'connect' | 'helo' | 'mail' | 'rcpt' | 'data' | 'broken-data' | 'reset'

const text = 'From: a@example.net\r\n\r\nbody\r\n'
async function say(session: Session, verb: Verb): Promise<Decision | undefined> {
  switch (verb) {
    case 'connect':
      return await session.connect()
    case 'helo':
      return await session.helo('client.example')
    case 'mail':
      return await session.mail('a@example.net')
    case 'rcpt':
      return await session.rcpt('b@example.org')
    case 'data':
      return await session.data(Readable.from([Buffer.from(text)]))
    case 'broken-data':
      return await session.data(
        Readable.from(
          (function* () {
            yield Buffer.from('From: a')
            throw new Error('broken')
          })(),
        ),
      )
    case 'reset':
      return session.reset() as undefined
  }
}

const isRefused = ({ verdict }: Decision) => verdict === 'reject' || verdict === 'defer' || verdict === 'discard'
const shape = (decision: Decision | undefined) =>
  decision && [
    decision.stage,
    decision.verdict,
    decision.score,
    decision.reply.code,
    decision.findings.map(f => f.rule),
  ]

test('W22 any dialogue: replies are well formed, decided is decided, facts are found once, a new greeting starts afresh', async () => {
  await fc.assert(
    fc.asyncProperty(filters, verbs, async (specs, words) => {
      // A scope has one context, with which its facts are found.
      const found = stages.map(() => new WeakSet<object>())
      const again: Stage[] = []
      const facts = stages.map((stage, place) =>
        fact(`of-${stage}`, stage, (context: object) => {
          if (found[place]?.has(context)) again.push(stage)
          found[place]?.add(context)
          return stage
        }),
      )
      let ran = 0
      const list = specs.map(({ order, failure, acts }, index): Filter => {
        const methods = stages.map((stage, place) => [
          stage,
          (context: { ask(fact: unknown): Promise<unknown> }) => {
            ran += 1
            const act = acts[place] ?? 'nothing'
            if (act !== 'points') return behave(act)
            return Promise.all(
              facts
                .slice(0, place + 1)
                // A message has several recipients.
                .filter((_, index) => stages[index] !== 'rcpt' || stage === 'rcpt')
                .map(fact => context.ask(fact)),
            ).then(() => behave(act))
          },
        ])
        return { name: `f${index}`, failure, ...(order && { order }), ...Object.fromEntries(methods) }
      })
      const gateway = postern({ name: 'mx.example.org', filters: list, dns: zone({}) })
      const session = gateway.open({ ip: '192.0.2.1', ref: 'REF1' })
      let connectDecision: Decision | undefined
      for (const verb of ['connect', ...words] as const) {
        const before = ran
        const decision = await say(session, verb)
        if (decision === undefined) continue
        const reply = formatReply(decision.reply)
        expect(reply).toMatch(/^[ -~]{1,510}$/)
        expect(reply).toMatch(/^(2\d\d 2|4\d\d 4|5\d\d 5)\.\d{1,3}\.\d{1,3} .*ref=REF1$/)
        if (connectDecision && isRefused(connectDecision)) expect(ran).toBe(before)
        connectDecision ??= decision
      }
      expect(again).toEqual([])
      // Whatever was said before, a new greeting leaves the state of a session that has just been greeted.
      const fresh = gateway.open({ ip: '192.0.2.1', ref: 'REF1' })
      const opening = await say(fresh, 'connect')
      expect(shape(opening)).toEqual(shape(connectDecision))
      for (const verb of ['helo', 'mail', 'rcpt', 'data'] as const)
        expect(shape(await say(session, verb))).toEqual(shape(await say(fresh, verb)))
      session.close()
      fresh.close()
    }),
    { numRuns: runs(400) },
  )
})
