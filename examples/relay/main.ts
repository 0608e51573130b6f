/** The relay as a program: reads its options, runs until it is told to stop. */
import { PosternError } from '../../src/index.ts'
import { readOptions } from './options.ts'
import { type Relay, startRelay } from './relay.ts'

// A reader of the log that has gone away must not take the mail with it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

let relay: Relay | undefined
try {
  relay = await startRelay(readOptions(process.argv.slice(2), process.env), {
    log: line => process.stdout.write(line),
    tell: lines => process.stderr.write(lines),
  })
} catch (error) {
  const known = error instanceof PosternError || (error instanceof Error && 'code' in error)
  process.stderr.write(`${known ? error.message : String(error)}\n`)
  process.exitCode = 1
}

const stop = () => {
  // Told twice means now.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.removeListener(signal, stop)
  relay?.close().then(() => process.exit(0))
}
if (relay) for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
