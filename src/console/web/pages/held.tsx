/** One held message, by the name that the quarantine gave it. */
import { call } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { Findings } from '../components/findings.tsx'
import { HeldContents, HeldPanels } from '../components/held.tsx'
import { Copyable, Link } from '../components/link.tsx'
import { Page, Pairs, Panel } from '../components/page.tsx'
import { Empty, Loading } from '../components/state.tsx'
import { Time } from '../components/time.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import type { Held } from '../held.ts'
import { senderOf } from './messages.tsx'

export function HeldPage() {
  const { texts, place } = useConsole()
  const id = place.params.id ?? ''
  const { state, reload } = useData(id, signal => call('held.get', { params: { id }, signal }))
  const [first, ...others] = state.kind === 'ready' ? state.data.entries : []
  if (first) return <Shown first={first} others={others} reload={reload} />
  return (
    <Page title={texts.quarantine.title} above={<Back />}>
      <Loading state={state} retry={reload} lines={12}>
        {() => <Empty title={texts.errors['not-found']} />}
      </Loading>
    </Page>
  )
}

/** The way back to the list. */
function Back() {
  const { texts } = useConsole()
  const isUser = useAccount().role === 'user'
  return (
    <nav aria-label={texts.common.back}>
      <Link to="quarantine" class="back">
        {isUser ? texts.nav.myQuarantine : texts.quarantine.title}
      </Link>
    </nav>
  )
}

interface ShownProps {
  readonly first: Held
  readonly others: readonly Held[]
  readonly reload: () => void
}

function Shown({ first, others, reload }: ShownProps) {
  const { texts } = useConsole()
  const { subject, ref } = first
  return (
    <Page
      title={subject === undefined || subject === '' ? texts.messages.noSubject : inert(subject, 160)}
      above={<Back />}
      about={
        <span class="reference">
          {texts.message.reference} <Copyable text={ref} label={texts.message.reference} />
          <Time time={first.time} />
        </span>
      }
      actions={
        <Link to="message" params={{ ref }} class="button">
          {texts.quarantine.story}
        </Link>
      }
    >
      <div class="main-and-side">
        <div class="stack">
          <HeldPanels entries={[first, ...others]} onDone={reload} />
          <HeldContents entries={[first, ...others]} />
        </div>
        <div class="stack">
          <Panel title={texts.message.findings}>
            <Findings findings={first.findings} score={first.score} />
          </Panel>
          <About held={first} />
        </div>
      </div>
    </Page>
  )
}

function About({ held: { from, reversePath, ip, messageId, size } }: { readonly held: Held }) {
  const { texts, formats } = useConsole()
  const { message } = texts
  return (
    <Panel title={texts.common.details}>
      <Pairs
        pairs={[
          [message.author, from === undefined ? undefined : inert(from)],
          [message.returnPath, senderOf(undefined, reversePath, texts)],
          [message.client, ip === null ? undefined : <code key="ip">{ip}</code>],
          [
            message.messageId,
            messageId === undefined ? undefined : <Copyable text={messageId} label={message.messageId} />,
          ],
          [message.size, formats.bytes(size)],
        ]}
      />
    </Panel>
  )
}
