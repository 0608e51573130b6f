/** Whether tests take the time for their largest sizes: `POSTERN_FULL=1 npm test`. */
export const full = process.env.POSTERN_FULL === '1'
