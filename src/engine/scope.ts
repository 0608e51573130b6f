/** Remembers facts: each is found once for its scope, and forgotten with it. */
import { PosternError } from '../model/errors.ts'
import type { Fact } from '../model/fact.ts'
import type { Connection, Stage } from '../model/stage.ts'

type AnyFact = Fact<never, unknown>

/** One for all: to make an exception with its stack for every scope that ends would cost more than the rest of it. */
export const SCOPE_ENDED = new DOMException('the answer no longer matters', 'AbortError')

/** One level of what is known: a connection, a greeting, a transaction, a recipient, a header, a message. */
export interface Scope<out C extends Connection = Connection> {
  readonly stage: Stage
  /** What facts of this scope are found with. Its signal aborts with the scope. */
  readonly context: C
  /** It has ended. Asking the signal would make one. */
  readonly ended: boolean
  /** Adds to the context what has become known since. Scopes that are inside already do not see it. */
  extend(fields: object): void
  /** Aborts what is being found, and forgets it; what was found stays. */
  cancel(): void
  /** Over: aborts, and forgets everything. */
  end(): void
  /** The scope that remembers facts of `stage`: this one or one around it. */
  at(stage: Stage): Scope | undefined
  /** Finds a fact that belongs to this very scope, unless it was found before. */
  find<T>(fact: Fact<never, T>): Promise<T>
  /** The answer, if it is known already. */
  known<T>(fact: Fact<never, T>): T | undefined
  /** Puts an answer there that was found on another way. */
  provide<T>(fact: Fact<never, T>, answer: Promise<T>): void
}

const SIGNAL = Symbol('signal')

/**
 * The one getter of all contexts, because to make a signal is dear and few ask for it. Shared, for a getter or a
 * prototype of its own would cost each context a hidden class: sixteen times as much as the copy below.
 */
const signalGetter = {
  get signal(): AbortSignal {
    return (this as unknown as { readonly [SIGNAL]: () => AbortSignal })[SIGNAL]()
  },
}

/** What `known` knows, and `fields`, under a signal of its own that is made when it is first asked for. */
export function contextWith<C extends Connection>(
  known: Connection | undefined,
  fields: object | undefined,
  signal: () => AbortSignal,
): C {
  // A literal stays fast with as many fields as a message has; what Object.assign fills up becomes a dictionary.
  return { __proto__: signalGetter, ...known, ...fields, [SIGNAL]: signal } as unknown as C
}

interface Answer {
  readonly promise: Promise<unknown>
  value?: unknown
}

/**
 * Opens a scope inside `parent`. `fields` is what this stage knows beyond the ones before it; it becomes the context.
 *
 * A fact that fails stays failed: no retry storm. One that was aborted is forgotten.
 */
export function openScope<C extends Connection>(stage: Stage, parent: Scope | undefined, fields: object): Scope<C> {
  let answers: Map<AnyFact, Answer> | undefined
  let controller: AbortController | undefined

  const signal = (): AbortSignal => {
    if (controller === undefined) {
      controller = new AbortController()
      if (scope.ended) controller.abort(SCOPE_ENDED)
    }
    return controller.signal
  }
  const put = (fact: AnyFact, promise: Promise<unknown>): Answer => {
    const answer: Answer = { promise }
    answers ??= new Map()
    answers.set(fact, answer)
    const until = signal()
    promise.then(
      value => {
        answer.value = value
      },
      () => {
        if (until.aborted && answers?.get(fact) === answer) answers.delete(fact)
      },
    )
    return answer
  }
  const at = (wanted: Stage): Scope | undefined => (wanted === stage ? scope : parent?.at(wanted))
  const ask = async <T>(fact: Fact<never, T>): Promise<T> => {
    const owner = at(fact.stage)
    if (owner === undefined) throw tooEarly(fact, stage)
    return await owner.find(fact)
  }
  const context = contextWith<C>(parent?.context, { ...fields, ask }, signal)
  // A value and no getter: see `asked`.
  const scope: Scope<C> & { ended: boolean } = {
    stage,
    context,
    at,
    ended: false,
    extend: fields => {
      Object.assign(context, fields)
    },
    cancel: () => {
      controller?.abort(SCOPE_ENDED)
      controller = undefined
    },
    end: () => {
      scope.ended = true
      controller?.abort(SCOPE_ENDED)
      answers?.clear()
    },
    find: <T>(fact: Fact<never, T>) => {
      const answer = answers?.get(fact) ?? put(fact, (async () => fact.find(context as never))())
      return answer.promise as Promise<T>
    },
    known: <T>(fact: Fact<never, T>) =>
      (at(fact.stage) === scope ? answers?.get(fact)?.value : at(fact.stage)?.known(fact)) as T | undefined,
    provide: (fact, promise) => {
      put(fact, promise)
    },
  }
  return scope
}

const tooEarly = (fact: AnyFact, stage: Stage): PosternError =>
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
