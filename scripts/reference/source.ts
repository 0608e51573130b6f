/** Reads doc comments of the source: what an exported function does, and what each option of an interface is. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** A doc comment, without its stars. */
export interface Doc {
  /** The text before the first tag. */
  readonly text: string
  readonly defaultValue?: string
  readonly example?: string
  /** What it throws, and when: `PosternError when an option is wrong`. */
  readonly throws?: string
}

/** One member of an interface. */
export interface Member {
  readonly name: string
  readonly isRequired: boolean
  readonly type: string
  readonly doc: Doc
}

/** An exported function. */
export interface FunctionSource {
  readonly file: string
  readonly doc: Doc
  /** The text of its parameters. */
  readonly parameters: string
}

const root = resolve(import.meta.dirname, '../..')
const texts = new Map(
  globSync('src/**/*.ts', { cwd: root })
    .toSorted()
    .map(file => [file.replaceAll('\\', '/'), readFileSync(join(root, file), 'utf8')]),
)

/** The text of a file of the source. */
export function sourceOf(file: string): string {
  const text = texts.get(file)
  if (text === undefined) throw new Error(`there is no ${file}; expected a file below src, as src/filters/spf.ts`)
  return text
}

/** The files below a folder of the source. */
export const sourcesIn = (folder: string): readonly string[] =>
  [...texts.keys()].filter(file => file.startsWith(`${folder}/`))

/** The names that an entry point exports, with the file that declares each. */
export function exportsOf(entry: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [, list = '', from = ''] of sourceOf(entry).matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm))
    for (const item of list.split(',')) {
      const name = item.trim().replace(/^type /, '')
      if (name !== '') found.set(name.split(' as ').at(-1) ?? name, join(dirname(entry), from))
    }
  const here = /^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm
  for (const [, name = ''] of sourceOf(entry).matchAll(here)) found.set(name, entry)
  return found
}

/** An exported function or constant, with its doc comment. */
export function functionIn(file: string, name: string): FunctionSource {
  const text = sourceOf(file)
  const at = new RegExp(`^export (?:async )?(?:function|const) ${name}\\b`, 'm').exec(text)
  if (at === null) throw new Error(`${file} has no export ${name}; expected a function or constant of this name`)
  const parameters = /\(([^)]*)\)/.exec(text.slice(at.index))?.[1] ?? ''
  return { file, doc: docBefore(text, at.index), parameters }
}

/** The members of an interface, those of the interfaces that it extends included. Undefined where there is none. */
export function membersOf(name: string, file: string): readonly Member[] | undefined {
  const place = placeOf(name, file)
  if (place === undefined) return undefined
  const { file: where, text, at } = place
  const head = text.slice(at, text.indexOf('{', at))
  const extended = /extends ([^{]+)/.exec(head)?.[1] ?? ''
  const bases = Array.from(extended.matchAll(/\b([A-Z]\w+)/g), ([, base = '']) => membersOf(base, where) ?? [])
  const start = text.indexOf('{', at)
  const body = text.startsWith('{}', start) ? '' : text.slice(start, text.indexOf('\n}', start) + 1)
  return [...bases.flat(), ...membersIn(body)]
}

/** The declaration of a type that is not an interface. Undefined where there is none. */
export function typeOf(name: string, file: string): string | undefined {
  const place = placeOf(name, file, 'type')
  if (place === undefined) return undefined
  const rest = place.text.slice(place.at)
  return rest.slice(0, /\n(?=\n|\/\*\*|export |const |function |class |\})/.exec(rest)?.index).replace(/^export /, '')
}

/** The file that declares an interface or a type which another file has or imports. */
export const fileOf = (name: string, file: string): string | undefined =>
  (placeOf(name, file) ?? placeOf(name, file, 'type'))?.file

/** The doc comment of an interface or a type. */
export function docOf(name: string, file: string): Doc | undefined {
  const place = placeOf(name, file) ?? placeOf(name, file, 'type')
  return place && docBefore(place.text, place.at)
}

interface Place {
  readonly file: string
  readonly text: string
  readonly at: number
}

/** Where an interface or a type is declared: in the file itself, or in the file that it imports the name from. */
function placeOf(name: string, file: string, kind: 'interface' | 'type' = 'interface'): Place | undefined {
  const text = sourceOf(file)
  const at = new RegExp(`^(?:export )?${kind} ${name}\\b`, 'm').exec(text)?.index
  if (at !== undefined) return { file, text, at }
  const imported = new RegExp(`^(?:import|export) (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\} from '(\\.[^']+)'`, 'm').exec(
    text,
  )
  const next = imported?.[1] && join(dirname(file), imported[1])
  return next ? placeOf(name, next, kind) : undefined
}

const MEMBER =
  /^ {2}(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2})?(?:readonly )?(\w+)(\??)(?:: ([\s\S]*?)|(\([\s\S]*?))(?=\n {2}(?:\/\*\*|readonly |\w)|\n$)/gm

const membersIn = (body: string): readonly Member[] =>
  Array.from(body.matchAll(MEMBER), ([, comment = '', name = '', optional, type = '', method = '']) => ({
    name,
    isRequired: optional !== '?',
    type: (type || method).replace(/\s+/g, ' ').trim(),
    doc: readDoc(comment),
  }))

/** The doc comment that ends right before a place. */
function docBefore(text: string, at: number): Doc {
  const before = text.slice(0, at)
  const end = before.lastIndexOf('*/')
  const start = before.lastIndexOf('/**')
  return start < 0 || before.slice(end + 2).trim() !== '' ? { text: '' } : readDoc(before.slice(start + 3, end))
}

/** Reads the text between the marks of a doc comment. */
export function readDoc(comment: string): Doc {
  const lines = comment.split('\n').map(line => line.replace(/^\s*\* ?/, '').trimEnd())
  const [text = '', ...tags] = lines
    .join('\n')
    .split(/(?:^|(?<=\s))@(?=default\b|example\b|throws\b|param\b|returns\b|internal\b|remarks\b)/)
  const tag = (name: string): string | undefined =>
    tags
      .find(part => part.startsWith(name))
      ?.slice(name.length)
      .trim()
  const [defaultValue, example, throws] = [tag('default'), tag('example'), tag('throws')]
  return {
    text: text.trim(),
    ...(defaultValue !== undefined && { defaultValue: defaultValue.replace(/\s+/g, ' ') }),
    ...(example !== undefined && { example }),
    ...(throws !== undefined && { throws: throws.replace(/\s+/g, ' ') }),
  }
}

/** The sentence about what a function throws; '' where it says nothing. */
export function throwsText({ throws = '' }: Doc): string {
  const [, error = '', when = ''] = /^(\w+)\s*([\s\S]*?)\.?$/.exec(throws) ?? []
  return error === '' ? '' : `Throws \`${error}\`${when === '' ? '' : ` ${when}`}.`
}
