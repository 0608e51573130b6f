/** What a language has to say. */
import type { HeldKind } from '../../quarantine/index.ts'
import type { LinkAction } from '../token.ts'

/** Why a message is held, in words for its recipient: the filter that found most against it. */
export type ReasonName =
  | 'advertising'
  | 'attachment'
  | 'blocklist'
  | 'bulk'
  | 'form'
  | 'identity'
  | 'impersonation'
  | 'learned'
  | 'links'
  | 'record'
  | 'server'
  | 'virus'
  | 'unexamined'

/** All texts of one language. */
export interface Texts {
  /** The subject of a digest. */
  readonly subject: (count: number, days: string) => string
  readonly heading: string
  readonly intro: (count: number, to: string) => string
  /** Of a digest for an operator. */
  readonly introOperator: (count: number, whose: string) => string
  readonly from: string
  readonly recipient: string
  readonly noSubject: string
  readonly noSender: string
  readonly why: string
  /** Between reasons. */
  readonly separator: string
  readonly more: (count: number) => string
  readonly links: Readonly<Record<LinkAction, string>>
  /** Instead of a link where the reader may not release it. */
  readonly askOperator: string
  readonly expires: (date: string) => string
  readonly footer: string
  readonly kinds: Readonly<Record<HeldKind, string>>
  readonly reasons: Readonly<Record<ReasonName, string>>
  readonly page: PageTexts
}

/** The pages behind the links. */
interface PageTexts {
  readonly titles: Readonly<Record<LinkAction, string>>
  readonly explain: Readonly<Record<LinkAction, string>>
  readonly buttons: Readonly<Record<LinkAction, string>>
  readonly done: Readonly<Record<LinkAction, string>>
  readonly allowed: (sender: string) => string
  readonly received: string
  readonly subject: string
  readonly invalid: string
  readonly expired: string
  readonly used: string
  readonly inUse: string
  readonly gone: string
  readonly doneBefore: Readonly<Record<'released' | 'deleted', string>>
  readonly forbidden: string
  readonly failed: string
  readonly close: string
}
