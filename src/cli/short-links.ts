/** `postern short-links`: tells the gateways of a store what short links lead to. */
import { readFile } from 'node:fs/promises'
import { text as readStream } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { saveShortLinks } from '../filters/index.ts'
import { PosternError } from '../model/errors.ts'
import type { Duration } from '../model/units.ts'
import { CONFIG_DEFAULT } from './named-config.ts'
import type { Output } from './output.ts'
import { openSharedStore } from './shared-store.ts'
import { wrongAction } from './wrong-action.ts'

export const SHORT_LINKS_USAGE = `usage: postern short-links add URL TARGET [--ttl DURATION] [--store STORE | --config FILE]
       postern short-links import FILE [--ttl DURATION] [--store STORE | --config FILE]
       postern short-links remove URL [--store STORE | --config FILE]

Running gateways know the targets from the next message on. postern itself follows no link.
  URL                   at a public shortener: https://bit.ly/3x
  TARGET                the web address at the end of all redirects
  FILE                  a URL and its target on each line, with a blank or a tab between; - reads the standard input
  --ttl DURATION        how long they are remembered (default: 30d)
  --store STORE         the store of the gateway: the file of its SQLite database, or redis://HOST:PORT
  --config FILE         the configuration of the gateway, in place of --store
                        (${CONFIG_DEFAULT})

exit status: 0 when done, 2 when the command is wrong or the store cannot be asked`

/** @returns the exit status */
export async function shortLinksCommand(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS })
  if (values.help) {
    output.out(SHORT_LINKS_USAGE)
    return 0
  }
  const [action = '', ...rest] = positionals
  if (ARGUMENTS[action as keyof typeof ARGUMENTS] !== rest.length) {
    const said = { actions: Object.keys(ARGUMENTS), usage: SHORT_LINKS_USAGE }
    output.error(wrongAction('postern short-links', action, said))
    return 2
  }
  const [subject = '', target] = rest
  const links =
    action === 'import'
      ? linesOf(await contentOf(subject), subject)
      : [{ url: subject, ...(target !== undefined && { target }) }]
  const { store, close } = await openSharedStore(values)
  try {
    await saveShortLinks(store, links, values.ttl === undefined ? {} : { ttl: values.ttl as Duration })
  } finally {
    await close()
  }
  output.out(
    `${action === 'remove' ? 'removed' : 'remembered'} ${links.length} short ${links.length === 1 ? 'link' : 'links'}`,
  )
  return 0
}

/** The arguments behind each action. */
const ARGUMENTS = { add: 2, import: 1, remove: 1 }

const OPTIONS = {
  store: { type: 'string' },
  config: { type: 'string' },
  ttl: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const contentOf = async (file: string): Promise<string> =>
  file === '-' ? await readStream(process.stdin) : await readFile(file, 'utf8')

function linesOf(content: string, file: string): readonly { readonly url: string; readonly target: string }[] {
  return content.split(/\r?\n/).flatMap((line, at) => {
    if (line.trim() === '' || line.startsWith('#')) return []
    const [url = '', target, ...more] = line.trim().split(/\s+/)
    if (target !== undefined && more.length === 0) return [{ url, target }]
    throw new PosternError([
      {
        path: `${file}:${at + 1}`,
        found: line.slice(0, 200),
        expected: 'a short link, a blank and its target',
        remedy: 'mend the line or leave it out',
      },
    ])
  })
}
