/** The form of the table that `npm run tune` writes. */

/** Points with the interval of 90 %, then how many messages the rule fired on. */
type MeasuredRow = readonly [
  points: number,
  low: number,
  high: number,
  modernUnwanted: number,
  modernHonest: number,
  oldUnwanted: number,
  oldHonest: number,
]

export interface Measured {
  /** When it was measured. */
  readonly date: string
  /** On how many messages: of 2019 to 2024, and of 2001 to 2010. */
  readonly modern: { readonly unwanted: number; readonly honest: number }
  readonly old: { readonly unwanted: number; readonly honest: number }
  readonly rows: Readonly<Record<string, MeasuredRow>>
}
