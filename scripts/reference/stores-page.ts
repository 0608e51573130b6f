/** The page of the stores: what each keeps, and its options. */

import { memoryStore, withFallback } from '../../src/store/index.ts'
import { redisStore } from '../../src/store/redis/redis.ts'
import { sqliteStore } from '../../src/store/sqlite/sqlite.ts'
import type { Factory } from './ask.ts'
import { exampleModule } from './example.ts'
import { code, page, prose, table } from './markdown.ts'
import { optionBlocks } from './options-table.ts'
import { functionIn } from './source.ts'

interface StoreEntry {
  readonly name: string
  readonly module: string
  readonly file: string
  readonly type: string
  readonly make: Factory
}

const STORES: readonly StoreEntry[] = [
  {
    name: 'memoryStore',
    module: 'postern/store',
    file: 'src/store/memory.ts',
    type: 'MemoryStoreOptions',
    make: memoryStore,
  },
  {
    name: 'sqliteStore',
    module: 'postern/sqlite',
    file: 'src/store/sqlite/sqlite.ts',
    type: 'SqliteStoreOptions',
    make: sqliteStore,
  },
  {
    name: 'redisStore',
    module: 'postern/redis',
    file: 'src/store/redis/redis.ts',
    type: 'RedisStoreOptions',
    make: redisStore,
  },
  {
    name: 'withFallback',
    module: 'postern/store',
    file: 'src/store/with-fallback.ts',
    type: 'FallbackOptions',
    make: (options: never) => withFallback(memoryStore(), options),
  },
]

/** The content of docs/reference/stores.md. */
export function storesPage(): string {
  return page(
    '# Stores',
    `A store keeps what is counted and remembered between sessions: limits, greylisting, reputation, known senders,
    lists. \`postern({ store })\` takes one; without it a gateway has its own memory. Messages, history and quarantine are
    kept elsewhere: see [history](../guides/history.md) and [quarantine](../guides/quarantine.md).`,
    table(
      ['store', 'entry point', 'shared by', 'survives', 'when it fails'],
      [
        [
          '`memoryStore`',
          '`postern/store`',
          'one process',
          'nothing',
          'it cannot fail; when it is full, old entries go',
        ],
        [
          '`sqliteStore`',
          '`postern/sqlite`',
          'processes of one machine',
          'a restart, `kill -9`',
          'local memory counts',
        ],
        ['`redisStore`', '`postern/redis`', 'several machines', 'as the server is set up', 'local memory counts'],
      ],
    ),
    `The gateway adds the fallback by itself. A list of operations that fails or takes 100 ms is answered by local memory,
    and the store is tried again each second. The notices are \`store/down\` and \`store/up\`, and the metric is
    \`postern_store_up\` ([metrics](metrics.md)). What was counted meanwhile is not written back. With several nodes set
    \`nodes\`, so that local counts stand for all of them.`,
    `What stores do not do: no transaction over several keys, no list of keys, no search. [decisions/009](../../decisions/009-stores.md)
    has the reasons and the figures.`,
    ...STORES.flatMap(blocksOf),
    '## Operations',
    `Your own store implements one method, \`run(operations)\`: each operation is atomic by itself, and a list is one round
    trip. [\`Store\`](api/store.md#store) has the types of the operations and of their answers.`,
    table(
      ['operation', 'what it does', 'answers'],
      [
        ['`get`', 'reads a value', 'the entry, or undefined'],
        ['`set`', 'replaces a value', 'the entry'],
        ['`add`', 'writes a value where there is none', 'the entry that is there, and whether it was added'],
        ['`increment`', 'adds a whole number to a count; by 0 it only reads', 'the count'],
        ['`compareAndSet`', 'writes where the expected value is there', 'whether it did'],
        ['`decayingAdd`', 'adds to sums of which half is gone after a time', 'the sums'],
        ['`delete`', 'removes a value', 'whether there was one'],
      ],
    ),
    '## See also',
    '[Configuration](configuration.md) · [two and more nodes](../guides/nodes.md) · [sizing](../guides/scale.md)',
  )
}

function blocksOf({ name, module, file, type, make }: StoreEntry): readonly string[] {
  const { doc } = functionIn(file, name)
  return [
    `## ${name}`,
    `Exported by \`${module}\`. ${prose(doc.text)}`,
    ...optionBlocks({ make, type, file }),
    ...(doc.example === undefined ? [] : [code('ts', exampleModule(doc.example))]),
  ]
}
