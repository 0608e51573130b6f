/**
 * What every endpoint takes and answers, by the names of `routes.ts`. The API checks requests by these schemas, the
 * OpenAPI document is made from them, and the pages take their types.
 */
import type * as v from 'valibot'
import type { RouteName } from './routes.ts'
import { accountSchemas } from './schemas/account.ts'
import { messageSchemas } from './schemas/messages.ts'
import { operationSchemas } from './schemas/operation.ts'
import type { ReadOnly } from './schemas/values.ts'
import { watchingSchemas } from './schemas/watching.ts'

/** What one endpoint takes and answers; without `answer` it answers no JSON. */
export interface EndpointSchemas {
  readonly query?: v.GenericSchema
  readonly body?: v.GenericSchema
  readonly answer?: v.GenericSchema
}

/** All endpoints by name. */
export const schemas = {
  ...accountSchemas,
  ...messageSchemas,
  ...operationSchemas,
  ...watchingSchemas,
} satisfies Readonly<Record<RouteName, EndpointSchemas>>

type Part<N extends RouteName, K extends keyof EndpointSchemas> = (typeof schemas)[N] extends {
  readonly [key in K]: infer S extends v.GenericSchema
}
  ? S
  : never

/** What an endpoint answers. */
export type Answer<N extends RouteName> = ReadOnly<v.InferOutput<Part<N, 'answer'>>>
/** The query of an endpoint, as texts. */
export type Query<N extends RouteName> = v.InferInput<Part<N, 'query'>>
/** The query of an endpoint, as it was read. */
export type ReadQuery<N extends RouteName> = v.InferOutput<Part<N, 'query'>>
/** What an endpoint takes. */
export type Body<N extends RouteName> = v.InferOutput<Part<N, 'body'>>
