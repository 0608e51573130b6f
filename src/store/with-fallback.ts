/** A store that always answers: while the store behind it is down, from the memory of this process. */
import { callback, duration, having, whole } from '../model/checks.ts'
import { PosternError } from '../model/errors.ts'
import { problemsOf, schemaOf, wrongIn } from '../model/options.ts'
import { type Clock, emitWarning, type Notify, systemClock } from '../model/services.ts'
import type { Answers, Operation, Store } from '../model/store.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { areAnswers, copying } from './answers.ts'
import { Breaker } from './breaker.ts'
import { type MemoryStore, memoryStore } from './memory.ts'

/** What `withFallback` takes beside the store. */
export interface FallbackOptions {
  /**
   * How many processes share the store. While the store is down each process counts every event so many times, so that
   * a limit is divided among them.
   * @default 1
   */
  readonly nodes?: number
  /** The store that answers meanwhile. @default memoryStore() */
  readonly local?: MemoryStore
  /** How long the store may take for one list. @default '100ms' */
  readonly deadline?: Duration
  /** How often a store that is down is tried again. @default '1s' */
  readonly retry?: Duration
  /** Called with `store/down` and `store/up`. @default warnings of the process */
  readonly notify?: Notify
  /** The clock for deadlines and retries. @default the machine's clock */
  readonly clock?: Clock
}

/** A {@link Store} that never fails. */
export interface FallbackStore extends Store {
  /** While the store behind it is down, the fallback answers. */
  readonly neverFails: true
  /** Whether the store behind it is in use, for metrics. */
  readonly state: 'up' | 'down'
  /** Ends all retries, and leaves the store open. */
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
 * Gives a store a fallback for the time when it is slow, silent, down, read-only or answers nonsense: `run()` never
 * rejects, and takes `deadline` at most. Answers of the store are copied into the fallback, so that counts go on from
 * there when the store goes down. Counts of that time are not written back.
 *
 * @throws PosternError when an option is wrong
 * @example
 * const shared = sqliteStore({ file: '/var/lib/postern/store.db' })
 * const store = withFallback(shared, { nodes: 4, deadline: '50ms' })
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

/** A store that can be read but not written is down. */
const writing = [{ op: 'increment', key: 'fallback:probe', by: 1, ttl: 60_000 }] as const

function checked<O extends readonly Operation[]>(operations: O, answers: unknown): Answers<O> {
  if (areAnswers(operations, answers)) return answers
  throw new TypeError('its answer makes no sense')
}

/** The operation as a process counts it that sees one of `nodes` parts of all events. */
function scaled(operation: Operation, nodes: number): Operation {
  if (operation.op === 'increment') return { ...operation, by: operation.by * nodes }
  if (operation.op === 'decayingAdd') return { ...operation, amounts: operation.amounts.map(amount => amount * nodes) }
  return operation
}
