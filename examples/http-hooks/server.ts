/** Stalwart's hooks and the webhooks of cloud mail services, each on a separate port. */
import { postern } from 'postern'
import { recommended } from 'postern/filters'
import { hooks } from 'postern/stalwart'
import { serve, webhook } from 'postern/webhook'

const gateway = postern({
  name: 'mx.example.net',
  filters: recommended({ domains: ['example.net'], content: true }),
})
const authorization = process.env.POSTERN_AUTHORIZATION ?? ''

// MtaHook in Stalwart: url http://127.0.0.1:8893/, stages connect ehlo mail rcpt data, tempFailOnError true.
const mtaHooks = serve(hooks(gateway, { authorization }))
mtaHooks.listen(8893, '127.0.0.1', () => console.log('hooks on 127.0.0.1:8893'))

// The service posts message/rfc822 to http://127.0.0.1:8894/?from=…&to=…&ip=…
const cloud = serve(webhook(gateway, { authorization }))
cloud.listen(8894, '127.0.0.1', () => console.log('webhook on 127.0.0.1:8894'))
