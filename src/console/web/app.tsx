/** The console: finds out who is signed in, and shows the page that the URL names. */
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks'
import { ApiError, call, onSessionEnded } from './api/client.ts'
import { Frame } from './components/frame.tsx'
import { Failure, Skeleton } from './components/state.tsx'
import { Toasts, useToasts } from './components/toasts.tsx'
import { type Console, ConsoleProvider, pagesOf, type Session } from './context.tsx'
import { Formats } from './format.ts'
import { SignIn } from './pages/sign-in.tsx'
import { PAGES, UnknownPage } from './pages.tsx'
import { type PageName, type Place, placeOf } from './router.ts'
import { LANGUAGES, type Language, languageFor, localeFor } from './texts/languages.ts'
import { applyTheme, read, savedTheme, type Theme, write } from './theme.ts'

const LANGUAGE = 'postern-language'

/** What is shown before the server has said what the gateway is. */
const NO_SESSION: Session = {
  account: null,
  signIn: { password: false, link: false, oidc: null },
  sources: {
    history: false,
    quarantine: false,
    lists: false,
    reputation: false,
    feedback: false,
    points: false,
    metrics: false,
    forecast: false,
    doctor: false,
    reports: false,
  },
  language: 'en',
  name: 'postern',
  version: '',
}

/** Pages behind links in mail, for people who are signed in as well. */
const OUTSIDE: readonly PageName[] = ['link', 'setUp']
/** Pages that belong to an entry of the navigation. */
const CHILDREN: Partial<Readonly<Record<PageName, PageName>>> = {
  message: 'messages',
  held: 'quarantine',
  rule: 'rules',
  report: 'reports',
}

export function App() {
  const { session, error, refresh } = useSession()
  const [language, setLanguage] = useLanguage(session?.language)
  const [theme, setTheme] = useTheme()
  const [toasts, say, hide] = useToasts()
  const account = session?.account
  const { place, hasMoved } = usePlace(account ? (pagesOf(account)[0] ?? 'account') : 'signIn')
  const formats = useMemo(() => new Formats(localeFor(language, navigator.languages)), [language])
  const value: Console = {
    ...{ texts: LANGUAGES[language], formats, language, setLanguage, theme, setTheme, place, hasMoved, refresh, say },
    session: session ?? NO_SESSION,
  }
  return (
    <ConsoleProvider value={value}>
      {session ? <Shown place={place} session={session} /> : <Waiting error={error} retry={refresh} />}
      <Toasts toasts={toasts} hide={hide} />
    </ConsoleProvider>
  )
}

function Shown({ place, session: { account } }: { readonly place: Place; readonly session: Session }) {
  if (!account || OUTSIDE.includes(place.page)) return <SignIn />
  const isAllowed = pagesOf(account).includes(CHILDREN[place.page] ?? place.page) || place.page === 'lists'
  const Shown = (isAllowed ? PAGES[place.page] : undefined) ?? UnknownPage
  return (
    <Frame>
      <Shown key={JSON.stringify([place.page, place.params])} />
    </Frame>
  )
}

const Waiting = ({ error, retry }: { readonly error: ApiError | undefined; readonly retry: () => Promise<void> }) => (
  <main class="waiting">{error ? <Failure error={error} retry={() => void retry()} /> : <Skeleton lines={3} />}</main>
)

/** Who is signed in, as the server says. */
function useSession() {
  const [session, setSession] = useState<Session>()
  const [error, setError] = useState<ApiError>()
  const refresh = useCallback(async (): Promise<void> => {
    try {
      setSession(await call('session.get'))
      setError(undefined)
    } catch (failure) {
      setError(failure instanceof ApiError ? failure : new ApiError('failed', ''))
    }
  }, [])
  useEffect(() => {
    onSessionEnded(() => void refresh())
    void refresh()
  }, [refresh])
  return { session, error, refresh }
}

/** Where the person is. */
function usePlace(start: PageName): { readonly place: Place; readonly hasMoved: boolean } {
  const [{ fragment, hasMoved }, setMoved] = useState({ fragment: location.hash, hasMoved: false })
  useEffect(() => {
    const moved = (): void => {
      setMoved({ fragment: location.hash, hasMoved: true })
      window.scrollTo(0, 0)
    }
    addEventListener('hashchange', moved)
    return () => removeEventListener('hashchange', moved)
  }, [])
  const place = useMemo(() => {
    const place = placeOf(fragment, start)
    // Who is signed in is done with this page.
    return place.page === 'signIn' ? { ...place, page: start } : place
  }, [fragment, start])
  return { place, hasMoved }
}

/** The language that was chosen, else a language that the browser asks for, else that of the gateway. */
function useLanguage(fallback: Language | undefined): readonly [Language, (language: Language) => void] {
  const [chosen, setChosen] = useState(() => read(LANGUAGE))
  const language = languageFor([...(chosen === undefined ? [] : [chosen]), ...navigator.languages], fallback)
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const choose = (to: Language): void => {
    write(LANGUAGE, to)
    setChosen(to)
  }
  return [language, choose]
}

function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(savedTheme)
  useEffect(() => applyTheme(theme), [theme])
  return [theme, setTheme]
}
