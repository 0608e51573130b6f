/** What the reader of scripts keeps: open brackets, the constant at hand, and variables. */
import type { ScriptFindings } from './script-findings.ts'
import { LENGTHS } from './script-names.ts'
import { combined, listOf, type Value } from './script-values.ts'

/** Kinds of brackets. */
export const [PAREN, CALL, LIST, MEMBER, BLOCK] = [0, 1, 2, 3, 4]
const MAX_VARIABLES = 4000

/** The constant that brackets stand for; undefined where they hold something else. */
export function resultOf(frame: Frame, found: ScriptFindings, inside: string): Value | undefined {
  const { kind, callee, items } = frame
  if (kind === CALL) return callee === '' ? undefined : found.call(callee, items, inside)
  if (items.length === 0) return undefined
  if (kind === PAREN) return items.length === 1 ? items[0] : undefined
  const list = listOf(items)
  if (list === undefined) for (const item of items) if (item !== undefined) found.use(item, 1, '')
  return list
}

/** The constant that is being put together, and what will become of it. */
class Pending {
  value: Value | undefined = undefined
  /** From how many constants it is made. */
  pieces = 0
  /** The operator after it, by its character code, or 0. */
  operator = 0
  /** A name stands where the next constant is expected. */
  held = false
  /** The variable or property that it is assigned to, or ''. */
  assigned = ''
  appends = false
  toMember = false
  toLocation = false

  assign(name: string, appends: boolean, toMember: boolean, toLocation: boolean): void {
    this.assigned = name
    this.appends = appends
    this.toMember = toMember
    this.toLocation = toLocation
  }

  combine(value: Value, pieces: number): void {
    this.value = this.value === undefined ? undefined : combined(this.value, this.operator, value)
    this.pieces += pieces
  }

  /** @param ends whether what was assigned is complete */
  clear(ends: boolean): void {
    this.value = undefined
    this.pieces = this.operator = 0
    this.held = false
    if (!ends) return
    this.assigned = ''
    this.toLocation = this.toMember = this.appends = false
  }
}

/** An open bracket. Those of one depth share one object, since there are hundreds of thousands of brackets. */
export class Frame {
  kind = 0
  /** What is called. */
  callee = ''
  /** The function around it. */
  inside = ''
  /** `location` is among the names before it. */
  location = false
  readonly items: (Value | undefined)[] = []
  readonly pending = new Pending()

  open(kind: number, callee: string, inside: string, location: boolean): void {
    this.kind = kind
    this.callee = callee
    this.inside = inside
    this.location = location
    if (this.items.length > 0) this.items.length = 0
    this.pending.clear(true)
  }
}

interface Variable {
  readonly value: Value
  readonly pieces: number
}

/** Variables that hold a constant, as far as a pass without scopes can tell. */
export class Variables {
  readonly #found: ScriptFindings
  readonly #values = new Map<string, Variable>()
  readonly #lengths = LENGTHS.slice()

  constructor(found: ScriptFindings) {
    this.#found = found
  }

  get(name: string): Variable | undefined {
    return this.#values.get(name)
  }

  /** Forgets the value of a variable that gets another one. */
  delete(name: string): void {
    const known = this.#values.get(name)
    if (known === undefined) return
    this.#found.use(known.value, known.pieces, '')
    this.#values.delete(name)
  }

  /** Whether a name with this first letter and length is a variable, or a name that is looked for. */
  mayHave(first: number, length: number): boolean {
    return ((this.#lengths[first] ?? 0) & (1 << Math.min(31, length))) !== 0
  }

  assign(name: string, value: Value, pieces: number, appends: boolean): void {
    const known = appends ? this.#values.get(name) : undefined
    const next = known === undefined ? value : combined(known.value, 43, value)
    if (known === undefined && this.#values.size >= MAX_VARIABLES) this.#found.use(value, pieces, '')
    else if (next !== undefined) this.#set(name, { value: next, pieces: pieces + (known?.pieces ?? 0) })
  }

  /** A template with the variables and texts that stand alone in its holes. */
  fill(template: string): string {
    if (template.length > 16 * MAX_FILLED) return template
    return template.replace(HOLE, (hole, name?: string, quoted?: string, single?: string) => {
      const value = name === undefined ? (quoted ?? single) : this.#values.get(name)?.value
      return typeof value === 'string' && value.length < MAX_FILLED ? value : hole
    })
  }

  /** At the end of the script. */
  end(): void {
    for (const { value, pieces } of this.#values.values()) this.#found.use(value, pieces, '')
    this.#values.clear()
  }

  #set(name: string, variable: Variable): void {
    this.#values.set(name, variable)
    const first = name.charCodeAt(0)
    if (first < 128) this.#lengths[first] = (this.#lengths[first] ?? 0) | (1 << Math.min(31, name.length))
  }
}

/** Characters of a variable that stand in a template. */
const MAX_FILLED = 4096
const HOLE = /\$\{\s{0,8}(?:([A-Za-z_$][\w$]{0,63})|"([^"\\\n]{0,64})"|'([^'\\\n]{0,64})')\s{0,8}\}/g
