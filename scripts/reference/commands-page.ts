/** The page of the commands: their own help, as the program prints it. */
import { main } from '../../src/cli/main.ts'
import { code, page } from './markdown.ts'

/** What each command is for, and the page that shows its use. */
const COMMANDS: Readonly<Record<string, string>> = {
  serve:
    'Runs the gateway program. [Run the gateway](../start/gateway.md) shows it, and [configuration](configuration.md) lists its options.',
  init: 'Writes a commented configuration, with all services by `--all`.',
  config: 'Checks a configuration, or prints the effective one.',
  score: 'Judges message files and explains each decision. See [score](../guides/score.md).',
  record: 'Takes names, addresses and texts out of a message or recording. See [share](../guides/share-mail.md).',
  trace: 'Finds what became of a message. See [history](../guides/history.md).',
  history: 'Exports or erases what is recorded about an address. See [history](../guides/history.md).',
  quarantine: 'Shows, releases and deletes held messages. See [quarantine](../guides/quarantine.md).',
  list: 'Edits the allow and deny lists in the store. See [lists](../guides/lists.md).',
  learn: 'Trains the classifier with mail of folders, mailboxes and IMAP. See [training](../guides/training.md).',
  'short-links': 'Stores where short links lead. See [short links](../guides/short-links.md).',
  report: 'Reads and sends DMARC reports. See [reports](../guides/reports.md).',
  doctor: 'Checks a deployment: DNS, TLS, next hops, stores. See [doctor](../guides/doctor.md).',
}

/** The content of docs/reference/commands.md. */
export async function commandsPage(): Promise<string> {
  const overview = await helpOf([])
  const missing = commandsIn(overview).filter(name => !(name in COMMANDS) && name !== 'replay')
  if (missing.length > 0)
    throw new Error(`scripts/reference/commands-page.ts lacks ${missing.join(', ')}; say what it is for`)
  const blocks = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, about]) => [
      `## postern ${name}`,
      about,
      code('text', await helpOf([name])),
    ]),
  )
  return page(
    '# Commands',
    `The program \`postern\` comes with the package: \`npx postern\` runs it. This page is what each command prints with
    \`--help\`, made by \`npm run reference\`. Every command ends with the status that its help names; a mistake in a
    command is status 2 (1 of \`postern serve\`, 3 of \`postern doctor\`), with a sentence on standard error.`,
    code('text', overview),
    ...blocks.flat(),
  )
}

/** The commands that the overview names. */
const commandsIn = (overview: string): readonly string[] => [
  ...new Set(Array.from(overview.matchAll(/^(?:usage:)? +postern ([a-z][a-z-]*)/gm), ([, name = '']) => name)),
]

/** What the program prints. */
async function helpOf(command: readonly string[]): Promise<string> {
  const lines: string[] = []
  const status = await main([...command, '--help'], { out: line => lines.push(line), error: line => lines.push(line) })
  if (status !== 0) throw new Error(`postern ${command.join(' ')} --help ended with ${status}: ${lines.join('\n')}`)
  return lines.join('\n')
}
