/** The message of a transaction: received in one pass, judged for each recipient, held until the transaction ends. */
import type { Readable } from 'node:stream'
import { isFieldName } from '../mime/header.ts'
import type { LineEnds } from '../mime/line-ends.ts'
import { together } from '../policy/recipients.ts'
import { deliverable, matchingFields } from './content.ts'
import { type Decision, type DeliveryGroup, isFinal, type Outcome } from './decision.ts'
import type { Reader, Reading } from './fact.ts'
import { defer, type Finding, reject } from './finding.ts'
import { again, decidedBy, gone, isAllowedLevel, judge, type Level, level, note, own } from './judge.ts'
import { openScope, type Scope } from './memory.ts'
import { receive } from './receive.ts'
import { run, type Spent } from './run.ts'
import type { Setup } from './setup.ts'
import { type Soon, soon } from './soon.ts'
import { spool } from './spool.ts'
import type { Header, Message, Stage } from './stage.ts'
import type { World } from './world.ts'

export interface Delivery {
  receive(content: Readable): Promise<Outcome>
  /** The transaction is over: spool, facts and readers are given back. */
  end(): void
}

export interface DeliverOptions {
  readonly setup: Setup
  readonly world: World
  readonly ref: string
  readonly spent: Spent
  /** Connection, greeting, transaction. */
  readonly levels: readonly [Level, Level, Level]
  readonly recipients: ReadonlyMap<string, Level>
  readonly hear: (decision: Decision, level: Level) => Decision
}

export function deliver({ setup, world, ref, spent, levels, recipients, hear }: DeliverOptions): Delivery {
  const { clock } = world
  const { memory, folder, budget } = setup
  const store = spool({ memory, folder, budget, hold: octets => world.load.hold('spool', octets) })
  const outer = levels[2]
  const forwardPaths = [...recipients.keys()]
  let header: Level | undefined
  let message: Level | undefined
  let watchers: readonly Watcher[] = []

  const forAll = (decision: Decision): Outcome => ({
    ...decision,
    each: new Map(forwardPaths.map(path => [path, decision])),
    trace: [],
    forged: [],
  })
  const all = () => [...levels, header, message].filter(part => part !== undefined)
  const failed = (finding: Finding): Outcome =>
    forAll(
      hear(
        own(
          'message',
          ref,
          finding,
          all().flatMap(({ findings }) => findings),
        ),
        message ?? header ?? outer,
      ),
    )

  /** Whether findings of a stage of this message decide it for each recipient. */
  const forEveryone = (stage: Stage): ((findings: readonly Finding[]) => boolean) => {
    const around = all()
    return findings =>
      [...recipients].every(([forwardPath, recipient]) =>
        decidedBy(setup, [...around, recipient], { stage, ref, forwardPath })(findings),
      )
  }

  /** Runs a stage on a level of this message. */
  const examine = (stage: Stage, here: Level): Soon<Finding | undefined> =>
    soon(
      run(setup.plans[stage], here.scope, clock, spent, {
        earlier: all(),
        adjust: setup.adjust,
        isAllowed: all().some(isAllowedLevel),
        isDecided: forEveryone(stage),
      }),
      ({ findings, ended }) => {
        note(here, findings)
        return ended
      },
    )

  const receiveAll = async (content: Readable): Promise<Outcome> => {
    const before = again(setup, levels, { stage: 'message', ref })
    if (before !== undefined) return forAll(before)
    let atHeader: Decision | undefined
    const reception = await receive(content, {
      size: setup.size,
      spool: store,
      header: fields => {
        const scope = openScope<Header>('header', outer.scope, { forwardPaths, header: fields })
        const here = level(scope)
        header = here
        return soon(examine('header', here), ended => {
          const at = { stage: 'header', ref, ...(ended && { ended }) } as const
          atHeader = hear(judge(setup, all(), at), here)
          if (isFinal(atHeader.verdict) || scope.over) return undefined
          watchers = setup.readings.map(reading => watch(reading, scope.context))
          return watchers
        })
      },
    })
    if (outer.scope.over) return forAll(gone('message', ref))
    switch (reception.kind) {
      case 'decided':
        return atHeader ? forAll({ ...atHeader, stage: 'message' }) : forAll(gone('message', ref))
      case 'too-large':
        return failed(reject('5.3.4', `the message is larger than ${setup.size} octets`, { rule: 'session/size' }))
      case 'lost':
        return failed(defer('4.4.2', `the message broke off: ${words(reception.error)}`, { rule: 'session/lost' }))
      case 'no-space':
        return failed(defer('4.3.1', `the spool failed: ${words(reception.error)}`, { rule: 'session/spool' }))
      case 'complete':
        return judgeMessage(header as Level & { scope: Scope<Header> }, reception.lines)
      default:
        return reception satisfies never
    }
  }

  const judgeMessage = (inner: Level & { scope: Scope<Header> }, lines: LineEnds): Soon<Outcome> => {
    const broken = lineEndFinding(setup, lines)
    const scope = openScope<Message>('message', inner.scope, {
      size: store.size,
      open: (start?: number) => store.open(start),
      counted: lines.body(),
    })
    const here = level(scope)
    message = here
    for (const watcher of watchers) scope.put(watcher.reading, watcher.found())
    if (broken !== undefined) here.findings.push(broken)
    return soon(broken ?? examine('message', here), ended => {
      if (outer.scope.over) return forAll(gone('message', ref))
      return concluded(inner, here, scope, ended)
    })
  }
  /** The decision for each recipient, and what is to be delivered. */
  const concluded = (
    inner: Level & { scope: Scope<Header> },
    here: Level,
    scope: Scope<Message>,
    ended: Finding | undefined,
  ): Outcome => {
    const at = { stage: 'message', ref, ...(ended && { ended }) } as const
    const each = new Map(
      [...recipients].map(([forwardPath, recipient]) => [
        forwardPath,
        judge(setup, [...levels, recipient, inner, here], { ...at, forwardPath }),
      ]),
    )
    const decision = hear(together(each.values()) ?? judge(setup, [...levels, inner, here], at), here)
    if (isFinal(decision.verdict)) return { ...decision, each, trace: [], forged: [] }
    const { header: fields } = inner.scope.context
    const traceOf = (made: Decision) => setup.tracers.flatMap(tracer => tracer(scope.context, made, scope.known))
    const trace = traceOf(decision)
    const dropped = matchingFields(fields, setup.isForged)
    const forged = dropped
      .filter(({ name }) => isFieldName(name))
      .map(({ name, key, offset }) => ({
        name,
        place: fields.all(key).filter(other => other.offset <= offset).length,
      }))
    const content = deliverable(trace, fields, dropped, store)
    const groups = (['accept', 'quarantine'] as const).flatMap((verdict): readonly DeliveryGroup[] => {
      const [first, ...others] = [...each].filter(([, made]) => made.verdict === verdict)
      if (first === undefined) return []
      const group = { verdict, forwardPaths: [first, ...others].map(([path]) => path) }
      if (verdict === decision.verdict) return [{ ...group, trace, content }]
      const own = traceOf(first[1])
      return [{ ...group, trace: own, content: deliverable(own, fields, dropped, store) }]
    })
    return { ...decision, each, trace, forged, content, groups }
  }

  return {
    receive: async content => {
      try {
        return await receiveAll(content)
      } catch (error) {
        return failed(defer('4.3.0', `the message could not be judged: ${words(error)}`, { rule: 'session/failed' }))
      }
    },
    end: () => {
      for (const watcher of watchers) watcher.abort()
      message?.scope.end()
      header?.scope.end()
      // The file has no name any more; closing it may fail only in ways that change nothing.
      store.close().catch(() => undefined)
    },
  }
}

/** A reader that cannot break the pass: what it throws becomes its answer. */
interface Watcher extends Reader<void> {
  readonly reading: Reading<unknown>
  found(): Promise<unknown>
  readonly abort: () => void
}

function watch(reading: Reading<unknown>, context: Header): Watcher {
  let reader: Reader<unknown> | undefined
  let failure: { readonly error: unknown } | undefined
  const fail = (error: unknown) => {
    failure ??= { error }
    reader?.abort?.()
    reader = undefined
  }
  try {
    reader = reading.read(context)
  } catch (error) {
    fail(error)
  }
  return {
    reading,
    chunk: bytes => {
      try {
        return reader?.chunk(bytes)?.catch(fail)
      } catch (error) {
        return fail(error)
      }
    },
    end: () => undefined,
    found: async () => {
      const whole = reader
      reader = undefined
      if (whole === undefined) throw failure?.error ?? new Error(`${reading.name} was not read`)
      return await whole.end()
    },
    abort: () => {
      reader?.abort?.()
      reader = undefined
    },
  }
}

interface LineEndCounts {
  readonly endOfDataLookAlike: boolean
  readonly bareCr: number
  readonly bareLf: number
}

function lineEndFinding(setup: Setup, { endOfDataLookAlike, bareCr, bareLf }: LineEndCounts): Finding | undefined {
  if (endOfDataLookAlike)
    return reject('5.6.11', 'a line of a single dot has line ends that other servers take for the end of the data', {
      rule: 'line-ends/end-of-data',
    })
  if (setup.lineEnds === 'reject' && bareCr + bareLf > 0)
    return reject('5.6.11', `the message has ${bareCr} bare CR and ${bareLf} bare LF`, { rule: 'line-ends/bare' })
  return undefined
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error))
