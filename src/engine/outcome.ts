/**
 * What a message comes to: one decision for the reply, one for each recipient, and the message as it is to be
 * delivered.
 */
import { type Decision, type DeliveryGroup, type ForgedField, isFinal, type Outcome } from '../model/decision.ts'
import { type HeaderField, type HeaderFields, isFieldName } from '../model/header.ts'
import type { Message } from '../model/stage.ts'
import type { CompiledGateway } from './compile.ts'
import { deliverable, matchingFields } from './deliverable.ts'
import { authentication } from './message-facts.ts'
import type { Scope } from './scope.ts'
import type { Spool } from './spool.ts'

/** The same decision for every recipient, and nothing to deliver. */
export const outcomeForAll = (decision: Decision, forwardPaths: readonly string[]): Outcome => ({
  ...decision,
  each: new Map(forwardPaths.map(path => [path, decision])),
  trace: [],
  forged: [],
})

/** The outcome of a message that was received whole. */
export function outcomeOf(
  setup: CompiledGateway,
  decision: Decision,
  each: ReadonlyMap<string, Decision>,
  message: Scope<Message>,
  spool: Spool,
): Outcome {
  if (isFinal(decision.verdict)) return { ...decision, each, trace: [], forged: [] }
  const { header } = message.view
  const known: Scope['known'] = fact => message.known(fact)
  const traceOf = (made: Decision) => setup.tracers.flatMap(tracer => tracer(message.view, made, known))
  const trace = traceOf(decision)
  const dropped = matchingFields(header, setup.isForged)
  const content = deliverable(trace, header, dropped, spool)
  const groups = GROUPS.flatMap(({ verdict, tagged }): readonly DeliveryGroup[] => {
    const members = [...each].filter(([, made]) => made.verdict === verdict && made.tagged === tagged)
    const [first] = members
    if (first === undefined) return []
    const forwardPaths = members.map(([forwardPath]) => forwardPath)
    const group = { verdict, ...(tagged && { tagged }), forwardPaths }
    if (verdict === decision.verdict && tagged === decision.tagged) return [{ ...group, trace, content }]
    const own = traceOf(first[1])
    return [{ ...group, trace: own, content: deliverable(own, header, dropped, spool) }]
  })
  const isHeld = groups.some(({ verdict }) => verdict === 'quarantine')
  return {
    ...{ ...decision, each, trace, forged: forgedFields(header, dropped), content, groups },
    ...(isHeld && { authentication: authentication(message) }),
  }
}

/** What recipients can have in common; those that accept come first. */
const GROUPS = [
  { verdict: 'accept', tagged: undefined },
  { verdict: 'accept', tagged: true },
  { verdict: 'quarantine', tagged: undefined },
] as const

/** Where the forged fields are, for hosts that remove them by name and position. */
const forgedFields = (header: HeaderFields, dropped: readonly HeaderField[]): readonly ForgedField[] =>
  dropped
    .filter(({ name }) => isFieldName(name))
    .map(({ name, key, offset }) => ({
      name,
      position: header.all(key).filter(other => other.offset <= offset).length,
    }))
