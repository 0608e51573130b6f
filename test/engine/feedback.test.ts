/** What people say about messages reaches the filters that learn. */
import { Readable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { author, dkim, identities } from '../../src/facts/index.ts'
import { type Feedback, type Filter, PosternError, postern } from '../../src/index.ts'
import { clock } from '../../src/testing/clock.ts'
import { zone } from '../../src/testing/zone.ts'
import type { SentMail, TrainingExample } from '../../src/types.ts'

const gatewayOf = (...filters: readonly Filter[]) => postern({ filters, dns: zone({}), limits: { size: '1kb' } })
const unknown = (ref: string) =>
  new PosternError([{ path: 'ref', found: ref, expected: 'the reference of a message', remedy: 'look it up' }])
const spam: Feedback = { ref: '7K2Q9F0D', label: 'spam', by: 'user:alice' }

test('a filter that learns receives the label, the reporter, and whether the report is withdrawn', async () => {
  const examples: Omit<TrainingExample, 'services'>[] = []
  const gateway = gatewayOf({
    name: 'pupil',
    onFeedback: ({ services, ...example }) => {
      expect(services).toBe(gateway.services)
      examples.push(example)
    },
  })
  await gateway.feedback(spam)
  await gateway.feedback({ ...spam, label: 'ham', undo: true })
  await gateway.feedback({ ...spam, imported: true })
  expect(examples).toEqual([
    { label: 'spam', by: 'user:alice', undo: false, ref: '7K2Q9F0D' },
    { label: 'ham', by: 'user:alice', undo: true, ref: '7K2Q9F0D' },
    { label: 'spam', by: 'user:alice', undo: false, ref: '7K2Q9F0D', imported: true },
  ])
})

describe('a message that is given as bytes', () => {
  const bytes = Buffer.from('From: Alice <alice@example.org>\nSubject: Hello\n\nline\n')

  test('a stream that does not come to its end is given up after a minute', async () => {
    const hand = clock()
    const gateway = postern({ filters: [{ name: 'pupil', onFeedback: () => undefined }], dns: zone({}), clock: hand })
    const content = new Readable({ read: () => undefined })
    content.push('From: Alice <alice@example.org>\r\n')
    const told = gateway.feedback({ message: content, label: 'ham', by: 'trap' })
    const outcome = expect(told).rejects.toThrow('the message could not be read to its end')
    await hand.advance(60_000)
    await outcome
    expect(content.destroyed).toBe(true)
  })

  test.for([
    ['a buffer', () => bytes],
    ['a stream', () => Readable.from([bytes.subarray(0, 7), bytes.subarray(7)])],
  ] as const)('%s can be read again and again, and asked for facts', async ([, made]) => {
    const seen: unknown[] = []
    const gateway = gatewayOf({
      name: 'pupil',
      onFeedback: async ({ message }) => {
        if (message === undefined) throw new Error('there is no message')
        for (const _ of [1, 2]) {
          const parts: Buffer[] = []
          for await (const part of message.open()) parts.push(part)
          seen.push(Buffer.concat(parts).toString())
        }
        seen.push(await message.ask(author), (await message.ask(dkim)).result, await message.ask(identities))
      },
    })
    await gateway.feedback({ message: made(), label: 'ham', by: 'trap' })
    const whole = 'From: Alice <alice@example.org>\r\nSubject: Hello\r\n\r\nline\r\n'
    const alice = { kind: 'clear', display: 'Alice', local: 'alice', domain: 'example.org' }
    expect(seen).toEqual([...[whole, whole], { ...alice, address: 'alice@example.org' }, 'none', { dkim: [] }])
  })

  test('that the gateway would not have taken is refused in words', async () => {
    const learn = vi.fn()
    const said = gatewayOf({ name: 'pupil', onFeedback: learn }).feedback({
      message: Buffer.alloc(2_000, 'x'),
      label: 'ham',
      by: 'a',
    })
    await expect(said).rejects.toThrow('message: found "too-large", expected at most 1024 bytes')
    expect(learn).not.toHaveBeenCalled()
  })

  test('whose stream breaks off trains no filter', async () => {
    const learn = vi.fn()
    async function* broken() {
      yield bytes
      throw new Error('the disk is gone')
    }
    const message = Readable.from(broken())
    await expect(
      gatewayOf({ name: 'pupil', onFeedback: learn }).feedback({ message, label: 'ham', by: 'a' }),
    ).rejects.toThrow('the message could not be read to its end')
    expect(learn).not.toHaveBeenCalled()
  })
})

describe('when filters do not learn', () => {
  const knows: Filter = { name: 'knows', onFeedback: () => undefined }
  const forgot: Filter = {
    name: 'forgot',
    onFeedback: ({ ref = '' }) => {
      throw unknown(ref)
    },
  }

  test('a message that one of them knows is enough', async () => {
    await expect(gatewayOf(knows, forgot).feedback(spam)).resolves.toBeUndefined()
  })

  test('a message that none of them knows is a mistake, told in their words', async () => {
    const said = gatewayOf(forgot, { ...forgot, name: 'forgot-too' }).feedback(spam)
    await expect(said).rejects.toThrow(PosternError)
    await expect(said).rejects.toThrow('ref: found "7K2Q9F0D", expected the reference of a message; look it up')
  })

  test('a filter that cannot learn for now fails the call even where others could', async () => {
    const away: Filter = { name: 'away', onFeedback: () => Promise.reject(new Error('the store is away')) }
    await expect(gatewayOf(knows, away, forgot).feedback(spam)).rejects.toThrow('the store is away')
  })

  test('a filter that never settles is named after a minute', async () => {
    const hand = clock()
    const stuck: Filter = { name: 'stuck', onFeedback: () => new Promise<never>(() => undefined) }
    const said = postern({ filters: [stuck], dns: zone({}), clock: hand }).feedback(spam)
    const rejected = expect(said).rejects.toThrow('stuck did not learn within 60000 ms')
    await hand.advance(60_000)
    await rejected
  })
})

test.for([
  ['no filter learns', [], spam, 'filters: found "none that learns"'],
  ['there is no such label', undefined, { ...spam, label: 'junk' }, "label: found \"junk\", expected 'ham' or 'spam'"],
  ['a reporter without a name', undefined, { ...spam, by: '' }, 'by: found "", expected a name of 1 to 320 characters'],
  ['the message is not named', undefined, { label: 'ham', by: 'a' }, 'ref: found "neither ref nor message"'],
  ['the reference is none', undefined, { ...spam, ref: '../etc' }, 'ref: found "../etc", expected up to 32 letters'],
  [
    'the recipient is too long',
    undefined,
    { ...spam, recipient: `${'a'.repeat(320)}@example.org` },
    'expected an address of at most 320 characters; name the recipient, or leave it out',
  ],
] as const)('%s: that is a mistake of the caller, explained', async ([, filters, said, words]) => {
  const gateway = gatewayOf(...(filters ?? [{ name: 'pupil', onFeedback: () => undefined }]))
  await expect(gateway.feedback(said as Feedback)).rejects.toThrow(words)
})

test.for([
  ['the addresses are missing', { to: 'bob@example.com' }, 'recordSent: found', "write { from: '…', to: ['…'] }"],
  ['no filter remembers them', { from: '', to: [] }, 'filters: found "none that remembers"', 'add knownSender()'],
] as const)('mail that was sent is not recorded where %s', async ([, mail, ...words]) => {
  const said = gatewayOf({ name: 'pupil' }).recordSent(mail as SentMail)
  for (const word of words) await expect(said).rejects.toThrow(word)
})
