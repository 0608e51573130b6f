/** The margins of honest and unwanted examples, and what they allow to say about a new message. */
import type { Label } from '../model/feedback.ts'
import { FIRST_EXAMPLES, gradeOf } from './grade.ts'
import type { Basis, Judgement } from './judgement.ts'
import { Quantiles } from './quantiles.ts'

/**
 * Margins of honest and of unwanted mail of this site, and of honest mail that was imported. Those of imported unwanted
 * mail are not kept: that today's mail is unlike the spam of years ago says nothing for it.
 */
export const MARGIN_KINDS = ['ham', 'spam', 'imported'] as const

/** Each kind as numbers; see `Quantiles.export`. */
export type ExportedMargins = Readonly<Record<(typeof MARGIN_KINDS)[number], Uint16Array>>

export interface MarginsOptions {
  /** The share of honest mail that may be judged as spam. */
  readonly falsePositives: number
  /** Examples of each kind that full points need at least. */
  readonly minExamples: number
  readonly exported?: ExportedMargins
}

/** Whose margin it is. */
export interface MarginOf {
  readonly label: Label
  /** It is no recent mail of this site. */
  readonly imported: boolean
  /** The label may be wrong. */
  readonly isDoubtful: boolean
}

type Said = Pick<Judgement, 'verdict' | 'basis' | 'hamShare' | 'spamShare'>

/** Keeps the margins of each kind of mail, seen from its own side. */
export class Margins {
  readonly #falsePositives: number
  readonly #minExamples: number
  readonly #ham: Quantiles
  readonly #spam: Quantiles
  readonly #imported: Quantiles

  constructor({ falsePositives, minExamples, exported }: MarginsOptions) {
    this.#falsePositives = falsePositives
    this.#minExamples = minExamples
    this.#ham = new Quantiles(falsePositives, exported?.ham)
    this.#spam = new Quantiles(falsePositives, exported?.spam)
    this.#imported = new Quantiles(falsePositives, exported?.imported)
  }

  /** @param day days since 1970 */
  add(margin: number, { day, isDoubtful, ...of }: MarginOf & { readonly day: number }): void {
    this.#quantilesOf(of)?.add(of.label === 'spam' ? -margin : margin, { day, isDoubtful })
  }

  remove(margin: number, { isDoubtful, ...of }: MarginOf): void {
    this.#quantilesOf(of)?.remove(of.label === 'spam' ? -margin : margin, isDoubtful)
  }

  /** Forgets the margins of this site from before this day: old mail does not stand for today's. */
  expire(day: number): void {
    this.#ham.expire(day)
    this.#spam.expire(day)
  }

  /** Keeps only the newest honest margins of this site, and none of imported mail. */
  restart(): void {
    this.#ham.restart(FIRST_EXAMPLES.ham)
    this.#imported.restart(0)
  }

  /** @param spamExamples the unwanted examples, wherever they come from */
  judge(margin: number, spamExamples: number): Said {
    const [hamShare, spamShare] = [this.#ham.share(margin), this.#spam.share(-margin)]
    const site = this.grade(spamExamples)
    const imported = this.#gradeOf(this.#imported.count, spamExamples)
    const { guarantee } = this.#ham
    const none: Basis = { site: undefined, imported: false, guarantee }
    if (site === undefined && imported === undefined) return { hamShare, spamShare, verdict: 'untrained', basis: none }
    if (margin > 0) {
      const isBeyondSite = margin >= this.#ham.threshold()
      const basis: Basis = {
        site: isBeyondSite ? site : undefined,
        imported:
          imported !== undefined &&
          margin >= this.#imported.threshold() &&
          // The few honest examples of this site count, too.
          (isBeyondSite || this.#ham.count === 0),
        guarantee,
      }
      const isSpam = basis.site !== undefined || basis.imported
      return { hamShare, spamShare, verdict: isSpam ? 'spam' : 'unsure', basis }
    }
    const grade = this.#gradeOf(this.#spam.count, spamExamples)
    const isHam = margin < 0 && grade !== undefined && margin <= -this.#spam.threshold()
    return { hamShare, spamShare, verdict: isHam ? 'ham' : 'unsure', basis: isHam ? { ...none, site: grade } : none }
  }

  /** How far the honest examples of this site are on their way to a full guarantee. */
  grade(spamExamples: number): number | undefined {
    return this.#gradeOf(this.#ham.count, spamExamples)
  }

  export(): ExportedMargins {
    return { ham: this.#ham.export(), spam: this.#spam.export(), imported: this.#imported.export() }
  }

  #gradeOf(ham: number, spam: number): number | undefined {
    return gradeOf({ ham, spam, asked: this.#falsePositives, minExamples: this.#minExamples })
  }

  #quantilesOf({ label, imported }: Pick<MarginOf, 'label' | 'imported'>): Quantiles | undefined {
    if (label === 'spam') return imported ? undefined : this.#spam
    return imported ? this.#imported : this.#ham
  }
}
