/** Checks what calling code hands over: all options of a factory, with all that is wrong at once. */
import * as v from 'valibot'
import { HIDDEN, PosternError, type Problem, withoutSecrets } from './errors.ts'
import { nearest } from './nearest.ts'

declare const checkedType: unique symbol

/** A check of whatever type. */
export interface AnyCheck {
  /** What would be right, in words; after a semicolon the remedy, where there is a better one than to write that. */
  readonly expected: string
  /** @internal */
  readonly schema: v.GenericSchema
}

/** What an option may be. Exact in both directions: a check and the interface that it checks cannot drift apart. */
export interface Check<in out T> extends AnyCheck {
  readonly [checkedType]?: (value: T) => T
}

/** A check of an option that must be given. */
export interface RequiredCheck<in out T> extends Check<T> {
  readonly isRequired: true
}

/** One check for each key of the interface, `required` where the interface demands the key. */
export type Shape<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K> ? Check<Exclude<T[K], undefined>> : RequiredCheck<T[K]>
}

/** What must hold between options that are right by themselves. */
export interface Relation<T> {
  readonly of: readonly (keyof T & string)[]
  readonly wrong: (options: T) => Omit<Problem, 'path'> | false | undefined
}

/** The options of one factory. */
export interface Schema<T> {
  readonly name: string
  readonly check: Check<T>
  readonly relations: readonly Relation<T>[]
}

/**
 * Describes the options of a factory.
 *
 * @example
 * const schema = schemaOf<EchoOptions>('echo', { times: whole({ min: 1 }), wait: duration() })
 */
export const schemaOf = <T extends object>(
  name: string,
  shape: Shape<T>,
  ...relations: readonly Relation<T>[]
): Schema<T> => ({ name, check: object<T>(shape, 'an object of options', name || 'postern'), relations })

/** A problem is reported at the first of the keys. Asked only where none of them has its own problem. */
export const relation = <T>(of: Relation<T>['of'], wrong: Relation<T>['wrong']): Relation<T> => ({ of, wrong })

/** Returns the options as they came. @throws PosternError with all that is wrong with them */
export function checked<T>(schema: Schema<T>, given: T): T {
  const problems = problemsOf(schema, given)
  if (problems.length > 0) throw new PosternError(problems)
  return given
}

/** All that is wrong with `given`. */
export function problemsOf<T>({ name, check, relations }: Schema<T>, given: unknown): readonly Problem[] {
  const problems = wrongIn(check, given, name)
  const isBad = (key: string): boolean => {
    const path = join(name, key)
    return problems.some(
      problem => problem.path === name || `${problem.path}.`.replace('[', '.').startsWith(`${path}.`),
    )
  }
  const between = relations.flatMap(({ of, wrong }): readonly Problem[] => {
    const problem = of.some(isBad) ? undefined : wrong(given as T)
    return problem ? [{ path: join(name, of[0] ?? ''), ...problem }] : []
  })
  return [...problems, ...between]
}

/** What is wrong with one value, which stands at `path`. */
export function wrongIn({ schema }: AnyCheck, found: unknown, path = ''): readonly Problem[] {
  const { issues = [] } = v.safeParse(schema, found)
  const problems = issues.map((issue): Problem => {
    const where = (issue.path ?? []).reduce((above, { key }) => join(above, key), path)
    const [expected, remedy = `set ${where} to ${expected}`] = splitOnce(issue.message)
    return { path: where || 'options', found: shown(issue.input), expected, remedy }
  })
  return [...new Map(problems.toReversed().map(problem => [problem.path, problem])).values()].toReversed()
}

const shown = (found: unknown): unknown => (typeof found === 'string' ? withoutSecrets(found) : found)

/** The value of an unknown key, which may be the misspelt name of a secret. */
const shownOf = (key: string, value: unknown): unknown =>
  typeof value === 'string' && value !== '' && /key|secret|pass|token/i.test(key) ? HIDDEN : value

/** `limits[0].within`, `points['links/mismatch']`. */
function join(path: string, key: unknown): string {
  if (typeof key === 'number') return `${path}[${key}]`
  const name = String(key)
  if (!/^[\w-]+$/.test(name)) return `${path}['${name}']`
  return path === '' ? name : `${path}.${name}`
}

function splitOnce(message: string): readonly [string, string?] {
  const at = message.indexOf('; ')
  return at < 0 ? [message] : [message.slice(0, at), message.slice(at + 2)]
}

/** A check by one question. */
export const check = <T>(expected: string, isRight: (value: unknown) => boolean): Check<T> => ({
  expected,
  schema: v.custom(isRight, expected),
})

/** A check by one question of what must not be shown. */
export const hidden = <T>(expected: string, isRight: (value: unknown) => boolean): Check<T> => ({
  expected,
  schema: v.pipe(
    v.unknown(),
    v.rawCheck(({ dataset: { value }, addIssue }) => {
      const shown = typeof value === 'string' && value !== '' ? HIDDEN : value
      if (!isRight(value)) addIssue({ message: expected, input: shown })
    }),
  ),
})

/** A check that says itself why a value is wrong: what was expected, and after a semicolon the remedy. */
export const explained = <T>(expected: string, why: (value: unknown) => string | undefined): Check<T> => ({
  expected,
  schema: v.pipe(
    v.unknown(),
    v.rawCheck(({ dataset: { value }, addIssue }) => {
      const message = why(value)
      if (message !== undefined) addIssue({ message })
    }),
  ),
})

/** The same check of an option that must be given. */
export const required = <T>(inner: Check<T>): RequiredCheck<T> => ({ ...inner, isRequired: true })

/** Another check for each kind of value: `pick` sees the value. */
export const either = <T>(expected: string, pick: (value: unknown) => AnyCheck | undefined): Check<T> => {
  const none = v.custom(() => false, expected)
  return { expected, schema: v.lazy(value => pick(value)?.schema ?? none) }
}

/** An object with these keys and no others; `call` is the function that takes it. */
export function object<T extends object>(shape: Shape<T>, what = 'an object of options', call?: string): Check<T> {
  const checks: Checks = new Map(Object.entries<AnyCheck>(shape))
  const keys = [...checks.keys()]
  const expected = `${what} (${keys.join(', ')})`
  const message = ({ input }: { readonly input: unknown }) => expected + inAnObject(input, checks, call)
  const entries = v.rawCheck<object>(({ dataset: { value }, addIssue }) => {
    if (!isRecord(value)) return
    for (const [key, { schema, isRequired = false }] of checks)
      if (isRequired || value[key] !== undefined) passOn(schema, value[key], entryOf(value, key), addIssue)
    for (const key of Object.keys(value))
      if (!checks.has(key))
        addIssue({ message: unknownKey(key, keys), path: [entryOf(value, key)], input: shownOf(key, value[key]) })
  })
  return { expected, schema: v.pipe(v.custom<object>(isRecord, message), entries) }
}

type Checks = ReadonlyMap<string, AnyCheck & { readonly isRequired?: boolean }>

/** What to write where an object belongs: with the keys that it needs, and with what was found where a key takes it. */
function inAnObject(found: unknown, checks: Checks, call?: string): string {
  const text = quoted(found)
  const keys = [...checks.keys()]
  const needed = keys.filter(key => checks.get(key)?.isRequired)
  const takes = (key: string, value: unknown) => {
    const check = checks.get(key)
    return check !== undefined && v.safeParse(check.schema, value).success
  }
  const candidates = Array.isArray(found) ? [...needed, ...keys] : needed
  const taker = candidates.find(key => found != null && takes(key, found))
  const entries = [...new Set(taker ? [taker, ...needed] : needed)].map(key => {
    if (key === taker) return `${key}: ${text ?? '…'}`
    return `${key}: ${text && takes(key, [found]) ? `[${text}]` : '…'}`
  })
  const inside = entries.join(', ').replace(/.+/, ' $& ')
  if (call) return `; write ${call}({${inside}})`
  return inside && `; write {${inside}}`
}

/** What to write where a list belongs: what was found, if it may be in the list. */
function inAnArray(found: unknown, { schema }: AnyCheck): string {
  const text = quoted(found)
  if (!text) return ''
  const { issues } = v.safeParse(schema, found)
  const entry = issues ? /; write (\{.*)/.exec(issues[0].message)?.[1] : text
  return entry === undefined ? '' : `; write [${entry}]`
}

/** A text as an error can repeat it. */
const quoted = (found: unknown): string | undefined =>
  typeof found === 'string' && found && found.length <= 60 ? `'${withoutSecrets(found)}'` : undefined

/** Names and what stands for each: `{ '127.0.0.2': 6 }`. */
export function record<T>(key: Check<string>, inner: Check<T>, what: string): Check<Readonly<Record<string, T>>> {
  const expected = `${what} (an object)`
  const entries = v.rawCheck<object>(({ dataset, addIssue }) => {
    if (!isRecord(dataset.value)) return
    for (const [name, value] of Object.entries(dataset.value)) {
      const below = entryOf(dataset.value, name)
      const { issues: [wrongKey] = [] } = v.safeParse(key.schema, name)
      if (wrongKey) addIssue({ message: wrongKey.message, path: [below], input: name })
      else passOn(inner.schema, value, below, addIssue)
    }
  })
  return { expected, schema: v.pipe(v.custom<object>(isRecord, expected), entries) }
}

/** Several of a kind. */
export function list<T>(
  inner: Check<T>,
  what: string,
  { min = 0 }: { readonly min?: number } = {},
): Check<readonly T[]> {
  const expected = min > 0 ? `an array of ${what}, at least ${min}` : `an array of ${what}`
  const isLong = (value: unknown) => Array.isArray(value) && value.length >= min
  const message = ({ input }: { readonly input: unknown }) => expected + inAnArray(input, inner)
  const items = v.rawCheck<readonly unknown[]>(({ dataset, addIssue }) => {
    if (!Array.isArray(dataset.value)) return
    for (const [index, value] of dataset.value.entries()) {
      const below = { type: 'array', origin: 'value', input: dataset.value, key: index, value } as const
      passOn(inner.schema, value, below, addIssue)
    }
  })
  return { expected, schema: v.pipe(v.custom<readonly unknown[]>(isLong, message), items) }
}

type AddIssue = Parameters<Parameters<typeof v.rawCheck<unknown>>[0]>[0]['addIssue']

function passOn(schema: v.GenericSchema, value: unknown, below: v.IssuePathItem, addIssue: AddIssue): void {
  for (const { message, input, path = [] } of v.safeParse(schema, value).issues ?? [])
    addIssue({ message, input, path: [below, ...path] })
}

const entryOf = (input: Readonly<Record<string, unknown>>, key: string): v.IssuePathItem => ({
  type: 'object',
  origin: 'value',
  input,
  key,
  value: input[key],
})

/** Why a name that is none of these is wrong, and which one was meant; `known` says which ones there are. */
export function unknownKey(key: string, keys: readonly string[], known?: string): string {
  const meant = nearest(key, keys)
  const all = keys.length > 0 ? `one of ${keys.join(', ')}` : 'no options'
  return `${known ?? all}; ${meant === undefined ? 'remove it, or spell it right' : `did you mean ${meant}?`}`
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
