/** The tables of options: what each is, what it may be, and its default. */
import { expectations, type Factory, keysOf, type Wrap } from './ask.ts'
import { code, codeSpan, prose, table } from './markdown.ts'
import { docOf, fileOf, type Member, membersOf, typeOf } from './source.ts'

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
  if (keys.length === 0 && membersOf(type, file)?.length)
    throw new Error(`no error lists the options of ${type}; expected one about an unknown key`)
  const missing = keys.filter(key => !members.some(({ name }) => name === key))
  if (missing.length > 0)
    throw new Error(`${type} in ${file} has no ${missing.join(', ')}; expected a documented member for each option`)
  const asked = expectations(make, keys)
  const rows = members.map(member => row(member, file, asked.get(member.name), defaultOf?.(member.name)))
  return [table(HEAD, rows), ...innerOf(members, file).flatMap(inner => innerBlocks(inner, make))]
}

function row(member: Member, file: string, expected: string | undefined, override?: string): readonly string[] {
  const { name, isRequired, type, doc } = member
  const shownDefault = isRequired ? '(required)' : (override ?? doc.defaultValue ?? '')
  const linked = shownDefault.replace('docs/reference/rules.md', '[rules](../rules.md)')
  return [`\`${name}\``, doc.text, mayBe(expected, type, file), asCode(linked)]
}

/** The declaration of an alias in place of its name, on one line. */
function declaredType(type: string, file: string): string {
  const isPlain = /^(?!(?:Duration|Size|Stage|Status|Verdict)$)\w+$/.test(type)
  const declaration = isPlain ? typeOf(type, file) : undefined
  const [, declared = type] = /^type \w+ =\s*([\s\S]*)$/.exec(declaration ?? '') ?? []
  return declared
    .replace(/\/\*\*[\s\S]*?\*\//g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

/** A list or a number, where a function, a file or a table may stand too: the check describes one of them. */
const isAlternative = (expected: string, declared: string): boolean =>
  /^an? (?:array|number) of /.test(expected) && / \| /.test(declared) && /=>|\{|\| [A-Z]/.test(declared)

/** The words of the check where there is one, and the type where it says more: declared, where that is short. */
function mayBe(expected: string | undefined, type: string, file: string): string {
  const declared = declaredType(type, file)
  const isVague = expected === undefined || /^(?:a function|lists|cache|prefix lengths)\b/.test(expected)
  if (isVague || isAlternative(expected, declared)) return codeSpan(declared.length < 120 ? declared : type)
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
  /^(?:Classifier|Clock|Connection|Consequences?|Decision|Duration|Filter|Finding|Forecast|Header|Limiter|IoClient|Gateway|LimiterSpec|MemoryStore|Message|NodeRedisClient|Notify|Opinion|OpinionQuestion|Recipient|Reply|Size|Stages?|Status|Store|StreamScanner|Transaction|TransactionEvent|Verdict)$|Cost$|Id$|Rule$/

/** A type that an option is made of, and the file that declares it. */
interface Inner {
  readonly name: string
  readonly option: string
  readonly file: string
}

/** The types that options are made of, and those that these are made of. Generic parameters stand for themselves. */
function innerOf(options: readonly Member[], file: string): readonly Inner[] {
  const found = new Map<string, Inner>()
  const visit = (text: string, option: string, from: string): void => {
    for (const name of text.match(/\b[A-Z]\w+/g) ?? []) {
      const place = OPAQUE.test(name) || found.has(name) ? undefined : fileOf(name, from)
      if (place === undefined) continue
      found.set(name, { name, option, file: place })
      const types = membersOf(name, place)?.map(({ type }) => type) ?? [typeOf(name, place) ?? '']
      visit(types.join('\n'), option, place)
    }
  }
  for (const { name, type } of options) visit(type, name, file)
  return [...found.values()]
}

function innerBlocks({ name, option, file }: Inner, make: Factory): readonly string[] {
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
