/** The checks of the doctor for a configuration of the relay. */
import type { Check } from '../../doctor/run.ts'
import type { RelayOptions } from '../config/options.ts'

/** Each looks at one part of the deployment; what the configuration does not have is not looked at. */
export function checksOf(_options: RelayOptions): readonly Check[] {
  return []
}
