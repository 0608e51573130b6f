/** Recipients that the configuration names. */
import { AddressSet } from './entries.ts'
import { fromBoolean, type RecipientSource } from './source.ts'

export function recipientList(list: readonly string[]): RecipientSource {
  const known = new AddressSet()
  for (const entry of list) known.add(entry)
  return { name: 'list', check: ({ address }) => fromBoolean(known.has(address)), close: () => undefined }
}
