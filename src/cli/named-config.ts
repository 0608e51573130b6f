/** The configuration of a command: `--config`, else POSTERN_CONFIG, else the file that `postern init` writes here. */
import { existsSync } from 'node:fs'
import { PosternError } from '../model/errors.ts'
import { TEMPLATE_FILE } from '../relay/config/template.ts'

/** What `--help` says of it. */
export const CONFIG_DEFAULT = `default: POSTERN_CONFIG, else ${TEMPLATE_FILE} of this folder`

/** @returns undefined where no configuration is named and this folder has none */
export function namedConfig(given: string | undefined): string | undefined {
  return given ?? process.env.POSTERN_CONFIG ?? (existsSync(TEMPLATE_FILE) ? TEMPLATE_FILE : undefined)
}

/** @param expected what the command needs. @throws PosternError where there is none */
export function requiredConfig(given: string | undefined, expected: string): string {
  const file = namedConfig(given)
  if (file !== undefined) return file
  const found = `no ${TEMPLATE_FILE} in this folder`
  throw new PosternError([{ path: '--config', found, expected, remedy: 'give --config FILE' }])
}

/** A command line that names the configuration, if there is one. */
export function withConfig(args: readonly string[]): readonly string[] {
  if (args.some(arg => /^--config(?:=|$)/.test(arg))) return args
  const file = namedConfig(undefined)
  return file === undefined ? args : ['--config', file, ...args]
}
