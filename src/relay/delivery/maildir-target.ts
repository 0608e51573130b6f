/** Delivers into a Maildir, and what is quarantined into `.Junk` in it. */
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Claim } from './duplicates.ts'
import { delivered, type HopAnswer } from './hop/answer.ts'
import { type Files, Maildir, uniqueName } from './maildir.ts'
import { returnPath } from './received.ts'
import { complete, forAll, type Parcel, type Release, type Target, type TargetResult } from './target.ts'

export class MaildirTarget implements Target {
  readonly text: string
  readonly #inbox: Maildir
  readonly #junk: Maildir

  static async open(folder: string, files?: Files): Promise<MaildirTarget> {
    return new MaildirTarget(
      folder,
      await Maildir.open(folder, files),
      await Maildir.open(join(folder, '.Junk'), files),
    )
  }

  private constructor(folder: string, inbox: Maildir, junk: Maildir) {
    this.text = folder
    this.#inbox = inbox
    this.#junk = junk
  }

  async deliver(parcel: Parcel, claim: Claim): Promise<TargetResult> {
    const { message, group, received } = parcel
    const paths = parcel.recipients.map(({ forwardPath }) => forwardPath)
    const box = group.verdict === 'quarantine' ? this.#junk : this.#inbox
    const name = uniqueName()
    // With the note first, a retry after a kill finds out from the file itself whether it was written.
    await claim.intend(paths, JSON.stringify([box.folder, name]))
    const top = returnPath(message.reversePath) + received
    const answer = await box.deliver(top, Readable.from(complete(group.content), { objectMode: false }), name)
    return { answers: forAll(parcel, answer), to: box.folder, tries: 1 }
  }

  /** A name that was delivered under already is not written again. */
  async release({ reversePath, name, open }: Release): Promise<HopAnswer> {
    if (await this.#inbox.has(name)) return delivered
    return await this.#inbox.deliver(returnPath(reversePath), open(), name)
  }

  /** Whether the file of a note is in one of the two folders. */
  async has(folder: string, name: string): Promise<boolean> {
    const box = [this.#inbox, this.#junk].find(candidate => candidate.folder === folder)
    return box !== undefined && /^[\w.-]+$/.test(name) && (await box.has(name))
  }

  close(): void {}
}
