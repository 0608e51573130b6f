/** A store that answers whatever becomes of the one behind it: while that is away, from the memory of this process. */
import { callback, duration, having, whole } from '../core/checks.ts'
import { PosternError } from '../core/errors.ts'
import { problemsOf, schemaOf, wrongIn } from '../core/options.ts'
import { type Duration, toMilliseconds } from '../core/units.ts'
import { type Clock, type Notify, systemClock, warnProcess } from '../core/world.ts'
import { areAnswers, copying } from './answers.ts'
import { breaker } from './breaker.ts'
import { type MemoryStore, memoryStore } from './memory.ts'
import type { Answers, Operation, Store } from './store.ts'

export interface InsuredOptions {
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
  /** Hears `store/away` and `store/back`. @default warnings of the process */
  readonly notify?: Notify
  /** @default the machine's clock */
  readonly clock?: Clock
}

export interface InsuredStore extends Store {
  readonly sure: true
  /** Whether the store behind it is asked, for metrics. */
  readonly state: 'there' | 'away'
  /** Asks for a store that is away no more, and leaves it open. */
  stop(): void
}

const aStore = having<Store>('a store, as redisStore() makes it', 'run')
const schema = schemaOf<InsuredOptions>('insured', {
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
 * postern({ filters, store: insured(redisStore({ client }), { nodes: 4 }) })
 */
export function insured(store: Store, options: InsuredOptions = {}): InsuredStore {
  const problems = [...wrongIn(aStore, store, 'insured.store'), ...problemsOf(schema, options)]
  if (problems.length > 0) throw new PosternError(problems)
  const {
    nodes = 1,
    clock = systemClock,
    local = memoryStore({ clock }),
    deadline = '100ms',
    retry = '1s',
    notify = warnProcess,
  } = options

  const probe = async () => checked(writing, await store.run(writing))
  const guard = breaker({
    name: 'store',
    who: 'the store',
    meanwhile: `counts go on in memory${nodes > 1 ? `, each ${nodes} times` : ''}`,
    deadline: toMilliseconds(deadline),
    retry: toMilliseconds(retry),
    clock,
    notify,
    probe,
  })

  return {
    sure: true,
    run: <const O extends readonly Operation[]>(operations: O) =>
      guard.through<Answers<O>>(
        async () => {
          const answers = checked(operations, await store.run(operations))
          if (guard.state === 'there') local.run(copying(operations, answers))
          return answers
        },
        () => local.run(operations.map(operation => scaled(operation, nodes))) as readonly unknown[] as Answers<O>,
      ),
    get state() {
      return guard.state
    },
    stop: guard.stop,
    close: async () => {
      guard.stop()
      await store.close?.()
    },
  }
}

/** A store that can be read and not written is away. */
const writing = [{ op: 'increment', key: 'insured:probe', by: 1, lasts: 60_000 }] as const

function checked<O extends readonly Operation[]>(operations: O, answers: unknown): Answers<O> {
  if (areAnswers(operations, answers)) return answers
  throw new TypeError('it answered what makes no sense')
}

/** One of `nodes` sees that share of what happens. */
function scaled(operation: Operation, nodes: number): Operation {
  if (operation.op === 'increment') return { ...operation, by: operation.by * nodes }
  if (operation.op === 'accrue') return { ...operation, amounts: operation.amounts.map(amount => amount * nodes) }
  return operation
}
