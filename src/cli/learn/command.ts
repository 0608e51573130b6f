/** The command line of `postern learn`. */
import { parseArgs } from 'node:util'
import type { Output } from '../output.ts'

const USAGE = `usage: postern learn --state DIR --from SOURCE [--from SOURCE ...] [option ...]
       postern learn --state DIR --ham PATH [--ham PATH ...] --spam PATH [--spam PATH ...] [option ...]
       postern learn --state DIR --rollback

Trains the classifier of classify({ folder: DIR }) from mail that people have sorted. Imported mail gives words their
weight, and no guarantee. An interrupted run (Ctrl-C) is saved, and the same command goes on. At the end it says what it
would have caught and held of the last 1,000 messages, each judged before it was learned, and draws their scores.
A gateway that uses DIR takes over the result within a minute of its next training example.

  --state DIR          the folder of the classifier
  --from SOURCE        a mailbox, whose folders Junk and Spam are unwanted mail; as often as needed. Sent, Drafts and
                       Trash are left out. imaps://USER@HOST (needs the package imapflow; the password is in
                       POSTERN_IMAP_PASSWORD), maildir:PATH, or mbox:PATH for a file or a folder of files
  --ham PATH           wanted mail: a Maildir, an mbox file or a folder of messages; as often as needed
  --spam PATH          unwanted mail; as often as needed
  --spam-folder NAME   a further folder of --from with unwanted mail; as often as needed
  --report FILE        where the picture is written, as SVG (default: learn-report.svg in DIR)
  --fresh              does not go on where an interrupted run has ended (default: off)
  --rollback           restores the newest checkpoint, which learn makes before it begins (default: off)

exit status: 0 when all mail was learned, 1 when the run was interrupted or there is no checkpoint, 2 when the command is
wrong or fails`

/** @returns the exit status */
export async function learnCommand(args: readonly string[], output: Output): Promise<number> {
  const several = { type: 'string', multiple: true, default: [] as string[] } as const
  const off = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ state: { type: 'string' }, report: { type: 'string' }, ham: several, spam: several, from: several },
      ...{ 'spam-folder': several, rollback: off, fresh: off, help: { ...off, short: 'h' } },
    },
  })
  if (values.help) {
    output.out(USAGE)
    return 0
  }
  const { state, report, ham, spam, from, rollback, fresh } = values
  if (state === undefined || !(rollback || from.length > 0 || (ham.length > 0 && spam.length > 0))) {
    output.error(USAGE)
    return 2
  }
  const abort = new AbortController()
  const onInterrupt = () => abort.abort()
  process.once('SIGINT', onInterrupt)
  process.once('SIGTERM', onInterrupt)
  try {
    const { learnAll } = await import('./learn.ts')
    const password = process.env.POSTERN_IMAP_PASSWORD
    const given = { ...(report !== undefined && { report }), ...(password !== undefined && { password }) }
    const job = { state, ham, spam, from, unwanted: values['spam-folder'], rollback, fresh, output, ...given }
    return await learnAll({ ...job, signal: abort.signal })
  } finally {
    process.off('SIGINT', onInterrupt)
    process.off('SIGTERM', onInterrupt)
  }
}
