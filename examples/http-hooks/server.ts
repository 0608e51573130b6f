/** Stalwart's hooks and the webhooks of cloud mail services, each on its own port. */
import type { Server } from 'node:http'
import { type PosternOptions, postern } from 'postern'
import { recommended } from 'postern/filters'
import { hooks } from 'postern/stalwart'
import { serve, webhook } from 'postern/webhook'

export function httpHooks(
  authorization: string,
  options?: Partial<PosternOptions>,
): { readonly hooks: Server; readonly webhook: Server } {
  const gateway = postern({ filters: recommended({ domains: ['example.net'] }), ...options })
  return {
    // MtaHook in Stalwart: url http://127.0.0.1:8893/, stages connect ehlo mail rcpt data, tempFailOnError true.
    hooks: serve(hooks(gateway, { authorization })),
    // The service posts message/rfc822 to http://127.0.0.1:8894/?from=…&to=…&ip=…
    webhook: serve(webhook(gateway, { authorization })),
  }
}

if (import.meta.main) {
  const servers = httpHooks(process.env.POSTERN_AUTHORIZATION ?? '')
  servers.hooks.listen(8893, '127.0.0.1')
  servers.webhook.listen(8894, '127.0.0.1')
}
