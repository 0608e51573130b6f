/** Signing in, accounts, tokens: what these endpoints take and answer. */
import * as v from 'valibot'
import { address, domains, done, filled, maybe, role, time, upTo } from './values.ts'

const name = v.pipe(v.string(), v.regex(/^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,99}$/u))
const password = v.pipe(v.string(), v.minLength(12), v.maxLength(200))
/** Six digits of an authenticator, or a recovery code. */
const code = upTo(40)
const token = filled(200)

/** The account that is signed in. */
const account = v.object({
  name: v.string(),
  role,
  /** Null: all domains. */
  domains: v.nullable(v.array(v.string())),
  /** The mailboxes of a user; null for others. */
  addresses: v.nullable(v.array(v.string())),
  via: v.picklist(['password', 'oidc', 'proxy', 'link', 'token']),
  /** When the session ends at the latest. */
  expires: time,
})

/** What this gateway has: a page whose source is absent says so. */
const sources = v.object({
  history: v.boolean(),
  quarantine: v.boolean(),
  lists: v.boolean(),
  reputation: v.boolean(),
  feedback: v.boolean(),
  points: v.boolean(),
  metrics: v.boolean(),
  forecast: v.boolean(),
  doctor: v.boolean(),
  reports: v.boolean(),
})

const signedIn = v.object({ kind: v.literal('signed-in'), account })

/** The secret of an authenticator: shown once, as text and as `otpauth:` for a QR code. */
const enrolment = v.object({ secret: v.string(), uri: v.string() })

const recoveryCodes = v.array(v.string())

const operator = v.object({
  name: v.string(),
  role,
  domains: v.nullable(v.array(v.string())),
  addresses: v.nullable(v.array(v.string())),
  via: v.picklist(['password', 'oidc', 'proxy', 'link']),
  state: v.picklist(['invited', 'active', 'disabled']),
  created: time,
  lastSignIn: maybe(time),
})

const setupLink = v.object({
  /** Opens the set-up page; works once. */
  link: v.string(),
  expires: time,
})

const scope = v.picklist(['read', 'act'])

const apiToken = v.object({
  id: v.string(),
  label: v.string(),
  scopes: v.array(scope),
  created: time,
  expires: time,
  lastUsed: maybe(time),
})

export const accountSchemas = {
  'session.get': {
    answer: v.object({
      account: v.nullable(account),
      signIn: v.object({
        password: v.boolean(),
        link: v.boolean(),
        /** The words of the button; null without OpenID Connect. The button leads to `/oidc/start`. */
        oidc: v.nullable(v.string()),
      }),
      sources,
      language: v.picklist(['en', 'zh-CN']),
      /** The name of the gateway. */
      name: v.string(),
      version: v.string(),
    }),
  },
  'session.password': { body: v.strictObject({ name: filled(100), password: filled(200), code }), answer: signedIn },
  'session.link': { body: v.strictObject({ address }), answer: v.object({ kind: v.literal('sent') }) },
  'session.redeem': { body: v.strictObject({ token }), answer: signedIn },
  'session.end': {
    /** Where OpenID Connect ends its session as well, if it can. */
    answer: v.object({ kind: v.literal('signed-out') }),
  },
  'setup.begin': {
    body: v.strictObject({ token }),
    answer: v.object({
      /** Null: choose a name. */
      name: v.nullable(v.string()),
      role,
      ...enrolment.entries,
    }),
  },
  'setup.finish': {
    body: v.strictObject({ token, name, password, code: filled(6) }),
    answer: v.object({ ...signedIn.entries, recoveryCodes }),
  },
  'account.sessions': {
    answer: v.object({
      sessions: v.array(
        v.object({
          id: v.string(),
          created: time,
          lastUsed: time,
          address: v.string(),
          browser: v.string(),
          isCurrent: v.boolean(),
        }),
      ),
    }),
  },
  'account.endSession': { answer: done },
  'account.password': { body: v.strictObject({ current: filled(200), code, password }), answer: done },
  'account.beginCodes': { body: v.strictObject({ current: filled(200), code }), answer: enrolment },
  'account.finishCodes': { body: v.strictObject({ code: filled(6) }), answer: v.object({ recoveryCodes }) },
  'operators.list': { answer: v.object({ operators: v.array(operator) }) },
  'operators.add': {
    body: v.strictObject({
      name,
      role: v.picklist(['admin', 'operator', 'viewer']),
      /** Null: all domains. */
      domains: v.nullable(domains),
    }),
    answer: setupLink,
  },
  'operators.change': {
    body: v.strictObject({
      role: maybe(v.picklist(['admin', 'operator', 'viewer'])),
      domains: maybe(v.nullable(domains)),
      isDisabled: maybe(v.boolean()),
    }),
    answer: operator,
  },
  'operators.reset': { answer: setupLink },
  'operators.remove': { answer: done },
  'tokens.list': { answer: v.object({ tokens: v.array(apiToken) }) },
  'tokens.add': {
    body: v.strictObject({
      label: filled(100),
      scopes: v.pipe(v.array(scope), v.minLength(1), v.maxLength(2)),
      /** At most 366. */
      days: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(366)),
    }),
    answer: v.object({ ...apiToken.entries, token: v.string() }),
  },
  'tokens.remove': { answer: done },
}
