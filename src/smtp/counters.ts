/** What a client has sent that led nowhere, and when it last sent something useful. */
import type { RunningTime } from '../model/running-time.ts'
import type { Limits } from './limits.ts'
import { Pace } from './pace.ts'
import { type ReplyLine, replies } from './replies.ts'
import { rules, type Verb } from './states.ts'

/** Once after the banner and once after STARTTLS; each further greeting is junk. */
const FREE_GREETINGS = 2
/** RFC 5321 §4.5.3.1.10 has an honest client go on after 452; beyond so many times the limit it is a flood. */
const SURPLUS_FACTOR = 10

export class Counters {
  readonly #limits: Limits
  readonly #time: RunningTime
  #junk = 0
  #errors = 0
  #surplus = 0
  #greetings = 0
  /** The command whose reply is next is a useful one. */
  #isAdvancing = false
  /** When a useful command was last obeyed, in running time. */
  progress: number
  readonly pace: Pace

  constructor(limits: Limits, time: RunningTime) {
    this.#limits = limits
    this.#time = time
    this.progress = time.now()
    this.pace = new Pace(this.progress)
  }

  /**
   * A command has arrived; undefined stands for a command that does not exist. Returns why the client is hung up on.
   */
  command(verb: Verb | undefined): ReplyLine | undefined {
    const isGreeting = verb === 'HELO' || verb === 'EHLO' || verb === 'LHLO'
    if (isGreeting) this.#greetings += 1
    this.#isAdvancing =
      verb !== undefined && (rules[verb].advances || (isGreeting && this.#greetings <= FREE_GREETINGS))
    if (!this.#isAdvancing) this.#junk += 1
    return this.#junk > this.#limits.junk ? replies.tooManyCommands : undefined
  }

  /** A reply is given. Returns why the client is hung up on after it. */
  reply(code: number): ReplyLine | undefined {
    if (code < 400) {
      if (this.#isAdvancing) {
        this.progress = this.#time.now()
        this.pace.commandObeyed(this.progress)
      }
      this.#isAdvancing = false
      return undefined
    }
    if (code >= 500) this.#errors += 1
    if (code === 452) this.#surplus += 1
    if (this.#errors >= this.#limits.errors) return replies.tooManyErrors
    return this.#surplus > this.#limits.recipients * SURPLUS_FACTOR ? replies.tooManySurplusRecipients : undefined
  }

  /** So many bytes of a message have arrived. */
  received(bytes: number): void {
    this.pace.received(bytes, this.#time.now())
  }

  /** A message is over. A delivered message makes up for what came before it. */
  messageOver(isDelivered: boolean): void {
    this.progress = this.#time.now()
    this.pace.messageOver(this.progress)
    if (!isDelivered) return
    this.#junk = 0
    this.#errors = 0
    this.#surplus = 0
  }

  /** Nothing was sent yet that SMTP knows: this may be a client of another protocol. */
  get isUngreeted(): boolean {
    return this.#greetings === 0
  }
}
