/** What the first process and the management process say to each other. */
import type { Metric } from '../../model/metric.ts'
import type { Notice } from '../../model/services.ts'

/** A notice, and the process that it comes from. */
export interface NodeNotice extends Notice {
  /** `mx.example.org`, or with several workers `mx.example.org/2`. */
  readonly node: string
  /** In milliseconds since 1970. */
  readonly time: number
}

export type ToManagement =
  | { readonly what: 'stop' }
  | { readonly what: 'reload' }
  /** Asks for what it has counted, and so whether it answers. */
  | { readonly what: 'ask'; readonly question: number }
  /** What the mail processes of this node have counted. */
  | { readonly what: 'metrics'; readonly question: number; readonly metrics: readonly Metric[] }
  | { readonly what: 'notice'; readonly notice: NodeNotice }

export type FromManagement =
  | { readonly what: 'started'; readonly jobs: readonly string[] }
  /** Its own metrics. */
  | { readonly what: 'answer'; readonly question: number; readonly metrics: readonly Metric[] }
  /** Asks for the metrics of the mail processes of this node. */
  | { readonly what: 'metrics'; readonly question: number }
