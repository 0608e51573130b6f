/** The tables of brands and TLDs, and how names are compared with them. They are loaded with the first message. */
import type { Brand, BrandSender } from '../../links/brands.ts'
import type { LookAlike } from '../../links/look-alike.ts'
import type { Skeleton } from '../../links/skeleton.ts'
import { lazyModule } from '../../model/lazy.ts'

/** See `links/brands.ts`, `links/look-alike.ts`, `links/skeleton.ts` and `links/tlds.ts`. */
export interface Brands {
  readonly brandsIn: (text: string) => readonly Brand[]
  readonly brandsOften: (words: string, times: number) => readonly Brand[]
  readonly disguisedBrandIn: (text: string) => Brand | undefined
  readonly brandOf: (domain: string) => Brand | undefined
  readonly hasOwnName: (display: string, organisation: string) => boolean
  readonly isOwnedBy: (brand: Brand, domain: string) => boolean
  readonly mayBeOwned: (domain: string) => boolean
  readonly haveSameOwner: (domain: string, other: string) => boolean
  readonly isFrom: (brand: Brand, sender: BrandSender) => boolean
  readonly looksLikeBrand: (host: string, skeleton?: string) => LookAlike | undefined
  readonly isAltered: (part: string, name: string) => boolean
  readonly isCheapTld: (domain: string) => boolean
  /** How a short text reads. */
  readonly skeletonOf: (text: string) => Skeleton
}

export const brandNames = lazyModule(async (): Promise<Brands> => {
  const { Skeleton } = await import('../../links/skeleton.ts')
  return {
    ...(await import('../../links/brands.ts')),
    ...(await import('../../links/look-alike.ts')),
    ...(await import('../../links/tlds.ts')),
    skeletonOf: text => new Skeleton(text),
  }
})
