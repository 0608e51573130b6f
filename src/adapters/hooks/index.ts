/** `postern/hooks`: a door for Stalwart. */
export { type FetchHandler, type ServeOptions, serve } from '../web/serve.ts'
export { type HooksOptions, hooks } from './handler.ts'
