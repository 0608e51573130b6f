/** Opens the store of a running gateway, for commands that show and change what it holds. */
import { existsSync } from 'node:fs'
import { PosternError } from '../model/errors.ts'
import type { Store } from '../model/store.ts'
import { readStore, shownStore } from '../relay/config/command-line.ts'
import { loadOptions } from '../relay/config/load.ts'
import type { StoreConfig } from '../relay/config/types.ts'
import { connectStore, type SharedStoreConfig } from '../relay/stores.ts'
import { namedConfig } from './named-config.ts'

/** What `--store` and `--config` say. */
interface Named {
  readonly store?: string | undefined
  readonly config?: string | undefined
}

/** @param named `--store` takes precedence over the store of the configuration */
export async function openSharedStore(
  named: Named,
): Promise<{ readonly store: Store; readonly close: () => Promise<void> }> {
  const file = named.store === undefined ? namedConfig(named.config) : named.config
  const config = storeOf(named.store, await configured(file))
  // A mistyped name would make a store that no gateway reads.
  if ('file' in config && !existsSync(config.file))
    throw new PosternError([
      { path: '--store', found: config.file, expected: STORES, remedy: 'name the file that the gateway has made' },
    ])
  const { store, close } = await connectStore(config, ({ reason }) => process.emitWarning(reason))
  return {
    store,
    close: async () => {
      await store.close?.()
      await close()
    },
  }
}

const STORES = 'the file or the redis:// address of the gateway’s store'

/** The store of a configuration file, if there is one. */
const configured = async (file: string | undefined): Promise<StoreConfig | undefined> =>
  file === undefined
    ? undefined
    : (await loadOptions({ args: ['--config', file], environment: process.env })).options.store

function storeOf(given: string | undefined, other: StoreConfig | undefined): SharedStoreConfig {
  const config = given === undefined ? other : readStore(given)
  if (config !== undefined && config !== 'memory') return config
  const expected = config === 'memory' ? `${STORES}: the memory of another process cannot be changed` : STORES
  const found = given === undefined ? other : shownStore(given)
  throw new PosternError([{ path: '--store', found, expected, remedy: `give --store ${STORES}, or --config` }])
}
