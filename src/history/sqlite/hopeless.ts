/** Errors of SQLite that say that the values can never be written. */

/** SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_RANGE. */
const HOPELESS = new Set([18, 19, 20, 25])
const PRIMARY_CODE = 0xff

/** Whether what was to be written is at fault, and not the file or the disk. */
export function isHopeless(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
  return HOPELESS.has(code & PRIMARY_CODE)
}
