/** `postern serve`: runs the relay. */
import { optionHelp } from '../relay/config/command-line.ts'
import { TEMPLATE_FILE } from '../relay/config/template.ts'
import { runRelay } from '../relay/program.ts'
import { withConfig } from './named-config.ts'
import type { Output } from './output.ts'

export const SERVE_USAGE = `usage: postern serve [option ...]

serve accepts mail, judges it, and hands it to the next server or into a Maildir. Without --config it reads
${TEMPLATE_FILE} in this folder, if there is one. SIGHUP reads the configuration again, SIGTERM ends it in order.

options:
${optionHelp}

exit status: 0 after SIGTERM, 1 when it cannot start`

/** Returns the exit status when nothing is started; else the process goes on. */
export async function serveCommand(args: readonly string[], { out }: Output): Promise<number | undefined> {
  if (args.includes('--help') || args.includes('-h')) {
    out(SERVE_USAGE)
    return 0
  }
  await runRelay(withConfig(args))
  return undefined
}
