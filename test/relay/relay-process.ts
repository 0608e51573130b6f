/** The relay in its own process, and what a client and a Maildir see of it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { relay as main } from '../support/programs.ts'
import { type RawClient, rawClient } from '../support/raw-client.ts'

export interface RelayProcess extends AsyncDisposable {
  readonly port: number
  readonly child: ChildProcess
  /** What it told at the start. */
  readonly told: string
  /** What it has told until now. */
  readonly tells: () => string
  /** Its log so far. */
  readonly log: () => string
  /** Waits until it has ended. */
  readonly ended: Promise<unknown>
}

/** In what the relay is run. */
export interface Surroundings {
  /** A program that runs the command line behind it. */
  readonly within?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** It may end instead of starting; the port is then whatever it names. @default false */
  readonly mayEnd?: boolean
}

/** Asks a DNS server that is not there, so that nothing waits for one, unless `args` name another. */
export async function relayProcess(
  args: readonly string[],
  { within = [], environment = {}, mayEnd = false }: Surroundings = {},
): Promise<RelayProcess> {
  const dns = args.includes('--dns') ? [] : ['--dns', '127.0.0.1:9']
  const relay = [process.execPath, main, '--listen', '127.0.0.1:0', ...dns, ...args]
  const [program = '', ...rest] = [...within, ...relay]
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } })
  const ended = once(child, 'exit')
  let [told, log] = ['', '']
  child.stdout.on('data', bytes => {
    log += String(bytes)
  })
  const started = new Promise<void>(resolve => {
    child.stderr.on('data', bytes => {
      told += String(bytes)
      if (told.includes('\nmode')) resolve()
    })
  })
  await Promise.race([started, ended])
  // A notice above that line may name another port.
  const port = Number(/^listens on .*?127\.0\.0\.1:(\d+)/m.exec(told)?.[1] ?? /127\.0\.0\.1:(\d+)/.exec(told)?.[1])
  if (!port || (child.exitCode !== null && !mayEnd)) throw new Error(`the relay did not start: ${told}`)
  const end = async () => {
    child.kill('SIGKILL')
    await ended
  }
  const atStart = told
  return { port, child, told: atStart, tells: () => told, log: () => log, ended, [Symbol.asyncDispose]: end }
}

export const letter = (id: string, lines = 3): string =>
  [
    ...['From: a@example.org', 'Date: Mon, 23 Nov 2026 11:00:00 +0000', `Message-ID: <${id}@example.org>`],
    ...[
      'Subject: a letter',
      '',
      ...Array.from({ length: lines }, (_, index) => `.line ${index} \u00e4`),
      `end ${id}`,
      '',
    ],
  ].join('\r\n')

export const stuffed = (text: string): string => `${text.replace(/\r\n\./g, '\r\n..')}.\r\n`

const COMMANDS = ['EHLO', 'MAIL', 'RCPT', 'DATA'] as const

/** How far an honest client comes, and from where. */
interface Dialogue {
  readonly to?: string
  readonly upTo?: (typeof COMMANDS)[number]
  /** Its address. @default 127.0.0.1 */
  readonly from?: string
}

/** Up to DATA's 354, or the reply to an earlier command. */
export async function begin(
  port: number,
  { to = 'b@example.net', upTo = 'DATA', from = '127.0.0.1' }: Dialogue = {},
): Promise<RawClient> {
  const client = rawClient(port, { from })
  await client.reply()
  const lines = ['EHLO client.example.org', 'MAIL FROM:<a@example.org>', `RCPT TO:<${to}>`, 'DATA']
  for (const line of lines.slice(0, COMMANDS.indexOf(upTo) + 1)) await client.say(line)
  return client
}

/** @returns the reply to the message */
export async function deliver(port: number, text: string, to = 'b@example.net', from = '127.0.0.1'): Promise<string> {
  const client = await begin(port, { to, from })
  client.send(Buffer.from(stuffed(text), 'latin1'))
  const reply = await client.reply()
  client.destroy()
  return reply
}

/** Every message in `new/`, in latin1. */
export async function messages(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, 'new')).catch(() => [])
  return await Promise.all(names.map(name => readFile(join(folder, 'new', name), 'latin1')))
}
