/** The blocks of the configuration that the management process runs: without one of them it is not started. */
import type { RelayConfig } from './types.ts'

export const MANAGEMENT_BLOCKS = [
  'alerts',
  'console',
  'digest',
  'doctor',
  'reports',
  'summary',
] as const satisfies readonly (keyof RelayConfig)[]

/** Whether one of the blocks is there. */
export const wantsManagement = (config: Pick<RelayConfig, (typeof MANAGEMENT_BLOCKS)[number]>): boolean =>
  MANAGEMENT_BLOCKS.some(block => config[block] !== undefined && config[block] !== false)
