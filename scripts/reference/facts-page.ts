/** The page of the facts: what each finds out, from which stage on, and what its answer has. */
import * as facts from '../../src/facts/index.ts'
import { stages } from '../../src/model/stage.ts'
import { code, firstSentence, page, prose, table } from './markdown.ts'
import { docOf, exportsOf, functionIn, membersOf, sourceOf, typeOf } from './source.ts'

const ENTRY = 'src/facts/index.ts'
const declared = exportsOf(ENTRY)

interface KnownFact {
  readonly name: string
  readonly stage: (typeof stages)[number]
  readonly file: string
}

/** The exported facts, by the stage from which they can be asked for. */
function knownFacts(): readonly KnownFact[] {
  const found = Object.entries(facts).flatMap(([name, value]): readonly KnownFact[] =>
    typeof value === 'object' && 'find' in value ? [{ name, stage: value.stage, file: declared.get(name) ?? '' }] : [],
  )
  return found.toSorted((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage) || a.name.localeCompare(b.name))
}

const textOf = ({ file, name }: KnownFact): string => functionIn(file, name).doc.text

/** The content of docs/reference/facts.md. */
export function factsPage(): string {
  const known = knownFacts()
  const rows = known.map(fact => [
    `[\`${fact.name}\`](#${fact.name.toLowerCase()})`,
    fact.stage,
    firstSentence(textOf(fact)),
  ])
  return page(
    '# Facts',
    `A fact answers one question about a client or a message, and never judges. A filter asks with \`await
    context.ask(facts.spf)\`, from the stage of the fact on. The answer is found once for its scope and remembered, for
    all filters. What cannot be known has its separate result, such as \`unknown\` or \`temperror\`, never a "no".`,
    "[Write and test a rule](../start/rule.md) uses facts. Import them as one object, because filters have the same names: `import * as facts from 'postern/facts'`. This page is made from the code by `npm run reference`.",
    table(['fact', 'from the stage', 'what it finds'], rows),
    ...known.flatMap(blocks),
  )
}

function blocks(fact: KnownFact): readonly string[] {
  const { name, stage, file } = fact
  const type = ANSWERS[name] ?? answerOf(file, name)
  const members = type === undefined ? undefined : membersOf(type, file)
  const about = type === undefined ? '' : (docOf(type, file)?.text ?? '')
  const declaration = type === undefined ? undefined : typeOf(type, file)
  const rows = (members ?? []).map(({ name, type, isRequired, doc }) => [
    `\`${name}${isRequired ? '' : '?'}\``,
    `\`${type}\``,
    doc.text,
  ])
  return [
    `## ${name}`,
    prose(textOf(fact)),
    `Asked from \`${stage}\` on. The answer is \`${type}\`. ${prose(about)}`,
    table(['field', 'type', 'what it is'], rows),
    ...(members === undefined && declaration !== undefined ? [code('typescript', declaration)] : []),
  ]
}

/** Answers whose type the compiler finds by itself. */
const ANSWERS: Readonly<Record<string, string>> = { heloSpf: 'SpfCheck', author: 'Author', fingerprint: 'Fingerprint' }

/** The type of the answer, from the annotation of the constant or of the function that finds it. */
function answerOf(file: string, name: string): string | undefined {
  const [, rest = ''] = sourceOf(file).split(new RegExp(`^export const ${name}\\b`, 'm'))
  const head = rest.slice(0, 300)
  const found = /^: (?:Fact<\w+, |Reading<)(?:readonly )?(\w+)/.exec(head) ?? /Promise<(?:readonly )?(\w+)/.exec(head)
  return found?.[1]
}
