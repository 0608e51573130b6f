/** What the pages of the filters say beside the doc comments: what a filter costs, what it needs, and its findings. */
import { FINDINGS_BEFORE_MESSAGE, LIMITED } from './findings-before-message.ts'
import { FINDINGS_OF_MESSAGE } from './findings-of-message.ts'

/** One rule of a filter. The content rules are listed by `ruleSets()`. */
export interface FindingRow {
  /** The part after the filter's name; '' where the finding has the name of the filter. */
  readonly rule: string
  /** When it is found, as a sentence. */
  readonly when: string
  /** The option that sets what it leads to. Its default is shown. */
  readonly option?: string
  /** What it leads to, where no option sets that alone. */
  readonly leadsTo?: string
}

/** What is said about one factory. */
export interface FilterEntry {
  readonly cost: string
  readonly needs: string
  readonly findings: readonly FindingRow[]
  /** Pages that say more, from the folder `docs`. */
  readonly pages?: readonly string[]
  /** Options with which the filter can be made, for its name and its stages. */
  readonly sample?: unknown
}

const content = (cost: string, needs = 'nothing'): FilterEntry => {
  return { cost, needs, findings: [], pages: ['explain/content.md'] }
}

const RULES = '1 ms for all content filters, with a message of 5 KB'

const ENTRIES: Readonly<Record<string, Omit<FilterEntry, 'findings'>>> = {
  recentlyRefused: { cost: '0.025 ms for a refused connection', needs: 'nothing' },
  admission: {
    cost: '6 µs for a session',
    needs: '`reputation` or `knownSender`, so that some clients are known; a persistent store keeps the limit',
    pages: ['explain/load.md'],
  },
  access: {
    cost: '0.25 µs for a look-up in 100,000 networks (*)',
    needs: 'your lists, as arrays or files',
    pages: ['guides/lists.md'],
  },
  lists: { cost: 'one look-up in memory', needs: 'entries in the store', pages: ['guides/lists.md'] },
  earlyTalker: { cost: 'nothing', needs: 'a host that says whether a client sent before the greeting' },
  rateLimit: {
    cost: '3 µs for a count (*)',
    needs: 'a shared store, if processes share limits',
    sample: {
      limits: LIMITED.map(what => ({ what, per: 'network', limit: 30, within: '1m' })),
    },
  },
  rdns: { cost: 'DNS questions while the client greets', needs: 'DNS' },
  helo: { cost: 'DNS questions for a new name', needs: 'DNS' },
  senderDomain: { cost: 'one or two DNS questions', needs: 'DNS' },
  spf: {
    cost: 'DNS questions, at most 30 for each identity',
    needs: 'DNS',
    pages: ['guides/forwarders.md', 'explain/authentication.md'],
  },
  dnsbl: {
    cost: 'one DNS question for each list, in parallel',
    needs: 'lists that you may query, and your own resolver',
    pages: ['guides/dns-lists.md'],
    sample: { zones: [{ zone: 'bl.example.org' }] },
  },
  uribl: {
    cost: 'one DNS question for each list and linked domain, in parallel',
    needs: 'lists that you may query, and your own resolver',
    pages: ['guides/dns-lists.md'],
    sample: { zones: [{ zone: 'dbl.example.org' }] },
  },
  recipients: { cost: 'a comparison, or a cached look-up in your directory', needs: 'your domains' },
  greylist: {
    cost: 'one look-up for a suspicious client',
    needs: 'a persistent store',
    pages: ['guides/greylisting.md'],
    sample: { at: 'both' },
  },
  headerForm: { cost: 'nothing beside the header section, which is read anyway', needs: 'nothing' },
  authenticatedFrom: {
    cost: 'nothing beside the header section, which is read anyway',
    needs: 'authenticated users',
    pages: ['guides/submission.md'],
  },
  loop: { cost: 'nothing beside the header section, which is read anyway', needs: 'nothing' },
  dkim: {
    cost: 'a hash of the body, and a DNS question for each key',
    needs: 'DNS',
    pages: ['explain/authentication.md'],
  },
  dmarc: {
    cost: 'DNS questions up the tree of the author’s domain',
    needs: 'DNS',
    pages: ['guides/forwarders.md', 'explain/authentication.md'],
  },
  reputation: {
    cost: '30 µs (*), a look-up and a write',
    needs: 'DNS, a persistent store',
    pages: ['explain/reputation.md'],
  },
  knownSender: { cost: '30 µs (*), a look-up', needs: 'a persistent store', pages: ['explain/reputation.md'] },
  unexamined: { cost: RULES, needs: 'nothing; `7z-wasm` and `zxing-wasm`, which npm installs, examine more' },
  bulk: { cost: `${RULES}, and one round trip to the store`, needs: 'a shared store, if processes count together' },
  bounce: {
    cost: RULES,
    needs: 'your domains, or secrets that sign return paths',
    sample: { domains: ['example.org'] },
  },
  gtube: { cost: RULES, needs: 'nothing' },
  classify: {
    cost: '0.2 ms for a message, and 15 MB',
    needs: 'training with mail of your site',
    pages: ['guides/training.md', 'explain/classifier.md'],
  },
  traps: { cost: 'a comparison', needs: 'trap addresses', sample: { recipients: ['trap@example.org'] } },
  opinion: {
    cost: 'your function, for mail between the thresholds',
    needs: 'a function that answers',
    pages: ['guides/opinion.md'],
    sample: { ask: () => undefined },
  },
  clamav: {
    cost: 'a scan for each message that no other filter has decided on',
    needs: 'clamd with `AlertExceedsMax` and `AlertEncrypted` on, or clamscan',
    pages: ['guides/clamav.md'],
  },
}

/** The filters of `postern/filters`, by factory, in the order in which they run. */
export const FILTERS: Readonly<Record<string, FilterEntry>> = {
  ...Object.fromEntries(
    Object.entries(ENTRIES).map(([name, entry]) => [
      name,
      { ...entry, findings: FINDINGS_BEFORE_MESSAGE[name] ?? FINDINGS_OF_MESSAGE[name] ?? [] },
    ]),
  ),
  structure: content(RULES),
  headers: content(RULES),
  impersonation: content(RULES),
  links: { ...content(RULES), pages: ['guides/short-links.md', 'explain/content.md'] },
  html: content(RULES),
  wording: content(RULES),
  attachments: content(RULES, 'nothing; `7z-wasm` and `zxing-wasm`, which npm installs, read packed files and codes'),
}

/** Factories that put filters together. They have no page: their doc comments stand in the list of filters. */
export const COMBINED = ['recommended', 'contentFilters', 'loadControl', 'loadShedding', 'composite'] as const
