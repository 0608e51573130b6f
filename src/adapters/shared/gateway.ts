/** The first argument of every adapter: a gateway, or a function that returns the current one. */
import type { Gateway } from '../../engine/gateway.ts'
import { PosternError, type Problem } from '../../model/errors.ts'
import { problemsOf, type Schema } from '../../model/options.ts'

/** A gateway, or a function that returns the current one. */
export type AnyGateway = Gateway | (() => Gateway)

/** @returns the current gateway @throws PosternError with all problems of `gateway` and `options` */
export function checkedGateway<T>(schema: Schema<T>, gateway: AnyGateway, options: T): () => Gateway {
  const problems = [...wrongGateway(gateway, schema.name), ...problemsOf(schema, options)]
  if (problems.length > 0) throw new PosternError(problems)
  return typeof gateway === 'function' ? gateway : () => gateway
}

export function wrongGateway(gateway: unknown, name: string): readonly Problem[] {
  const isOne = typeof gateway === 'function' || (typeof gateway === 'object' && gateway !== null && 'open' in gateway)
  const expected = 'a gateway, or a function that returns one'
  const remedy = `write ${name}(postern({ filters }), …)`
  return isOne ? [] : [{ path: `${name}.gateway`, found: gateway, expected, remedy }]
}
