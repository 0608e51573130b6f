/** The store keys under which it is remembered when mail of an organisation first arrived. */

/** Since when the store remembers. */
export const FIRST_SEEN = 'first-seen'

/** When mail of the organisation first arrived: milliseconds since 1970, in decimal digits. */
export const firstSeenMark = (organisation: string): string => `first-seen:${organisation}`
