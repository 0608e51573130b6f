/** What the first process and its workers say to each other. */
import type { Metric } from '../../model/metric.ts'
import type { NodeNotice } from '../management/messages.ts'
import type { Start } from '../report.ts'
import type { Source } from '../sources.ts'

/** The variable with the name of a worker. */
export const WORKER_NAME = 'POSTERN_WORKER'
/** The variable with its sources as JSON: null where the first process hands over the sockets. */
export const WORKER_SOURCES = 'POSTERN_WORKER_SOURCES'

export type FromWorker =
  | { readonly what: 'started'; readonly start: Start }
  | { readonly what: 'metrics'; readonly question: number; readonly metrics: readonly Metric[] }
  | { readonly what: 'received'; readonly id: number }
  /** For the management process. */
  | { readonly what: 'notice'; readonly notice: NodeNotice }

export type ToWorker =
  | { readonly what: 'stop' }
  | { readonly what: 'reload' }
  | { readonly what: 'metrics'; readonly question: number }
  /** A socket comes with it. */
  | { readonly what: 'connection'; readonly listener: number; readonly id: number }

export const sourcesText = (sources: readonly Source[]): string => JSON.stringify(sources.map(source => source ?? null))

export const readSources = (text: string): readonly Source[] =>
  (JSON.parse(text) as readonly (Source | null)[]).map(source => source ?? undefined)
