/** Reads a Start page as steps: files to save, commands to run, and what must be seen after each. */

/** Something that a reader of a page does. */
export type Action =
  | { readonly kind: 'save'; readonly file: string; readonly text: string }
  | { readonly kind: 'run'; readonly commands: readonly string[] }
  | { readonly kind: 'see'; readonly lines: readonly string[] }

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm
/** "Save this as `server.ts`", "Save this message as `invoice.eml`". */
const SAVE = /\bSave this[^`]*`([^`]+)`/g

/** The steps of a page, in its order. A block that is only an example is none. */
export function stepsOf(markdown: string): readonly Action[] {
  const steps: Action[] = []
  let end = 0
  for (const { 1: language = '', 2: text = '', index, 0: block } of markdown.matchAll(FENCE)) {
    const before = markdown.slice(end, index)
    end = index + block.length
    const file = [...before.matchAll(SAVE)].at(-1)?.[1]
    if (file !== undefined) steps.push({ kind: 'save', file, text })
    else if (language === 'sh') steps.push({ kind: 'run', commands: text.trim().split('\n') })
    else if (language === 'text') steps.push({ kind: 'see', lines: text.trimEnd().split('\n') })
  }
  return steps
}

/**
 * The same page for CommonJS: the file of its section takes the place of the first one, and nothing else differs.
 *
 * @throws Error when the page has no section "CommonJS" with a file
 */
export function commonJsOf(markdown: string): readonly Action[] {
  const [page = '', section = ''] = markdown.split(/^## CommonJS$/m)
  const other = stepsOf(section).find(step => step.kind === 'save')
  if (other === undefined) throw new Error('the page has no section "## CommonJS" that says which file to save')
  const steps = stepsOf(page)
  const first = steps.find(step => step.kind === 'save')
  return steps.map(step => {
    if (step === first) return other
    if (step.kind !== 'run' || first?.kind !== 'save') return step
    return { ...step, commands: step.commands.map(command => command.replaceAll(first.file, other.file)) }
  })
}

/** `ref=ESFJRRCX`: another one for each message. */
const REF = /\bref=([0-9A-Z]{8})\b/g
/** Says what this machine has, and not what the page promises. */
const OF_THE_MACHINE = /^clamd /

/** Whether a line of a page stands in an output, and which references stand in place of those of the page. */
export function find(line: string, output: string): ReadonlyMap<string, string> | undefined {
  const wanted = line.trim()
  if (wanted === '' || OF_THE_MACHINE.test(wanted)) return new Map()
  const names = Array.from(wanted.matchAll(REF), ([, ref = '']) => ref)
  const pattern = wanted
    .split(REF)
    .filter((_, index) => index % 2 === 0)
    .map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'))
    .join('ref=([0-9A-Z]{8})')
  const found = new RegExp(pattern).exec(output)
  return found === null ? undefined : new Map(names.map((name, index) => [name, found[index + 1] ?? name]))
}
