/**
 * Every endpoint below /api/v1: its method, its path and who may call it. Plain data, which the pages import too;
 * `schemas.ts` says what each takes and answers.
 */

/** What an account may do: everything, act for its domains, look at its domains, or see its own mail. */
export type ConsoleRole = 'admin' | 'operator' | 'viewer' | 'user'

/** One endpoint. */
export interface Route {
  /** The method of HTTP. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below /api/v1; `:id` stands for one segment. */
  readonly path: `/${string}`
  /** Who may call it; `public`: without a session. */
  readonly roles: readonly ConsoleRole[] | 'public'
  /** What it does, for the OpenAPI document. */
  readonly summary: string
  /** What it answers where that is not JSON. @default 'application/json' */
  readonly media?: 'text/html' | 'text/event-stream' | 'message/rfc822'
  /** Tokens of scripts may not call it. @default false */
  readonly sessionOnly?: boolean
}

const ALL = ['admin', 'operator', 'viewer', 'user'] as const
const STAFF = ['admin', 'operator', 'viewer'] as const
const ACTORS = ['admin', 'operator', 'user'] as const
const OPERATORS = ['admin', 'operator'] as const
const ADMIN = ['admin'] as const

/** Where the API begins. */
export const API = '/api/v1'

/** All endpoints by name. */
export const ROUTES = {
  'session.get': get('/session', 'public', 'Who is signed in, how people sign in, and what this gateway has'),
  'session.password': post('/session/password', 'public', 'Signs in with name, password and a code', true),
  'session.link': post('/session/link', 'public', 'Sends a link for signing in to the owner of a mailbox', true),
  'session.redeem': post('/session/redeem', 'public', 'Signs in with the token of such a link', true),
  'session.end': { ...remove('/session', ALL, 'Signs out'), sessionOnly: true },
  'setup.begin': post('/setup/begin', 'public', 'Begins the set-up of an account with the token of its link', true),
  'setup.finish': post('/setup', 'public', 'Sets password and codes of an account, and signs in', true),

  'account.sessions': get('/account/sessions', ALL, 'Lists the sessions of this account'),
  'account.endSession': {
    ...remove('/account/sessions/:id', ALL, 'Ends a session of this account'),
    sessionOnly: true,
  },
  'account.password': post('/account/password', STAFF, 'Changes the password of this account', true),
  'account.beginCodes': post('/account/codes/begin', STAFF, 'Begins to replace the codes of this account', true),
  'account.finishCodes': post('/account/codes', STAFF, 'Replaces the codes of this account', true),

  'messages.search': get('/messages', ALL, 'Searches what became of every recipient, the newest first'),
  'messages.get': get('/messages/:ref', ALL, 'Shows one session: its story, its events, what is held of it'),
  'messages.similar': get('/messages/:ref/similar', STAFF, 'Finds messages with the same visible words'),
  'messages.feedback': post('/messages/:ref/feedback', ACTORS, 'Says what a message was, or takes that back'),

  'held.list': get('/quarantine', ALL, 'Lists held messages, the newest first'),
  'held.get': get('/quarantine/:id', ALL, 'Shows one held message'),
  'held.content': get('/quarantine/:id/content', ALL, 'Shows the parts, text, links and attachments of a held message'),
  'held.html': {
    ...get('/quarantine/:id/html', ALL, 'The HTML of a held message, for a sandboxed frame'),
    media: 'text/html',
  },
  'held.source': {
    ...get('/quarantine/:id/source', OPERATORS, 'A held message as it was received, to be saved'),
    media: 'message/rfc822',
  },
  'held.act': post('/quarantine/actions', ACTORS, 'Releases or deletes held messages'),

  'lists.list': get('/lists', ALL, 'Lists the entries of allow and deny lists'),
  'lists.add': post('/lists', ACTORS, 'Writes an entry'),
  'lists.remove': remove('/lists/:id', ACTORS, 'Removes an entry'),
  'senders.get': get('/senders/:name', STAFF, 'Shows what is known of a sender: reputation, lists, recent mail'),
  undo: post('/undo', ACTORS, 'Takes back what an action has trained or listed'),

  'rules.list': get('/rules', STAFF, 'Lists rules with their hits, hits on corrected mail, and cost'),
  'rules.preview': post('/rules/preview', STAFF, 'Says how verdicts of the last days change with other points'),
  'rules.points': get('/rules/points', STAFF, 'Lists points that were edited'),
  'rules.setPoints': { ...put('/rules/points', ADMIN, 'Edits the points of a rule on all nodes') },

  'load.get': get('/load', STAFF, 'Shows load, verdicts over time, the forecast and the next hops'),
  live: { ...get('/live', STAFF, 'Streams counters each second and the newest sessions'), media: 'text/event-stream' },
  'health.get': get('/health', STAFF, 'Shows what the checks of the deployment have found'),
  'health.run': post('/health', OPERATORS, 'Runs the checks of the deployment now'),
  'reports.get': get('/reports', STAFF, 'Shows DMARC and TLS reports that were received, and those that were sent'),
  'audit.list': get('/audit', STAFF, 'Lists who did what, the newest first'),

  'operators.list': get('/operators', ADMIN, 'Lists accounts'),
  'operators.add': post('/operators', ADMIN, 'Creates an account and answers its set-up link', true),
  'operators.change': {
    ...put('/operators/:name', ADMIN, 'Changes role, domains or state of an account'),
    sessionOnly: true,
  },
  'operators.reset': post('/operators/:name/reset', ADMIN, 'Ends all sessions and answers a new set-up link', true),
  'operators.remove': { ...remove('/operators/:name', ADMIN, 'Removes an account'), sessionOnly: true },
  'tokens.list': get('/tokens', STAFF, 'Lists the tokens of this account'),
  'tokens.add': post('/tokens', STAFF, 'Creates a token for scripts; it is shown once', true),
  'tokens.remove': { ...remove('/tokens/:id', STAFF, 'Removes a token'), sessionOnly: true },
  'settings.get': get('/settings', STAFF, 'Shows how this gateway is configured, without secrets'),
} as const satisfies Readonly<Record<string, Route>>

/** The name of an endpoint. */
export type RouteName = keyof typeof ROUTES

type Roles = Route['roles']

function get<const P extends Route['path']>(path: P, roles: Roles, summary: string) {
  return { method: 'GET', path, roles, summary } as const
}

function post<const P extends Route['path']>(path: P, roles: Roles, summary: string, sessionOnly = false) {
  return { method: 'POST', path, roles, summary, ...(sessionOnly && { sessionOnly }) } as const
}

function put<const P extends Route['path']>(path: P, roles: Roles, summary: string) {
  return { method: 'PUT', path, roles, summary } as const
}

function remove<const P extends Route['path']>(path: P, roles: Roles, summary: string) {
  return { method: 'DELETE', path, roles, summary } as const
}
