/** The view of a message that the impersonation rules examine. */
import { dkim } from '../../../facts/dkim/dkim.ts'
import type { Dkim } from '../../../facts/dkim/result.ts'
import { type Dmarc, dmarc } from '../../../facts/dmarc.ts'
import type { Brand, BrandSender } from '../../../links/brands.ts'
import type { LookAlike } from '../../../links/look-alike.ts'
import { Skeleton } from '../../../links/skeleton.ts'
import { lazyModule } from '../../../model/lazy.ts'
import type { Message } from '../../../model/stage.ts'
import { type MessageView, messageView } from '../../rules/view.ts'
import { messagePhrases } from '../wording/message-phrases.ts'
import { threatsIn } from '../wording/threats.ts'

/** The table of brands and how names are compared with it. It is loaded with the first message. */
export interface Brands {
  readonly brandsIn: (text: string) => readonly Brand[]
  readonly brandsOften: (words: string, times: number) => readonly Brand[]
  readonly disguisedBrandIn: (text: string) => Brand | undefined
  readonly brandOf: (domain: string) => Brand | undefined
  readonly hasOwnName: (display: string, organisation: string) => boolean
  readonly isOwnedBy: (brand: Brand, domain: string) => boolean
  readonly isFrom: (brand: Brand, sender: BrandSender) => boolean
  readonly looksLikeBrand: (host: string, skeleton?: string) => LookAlike | undefined
  readonly isAltered: (part: string, name: string) => boolean
}

export interface ImpersonationView extends MessageView {
  readonly policy: Dmarc
  readonly signatures: Dkim['signatures']
  /** The domains of signatures that pass and cover the whole body. */
  readonly signers: readonly string[]
  /** Finds brands in texts and in host names. */
  readonly brands: Brands
  /** How display name and subject read. */
  readonly shownName: Skeleton
  readonly title: Skeleton
  /** How many phrases the beginning of the text has that threaten an account. */
  readonly accountThreats: () => number
}

const brandNames = lazyModule(
  async (): Promise<Brands> => ({
    ...(await import('../../../links/brands.ts')),
    ...(await import('../../../links/look-alike.ts')),
  }),
)

export async function impersonationView(message: Message): Promise<ImpersonationView> {
  const [seen, policy, { signatures }, phrases, brands] = await Promise.all([
    message.ask(messageView),
    message.ask(dmarc),
    message.ask(dkim),
    message.ask(messagePhrases),
    brandNames(),
  ])
  return {
    ...seen,
    policy,
    signatures,
    signers: signatures.filter(({ result, partial }) => result === 'pass' && !partial).map(({ domain }) => domain),
    brands,
    shownName: new Skeleton(seen.from?.display ?? ''),
    title: new Skeleton(seen.subject),
    accountThreats: () => threatsIn(phrases()).length,
  }
}
