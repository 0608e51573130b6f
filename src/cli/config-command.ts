/** `postern config`: checks a configuration, or prints what is in effect. */
import { errorText, PosternError, type Problem } from '../model/errors.ts'
import { checkConfiguration } from '../relay/config/check.ts'
import { gather, optionHelp } from '../relay/config/command-line.ts'
import { printed } from '../relay/config/print.ts'
import { TEMPLATE_FILE } from '../relay/config/template.ts'
import { withConfig } from './named-config.ts'
import type { Output } from './output.ts'
import { wrongAction } from './wrong-action.ts'

export const CONFIG_USAGE = `usage: postern config check [FILE] [option ...]
       postern config print [--config FILE] [option ...]

check names every mistake of a configuration with its place, and starts nothing. Without a name both commands read
${TEMPLATE_FILE} of this folder.
print shows the configuration that is in effect: the file, what environment and command line put over it, and the
defaults. Secrets are not shown.

options:
${optionHelp}

exit status: 0 when the configuration is right, 1 when it has mistakes, 2 when the command is wrong`

/** @returns the exit status */
export async function configCommand(args: readonly string[], output: Output): Promise<number> {
  const [action, ...rest] = args
  if (args.includes('--help') || args.includes('-h')) {
    output.out(CONFIG_USAGE)
    return 0
  }
  if (action === 'check') return await check(rest, output)
  if (action === 'print') return await print(rest, output)
  output.error(wrongAction('postern config', action, { actions: ['check', 'print'], usage: CONFIG_USAGE }))
  return 2
}

async function check(args: readonly string[], { out, error }: Output): Promise<number> {
  const [first, ...rest] = args
  const isFile = first !== undefined && !first.startsWith('-')
  const all = isFile ? ['--config', first, ...rest] : withConfig(args)
  const ignored: Problem[] = []
  const file = gather(all, process.env, ignored).get('config')?.at(-1)
  if (file === undefined) {
    error(`postern config check: found no ${TEMPLATE_FILE} in this folder, expected a configuration to check`)
    error('name the file: postern config check FILE; or write one here: postern init')
    return 2
  }
  try {
    await checkConfiguration({ args: all, environment: process.env })
    out(`${file}: no mistakes`)
    return 0
  } catch (cause) {
    report(cause, error)
    return 1
  }
}

async function print(args: readonly string[], { out, error }: Output): Promise<number> {
  try {
    const { config } = await checkConfiguration({ args: withConfig(args), environment: process.env })
    out(printed(config))
    return 0
  } catch (cause) {
    report(cause, error)
    return 1
  }
}

const report = (cause: unknown, error: (line: string) => void): void =>
  error(cause instanceof PosternError ? cause.message : errorText(cause))
