/** A quarantine with a releaser and pages, for tests of digests. */

import { digestPages } from '../../src/digest/pages.ts'
import { type Ticket, Tokens } from '../../src/digest/token.ts'
import { senderLists } from '../../src/filters/index.ts'
import type { Action } from '../../src/model/action-event.ts'
import type { Feedback } from '../../src/model/feedback.ts'
import type { Notice } from '../../src/model/services.ts'
import { folderQuarantine, type NewHeldMessage, newReleaser } from '../../src/quarantine/index.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { clock as handClock } from '../../src/testing/index.ts'
import { scratch } from '../support/scratch.ts'

export const BOB = 'bob@example.org'
const SECRET = 'a secret of more than thirty-two characters'

export async function heldWorld() {
  const folder = await scratch()
  const clock = handClock()
  const store = memoryStore({ clock })
  const actions: Action[] = []
  const notices: Notice[] = []
  const delivered: string[] = []
  const trained: Feedback[] = []
  let failure: Error | undefined
  const notify = (notice: Notice) => void notices.push(notice)
  const quarantine = await folderQuarantine({
    ...{ folder: folder.path, clock, notify },
    deliver: async ({ entry }) => {
      if (failure !== undefined) throw failure
      delivered.push(entry.recipient)
    },
  })
  const lists = senderLists({ store, clock })
  const releaser = newReleaser({
    ...{ quarantine, lists, clock, notify },
    record: action => void actions.push(action),
    feedback: async said => void trained.push(said),
  })
  const tokens = new Tokens(SECRET)
  const answer = digestPages({ tokens, quarantine, releaser, store, notify, clock })
  const message = 'From: ann@example.com\r\nSubject: An invoice\r\n\r\nText.\r\n'
  const hold = async (fields: Partial<NewHeldMessage> = {}): Promise<string> => {
    const result = await quarantine.hold({
      ...{ ref: 'K3X9ABCD', transaction: 1, kind: 'spam', ip: '192.0.2.1', reversePath: 'ann@example.com' },
      ...{ recipients: [BOB], from: 'ann@example.com', subject: 'An invoice', score: 7.5 },
      findings: [{ rule: 'wording/pitch', reason: 'an offer', points: 7.5 }],
      authentication: { dmarc: { result: 'pass', domain: 'example.com', policy: 'reject' } },
      content: (async function* () {
        yield Buffer.from(message)
      })(),
      size: message.length,
      ...fields,
    })
    if (result.kind !== 'held') throw new Error(result.reason)
    return result.message.id
  }
  const ticket = (id: string, fields: Partial<Ticket> = {}): Ticket => ({
    ...{ id, recipient: BOB, action: 'release', role: 'user', by: BOB, language: 'en' },
    expires: clock.now() + 86_400_000,
    ...fields,
  })
  const tokenOf = (id: string, fields: Partial<Ticket> = {}) => tokens.issue(ticket(id, fields))
  return {
    ...{
      clock,
      store,
      actions,
      notices,
      delivered,
      trained,
      quarantine,
      lists,
      releaser,
      tokens,
      answer,
      hold,
      tokenOf,
    },
    fail: (error: Error | undefined) => {
      failure = error
    },
    request: async (method: string, token: string, body?: string, headers: Record<string, string> = {}) =>
      await answer(
        new Request(`https://mx.example.org/d/${token}`, { method, headers, ...(body !== undefined && { body }) }),
      ),
    post: async (token: string) =>
      await answer(new Request('https://mx.example.org/d/', { method: 'POST', body: new URLSearchParams({ token }) })),
    stateOf: async (id: string) => (await quarantine.get(id))?.recipients[0]?.state,
    async [Symbol.asyncDispose]() {
      await releaser.close()
      await quarantine.close()
      await folder.remove()
    },
  }
}
