/** Endpoints of signing in and of one's own account. */
import { randomBytes } from 'node:crypto'
import type { RecordAction } from '../../model/action-event.ts'
import type { Clock } from '../../model/services.ts'
import { type Accounts, newRecoveryCodes } from '../accounts/accounts.ts'
import type { Sessions } from '../accounts/sessions.ts'
import { newTotpSecret, stepOf, totpUri } from '../accounts/totp.ts'
import type { Handlers } from '../api/call.ts'
import type { Answer } from '../api/schemas.ts'
import { ApiError, notFound } from '../http/errors.ts'
import type { Caller } from '../sign-in/caller.ts'
import { callerOf } from '../sign-in/caller.ts'
import { checkPassword, type SignIn, WRONG_CODE } from '../sign-in/sign-in.ts'

/** What these endpoints work with. */
export interface AccountParts {
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly signIn: SignIn
  readonly record: RecordAction
  readonly clock: Clock
  readonly name: string
  /** What is the same for everyone. */
  readonly about: Omit<Answer<'session.get'>, 'account'>
}

type SessionNames = `session.${'get' | 'password' | 'link' | 'redeem' | 'end'}` | `setup.${'begin' | 'finish'}`
type OwnNames = `account.${'sessions' | 'endSession' | 'password' | 'beginCodes' | 'finishCodes'}`

const PENDING_MS = 10 * 60_000

/** Who is signed in, signing in and out, the set-up of an account. */
export function sessionHandlers({ sessions, signIn, about }: AccountParts): Handlers<SessionNames> {
  return {
    'session.get': ({ caller }) => ({ account: caller ? accountOf(caller) : null, ...about }),
    'session.password': async ({ body, client, caller, setSession }) => {
      const session = await signIn.password(body, client)
      await endBefore(sessions, caller)
      setSession(session)
      return { kind: 'signed-in', account: accountOf(callerOf(session)) }
    },
    'session.link': async ({ body, client }) => {
      await signIn.askForLink(body.address, client)
      return { kind: 'sent' }
    },
    'session.redeem': async ({ body, client, caller, setSession }) => {
      const session = await signIn.redeem(body.token, client)
      await endBefore(sessions, caller)
      setSession(session)
      return { kind: 'signed-in', account: accountOf(callerOf(session)) }
    },
    'session.end': async ({ caller, setSession }) => {
      await endBefore(sessions, caller)
      setSession(undefined)
      return { kind: 'signed-out' }
    },
    'setup.begin': ({ body, client }) => signIn.beginSetup(body.token, client),
    'setup.finish': async ({ body, client, caller, setSession }) => {
      const { session, recoveryCodes } = await signIn.finishSetup(body, client)
      await endBefore(sessions, caller)
      setSession(session)
      return { kind: 'signed-in', account: accountOf(callerOf(session)), recoveryCodes }
    },
  }
}

/** What a person changes of their own account. */
export function ownAccountHandlers(parts: AccountParts): Handlers<OwnNames> {
  const { accounts, sessions, signIn, record, clock, name: issuer } = parts
  const changed = ({ viewer }: Caller, target: string): void =>
    record({ ref: null, action: 'settings', by: viewer.name, role: viewer.role, target, result: 'done' })
  return {
    'account.sessions': async ({ caller }) => {
      const found = await sessions.list(ownerIn(caller))
      return {
        sessions: found.map(({ id, session: { created, lastUsed, address, browser } }) => ({
          ...{ id, created, lastUsed, address, browser },
          isCurrent: id === caller.sessionId,
        })),
      }
    },
    'account.endSession': async ({ caller, params: { id = '' } }) => {
      if (!(await sessions.endOwned(ownerIn(caller), id))) throw notFound('session')
      return { kind: 'done' }
    },
    'account.password': async ({ caller, body, client }) => {
      const { name } = await signIn.verify(caller.viewer.name, body.current, body.code, client)
      checkPassword(body.password, name)
      const password = await accounts.passwords.hash(body.password)
      await accounts.update(name, account => ({ ...account, password }))
      await sessions.endAll(name, caller.sessionId)
      changed(caller, 'own password')
      return { kind: 'done' }
    },
    'account.beginCodes': async ({ caller, body, client }) => {
      const { name } = await signIn.verify(caller.viewer.name, body.current, body.code, client)
      const secret = await newTotpSecret()
      const pendingTotp = { secret, expires: clock.now() + PENDING_MS }
      await accounts.update(name, account => ({ ...account, pendingTotp }))
      return { secret, uri: await totpUri(secret, issuer, name) }
    },
    'account.finishCodes': async ({ caller, body }) => {
      const { name } = caller.viewer
      const { pendingTotp } = (await accounts.get(name)) ?? {}
      if (pendingTotp === undefined || pendingTotp.expires < clock.now())
        throw new ApiError('conflict', 'no change of codes was begun, or it took too long: begin again')
      const last = await stepOf(pendingTotp.secret, body.code, clock.now(), 0)
      if (last === undefined) throw new ApiError('sign-in-failed', WRONG_CODE)
      const { codes, hashes } = newRecoveryCodes(randomBytes)
      await accounts.update(name, ({ pendingTotp: pending, ...account }) =>
        pending?.secret === pendingTotp.secret
          ? { ...account, totp: { secret: pending.secret, last }, recovery: hashes }
          : undefined,
      )
      await sessions.endAll(name, caller.sessionId)
      changed(caller, 'own codes')
      return { recoveryCodes: codes }
    },
  }
}

/** A session that the browser had before ends: a sign-in never goes on with a name that another may have set. */
async function endBefore(sessions: Sessions, caller: Caller | undefined): Promise<void> {
  if (caller?.sessionId !== undefined) await sessions.end(caller.sessionId)
}

const ownerIn = ({ viewer: { name }, via }: Caller) => ({ name, via })

const accountOf = ({ viewer: { name, role, domains, addresses }, via, expires }: Caller) => ({
  ...{ name, role, via, expires },
  domains: domains && [...domains],
  addresses: addresses && [...addresses],
})
