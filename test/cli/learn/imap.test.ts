/** An IMAP mailbox, with a client that answers as imapflow does. */
import { expect, test } from 'vitest'
import { type ImapClient, ImapMailbox, type ImapPackage } from '../../../src/cli/learn/imap.ts'

interface Folder {
  readonly path: string
  readonly specialUse?: string
  readonly flags?: ReadonlySet<string>
  uidValidity: bigint
  readonly mail: { readonly uid: number; readonly size?: number; readonly text: string }[]
}

/** A server in memory that notes what it is asked. */
function server(folders: readonly Folder[]) {
  const asked: string[] = []
  const options: Record<string, unknown>[] = []
  let open: Folder | undefined
  let onError: (error: Error) => void = () => undefined
  class ImapFlow implements ImapClient {
    constructor(given: object) {
      options.push(given as Record<string, unknown>)
    }
    readonly connect = async () => void asked.push('connect')
    readonly logout = async () => void asked.push('logout')
    readonly close = () => void asked.push('close')
    readonly list = async () =>
      folders.map(({ path, specialUse, flags, mail }) => ({
        ...{ path, delimiter: '/', status: { messages: mail.length } },
        ...(specialUse !== undefined && { specialUse }),
        ...(flags && { flags }),
      }))
    readonly getMailboxLock = async (path: string, how: { readonly readOnly: true }) => {
      if (open !== undefined) throw new Error(`${open.path} is locked`)
      open = folders.find(folder => folder.path === path)
      asked.push(`lock ${path} ${how.readOnly}`)
      return {
        release: () => {
          open = undefined
        },
      }
    }
    get mailbox() {
      return open === undefined ? false : ({ uidValidity: open.uidValidity, exists: open.mail.length } as const)
    }
    async *fetch(range: string, query: object) {
      const mail = open?.mail ?? []
      const [from = '', to] = range.split(':')
      const last = mail.at(-1)?.uid ?? 0
      const found =
        to === '*'
          ? mail.filter(({ uid }) => uid >= Math.min(Number(from), last))
          : mail.filter(({ uid }) => range.split(',').includes(String(uid)))
      if ('source' in query) asked.push(`source ${found.length}`)
      // A server may answer in any order.
      for (const { uid, size = 100, text } of found.toReversed())
        yield 'source' in query ? { uid, source: Buffer.from(text) } : { uid, size }
    }
    on(_event: 'error', listener: (error: Error) => void) {
      onError = listener
    }
  }
  const load = async (): Promise<ImapPackage> => ({ ImapFlow })
  return { load, asked, options, fail: (error: Error) => onError(error) }
}

const box = (path: string, count: number, more: Partial<Folder> = {}): Folder => ({
  path,
  uidValidity: 7n,
  mail: Array.from({ length: count }, (_, index) => ({ uid: index * 2 + 1, text: `${path} ${index}` })),
  ...more,
})

async function textsOf(mailbox: ImapMailbox, name: string, after?: string) {
  const source = (await mailbox.sources(new Set())).find(one => one.name.endsWith(`/${name}`))
  const found: { text: string; position: string; size: number }[] = []
  for await (const { bytes, position, size } of source?.messages(after) ?? [])
    found.push({ text: bytes.toString(), position, size })
  return found
}

test('folders are distinguished by their use, then by their names; what cannot be opened or is empty is left out', async () => {
  const { load } = server([
    box('INBOX', 1),
    box('Werbemüll', 1, { specialUse: '\\Junk' }),
    box('Spam', 1),
    box('Verschickt', 1, { specialUse: '\\Sent' }),
    box('[Gmail]', 1, { flags: new Set(['\\Noselect']) }),
    box('[Gmail]/All', 1, { specialUse: '\\All' }),
    box('Empty', 0),
  ])
  const mailbox = await ImapMailbox.open('imaps://bob@mail.example.org', 'secret', load)
  const sources = await mailbox.sources(new Set())
  expect(sources.map(({ name, label }) => [name, label])).toEqual([
    ['imaps://bob@mail.example.org/INBOX', 'ham'],
    ['imaps://bob@mail.example.org/Werbemüll', 'spam'],
    ['imaps://bob@mail.example.org/Spam', 'spam'],
  ])
})

test('messages are read in the order of their UIDs, in batches, and from a position on', async () => {
  const { load, asked } = server([box('INBOX', 250)])
  const mailbox = await ImapMailbox.open('imaps://bob@mail.example.org', 'secret', load)
  const all = await textsOf(mailbox, 'INBOX')
  expect(all.map(({ text }) => text)).toEqual(Array.from({ length: 250 }, (_, index) => `INBOX ${index}`))
  expect(asked.filter(line => line.startsWith('source'))).toEqual(['source 100', 'source 100', 'source 50'])
  expect(asked.every(line => !line.startsWith('lock') || line.endsWith('true'))).toBe(true)
  const rest = await textsOf(mailbox, 'INBOX', all[247]?.position)
  expect(rest.map(({ text, size }) => [text, size])).toEqual([
    ['INBOX 248', 249],
    ['INBOX 249', 1],
  ])
  expect(await textsOf(mailbox, 'INBOX', all[249]?.position)).toEqual([])
})

test('a folder whose numbers were given anew is read from its beginning', async () => {
  const { load } = server([box('INBOX', 3, { uidValidity: 8n })])
  const mailbox = await ImapMailbox.open('imaps://bob@mail.example.org', 'secret', load)
  expect(await textsOf(mailbox, 'INBOX', '7:3')).toHaveLength(3)
  expect(await textsOf(mailbox, 'INBOX', '8:3')).toHaveLength(1)
})

test('a batch is bounded in bytes, and a message that is too large is left out', async () => {
  const mail = [5, 5, 26, 1].map((megabytes, index) => ({
    uid: index + 1,
    size: megabytes * 1024 * 1024,
    text: `${index}`,
  }))
  const { load, asked } = server([box('INBOX', 0, { mail })])
  const mailbox = await ImapMailbox.open('imaps://bob@mail.example.org', 'secret', load)
  expect((await textsOf(mailbox, 'INBOX')).map(({ text }) => text)).toEqual(['0', '1', '3'])
  expect(asked.filter(line => line.startsWith('source'))).toEqual(['source 1', 'source 2'])
})

test('a message that is larger than the server has said is left out', async () => {
  const mail = [
    { uid: 1, text: 'one' },
    { uid: 2, text: 'a'.repeat(25 * 1024 * 1024 + 1) },
  ]
  const { load } = server([box('INBOX', 0, { mail })])
  const mailbox = await ImapMailbox.open('imaps://bob@mail.example.org', 'secret', load)
  expect((await textsOf(mailbox, 'INBOX')).map(({ text }) => text)).toEqual(['one'])
})

test('a connection that breaks ends the run with its reason', async () => {
  const { load, fail } = server([box('INBOX', 1)])
  const mailbox = await ImapMailbox.open('imaps://bob@mail.example.org', 'secret', load)
  fail(new Error('the server has closed the connection'))
  await expect(textsOf(mailbox, 'INBOX')).rejects.toThrow(
    'imaps://bob@mail.example.org/INBOX cannot be read: the server has closed the connection',
  )
})

test.for<[string, object]>([
  ['imaps://bob@mail.example.org', { host: 'mail.example.org', port: 993, secure: true }],
  ['imap://bob@mail.example.org', { host: 'mail.example.org', port: 143, secure: false, doSTARTTLS: true }],
  ['imap://bob@127.0.0.1:2143', { host: '127.0.0.1', port: 2143, secure: false }],
  ['imap://bob@[::1]', { host: '::1', port: 143, secure: false }],
  ['imap://bob@127.0.0.1.example.org', { port: 143, secure: false, doSTARTTLS: true }],
])('%s: the password is sent only where it is encrypted, or stays on this machine', async ([url, expected]) => {
  const { load, options } = server([])
  await ImapMailbox.open(url, 'secret', load)
  expect(options[0]).toMatchObject({ ...expected, auth: { user: 'bob', pass: 'secret' } })
  expect('doSTARTTLS' in (options[0] ?? {})).toBe('doSTARTTLS' in expected)
})

test('user and password of the URL are decoded, and stand in no name', async () => {
  const { load, options } = server([box('INBOX', 1)])
  const mailbox = await ImapMailbox.open('imaps://bob%40example.org:p%40ss@mail.example.org', undefined, load)
  expect(options[0]?.auth).toEqual({ user: 'bob@example.org', pass: 'p@ss' })
  expect((await mailbox.sources(new Set())).map(({ name }) => name)).toEqual([
    'imaps://bob@example.org@mail.example.org/INBOX',
  ])
})

test.for([
  ['imaps://mail.example.org', 'secret', 'write the user before the @'],
  ['imaps://', 'secret', 'write the user before the @'],
  ['imaps://bob@mail.example.org', undefined, 'set POSTERN_IMAP_PASSWORD'],
] as const)('%s with the password %s is refused: %s', async ([url, password, words]) => {
  const { load } = server([])
  const error = await ImapMailbox.open(url, password, load).catch((cause: unknown) => cause)
  expect(String(error)).toContain(words)
  expect(String(error)).not.toContain('secret')
})
