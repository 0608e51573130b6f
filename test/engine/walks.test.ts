/** Random walks through the verbs of a session, beside a reference that knows nothing but RFC 5321 §4.1.4. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { type Decision, type Filter, postern, reject, type Session, thresholds } from '../../src/index.ts'
import { zone } from '../../src/testing/zone.ts'
import { dice, runs } from '../support/random.ts'

const WALKS = runs(100_000)
const STEPS = 6

const rules: Filter = {
  name: 'rules',
  mail: ({ reversePath }) => reversePath.startsWith('no') && reject('5.7.1', 'no'),
  rcpt: ({ forwardPath }) => forwardPath.startsWith('no') && reject('5.1.1', 'no'),
  header: ({ header }) => header.get('subject') === 'bad' && reject('5.7.1', 'no'),
}
const gateway = postern({
  name: 'mx.example.org',
  filters: [rules],
  dns: zone({}),
  policy: thresholds({ rejectAt: 'mail' }),
})

/** What RFC 5321 has a server remember. */
interface Model {
  greeted: boolean
  mail: boolean
  paths: Set<string>
}
type Step = (session: Session, model: Model) => readonly [answer: Promise<Decision> | undefined, code: number]

const rcpt =
  (path: string, code: number): Step =>
  (session, model) => {
    const answer = session.rcpt(path)
    if (!model.mail) return [answer, 503]
    if (code < 400) model.paths.add(path)
    return [answer, code]
  }
const data =
  (subject: string, code: number): Step =>
  (session, model) => {
    const answer = session.data(
      Readable.from([Buffer.from(`From: a@example.net\r\nSubject: ${subject}\r\n\r\nText\r\n`)]),
    )
    if (!model.mail || model.paths.size === 0) return [answer, 503]
    Object.assign(model, { mail: false, paths: new Set() })
    return [answer, code]
  }
const steps: readonly Step[] = [
  (session, model) => {
    Object.assign(model, { greeted: true, mail: false, paths: new Set() })
    return [session.helo('client.example.net'), 250]
  },
  (session, model) => {
    const answer = session.mail('a@example.net')
    if (!model.greeted || model.mail) return [answer, 503]
    model.mail = true
    return [answer, 250]
  },
  (session, model) => [session.mail('no@example.net'), !model.greeted || model.mail ? 503 : 550],
  rcpt('b@example.org', 250),
  rcpt('c@example.org', 250),
  rcpt('no@example.org', 550),
  (session, model) => {
    session.removeRecipient('c@example.org')
    model.paths.delete('c@example.org')
    return [undefined, 0]
  },
  data('good', 250),
  data('bad', 550),
  (session, model) => {
    session.reset()
    Object.assign(model, { mail: false, paths: new Set() })
    return [undefined, 0]
  },
]

test('W22 a hundred thousand random walks through the verbs are answered as the reference says', {
  timeout: 120_000,
}, async () => {
  let delivered = 0
  for (let walk = 1; walk <= WALKS; walk += 1) {
    const roll = dice(walk)
    const session = gateway.open({ ip: '192.0.2.1' })
    const model: Model = { greeted: false, mail: false, paths: new Set() }
    await session.connect()
    // Some walks begin where most clients come to, so that enough of them reach DATA.
    if (walk % 20 === 0) for (const first of [0, 1, 3]) await steps[first]?.(session, model)[0]
    for (let step = 0; step < STEPS; step += 1) {
      const which = roll(steps.length)
      const before = [...model.paths]
      const [answer, code] = steps[which]?.(session, model) ?? [undefined, 0]
      const decision = await answer
      if (decision === undefined) continue
      if (decision.reply.code !== code) expect(`walk ${walk}, step ${step}: ${decision.reply.code}`).toBe(code)
      if (!('each' in decision) || code === 503) continue
      delivered += 1
      const each = [...(decision.each as ReadonlyMap<string, Decision>).keys()]
      if (each.join() !== before.join()) expect(`walk ${walk}, step ${step}: ${each}`).toBe(before)
    }
    session.close()
  }
  expect(delivered).toBeGreaterThan(WALKS / 50)
})
