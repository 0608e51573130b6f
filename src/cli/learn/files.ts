/** Sources in files: Maildirs, mbox files and folders of messages. */
import { relative } from 'node:path'
import type { Label } from '../../model/feedback.ts'
import { type Mailbox, mailboxesIn, messagesIn } from '../mailboxes.ts'
import { labelOf, type Source, type SourceMessage } from './source.ts'

/** Files that mail programs keep beside an mbox. */
const BESIDE = /\.(?:msf|dat|json|sqlite|lock|index|cache|log)$/i

/** Mail that a person has sorted. */
export async function sortedFiles(path: string, label: Label): Promise<Source> {
  return new FileSource(`${label}:${path}`, label, await mailboxesIn(path))
}

/** The folders of a mailbox, as their names say what is in them. */
export async function foldersOf(path: string, unwanted: ReadonlySet<string>): Promise<readonly Source[]> {
  const found: Record<Label, Mailbox[]> = { ham: [], spam: [] }
  for (const mailbox of await mailboxesIn(path)) {
    const label = BESIDE.test(mailbox.path) ? undefined : labelOf(namesIn(path, mailbox.path), unwanted)
    if (label !== undefined) found[label].push(mailbox)
  }
  return (['ham', 'spam'] as const)
    .filter(label => found[label].length > 0)
    .map(label => new FileSource(`from ${label}:${path}`, label, found[label]))
}

/** The names of the folders of a file, without the root: Maildir++ writes `.Archive.2024`, Thunderbird `Inbox.sbd`. */
function namesIn(root: string, file: string): readonly string[] {
  const inner = relative(root, file) || (root.split('/').at(-1) ?? '')
  const names = inner.split('/').flatMap(name => (name.startsWith('.') ? name.slice(1).split('.') : [name]))
  return names.map(name => name.replace(/\.(?:sbd|mbox|mbx)$/i, ''))
}

/** Its position is the number of messages that were read: files are read in the order of their names. */
class FileSource implements Source {
  readonly name: string
  readonly label: Label
  readonly size: number
  readonly #mailboxes: readonly Mailbox[]

  constructor(name: string, label: Label, mailboxes: readonly Mailbox[]) {
    this.name = name
    this.label = label
    this.size = mailboxes.reduce((sum, { size }) => sum + size, 0)
    this.#mailboxes = mailboxes
  }

  async *messages(after: string | undefined): AsyncGenerator<SourceMessage> {
    const skipped = Number(after ?? 0)
    let count = 0
    let before = 0
    for (const mailbox of this.#mailboxes) {
      for await (const bytes of messagesIn(mailbox)) {
        count += 1
        before += bytes.length
        if (count <= skipped) continue
        yield { bytes, position: String(count), size: before }
        before = 0
      }
    }
  }
}
