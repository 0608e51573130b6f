/** Tries the passwords that a message gives, within one bound of work for all its files. */
import type { PasswordCandidate, PasswordPlace } from './candidates.ts'

/** Finds the candidates of a message when the first encrypted file is met. */
export type FindCandidates = () => Promise<readonly PasswordCandidate[]>

/**
 * Work for all encrypted files of a message, in microseconds of CPU as measured on a machine of 2024: twenty candidates
 * for nine files of WinZip-AES or for one of RAR 5, or thirteen for one of 7-Zip.
 */
export const MAX_WORK = 150_000

/**
 * Work for the passwords that programs try before they ask a person, in microseconds: two for each of two documents of
 * Office with 100,000 rounds. What the message says about passwords leaves it alone.
 */
const MAX_DEFAULT_WORK = 500_000

/** Checks one password without unpacking anything. */
export interface PasswordCheck {
  /** Microseconds of one check. */
  readonly work: number
  readonly isRight: (password: string) => Promise<boolean>
}

/** The passwords of one message. */
export class PasswordTrial {
  readonly #find: FindCandidates
  #candidates: Promise<readonly PasswordCandidate[]> | undefined
  /** What opened a file before is tried first. */
  #opened: readonly PasswordCandidate[] = []
  #work: number
  #defaultWork = MAX_DEFAULT_WORK

  constructor(find: FindCandidates, work = MAX_WORK) {
    this.#find = find
    this.#work = work
  }

  /**
   * The first candidate that opens a file; undefined where none does, or the work is used up.
   *
   * @param work of one attempt, in microseconds
   * @param opens whether the password opens the file; must not throw for a wrong one
   */
  async open(
    work: number,
    opens: (password: string) => boolean | Promise<boolean>,
  ): Promise<PasswordCandidate | undefined> {
    this.#candidates ??= this.#find()
    const candidates = await this.#candidates
    for (const candidate of new Set([...this.#opened, ...candidates])) {
      if (!this.spend(work)) return undefined
      if (!(await opens(candidate.password))) continue
      if (!this.#opened.includes(candidate)) this.#opened = [candidate, ...this.#opened]
      return candidate
    }
    return undefined
  }

  /**
   * Tries the passwords that a program tries before it asks a person. Their work is counted apart, so that a text
   * full of candidates does not keep them from a file.
   *
   * @returns `closed`: none opens it; `untried`: the work was used up before all were tried
   */
  async openByDefault(
    passwords: readonly string[],
    work: number,
    opens: (password: string) => boolean | Promise<boolean>,
  ): Promise<'opened' | 'closed' | 'untried'> {
    for (const password of passwords) {
      if (this.#defaultWork < work) return 'untried'
      this.#defaultWork -= work
      if (await opens(password)) return 'opened'
    }
    return 'closed'
  }

  /** Counts work down. False where none is left for it. */
  spend(work: number): boolean {
    if (this.#work < work) return false
    this.#work -= work
    return true
  }
}

const PLACES: Readonly<Record<PasswordPlace, string>> = {
  text: 'in the text',
  subject: 'in the subject',
  'file name': 'in the name of a file',
}

/** The evidence of the trait `decrypted`. The password itself is a secret of honest people, and is not repeated. */
export const openedBy = ({ place }: PasswordCandidate): string => `a password ${PLACES[place]} opened it`
