/** Processor time, for bounds that hold on a slow machine, too, and on a machine that is busy with other work. */

/** Milliseconds of CPU that this process has used so far, all threads together. */
export const cpuTime = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Milliseconds of CPU that this thread has used so far. */
export function threadTime(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** How often at most something is measured: other processes only add to what it takes, and may do so for seconds. */
const MAX_RUNS = 10

/**
 * What `work` takes in milliseconds of CPU of the reference machine: the least of ten runs, or of fewer as soon as one
 * took less than `enough`.
 */
export function cpuOf(work: () => unknown, enough = 0): number {
  let least = Infinity
  for (let run = 0; run < MAX_RUNS && least >= enough; run++) {
    const slower = slowness()
    const before = threadTime()
    work()
    least = Math.min(least, (threadTime() - before) / slower)
  }
  return least
}

/** The same for work that waits, with the CPU of all threads. */
export async function cpuOfAsync(work: () => Promise<unknown>, enough = 0): Promise<number> {
  let least = Infinity
  for (let run = 0; run < MAX_RUNS && least >= enough; run++) {
    const slower = slowness()
    const before = cpuTime()
    await work()
    least = Math.min(least, (cpuTime() - before) / slower)
  }
  return least
}

/**
 * How many times as much CPU of this thread, or of what `time` counts, `work` takes for `large` as for `small`; less
 * than `floor` milliseconds count as so many. Each is done once before, so that neither pays for compiling; then both
 * in turn, and the least of each counts. It ends as soon as the growth is under `enough`.
 */
export async function growth<Size>(
  work: (size: Size) => unknown,
  {
    small,
    large,
    enough,
    floor = 1,
    time = threadTime,
  }: { small: Size; large: Size; enough: number; floor?: number; time?: () => number },
): Promise<number> {
  await work(small)
  await work(large)
  const least = { small: Infinity, large: Infinity }
  for (let run = 0; run < MAX_RUNS && (run < 2 || ratio() >= enough); run += 1) {
    least.small = Math.min(least.small, await timed(() => work(small), time))
    least.large = Math.min(least.large, await timed(() => work(large), time))
  }
  return ratio()

  function ratio(): number {
    return least.large / Math.max(floor, least.small)
  }
}

async function timed(work: () => unknown, time: () => number): Promise<number> {
  const before = time()
  await work()
  return time() - before
}

/**
 * The longest stretch for which `work` kept the event loop to itself, in milliseconds of CPU of this thread on the
 * reference machine. It is done again while it was longer than `enough`: a collection of others' garbage may fall into
 * one run, and what the work itself takes is in every run.
 */
export async function longestStretch(work: () => Promise<unknown>, enough = 50): Promise<number> {
  let least = Infinity
  for (let run = 0; run < MAX_RUNS && least >= enough; run++) least = Math.min(least, await stretchOf(work))
  return least
}

async function stretchOf(work: () => Promise<unknown>): Promise<number> {
  const slower = slowness()
  let longest = 0
  let last = threadTime()
  let over = false
  const turn = (): void => {
    const now = threadTime()
    longest = Math.max(longest, now - last)
    last = now
    if (!over) setImmediate(turn)
  }
  setImmediate(turn)
  await work()
  over = true
  await new Promise(resolve => setImmediate(resolve))
  return longest / slower
}

/** Milliseconds that {@link reference} takes on the reference machine: two cores of a server of 2023. */
const REFERENCE_MS = 24
/** Milliseconds for which a measurement of the machine holds. */
const MAX_AGE_MS = 1_000

let measured = { at: -Infinity, slowness: 1 }

/** How many times slower this machine is at the moment than the reference machine; at least 1. */
export function slowness(): number {
  if (performance.now() - measured.at > MAX_AGE_MS) {
    const before = threadTime()
    reference()
    measured = { at: performance.now(), slowness: Math.max(1, (threadTime() - before) / REFERENCE_MS) }
  }
  return measured.slowness
}

const TEXT = 'The quick brown fox jumps over the lazy dog, 1234567890 times. '.repeat(400)

/** A fixed piece of work of the kind that is measured: strings, tables and bytes. */
function reference(): number {
  const counts = new Map<string, number>()
  for (const [word] of TEXT.matchAll(/\w{1,20}/g)) counts.set(word, (counts.get(word) ?? 0) + 1)
  let hash = 0
  const bytes = Buffer.from(TEXT)
  for (let round = 0; round < 900; round += 1)
    for (let at = 0; at < bytes.length; at += 1) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0
  return hash + counts.size
}
