/**
 * The states of an SMTP session, and which command each state allows (RFC 5321 §4.1.4): the whole table in one place.
 */

/**
 * - `greeting`: connected, HELO or EHLO has not been accepted yet.
 * - `ready`: greeted, outside a transaction.
 * - `mail`: MAIL was accepted, no recipient yet.
 * - `rcpt`: at least one recipient was accepted.
 * - `chunks`: BDAT has begun, its last chunk has not arrived yet (RFC 3030).
 */
export type State = 'greeting' | 'ready' | 'mail' | 'rcpt' | 'chunks'

export type Verb =
  | 'HELO'
  | 'EHLO'
  | 'LHLO'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'BDAT'
  | 'RSET'
  | 'NOOP'
  | 'QUIT'
  | 'VRFY'
  | 'EXPN'
  | 'HELP'
  | 'STARTTLS'
  | 'XCLIENT'
  | 'AUTH'
  | 'ETRN'
  | 'TURN'

interface Rule {
  /** The states in which the command is obeyed; in others the client gets 503. */
  readonly states: readonly State[]
  /**
   * The command ends a pipelined group (RFC 2920 §3.1): the client must wait for the reply, and what was sent behind
   * the command is not executed.
   */
  readonly endsGroup: boolean
  /** The command brings a transaction forward. Others count as junk beyond a limit. */
  readonly advances: boolean
}

const ANY: readonly State[] = ['greeting', 'ready', 'mail', 'rcpt', 'chunks']
const GREETED: readonly State[] = ['ready', 'mail', 'rcpt']

const rule = (states: readonly State[], flags: Partial<Omit<Rule, 'states'>> = {}): Rule => ({
  states,
  endsGroup: flags.endsGroup ?? false,
  advances: flags.advances ?? false,
})

/**
 * RFC 5321 §4.1.4: HELO and EHLO may come again and end a transaction; RSET, NOOP, HELP, VRFY, EXPN and QUIT may come
 * at any time. RFC 3030 §2: between two chunks only BDAT, RSET and QUIT make sense.
 */
export const rules: Readonly<Record<Verb, Rule>> = {
  HELO: rule(ANY, { endsGroup: true }),
  EHLO: rule(ANY, { endsGroup: true }),
  LHLO: rule(ANY, { endsGroup: true }),
  MAIL: rule(['ready'], { advances: true }),
  RCPT: rule(['mail', 'rcpt'], { advances: true }),
  DATA: rule(['rcpt'], { endsGroup: true, advances: true }),
  BDAT: rule(['rcpt', 'chunks'], { advances: true }),
  RSET: rule(ANY),
  NOOP: rule(ANY),
  QUIT: rule(ANY, { advances: true }),
  VRFY: rule(ANY),
  EXPN: rule(ANY),
  HELP: rule(ANY),
  STARTTLS: rule(['ready'], { endsGroup: true, advances: true }),
  XCLIENT: rule(['greeting', 'ready'], { endsGroup: true }),
  AUTH: rule(GREETED),
  ETRN: rule(GREETED),
  TURN: rule(GREETED),
}

export const isVerb = (word: string): word is Verb => Object.hasOwn(rules, word)
