/** postern in Rspamd's place, for the clients whose lines are beside this: `node examples/rspamd-clients/server.ts`. */
import type { Server } from 'node:net'
import { type PosternOptions, postern } from 'postern'
import { recommended } from 'postern/filters'
import { rspamd } from 'postern/rspamd'

export const inPlaceOfRspamd = (options?: Partial<PosternOptions>): Server =>
  rspamd(postern({ filters: recommended({ domains: ['example.net'] }), ...options }))

if (import.meta.main) inPlaceOfRspamd().listen(11333, '127.0.0.1')
