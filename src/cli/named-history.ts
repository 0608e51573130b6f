/** The history that a command line names: a folder, or that of a configuration. */
import { existsSync } from 'node:fs'
import type { History } from '../history/index.ts'
import { PosternError } from '../model/errors.ts'
import { emitWarning } from '../model/services.ts'
import type { HistoryConfig } from '../relay/config/kept-types.ts'
import { loadOptions } from '../relay/config/load.ts'
import { openHistory } from '../relay/histories.ts'
import { namedConfig } from './named-config.ts'

/** @throws PosternError when there is no history at that place */
export async function openNamedHistory(folder: string | undefined, config: string | undefined): Promise<History> {
  const place: HistoryConfig | undefined = folder === undefined ? await placeIn(config) : { folder }
  if (place === undefined || ('folder' in place && !existsSync(place.folder))) {
    const expected = 'the folder of a history, or --config a configuration with log.history'
    const found = place !== undefined && 'folder' in place ? place.folder : (namedConfig(config) ?? 'nothing')
    throw new PosternError([{ path: '--history', found, expected, remedy: `give --history ${expected}` }])
  }
  return await openHistory(place, { notify: emitWarning, isReader: true })
}

async function placeIn(file: string | undefined): Promise<HistoryConfig | undefined> {
  const named = namedConfig(file)
  if (named === undefined) return undefined
  const { options } = await loadOptions({ args: ['--config', named], environment: process.env })
  return options.log.history
}
