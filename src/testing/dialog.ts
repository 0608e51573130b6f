/** Plays an SMTP dialogue that is written as text, against a gateway or against a listening server. */

import type { Gateway } from '../engine/gateway.ts'
import type { Outcome } from '../model/decision.ts'
import { bytesOf, type Line, matches, readScript, type Script } from './dialog/script.ts'
import { overSession } from './dialog/session.ts'
import { type Listening, overSocket } from './dialog/socket.ts'
import type { Wire } from './dialog/wire.ts'

export { type Line, readScript, type Script } from './dialog/script.ts'
export type { Listening } from './dialog/socket.ts'

/** How a dialogue went. */
export interface Played {
  /** Every line of both sides, as `C: …` and `S: …`. */
  readonly transcript: readonly string[]
  /** The outcome of each message; empty for a listening server. */
  readonly outcomes: readonly Outcome[]
}

/**
 * Plays `text` and compares the server's replies with its `S:` lines. A reply of several lines may have several `S:`
 * lines, all but the last as `S: 250-…`; each must be among the lines of the reply. See `readScript` for the options
 * above the dialogue and `*` in `S:` lines. In `C:` lines `\x00` is a byte; after an accepted `STARTTLS` the dialogue
 * goes on in TLS.
 *
 * @throws Error with the number of the line, the expected and the found reply, and the dialogue so far
 * @example
 * await dialog(gateway, `
 * ip: 192.0.2.1
 * zone: 1.2.0.192.bl.example.org A 127.0.0.2
 * S: 220 *
 * C: EHLO mx.example.org
 * S: 250 *
 * C: MAIL FROM:<alice@example.org>
 * S: 550 5.7.1 *
 * `)
 */
export async function dialog(target: Gateway | Listening, text: string): Promise<Played> {
  const script = readScript(text)
  const wire = await open(target, script)
  const transcript: string[] = []
  const fail = (number: number, expected: string, found: string): never => {
    const before = transcript.map(line => `    ${line}`).join('\n')
    throw new Error(`line ${number}: expected\n    ${expected}\nfound\n    ${found}\nthe dialogue so far:\n${before}`)
  }
  try {
    for (const { number, by, expected } of turns(script.lines)) {
      const [last = ''] = expected.slice(-1)
      if (by === 'client') {
        transcript.push(`C: ${last}`)
        await wire.send(bytesOf(last))
        continue
      }
      const reply = await wire.receive()
      const found = reply === undefined ? ['S: (closed)'] : reply.map(line => `S: ${line}`)
      const wrong = expected.find(line => !matches(line, reply))
      if (wrong !== undefined) fail(number, `S: ${wrong}`, found.join('\n    '))
      transcript.push(...found)
    }
    const [unread] = wire.left()
    if (unread) fail(script.lines.at(-1)?.number ?? 0, 'nothing more', `S: ${unread.join('\n    S: ')}`)
    return { transcript, outcomes: wire.outcomes ?? [] }
  } finally {
    await wire.end()
  }
}

const open = (target: Gateway | Listening, script: Script): Promise<Wire> =>
  'port' in target ? overSocket(target, script) : overSession(target, script)

interface Turn {
  readonly number: number
  readonly by: Line['by']
  readonly expected: readonly string[]
}

/** Joins the `S: 250-…` lines of one reply with its last line. */
function turns(lines: readonly Line[]): readonly Turn[] {
  const found: Turn[] = []
  let begun: readonly string[] = []
  for (const { number, by, text } of lines) {
    if (by === 'server' && /^\d{3}-/.test(text)) {
      begun = [...begun, text]
      continue
    }
    found.push({ number, by, expected: by === 'server' ? [...begun, text] : [text] })
    begun = []
  }
  return found
}
