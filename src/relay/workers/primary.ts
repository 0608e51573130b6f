/** The first of several processes: holds the port, starts the workers, and starts another where one dies. */
import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Metric } from '../../observe/index.ts'
import { merged } from '../../observe/observer.ts'
import { type Place, placeText } from '../config/addresses.ts'
import type { RelayOptions } from '../config/options.ts'
import { metricsAt, plain, serveMetrics } from '../metrics.ts'
import type { Effects, Relay } from '../relay.ts'
import { lines } from './lines.ts'
import { type FromWorker, type ToWorker, WORKER_NAME } from './worker.ts'

/** One that dies young is not started again at once: each time twice as late, until one has lived for a minute. */
const PATIENCE = { first: 100, longest: 30_000, grown: 60_000, farewell: 20_000 }
/** While no worker lives nobody listens: then no one waits longer. */
const ALONE = 500
/** A worker that is too busy to say what it has counted is left out. */
const ANSWER_WITHIN = 1_000

/** @throws Error when the first worker does not start; the others are started again and again */
export async function startWorkers(
  options: RelayOptions,
  { log, tell }: Pick<Effects, 'log' | 'tell'>,
): Promise<Pick<Relay, 'start' | 'close'>> {
  const workers = new Map<Worker, string>()
  /** Names that nobody bears now, and when another begins. */
  const waiting = new Map<string, { readonly start: () => void; readonly timer: NodeJS.Timeout }>()
  // All must name the same port to share it, and find it again when all have died.
  const place = options.listen.port === 0 ? ['--listen', placeText(await freePlace(options.listen))] : []
  let [stopping, restarts, questions] = [false, 0, 0]

  /** @param name of its place among the workers: whoever takes the place of a dead one bears its name */
  const fork = (name: string): Worker => {
    const exec = fileURLToPath(new URL('../program.ts', import.meta.url))
    cluster.setupPrimary({
      exec,
      args: [...process.argv.slice(2), ...place],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    const worker = cluster.fork({ [WORKER_NAME]: name })
    workers.set(worker, name)
    worker.once('exit', () => workers.delete(worker))
    // A process that could not be made, or not be told: it has ended, or will.
    worker.on('error', error => {
      tell(`warning: worker ${name}: ${error.message}\n`)
      if (worker.process.pid === undefined) worker.emit('exit', 1, null)
    })
    // Lines of several processes may not mix: only whole ones are passed on.
    worker.process.stdout?.on('data', lines(log))
    return worker
  }
  /** Starts another whenever it dies. */
  const keep = (worker: Worker, name: string, wait: number): void => {
    const since = performance.now()
    worker.once('exit', (code, signal) => {
      if (stopping) return
      const again = performance.now() - since >= PATIENCE.grown ? PATIENCE.first : wait
      const next = Math.min(2 * again, PATIENCE.longest)
      const start = () => {
        waiting.delete(name)
        begin(name, next)
      }
      restarts += 1
      const pause = workers.size === 0 ? Math.min(again, ALONE) : again
      tell(`warning: worker ${name} ended (${signal ?? code}); another starts in ${pause} ms\n`)
      waiting.set(name, { start, timer: setTimeout(start, pause) })
      if (workers.size === 0) hurry()
    })
  }
  /** The last one has died: whoever waits for long already begins soon. */
  const hurry = (): void => {
    for (const [name, { start, timer }] of waiting) {
      clearTimeout(timer)
      waiting.set(name, { start, timer: setTimeout(start, ALONE) })
    }
  }
  /** Where not even a process can be made now, it is tried again. */
  const begin = (name: string, wait: number): void => {
    try {
      keep(fork(name), name, wait)
    } catch (error) {
      tell(`warning: worker ${name} cannot be started now: ${String(error)}\n`)
      const start = () => {
        waiting.delete(name)
        begin(name, Math.min(2 * wait, PATIENCE.longest))
      }
      waiting.set(name, { start, timer: setTimeout(start, Math.max(wait, ALONE)) })
    }
  }
  const metrics = async (): Promise<readonly Metric[]> => {
    questions += 1
    const answers = await Promise.all(Array.from(workers, ([worker, name]) => ask(worker, name, questions)))
    return merged([
      plain('postern_workers', 'gauge', 'Workers that answer.', answers.filter(answer => answer.length > 0).length),
      plain('postern_worker_restarts_total', 'counter', 'Workers that ended and were started again.', restarts),
      ...answers.flat(),
    ])
  }

  const first = fork('1')
  const { start } = await started(first)
  keep(first, '1', PATIENCE.first)
  const others = Array.from({ length: options.workers - 1 }, (_, index) => {
    const worker = fork(`${index + 2}`)
    keep(worker, `${index + 2}`, PATIENCE.first)
    return started(worker)
  })
  await Promise.allSettled(others)
  const served = options.metrics && (await serveMetrics(options.metrics, metrics))
  return {
    start: {
      ...start,
      workers: options.workers,
      ...(served && options.metrics && { metrics: metricsAt(options.metrics, served.port) }),
    },
    close: async () => {
      stopping = true
      for (const { timer } of waiting.values()) clearTimeout(timer)
      await Promise.all(
        [...workers.keys()].map(async worker => {
          const gone = once(worker, 'exit')
          tellWorker(worker, { what: 'stop' })
          const impatience = setTimeout(() => worker.process.kill('SIGKILL'), PATIENCE.farewell)
          await gone
          clearTimeout(impatience)
        }),
      )
      await served?.close()
    },
  }
}

/** Port 0 stands for any that is free. */
async function freePlace({ host }: Place): Promise<Place> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return { host, port }
}

type Started = Extract<FromWorker, { readonly what: 'started' }>

/** It has told on stderr what hinders it, if it ends before. */
function started(worker: Worker): Promise<Started> {
  const { promise, resolve, reject } = Promise.withResolvers<Started>()
  worker.on('message', (said: FromWorker) => said.what === 'started' && resolve(said))
  worker.once('exit', () => reject(Object.assign(new Error('no worker could be started'), { code: 'EWORKER' })))
  return promise
}

/** What a worker has counted, labelled with its number; nothing if it does not answer in time. */
function ask(worker: Worker, name: string, question: number): Promise<readonly Metric[]> {
  const { promise, resolve } = Promise.withResolvers<readonly Metric[]>()
  const hear = (said: FromWorker) => {
    if (said.what === 'metrics' && said.question === question) done(said.metrics)
  }
  const done = (metrics: readonly Metric[]) => {
    clearTimeout(timer)
    worker.off('message', hear)
    resolve(metrics.map(metric => labelled(metric, name)))
  }
  const timer = setTimeout(() => done([]), ANSWER_WITHIN)
  worker.on('message', hear)
  tellWorker(worker, { what: 'metrics', question })
  return promise
}

function tellWorker(worker: Worker, message: ToWorker): void {
  // One that is just dying cannot be told, and need not.
  if (worker.isConnected()) worker.send(message, () => undefined)
}

const labelled = (metric: Metric, worker: string): Metric =>
  ({
    ...metric,
    samples: metric.samples.map(sample => ({ ...sample, labels: { ...sample.labels, worker } })),
  }) as Metric
