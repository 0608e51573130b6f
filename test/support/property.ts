/** fast-check with the seed of all random tests; it prints the path to the value that failed. */
import fc from 'fast-check'
import { runs, seed } from './random.ts'

fc.configureGlobal({ seed, numRuns: runs(100) })

export { fc, runs }
