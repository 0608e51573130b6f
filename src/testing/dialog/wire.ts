/** What a dialogue is played over: a gateway's session or a socket. */
import type { Outcome } from '../../model/decision.ts'

export interface Wire {
  /** The client says a line, without its CRLF. */
  send(bytes: Buffer): Promise<void>
  /** The next reply, line by line; undefined when the server has hung up. */
  receive(): Promise<readonly string[] | undefined>
  /** Replies that were not taken yet. */
  left(): readonly (readonly string[])[]
  end(): Promise<void>
  /** What became of the messages, where that can be known. */
  readonly outcomes?: readonly Outcome[]
}
