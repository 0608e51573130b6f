/** The console as a job of the management process. */
import { StatusBoard } from '../../alerts/status.ts'
import { createConsole, serveConsole } from '../../console/index.ts'
import { hostPortText, readHostPort } from '../config/addresses.ts'
import { consoleSources, openRecords, signInOf } from '../console-options.ts'
import { digestPagesOf } from '../digest-parts.ts'
import type { ManagementJob } from './types.ts'

export const job: ManagementJob = {
  start: async parts => {
    const { options, clock, store, notify, recordAction: record } = parts
    const { console: config } = options
    if (config === undefined) throw new Error('there is no console in the configuration')
    const { url, proxies, language, session } = config
    const records = openRecords(options, clock)
    const board = new StatusBoard(store, () => clock.monotonic())
    const console = createConsole({
      ...{ name: options.name, records, store, record, notify, clock },
      sources: consoleSources(parts),
      status: given => board.report(given),
      signIn: signInOf(config, parts),
      ...(options.digest && { digestPages: digestPagesOf(parts, options.digest) }),
      ...(url !== undefined && { url }),
      ...(proxies && { proxies }),
      ...(language && { language }),
      ...(session && { session }),
    })
    const at = readHostPort(config.listen, 0) ?? { host: '127.0.0.1', port: 0 }
    const close = async (): Promise<void> => {
      await console.close()
      await records.close()
    }
    const served = await serveConsole(console, at).catch(async error => {
      // It is tried again: what this try has opened must not stay.
      await close()
      throw error
    })
    const shown = url ?? `http://${hostPortText({ ...at, port: served.port })}`
    notify({ code: 'console/up', reason: `the console listens at ${shown}`, level: 'info' })
    return {
      close: async () => {
        await served.close()
        await close()
      },
    }
  },
}
