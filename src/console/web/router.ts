/**
 * Where a person is, as the fragment of the URL: `#/messages/K3X9ABCD?text=ann`. A fragment works below any path of a
 * reverse proxy and is never sent to a server, so that no log holds what was searched for.
 */

/** A page, what its path names, and its query. */
export interface Place {
  readonly page: PageName
  /** What stands in the path in place of `:name`. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Query
}

/** Names and values after `?`. */
export type Query = Readonly<Record<string, string>>

/** The path of each page. */
const PATHS = {
  live: '/live',
  messages: '/messages',
  message: '/messages/:ref',
  quarantine: '/quarantine',
  held: '/quarantine/:id',
  rules: '/rules',
  rule: '/rules/:rule',
  senders: '/senders',
  lists: '/lists',
  load: '/load',
  health: '/health',
  reports: '/reports',
  report: '/reports/:id',
  audit: '/audit',
  account: '/account',
  people: '/people',
  tokens: '/tokens',
  signIn: '/sign-in',
  link: '/link/:token',
  setUp: '/set-up/:token',
  unknown: '/unknown',
} as const

/** The name of a page. */
export type PageName = keyof typeof PATHS

/** Reads the fragment of a URL; what names no page is the page `unknown`, and '' is `start`. */
export function placeOf(fragment: string, start: PageName): Place {
  const [path = '', search = ''] = fragment.replace(/^#/, '').split(/\?(.*)/s)
  const query = Object.fromEntries(new URLSearchParams(search))
  const parts = partsOf(path)
  if (parts.length === 0) return { page: start, params: {}, query }
  for (const [page, pattern] of Object.entries(PATHS)) {
    const params = matched(partsOf(pattern), parts)
    if (params) return { page: page as PageName, params, query }
  }
  return { page: 'unknown', params: {}, query }
}

/** The fragment of a page; names of the query without a value are left out. */
export function hrefOf(
  page: PageName,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const path = PATHS[page].replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const given = Object.entries(query).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '',
  )
  return `#${path}${given.length === 0 ? '' : `?${new URLSearchParams(given)}`}`
}

const partsOf = (path: string): readonly string[] => path.split('/').filter(part => part !== '')

function matched(pattern: readonly string[], parts: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index] ?? ''
    if (wanted.startsWith(':')) params[wanted.slice(1)] = decoded(part)
    else if (wanted !== part) return undefined
  }
  return params
}

/** A person may have cut a link in the middle of an escape. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
