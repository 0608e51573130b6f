/** Putting a message right: what it was, and what becomes of its sender's next mail. */
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { ConfirmButton, Field, Select, type Values } from '../components/form.tsx'
import { Panel } from '../components/page.tsx'
import { useUndo } from '../components/undo.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { inert } from '../format.ts'

type Session = Answer<'messages.get'>

interface ActionsProps {
  readonly session: Session
  readonly onDone: () => void
}

/** Buttons for people who may act. */
export function MessageActions({ session, onDone }: ActionsProps) {
  const { texts } = useConsole()
  const { role } = useAccount()
  const { sources } = useConsole().session
  const hasFeedback = sources.feedback
  const hasLists = sources.lists
  if (role === 'viewer' || (!hasFeedback && !hasLists)) return null
  return (
    <Panel title={texts.message.actions}>
      <div class="pairs-of-buttons">
        {hasFeedback && <Feedback label="ham" session={session} onDone={onDone} />}
        {hasFeedback && <Feedback label="spam" session={session} onDone={onDone} />}
        {hasLists && <ListSender effect="allow" session={session} onDone={onDone} />}
        {hasLists && <ListSender effect="deny" session={session} onDone={onDone} />}
      </div>
      {hasLists && session.senders.length === 0 && <p class="hint">{texts.message.noSender}</p>}
    </Panel>
  )
}

function Feedback({ label, session: { ref }, onDone }: ActionsProps & { readonly label: 'ham' | 'spam' }) {
  const { texts, say } = useConsole()
  const undo = useUndo(onDone)
  const { message, common } = texts
  const send = async ({ why = '' }: Values): Promise<void> => {
    const answer = await call('messages.feedback', {
      params: { ref },
      body: { label, ...(why.trim() !== '' && { why: why.trim() }) },
    })
    say({ text: message.learned, ...(answer.undo !== undefined && { action: undo([answer.undo]) }) })
    onDone()
  }
  return (
    <ConfirmButton
      label={message[label]}
      question={label === 'ham' ? message.hamQuestion : message.spamQuestion}
      explanation={message.feedbackAbout}
      onConfirm={send}
    >
      <Field label={common.why} name="why" maxLength={500} />
    </ConfirmButton>
  )
}

function ListSender({ effect, session, onDone }: ActionsProps & { readonly effect: 'allow' | 'deny' }) {
  const { texts, say } = useConsole()
  const undo = useUndo(onDone)
  const { message } = texts
  const { senders, scopes, ref } = session
  const send = async ({ sender = '', scope = '', note = '' }: Values): Promise<void> => {
    const isProven = senders.find(known => known.sender === sender)?.isProven !== false
    const answer = await call('lists.add', {
      body: {
        effect,
        sender,
        scope,
        ref,
        ...(!isProven && { unproven: true }),
        ...(note.trim() !== '' && { note: note.trim() }),
      },
    })
    say({ text: message.listed, ...(answer.undo !== undefined && { action: undo([answer.undo]) }) })
    onDone()
  }
  return (
    <ConfirmButton
      label={message[effect]}
      question={effect === 'allow' ? message.allowQuestion : message.denyQuestion}
      explanation={effect === 'allow' ? message.allowAbout : message.denyAbout}
      isDisabled={senders.length === 0 || scopes.length === 0}
      onConfirm={send}
    >
      <Select
        label={message.who}
        name="sender"
        options={senders.map(
          ({ sender, isProven }) =>
            [sender, `${inert(sender, 120)} (${isProven ? message.proven : message.unproven})`] as const,
        )}
      />
      <Select
        label={message.scope}
        name="scope"
        options={scopes.map(scope => [scope, scope === '' ? message.everyone : inert(scope, 120)] as const)}
      />
      <Field label={message.note} name="note" maxLength={500} />
    </ConfirmButton>
  )
}
