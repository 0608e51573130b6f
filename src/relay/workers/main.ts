/** What a worker runs. The first process starts it with its own command line. */
import { runWorker } from '../program.ts'

await runWorker(process.argv.slice(2))
