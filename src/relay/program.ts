/** The relay as a program: reads its options, runs until it is told to stop. */
import cluster from 'node:cluster'
import { PosternError } from '../index.ts'
import { boundedLog } from './bounded-log.ts'
import { help } from './config/command-line.ts'
import { readOptions } from './config/options.ts'
import { startRelay } from './relay.ts'
import { startLines } from './report.ts'
import { startWorkers } from './workers/primary.ts'
import { serveAsWorker, WORKER_NAME } from './workers/worker.ts'

const tell = boundedLog(process.stderr, () => undefined).write
const log = boundedLog(process.stdout, tell).write

// A terminal that closes, or a rotation of logs: what can be read again is, and nothing ends.
process.on('SIGHUP', () => undefined)

/** Starts what these options ask for. @returns what ends it */
async function start(): Promise<() => Promise<void>> {
  const options = readOptions(process.argv.slice(2), process.env)
  if (cluster.isWorker) return await serveAsWorker(options, { log, tell, worker: Number(process.env[WORKER_NAME]) })
  const running =
    options.workers > 1 ? await startWorkers(options, { log, tell }) : await startRelay(options, { log, tell })
  tell(startLines(running.start))
  return running.close
}

async function main(): Promise<void> {
  try {
    const close = await start()
    const stop = () => {
      // Told twice means now.
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.removeListener(signal, stop)
      close().then(() => process.exit(0))
    }
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
  } catch (error) {
    const known = error instanceof PosternError || (error instanceof Error && 'code' in error)
    tell(`${known ? error.message : String(error)}\n`)
    process.exit(1)
  }
}

if (process.argv.slice(2).some(argument => argument === '--help' || argument === '-h')) log(help)
else await main()
