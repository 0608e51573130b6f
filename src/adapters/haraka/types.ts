/** Haraka's own objects, as far as this adapter looks at them; nothing of Haraka is loaded. */
import type { Writable } from 'node:stream'

/** Where plugins write down what they found. */
export interface ResultStore {
  add(plugin: { readonly name: string }, found: Readonly<Record<string, unknown>>): void
}

/** One path of the envelope. The null reverse-path has no address. Before Haraka 3.2 the address is a method. */
export interface Path {
  readonly address: string | null | undefined | (() => string | null | undefined)
}

/**
 * The address of a path, without angle brackets; '' for the null reverse-path.
 *
 * @throws Error when this Haraka's paths are of another form: to take them for empty would judge other mail than it has
 */
export function addressOf(path: Path): string {
  const found = typeof path.address === 'function' ? path.address() : path.address
  if (found === undefined || found === null) return ''
  if (typeof found === 'string') return found
  throw new Error(`Haraka gave a path whose address is of type ${typeof found}; a text or a method was expected`)
}

export interface HarakaTransaction {
  readonly mail_from: Path
  readonly rcpt_to: Path[]
  readonly notes: Record<string, unknown>
  readonly results: ResultStore
  readonly header: {
    /** Every field as it is written, from the top. */
    readonly header_list: string[]
    /** Values by their names in lower case. */
    readonly headers: Readonly<Record<string, string[]>>
    readonly headers_decoded: Readonly<Record<string, string[]>>
  }
  readonly message_stream: { pipe(destination: Writable): unknown }
  add_leading_header(name: string, value: string): void
  /** The list of fields was changed. */
  reset_headers(): void
}

export interface HarakaConnection {
  readonly remote: { readonly ip?: string | null | undefined }
  readonly hello: { readonly host: string | null; readonly verb: string | null }
  readonly tls: { readonly enabled: boolean; readonly cipher?: { readonly name?: string; readonly version?: string } }
  readonly notes: Readonly<Record<string, unknown>>
  readonly early_talker: boolean
  readonly results: ResultStore
  readonly transaction: HarakaTransaction | null
}

/** What a hook may answer (haraka-constants). */
export const Answers = {
  deny: 902,
  denySoft: 903,
  denyDisconnect: 904,
  ok: 906,
  denySoftDisconnect: 909,
} as const

export type Answer = readonly [code?: number, reply?: unknown]

/** How a hook answers; nothing means: whoever comes next may decide. */
export type Next = (code?: number, reply?: unknown) => void
