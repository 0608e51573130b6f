/** How much of a report is read: reports come from strangers. */

/** Bytes of a file or a message. */
export const MAX_BYTES = 32 * 1024 ** 2
/** Bytes of all that is unpacked from it. */
export const MAX_UNPACKED = 32 * 1024 ** 2
/** Records of an aggregate report. */
export const MAX_RECORDS = 50_000
/** Results and reasons of all records together: short elements of a text could take thirty times its room. */
export const MAX_RESULTS = 200_000
/** Characters of one text. */
export const MAX_TEXT_LENGTH = 1_000
/** Reports of one message. */
export const MAX_REPORTS = 10

/** Why a report cannot be read. */
export class UnreadableError extends Error {}

/** A text of a report: well-formed, without blanks around it, bounded. */
export const bounded = (text: string): string => text.slice(0, MAX_TEXT_LENGTH).trim().toWellFormed()

/** A count; undefined where it is none. */
export const countIn = (text: string): number | undefined => (/^\d{1,12}$/.test(text) ? Number(text) : undefined)
