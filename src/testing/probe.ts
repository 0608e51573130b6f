/** Runs one filter, or one fact, against a session written as a literal: no socket, no DNS, no server. */
import { Readable } from 'node:stream'
import { reference } from '../engine/reference.ts'
import { plan, run } from '../engine/run.ts'
import { Scope } from '../engine/scope.ts'
import type { FilterTimings } from '../engine/wave.ts'
import { headerOf } from '../mime/header/collect.ts'
import { isFinal } from '../model/decision.ts'
import type { Fact } from '../model/fact.ts'
import type { Filter } from '../model/filter.ts'
import { type Finding, points } from '../model/finding.ts'
import { systemClock } from '../model/services.ts'
import { type Connection, type Stage, type Stages, stages } from '../model/stage.ts'
import { toMilliseconds } from '../model/units.ts'
import { checkProbe, checkReached } from './probe-check.ts'
import type { Probed } from './probed.ts'
import { servicesOf } from './services.ts'

/**
 * Runs a filter at each stage up to the last stage that `world` mentions, and returns its findings. Rejects with a
 * {@link PosternError} where the filter or `world` is wrong, or where the session ends before the filter is asked.
 *
 * @example
 * expect(await probe(freemailInvoice, { reversePath: 'a@gmail.com', header: { subject: 'Invoice 7' } })).toEqual([…])
 */
export async function probe(filter: Filter, world: Probed = {}): Promise<readonly Finding[]> {
  checkProbe(filter, world)
  const { clock = systemClock, score = 0 } = world
  const earlier = [{ findings: [points(score, 'found by other filters')] }]
  const found: Finding[] = []
  const spent: FilterTimings = new Map()
  const deadline = () => toMilliseconds(filter.deadline ?? '10s')
  const progress = { accepted: 0 }
  const reached = new Set<Stage>()
  let connection: Connection | undefined
  for (const [stage, scope] of dialogue(world, progress)) {
    connection ??= scope.view
    reached.add(stage)
    const { findings, ended } = await run(plan([filter], stage, deadline), scope, clock, spent, { earlier })
    found.push(...findings)
    const isOver = ended?.verdict !== undefined && isFinal(ended.verdict)
    // A decision at rcpt concerns that recipient alone.
    if (isOver && stage !== 'rcpt') break
    if (!isOver && stage === 'rcpt') progress.accepted += 1
  }
  if (connection !== undefined) filter.onClose?.(connection)
  checkReached(filter, reached)
  return found
}

/**
 * Looks up one fact, whatever stages of the dialogue `world` leaves out.
 *
 * @example
 * expect(await ask(spf, { reversePath: 'alice@example.org', dns })).toMatchObject({ result: 'pass' })
 */
export const ask = async <T>(fact: Fact<never, T>, world: Probed = {}): Promise<T> =>
  await scopeAt(fact.stage, world).ask(fact)

/** Returns the context that filters get at `stage`, for functions that take one and are no filters, such as tracers. */
export const contextAt = <S extends Stage>(stage: S, world: Probed = {}): Stages[S] =>
  scopeAt(stage, world).view as Stages[S]

function scopeAt(stage: Stage, world: Probed): Scope {
  const whole = { forwardPaths: ['bob@example.net'], message: 'From: alice@example.org\n\n', ...world }
  const scope = new Map(dialogue(whole, { accepted: 0 })).get(stage)
  if (scope === undefined) throw new Error(`there is no recipient: give forwardPath to reach ${stage}`)
  return scope
}

/** The scopes of the stages that happen, in order; `rcpt` once for each recipient. */
function* dialogue(world: Probed, progress: { readonly accepted: number }): Generator<readonly [Stage, Scope]> {
  const { ip, helo } = { ip: '192.0.2.1', helo: 'client.example', ...world }
  const { ref = reference(), client = 'unknown', spokeEarly = false } = world
  const { tls, reversePath = '', user, utf8 = false } = world
  const forwardPaths = world.forwardPaths ?? (world.forwardPath === undefined ? [] : [world.forwardPath])
  const last = stages.indexOf(lastStage(world))
  const connection = new Scope('connect', undefined, { ip, client, ref, spokeEarly, ...servicesOf(world) })
  const greeting = new Scope('helo', connection, { helo, ...(tls && { tls }) })
  const transaction = new Scope('mail', greeting, { reversePath, utf8, ...(user !== undefined && { user }) })
  const bytes = bytesOf(world)
  const header = new Scope('header', transaction, { forwardPaths, header: headerOf(bytes) })
  const open = (start = 0) => Readable.from([bytes.subarray(start)])
  const message = new Scope('message', header, { size: bytes.length, open })
  const withFacts = (scope: Scope): readonly [Stage, Scope] => {
    for (const [fact, value] of world.facts ?? []) {
      if (scope.stage === fact.stage) scope.provide(fact, Promise.resolve(value))
    }
    return [scope.stage, scope]
  }
  for (const scope of [connection, greeting, transaction])
    if (stages.indexOf(scope.stage) <= last) yield withFacts(scope)
  for (const forwardPath of forwardPaths)
    yield withFacts(new Scope('rcpt', transaction, { forwardPath, accepted: progress.accepted }))
  for (const scope of [header, message]) if (stages.indexOf(scope.stage) <= last) yield withFacts(scope)
}

function lastStage({
  helo,
  reversePath,
  user,
  forwardPath,
  forwardPaths,
  header,
  body,
  message,
  facts = [],
}: Probed): Stage {
  if (header !== undefined || body !== undefined || message !== undefined) return 'message'
  const known = facts.map(([fact]) => fact.stage)
  const mentioned: Stage =
    forwardPath !== undefined || forwardPaths !== undefined
      ? 'rcpt'
      : reversePath !== undefined || user !== undefined
        ? 'mail'
        : helo !== undefined
          ? 'helo'
          : 'connect'
  return [mentioned, ...known].reduce((a, b) => (stages.indexOf(b) > stages.indexOf(a) ? b : a))
}

function bytesOf({ header = {}, body = '', message }: Probed): Buffer {
  if (message !== undefined) {
    return typeof message === 'string' ? Buffer.from(message.replace(/\r?\n/g, '\r\n')) : message
  }
  const section =
    typeof header === 'string'
      ? header
      : Object.entries(header)
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join('')
  return Buffer.concat([Buffer.from(`${section}\r\n`), typeof body === 'string' ? Buffer.from(body) : body])
}
