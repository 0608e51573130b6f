/**
 * A scope: what is known and found of one part of a session. Facts are found once for their scope and forgotten with
 * it.
 */
import type { Decision } from '../model/decision.ts'
import { PosternError } from '../model/errors.ts'
import type { Finding } from '../model/finding.ts'
import { isRecord } from '../model/options.ts'
import type { Connection, Fact, Stage } from '../model/stage.ts'
import { allows } from './exempt.ts'
import { viewOf } from './view.ts'

type AnyFact = Fact<never, unknown>

/** One for all: an exception with its stack for every scope that ends would cost more than the rest of the scope. */
export const SCOPE_ENDED = new DOMException('the answer is not needed any more', 'AbortError')

interface Answer {
  readonly promise: Promise<unknown>
  value?: unknown
}

/** What was decided for good, and the finding that ended its stage. */
export interface FinalDecision {
  readonly decision: Decision
  readonly ended: Finding | undefined
}

/**
 * A connection, a greeting, a transaction, a recipient, a header or a message. Each is inside the one before it.
 *
 * A fact that fails stays failed: no retry storm. A fact that was aborted is forgotten.
 */
export class Scope<out C extends Connection = Connection> {
  readonly stage: Stage
  /** The scopes around this one, from the connection inwards, and this one itself. */
  readonly chain: readonly Scope[]
  /** What filters and facts see. Its signal aborts with the scope. */
  readonly view: C
  /** What filters have found here. */
  readonly findings: Finding[] = []
  /** Once decided, no filter runs here any more. */
  decided: FinalDecision | undefined = undefined
  /** A finding here exempts what follows from checks of identity and content. */
  isAllowed = false
  // A value and not `signal.aborted`: asking the signal would make one.
  ended = false
  #answers: Map<AnyFact, Answer> | undefined
  /** Counts how often what is being found was given up: answers that fail after that are forgotten. */
  #cancelled = 0
  #waves: Ending[] | undefined
  #controller: AbortController | undefined

  /** @param fields what this stage knows beyond the ones before it */
  constructor(stage: Stage, parent: Scope | undefined, fields: object) {
    this.stage = stage
    this.chain = parent === undefined ? [this] : [...parent.chain, this]
    const ask = <T>(fact: Fact<never, T>): Promise<T> => this.ask(fact)
    this.view = viewOf(stage, parent?.view ?? fields, fields, { ask, signal: () => this.#signal() }) as C
  }

  /** Records what filters have found. */
  note(findings: readonly Finding[]): void {
    if (findings.length === 0) return
    this.findings.push(...findings)
    this.isAllowed ||= allows(findings)
  }

  /** Forgets what filters have found, so that the stage can be judged again. */
  forgetFindings(): void {
    this.findings.length = 0
    this.isAllowed = false
  }

  /** Adds to the view what has become known since. Scopes that are inside already do not see it. */
  extend(fields: object): void {
    Object.assign(this.view, fields)
  }

  /** Aborts what is being found, and forgets it; what was found stays. */
  cancel(): void {
    this.#giveUp()
    this.#controller = undefined
  }

  /** Aborts what is being found, and forgets everything. */
  end(): void {
    this.ended = true
    this.#giveUp()
    this.#answers?.clear()
  }

  #giveUp(): void {
    this.#cancelled += 1
    this.#controller?.abort(SCOPE_ENDED)
    const waves = this.#waves
    this.#waves = undefined
    for (const wave of waves ?? []) wave.end()
  }

  /** Ends a wave with this scope. A list costs less than a listener of the signal, which need not be made then. */
  addWave(wave: Ending): void {
    this.#waves ??= []
    this.#waves.push(wave)
  }

  removeWave(wave: Ending): void {
    const index = this.#waves?.indexOf(wave) ?? -1
    if (index >= 0) this.#waves?.splice(index, 1)
  }

  /** Finds a fact in the scope that remembers it: this one or one around it. */
  ask<T>(fact: Fact<never, T>): Promise<T> {
    const owner = this.#ownerOf(fact)
    return owner === undefined ? Promise.reject(tooEarly(fact, this.stage)) : owner.#find(fact)
  }

  /** The answer, if it is known already. */
  known<T>(fact: Fact<never, T>): T | undefined {
    const owner = this.#ownerOf(fact)
    return owner === undefined ? undefined : (owner.#answers?.get(fact)?.value as T | undefined)
  }

  /** The same for the fact of this name, in this scope alone. */
  knownByName(name: string): unknown {
    for (const [fact, { value }] of this.#answers ?? []) if (fact.name === name) return value
    return undefined
  }

  /** Stores an answer that was found in another way. */
  provide<T>(fact: Fact<never, T>, answer: Promise<T>): void {
    this.#remember(fact, answer)
  }

  #ownerOf(fact: AnyFact): Scope | undefined {
    const stage = fact?.stage
    if (stage === this.stage) return this
    // From the inside: of two scopes of one stage the inner one would count.
    return this.chain.findLast(scope => scope.stage === stage)
  }

  #find<T>(fact: Fact<never, T>): Promise<T> {
    const answer = this.#answers?.get(fact) ?? this.#remember(fact, found(fact, this.view as never))
    return answer.promise as Promise<T>
  }

  #remember(fact: AnyFact, promise: Promise<unknown>): Answer {
    const answer: Answer = { promise }
    this.#answers ??= new Map()
    this.#answers.set(fact, answer)
    const before = this.#cancelled
    promise.then(
      value => {
        answer.value = value
      },
      () => {
        if (this.#cancelled !== before && this.#answers?.get(fact) === answer) this.#answers.delete(fact)
      },
    )
    return answer
  }

  #signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.ended) this.#controller.abort(SCOPE_ENDED)
    }
    return this.#controller.signal
  }
}

/** What ends with a scope. */
interface Ending {
  end(): void
}

/** The answer as a promise, whether `find` returns one, a value, or throws. */
function found<C, T>(fact: Fact<C, T>, view: C): Promise<T> {
  try {
    return Promise.resolve(fact.find(view))
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Why a fact has no answer at a stage: it belongs to a later one, or it is no fact. */
const tooEarly = (fact: AnyFact, stage: Stage): PosternError =>
  isFact(fact) ? asksTooEarly(fact, stage) : noFact(fact)

const isFact = (fact: unknown): boolean => isRecord(fact) && typeof fact.find === 'function'

const noFact = (found: unknown): PosternError =>
  new PosternError([
    {
      path: 'ask',
      found,
      expected: 'a fact, as postern/facts has them, or as fact() makes it',
      remedy: "import it: import { links } from 'postern/facts'",
    },
  ])

const asksTooEarly = (fact: AnyFact, stage: Stage): PosternError =>
  new PosternError(
    [
      {
        path: `ask(${fact.name})`,
        found: stage,
        expected: `the stage '${fact.stage}' or a later one`,
        remedy: `ask ${fact.name} from a method that runs at '${fact.stage}' or later`,
      },
    ],
    'ERR_POSTERN_FACT_STAGE',
  )
