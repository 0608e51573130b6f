/** What the management process runs. The first process starts it with its own command line. */
import { runManagement } from '../program.ts'

await runManagement(process.argv.slice(2))
