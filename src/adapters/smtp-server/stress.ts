/** Less patience while the load is high (as Postfix has under stress, STRESS_README): the known and the quick notice nothing. */
import type { Level } from '../../load/load.ts'
import type { Limits } from './limits.ts'

type Patience = Pick<Limits, 'junk' | 'errors' | 'command' | 'transaction' | 'grace'>

/** The most that a client may take at a level; what the operator has set lower stays. */
const patience: Readonly<Record<Exclude<Level, 'green'>, Patience>> = {
  amber: { junk: 100, errors: 10, command: 30_000, transaction: 300_000, grace: 5_000 },
  red: { junk: 5, errors: 3, command: 10_000, transaction: 120_000, grace: 3_000 },
}

/** Limits that are read anew each time: a client that is here already has less patience to hope for, too. */
export function underStress(limits: Limits, level: () => Level): Limits {
  const least = (key: keyof Patience): number => {
    const now = level()
    return now === 'green' ? limits[key] : Math.min(limits[key], patience[now][key])
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
