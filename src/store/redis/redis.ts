/** `postern/redis`: a store on Redis or Valkey, single or cluster, over a client of the user's own. */

import { hash } from 'node:crypto'
import { callback, flag } from '../../model/checks.ts'
import { check, checked, required, schemaOf } from '../../model/options.ts'
import { emitWarning, type Notify } from '../../model/services.ts'
import type { Answers, AnswerTo, Operation, Store } from '../../model/store.ts'
import { boundedKey, counted, expiryOf, finite } from '../value.ts'
import { script, scriptHash } from './script.ts'

/** What is used of ioredis and iovalkey. */
export interface IoClient {
  evalsha(hash: string, count: number, ...keysAndArguments: string[]): Promise<unknown>
  eval(script: string, count: number, ...keysAndArguments: string[]): Promise<unknown>
}

/** What is used of node-redis. */
export interface NodeRedisClient {
  evalSha(hash: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

export interface RedisStoreOptions {
  /** A client of ioredis, iovalkey or node-redis, connected and kept by whoever made it. */
  readonly client: IoClient | NodeRedisClient
  /** What all keys begin with, so that several gateways may share a Redis or not share their counts. @default 'postern:' */
  readonly prefix?: string
  /** Whether keys live on several nodes. @default what the client says of itself */
  readonly cluster?: boolean
  /** Hears `store/replaced` when a key held what only another program can have put there. @default warnings of the process */
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
 * A store on Redis 6 or later, or Valkey. A list of operations is one call of one script; on a cluster, one for each
 * hash tag, sent at once. It waits as long as its client does: postern() insures it, and so does `withFallback`.
 *
 * @example
 * import { Redis } from 'ioredis'
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
  const tellReplaced = onceInAWhile((keys: unknown) => {
    const [key] = Array.isArray(keys) ? keys : []
    const reason = `${String(key)
      .slice(0, 200)
      .replace(/[^ -~]/g, '?')} held no text: it was replaced; another program writes to our keys`
    notify({ code: 'store/replaced', reason, level: 'warning' })
  })
  const listener = quiet(client)

  const perform = async (operations: readonly Operation[]): Promise<readonly unknown[]> => {
    const keys = operations.map(({ key }) => nameOf(prefix, boundedKey(key)))
    const replies = await call(keys, operations.flatMap(wordsOf))
    const more = Array.isArray(replies) ? replies.length - operations.length : -1
    if (!Array.isArray(replies) || more < 0 || more > 1) throw rubbish(replies)
    if (more === 1) tellReplaced(replies.at(-1))
    return operations.map((operation, place) => answerOf(operation, replies[place]))
  }

  const onCluster = async (operations: readonly Operation[]): Promise<readonly unknown[]> => {
    const places = operations.map((operation, place) => ({ operation, place }))
    const groups = [...Map.groupBy(places, ({ operation }) => tagOf(boundedKey(operation.key))).values()]
    const answers = await Promise.all(groups.map(group => perform(group.map(({ operation }) => operation))))
    const inOrder: unknown[] = []
    for (const [index, group] of groups.entries())
      for (const [nth, { place }] of group.entries()) inOrder[place] = answers[index]?.[nth]
    return inOrder
  }

  return {
    run: async <const O extends readonly Operation[]>(operations: O) => {
      if (operations.length === 0) return [] as readonly unknown[] as Answers<O>
      return (await (cluster ? onCluster(operations) : perform(operations))) as Answers<O>
    },
    close: listener,
  }
}

const NOTICE_INTERVAL_MS = 60_000

/** Somebody who writes all the time is told of once a minute. */
function onceInAWhile<T>(tell: (what: T) => void): (what: T) => void {
  let last = Number.NEGATIVE_INFINITY
  return what => {
    if (performance.now() - last < NOTICE_INTERVAL_MS) return
    last = performance.now()
    tell(what)
  }
}

/** Of a cluster's 16,384 slots each tag is one. So many spread evenly over any number of nodes that there may be. */
const TAG_DIGITS = 3

const tagOf = (key: string): string => hash('sha1', key).slice(0, TAG_DIGITS)

/** Braces say what decides on the slot, so that no brace in a key does. */
const nameOf = (prefix: string, key: string): string => `${prefix}{${tagOf(key)}}${key}`

type Call = (keys: readonly string[], words: readonly string[]) => Promise<unknown>

/** By its hash; with its text where a node does not know it yet, or not any more. */
function callerOf(client: IoClient | NodeRedisClient): Call {
  const ask: (known: boolean, keys: readonly string[], words: readonly string[]) => Promise<unknown> =
    'evalSha' in client
      ? (known, keys, words) => {
          const options = { keys: [...keys], arguments: [...words] }
          return known ? client.evalSha(scriptHash, options) : client.eval(script, options)
        }
      : (known, keys, words) =>
          known
            ? client.evalsha(scriptHash, keys.length, ...keys, ...words)
            : client.eval(script, keys.length, ...keys, ...words)
  return async (keys, words) => {
    try {
      return await ask(true, keys, words)
    } catch (error) {
      const message = error instanceof Error ? error.message : ''
      if (message.includes('READONLY')) reconnect(client)
      if (!message.startsWith('NOSCRIPT')) throw error
      return await ask(false, keys, words)
    }
  }
}

function isClient(client: unknown): boolean {
  if (typeof client !== 'object' || client === null) return false
  return ['evalSha', 'evalsha'].some(name => typeof (client as Readonly<Record<string, unknown>>)[name] === 'function')
}

/** A primary that became a replica keeps its connections: only a new one leads to who has taken its place. */
function reconnect(client: object): void {
  // ioredis and iovalkey connect again by themselves when they hear true.
  if (isCluster(client) || !('evalsha' in client && 'disconnect' in client)) return
  const { disconnect } = client
  if (typeof disconnect === 'function') disconnect.call(client, true)
}

function isCluster(client: object): boolean {
  if ('isCluster' in client) return client.isCluster === true
  return 'masters' in client && 'slots' in client
}

interface Emitter {
  on(event: 'error', listener: () => void): unknown
  off(event: 'error', listener: () => void): unknown
}

/** A client without anybody who hears of its errors ends the process (node-redis) or fills its log (ioredis). */
function quiet(client: object): () => void {
  if (!('on' in client && 'off' in client)) return () => undefined
  const emitter = client as Emitter
  const listener = () => undefined
  emitter.on('error', listener)
  return () => {
    emitter.off('error', listener)
  }
}

/** An operation as the script reads it. */
function wordsOf(operation: Operation): readonly [op: string, ttl: string, third: string, fourth: string] {
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
      const fades = halfLife > 0 && Number.isFinite(halfLife)
      return [op, whole(ttl), fades ? String(halfLife) : '0', amounts.map(finite).join(' ')]
    }
    default:
      throw operation satisfies never
  }
}

/** Redis counts whole milliseconds; 0 stands for ever. */
const whole = (ttl: number): string => {
  const time = expiryOf(ttl)
  return Number.isFinite(time) ? String(Math.ceil(time)) : '0'
}

/** What the script replied, read with suspicion. */
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
      if (!Array.isArray(reply) || reply.length !== operation.amounts.length) throw rubbish(reply)
      return reply.map(numberOf)
    case 'compareAndSet':
    case 'delete':
      return numberOf(reply) === 1
    default:
      throw operation satisfies never
  }
}

function entryOf(reply: unknown): { readonly value: string; readonly endsIn?: number } {
  if (!Array.isArray(reply) || typeof reply[0] !== 'string') throw rubbish(reply)
  const endsIn = numberOf(reply[1])
  return endsIn < 0 ? { value: reply[0] } : { value: reply[0], endsIn }
}

function numberOf(reply: unknown): number {
  const number = typeof reply === 'string' && reply !== '' ? Number(reply) : reply
  if (typeof number === 'number' && !Number.isNaN(number)) return number
  throw rubbish(reply)
}

const rubbish = (reply: unknown): Error =>
  new TypeError(`Redis answered what no script of ours answers: ${String(JSON.stringify(reply)).slice(0, 100)}`)
