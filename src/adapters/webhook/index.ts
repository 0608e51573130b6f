/** `postern/webhook`: the adapter for cloud mail services that post what they receive. */
export { type FetchHandler, type ServeOptions, serve } from '../shared/web/serve.ts'
export { type Envelope, envelopeOf } from './envelope.ts'
export { type WebhookOptions, webhook } from './handler.ts'
