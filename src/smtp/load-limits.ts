/**
 * Shorter timeouts while the load is high (as Postfix has under stress, STRESS_README): the known and the quick notice
 * nothing.
 */
import type { Level, LoadMeter } from '../model/load.ts'
import type { Limits } from './limits.ts'

type LoadLimits = Pick<Limits, 'junk' | 'errors' | 'command' | 'transaction' | 'grace'>

/** The most that a client may take at a level; what the operator has set lower stays. */
const loadLimits: Readonly<Record<Exclude<Level, 'green'>, LoadLimits>> = {
  amber: { junk: 100, errors: 10, command: 60_000, transaction: 300_000, grace: 5_000 },
  red: { junk: 5, errors: 3, command: 10_000, transaction: 120_000, grace: 3_000 },
}

/** While others find no place, who does nothing useful for so long gives up his. */
const crowded: LoadLimits = { ...loadLimits.red, command: 2_000, grace: 2_000 }

/**
 * Limits that are read anew each time: a client that is connected already gets the shorter timeouts, too. Slow clients
 * who have taken all places so leave as fast as they come; an honest one says something useful with each of its round
 * trips.
 */
export function limitsUnderLoad(limits: Limits, load: () => Pick<LoadMeter, 'level' | 'overflowing'>): Limits {
  const least = (key: keyof LoadLimits): number => {
    const now = load()
    if (now.overflowing) return Math.min(limits[key], crowded[key])
    return now.level === 'green' ? limits[key] : Math.min(limits[key], loadLimits[now.level][key])
  }
  return {
    ...limits,
    get junk() {
      return least('junk')
    },
    get errors() {
      return least('errors')
    },
    get command() {
      return least('command')
    },
    get transaction() {
      return least('transaction')
    },
    get grace() {
      return least('grace')
    },
  }
}
