/** Sources on an IMAP server: its folders, read through the package imapflow, which is loaded when it is needed. */
import { errorText, PosternError } from '../../model/errors.ts'
import type { Label } from '../../model/feedback.ts'
import { labelOf, type Source, type SourceMessage } from './source.ts'

/** What is used of a client of imapflow. */
export interface ImapClient {
  connect(): Promise<void>
  logout(): Promise<void>
  close(): void
  list(options: object): Promise<readonly ImapFolder[]>
  getMailboxLock(path: string, options: { readonly readOnly: true }): Promise<{ release(): void }>
  fetch(
    range: string,
    query: object,
    options: { readonly uid: true },
  ): AsyncIterable<{ readonly uid: number; readonly size?: number; readonly source?: Buffer }>
  readonly mailbox: false | { readonly uidValidity: bigint | number; readonly exists: number }
  on(event: 'error', listener: (error: Error) => void): unknown
}

interface ImapFolder {
  readonly path: string
  readonly delimiter?: string
  readonly specialUse?: string
  readonly flags?: ReadonlySet<string>
  readonly status?: { readonly messages?: number }
}

/** The package, or what stands for it in tests. */
export interface ImapPackage {
  readonly ImapFlow: new (options: object) => ImapClient
}

/** Larger messages are skipped. */
const MAX_SIZE = 25 * 1024 * 1024
/** Messages of one answer of the server, and their bytes. */
const [MAX_BATCH, MAX_BATCH_BYTES] = [100, 8 * 1024 * 1024]
/** RFC 6154 names folders by their use. */
const USES: Readonly<Record<string, Label | 'neither'>> = {
  '\\junk': 'spam',
  '\\sent': 'neither',
  '\\drafts': 'neither',
  '\\trash': 'neither',
  '\\all': 'neither',
  '\\flagged': 'neither',
}

/** A connection to a server, and the folders to learn from. */
export class ImapMailbox {
  readonly #client: ImapClient
  readonly #name: string
  #failure: Error | undefined

  private constructor(client: ImapClient, name: string) {
    this.#client = client
    this.#name = name
    // Without a listener an error of the connection would end the process.
    client.on('error', error => {
      this.#failure = error
    })
  }

  /**
   * @param text `imaps://user@host` (TLS), `imap://user@host` (STARTTLS; without it on this machine alone)
   * @param password where the URL has none
   * @throws PosternError when the URL is wrong, or the package is not installed
   */
  static async open(text: string, password: string | undefined, load = loadImapflow): Promise<ImapMailbox> {
    const { ImapFlow } = await load()
    const { name, options } = connectionOf(text, password)
    const mailbox = new ImapMailbox(new ImapFlow(options), name)
    try {
      await mailbox.#client.connect()
    } catch (error) {
      mailbox.#client.close()
      throw new Error(`${name} cannot be read: ${answerIn(error)}`, { cause: error })
    }
    return mailbox
  }

  async close(): Promise<void> {
    await this.#client.logout().catch(() => this.#client.close())
  }

  /** @param unwanted further names of folders with unwanted mail */
  async sources(unwanted: ReadonlySet<string>): Promise<readonly Source[]> {
    const folders = await this.#client.list({ statusQuery: { messages: true } })
    return folders.flatMap(folder => {
      const label = labelOfFolder(folder, unwanted)
      const size = folder.status?.messages ?? 0
      if (label === undefined || size === 0) return []
      const name = `${this.#name}/${folder.path}`
      return [{ name, label, size, messages: after => this.#messages(folder.path, after, size) } satisfies Source]
    })
  }

  /** By UID, which grows with each arrival; the folder stays as it is, unread messages too. */
  async *#messages(path: string, after: string | undefined, size: number): AsyncGenerator<SourceMessage> {
    const { uids, validity } = await this.#inFolder(path, async opened => await this.#uids(opened, after))
    // What is not read counts with the first message.
    let before = Math.max(size - uids.length, 0)
    for (const batch of batchesOf(uids)) {
      // Between two batches the folder is not locked: another one may be read in turn.
      for (const message of await this.#inFolder(path, () => this.#read(batch, validity))) {
        yield { ...message, size: 1 + before }
        before = 0
      }
    }
  }

  async #inFolder<T>(path: string, use: (validity: string) => Promise<T>): Promise<T> {
    try {
      if (this.#failure !== undefined) throw this.#failure
      return await this.#locked(path, use)
    } catch (error) {
      // The error of the connection says more than that of the command which it ended.
      throw new Error(`${this.#name}/${path} cannot be read: ${answerIn(this.#failure ?? error)}`, { cause: error })
    }
  }

  async #locked<T>(path: string, use: (validity: string) => Promise<T>): Promise<T> {
    const lock = await this.#client.getMailboxLock(path, { readOnly: true })
    try {
      const { mailbox } = this.#client
      return await use(mailbox === false ? '' : String(mailbox.uidValidity))
    } finally {
      lock.release()
    }
  }

  async #uids(validity: string, after: string | undefined) {
    const begin = uidOf(after, validity)
    const uids: Sized[] = []
    // `N:*` names the last message too where N is beyond it (RFC 9051 §6.4.9).
    for await (const { uid, size = 0 } of this.#client.fetch(`${begin + 1}:*`, { size: true }, { uid: true }))
      if (uid > begin && size <= MAX_SIZE) uids.push({ uid, size })
    return { uids: uids.toSorted((a, b) => a.uid - b.uid), validity }
  }

  async #read(batch: readonly Sized[], validity: string): Promise<readonly SourceMessage[]> {
    const messages: (SourceMessage & Pick<Sized, 'uid'>)[] = []
    const range = batch.map(({ uid }) => uid).join(',')
    // A server may send more than it has announced.
    for await (const { uid, source } of this.#client.fetch(range, { source: true }, { uid: true }))
      if (source !== undefined && source.length <= MAX_SIZE)
        messages.push({ uid, bytes: source, position: `${validity}:${uid}`, size: 1 })
    return messages.toSorted((a, b) => a.uid - b.uid)
  }
}

interface Sized {
  readonly uid: number
  readonly size: number
}

/** What is in memory at once is bounded in number and in bytes. */
function* batchesOf(all: readonly Sized[]): Generator<readonly Sized[]> {
  let batch: Sized[] = []
  let bytes = 0
  for (const one of all) {
    if (batch.length >= MAX_BATCH || (batch.length > 0 && bytes + one.size > MAX_BATCH_BYTES)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(one)
    bytes += one.size
  }
  if (batch.length > 0) yield batch
}

function labelOfFolder({ path, delimiter = '/', specialUse, flags }: ImapFolder, unwanted: ReadonlySet<string>) {
  if (flags?.has('\\Noselect') || flags?.has('\\NonExistent')) return undefined
  const use = USES[specialUse?.toLowerCase() ?? '']
  if (use !== undefined) return use === 'neither' ? undefined : use
  return labelOf(path.split(delimiter), unwanted)
}

/** Another UIDVALIDITY says that the numbers were given anew (RFC 9051 §2.3.1.1): all is read again. */
function uidOf(position: string | undefined, validity: string): number {
  const [kept, uid] = position?.split(':') ?? []
  return kept === validity ? Number(uid) || 0 : 0
}

/** imapflow's message says that a command has failed; what the server has answered stands beside it. */
function answerIn(error: unknown): string {
  const answer = error instanceof Error && 'responseText' in error ? error.responseText : undefined
  return typeof answer === 'string' && answer !== '' ? answer : errorText(error)
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i

function connectionOf(text: string, password: string | undefined) {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const expected = 'a URL such as imaps://bob@mail.example.org'
  const wrong = (found: unknown, wanted: string, remedy: string) =>
    new PosternError([{ path: '--from', found, expected: wanted, remedy }])
  if (url === undefined || url.hostname === '' || url.username === '')
    throw wrong(url === undefined ? text : url.host, expected, 'write the user before the @ and the host behind it')
  const user = decodeURIComponent(url.username)
  const pass = url.password === '' ? password : decodeURIComponent(url.password)
  if (pass === undefined || pass === '')
    throw wrong('no password', 'one in the environment', 'set POSTERN_IMAP_PASSWORD')
  const secure = url.protocol === 'imaps:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const options = {
    ...{ host, port: url.port === '' ? (secure ? 993 : 143) : Number(url.port), secure },
    // The password never leaves this machine in the clear.
    ...(!secure && !LOOPBACK.test(url.hostname) && { doSTARTTLS: true }),
    auth: { user, pass },
    logger: false,
    disableAutoIdle: true,
  }
  return { name: `${url.protocol}//${user}@${url.host}`, options }
}

async function loadImapflow(): Promise<ImapPackage> {
  const name = 'imapflow'
  try {
    return (await import(name)) as ImapPackage
  } catch {
    const expected = 'the package imapflow, which postern does not install by itself'
    throw new PosternError([{ path: '--from', found: 'no such package', expected, remedy: 'npm install imapflow' }])
  }
}
