/** Validates signing domains and builds the names of their keys. No other name reaches the resolver. */
import { queryName } from '../../dns/name.ts'

/** A valid DNS name in lower case. */
export type DomainName = string

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** d= of a signature: two or more labels of letters, digits and inner hyphens (RFC 6376 §3.5); A-labels only. */
export function domainName(text: string): DomainName | undefined {
  const name = queryName(text)
  if (name === undefined || text.endsWith('.')) return undefined
  const labels = name.split('.')
  return labels.length > 1 && labels.every(label => LABEL.test(label)) ? name : undefined
}

/** The name of the key record. Selectors with an underscore violate the RFC, but are in use. */
export function keyName(selector: string, domain: string): DomainName | undefined {
  return selector === '' || domain === '' || selector.endsWith('.')
    ? undefined
    : queryName(`${selector}._domainkey.${domain}`)
}
