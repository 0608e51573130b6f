/** `postern/redis`: a store on Redis or Valkey, single or cluster, over a client that the host brings. */

import { hash } from 'node:crypto'
import { callback, flag } from '../../model/checks.ts'
import { check, checked, required, schemaOf } from '../../model/options.ts'
import { emitWarning, type Notify } from '../../model/services.ts'
import type { Answers, AnswerTo, Operation, Store } from '../../model/store.ts'
import { boundedKey, counted, expiryOf, finite } from '../value.ts'
import { ConnectionErrors } from './connection-errors.ts'
import { script, scriptHash } from './script.ts'

/** The methods of ioredis and iovalkey that the store uses. */
export interface IoClient {
  /** Runs a script that the server knows by its hash. */
  evalsha(hash: string, count: number, ...keysAndArguments: string[]): Promise<unknown>
  /** Runs a script. */
  eval(script: string, count: number, ...keysAndArguments: string[]): Promise<unknown>
}

/** The methods of node-redis that the store uses. */
export interface NodeRedisClient {
  /** Runs a script that the server knows by its hash. */
  evalSha(hash: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  /** Runs a script. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

/** What `redisStore` takes. */
export interface RedisStoreOptions {
  /** A connected client of ioredis, iovalkey or node-redis. The host closes it. */
  readonly client: IoClient | NodeRedisClient
  /** What all keys begin with. Gateways with the same prefix share their counts. @default 'postern:' */
  readonly prefix?: string
  /** Whether the client is of a cluster. @default what the client says */
  readonly cluster?: boolean
  /**
   * Called with `store/replaced` when another program has written a value of another type under one of our keys.
   * @default warnings of the process
   */
  readonly notify?: Notify
}

const schema = schemaOf<RedisStoreOptions>('redisStore', {
  client: required(
    check('a client of ioredis, iovalkey or node-redis; write redisStore({ client: new Redis(…) })', isClient),
  ),
  prefix: check('a text without braces', text => typeof text === 'string' && text.length <= 200 && !/[{}]/.test(text)),
  cluster: flag(),
  notify: callback(),
})

/**
 * Makes a store on Redis 6 or later, or Valkey. A list of operations is one call of one script; on a cluster, one call
 * for each hash tag, all sent at once. It waits as long as its client does: `postern()` adds a fallback, and so does
 * `withFallback`.
 *
 * @throws PosternError when an option is wrong
 *
 * @example
 * import { Redis } from 'ioredis'
 *
 * const filters = recommended({ domains: ['example.org'] })
 * const client = new Redis({ enableOfflineQueue: false, maxRetriesPerRequest: 0 })
 * postern({ filters, store: redisStore({ client }) })
 */
export function redisStore(options: RedisStoreOptions): Store {
  const {
    client,
    prefix = 'postern:',
    cluster = isCluster(options.client),
    notify = emitWarning,
  } = checked(schema, options)
  const call = callerOf(client)
  const announceReplaced = atIntervals((keys: unknown) => {
    const [key] = Array.isArray(keys) ? keys : []
    const reason = `${String(key)
      .slice(0, 200)
      .replace(/[^ -~]/g, '?')} held a value of another type and was replaced: another program writes to these keys`
    notify({ code: 'store/replaced', reason, level: 'warning' })
  })
  const connection = new ConnectionErrors(client)

  const perform = async (operations: readonly Operation[]): Promise<readonly unknown[]> => {
    const keys = operations.map(({ key }) => nameOf(prefix, boundedKey(key)))
    const replies = await call(keys, operations.flatMap(argsOf))
    const more = Array.isArray(replies) ? replies.length - operations.length : -1
    if (!Array.isArray(replies) || more < 0 || more > 1) throw unexpected(replies)
    if (more === 1) announceReplaced(replies.at(-1))
    return operations.map((operation, index) => answerOf(operation, replies[index]))
  }

  const onCluster = async (operations: readonly Operation[]): Promise<readonly unknown[]> => {
    const indexed = operations.map((operation, index) => ({ operation, index }))
    const groups = [...Map.groupBy(indexed, ({ operation }) => tagOf(boundedKey(operation.key))).values()]
    const answers = await Promise.all(groups.map(group => perform(group.map(({ operation }) => operation))))
    const inOrder: unknown[] = []
    for (const [number, group] of groups.entries())
      for (const [nth, { index }] of group.entries()) inOrder[index] = answers[number]?.[nth]
    return inOrder
  }

  return {
    run: async <const O extends readonly Operation[]>(operations: O) => {
      if (operations.length === 0) return [] as readonly unknown[] as Answers<O>
      try {
        return (await (cluster ? onCluster(operations) : perform(operations))) as Answers<O>
      } catch (error) {
        throw connection.explain(error)
      }
    },
    close: () => connection.stop(),
  }
}

const NOTICE_INTERVAL_MS = 60_000

/** Calls `announce` once a minute at most. */
function atIntervals<T>(announce: (what: T) => void): (what: T) => void {
  let last = Number.NEGATIVE_INFINITY
  return what => {
    if (performance.now() - last < NOTICE_INTERVAL_MS) return
    last = performance.now()
    announce(what)
  }
}

/** Each tag is one of a cluster's 16,384 slots. 4,096 tags spread evenly over any number of nodes. */
const TAG_DIGITS = 3

const tagOf = (key: string): string => hash('sha1', key).slice(0, TAG_DIGITS)

/** The braces of the prefix decide on the slot, so that no brace in a key does. */
const nameOf = (prefix: string, key: string): string => `${prefix}{${tagOf(key)}}${key}`

type Call = (keys: readonly string[], args: readonly string[]) => Promise<unknown>

/** Calls the script by its hash, and with its text when a node does not know it. */
function callerOf(client: IoClient | NodeRedisClient): Call {
  const ask: (known: boolean, keys: readonly string[], args: readonly string[]) => Promise<unknown> =
    'evalSha' in client
      ? (known, keys, args) => {
          const options = { keys: [...keys], arguments: [...args] }
          return known ? client.evalSha(scriptHash, options) : client.eval(script, options)
        }
      : (known, keys, args) =>
          known
            ? client.evalsha(scriptHash, keys.length, ...keys, ...args)
            : client.eval(script, keys.length, ...keys, ...args)
  return async (keys, args) => {
    try {
      return await ask(true, keys, args)
    } catch (error) {
      const message = error instanceof Error ? error.message : ''
      if (message.includes('READONLY')) reconnect(client)
      if (!message.startsWith('NOSCRIPT')) throw error
      return await ask(false, keys, args)
    }
  }
}

function isClient(client: unknown): boolean {
  if (typeof client !== 'object' || client === null) return false
  return ['evalSha', 'evalsha'].some(name => typeof (client as Readonly<Record<string, unknown>>)[name] === 'function')
}

/** A primary that became a replica keeps its connections: only a new connection leads to the new primary. */
function reconnect(client: object): void {
  // disconnect(true) makes ioredis and iovalkey connect again.
  if (isCluster(client) || !('evalsha' in client && 'disconnect' in client)) return
  const { disconnect } = client
  if (typeof disconnect === 'function') disconnect.call(client, true)
}

function isCluster(client: object): boolean {
  if ('isCluster' in client) return client.isCluster === true
  return 'masters' in client && 'slots' in client
}

/** The arguments of an operation for the script. */
function argsOf(operation: Operation): readonly [op: string, ttl: string, third: string, fourth: string] {
  const { op } = operation
  switch (op) {
    case 'get':
    case 'delete':
      return [op, '0', '', '']
    case 'set':
    case 'add':
      return [op, whole(operation.ttl), operation.value, '']
    case 'increment':
      return [op, whole(operation.ttl), String(counted(operation.by)), '']
    case 'compareAndSet':
      return [
        op,
        whole(operation.ttl),
        operation.value,
        operation.expected === undefined ? '' : `=${operation.expected}`,
      ]
    case 'decayingAdd': {
      const { ttl, halfLife, amounts } = operation
      const isDecaying = halfLife > 0 && Number.isFinite(halfLife)
      return [op, whole(ttl), isDecaying ? String(halfLife) : '0', amounts.map(finite).join(' ')]
    }
    default:
      throw operation satisfies never
  }
}

/** Redis takes whole milliseconds; 0 means for ever. */
const whole = (ttl: number): string => {
  const time = expiryOf(ttl)
  return Number.isFinite(time) ? String(Math.ceil(time)) : '0'
}

/** The answer in the script's reply. @throws TypeError when the reply is not one of the script's */
function answerOf(operation: Operation, reply: unknown): AnswerTo<Operation> {
  switch (operation.op) {
    case 'get':
      return reply === null ? undefined : entryOf(reply)
    case 'set':
      return entryOf(reply)
    case 'add':
      return { ...entryOf(reply), added: numberOf((reply as readonly unknown[])[2]) === 1 }
    case 'increment': {
      const { value, ...end } = entryOf(reply)
      return { count: numberOf(value), ...end }
    }
    case 'decayingAdd':
      if (!Array.isArray(reply) || reply.length !== operation.amounts.length) throw unexpected(reply)
      return reply.map(numberOf)
    case 'compareAndSet':
    case 'delete':
      return numberOf(reply) === 1
    default:
      throw operation satisfies never
  }
}

function entryOf(reply: unknown): { readonly value: string; readonly endsIn?: number } {
  if (!Array.isArray(reply) || typeof reply[0] !== 'string') throw unexpected(reply)
  const endsIn = numberOf(reply[1])
  return endsIn < 0 ? { value: reply[0] } : { value: reply[0], endsIn }
}

function numberOf(reply: unknown): number {
  const number = typeof reply === 'string' && reply !== '' ? Number(reply) : reply
  if (typeof number === 'number' && !Number.isNaN(number)) return number
  throw unexpected(reply)
}

const unexpected = (reply: unknown): Error =>
  new TypeError(`Redis gave an answer that the script cannot give: ${String(JSON.stringify(reply)).slice(0, 100)}`)
