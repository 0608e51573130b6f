/** What the receiver recorded about SPF, DKIM and DMARC. */
import type { Field } from './fields.ts'

export interface Recorded {
  readonly spf?: string
  readonly spfDomain?: string
  /** The signatures; undefined where nothing was recorded. */
  readonly dkim?: readonly { readonly result: string; readonly domain: string }[]
  readonly dmarc?: string
  /** The policy of the author's domain, as far as it shows. */
  readonly policy?: 'none' | 'quarantine' | 'reject'
  /** The author's domain that DMARC was asked for. */
  readonly author?: string
}

/** @param fields those that the receiver wrote: the first that says something about each method counts */
export function recordedIn(fields: readonly Field[]): Recorded | undefined {
  const texts = fields
    .filter(({ name }) => name === 'authentication-results' || name === 'arc-authentication-results')
    .map(({ value }) => value.replace(/\s+/g, ' '))
  const all = texts.find(text => /\b(?:spf|dkim|dmarc)=/.test(text)) ?? ''
  const spfField = fields.find(({ name }) => name === 'received-spf')?.value
  const spf = /\bspf=(\w+)/.exec(all)?.[1] ?? /^(\w+)/.exec(spfField ?? '')?.[1]
  if (all === '' && spf === undefined) return undefined
  const spfDomain = /smtp\.(?:mailfrom|helo)=(?:[^\s;@]*@)?([^\s;@<>]+)/.exec(all)?.[1]
  const dkim = [...all.matchAll(/\bdkim=(\w+)([^;]*)/g)].map(([, result = '', rest = '']) => ({
    result: result.toLowerCase(),
    domain: (/header\.[di]=(?:[^\s;@]*@)?([^\s;]+)/.exec(rest)?.[1] ?? '').toLowerCase(),
  }))
  const dmarc = /\bdmarc=(\w+)([^;]*)/.exec(all)
  const action = /action=(\w+)|\(p=(\w+)/i.exec(dmarc?.[2] ?? '')
  const policy = policyOf((action?.[1] ?? action?.[2])?.toLowerCase())
  const author = /header\.from=([^\s;]+)/.exec(all)?.[1]?.toLowerCase()
  return {
    ...(spf !== undefined && { spf: spf.toLowerCase() }),
    ...(spfDomain !== undefined && { spfDomain: spfDomain.toLowerCase() }),
    ...(dkim.length > 0 && { dkim }),
    ...(dmarc?.[1] !== undefined && { dmarc: dmarc[1].toLowerCase() }),
    ...(policy !== undefined && { policy }),
    ...(author !== undefined && { author }),
  }
}

function policyOf(action: string | undefined): Recorded['policy'] {
  if (action === undefined) return undefined
  if (action.includes('reject')) return 'reject'
  return action === 'quarantine' ? 'quarantine' : 'none'
}
