/** How much the tests try that take long. */

/** Whether they take hours for their largest sizes: `POSTERN_FULL=1 npm test`. */
export const full = process.env.POSTERN_FULL === '1'

/** Whether they may take minutes, as in `npm run test:system`; `npm test` tries the same with less of it. */
export const long = full || process.env.POSTERN_LONG === '1'
