/**
 * Writes `docs/reference/openapi.json` from the routes and schemas of the console's API: `node scripts/openapi.ts`.
 * With `--check` it only says whether the file is current.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { API, ROUTES, type Route, type RouteName } from '../src/console/api/routes.ts'
import { failure } from '../src/console/api/schemas/values.ts'
import { type EndpointSchemas, schemas } from '../src/console/api/schemas.ts'

const file = join(resolve(import.meta.dirname, '..'), 'docs/reference/openapi.json')

/** What is described as it is sent, before numbers are read from texts. */
const schemaOf = (schema: v.GenericSchema) => {
  const { $schema: _, ...rest } = toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' })
  return rest
}

const FAILURE = { $ref: '#/components/schemas/Failure' }

/** The document as text. */
export function openApiText(): string {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [name, route] of Object.entries(ROUTES) as [RouteName, Route][]) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(name, route) }
  }
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'postern console',
      version: '1',
      description: 'What the console of a postern gateway shows and does. The pages of the console use nothing else.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: API }],
    paths,
    components: {
      schemas: { Failure: schemaOf(failure) },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token for scripts, made on the page Tokens' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-postern', description: 'The session of a browser' },
      },
    },
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function operationOf(name: RouteName, route: Route) {
  const { query, body, answer }: EndpointSchemas = schemas[name]
  const security =
    route.roles === 'public' ? [] : route.sessionOnly ? [{ session: [] }] : [{ token: [] }, { session: [] }]
  const content = answer ? { 'application/json': { schema: schemaOf(answer) } } : { [route.media ?? 'text/plain']: {} }
  return {
    operationId: name,
    summary: route.summary,
    tags: [name.split('.')[0]],
    security,
    'x-roles': route.roles,
    parameters: [...pathParameters(route.path), ...queryParameters(query)],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } } }),
    responses: {
      200: { description: 'Done', content },
      default: { description: 'Not done', content: { 'application/json': { schema: FAILURE } } },
    },
  }
}

const pathParameters = (path: string) =>
  Array.from(path.matchAll(/:(\w+)/g), ([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))

function queryParameters(query: v.GenericSchema | undefined) {
  if (query === undefined) return []
  const { properties = {}, required = [] } = schemaOf(query)
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
}

if (import.meta.main) {
  const text = openApiText()
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    console.error('docs/reference/openapi.json is not current: run node scripts/openapi.ts')
    process.exitCode = 1
  }
}
