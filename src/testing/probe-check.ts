/** Checks what a test hands to `probe`: a mistake must not look like a filter that finds nothing. */
import { isIP } from 'node:net'
import { callback, flag, having, oneOf, text } from '../model/checks.ts'
import { PosternError, type Problem } from '../model/errors.ts'
import type { Filter } from '../model/filter.ts'
import { wrongFilters } from '../model/filter-check.ts'
import { check, isRecord, problemsOf, schemaOf } from '../model/options.ts'
import { type Stage, stages } from '../model/stage.ts'
import type { Probed } from './probed.ts'

const string = (what: string) => check<string>(what, value => typeof value === 'string')

const bytes = (what: string) =>
  check<string | Buffer>(what, value => typeof value === 'string' || value instanceof Uint8Array)

const isFields = (value: unknown): boolean =>
  typeof value === 'string' || (isRecord(value) && Object.values(value).every(field => typeof field === 'string'))

const schema = schemaOf<Probed>('probe', {
  ip: check("an IP address such as '192.0.2.1'", value => isIP(String(value)) !== 0),
  ref: text('the reference of a session'),
  client: oneOf('unknown', 'trusted', 'forwarder', 'proxy', 'hidden'),
  spokeEarly: flag(),
  helo: string('the name in the greeting'),
  tls: check('an object with protocol and cipher', isRecord),
  reversePath: string("the address of MAIL FROM, or '' for the null reverse-path"),
  user: string('the name of a user'),
  utf8: flag(),
  forwardPath: string('the address of a recipient'),
  forwardPaths: check('an array of addresses', Array.isArray),
  header: check("field names and values, such as { subject: 'Invoice' }, or the section as a text", isFields),
  body: bytes('a text or a Buffer'),
  message: bytes('a text or a Buffer; message() of postern/testing builds a whole message'),
  dns: having("a resolver; write dns: zone({ 'example.org': { … } })", 'resolve'),
  clock: having('a clock, as clock() makes it', 'now', 'monotonic', 'after'),
  callExternal: callback(),
  store: having('a store, as memoryStore() makes it', 'run'),
  notify: callback(),
  score: check('a number of points', value => typeof value === 'number'),
  facts: check('an array of facts, each with its value: [[spf, { … }]]', Array.isArray),
})

/** @throws PosternError with all that is wrong with the filter and the session of a test */
export function checkProbe(filter: Filter, world: Probed): void {
  const problems = [...wrongFilter(filter), ...problemsOf(schema, world)]
  if (problems.length > 0) throw new PosternError(problems)
}

function wrongFilter(filter: unknown): readonly Problem[] {
  if (!Array.isArray(filter))
    return wrongFilters([filter], 'probe').map(problem => ({
      ...problem,
      path: `probe${problem.path.slice('probe[0]'.length)}`,
    }))
  const expected = 'one filter'
  return [{ path: 'probe', found: filter, expected, remedy: 'probe each filter of the list by itself' }]
}

/** What a session has to mention, so that it reaches a stage. */
const REACHED_BY: Readonly<Record<Stage, string>> = {
  connect: 'nothing',
  helo: 'helo',
  mail: 'reversePath',
  rcpt: 'forwardPath',
  header: 'header or message',
  message: 'header, body or message',
}

/** A filter that was never asked has found nothing, which a test must not take for an answer. @throws PosternError */
export function checkReached(filter: Filter, reached: ReadonlySet<Stage>): void {
  const own = stages.filter(stage => filter[stage] !== undefined)
  const [first] = own
  if (first === undefined || own.some(stage => reached.has(stage))) return
  const found = `a session that ends at ${[...reached].at(-1) ?? 'connect'}`
  const expected = `a session that reaches ${own.join(' or ')}, where ${filter.name} looks`
  throw new PosternError([{ path: 'probe', found, expected, remedy: `give ${REACHED_BY[first]}` }])
}
