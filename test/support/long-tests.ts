/**
 * The tests that need minutes: those that kill, starve and flood a gateway, and all that draws random values.
 * `npm test` leaves out the first and tries a fourth of the values of the others; `npm run test:system` tries all.
 */
import { globSync, readFileSync } from 'node:fs'

/** Kills, full disks, floods, storms and soaks. */
export const faults = [
  'test/relay/{crash,duplicates,exhausted,delivery/killed}.test.ts',
  'test/load/flood.test.ts',
  'test/faults/{soak,attacks,storm,clock}.test.ts',
]

/** What reads `long` of `full.ts`, or `runs` of `random.ts`. */
export const drawn = (): readonly string[] =>
  globSync('test/**/*.test.ts').filter(
    file =>
      !/\.system\.test\.ts$|^test\/(?:data|engine)\//.test(file) &&
      /from '[./]*support\/(?:random|property|full)\.ts'/.test(readFileSync(file, 'utf8')),
  )
