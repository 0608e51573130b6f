/** What every page may use: texts and formats, where the person is, who they are, and short messages to them. */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Answer } from '../api/schemas.ts'
import type { Formats } from './format.ts'
import type { PageName, Place } from './router.ts'
import type { Texts } from './texts/en.ts'
import type { Language } from './texts/languages.ts'
import type { Theme } from './theme.ts'

/** What the server says about the person and the gateway. */
export type Session = Answer<'session.get'>
/** The account that is signed in. */
export type Account = NonNullable<Session['account']>

/** A short message to the person. */
export interface Toast {
  readonly text: string
  readonly kind?: 'done' | 'failed'
  /** A button beside the text. */
  readonly action?: { readonly label: string; readonly run: () => void }
}

/** What every page may use. */
export interface Console {
  readonly texts: Texts
  readonly formats: Formats
  readonly language: Language
  readonly setLanguage: (language: Language) => void
  readonly theme: Theme
  readonly setTheme: (theme: Theme) => void
  readonly place: Place
  /** The person has gone from one page to another; the first page begins at the top of the document. */
  readonly hasMoved: boolean
  readonly session: Session
  /** Asks the server again who is signed in. */
  readonly refresh: () => Promise<void>
  /** Shows a message for some seconds, and reads it to who cannot see it. */
  readonly say: (toast: Toast) => void
}

const ConsoleContext = createContext<Console | undefined>(undefined)

/** Gives pages what they may use. */
export const ConsoleProvider = ConsoleContext.Provider

/** What every page may use. */
export function useConsole(): Console {
  const found = useContext(ConsoleContext)
  if (!found) throw new Error('a page is shown outside of the console')
  return found
}

/** The account that is signed in; pages behind the sign-in page have one. */
export function useAccount(): Account {
  const { account } = useConsole().session
  if (!account) throw new Error('this page is for people who are signed in')
  return account
}

const OPERATION = ['rules', 'senders', 'load', 'health', 'reports', 'audit'] as const
const STAFF = ['live', 'messages', 'quarantine', ...OPERATION] as const

/** They show the gateway as a whole, which is not for accounts of some domains. */
const WHOLE: readonly PageName[] = ['live', 'load', 'health']

/** Which pages an account sees; the first is shown after signing in. */
export const pagesOf = ({ role, domains }: Pick<Account, 'role' | 'domains'>): readonly PageName[] =>
  PAGES_OF[role].filter(page => domains === null || !WHOLE.includes(page))

const PAGES_OF: Readonly<Record<Account['role'], readonly PageName[]>> = {
  admin: [...STAFF, 'people', 'tokens', 'account'],
  operator: [...STAFF, 'tokens', 'account'],
  viewer: [...STAFF, 'tokens', 'account'],
  user: ['quarantine', 'messages', 'lists', 'account'],
}
