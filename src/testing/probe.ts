/** Asks one filter, or one fact, what it makes of a world written as a literal: no socket, no DNS, no server. */
import { Readable } from 'node:stream'
import { reference } from '../engine/reference.ts'
import { plan, run } from '../engine/run.ts'
import { Scope } from '../engine/scope.ts'
import { headerOf } from '../mime/header/collect.ts'
import { isFinal } from '../model/decision.ts'
import type { Fact } from '../model/fact.ts'
import type { Filter } from '../model/filter.ts'
import { type Finding, points } from '../model/finding.ts'
import type { Resolver } from '../model/resolver.ts'
import { type CallExternal, type Clock, type Notify, systemClock } from '../model/services.ts'
import { type ClientKind, type Connection, type Stage, type Stages, stages, type Tls } from '../model/stage.ts'
import type { Store } from '../model/store.ts'
import { toMilliseconds } from '../model/units.ts'
import { servicesOf } from './services.ts'

/** What has happened, and what the world answers. What is left out is unremarkable. */
export interface Probed {
  /** Undefined: the host does not know it. @default '192.0.2.1' */
  readonly ip?: string | undefined
  readonly ref?: string
  /** How the client is known beforehand. @default 'unknown' */
  readonly client?: ClientKind
  readonly spokeEarly?: boolean
  /** Undefined: the host does not know it. @default 'client.example' */
  readonly helo?: string | undefined
  readonly tls?: Tls
  readonly reversePath?: string
  readonly user?: string
  readonly utf8?: boolean
  /** One recipient, or several; the filter sees each at `rcpt`. */
  readonly forwardPath?: string
  readonly forwardPaths?: readonly string[]
  /** Field names and values, or the section as it is sent, unchanged. */
  readonly header?: Readonly<Record<string, string>> | string
  readonly body?: string | Buffer
  /** The whole message, instead of `header` and `body`. In a string, line ends may be LF. */
  readonly message?: string | Buffer
  /** What DNS answers. @default an empty zone */
  readonly dns?: Resolver
  readonly clock?: Clock
  readonly callExternal?: CallExternal
  /** What is remembered already. @default an empty store in memory */
  readonly store?: Store
  readonly notify?: Notify
  /** Points that others have found before. @default 0 */
  readonly score?: number
  /** Facts that are known already. */
  readonly facts?: readonly (readonly [fact: Fact<never, unknown>, value: unknown])[]
}

/**
 * Lets the stages that `world` speaks of happen, up to the last one it mentions, and returns what the filter finds.
 *
 * @example
 * expect(await probe(freemailInvoice, { reversePath: 'a@gmail.com', header: { subject: 'Invoice 7' } })).toEqual([…])
 */
export async function probe(filter: Filter, world: Probed = {}): Promise<readonly Finding[]> {
  const { clock = systemClock, score = 0 } = world
  const earlier = [{ findings: [points(score, 'found by others')] }]
  const found: Finding[] = []
  const spent = new Map<string, number>()
  const deadline = () => toMilliseconds(filter.deadline ?? '10s')
  const progress = { accepted: 0 }
  let connection: Connection | undefined
  for (const [stage, scope] of dialogue(world, progress)) {
    connection ??= scope.view
    const { findings, ended } = await run(plan([filter], stage, deadline), scope, clock, spent, { earlier })
    found.push(...findings)
    const isOver = ended?.verdict !== undefined && isFinal(ended.verdict)
    // What is decided at rcpt concerns that recipient alone.
    if (isOver && stage !== 'rcpt') break
    if (!isOver && stage === 'rcpt') progress.accepted += 1
  }
  if (connection !== undefined) filter.onClose?.(connection)
  return found
}

/**
 * Finds a fact out in a world, whatever else of the dialogue the world leaves out.
 *
 * @example
 * expect(await ask(spf, { reversePath: 'alice@example.org', dns })).toMatchObject({ result: 'pass' })
 */
export const ask = async <T>(fact: Fact<never, T>, world: Probed = {}): Promise<T> =>
  await scopeAt(fact.stage, world).ask(fact)

/** What a filter is given at `stage`: for what takes a context and is no filter, as a tracer does. */
export const contextAt = <S extends Stage>(stage: S, world: Probed = {}): Stages[S] =>
  scopeAt(stage, world).view as Stages[S]

function scopeAt(stage: Stage, world: Probed): Scope {
  const whole = { forwardPaths: ['bob@example.net'], message: 'From: alice@example.org\n\n', ...world }
  const scope = new Map(dialogue(whole, { accepted: 0 })).get(stage)
  if (scope === undefined) throw new Error(`the world has no recipient: give it one to come to ${stage}`)
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
  const told = (scope: Scope): readonly [Stage, Scope] => {
    for (const [fact, value] of world.facts ?? []) {
      if (scope.stage === fact.stage) scope.provide(fact, Promise.resolve(value))
    }
    return [scope.stage, scope]
  }
  for (const scope of [connection, greeting, transaction]) if (stages.indexOf(scope.stage) <= last) yield told(scope)
  for (const forwardPath of forwardPaths)
    yield told(new Scope('rcpt', transaction, { forwardPath, accepted: progress.accepted }))
  for (const scope of [header, message]) if (stages.indexOf(scope.stage) <= last) yield told(scope)
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
  const said: Stage =
    forwardPath !== undefined || forwardPaths !== undefined
      ? 'rcpt'
      : reversePath !== undefined || user !== undefined
        ? 'mail'
        : helo !== undefined
          ? 'helo'
          : 'connect'
  return [said, ...known].reduce((a, b) => (stages.indexOf(b) > stages.indexOf(a) ? b : a))
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
