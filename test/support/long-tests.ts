/** The tests that need minutes. */

/** Kills, full disks, floods, storms and soaks: `npm run test:system` runs them, and `npm test` leaves them out. */
export const faults = [
  'test/relay/{crash,duplicates,exhausted,delivery/killed}.test.ts',
  'test/load/flood.test.ts',
  'test/faults/{soak,attacks,storm,clock}.test.ts',
]

/**
 * Tests that draw many random values or try each of a long list. `npm test` tries a fourth of them, and so it does with
 * all other random values; `POSTERN_LONG=1 npm test` tries all.
 */
export const thorough = [
  'test/console/sign-in.test.ts',
  'test/mime/fuzz.test.ts',
  'test/filters/content/one-fact.test.ts',
  'test/facts/{author,dkim/differential}.test.ts',
]
