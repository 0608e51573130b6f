/** The statistics of this server, for `/stat`, `/counters` and `/symbols`. */
import { actions, type RuleScore } from './result.ts'

/** Symbols beyond this many share one count. */
const MAX_SYMBOLS = 1000
const MAX_TIMES = 31

export interface Counts {
  scanned(action: string, symbols: readonly RuleScore[], ms: number): void
  learned(label: 'ham' | 'spam'): void
  connected(controls: boolean): void
  /** In the form of `/stat`. */
  stat(): object
  readonly symbols: ReadonlyMap<string, { readonly hits: number; readonly weight: number }>
}

export function counts(now: () => number): Counts {
  const since = now()
  const byAction = new Map<string, number>(Object.values(actions).map(action => [action, 0]))
  const symbols = new Map<string, { hits: number; weight: number }>()
  const learned = { ham: 0, spam: 0 }
  const times: number[] = []
  let [scans, connections, controls] = [0, 0, 0]
  return {
    symbols,
    scanned: (action, list, ms) => {
      scans += 1
      byAction.set(action, (byAction.get(action) ?? 0) + 1)
      times.push(ms / 1000)
      if (times.length > MAX_TIMES) times.shift()
      for (const { name, score } of list) {
        const key = symbols.has(name) || symbols.size < MAX_SYMBOLS ? name : 'OTHER'
        const counted = symbols.get(key) ?? { hits: 0, weight: score }
        symbols.set(key, { hits: counted.hits + 1, weight: score })
      }
    },
    learned: label => {
      learned[label] += 1
    },
    connected: isControl => {
      connections += 1
      if (isControl) controls += 1
    },
    stat: () => ({
      version: 'postern',
      config_id: 'postern',
      uptime: Math.round((now() - since) / 1000),
      read_only: false,
      scanned: scans,
      learned: learned.ham + learned.spam,
      actions: Object.fromEntries(byAction),
      scan_times: Array.from({ length: MAX_TIMES }, (_, index) => times[index] ?? null),
      spam_count: (byAction.get('reject') ?? 0) + (byAction.get('add header') ?? 0),
      ham_count: byAction.get('no action') ?? 0,
      connections,
      control_connections: controls,
      ...{ pools_allocated: 0, pools_freed: 0, bytes_allocated: 0, chunks_allocated: 0 },
      ...{ shared_chunks_allocated: 0, chunks_freed: 0, chunks_oversized: 0, fragmented: 0 },
      total_learns: learned.ham + learned.spam,
      statfiles: [],
      fuzzy_hashes: {},
    }),
  }
}
