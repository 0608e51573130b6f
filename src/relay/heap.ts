/**
 * How much memory V8 takes. By default its young generation grows to 128 MB on a large machine, most of it garbage, and
 * each of several processes reckons with the memory of the whole machine. Limits are taken from the command line alone:
 * children get them there, and the first process runs itself again with them.
 */
import { totalmem } from 'node:os'
import { setFlagsFromString } from 'node:v8'

/** Half of the young generation, in MB: decisions/008 has what other sizes cost. */
const SEMI_SPACE_MB = 4
/** The same of a thread: threads ask databases, or run seldom. */
const THREAD_SEMI_SPACE_MB = 1
/**
 * Bounds of the old generation, in MB. With less, a message of 25 MB may end the process. From 2,048 on V8 collects it
 * only when it has grown fourfold: that alone is 80 MB.
 */
const MIN_OLD_SPACE_MB = 192
const MAX_OLD_SPACE_MB = 1_024
/** The part of the memory that is for heaps. The rest is for buffers, databases and the code of Node. */
const HEAP_SHARE = 0.5
const MB = 2 ** 20

/** Options that this program has added to the command line of its first process. */
const ADDED = 'POSTERN_HEAP'

/** What of `process` is used. */
export interface HeapProcess {
  readonly execPath: string
  readonly execArgv: readonly string[]
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Whether a parent process has a channel to this one (`fork`, or a process manager). */
  readonly connected?: boolean
  /** Absent on Windows. */
  readonly execve?: typeof process.execve | undefined
}

/** Bytes of the container, or of the machine. */
const memoryLimit = (): number => Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem())

/** MB of the old generation of each of so many processes that carry mail. */
export function oldSpaceOf(processes: number, memory: number = memoryLimit()): number {
  const share = Math.floor((memory * HEAP_SHARE) / processes / MB)
  return Math.min(Math.max(share, MIN_OLD_SPACE_MB), MAX_OLD_SPACE_MB)
}

/**
 * Runs this program again with limits, in the same process. Returns where that is not possible or not needed: then the
 * heap has the limits of V8.
 */
export function restartWithHeap(own: HeapProcess = process, memory?: number): void {
  const { execPath, execArgv, argv, env, execve } = own
  // Sockets of systemd and the channel to a parent would be closed.
  if (execve === undefined || env[ADDED] !== undefined || env.LISTEN_FDS !== undefined || own.connected) return
  const added = heapOptions(oldSpaceOf(1, memory), execArgv, env)
  if (added.length === 0) return
  try {
    const all = [execPath, ...execArgv, ...added, ...argv.slice(1)]
    execve(execPath, all, { ...childEnvironment(env), [ADDED]: added.join(' ') })
  } catch {
    // Node's permissions may forbid it.
  }
}

/** Options of Node for a child whose old generation is this large, in MB. */
export function childOptions(oldSpace: number, { execArgv, env }: Pick<HeapProcess, 'execArgv' | 'env'> = process) {
  const added = env[ADDED]?.split(' ') ?? []
  // Two processes cannot be inspected on one port.
  const inherited = execArgv.filter(option => !option.startsWith('--inspect') && !added.includes(option))
  return [...inherited, ...heapOptions(oldSpace, inherited, env)]
}

/** The same where `oldSpace` is a bound that holds whatever the command line says. */
export function boundedChildOptions(oldSpace: number, own: Pick<HeapProcess, 'execArgv' | 'env'> = process) {
  const others = own.execArgv.filter(option => ![WHOLE_HEAP, OLD_SPACE_SHARE].includes(nameOf(option)))
  return [...childOptions(oldSpace, { ...own, execArgv: others }), `--max-old-space-size=${oldSpace}`]
}

/** The C library keeps freed memory in as many arenas as there are threads, unless it has a bound. */
export const childEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({ MALLOC_ARENA_MAX: '2', ...env })

/**
 * Gives threads that start from now on a small young generation, and lets `resourceLimits` hold for them, which an
 * option of the command line would override.
 */
export function limitThreadHeaps(setFlags: (flags: string) => void = setFlagsFromString): void {
  setFlags('--max-old-space-size=0')
  setFlags(`--max-semi-space-size=${THREAD_SEMI_SPACE_MB}`)
}

/** What the operator has set, by NODE_OPTIONS or on the command line, takes precedence. */
function heapOptions(oldSpace: number, execArgv: readonly string[], env: NodeJS.ProcessEnv): readonly string[] {
  const given = [...execArgv, ...(env.NODE_OPTIONS ?? '').split(/\s+/)].map(nameOf)
  if (given.includes(WHOLE_HEAP)) return []
  const ours = [`--max-semi-space-size=${SEMI_SPACE_MB}`]
  if (!given.includes(OLD_SPACE_SHARE)) ours.push(`--max-old-space-size=${oldSpace}`)
  return ours.filter(option => !given.includes(nameOf(option)))
}

/** The bound of all generations: V8 ends a process that has it beside a bound of each generation. */
const WHOLE_HEAP = '--max-heap-size'
/** The bound of the old generation as a percentage of the memory. It takes precedence over a bound in MB. */
const OLD_SPACE_SHARE = '--max-old-space-size-percentage'

/** V8 takes `_` for `-`. */
const nameOf = (option: string): string => option.replace(/=.*/s, '').replaceAll('_', '-')
