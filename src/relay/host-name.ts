/** Whether other servers accept the host name of the relay. */
import type { Notice } from '../model/services.ts'
import type { RelayOptions } from './config/options.ts'

/** A container runtime names its machines with twelve hexadecimal digits. */
const CONTAINER_ID = /^[0-9a-f]{12}(?:[0-9a-f]{52})?$/

/** RFC 5321 §4.1.4: a server greets with a full name. */
export function nameNotice({ name, isNamed }: Pick<RelayOptions, 'name' | 'isNamed'>): Notice | undefined {
  const found = CONTAINER_ID.test(name)
    ? `the host name ${name} is the id of a container, which no other server knows`
    : name.includes('.') || name.startsWith('[')
      ? undefined
      : `the host name ${name} is not fully qualified: the next server is greeted with an address`
  if (found === undefined || isNamed) return undefined
  return { code: 'relay/name', reason: `${found}; set name, or give --name NAME`, level: 'warning' }
}
