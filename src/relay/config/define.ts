/** `defineConfig`: types and completion for a configuration file. */
import type { RelayConfig } from './types.ts'

/**
 * Returns the configuration as it is given; an editor completes and checks it.
 *
 * @example
 * import { defineConfig } from 'postern/relay'
 * export default defineConfig({
 *   listeners: [{ address: '0.0.0.0:25' }],
 *   domains: ['example.org'],
 *   nextHop: { hosts: ['mail.example.org:25'] },
 * })
 */
export const defineConfig = (config: RelayConfig): RelayConfig => config
