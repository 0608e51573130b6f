/** Endpoints of other people's accounts, and of tokens. */
import type { RecordAction } from '../../model/action-event.ts'
import type { Clock } from '../../model/services.ts'
import { type Account, type Accounts, accountId } from '../accounts/accounts.ts'
import type { Sessions } from '../accounts/sessions.ts'
import type { ApiToken, ApiTokens } from '../accounts/tokens.ts'
import type { Handlers } from '../api/call.ts'
import { ApiError, notFound } from '../http/errors.ts'
import type { Caller } from '../sign-in/caller.ts'
import type { SignIn } from '../sign-in/sign-in.ts'

/** What these endpoints work with. */
export interface OperatorParts {
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly tokens: ApiTokens
  readonly signIn: SignIn
  readonly record: RecordAction
  readonly clock: Clock
}

type OperatorNames = `operators.${'list' | 'add' | 'change' | 'reset' | 'remove'}`
type TokenNames = `tokens.${'list' | 'add' | 'remove'}`

/** Accounts of operators. */
export function operatorHandlers(parts: OperatorParts): Handlers<OperatorNames> {
  const { accounts, sessions, tokens, signIn, clock } = parts
  const changed = recorder(parts.record)
  return {
    'operators.list': async ({ caller }) => {
      allDomains(caller)
      return { operators: (await accounts.list()).map(operatorOf) }
    },
    'operators.add': async ({ caller, body: { name, role, domains } }) => {
      allDomains(caller)
      const account: Account = { name, role, domains, via: 'password', created: clock.now() }
      if (!(await accounts.add(account)))
        throw new ApiError('conflict', `there is an account ${name} already: choose another name`)
      changed(caller, 'settings', `new account ${name}, ${role} of ${domains?.join(', ') ?? 'all domains'}`)
      return await signIn.setupLink(name)
    },
    'operators.change': async ({ caller, params: { name = '' }, body }) => {
      allDomains(caller)
      if (isSelf(caller, name)) throw new ApiError('forbidden', 'an account cannot change itself: ask another')
      const { role, domains, isDisabled } = body
      const account = await accounts.update(name, old => ({
        ...old,
        ...(role !== undefined && { role }),
        ...(domains !== undefined && { domains }),
        ...(isDisabled !== undefined && { isDisabled }),
      }))
      if (account === undefined) throw notFound('account')
      if (isDisabled) await sessions.endAll(name)
      changed(caller, 'settings', `account ${account.name}: ${Object.keys(body).join(', ')}`)
      return operatorOf(account)
    },
    'operators.reset': async ({ caller, params: { name = '' } }) => {
      allDomains(caller)
      if (isSelf(caller, name)) throw new ApiError('forbidden', 'an account cannot reset itself: change the password')
      // The old password ends with the link, so that one who has lost it is not locked in meanwhile.
      const account = await accounts.update(name, ({ password: _p, totp: _t, recovery: _r, ...rest }) => rest)
      if (account === undefined) throw notFound('account')
      await sessions.endAll(name)
      // One who knew the password may have made tokens.
      await tokens.removeAll(name)
      changed(caller, 'settings', `reset of account ${account.name}`)
      return await signIn.setupLink(account.name)
    },
    'operators.remove': async ({ caller, params: { name = '' } }) => {
      allDomains(caller)
      if (isSelf(caller, name)) throw new ApiError('forbidden', 'an account cannot remove itself: ask another')
      if (!(await accounts.remove(name))) throw notFound('account')
      changed(caller, 'settings', `removed account ${name.slice(0, 100)}`)
      return { kind: 'done' }
    },
  }
}

/** Tokens of the caller's account. */
export function tokenHandlers({ tokens, record }: OperatorParts): Handlers<TokenNames> {
  const changed = recorder(record)
  return {
    'tokens.list': async ({ caller }) => ({ tokens: (await tokens.list(caller.viewer.name)).map(tokenOf) }),
    'tokens.add': async ({ caller, body }) => {
      const added = await tokens.add(caller.viewer.name, body)
      if (added === undefined) throw new ApiError('conflict', 'this account has 50 tokens: remove one')
      changed(caller, 'token', `new token ${added.token.id}: ${body.label}`)
      return { ...tokenOf(added.token), token: added.secret }
    },
    'tokens.remove': async ({ caller, params: { id = '' } }) => {
      if (!(await tokens.remove(caller.viewer.name, id))) throw notFound('token')
      changed(caller, 'token', `removed token ${id}`)
      return { kind: 'done' }
    },
  }
}

const recorder =
  (record: RecordAction) =>
  ({ viewer: { name: by, role } }: Caller, action: 'settings' | 'token', target: string): void =>
    record({ ref: null, action, by, role, target, result: 'done' })

/** An administrator of some domains does not change who may see others. */
function allDomains({ viewer }: Caller): void {
  if (viewer.domains !== null)
    throw new ApiError('forbidden', 'accounts are changed by administrators of all domains: ask one')
}

const isSelf = ({ viewer }: Caller, name: string): boolean => accountId(viewer.name) === accountId(name)

const operatorOf = ({ name, role, domains, via, created, lastSignIn, isDisabled, password }: Account) => ({
  ...{ name, role, via, created },
  domains: domains && [...domains],
  addresses: null,
  state: isDisabled
    ? ('disabled' as const)
    : via === 'password' && password === undefined
      ? ('invited' as const)
      : ('active' as const),
  ...(lastSignIn !== undefined && { lastSignIn }),
})

const tokenOf = ({ id, label, scopes, created, expires, lastUsed }: ApiToken) => ({
  ...{ id, label, created, expires },
  scopes: [...scopes],
  ...(lastUsed !== undefined && { lastUsed }),
})
