/** A store that answers whatever becomes of the one behind it: while that is away, from the memory of this process. */
import { callback, duration, having, whole } from '../model/checks.ts'
import { PosternError } from '../model/errors.ts'
import { problemsOf, schemaOf, wrongIn } from '../model/options.ts'
import { type Clock, emitWarning, type Notify, systemClock } from '../model/services.ts'
import type { Answers, Operation, Store } from '../model/store.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { areAnswers, copying } from './answers.ts'
import { Breaker } from './breaker.ts'
import { type MemoryStore, memoryStore } from './memory.ts'

export interface FallbackOptions {
  /**
   * How many processes share the store. While it is away each counts what it sees so many times, so that a limit is
   * divided among them. @default 1
   */
  readonly nodes?: number
  /** What answers meanwhile. @default memoryStore() */
  readonly local?: MemoryStore
  /** How long the store may take. @default '100ms' */
  readonly deadline?: Duration
  /** How often a store that is away is asked whether it is back. @default '1s' */
  readonly retry?: Duration
  /** Hears `store/down` and `store/up`. @default warnings of the process */
  readonly notify?: Notify
  /** @default the machine's clock */
  readonly clock?: Clock
}

export interface FallbackStore extends Store {
  readonly neverFails: true
  /** Whether the store behind it is asked, for metrics. */
  readonly state: 'up' | 'down'
  /** Asks for a store that is away no more, and leaves it open. */
  stop(): void
}

const aStore = having<Store>('a store, as redisStore() makes it', 'run')
const schema = schemaOf<FallbackOptions>('withFallback', {
  nodes: whole({ min: 1, max: 100_000 }),
  local: having('a store of memoryStore()', 'run'),
  deadline: duration({ min: '1ms' }),
  retry: duration({ min: '1ms' }),
  notify: callback(),
  clock: having('a clock', 'now', 'monotonic', 'after'),
})

/**
 * Insures a store against being slow, silent, down, read-only or out of its mind: run() never rejects, and takes
 * `deadline` at most. What was seen of the store is remembered here too, so that counts go on when it goes away. What
 * is counted meanwhile is not written back.
 *
 * @throws PosternError when an option is wrong
 * @example
 * postern({ filters, store: withFallback(redisStore({ client }), { nodes: 4 }) })
 */
export function withFallback(store: Store, options: FallbackOptions = {}): FallbackStore {
  const problems = [...wrongIn(aStore, store, 'withFallback.store'), ...problemsOf(schema, options)]
  if (problems.length > 0) throw new PosternError(problems)
  const {
    nodes = 1,
    clock = systemClock,
    local = memoryStore({ clock }),
    deadline = '100ms',
    retry = '1s',
    notify = emitWarning,
  } = options

  const probe = async () => checked(writing, await store.run(writing))
  const breaker = new Breaker({
    name: 'store',
    service: 'the store',
    fallback: `counts go on in memory${nodes > 1 ? `, each ${nodes} times` : ''}`,
    deadline: toMilliseconds(deadline),
    retry: toMilliseconds(retry),
    clock,
    notify,
    probe,
  })

  return {
    neverFails: true,
    run: <const O extends readonly Operation[]>(operations: O) =>
      breaker.run<Answers<O>>(
        async () => {
          const answers = checked(operations, await store.run(operations))
          if (breaker.state === 'up') local.run(copying(operations, answers))
          return answers
        },
        () => local.run(operations.map(operation => scaled(operation, nodes))) as readonly unknown[] as Answers<O>,
      ),
    get state() {
      return breaker.state
    },
    stop: () => breaker.stop(),
    close: async () => {
      breaker.stop()
      await store.close?.()
    },
  }
}

/** A store that can be read and not written is away. */
const writing = [{ op: 'increment', key: 'fallback:probe', by: 1, ttl: 60_000 }] as const

function checked<O extends readonly Operation[]>(operations: O, answers: unknown): Answers<O> {
  if (areAnswers(operations, answers)) return answers
  throw new TypeError('it answered what makes no sense')
}

/** One of `nodes` sees that share of what happens. */
function scaled(operation: Operation, nodes: number): Operation {
  if (operation.op === 'increment') return { ...operation, by: operation.by * nodes }
  if (operation.op === 'decayingAdd') return { ...operation, amounts: operation.amounts.map(amount => amount * nodes) }
  return operation
}
