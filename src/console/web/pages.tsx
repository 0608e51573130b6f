/** Which component shows which page. Pages with charts or other large parts are loaded when they are first opened. */
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ApiError } from './api/client.ts'
import { Page } from './components/page.tsx'
import { Failure, Skeleton } from './components/state.tsx'
import { useConsole } from './context.tsx'
import { AccountPage } from './pages/account.tsx'
import { HeldPage } from './pages/held.tsx'
import { ListsPage } from './pages/lists.tsx'
import { MessagePage } from './pages/message.tsx'
import { MessagesPage } from './pages/messages.tsx'
import { PeoplePage } from './pages/people.tsx'
import { QuarantinePage } from './pages/quarantine.tsx'
import { TokensPage } from './pages/tokens.tsx'
import { hrefOf, type PageName } from './router.ts'

/** Pages behind the sign-in page. */
export const PAGES: Readonly<Partial<Record<PageName, ComponentType>>> = {
  messages: MessagesPage,
  message: MessagePage,
  quarantine: QuarantinePage,
  held: HeldPage,
  lists: ListsPage,
  account: AccountPage,
  people: PeoplePage,
  tokens: TokensPage,
  live: lazyPage(async () => (await import('./pages/live.tsx')).Live),
  rules: lazyPage(async () => (await import('./pages/rules.tsx')).Rules),
  rule: lazyPage(async () => (await import('./pages/rule.tsx')).RulePage),
  senders: lazyPage(async () => (await import('./pages/senders.tsx')).Senders),
  load: lazyPage(async () => (await import('./pages/load.tsx')).Load),
  health: lazyPage(async () => (await import('./pages/health.tsx')).HealthPage),
  reports: lazyPage(async () => (await import('./pages/reports.tsx')).ReportsPage),
  audit: lazyPage(async () => (await import('./pages/audit.tsx')).Audit),
}

/** A page that is loaded when it is first opened. */
function lazyPage(load: () => Promise<ComponentType>): ComponentType {
  return function LazyPage() {
    const [loaded, setLoaded] = useState<{ readonly Shown?: ComponentType; readonly error?: ApiError }>({})
    useEffect(() => {
      load().then(
        Shown => setLoaded({ Shown }),
        () => setLoaded({ error: new ApiError('offline', '') }),
      )
    }, [])
    if (loaded.error) return <Failure error={loaded.error} retry={() => location.reload()} />
    return loaded.Shown ? <loaded.Shown /> : <Skeleton lines={8} />
  }
}

/** There is no such page, or not for this role. */
export function UnknownPage() {
  const { texts } = useConsole()
  return (
    <Page title={texts.common.nothing} about={texts.common.notHere}>
      <a class="button" href={hrefOf('unknown').replace(/\/.*/, '/')}>
        {texts.common.toStart}
      </a>
    </Page>
  )
}
