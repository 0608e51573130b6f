/**
 * Top-level domains by how often their domains are reported for abuse. Cheap ones are for links and authors: a domain
 * costs a few cents there, so that abusers take a new one for each wave of mail.
 */

/** Why reports are compared with the size of a TLD: `com` has most of both. */
export type TldAbuse =
  /** At least 200 of 10,000 domains were reported within a year, or within a quarter. Few honest senders use it. */
  | 'cheap'
  /** 60 to 200 of 10,000: many honest senders are under it, too. */
  | 'frequent'

/**
 * TLD, domains in it, domains that were reported, and the last month of the period; where a TLD was counted several
 * times, its worst period. Counts are facts from public tables of the Cybercrime Information Center (Interisle):
 * phishing, twelve months to 2025-04 and quarters to 2021-10, 2025-04 and 2025-10; spam, the quarter to 2024-05. They
 * list what leads in domains reported. Looked up on 2026-11-30.
 */
const COUNTED = `
xin      39522    42724  2025-04
bond     454090   79875  2025-04
mobi     421582   32644  2025-10
cfd      324157   24241  2025-04
top      2768909  163424 2024-05
icu      489407   26830  2025-10
pro      991206   50493  2025-10
lol      516184   24187  2025-04
cc       1246897  52284  2024-05
vip      933681   37864  2024-05
club     593196   21899  2024-05
life     413647   12587  2024-05
sbs      786261   23293  2025-04
xyz      3393065  97449  2024-05
live     572879   15532  2025-10
world    312180   7010   2025-04
shop     3321636  50052  2025-04
cyou     137358   1894   2021-10
site     1516396  20595  2025-04
info     3871727  44540  2025-04
online   2950523  33414  2025-04
bar      376099   3326   2021-10
cn       8192048  84389  2024-05
ru       5525370  38570  2024-05
`

/**
 * Without counts in those tables, which leave out TLDs with few domains. Spamhaus listed those of the first line among
 * the TLDs with the largest share of bad domains (2016 to about 2020); those of the second were free of charge until
 * 2023; those of the third are sold as if they were TLDs. The rest is a judgement, without a public count.
 */
const UNCOUNTED = `
review diet click download work tokyo science racing party uno gdn accountant date webcam men loan stream ooo desi ryukyu
tk ml ga cf gq
ru.com sa.com za.com
rest monster buzz quest beauty hair skin makeup mom boats autos pics motorcycles yachts homes bid win trade faith cricket
cam surf wang kim best qpon zip mov help fun christmas
`

const [CHEAP_FROM, FREQUENT_FROM] = [0.02, 0.006]

const abuse = new Map<string, TldAbuse>()
for (const line of COUNTED.trim().split('\n')) {
  const [tld = '', domains = '', reported = ''] = line.split(/\s+/)
  const share = Number(reported) / Number(domains)
  if (share >= FREQUENT_FROM) abuse.set(tld, share >= CHEAP_FROM ? 'cheap' : 'frequent')
}
for (const tld of UNCOUNTED.trim().split(/\s+/)) abuse.set(tld, 'cheap')

/** A judgement: firms, clubs and people are under these in such numbers that the share says little about one domain. */
for (const tld of ['pro', 'live', 'cc', 'club', 'life', 'world', 'mobi']) abuse.set(tld, 'frequent')

/**
 * How often domains of this domain’s TLD are abused; undefined for most TLDs.
 *
 * @example
 * tldAbuse('parcel-claim.icu') // 'cheap'
 */
export function tldAbuse(domain: string): TldAbuse | undefined {
  const last = domain.lastIndexOf('.')
  if (last < 0) return undefined
  return abuse.get(domain.slice(last + 1)) ?? abuse.get(domain.slice(domain.lastIndexOf('.', last - 1) + 1))
}

/** Tells whether a domain is under a cheap TLD. */
export const isCheapTld = (domain: string): boolean => tldAbuse(domain) === 'cheap'
