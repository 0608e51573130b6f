/** Opens the sources that a command line names. */
import { PosternError } from '../../model/errors.ts'
import { foldersOf, sortedFiles } from './files.ts'
import { ImapMailbox } from './imap.ts'
import type { Source } from './source.ts'

export interface SourceOptions {
  /** Wanted mail. */
  readonly ham: readonly string[]
  /** Unwanted mail. */
  readonly spam: readonly string[]
  /** Mailboxes with folders, whose names say what is in them: `imap://…`, `maildir:…`, `mbox:…`, or a path. */
  readonly from: readonly string[]
  /** Further names of folders with unwanted mail. */
  readonly unwanted: readonly string[]
  /** The password for IMAP, where the URL has none. */
  readonly password?: string
}

export interface OpenSources {
  readonly sources: readonly Source[]
  readonly close: () => Promise<void>
}

/** @throws PosternError where a kind of mail is missing: a classifier needs both */
export async function openSources({ ham, spam, from, unwanted, password }: SourceOptions): Promise<OpenSources> {
  const names = new Set(unwanted.map(name => name.toLowerCase()))
  const mailboxes: ImapMailbox[] = []
  const close = async () => {
    await Promise.all(mailboxes.map(mailbox => mailbox.close()))
  }
  const sources: Source[] = []
  try {
    for (const path of ham) sources.push(await sortedFiles(path, 'ham'))
    for (const path of spam) sources.push(await sortedFiles(path, 'spam'))
    for (const text of from) {
      if (/^imaps?:\/\//i.test(text)) {
        const mailbox = await ImapMailbox.open(text, password)
        mailboxes.push(mailbox)
        sources.push(...(await mailbox.sources(names)))
      } else sources.push(...(await foldersOf(text.replace(/^(?:maildir|mbox):/i, ''), names)))
    }
    needBoth(sources)
    return { sources, close }
  } catch (error) {
    await close()
    throw error
  }
}

function needBoth(sources: readonly Source[]): void {
  const missing = (['ham', 'spam'] as const).filter(label => !sources.some(source => source.label === label))
  if (missing.length === 0) return
  const found =
    sources
      .map(({ name }) => name)
      .slice(0, 10)
      .join(', ') || 'no folder with mail'
  throw new PosternError(
    missing.map(label => ({
      path: label === 'spam' ? '--spam' : '--ham',
      found,
      expected: label === 'spam' ? 'a folder of unwanted mail, such as Junk or Spam' : 'a folder of wanted mail',
      remedy: `name it: --${label} PATH${label === 'spam' ? ', or --spam-folder NAME for a folder of --from' : ''}`,
    })),
  )
}
