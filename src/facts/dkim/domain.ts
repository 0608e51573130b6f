/** Which domains may sign and where their keys are asked for: nothing else ever reaches the resolver. */
import { queryName } from '../../dns/name.ts'

/** A name in lower case that DNS can hold. */
export type DomainName = string

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** d= of a signature: two or more labels of letters, digits and inner hyphens (RFC 6376 §3.5); A-labels only. */
export function domainName(text: string): DomainName | undefined {
  const name = queryName(text)
  if (name === undefined || text.endsWith('.')) return undefined
  const labels = name.split('.')
  return labels.length > 1 && labels.every(label => LABEL.test(label)) ? name : undefined
}

/** Where the key is: the selector, `_domainkey`, the domain. Selectors with an underscore are against the RFC, but in use. */
export function keyName(selector: string, domain: string): DomainName | undefined {
  return selector === '' || domain === '' || selector.endsWith('.')
    ? undefined
    : queryName(`${selector}._domainkey.${domain}`)
}
