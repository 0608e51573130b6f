/** What stands around every page: navigation, language, theme, and who is signed in. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { call } from '../api/client.ts'
import { pagesOf, useAccount, useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import type { PageName, Place } from '../router.ts'
import type { Texts } from '../texts/en.ts'
import { LANGUAGES, type Language } from '../texts/languages.ts'
import type { Theme } from '../theme.ts'
import { Icon, type IconName } from './icon.tsx'
import { Link } from './link.tsx'

/** Which entry of the navigation a page belongs to. */
const PARENTS: Partial<Readonly<Record<PageName, PageName>>> = {
  message: 'messages',
  held: 'quarantine',
  rule: 'rules',
  report: 'reports',
}

const GROUPS = [
  ['mail', ['live', 'messages', 'quarantine', 'lists']],
  ['gateway', ['rules', 'senders', 'load', 'health', 'reports']],
  ['administration', ['audit', 'people', 'tokens', 'account']],
] as const satisfies readonly (readonly [string, readonly PageName[]])[]

/** Navigation and page. */
export function Frame({ children }: { readonly children: ComponentChildren }) {
  const { texts, place, session } = useConsole()
  const [isOpen, setOpen] = useState(false)
  const main = useRef<HTMLElement>(null)
  useEffect(() => setOpen(false), [place])
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {texts.nav.skip}
      </button>
      <header class="top">
        <button
          type="button"
          class="icon-button menu-button"
          aria-expanded={isOpen}
          aria-controls="navigation"
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name={isOpen ? 'close' : 'menu'} />
          <span class="hidden">{texts.nav.menu}</span>
        </button>
        <Brand name={session.name} />
      </header>
      <aside class={isOpen ? 'side side-open' : 'side'} id="navigation" aria-label={texts.nav.menu}>
        <Brand name={session.name} />
        <Navigation place={place} />
        <Person />
      </aside>
      <main ref={main} class="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  )
}

const Brand = ({ name }: { readonly name: string }) => (
  <p class="brand">
    <img src="icon.svg" alt="" width="22" height="22" />
    <span title={name}>{inert(name, 60)}</span>
  </p>
)

/** The name of a page in the navigation; a user's pages hold only what is theirs. */
function titleOf(page: PageName, texts: Texts, isUser: boolean): string {
  if (isUser && page === 'messages') return texts.nav.myMessages
  if (isUser && page === 'quarantine') return texts.nav.myQuarantine
  if (isUser && page === 'lists') return texts.nav.myLists
  return texts.nav[page as keyof Texts['nav'] & PageName]
}

function Navigation({ place }: { readonly place: Place }) {
  const { texts } = useConsole()
  const account = useAccount()
  const { role } = account
  const current = PARENTS[place.page] ?? place.page
  const shown = GROUPS.map(([group, pages]) => [group, pages.filter(page => pagesOf(account).includes(page))] as const)
  return (
    <nav class="nav" aria-label={texts.nav.label}>
      {shown
        .filter(([, pages]) => pages.length > 0)
        .map(([group, pages]) => (
          <div key={group} class="nav-group">
            {role !== 'user' && <h2>{texts.nav[group]}</h2>}
            <ul>
              {pages.map(page => (
                <li key={page}>
                  <Link to={page} current={page === current}>
                    <Icon name={page satisfies IconName} />
                    {titleOf(page, texts, role === 'user')}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
    </nav>
  )
}

/** Who is signed in, and the way out. */
function Person() {
  const { texts, refresh } = useConsole()
  const { name, role } = useAccount()
  const signOut = async (): Promise<void> => {
    await call('session.end').catch(() => undefined)
    await refresh()
  }
  return (
    <div class="person">
      <Choices />
      <p>
        <span class="person-name" title={texts.common.signedInAs(inert(name))}>
          {inert(name, 60)}
        </span>
        <span class="muted">{texts.roles[role]}</span>
      </p>
      <button type="button" onClick={signOut}>
        {texts.common.signOut}
      </button>
    </div>
  )
}

/** Language and theme. */
export function Choices() {
  const { texts, language, setLanguage, theme, setTheme } = useConsole()
  return (
    <div class="choices">
      <select
        aria-label={texts.common.languageLabel}
        value={language}
        onChange={event => setLanguage(event.currentTarget.value as Language)}
      >
        {Object.entries(LANGUAGES).map(([tag, { language: name }]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label={texts.theme.label}
        value={theme}
        onChange={event => setTheme(event.currentTarget.value as Theme)}
      >
        {(['system', 'light', 'dark'] as const).map(choice => (
          <option key={choice} value={choice}>
            {texts.theme[choice]}
          </option>
        ))}
      </select>
    </div>
  )
}
