/** Haraka's objects, as far as this adapter uses them; nothing of Haraka is loaded. */
import type { Writable } from 'node:stream'

/** Where plugins record their results. */
export interface ResultStore {
  /** Adds the results of one plugin. */
  add(plugin: { readonly name: string }, found: Readonly<Record<string, unknown>>): void
}

/** One path of the envelope. */
export interface Path {
  /** Without angle brackets; absent for the null reverse-path. Before Haraka 3.2 it is a method. */
  readonly address: string | null | undefined | (() => string | null | undefined)
}

/**
 * The address of a path, without angle brackets; '' for the null reverse-path.
 *
 * @throws Error when this Haraka's paths have another form: taken for empty, they would make filters judge another
 * envelope
 */
export function addressOf(path: Path): string {
  const found = typeof path.address === 'function' ? path.address() : path.address
  if (found === undefined || found === null) return ''
  if (typeof found === 'string') return found
  throw new Error(`the address of a path is of type ${typeof found}: a string or a method was expected from Haraka`)
}

/** Haraka's `transaction`. */
export interface HarakaTransaction {
  /** Its name in Haraka's log. */
  readonly uuid?: string
  /** The path of MAIL FROM. */
  readonly mail_from: Path
  /** The accepted recipients. */
  readonly rcpt_to: Path[]
  /** Shared by all plugins. */
  readonly notes: Record<string, unknown>
  /** Results about this transaction. */
  readonly results: ResultStore
  /** The header section. */
  readonly header: {
    /** Every field as it was received, from the top. */
    readonly header_list: string[]
    /** Values by their names in lower case. */
    readonly headers: Readonly<Record<string, string[]>>
    /** The same, with encoded words decoded. */
    readonly headers_decoded: Readonly<Record<string, string[]>>
  }
  /** The whole message. */
  readonly message_stream: { pipe(destination: Writable): unknown }
  /** Adds a field on top. */
  add_leading_header(name: string, value: string): void
  /** Rebuilds the header section after its list of fields has changed. */
  reset_headers(): void
}

/** Haraka's `hmail`: a message in its outbound queue. */
export interface HarakaMail {
  /** How often it could not be delivered. */
  readonly num_failures?: number
  /** What is in the queue file. */
  readonly todo: {
    /** The recipients of this file. */
    readonly rcpt_to: readonly Path[]
    /** The notes of the transaction that brought it. */
    readonly notes?: Readonly<Record<string, unknown>>
  }
}

/** Haraka's `connection`. */
export interface HarakaConnection {
  /** The client. */
  readonly remote: { readonly ip?: string | null | undefined }
  /** The greeting. */
  readonly hello: { readonly host: string | null; readonly verb: string | null }
  /** The TLS session. */
  readonly tls: { readonly enabled: boolean; readonly cipher?: { readonly name?: string; readonly version?: string } }
  /** Shared by all plugins. */
  readonly notes: Readonly<Record<string, unknown>>
  /** Whether the client may send mail to other servers: its mail goes to the outbound queue. */
  readonly relaying?: boolean
  /** Whether the client has sent data before the greeting. */
  readonly early_talker: boolean
  /** Results about this connection. */
  readonly results: ResultStore
  /** The current transaction. */
  readonly transaction: HarakaTransaction | null
}

/** The answers of a hook (haraka-constants). */
export const Answers = {
  deny: 902,
  denySoft: 903,
  denyDisconnect: 904,
  ok: 906,
  denySoftDisconnect: 909,
} as const

/** The answer of a hook; an empty one lets the next plugin decide. */
export type Answer = readonly [code?: number, reply?: unknown]

/** Passes the answer of a hook to Haraka. Without one the next plugin decides. */
export type Next = (code?: number, reply?: unknown) => void
