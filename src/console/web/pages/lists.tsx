/** The senders that the owner of a mailbox allows and denies. */
import { Page } from '../components/page.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { ListPanel } from '../senders/list-panel.tsx'

/** The page. */
export function ListsPage() {
  const { texts } = useConsole()
  const isUser = useAccount().role === 'user'
  return (
    <Page
      title={isUser ? texts.nav.myLists : texts.senders.lists}
      about={isUser ? texts.senders.ownAbout : texts.senders.about}
    >
      <ListPanel />
    </Page>
  )
}
