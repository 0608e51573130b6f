/** `postern/stalwart`: the adapter for Stalwart. */
export { type FetchHandler, type ServeOptions, serve } from '../shared/web/serve.ts'
export { type HooksOptions, hooks } from './handler.ts'
