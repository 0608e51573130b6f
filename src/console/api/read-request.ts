/** Reads queries and bodies by the schemas of the API. */
import * as v from 'valibot'
import { ApiError } from '../http/errors.ts'

/** Problems that one answer lists. */
const MAX_PROBLEMS = 20

/** The query as names and values. @throws ApiError when a name comes twice */
export function queryOf(url: URL): Readonly<Record<string, string>> {
  const query: Record<string, string> = Object.create(null)
  for (const [name, value] of url.searchParams) {
    if (name in query) throw new ApiError('bad-request', `the query has ${name.slice(0, 100)} twice: give it once`)
    query[name] = value
  }
  return { ...query }
}

/** @throws ApiError with all that is wrong */
export function read(schema: v.GenericSchema, value: unknown, what: 'query' | 'body'): unknown {
  const { success, output, issues = [] } = v.safeParse(schema, value)
  if (success) return output
  const problems = issues.slice(0, MAX_PROBLEMS).map(issue => ({
    path: (issue.path ?? []).map(({ key }) => String(key).slice(0, 100)).join('.') || what,
    message: issue.message.slice(0, 300),
  }))
  const [first] = problems
  throw new ApiError('bad-request', `the ${what} is wrong at ${first?.path}: ${first?.message}`, { problems })
}
