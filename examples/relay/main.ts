/** The relay with its defaults; options as `postern serve --help` lists them. */
import { runRelay } from '../../src/relay/index.ts'

await runRelay(process.argv.slice(2))
