/** `postern init`: writes a commented configuration. */
import { writeFile } from 'node:fs/promises'
import { TEMPLATE_FILE, template } from '../relay/config/template.ts'
import type { Output } from './output.ts'

export const INIT_USAGE = `usage: postern init [--all] [FILE]

init writes a commented configuration to FILE (default: ${TEMPLATE_FILE}). It asks nothing, and overwrites nothing.
  --all   switches on what is optional: history, quarantine, console, digests, alerts, reports and
          doctor (default: comments)

exit status: 0 when the file was written, 1 when it is there already, 2 when the command is wrong`

/** @returns the exit status */
export async function initCommand(args: readonly string[], { out, error }: Output): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    out(INIT_USAGE)
    return 0
  }
  const all = args.includes('--all')
  const [file = TEMPLATE_FILE, ...rest] = args.filter(arg => arg !== '--all')
  if (rest.length > 0 || file.startsWith('-')) {
    error(INIT_USAGE)
    return 2
  }
  try {
    await writeFile(file, template(all), { flag: 'wx' })
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'EEXIST') throw cause
    error(`${file} is there already, and stays as it is`)
    return 1
  }
  out(`wrote ${file}: start with npx postern serve${file === TEMPLATE_FILE ? '' : ` --config ${file}`}`)
  return 0
}
