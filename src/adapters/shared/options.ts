/** Options that several servers have, and how each is checked and read. */
import { duration, size, whole } from '../../model/checks.ts'
import { type Duration, type Size, toBytes, toMilliseconds } from '../../model/units.ts'
import { type Budget, byteBudget } from './web/budget.ts'

/** Options of servers for plain sockets. */
export interface SocketOptions {
  readonly connections?: number
  readonly idle?: Duration
  readonly timeout?: Duration
}

export const socketChecks = {
  connections: whole({ min: 1 }),
  idle: duration({ min: '100ms' }),
  timeout: duration({ min: '100ms' }),
}

/** @returns numbers, times in milliseconds */
export const readSocketOptions = (
  { connections, idle = '1h', timeout = '60s' }: SocketOptions,
  defaultConnections: number,
) => ({
  connections: connections ?? defaultConnections,
  idle: toMilliseconds(idle),
  timeout: toMilliseconds(timeout),
})

/** Options of servers for HTTP. */
export interface HttpOptions {
  readonly connections?: number
  readonly timeout?: Duration
}

export const httpChecks = { connections: whole({ min: 1 }), timeout: duration({ min: '10ms' }) }

/** @returns numbers, times in milliseconds */
export const readHttpOptions = ({ connections = 100, timeout = '60s' }: HttpOptions) => ({
  connections,
  timeout: toMilliseconds(timeout),
})

/** Options of adapters that read whole messages. */
export interface BodyOptions {
  readonly size?: Size
  readonly budget?: Size
}

export const bodyChecks = { size: size({ min: 1 }), budget: size({ min: 1 }) }

/** @returns the limit of one body in bytes, and the budget of all of them */
export const readBodyOptions = (
  { size, budget }: BodyOptions,
  defaults: Required<BodyOptions>,
): { readonly limit: number; readonly bytes: Budget } => ({
  limit: toBytes(size ?? defaults.size),
  bytes: byteBudget(toBytes(budget ?? defaults.budget)),
})
