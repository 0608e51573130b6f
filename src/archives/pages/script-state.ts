/** What the reader of scripts keeps: open brackets, the constant at hand, and variables. */
import type { ScriptFindings } from './script-findings.ts'
import { LENGTHS } from './script-names.ts'
import { combined, type Value } from './script-values.ts'

/** Kinds of brackets. */
export const [PAREN, CALL, LIST, MEMBER, BLOCK] = [0, 1, 2, 3, 4]
const MAX_VARIABLES = 4000

/** An open bracket. */
export interface Frame {
  readonly kind: number
  /** What is called. */
  readonly callee: string
  readonly items: (Value | undefined)[]
  readonly outer: Pending
  /** The function around it. */
  readonly inside: string
}

/** The constant that is being put together, and what will become of it. */
interface Pending {
  value: Value | undefined
  /** From how many constants it is made. */
  pieces: number
  operator: number
  /** A name stands where the next constant is expected. */
  held: boolean
  assigned: string
  appends: boolean
  /** Whether a property is assigned. */
  toMember: boolean
  toLocation: boolean
}

export const nothing = (): Pending => ({
  value: undefined,
  pieces: 0,
  operator: 0,
  held: false,
  assigned: '',
  appends: false,
  toMember: false,
  toLocation: false,
})

/** Variables that hold a constant, as far as a pass without scopes can tell. */
export class Variables {
  readonly #found: ScriptFindings
  readonly #values = new Map<string, Value>()
  readonly #lengths = LENGTHS.slice()

  constructor(found: ScriptFindings) {
    this.#found = found
  }

  get(name: string): Value | undefined {
    return this.#values.get(name)
  }

  /** Forgets the value of a variable that gets another one. */
  delete(name: string): void {
    const value = this.#values.get(name)
    if (value === undefined) return
    this.#found.use(value, 1, '')
    this.#values.delete(name)
  }

  /** Whether a name with this first letter and length is a variable, or a name that is looked for. */
  mayHave(first: number, length: number): boolean {
    return ((this.#lengths[first] ?? 0) & (1 << Math.min(31, length))) !== 0
  }

  assign(name: string, value: Value, appends: boolean): void {
    const known = appends ? this.#values.get(name) : undefined
    const next = known === undefined ? value : combined(known, 43, value)
    if (known === undefined && this.#values.size >= MAX_VARIABLES) this.#found.use(value, 1, '')
    else if (next !== undefined) this.#set(name, next)
  }

  /** A template with the variables and texts that stand alone in its holes. */
  fill(template: string): string {
    return template.replace(HOLE, (hole, name?: string, quoted?: string, single?: string) => {
      const value = name === undefined ? (quoted ?? single) : this.#values.get(name)
      return typeof value === 'string' && value.length < MAX_FILLED ? value : hole
    })
  }

  /** At the end of the script. */
  end(): void {
    for (const value of this.#values.values()) this.#found.use(value, 2, '')
    this.#values.clear()
  }

  #set(name: string, value: Value): void {
    this.#values.set(name, value)
    const first = name.charCodeAt(0)
    if (first < 128) this.#lengths[first] = (this.#lengths[first] ?? 0) | (1 << Math.min(31, name.length))
  }
}

/** Characters of a variable that stand in a template. */
const MAX_FILLED = 4096
const HOLE = /\$\{\s{0,8}(?:([A-Za-z_$][\w$]{0,63})|"([^"\\\n]{0,64})"|'([^'\\\n]{0,64})')\s{0,8}\}/g
