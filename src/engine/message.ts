/** The message of a transaction: received in one pass, judged for each recipient, held until the transaction ends. */

import type { Readable } from 'node:stream'
import type { LineEnds } from '../mime/decode/line-ends.ts'
import { type Decision, type DeliveryGroup, isFinal, type Outcome } from '../model/decision.ts'
import { errorText } from '../model/errors.ts'
import type { Reader, Reading } from '../model/fact.ts'
import { defer, type Finding, reject } from '../model/finding.ts'
import { isFieldName } from '../model/header.ts'
import { type MaybePromise, thenSync } from '../model/maybe-promise.ts'
import type { Services } from '../model/services.ts'
import type { Header, Message, Stage } from '../model/stage.ts'
import { combineRecipients } from '../policy/recipients.ts'
import type { CompiledGateway } from './compiled.ts'
import { deliverable, matchingFields } from './deliverable.ts'
import {
  decidedBy,
  internalDecision,
  isAllowedLevel,
  judge,
  type Level,
  level,
  note,
  repeatDecision,
  sessionEnded,
} from './judge.ts'
import { receive } from './receive.ts'
import { type FilterTimings, run } from './run.ts'
import { openScope, type Scope } from './scope.ts'
import { spool } from './spool.ts'

export interface Delivery {
  receive(content: Readable): Promise<Outcome>
  /** The transaction is over: spool, facts and readers are given back. */
  end(): void
}

export interface DeliverOptions {
  readonly setup: CompiledGateway
  readonly services: Services
  readonly ref: string
  readonly timings: FilterTimings
  /** Connection, greeting, transaction. */
  readonly levels: readonly [Level, Level, Level]
  readonly recipients: ReadonlyMap<string, Level>
  readonly announce: (decision: Decision, level: Level) => Decision
}

export function deliver({ setup, services, ref, timings, levels, recipients, announce }: DeliverOptions): Delivery {
  const { clock } = services
  const { memory, folder, budget } = setup
  const store = spool({ memory, folder, budget, onSizeChange: octets => services.load.adjust('spool', octets) })
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
      announce(
        internalDecision(
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
  const examine = (stage: Stage, here: Level): MaybePromise<Finding | undefined> =>
    thenSync(
      run(setup.plans[stage], here.scope, clock, timings, {
        earlier: all(),
        transform: setup.transformFinding,
        isAllowed: all().some(isAllowedLevel),
        isDecided: forEveryone(stage),
      }),
      ({ findings, ended }) => {
        note(here, findings)
        return ended
      },
    )

  const receiveAll = async (content: Readable): Promise<Outcome> => {
    const before = repeatDecision(setup, levels, { stage: 'message', ref })
    if (before !== undefined) return forAll(before)
    let atHeader: Decision | undefined
    const reception = await receive(content, {
      size: setup.size,
      spool: store,
      header: fields => {
        const scope = openScope<Header>('header', outer.scope, { forwardPaths, header: fields })
        const here = level(scope)
        header = here
        return thenSync(examine('header', here), ended => {
          const at = { stage: 'header', ref, ...(ended && { ended }) } as const
          atHeader = announce(judge(setup, all(), at), here)
          if (isFinal(atHeader.verdict) || scope.ended) return undefined
          watchers = setup.readings.map(reading => watch(reading, scope.context))
          return watchers
        })
      },
    })
    if (outer.scope.ended) return forAll(sessionEnded('message', ref))
    switch (reception.kind) {
      case 'decided':
        return atHeader ? forAll({ ...atHeader, stage: 'message' }) : forAll(sessionEnded('message', ref))
      case 'too-large':
        return failed(reject('5.3.4', `the message is larger than ${setup.size} bytes`, { rule: 'session/size' }))
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

  const judgeMessage = (inner: Level & { scope: Scope<Header> }, lines: LineEnds): MaybePromise<Outcome> => {
    const broken = lineEndFinding(setup, lines)
    const scope = openScope<Message>('message', inner.scope, {
      size: store.size,
      open: (start?: number) => store.open(start),
      counted: lines.body(),
    })
    const here = level(scope)
    message = here
    for (const watcher of watchers) scope.provide(watcher.reading, watcher.found())
    if (broken !== undefined) here.findings.push(broken)
    return thenSync(broken ?? examine('message', here), ended => {
      if (outer.scope.ended) return forAll(sessionEnded('message', ref))
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
    const decision = announce(combineRecipients(each.values()) ?? judge(setup, [...levels, inner, here], at), here)
    if (isFinal(decision.verdict)) return { ...decision, each, trace: [], forged: [] }
    const { header: fields } = inner.scope.context
    const traceOf = (made: Decision) => setup.tracers.flatMap(tracer => tracer(scope.context, made, scope.known))
    const trace = traceOf(decision)
    const dropped = matchingFields(fields, setup.isForged)
    const forged = dropped
      .filter(({ name }) => isFieldName(name))
      .map(({ name, key, offset }) => ({
        name,
        position: fields.all(key).filter(other => other.offset <= offset).length,
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

function lineEndFinding(
  setup: CompiledGateway,
  { endOfDataLookAlike, bareCr, bareLf }: LineEndCounts,
): Finding | undefined {
  if (endOfDataLookAlike)
    return reject('5.6.11', 'a line of a single dot has line ends that other servers take for the end of the data', {
      rule: 'line-ends/end-of-data',
    })
  if (setup.lineEnds === 'reject' && bareCr + bareLf > 0)
    return reject('5.6.11', `the message has ${bareCr} bare CR and ${bareLf} bare LF`, { rule: 'line-ends/bare' })
  return undefined
}

const words = (error: unknown): string => errorText(error)
