/**
 * Plays the Start pages word for word, each in an empty folder, with the packed tarball in place of the published
 * package, an empty npm cache and no program but Node: `node scripts/first-hour.ts [--tarball FILE] [PAGE ...]`.
 * Prints how long each takes, and fails when a command fails, when something is not seen that the page shows, or when
 * a page takes longer than it may. Needs a tarball or a current build, a registry, `bash`, and port 2525.
 */
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Action, commonJsOf, find, stepsOf } from './first-hour/page.ts'
import { Terminals } from './first-hour/terminal.ts'

interface Page {
  readonly file: string
  readonly steps: (markdown: string) => readonly Action[]
  readonly maxMinutes: number
}

const PAGES: Readonly<Record<string, Page>> = {
  embed: { file: 'docs/start/embed.md', steps: text => stepsOf(text.split('## CommonJS')[0] ?? ''), maxMinutes: 5 },
  'embed-commonjs': { file: 'docs/start/embed.md', steps: commonJsOf, maxMinutes: 5 },
  gateway: { file: 'docs/start/gateway.md', steps: stepsOf, maxMinutes: 5 },
  rule: { file: 'docs/start/rule.md', steps: stepsOf, maxMinutes: 10 },
}
const MAX_SEEN_MS = 15_000

const folder = await mkdtemp(join(tmpdir(), 'postern-first-hour-'))
try {
  const { values, positionals } = parseArgs({ options: { tarball: { type: 'string' } }, allowPositionals: true })
  const tarball = values.tarball ?? pack(folder)
  const chosen = positionals.length > 0 ? positionals : Object.keys(PAGES)
  for (const name of chosen) {
    const page = PAGES[name]
    if (page === undefined) throw new Error(`there is no page ${name}; pages are ${Object.keys(PAGES).join(', ')}`)
    const place = join(folder, name)
    await mkdir(place)
    const started = performance.now()
    const installing = await play(page.steps(await readFile(page.file, 'utf8')), place, tarball)
    const seconds = (performance.now() - started) / 1000
    console.log(`${name}: ${seconds.toFixed(1)} s of ${page.maxMinutes} min (npm: ${(installing / 1000).toFixed(1)} s)`)
    if (seconds > page.maxMinutes * 60) throw new Error(`${name} takes longer than ${page.maxMinutes} minutes`)
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
}

/** @returns milliseconds that npm took */
async function play(steps: readonly Action[], place: string, tarball: string): Promise<number> {
  if (!steps.some(({ kind }) => kind === 'run') || !steps.some(({ kind }) => kind === 'see'))
    throw new Error('the page has no commands, or shows nothing to see')
  const terminals = await Terminals.in(place)
  const references = new Map<string, string>()
  let installing = 0
  try {
    for (const step of steps) {
      if (step.kind === 'save') await writeFile(join(terminals.folder, step.file), step.text)
      else if (step.kind === 'see') await see(step.lines, terminals, references)
      else
        for (const command of step.commands.flatMap(line => line.split(' && '))) {
          const started = performance.now()
          await terminals.run(adapted(command, tarball, references))
          if (command.startsWith('npm ')) installing += performance.now() - started
        }
    }
    return installing
  } finally {
    await terminals.close()
  }
}

/** The tarball in place of the name that npm would look up, and references of this run in place of the page's. */
function adapted(command: string, tarball: string, references: ReadonlyMap<string, string>): string {
  const installed = command.startsWith('npm install ') ? command.replace(/\bpostern\b/, tarball) : command
  return installed.replace(/\bref=(\w+)/, (whole, ref: string) => `ref=${references.get(ref) ?? whole.slice(4)}`)
}

/** Waits until all lines are there: a program may write a moment later. */
async function see(lines: readonly string[], terminals: Terminals, references: Map<string, string>): Promise<void> {
  for (let waited = 0; ; waited += 100) {
    const found = lines.map(line => find(line, terminals.output))
    const missing = lines.filter((_, index) => found[index] === undefined)
    if (missing.length === 0) {
      for (const each of found) for (const [name, ref] of each ?? []) references.set(name, ref)
      return
    }
    if (waited >= MAX_SEEN_MS) throw new Error(`not seen:\n${missing.join('\n')}\n\nbut:\n${terminals.output}`)
    await wait(100)
  }
}

function pack(to: string): string {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', to]
  const { status, stdout, stderr } = spawnSync('npm', args, { encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 })
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`)
  const [{ filename }] = JSON.parse(stdout) as readonly [{ readonly filename: string }]
  return join(to, filename)
}
