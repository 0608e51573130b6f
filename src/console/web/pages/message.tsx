/** One session: why it was decided so, what was found, where the mail went; and the buttons that put it right. */
import { useState } from 'preact/hooks'
import type { GatewayEvent, TransactionEvent } from '../../../model/events.ts'
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { Authentication } from '../components/authentication.tsx'
import { Findings } from '../components/findings.tsx'
import { HeldContents, HeldPanels } from '../components/held.tsx'
import { Copyable, Link } from '../components/link.tsx'
import { Page, Pairs, Panel } from '../components/page.tsx'
import { Loading } from '../components/state.tsx'
import { Time, VerdictBadge } from '../components/time.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { explain, type RecipientPart, type Story, storyOf, type TransactionPart } from '../explain.ts'
import { inert } from '../format.ts'
import { MessageActions } from './message-actions.tsx'
import { senderOf } from './messages.tsx'
import { mayCompare, Similar } from './similar.tsx'

type Session = Answer<'messages.get'>

export function MessagePage() {
  const { texts, place } = useConsole()
  const ref = place.params.ref ?? ''
  const { state, reload } = useData(ref, signal => call('messages.get', { params: { ref }, signal }))
  if (state.kind === 'ready') return <Shown session={state.data} reload={reload} />
  return (
    <Page title={texts.messages.title} above={<Back />}>
      <Loading state={state} retry={reload} lines={12}>
        {() => null}
      </Loading>
    </Page>
  )
}

function Shown({ session, reload }: { readonly session: Session; readonly reload: () => void }) {
  const { texts } = useConsole()
  const [isComparing, setComparing] = useState(false)
  const { message } = texts
  const story = storyOf(session.events as unknown as readonly GatewayEvent[])
  const first = story.transactions[0]
  const compare = mayCompare(session, useAccount().role) && !isComparing && (
    <button type="button" onClick={() => setComparing(true)}>
      {message.similar}
    </button>
  )
  return (
    <Page
      title={titleOf(first, session, message)}
      above={<Back />}
      about={<Reference session={session} />}
      actions={compare}
    >
      {session.isPartial && <p class="muted">{message.partial}</p>}
      {isComparing && <Similar reference={session.ref} />}
      <div class="main-and-side">
        <div class="stack">
          <HeldPanels entries={session.held} onDone={reload} />
          {story.transactions.map(part => (
            <Transaction key={part.number} part={part} />
          ))}
          <HeldContents entries={session.held} />
          {story.session && <Client event={story.session} isAlone={story.transactions.length === 0} />}
          <Lines story={session.story} />
        </div>
        <div class="stack">
          <MessageActions session={session} onDone={reload} />
          <About story={story} />
          <Authentication transactions={story.transactions} />
          <Opinions feedback={session.feedback} />
        </div>
      </div>
    </Page>
  )
}

function titleOf(
  first: TransactionPart | undefined,
  { held }: Session,
  texts: { untitled: string; title: (from: string) => string },
): string {
  const subject = first?.event?.subject ?? held[0]?.subject
  if (subject !== undefined && subject !== '') return inert(subject, 160)
  const from = first?.event?.from ?? first?.event?.reversePath
  return from === undefined || from === '' ? texts.untitled : texts.title(inert(from, 120))
}

/** The way back to the list. */
function Back() {
  const { texts } = useConsole()
  return (
    <nav aria-label={texts.common.back}>
      <Link to="messages" class="back">
        {texts.messages.title}
      </Link>
    </nav>
  )
}

function Reference({ session }: { readonly session: Session }) {
  const { texts } = useConsole()
  const time = session.events[0]?.time
  return (
    <span class="reference">
      {texts.message.reference} <Copyable text={session.ref} label={texts.message.reference} />
      {time !== undefined && <Time time={time} />}
    </span>
  )
}

function Transaction({ part }: { readonly part: TransactionPart }) {
  const { texts } = useConsole()
  return (
    <Panel title={texts.message.recipients}>
      {part.recipients.map(recipient => (
        <Recipient key={recipient.event.recipient} part={recipient} />
      ))}
      {part.recipients.length === 0 && part.event && <Verdict event={part.event} />}
    </Panel>
  )
}

function Recipient({ part: { event, deliveries } }: { readonly part: RecipientPart }) {
  return (
    <article class="recipient">
      <h3>
        <VerdictBadge verdict={event.verdict} /> {inert(event.recipient, 320)}
      </h3>
      <Verdict event={event} />
      {deliveries.map(delivery => (
        <Delivered key={`${delivery.time} ${delivery.result}`} delivery={delivery} />
      ))}
      <Findings findings={event.findings} score={event.score} />
    </article>
  )
}

/** What became of one delivery, in the words of the next hop where it has said some. */
function Delivered({ delivery }: { readonly delivery: RecipientPart['deliveries'][number] }) {
  const { explain } = useConsole().texts
  const { result, nextHop, code, status, text, time } = delivery
  const said = [code, status, text].filter(part => part !== undefined).join(' ')
  const isKept = result === 'delivered' && nextHop === 'quarantine'
  return (
    <p>
      {isKept ? explain.kept : explain[result](nextHop === undefined ? explain.nextHop : inert(nextHop, 200))}
      {' · '}
      <Time time={time} />
      {!isKept && said !== '' && <span class="muted mono"> {inert(said)}</span>}
    </p>
  )
}

type Decided = Pick<TransactionEvent, 'verdict' | 'dryRun' | 'score' | 'findings' | 'reply'>

/** Why, in a sentence, and what the client was answered. */
function Verdict({ event }: { readonly event: Decided }) {
  const { texts, formats } = useConsole()
  const { reply } = event
  const code = reply && [reply.code, reply.status].filter(Boolean).join(' ')
  return (
    <>
      <p>{explain(event, texts, formats)}</p>
      <p class="muted">
        {reply
          ? texts.explain.reply(code ?? '', inert(reply.text, 512))
          : event.verdict === 'accept'
            ? ''
            : texts.explain.noReply}
      </p>
    </>
  )
}

/** Staff see what is known of a sender, and which lists name it. */
function SenderLink({ name }: { readonly name: string }) {
  if (useAccount().role === 'user') return <>{inert(name)}</>
  return (
    <Link to="senders" query={{ name }}>
      {inert(name)}
    </Link>
  )
}

function Client({ event, isAlone }: { readonly event: NonNullable<Story['session']>; readonly isAlone: boolean }) {
  const { texts, formats } = useConsole()
  const { message } = texts
  return (
    <Panel title={message.client}>
      {isAlone && <Verdict event={event} />}
      <Pairs
        pairs={[
          [message.ip, event.ip === null ? texts.common.unknown : <SenderLink name={event.ip} />],
          [message.greeting, event.helo === undefined ? texts.common.none : <code>{inert(event.helo)}</code>],
          [
            message.encryption,
            event.tls === undefined
              ? message.noTls
              : inert([event.tls.protocol, event.tls.cipher].filter(Boolean).join(', ')),
          ],
          [message.duration, formats.duration(event.ms)],
          [message.node, <code key="node">{inert(event.node)}</code>],
        ]}
      />
      {event.findings.length > 0 && <Findings findings={event.findings} score={event.score} />}
    </Panel>
  )
}

function About({ story }: { readonly story: Story }) {
  const { texts, formats } = useConsole()
  const { message } = texts
  const event = story.transactions[0]?.event
  if (!event) return null
  const { messageId, from, reversePath, user, size } = event
  return (
    <Panel title={texts.common.details}>
      <Pairs
        pairs={[
          [message.author, from === undefined ? undefined : <SenderLink key="author" name={from} />],
          [message.returnPath, senderOf(undefined, reversePath, texts)],
          [message.user, user === undefined ? undefined : inert(user)],
          [
            message.messageId,
            messageId === undefined ? undefined : <Copyable text={messageId} label={message.messageId} />,
          ],
          [message.size, size === undefined ? undefined : formats.bytes(size)],
          [message.received, <span key="time">{formats.full(event.started)}</span>],
        ]}
      />
    </Panel>
  )
}

function Opinions({ feedback }: { readonly feedback: Session['feedback'] }) {
  const { texts } = useConsole()
  const { message } = texts
  if (feedback.length === 0) return null
  return (
    <Panel title={message.opinions}>
      <ul class="list">
        {feedback.map(({ label, by, time, undo }) => (
          <li key={`${time} ${by}`}>
            {undo
              ? message.tookBack(inert(by))
              : label === 'ham'
                ? message.saidHam(inert(by))
                : message.saidSpam(inert(by))}{' '}
            <span class="muted">
              <Time time={time} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** The lines of `postern trace`. */
function Lines({ story }: { readonly story: readonly string[] }) {
  const { texts } = useConsole()
  return (
    <details class="panel disclosure">
      <summary>{texts.message.story}</summary>
      <pre class="lines">{story.map(line => inert(line, 2_000)).join('\n')}</pre>
    </details>
  )
}
