/** The tables of options: what each is, what it may be, and its default. */
import { expectations, type Factory, keysOf, type Wrap } from './ask.ts'
import { code, prose, table } from './markdown.ts'
import { docOf, type Member, membersOf, typeOf } from './source.ts'

/** The options of a factory. */
export interface OptionsOf {
  readonly make: Factory
  /** The interface of its options, and the file from which it is found. */
  readonly type: string
  readonly file: string
  /** The default of an option where it is not the documented one. */
  readonly defaultOf?: (option: string) => string | undefined
}

const HEAD = ['option', 'what it is', 'may be', 'default']

/** The blocks that describe the options of a factory: its own table, and those of inner objects. */
export function optionBlocks({ make, type, file, defaultOf }: OptionsOf): readonly string[] {
  const keys = keysOf(make)
  const members = (membersOf(type, file) ?? []).filter(({ name }) => keys.includes(name))
  const missing = keys.filter(key => !members.some(({ name }) => name === key))
  if (missing.length > 0)
    throw new Error(`${type} in ${file} has no ${missing.join(', ')}; expected a documented member for each option`)
  const asked = expectations(make, keys)
  const rows = members.map(member => row(member, file, asked.get(member.name), defaultOf?.(member.name)))
  const inner = members.flatMap(member => innerTypes(member, file).map(name => ({ name, option: member.name })))
  const seen = new Set<string>()
  const below = inner.flatMap(({ name, option }) => {
    if (seen.has(name)) return []
    seen.add(name)
    return innerBlocks(name, option, { make, file })
  })
  return [table(HEAD, rows), ...below]
}

function row(member: Member, file: string, expected: string | undefined, override?: string): readonly string[] {
  const { name, isRequired, type, doc } = member
  const shownDefault = isRequired ? '(required)' : (override ?? doc.defaultValue ?? '')
  const linked = shownDefault.replace('docs/reference/rules.md', '[rules](../rules.md)')
  return [`\`${name}\``, doc.text, mayBe(expected, fullType(type, file)), asCode(linked)]
}

/** The declaration of an alias in place of its name, where that is short. */
function fullType(type: string, file: string): string {
  const [, declared = ''] =
    /^type \w+ =\s*([\s\S]*)$/.exec((/^(?!Duration$|Size$)\w+$/.test(type) && typeOf(type, file)) || '') ?? []
  return declared !== '' && declared.length < 120 ? declared.replace(/\s+/g, ' ').trim() : type
}

/** A list, where a function or a file may stand too: the check describes one of the alternatives. */
const isAlternative = (expected: string, type: string): boolean =>
  expected.startsWith('an array of ') && / \| /.test(type) && /=>|\{|\| [A-Z]/.test(type)

/** The words of the check where there is one, and the type where it says more. */
function mayBe(expected: string | undefined, type: string): string {
  const isVague = expected === undefined || /^(?:a function|lists|cache|prefix lengths)\b/.test(expected)
  if (isVague || isAlternative(expected, type)) return `\`${type}\``
  return expected
    .replace("a duration such as '5m', '1.5s' or milliseconds as a number", 'a duration')
    .replace("a size such as '25mb', '256kb' or bytes as a number", 'a size')
    .replace(/'[^']*'|\{[^}]*\}/g, text => `\`${text}\``)
}

/** A default is code where it is a value, and prose where it is a description. */
export const asCode = (text: string): string =>
  /^(?:'[^']*'|-?[\d_.]+|true|false|Infinity|\[.*\]|\{.*\})$/.test(text) ? `\`${text}\`` : text

/** Interfaces that a host or a program implements: their place is the reference of the API. */
const OPAQUE =
  /^(?:Classifier|Clock|Connection|Consequences?|Duration|Filter|Forecast|Header|Limiter|IoClient|Gateway|LimiterSpec|MemoryStore|Message|NodeRedisClient|Notify|Opinion|OpinionQuestion|Recipient|Size|Store|StreamScanner|Transaction)$|Cost$|Id$|Rule$/

/** The types that an option is made of. Generic parameters stand for themselves. */
const innerTypes = ({ type }: Member, file: string): readonly string[] =>
  [...new Set(type.match(/\b[A-Z]\w+/g) ?? [])].filter(
    name => !OPAQUE.test(name) && (membersOf(name, file) !== undefined || typeOf(name, file) !== undefined),
  )

function innerBlocks(
  name: string,
  option: string,
  { make, file }: Pick<OptionsOf, 'make' | 'file'>,
): readonly string[] {
  const members = membersOf(name, file)
  const doc = docOf(name, file)?.text ?? ''
  const heading = `### ${name}`
  if (members === undefined) return [heading, prose(doc), code('typescript', typeOf(name, file) ?? '')]
  const keys = members.map(member => member.name)
  const asked = expectations(make, keys, wrapped(option)[0])
  const other = asked.size > 0 ? asked : expectations(make, keys, wrapped(option)[1])
  return [
    heading,
    prose(doc),
    table(
      HEAD,
      members.map(member => row(member, file, other.get(member.name))),
    ),
  ]
}

/** The inner object alone, and in a list. */
const wrapped = (option: string): readonly [Wrap, Wrap] => [
  inner => ({ [option]: inner }),
  inner => ({ [option]: [inner] }),
]
